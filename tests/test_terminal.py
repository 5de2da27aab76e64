"""Whatever a store holds: a terminal is shown it, and obeys none of it."""

import json
import re

import pytest
from stores import answer, document, register
from terminals import on_a_terminal

from recorder.cli.output import FORMATS
from recorder.store.engine import Database
from recorder.store.migrate import upgrade
from recorder.store.record import Recorder

EVIL = "a\x1b[31m\x9b0m\x7f\u202eb\u2066c\r\u2028\ufeff"
OBEYED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\ufeff]|\r(?!\r*\n)"
)
COMMANDS = (
    *(["runs"], ["overdue"], ["sources"], ["doctor"], ["durations", "--by", "slug,label:k"]),
    *(
        ["failures", "--by", "slug,version"],
        ["costs", "--by", "slug"],
        ["coverage", "--by", "mode"],
    ),
    *(["status", "er_1"], ["history", "er_1"], ["status", EVIL], ["runs", "--slug", "\x1b[7m"]),
)
EXPORTS = ("answers", "runs", "snapshots", "polls", "transitions", "labels")


@pytest.fixture(scope="module")
def evil_store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store in which every text that others wrote steers terminals."""
    path = str(tmp_path_factory.mktemp("evil") / "evil.db")
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    register(database, ["er_1", "er_2"], labels={"k": EVIL})
    texts = {name: {name: EVIL} for name in ("enrichment", "trigger", "scope", "output")}
    fields = {
        "enrichment": {"slug": EVIL, "version": EVIL},
        "trigger": {"triggerRunId": EVIL},
        "mode": EVIL,
        "error": {"message": EVIL, "details": {EVIL: EVIL}},
        "cost": {"preview": {"total": 1, "currency": EVIL}, EVIL: EVIL},
    }
    Recorder(database).record(
        [
            answer(0, document("er_1", "running")),
            answer(9, document("er_1", "running", **(texts | fields))),
            answer(9, document("er_2", EVIL, **fields), run_id="er_2"),
            answer(19, b"no row \x1b[31m", run_id="er_2"),
        ]
    )
    database.close()
    return path


def assert_tame(shown: bytes) -> None:
    assert OBEYED.findall(shown.decode()) == []


@pytest.mark.slow
def test_no_command_lets_a_terminal_be_steered(evil_store: str) -> None:
    """Every reading command, in every format, with names and errors, prints nothing that a terminal obeys."""
    for command in COMMANDS:
        for way in FORMATS:
            code, shown = on_a_terminal(*command, "--format", way, "--db", evil_store)
            assert code in (0, 1, 2), shown
            assert_tame(shown)


@pytest.mark.slow
@pytest.mark.parametrize("out", ["-", "/dev/stdout"])
def test_an_export_to_a_terminal_does_not_steer_it(evil_store: str, out: str) -> None:
    """Each line of ndjson is shown with escapes, and is the same JSON; csv is spelt out."""
    for name in EXPORTS:
        code, shown = on_a_terminal(
            "export", name, "--out", out, "--format", "ndjson", "--db", evil_store
        )
        assert code == 0
        assert_tame(shown)
        *lines, count = shown.decode().splitlines()
        assert count.startswith(f"recorder: {len(lines)} ")
        assert all(isinstance(json.loads(line), dict) for line in lines)
    for name in EXPORTS[1:]:
        _, shown = on_a_terminal(
            "export", name, "--out", out, "--format", "csv", "--db", evil_store
        )
        assert_tame(shown)


def test_parquet_is_not_for_a_terminal(evil_store: str) -> None:
    """What is no text is refused, in a line that says what to do."""
    code, shown = on_a_terminal(
        "export", "runs", "--out", "-", "--format", "parquet", "--db", evil_store
    )
    assert code == 2
    assert b"give --out a file" in shown
