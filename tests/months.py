"""A month of the sandbox's history, imported as a person would."""

import json
from pathlib import Path

from recorder.cli.main import cli, run
from recorder.instants import DAY, now_us
from recorder.sandbox import answers


def import_month(url: str, folder: Path, *, runs: int = 150, seed: int = 5) -> None:
    """Import answers of so many runs of the last thirty days."""
    lines = answers(runs=runs, seed=seed, start_at=now_us() - 30 * DAY, spread_us=29 * DAY)
    history = folder / "history.ndjson"
    history.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert run(cli, ["import", "--db", url, str(history)]) == 0
