"""The house keeps its own rules: one direction, small pieces, no complaints of the tools, and a wheel that works."""

import ast
import os
import re
import statistics
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest
from programs import HOME
from trees import CODE, nodes_of, tree_of

PACKAGE = HOME / "recorder"

CONTRIBUTING = (HOME / "CONTRIBUTING.md").read_text(encoding="utf-8")
ROOMS = [
    (
        tuple(name.removesuffix("/").removesuffix(".py") for name in re.findall("`(.*?)`", rooms)),
        knows,
    )
    for rooms, knows in re.findall(
        r"^\| (`.*?`) \| [^|]* \| ?([^|]*) ?\|$", CONTRIBUTING, re.MULTILINE
    )
]
"""The rooms of CONTRIBUTING, from the top down: the names of each line, and what they know."""

DIRECTION = [
    tuple("recorder" if name == "__init__" else name for name in rooms) for rooms, _ in ROOMS[::-1]
]
"""From the ground up: each may import what stands before it, and itself."""

PURE = {room for rooms, knows in ROOMS if knows.startswith("pure") for room in rooms}
DOES_IO = {
    *(
        "alembic",
        "asyncio",
        "click",
        "httpcore",
        "httpx",
        "http",
        "logging",
        "multiprocessing",
        "os",
        "pandas",
    ),
    *(
        "psycopg",
        "requests",
        "rich",
        "shutil",
        "socket",
        "sqlalchemy",
        "sqlite3",
        "ssl",
        "subprocess",
        "tempfile",
    ),
    *("threading", "time", "urllib3"),
}
CLOCKS = {"instants": {"time"}}  # the one clock, which the edges hand in
KNOWN_TO = {
    library: {room for rooms, knows in ROOMS if f"`{library}`" in knows for room in rooms}
    for _, knows in ROOMS
    for library in re.findall("`(.*?)`", knows)
}

LONGEST_FILE = 350
LONGEST_BODY = 45
MOST_NESTED = 3


def part_of(path: Path) -> str:
    """The part of the house that a module stands in."""
    first = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "recorder" if first == "__init__" else first


def imports(path: Path) -> Iterator[str]:
    """The dotted names that a module imports, at its top or within a function."""
    for node in nodes_of(path):
        if isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: a relative import"
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@cache
def modules() -> list[tuple[str, str, str]]:
    """Each import within the package: the part it stands in, its module, and the name imported."""
    return [
        (part_of(path), str(path.relative_to(HOME)), name)
        for path in sorted(PACKAGE.rglob("*.py"))
        for name in imports(path)
    ]


def functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    for path in CODE:
        for node in nodes_of(path):
            if isinstance(node, ast.FunctionDef):
                yield f"{path.relative_to(HOME)}: {node.name}", node


