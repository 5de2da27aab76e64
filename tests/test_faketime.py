"""The program under a clock that jumps for one pass, as `faketime` makes it; the server's clock is right."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from stores import document

from recorder.sandbox import Sandbox

pytestmark = [pytest.mark.external, pytest.mark.slow]

KEY = "pk_faketime_0123456789"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    now = datetime.now(UTC)
    timing = {"createdAt": (now - timedelta(seconds=5)).isoformat()}
    with Sandbox(users={"ann": KEY}).start() as served:
        ended: dict[str, Any] = {"status": "completed", "timing": timing}
        served.script("flies", [document("flies", timing=timing)])
        served.script("settles", [document("settles", **ended), document("settles", **ended, n=1)])
        yield served


@pytest.fixture
def ask(sandbox: Sandbox, tmp_path: Path) -> Any:
    """Runs the program on a store of its own, by a clock that is so far off."""
    program = shutil.which("faketime")
    assert program is not None, "faketime is missing"
    environ = os.environ | {
        "RECORDER_DATABASE_URL": str(tmp_path / "s.db"),
        "RECORDER_BASE_URL": sandbox.url,
        "RECORDER_EVERY": "1s",
        "PUFFLE_API_KEY": KEY,
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }

    def asked(*arguments: str, off: str = "") -> tuple[int, str, str]:
        command = [sys.executable, "-m", "recorder", *arguments]
        whole = [program, "-f", off, *command] if off else command
        done = subprocess.run(
            whole, env=environ, capture_output=True, text=True, check=False, timeout=60
        )
        return done.returncode, done.stdout, done.stderr

    return asked


def shown(ask: Any, column: str) -> dict[str, Any]:
    """A column of all runs, by their ids."""
    _, out, _ = ask("runs", "--format", "json")
    return {run["run_id"]: run[column] for run in json.loads(out)}


@pytest.mark.parametrize("off", ["+8d", "+25h", "-2h"])
def test_passes_by_a_clock_that_jumped_give_nobody_up(ask: Any, off: str) -> None:
    """They say once that the clock is off, `sources` and `doctor` too; by the right clock all goes on at once."""
    ask("track", "flies", "settles")
    assert ask("poll")[0] == 0
    lines = [ask("poll", off=off)[2] for _ in range(2)]
    assert [("machine's clock is" in told) for told in lines] == [True, False]
    assert "overdue" not in "".join(lines)
    assert shown(ask, "tracking") == {"flies": "active", "settles": "settling"}
    assert ("behind" if off[0] == "-" else "ahead") in ask("sources")[1]
    assert "no run is given up" in ask("doctor", off=off)[1].replace("\n", " ")
    before = shown(ask, "n_polls")["flies"]
    code, _, told = ask("poll", "--for", "8s")
    assert (code, "agrees" in told) == (0, True)
    assert shown(ask, "n_polls")["flies"] >= before + 2
    assert "refused, clock (no value)" in ask("sources")[1]
