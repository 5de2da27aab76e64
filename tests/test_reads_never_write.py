"""Commands that read change no store and make none."""

from pathlib import Path

import pytest
from commands import ANSWERS_2, COMMANDS, ways
from made_answers import random_answers
from stores import answer, document, register, rows

from recorder.cli.main import cli, run
from recorder.store.engine import Database
from recorder.store.write.record import Recorder

WRITES = (
    *("track", "untrack", "label", "forget", "poll", "wait", "watch", "import", "doctor"),
    *("db upgrade", "db prune"),
)
APART = ("demo", "sandbox")  # have no store, or one of their own
READS = [name for name in map(" ".join, COMMANDS) if name not in (*WRITES, *APART)]


@pytest.fixture
def no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.delenv("RECORDER_DATABASE_URL", raising=False)
    config = tmp_path / "config.toml"
    config.write_text('[budget.all]\nunit = "credits"\namount = 5\nper = "month"\n')
    monkeypatch.setenv("RECORDER_CONFIG", str(config))
    monkeypatch.chdir(tmp_path)


@pytest.mark.slow
@pytest.mark.usefixtures("no_settings")
def test_no_command_that_reads_changes_a_row(
    database: Database, store_url: str, tmp_path: Path
) -> None:
    """Every row of every table is as before, after each command but those that are there to write."""
    answers = random_answers(seed=5, runs=60)
    answers += [answer(0, document(one), run_id=one) for one in ("er_1", "er_echo")]
    register(database, sorted({one.run_id for one in answers}))
    Recorder(database).record(answers)
    before, more = rows(database), ways(tmp_path)
    for name in READS:
        codes = [
            run(cli, [*name.split(), *arguments, "--db", store_url])
            for arguments in more.get(name, [[]])
        ]
        assert codes[0] != 2 or name in ANSWERS_2, (name, codes)
        assert rows(database) == before, name


@pytest.mark.slow
@pytest.mark.usefixtures("no_settings")
def test_no_command_that_reads_makes_a_store(tmp_path: Path) -> None:
    """Where a path is mistyped, no file is there afterwards."""
    more, mistyped = ways(tmp_path), tmp_path / "mistyped" / "store.db"
    for name in READS:
        for arguments in more.get(name, [[]]):
            run(cli, [*name.split(), *arguments, "--db", str(mistyped)])
    assert not mistyped.parent.exists()