def body_lines(function: ast.FunctionDef) -> int:
    """How many lines a function does something in; its signature and docstring are none."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def depth(node: ast.AST, above: int = 0) -> int:
    """How deep branches and loops lie inside each other."""
    deepest = above
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.ClassDef | ast.Lambda):
            continue
        is_elif = isinstance(node, ast.If) and isinstance(child, ast.If) and child in node.orelse
        branches = isinstance(child, ast.If | ast.For | ast.While | ast.Try | ast.Match)
        deepest = max(deepest, depth(child, above + (branches and not is_elif)))
    return deepest


# --- one direction


def test_imports_go_one_way() -> None:
    """Each part of the house imports only what stands before it."""
    place = {part: at for at, parts in enumerate(DIRECTION) for part in parts}
    wrong = []
    for part, module, name in modules():
        head, _, rest = name.partition(".")
        of = (rest.partition(".")[0] or "recorder") if head == "recorder" else part
        if of != part and place[of] >= place[part]:
            wrong.append(f"{module} imports {name}")
    assert wrong == []


def test_the_wings_of_the_store_stand_on_its_ground() -> None:
    """Its ground imports no wing, and reading nothing that writes."""
    wings = ("", "sharing", "read", "write")
    wrong = []
    for _, module, name in modules():
        at, of = (_wing_of(path) for path in (module.replace("/", "."), name))
        if at in wings and of in wings and wings.index(of) > wings.index(at):
            wrong.append(f"{module} imports {name}")
    assert wrong == []


def test_one_value_says_which_kind_of_store_it_is() -> None:
    """Nothing asks SQLAlchemy for the name of its dialect but where our value for it is found, and types of columns."""
    asking = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if "dialect.name" in path.read_text(encoding="utf-8")
    }
    assert asking == {"store/engine.py", "store/prepared.py", "store/table_parts.py"}


def _wing_of(name: str) -> str | None:
    """Return the wing of the store that a module belongs to; "" for its ground, None for another part."""
    head, _, rest = name.partition("recorder.store.")
    wing = rest.partition(".")[0]
    if head or not rest:
        return None
    return wing if wing in ("sharing", "read", "write") else ""


def test_every_part_has_its_place() -> None:
    """A new package is put somewhere in the direction before it is used."""
    found = {part_of(path) for path in PACKAGE.rglob("*.py")}
    assert found == {part for parts in DIRECTION for part in parts}
    assert set(KNOWN_TO) > {"httpx", "sqlalchemy", "pandas", "click"}
    assert {"ledger", "history", "schedule", "analysis"} < PURE


def test_the_rules_name_what_is_there() -> None:
    """Every file and folder that CONTRIBUTING names exists."""
    named = re.findall(r"`([a-z\d_./]+(?:\.py|\.sql|/))`", CONTRIBUTING)
    missing = [name for name in named if not ((HOME / name).exists() or (PACKAGE / name).exists())]
    assert len(named) > 40
    assert missing == []


def test_pure_parts_do_no_io() -> None:
    """What is pure reads no clock, no file, no network and no environment."""
    wrong = [
        f"{module} imports {name}"
        for part, module, name in modules()
        if part in PURE and name.split(".")[0] in DOES_IO - CLOCKS.get(part, set())
    ]
    assert wrong == []


def test_each_library_is_known_to_its_part_alone() -> None:
    """One part knows httpx, one SQLAlchemy, one click; pandas is where frames are made."""
    wrong = [
        f"{module} imports {name}"
        for part, module, name in modules()
        if part not in KNOWN_TO.get(name.split(".")[0], {part})
    ]
    assert wrong == []


def test_values_of_the_rooms_that_a_pass_loads_are_structs() -> None:
    """No dataclass is made there: its class takes forty times as long to make as that of a struct."""
    rooms = {"fetch", "history", "ledger", "polling", "schedule", "settings", "store"}
    assert [
        module for part, module, name in modules() if part in rooms and name == "dataclasses"
    ] == []


def test_the_sandbox_stands_alone() -> None:
    """The local ledger imports nothing of the program but the vocabulary of the API: it could be a distribution."""
    used = {
        name for part, _, name in modules() if part == "sandbox" and name.startswith("recorder")
    }
    assert [
        name for name in used if not name.startswith(("recorder.sandbox", "recorder.ledger"))
    ] == []


# --- small pieces


def test_files_are_short() -> None:
    """No file of the program or the migrations is longer than 350 lines."""
    lengths = {str(p.relative_to(HOME)): len(p.read_text("utf-8").splitlines()) for p in CODE}
    assert {name: n for name, n in lengths.items() if n > LONGEST_FILE} == {}


def test_functions_are_short() -> None:
    """Half of the bodies are under 8 lines, nine in ten under 25, none is over 45."""
    bodies = {name: body_lines(function) for name, function in functions()}
    assert {name: n for name, n in bodies.items() if n > LONGEST_BODY} == {}
    assert statistics.median(bodies.values()) < 8
    assert statistics.quantiles(bodies.values(), n=10)[-1] < 25


def test_nesting_is_shallow() -> None:
    """Branches and loops lie at most three deep inside each other."""
    depths = {name: depth(function) for name, function in functions()}
    assert {name: n for name, n in depths.items() if n > MOST_NESTED} == {}


def test_modules_tell_what_they_are_for() -> None:
    """Each module begins with a docstring."""
    not_notified = [
        str(path.relative_to(HOME)) for path in CODE if not ast.get_docstring(tree_of(path))
    ]
    assert not_notified == []


def test_tests_say_one_sentence() -> None:
    """Each test has a docstring that is a sentence."""
    not_notified = []
    for path in sorted((HOME / "tests").rglob("test_*.py")):
        for node in tree_of(path).body:  # pytest finds no other ones
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                said = (ast.get_docstring(node) or "").strip()
                if not said.endswith((".", "?")):
                    not_notified.append(f"{path.name}: {node.name}")
    assert not_notified == []


# --- the tools


def run(
    *command: str | Path, cwd: Path = HOME, path: Path | None = None
) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "RECORDER"))}
    if path is not None:
        environment["PYTHONPATH"] = str(path)
    done = subprocess.run(
        [sys.executable, *map(str, command)],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",)],
    ids=["lint", "format", "types"],
)
def test_the_tools_have_no_complaint(command: Sequence[str]) -> None:
    """Lint with every rule on, the formatter, and strict types."""
    run("-m", *command)


# --- the package

CREATES = """
import sys
from recorder.store.engine import Database
from recorder.store.migrate import migrations_dir, upgrade
from recorder.store.revision import require_current
database = Database(sys.argv[1])
upgrade(database)
require_current(database)
print(migrations_dir())
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    run("-m", "hatchling", "build", "-t", "wheel", "-d", folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.mark.slow
def test_the_wheel_holds_the_migrations(wheel: Path) -> None:
    """All of the program and of its migrations and views is in the wheel, and nothing else."""
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    expected = {
        str(path.relative_to(HOME))
        for path in PACKAGE.rglob("*")
        if path.suffix in (".py", ".typed")
    }
    for path in (HOME / "migrations").rglob("*"):
        if path.suffix in (".py", ".sql", ".mako"):
            expected.add(f"recorder/{path.relative_to(HOME)}")
    assert expected <= held
    assert not [name for name in held if not name.startswith("recorder/") or name.endswith(".pyc")]


@pytest.mark.slow
def test_the_installed_wheel_makes_a_store(wheel: Path, tmp_path: Path) -> None:
    """Installed anywhere, it finds the migrations inside itself."""
    site = tmp_path / "site"
    options = ("--quiet", "--no-deps", "--no-index", "--disable-pip-version-check")
    run("-m", "pip", "install", *options, "--target", site, wheel)
    url = f"sqlite:///{tmp_path / 'store.db'}"
    said = run("-c", CREATES, url, cwd=tmp_path, path=site).stdout.strip()
    assert said == str(site / "recorder" / "migrations")
    said = run("-m", "recorder", "--help", cwd=tmp_path, path=site).stdout
    assert said.startswith("Usage: ")


@pytest.mark.slow
def test_a_checkout_makes_a_store(tmp_path: Path) -> None:
    """Run from a checkout, as an editable install does, it finds the migrations beside the package."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    said = run("-c", CREATES, url, cwd=tmp_path, path=HOME).stdout.strip()
    assert said == str(HOME / "migrations")
