"""Another analysis is a module, a line of the registry, a test and the README: as CONTRIBUTING has it."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from programs import HOME
from stores import answer, document

from recorder.analysis import registry
from recorder.analysis.columns import INTS, ITEM_COLUMNS, OBJECTS
from recorder.analysis.rows import RunRow
from recorder.analysis.spend_columns import COLUMNS
from recorder.store.engine import Database
from recorder.store.write.record import Recorder

FRAME = (
    "import sys, recorder; history = recorder.open(sys.argv[1]); frame = history.sizes(by='slug'); "
    "print(frame.to_json(orient='records')); print(history.sizes.__doc__); history.close()"
)


def run_in(home: Path, *arguments: str) -> str:
    """What a program of that copy prints."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "RECORDER"))}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=home,
        env=environment | {"PYTHONPATH": str(home), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the program to which the analysis of CONTRIBUTING is added, by its recipe."""
    for name in ("recorder", "migrations"):
        shutil.copytree(HOME / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    told = (HOME / "CONTRIBUTING.md").read_text("utf-8")
    (module,) = re.findall(r"```python\n(.*?)```", told, re.DOTALL)
    (line,) = re.findall(r'that line \(`(".*?),`\)', told)
    name = line.split('"')[1]
    (tmp_path / "recorder" / "analysis" / f"{name}.py").write_text(module, "utf-8")
    known = tmp_path / "recorder" / "analysis" / "registry.py"
    held = known.read_text("utf-8")
    known.write_text(held.replace('    "coverage":', f'    {line},\n    "coverage":'), "utf-8")
    return tmp_path


@pytest.mark.slow
def test_an_analysis_takes_its_module_and_a_line(copy: Path, tmp_path: Path) -> None:
    """It is a command with groups, formats, a whole and a foot, and a method of the history, and says what it is."""
    store = str(tmp_path / "store.db")
    run_in(copy, "-m", "recorder", "track", "er_1", "er_2", "er_3", "--db", store)
    database = Database(f"sqlite:///{store}")
    for n, leads in ((1, 4), (2, 8), (3, None)):
        scope = {"resolvedCount": leads}
        body = document(f"er_{n}", "completed", slug="a", scope=scope)
        Recorder(database).record([answer(10**8, body, run_id=f"er_{n}")])
    database.close()
    expected = json.loads(
        run_in(copy, "-m", "recorder", "sizes", "--by", "slug", "--format", "json", "--db", store)
    )
    assert [(row["runs"], row["leads_p50"]) for row in expected] == [(3, 4)]
    framed, manual = run_in(copy, "-c", FRAME, store).split("\n", 1)
    assert json.loads(framed) == expected
    assert manual.startswith("Show how many leads completed runs have.")
    assert "`leads_p50`" in manual
    table = run_in(copy, "-m", "recorder", "sizes", "--by", "slug", "--db", store)
    assert "(all)" in table
    assert "sizes of 3 completed; by slug" in table
    assert "Show how large runs are." in run_in(copy, "-m", "recorder", "--help")
    assert "recorder sizes --by slug" in run_in(copy, "-m", "recorder", "sizes", "-h")


@pytest.mark.parametrize("name", registry.ANALYSES)
def test_an_analysis_says_what_it_is(name: str) -> None:
    """Each has a manual with its columns, and needs columns that runs have."""
    analysis = registry.find(name)
    help_text, returns, columns = analysis.manual.partition("\n\nReturns:\n")
    assert help_text.startswith("Show ")
    assert returns
    assert "`" in columns
    known = {*RunRow.__struct_fields__, *INTS, *OBJECTS, *COLUMNS, *ITEM_COLUMNS}
    asked = {option.name: True for option in analysis.options}
    assert analysis.needed(asked) <= known


def test_naming_the_analyses_imports_none() -> None:
    """The registry is read for `--help`: it loads no analysis, nor numpy."""
    code = "import sys, recorder.analysis.registry; print('numpy' in sys.modules)"
    assert run_in(HOME, "-c", code).strip() == "False"


@pytest.mark.slow
def test_a_pass_loads_no_numbers(tmp_path: Path) -> None:
    """What cron starts each minute pays for neither numpy nor pandas, nor do the commands that list what is stored."""
    store = str(tmp_path / "store.db")
    run_in(HOME, "-m", "recorder", "track", "er_1", "--db", store)
    code = (
        "import sys; from recorder.cli.main import cli, run; run(cli, sys.argv[1:]); "
        "print({'numpy', 'pandas'} & sys.modules.keys(), 'sqlalchemy' in sys.modules)"
    )
    for command in (["poll", "--source", "default"], ["runs"], ["sources"]):
        told = run_in(HOME, "-c", code, *command, "--db", store)
        assert told.splitlines()[-1] == "set() True", command
