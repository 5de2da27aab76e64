"""A month of the sandbox's history, imported as a person would."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from kept import once

from recorder.cli.main import cli, run
from recorder.instants import DAY, now_us
from recorder.sandbox import Effects, answers
from recorder.sandbox.effects import NO_EFFECTS
from recorder.store.engine import Database


@once
def fill_month(database: Database) -> Database:
    """Import a month of 150 runs."""
    with TemporaryDirectory() as folder:
        import_month(database.url.render_as_string(hide_password=False), Path(folder))
    return database


def import_month(
    url: str, folder: Path, *, runs: int = 150, seed: int = 5, effects: Effects = NO_EFFECTS
) -> None:
    """Import answers of so many runs of the last thirty days."""
    at = now_us() - 30 * DAY
    lines = answers(runs=runs, seed=seed, start_at=at, spread_us=29 * DAY, effects=effects)
    history = folder / "history.ndjson"
    history.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert run(cli, ["import", "--db", url, str(history)]) == 0
