"""The typed rows are the tables' rows, and the tables have what the API's fields say."""

from typing import Any

import pytest
import sqlalchemy as sa

from recorder.history.run_summary import RunSummary
from recorder.ledger.row import FIELDS, FieldKind
from recorder.store.records import PollRecord, RunRecord, SnapshotRecord, WatchRecord
from recorder.store.schema import (
    poll,
    run,
    run_summary,
    snapshot,
    watch,
)
from recorder.views import RUN_KINDS


@pytest.mark.parametrize(
    ("record", "table", "more"),
    [
        (RunRecord, run, ()),
        (WatchRecord, watch, ()),
        (SnapshotRecord, snapshot, ("template",)),
        (PollRecord, poll, ()),
    ],
)
def test_a_record_has_its_tables_columns(
    record: Any, table: sa.Table, more: tuple[str, ...]
) -> None:
    """The same names; what the database computes is no part of it."""
    columns = [c.name for c in table.c if c.computed is None]
    assert sorted(record.__struct_fields__) == sorted([*columns, *more])


def test_a_field_of_the_api_has_a_column_and_is_shown() -> None:
    """Each declared field is kept as a column of its run, and the view `runs` shows it."""
    made_of = {"preview": "cost_preview_micros", "actual": "cost_actual_micros"}
    made_of["completed_at"] = "ended_at"
    for field in FIELDS:
        name = made_of.get(field.name, field.name)
        assert name in run_summary.c or name in watch.c
        assert name in RUN_KINDS
        kind = {"instant": "instant", "count": "count", "flag": "flag"}.get(field.kind.value)
        assert (
            field.kind is FieldKind.AMOUNT or kind == RUN_KINDS[name] or RUN_KINDS[name] == "text"
        )


def test_facts_have_columns() -> None:
    """All that a history comes to is kept."""
    assert {*RunSummary.__struct_fields__} <= {*run_summary.c.keys(), *watch.c.keys()}
