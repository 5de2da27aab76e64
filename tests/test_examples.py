"""Every example of every help runs: against a store of a month, and a sandbox that serves its runs."""

import io
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from stores import T0, document
from test_main import examples

from recorder.cli.main import cli, run
from recorder.instants import DAY, iso
from recorder.sandbox import DEFAULT_USERS, Sandbox, answers

RUN_ID = "er_01JC8Z6M3Q"  # of the examples
ENDLESS = (
    *("poll --forever", "events --follow", "demo"),
    *("sandbox --runs", "sandbox --port", "sandbox --folder"),
)
ELSEWHERE = ("db upgrade --db postgresql:", "metrics --out /var/lib")
FITTED = {"55s": "1s", "today": "SELECT status FROM runs", "2000": "20"}
"""What is typed in place of a long time, of the text of a file, and of much."""

CROSSED = 5
CODES = {"check": {0, CROSSED}, "overdue": {0, CROSSED}, "forget": {0, 2}, "doctor": {0, 1}}
"""The exit codes of the commands that have others than 0: `forget` asks first, and the doctor finds an idle store."""


def runs_here(words: list[str]) -> bool:
    """Whether an example ends by itself, and leaves alone what is not the test's."""
    line = " ".join(words)
    return line != "watch" and not line.startswith((*ENDLESS, *ELSEWHERE))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A ledger that serves the run of the examples."""
    with Sandbox().start() as sandbox:
        sandbox.put(document(RUN_ID, "completed"))
        yield sandbox


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> Path:
    """A folder with a store of a month, its answers, a config file with a budget, and a query."""
    folder = tmp_path_factory.mktemp("stocked")
    now = time.time_ns() // 1000
    lines = list(answers(runs=60, start_at=now - 30 * DAY, until_at=now))
    first = {"observed_at": iso(T0), "run_id": RUN_ID, "body": document(RUN_ID, "completed")}
    (folder / "history.ndjson").write_text(
        "".join(f"{json.dumps(one)}\n" for one in [*lines, first])
    )
    config = 'settle = "100ms"\n[budget.month]\nunit = "credits"\namount = 5000\nper = "month"\n'
    (folder / "config.toml").write_text(config)
    common = ["--db", str(folder / "store.db"), "--base-url", sandbox.url]
    common += ["--config", str(folder / "config.toml")]
    assert run(cli, ["import", str(folder / "history.ndjson"), *common]) == 0
    assert run(cli, ["track", RUN_ID, "--label", "team=growth", *common]) == 0
    assert run(cli, ["track", "er_b", "--source", "team-b", *common]) == 0
    return folder


@pytest.fixture
def home(stocked: Path, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that folder, which the settings of the environment name."""
    folder = Path(shutil.copytree(stocked, tmp_path / "home"))
    for name in [name for name in os.environ if name.startswith(("RECORDER_", "PUFFLE_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("RECORDER_DATABASE_URL", str(folder / "store.db"))
    monkeypatch.setenv("RECORDER_CONFIG", str(folder / "config.toml"))
    monkeypatch.setenv("RECORDER_BASE_URL", sandbox.url)
    monkeypatch.setenv("PUFFLE_API_KEY", next(iter(DEFAULT_USERS.values())))
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("words", [one for one in examples() if runs_here(one)], ids=" ".join)
def test_each_example_runs(
    words: list[str],
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As it is typed, it ends with an exit code that its help names, and no error is reported."""
    piped = (home / "history.ndjson").read_bytes() if words[0] == "import" else RUN_ID.encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(piped)))
    typed = [FITTED.get(word, word) for word in words]
    assert run(cli, typed) in CODES.get(words[0], {0}), capsys.readouterr().err
    assert "error" not in capsys.readouterr().err
