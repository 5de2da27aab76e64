"""The views open in an older SQLite than ours, as other programs bring it."""

import json
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from shapes import fill

from recorder.store.engine import Database
from recorder.views import VIEWS

HOME = Path(__file__).resolve().parent.parent
MODULE = HOME / ".venv" / "node_modules" / "sql.js" / "dist" / "sql-asm.js"
READ = """
const [, module, file, ...views] = process.argv;
require(module)().then((SQL) => {
  const database = new SQL.Database(require("fs").readFileSync(file));
  const rows = (query) => database.exec(query).flatMap((found) => found.values);
  const found = views.map((view) => [view, rows(`SELECT * FROM ${view}`)]);
  console.log(JSON.stringify([rows("SELECT sqlite_version()")[0][0], found]));
});
"""


@pytest.mark.external
@pytest.mark.slow
def test_the_views_open_in_an_older_sqlite(sqlite_template: Path, tmp_path: Path) -> None:
    """SQLite 3.38.5 (sql.js 1.7.0) reads the same rows of every view as ours."""
    path = tmp_path / "store.db"
    shutil.copyfile(sqlite_template, path)
    with closing(Database(f"sqlite:///{path}")) as database:
        fill(database)
    node = ["node", "--input-type=commonjs", "-e", READ, str(MODULE), str(path), *VIEWS]
    done = subprocess.run(node, capture_output=True, text=True, check=True)
    version, found = json.loads(done.stdout)
    assert version == "3.38.5"
    with closing(sqlite3.connect(path)) as connection:
        for view, rows in found:
            ours = connection.execute(f"SELECT * FROM {view}").fetchall()
            assert len(ours) > 1 or view == "lead_outcomes", view
            assert sorted(map(_line, rows)) == sorted(map(_line, ours))


def _line(row: Any) -> str:
    """A row as JSON has it: a float without a fraction is an integer there."""
    return json.dumps(
        [int(cell) if isinstance(cell, float) and cell.is_integer() else cell for cell in row]
    )
