"""Other versions of the program, for the tests of upgrades: a copy of ours with another revision in it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from recorder.store.schema import REVISION

HOME = Path(__file__).resolve().parent.parent
NEXT = "0099"

_REVISION = f'''"""A revision of another version of the program.

Cause: a test. Locks: none.
"""

import sqlalchemy as sa
from alembic import op

revision = "{NEXT}"
down_revision = "{REVISION}"
branch_labels = None
depends_on = None

schema = None


def upgrade() -> None:
    """Change the schema in several steps."""
    schema = None if op.get_bind().dialect.name == "sqlite" else "recorder"
    op.create_table("extra", sa.Column("n", sa.Integer()), schema=schema)
    op.add_column("run", sa.Column("extra", sa.Text()), schema=schema)
    prefix = "recorder." if schema else ""
    op.get_bind().exec_driver_sql(f"DROP VIEW {{prefix}}labels")
    op.get_bind().exec_driver_sql(f"DELETE FROM {{prefix}}poll")
    {{last}}


def downgrade() -> None:
    """Not needed."""
'''


class Program:
    """A copy of the program whose newest revision is `NEXT`.

    Args:
        folder: where to put it.
        last: the last statement of that revision.
    """

    def __init__(self, folder: Path, last: str = "pass") -> None:
        self._folder = folder
        ignored = shutil.ignore_patterns("__pycache__")
        for name in ("recorder", "migrations"):
            shutil.copytree(HOME / name, folder / name, ignore=ignored)
        schema = folder / "recorder" / "store" / "schema.py"
        text = schema.read_text(encoding="utf-8")
        schema.write_text(text.replace(f'REVISION = "{REVISION}"', f'REVISION = "{NEXT}"'))
        revision = folder / "migrations" / "versions" / f"{NEXT}_next.py"
        revision.write_text(_REVISION.replace("{last}", last))

    def start(self, code: str, *arguments: str) -> subprocess.Popen[str]:
        """Run Python code in that program; `database` is the store of the first argument."""
        return start(code, *arguments, path=self._folder)

    def run(self, code: str, *arguments: str) -> str:
        """Run it to its end; what it printed."""
        return finish(self.start(code, *arguments))

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command line of that program."""
        return subprocess.run(
            [sys.executable, "-W", "error", "-m", "recorder", *arguments],
            env=os.environ | {"PYTHONPATH": str(self._folder)},
            cwd=self._folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


_PRELUDE = """
import sys
from recorder.errors import RecorderError
from recorder.store.engine import Database
from recorder.cli.stores import prepare_for_writing
from recorder.store.migrate import upgrade
from recorder.store.revision import require_current
database = Database(sys.argv[1])
try:
    {code}
except RecorderError as error:
    print(type(error).__name__, error)
"""


def start(code: str, *arguments: str, path: Path = HOME) -> subprocess.Popen[str]:
    """Run Python code in a process of its own; `database` is the store of the first argument."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", _PRELUDE.replace("{code}", code), *arguments],
        env=os.environ | {"PYTHONPATH": str(path)},
        cwd=path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> str:
    """Wait for a process; what it printed, or its traceback as a failure of the test."""
    said, complaint = process.communicate(timeout=60)
    assert process.returncode == 0, complaint
    return said.strip()
