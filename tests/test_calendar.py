"""No instant in the store overflows what reads it: not in a view, a command, a frame or a time zone."""

from contextlib import closing

import pytest
import sqlalchemy as sa
from msgspec.structs import replace
from shapes import fill
from stores import T0, S, answer, document, register, view

import recorder
from recorder.cli.main import cli, run
from recorder.errors import StoreError
from recorder.instants import DAY, iso
from recorder.store.engine import Database
from recorder.store.schema import (
    poll,
    run_summary,
    snapshot,
    source,
    watch,
)
from recorder.store.schema import run as run_table
from recorder.store.write.record import Recorder
from recorder.views import VIEWS

FIRST, LAST = -62_135_596_800_000_000, 253_402_300_799_999_999
SHOWN = [
    *(source.c[name] for name in ("created_at",)),
    *(run_table.c[name] for name in ("tracked_at", "untracked_at")),
    *(watch.c[name] for name in ("first_polled_at", "last_polled_at")),
    *(watch.c[name] for name in ("first_good_at", "last_good_at")),
    *(c for c in snapshot.c if c.name.endswith("_at")),
    *(c for c in run_summary.c if c.name.endswith("_at") or c.name == "ended_after"),
    poll.c.polled_at,
]
IN_ZONE = (
    ["runs"],
    ["status", "er_1"],
    ["history", "er_1"],
    ["overdue"],
    ["durations", "--by", "day"],
    ["failures", "--by", "hour,week"],
    ["costs", "--by", "month"],
    ["coverage", "--by", "day"],
)
PLAIN = (
    ["sources"],
    ["db", "status"],
    ["export", "answers", "--out", "-"],
    ["export", "runs", "--format", "csv", "--out", "-"],
    ["export", "transitions", "--format", "ndjson", "--out", "-"],
)


def test_the_store_takes_no_instant_beyond_the_calendar(database: Database) -> None:
    """A column that people see holds the years 1 to 9999 only: the database itself refuses all else."""
    fill(database)
    for column in SHOWN:
        for us in (FIRST - 1, LAST + 1, -(2**63), 2**63 - 1):
            refused = pytest.raises(StoreError, match=r"calendar|_seen")
            with refused, database.writing() as connection:
                connection.execute(sa.update(column.table).values({column: us}))


@pytest.mark.slow
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12"])
@pytest.mark.parametrize("us", [FIRST, LAST - DAY - 1, -1])
def test_the_ends_of_the_calendar_are_read(
    database: Database, store_url: str, us: int, zone: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every view, command and frame reads what was seen, and what the ledger tells, at the ends of all time."""
    timing = dict.fromkeys(("createdAt", "startedAt", "completedAt", "updatedAt"), iso(us + DAY))
    register(database, ["er_1"], at=(us - T0) // S)
    answers = [
        replace(answer(0, document(status=status, timing=timing)), observed_at=us + at)
        for at, status in ((0, "running"), (1, "completed"))
    ]
    Recorder(database).record(answers)
    names = [name for name in VIEWS if name not in ("labels", "lead_outcomes")]
    for name in names:
        assert view(database, name)
    as_of: tuple[list[str], ...] = ([], ["--as-of", iso(FIRST)], ["--as-of", iso(LAST)])
    asked = [[*one, "--tz", zone, *more] for one in IN_ZONE for more in as_of]
    for command in (*asked, *PLAIN):
        code = run(cli, [*command, "--db", store_url])
        err = capsys.readouterr().err
        assert code == 0 or "had not been seen" in err, (command, err)
    with closing(recorder.open(store_url)) as history:
        for name in names:
            assert len(getattr(history, name)()) > 0
        assert len(history.durations(by=["day"], tz=zone)) > 0
