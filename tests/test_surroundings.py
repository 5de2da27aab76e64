"""The same work in surroundings that are drawn at random: the same store, the same exit codes, the same files."""

import json
import random
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from pooler import pooled
from stores import document
from surroundings import Surroundings, plain, without_settings

from recorder.sandbox import Sandbox
from recorder.store.engine import Database

KEY = "pk_surroundings_0123456789abcdef"
IDS = ["er_plain", "er_é", "er_日本", "er_\u202etxt", "er_" + "x" * 500]
pytestmark = pytest.mark.slow


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.mark.parametrize("seed", range(4))
def test_what_is_recorded_is_the_same(bare_url: str, tmp_path: Path, seed: int) -> None:
    """Ids from stdin, a pass, an export and its import, each in surroundings of its own."""
    rng = random.Random(seed)
    assert_works(bare_url, tmp_path, lambda: Surroundings.draw(rng))


def test_plain_surroundings_are_one_case_of_it(bare_url: str, tmp_path: Path) -> None:
    """What the drawn ones are held to is what anybody gets."""
    assert_works(bare_url, tmp_path, plain)


@pytest.mark.external
@pytest.mark.parametrize("dialect", ["postgres"])
def test_behind_a_pooler_too(bare_url: str, tmp_path: Path, stack: ExitStack) -> None:
    """With a transaction pooler between."""
    rng = random.Random(99)
    assert_works(stack.enter_context(pooled(bare_url)), tmp_path, lambda: Surroundings.draw(rng))


def assert_works(url: str, folder: Path, draw: Callable[[], Surroundings]) -> None:
    with Sandbox(users={"default": KEY}).start() as sandbox:
        for run_id in IDS[:-1]:
            sandbox.put(document(run_id, "completed", error={"message": f"ё {run_id}"}))
        environ = without_settings() | {
            "HOME": str(folder),
            "RECORDER_DATABASE_URL": url,
            "RECORDER_BASE_URL": sandbox.url,
            "PUFFLE_API_KEY": KEY,
        }

        def run(*arguments: str, given: Sequence[str] = (), db: str = url) -> int:
            lines = folder / "lines"
            lines.write_bytes("".join(f"{line}\n" for line in given).encode())
            surroundings = draw()
            with lines.open("rb") as stdin:
                process = surroundings.start(
                    ["-W", "error", "-m", "recorder", *arguments],
                    environ | {"RECORDER_DATABASE_URL": db},
                    stdin=stdin if given else None,
                )
                code = process.wait(timeout=60)
            assert code in (0, 2), (code, arguments, surroundings)
            return code

        exported, copy = folder / "out.ndjson", f"sqlite:///{folder / 'copy.db'}"
        assert run("db", "upgrade") == 0
        assert run("track", "-", "-v", given=[*IDS, "no id"]) == 2
        assert run("poll", "-v") == 0
        assert run("export", "answers", "--out", str(exported)) == 0
        assert run("import", str(exported), db=copy) == 0
    shown = [(one, "completed", f"ё {one}") for one in IDS[:-1]]
    expected = sorted(shown, key=str)
    assert rows(url) == sorted([*expected, (IDS[-1], None, None)], key=str)
    assert [row for row in rows(copy) if row[1]] == expected
    assert stat.S_IMODE(exported.stat().st_mode) & 0o077 == 0
    assert all(json.loads(line) for line in exported.read_bytes().splitlines())


def rows(url: str) -> list[tuple[Any, ...]]:
    """Each run, its status and its error, by id."""
    database = Database(url)
    try:
        with database.reading() as connection:
            prefix = "recorder." if url.startswith("postgres") else ""
            found = connection.exec_driver_sql(
                f"SELECT run_id, status, error_message FROM {prefix}runs"
            )
            return sorted((tuple(row) for row in found), key=str)
    finally:
        database.close()
