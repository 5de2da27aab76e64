"""`recorder history` and `runs`: the state of runs in the store, and how it came about."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, Final, get_args

import click

from recorder.analysis.filters import Filters
from recorder.analysis.value_texts import instant_text
from recorder.analysis.values import Cells, Columns, declared
from recorder.cli.loading import load
from recorder.cli.options import command, command_now, completed_by
from recorder.cli.output import FOR_READING, write_rows
from recorder.cli.row_options import QueryOptions, notify_unknown_words, query_options
from recorder.cli.snapshot_lines import COLUMNS, format_step, step_cells, step_lines
from recorder.cli.stores import reading
from recorder.cli.streams import WIDE, terminal_width
from recorder.cli.terminal import shorten, visible
from recorder.history.units import UNSTATED, unit_of_actual
from recorder.humanize import amount_text, cost_text, counted, span, time_left
from recorder.instants import datetime_of
from recorder.ledger.run_status import TERMINAL
from recorder.life import LOST, Tracking
from recorder.queries import HistoryStep, Queries
from recorder.views import REMAINING_KINDS, RUN_KINDS, RUNS

_TRACKING: Final = get_args(Tracking)
_MAIN_COLUMNS: Final = ("run_id", "status", "leads", "slug", "wall_seconds", "cost", "age")
_COMPOSED: Final[Columns] = dict.fromkeys(("leads", "remaining", "cost", "age"), "number")
_LONGEST_STATUS: Final = 24  # columns; an unknown word may be of any length
_NO_UNIT: Final = "*"
_NONE_AT_ALL: Final = "no runs: 'recorder track RUN_ID' starts a history"


@command(
    "recorder history er_01JC8Z6M3Q",
    "recorder history er_01JC8Z6M3Q --sort=-seq --limit 3",
    "recorder history er_01JC8Z6M3Q --format ndjson | jq -c '.changes[]'",
)
@click.argument("run_id", metavar="RUN_ID", shell_complete=completed_by("run_id"))
@query_options("as_of tz order format")
def history(run_id: str, options: QueryOptions) -> None:
    """Show the snapshots of a run: when each was seen, and which fields changed, before -> after.

    A field that the row does not have is `absent`; in JSON, the change lacks that side. A field that is null is null.
    """
    with reading(options.settings) as database:
        queries = Queries(database, options.settings, as_of=options.as_of)
        _write_history(queries.history(run_id), options)


def _write_history(found: Iterable[HistoryStep], options: QueryOptions) -> None:
    steps = options.order.arrange(found, COLUMNS, cell=lambda step, name: step_cells(step)[name])
    if options.format == "table":
        for line in step_lines(steps, width=terminal_width(), tz=options.tz):
            click.echo(line)
        return
    cells = format_step if options.format == "markdown" else step_cells
    write_rows(map(cells, steps), columns=COLUMNS, format=options.format, tz=options.tz)


@command(
    "recorder runs --status failed,cancelled --since 7d",
    "recorder runs --sort=-wall_seconds --limit 10",
    "recorder runs --status running --sort=remaining_seconds_p50",
    "recorder runs --label team=growth --format csv > runs.csv",
)
@click.option(
    "--tracking",
    type=click.Choice(_TRACKING),
    multiple=True,
    help="Runs in this state of polling. Repeatable.",
)
@query_options("filters as_of tz order format")
def runs(tracking: tuple[str, ...], options: QueryOptions) -> None:
    """List the tracked runs with their last known state, in order of creation.

    json, ndjson and csv have all columns of the view `runs`; a table has the main ones. --sort takes any of them.
    With a --status of runs in flight, such as running, there is also what remains of each (p10, p50, p90), and
    whether it is slow.
    """
    filters, as_of = options.filters, options.as_of
    with reading(options.settings) as database:
        queries = Queries(database, options.settings, as_of=as_of)
        notify_unknown_words(queries, filters)
        is_all = filters == Filters() and not tracking
        some_in_flight = not TERMINAL.issuperset(filters.status)
        columns = (*RUNS, *REMAINING_KINDS) if some_in_flight else RUNS

        def rows() -> Iterable[Cells]:
            """Return the rows; no name holds them, so that they end before the store is closed."""
            found = (
                load("recorder.cli.remaining_runs").runs_with_remaining(database, options)
                if some_in_flight
                else queries.runs(filters)
            )
            wanted = (row for row in found if not tracking or row["tracking"] in tracking)
            return options.order.arrange(wanted, columns)

        write_runs(rows(), options.format, options.tz, columns=columns, as_of=as_of, is_all=is_all)


def write_runs(
    rows: Iterable[Cells],
    format: str,
    tz: tzinfo = UTC,
    *,
    columns: Sequence[str] = RUNS,
    as_of: int | None = None,
    is_all: bool = False,
) -> None:
    """Print rows of the view `runs`; of the whole store if `is_all`."""
    if format in FOR_READING:
        _write_table(list(rows), format, tz, as_of=as_of, is_all=is_all)
    else:
        write_rows(rows, columns=columns, format=format)


def _write_table(
    rows: list[dict[str, Any]], format: str, tz: tzinfo, *, as_of: int | None, is_all: bool
) -> None:
    now = datetime_of(as_of or command_now())
    dropped = any(row["tracking"] in LOST for row in rows)
    columns = [*_MAIN_COLUMNS[:2], *(["tracking"] if dropped else []), *_MAIN_COLUMNS[2:]]
    if any(REMAINING_KINDS.keys() <= row.keys() for row in rows):
        columns.insert(columns.index("slug"), "remaining")
    sides = ((row["cost_unit"], unit_of_actual(row)) for row in rows)
    units = Counter(unit for both in sides for unit in dict.fromkeys(both))
    write_rows(
        [row | _texts(row, now, _usual_unit(units)) for row in rows],
        columns=declared({**RUN_KINDS, **_COMPOSED}, keys=("run_id",)),
        table_columns=[*columns, "source"],
        format=format,
        tz=tz,
        foot=[_foot(rows, as_of, tz, units)] if rows else [],
        empty=_NONE_AT_ALL if is_all and as_of is None else f"no such runs{_then(as_of, tz)}",
    )


def _usual_unit(units: Counter[str | None]) -> str | None:
    """Return the unit that most costs have, which their cells need not repeat; None where no cost has one."""
    return next((unit for unit, _ in units.most_common() if unit not in (None, UNSTATED)), None)


def _texts(row: Mapping[str, Any], now: datetime, usual: str | None) -> dict[str, str | None]:
    """Return the cells that the table makes of several columns of the view; costs without the usual unit."""
    began = row["created_at"] or row["tracked_at"]
    return {
        "leads": _leads(row),
        "remaining": _remaining(row),
        "cost": _cost(row, usual),
        # A clock that is behind makes nothing negative, as in `watch`.
        "age": " ".join(span(max(int((now - began).total_seconds()), 0)).split()[:2]),
    }


def _remaining(row: Mapping[str, Any]) -> str | None:
    """Return what remains of a run, and whether it is slow."""
    if "slow" not in row:
        return None
    left = time_left(row, briefly=terminal_width() < WIDE)
    return ", ".join(filter(None, (left, "slow" if row["slow"] else ""))) or None


def _leads(row: Mapping[str, Any]) -> str | None:
    ended = [row[f"leads_{word}"] for word in ("completed", "skipped", "failed")]
    if row["leads_total"] is None or None in ended:
        return None
    return f"{sum(ended):,}/{row['leads_total']:,}"


def _cost(row: Mapping[str, Any], usual: str | None) -> str | None:
    unit = row["cost_unit"]
    if unit is None:
        return None
    if (of_actual := unit_of_actual(row)) != unit:
        sides = (amount_text(row["cost_actual"], of_actual), amount_text(row["cost_preview"], unit))
        return "/".join(sides)
    is_plain = unit in (usual, UNSTATED)
    text = cost_text(row["cost_actual"], row["cost_preview"], None if is_plain else unit)
    return f"{text}{_NO_UNIT}" if unit == UNSTATED and usual is not None else text


def _foot(
    rows: list[dict[str, Any]], as_of: int | None, tz: tzinfo, units: Counter[str | None]
) -> str:
    statuses = Counter(map(_status_word, rows))
    counts = ", ".join(
        f"{number:,} {shorten(visible(word), _LONGEST_STATUS)}"
        for word, number in statuses.most_common()
    )
    costs = f"leads: ended/all, cost: actual/preview{_in_unit(units)}"
    return f"{counted(len(rows), 'run')}{_then(as_of, tz)}: {counts}; {costs}"


def _in_unit(units: Counter[str | None]) -> str:
    """Return the words for the units that cells of costs leave out."""
    usual = _usual_unit(units)
    if usual is None:
        return ""
    others = " where no unit stands" if units.keys() - {None, UNSTATED, usual} else ""
    unstated = f" ({_NO_UNIT}: unit unstated)" if UNSTATED in units else ""
    return f" in {usual}{others}{unstated}"


def _status_word(row: Mapping[str, Any]) -> str:
    """Return the status of a run, in words where it has none."""
    if row["status"] is not None:
        return str(row["status"])
    return "not seen" if row["is_terminal"] is None else "without status"


def _then(as_of: int | None, tz: tzinfo) -> str:
    return "" if as_of is None else f" as of {instant_text(datetime_of(as_of), tz)}"
