"""The public rows have the views' columns and exact values."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
import shapes
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from made_rows import run_row

from recorder.history.flags import is_sharp
from recorder.ledger.answer import Outcome
from recorder.ledger.cost import exact_micros
from recorder.queries import Queries
from recorder.settings import Settings
from recorder.store.engine import Database
from recorder.store.table_parts import SCHEMA
from recorder.views import VIEWS, poll_cells, run_cells, snapshot_cells

INSTANTS = st.integers(min_value=0, max_value=2**41) | st.none()
MICROS = st.integers(min_value=-(2**63) + 1, max_value=2**63 - 1)


@pytest.mark.parametrize("name", VIEWS)
def test_columns_are_those_of_the_view(database: Database, name: str) -> None:
    """Each view has exactly the public columns, in their order, on both kinds of store."""
    schema = None if database.dialect.is_file else SCHEMA
    with database.reading() as connection:
        columns = sa.inspect(connection).get_columns(name, schema=schema)
    assert [column["name"] for column in columns] == list(VIEWS[name])


@given(micros=MICROS)
def test_amounts_are_exact_and_have_no_exponent(micros: int) -> None:
    """An amount is its micros, to the last digit, without an exponent or a needless zero."""
    amount = run_cells(run_row(cost_actual_micros=micros))["cost_actual"]
    assert isinstance(amount, Decimal)
    assert exact_micros(amount) == micros
    assert "E" not in str(amount)
    assert not ("." in str(amount) and str(amount).endswith("0"))


@given(created=INSTANTS, started=INSTANTS, ended=INSTANTS, width=st.none() | st.integers(0, 10**8))
def test_durations_are_null_where_a_bound_is_missing_or_the_clock_ran_backwards(
    created: int | None, started: int | None, ended: int | None, width: int | None
) -> None:
    """A duration is the difference of its bounds in seconds; the sharp one only where the end is known well."""
    after = None if ended is None or width is None else ended - width
    cells = run_cells(
        run_row(created_at=created, started_at=started, ended_at=ended, ended_after=after)
    )
    is_early = created is not None and started is not None and created - started > 60 * 10**6
    for name, begin, end in (
        ("queue", created, started),
        ("run", None if is_early else started, ended),
        ("wall", created, ended),
    ):
        known = begin is not None and end is not None and end >= begin
        assert cells[f"{name}_seconds"] == ((end - begin) / 1e6 if known else None)  # type: ignore[operator]
        if name != "queue":
            sharp = known and is_sharp(width or 0, end - begin)  # type: ignore[operator]
            expected = cells[f"{name}_seconds"] if sharp else None
            assert cells[f"{name}_seconds_sharp"] == expected


def test_a_run_that_was_never_seen_is_neither_ended_nor_not() -> None:
    """`is_terminal` is null before the first answer, false for an unknown word, true after an end."""
    assert run_cells(run_row(status=None, n_snapshots=0))["is_terminal"] is None
    assert run_cells(run_row(status="paused", n_snapshots=1))["is_terminal"] is False
    assert run_cells(run_row(status="failed", n_snapshots=1))["is_terminal"] is True


TYPES = {
    "text": str,
    "count": int,
    "flag": bool,
    "seconds": float,
    "amount": Decimal,
    "instant": datetime,
}


@pytest.mark.parametrize("name", VIEWS)
def test_every_kind_of_cell_has_its_type(database: Database, name: str) -> None:
    """Each column of each view has cells, and each is null or of the type that the column's kind says."""
    shapes.fill(database)
    shapes.fill_items(database)
    rows = list(getattr(Queries(database, Settings(database_url="sqlite://")), name)())
    for column, kind in VIEWS[name].items():
        cells = [row[column] for row in rows if row[column] is not None]
        assert {type(cell) for cell in cells} == {TYPES[kind]}, column
        if kind == "instant":
            assert {cell.tzinfo for cell in cells} == {UTC}, column


@pytest.mark.parametrize(
    ("preview", "preview_unit", "actual", "actual_unit", "unit"),
    [
        (None, None, None, None, None),
        (None, "USD", None, None, None),
        (1, None, None, None, "unstated"),
        (1, None, 2, "credits", "credits"),
        (None, None, 2, None, "unstated"),
        (1, "USD", 2, "credits", "USD"),
    ],
)
def test_a_snapshot_states_one_unit(
    preview: int | None,
    preview_unit: str | None,
    actual: int | None,
    actual_unit: str | None,
    unit: str | None,
) -> None:
    """The unit is the preview's, else the actual's, else `unstated`; null where there is no amount."""
    held = dict.fromkeys(VIEWS["snapshots"]) | {
        "digest": b"\x00\xff",
        "preview_micros": preview,
        "preview_unit": preview_unit,
        "actual_micros": actual,
        "actual_unit": actual_unit,
    }
    cells = snapshot_cells(held)
    assert cells["cost_unit"] == unit
    assert cells["digest"] == "00ff"


def test_outcomes_are_words() -> None:
    """A poll's outcome is the word of the view, for every outcome."""
    held = dict.fromkeys(VIEWS["polls"]) | {"polled_at": 0}
    words = [poll_cells(held | {"outcome": int(outcome)})["outcome"] for outcome in Outcome]
    assert words == [outcome.name.lower() for outcome in Outcome]
