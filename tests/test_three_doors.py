"""SQL over the views, the command line and DataFrames give one number, on both kinds of store.

The expected values are those of the slow reference over rows read with plain SQL from the views.
"""

import json
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
import reference
import reference_contrasts
import reference_costs
import reference_spend
from asking import kinds_of
from comparing import assert_cell
from kept import once
from made_answers import random_answers
from stores import BASE_URL, T0, S, empty, view
from stores import rows as tables

import recorder
from recorder.analysis.coverage import PollTimes
from recorder.analysis.rows import RunRow
from recorder.analysis.values import Columns
from recorder.cli.main import cli, run
from recorder.history.spend_parts import PARTS
from recorder.instants import iso, us_of
from recorder.ledger.answer import Answer
from recorder.ledger.run_status import KNOWN
from recorder.store.engine import Database
from recorder.store.write.record import Recorder
from recorder.store.write.sources import ensure_source
from recorder.store.write.track import add_seen_runs, track

RUNS = 150
GROUPS = (
    *((), ("slug",), ("slug", "version"), ("day",), ("status",), ("label:team", "month")),
    *(("hour", "weekday"), ("size", "list_id"), ("week", "mode", "source")),
)
Rows = list[dict[str, Any]]


@pytest.fixture
@once
def store(database: Database) -> Database:
    """A store that took the random history in."""
    return filled(database)


def filled(database: Database, made: Sequence[Answer] = ()) -> Database:
    """Let a store take a random history in, in random order, and some labels."""
    answers = made or random_answers(seed=7, runs=RUNS)
    with database.writing() as connection:
        number = ensure_source(connection, "default", base_url=BASE_URL, now=T0)
        add_seen_runs(connection, number, {a.run_id: a.observed_at for a in answers})
        for team, start in (("a", 0), ("b", 1)):
            some = [f"er_{n:03}" for n in range(start, RUNS, 3)]
            track(connection, "default", some, now=T0 + 9 * S, labels={"team": team})
    recorder_of = Recorder(database)
    for start in range(0, len(answers), 100):
        recorder_of.record(answers[start : start + 100])
    return database


def plain_rows(database: Database) -> list[RunRow]:
    """The tracked runs, read with SQL from the views alone."""
    labels: dict[str, dict[str, str]] = {}
    for one in view(database, "labels"):
        labels.setdefault(one["run_id"], {})[one["key"]] = one["value"]
    good: dict[str, list[int]] = {}
    for poll in view(database, "polls"):
        if poll["outcome"] in ("changed", "unchanged"):
            good.setdefault(poll["run_id"], []).append(_us(poll["polled_at"]) or 0)
    rows, quiet = [], unseen_columns(database)
    for held in view(database, "runs"):
        looks = sorted(good.get(held["run_id"], []))
        known: dict[str, Any] = {name: held.get(name) for name in RunRow.__struct_fields__}
        known |= {name: _us(value) for name, value in known.items() if name.endswith("_at")}
        known |= {"ended_after": _us(held["ended_after"]), "labels": labels.get(held["run_id"], {})}
        known |= quiet[held["source"], held["run_id"]]
        known |= {"first_good_at": looks[0] if looks else None}
        known |= {"last_good_at": looks[-1] if looks else None}
        rows.append(RunRow(**known))
    return rows


def unseen_columns(database: Database) -> dict[tuple[str, str], dict[str, Any]]:
    """What spending goes by and no view shows: whether a run is quiet, and the unit that its actual states."""
    held = tables(database, "source", "run", "watch", "run_summary")
    names = {one["source_id"]: one["name"] for one in held["source"]}
    facts = {(one["source_id"], one["run_key"]): one for one in held["run_summary"]}
    watches = {(one["source_id"], one["run_key"]): one for one in held["watch"]}
    found = {}
    for one in held["run"]:
        key = one["source_id"], one["run_key"]
        found[names[key[0]], one["run_id"]] = {
            "is_quiet": watches[key]["is_quiet"],
            "actual_unit": facts[key]["actual_unit"] if key in facts else None,
        }
    return found


def _us(value: str | datetime | None) -> int | None:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return None if moment is None else us_of(moment)


def through_command_line(
    database: Database,
    capsys: pytest.CaptureFixture[str],
    command: str | tuple[str, ...],
    by: Iterable[str],
) -> Rows:
    """What `recorder COMMAND --format json` prints; amounts digit by digit."""
    url = database.url.render_as_string(hide_password=False)
    asked = (command,) if isinstance(command, str) else command
    arguments = [*asked, "--db", url, "--format", "json"]
    arguments += ["--by", ",".join(by)] if by else []
    assert run(cli, arguments) == 0
    rows: Rows = json.loads(capsys.readouterr().out, parse_float=Decimal)
    return rows


def through_frames(database: Database, command: str, by: Iterable[str], **asks: Any) -> Rows:
    """What the method of that name gives, nulls as None."""
    with closing(recorder.open(database.url.render_as_string(hide_password=False))) as history:
        frame: pd.DataFrame = getattr(history, command)(by=list(by), **asks)
        records = frame.astype(object).where(frame.notna(), None).to_dict("records")
        return [{str(name): value for name, value in row.items()} for row in records]


def assert_rows(rows: Rows, expected: Rows, kinds: Columns, keys: tuple[str, ...]) -> None:
    """The same groups with the same values, whatever order the reference has."""

    def keyed(some: Rows) -> dict[tuple[Any, ...], Mapping[str, Any]]:
        return {tuple(row[key] for key in keys): row for row in some}

    ours, theirs = keyed(rows), keyed(expected)
    assert ours.keys() == theirs.keys()
    for key, row in ours.items():
        assert row.keys() == theirs[key].keys()
        for name, value in row.items():
            kind = kinds.get(name, "text")
            is_float = kind in ("rate", "number", "seconds") and value is not None
            wanted = theirs[key][name]
            if kind == "amount" and value is not None:
                assert Decimal(str(value)) == wanted, name
            else:
                assert_cell(name, kind, float(value) if is_float else value, wanted)


ANALYSES: dict[str, tuple[Callable[..., Rows], Columns, tuple[str, ...]]] = {
    "durations": (reference.durations, kinds_of("durations"), ()),
    "failures": (reference.failures, kinds_of("failures"), ()),
    "costs": (reference_costs.costs, kinds_of("costs"), ("unit",)),
}


@pytest.mark.slow
@pytest.mark.parametrize("command", ANALYSES)
def test_three_doors_give_one_number(
    command: str, store: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every column of every analysis, by every kind of group, is what the reference says of the views' rows."""
    expected_of, kinds, more = ANALYSES[command]
    rows = plain_rows(store)
    assert len(rows) == RUNS
    for by in GROUPS:
        expected = expected_of(rows, by)
        assert len(expected) >= 1
        printed = through_command_line(store, capsys, command, by)
        assert_rows(printed, expected, kinds, (*by, *more))
        assert_rows(through_frames(store, command, by), expected, kinds, (*by, *more))


def _dated(row: RunRow) -> int:
    return row.tracked_at if row.created_at is None else row.created_at


CHOICES: tuple[tuple[tuple[str, ...], Callable[[RunRow], bool]], ...] = (
    (("--slug", "phone", "--slug", "work_email"), lambda row: row.slug is not None),
    (("--label", "team=a"), lambda row: row.labels.get("team") == "a"),
    (("--version", "3"), lambda row: row.version == "3"),
    (("--since", "2025-11-21T09:00:00Z"), lambda row: _dated(row) >= T0 + 86_400 * S),
    (("--until", "2025-11-21T09:00:00Z"), lambda row: _dated(row) < T0 + 86_400 * S),
    (("--source", "default"), lambda _: True),
)


@pytest.mark.slow
@pytest.mark.parametrize("command", ANALYSES)
def test_filters_choose_the_same_runs(
    command: str, store: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each filter leaves the runs that a plain condition leaves, by days and hours of another zone too."""
    expected_of, kinds, more = ANALYSES[command]
    by = ("day", "hour")
    berlin = ZoneInfo("Europe/Berlin")
    sizes = set()
    for arguments, holds in CHOICES:
        rows = [row for row in plain_rows(store) if holds(row)]
        sizes.add(len(rows))
        asks = (command, *arguments, "--tz", "Europe/Berlin")
        printed = through_command_line(store, capsys, asks, by)
        assert_rows(printed, expected_of(rows, by, tz=berlin), kinds, (*by, *more))
    assert len(sizes) > 4


@pytest.mark.slow
def test_spend_is_the_same_through_every_door(
    store: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every part by every kind of group, the ratios of the whole store whatever the filters; the view gives the sums."""
    rows, kinds = plain_rows(store), kinds_of("spend")
    for by in (*GROUPS, ("version", "label:team")):
        expected = reference_spend.spend(rows, by)
        for found in (
            through_command_line(store, capsys, "spend", by),
            through_frames(store, "spend", by),
        ):
            assert_rows(found, expected, kinds, (*by, "unit"))
    for arguments, holds in CHOICES:
        chosen = [row for row in rows if holds(row)]
        printed = through_command_line(store, capsys, ("spend", *arguments), ("slug",))
        expected = reference_spend.spend(rows, ("slug",), rows=chosen)
        assert_rows(printed, expected, kinds, ("slug", "unit"))
    shown = {one["run_id"]: one for one in view(store, "runs")}
    for row in rows:
        part = reference_spend.taken(row) if row.n_snapshots else (None, None, None)
        held = shown[row.run_id]
        assert (held["spend_part"], held["spend_micros"], held["spend_unit"]) == part
    assert {held["spend_part"] for held in shown.values()} == {*PARTS, None}


@pytest.mark.slow
def test_comparisons_are_the_same_through_every_door(
    store: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    """Selections and versions of the command line and of DataFrames are those of scipy over the views' rows."""
    rows, sides = plain_rows(store), ("phone", "work_email")
    of_slugs = [[row for row in rows if row.slug == slug] for slug in sides]
    for by in ((), ("version",)):
        keys = reference.grouped([*of_slugs[0], *of_slugs[1]], by)
        pairs: list[reference_contrasts.Pair] = []
        for key in keys:
            a, b = (reference.grouped(side, by).get(key, []) for side in of_slugs)
            pairs.append((dict(zip(by, key, strict=True)), a, b))
        expected = reference_contrasts.compared(pairs)
        flags = ("compare", "--a", "slug=phone", "--b", "slug=work_email", "--since", "2000-01-01")
        printed = through_command_line(
            store, capsys, (*flags, "--slug", "phone", "--slug", "work_email"), by
        )
        asks = {"a": {"slug": "phone"}, "b": {"slug": ["work_email"]}, "slug": sides}
        framed = through_frames(store, "compare", by, **asks)
        for found in (printed, framed):
            assert_rows(found, expected, kinds_of("compare"), (*by, "measure", "unit"))
    printed = through_command_line(store, capsys, "versions", ())
    lead = ("slug", "version_a", "version_b", "measure", "unit")
    expected = reference_contrasts.compared(reference_contrasts.by_version(rows))
    assert len(expected) > 10
    for found in (printed, through_frames(store, "versions", ())):
        assert_rows(found, expected, kinds_of("versions"), lead)


BUDGETS: dict[str, tuple[dict[str, Any], Callable[[RunRow], bool]]] = {
    "all": ({"unit": "credits", "amount": 20, "per": "day"}, lambda _: True),
    "phone": (
        {"unit": "USD", "amount": 0.5, "per": "month", "tz": "Europe/Berlin", "slug": "phone"},
        lambda row: row.slug == "phone",
    ),
    "team": (
        {"unit": "unstated", "amount": 5, "per": "month", "label": "team=a"},
        lambda row: row.labels.get("team") == "a",
    ),
}


@pytest.mark.slow
def test_budgets_are_the_same_through_every_door(
    store: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Command line and DataFrames give what the reference says of the views' rows, within the history and after it."""
    config = tmp_path / "budgets.toml"
    told = [
        f"[budget.{name}]\n" + "\n".join(f"{key} = {json.dumps(v)}" for key, v in held.items())
        for name, (held, _) in BUDGETS.items()
    ]
    config.write_text("\n".join(told), encoding="utf-8")
    rows, url = plain_rows(store), store.url.render_as_string(hide_password=False)
    verdicts = set()
    for days in (4, 15):
        now = T0 + days * 86_400 * S
        asks = ("budget", "--config", str(config), "--as-of", iso(now))
        printed = through_command_line(store, capsys, asks, ())
        with closing(recorder.open(url, config=config)) as history:
            frame = history.as_of(iso(now)).budget().astype(object)
        framed = frame.where(frame.notna(), None).to_dict("records")
        for (held, holds), one, other in zip(BUDGETS.values(), printed, framed, strict=True):
            expected = reference_spend.budget(
                [row for row in rows if holds(row)],
                held["unit"],
                int(held["amount"] * 1_000_000),
                per=held["per"],
                now=now,
                tz=ZoneInfo(held.get("tz", "UTC")),
            )
            verdicts.add(expected["verdict"])
            for found in (one, other):
                for name, value in expected.items():
                    assert_budget_cell(found[name], value)
    assert verdicts == {"over", "may_be_over", "too_few"}


def assert_budget_cell(value: Any, expected: Any) -> None:
    if isinstance(value, str) and isinstance(expected, int):
        value = _us(value)
    elif isinstance(value, datetime):
        value = us_of(value)
    elif isinstance(expected, float):
        value, expected = float(value), pytest.approx(expected, rel=1e-12)
    assert value == expected


@pytest.mark.slow
@pytest.mark.parametrize("command", ["durations", "costs"])
def test_a_status_chooses_the_population(
    command: str, store: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    """Runs of the status asked for are in the rows; what stands in their context is of every status."""
    expected_of, kinds, more = ANALYSES[command]
    for status in (("failed",), ("failed", "cancelled"), ("paused",)):
        asks = (command, "--status", ",".join(status))
        printed = through_command_line(store, capsys, asks, ("slug",))
        expected = expected_of(plain_rows(store), ("slug",), status)
        assert_rows(printed, expected, kinds, ("slug", *more))


def plain_looks(database: Database) -> dict[str, PollTimes]:
    """The polls of each run as coverage counts them, read with SQL from the views alone."""
    shown = {(one["run_id"], one["seq"]): one["status"] for one in view(database, "snapshots")}
    polls: dict[str, Rows] = {}
    for poll in sorted(view(database, "polls"), key=lambda one: _us(one["polled_at"]) or 0):
        polls.setdefault(poll["run_id"], []).append(poll)
    return {run_id: _looks(run_id, of_run, shown) for run_id, of_run in polls.items()}


def _looks(run_id: str, polls: Rows, shown: Mapping[tuple[str, int], str | None]) -> PollTimes:
    good = [poll for poll in polls if poll["snapshot_seq"] is not None]
    ended = [shown[run_id, poll["snapshot_seq"]] in reference.ENDED for poll in good]
    while len(ended) > 1 and ended[-1] and ended[-2]:
        ended.pop()
    words = [poll["outcome"] for poll in polls]
    return PollTimes(
        good_at=[_us(poll["polled_at"]) or 0 for poll in good[: len(ended)]],
        n_good=len(good),
        n_not_visible=words.count("not_visible"),
        n_throttled=words.count("throttled"),
        n_errors=sum(w in ("server_error", "network_error", "refused", "malformed") for w in words),
    )


@pytest.mark.slow
def test_coverage_is_the_same_through_every_door(
    store: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    """How well the history was caught, but for the seconds since the last poll, which go by the clock."""
    looks = plain_looks(store)
    watched = [(row, looks.get(row.run_id, PollTimes())) for row in plain_rows(store)]
    kinds = kinds_of("coverage")
    for by in GROUPS:
        expected = reference_costs.coverage(watched, by)
        printed = through_command_line(store, capsys, "coverage", by)
        for rows in (printed, through_frames(store, "coverage", by)):
            now = [row.pop("seconds_since_good_poll") for row in rows]
            assert len(now) == len(expected)
            assert_rows(rows, [_without_clock(row) for row in expected], kinds, by)


def _without_clock(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "seconds_since_good_poll"}


@pytest.mark.slow
def test_both_stores_hold_the_same_rows(
    sqlite_template: Path, postgres_database: Database, tmp_path: Path
) -> None:
    """Every table of a SQLite and of a Postgres that took the same history in holds the same rows."""
    shutil.copyfile(sqlite_template, tmp_path / "store.db")
    empty(postgres_database)
    with closing(Database(f"sqlite:///{tmp_path / 'store.db'}")) as sqlite_database:
        ours, theirs = tables(filled(sqlite_database)), tables(filled(postgres_database))
    assert sum(map(len, ours.values())) > 10 * RUNS
    for event in (*ours["event"], *theirs["event"]):
        del event["recorded_at"]  # by the clock
    for table, held in ours.items():
        assert held == theirs[table], table


@pytest.mark.slow
def test_the_random_history_is_wide(store: Database) -> None:
    """The random history shows what it was made to show: every pair quality, brackets, reopened and lost runs."""
    held = plain_rows(store)
    qualities = {row.cost_quality for row in held}
    assert {
        "none",
        "unparsed",
        "preview_only",
        "unit_mismatch",
        "both",
        "provisional",
        None,
    } == qualities
    assert {row.ended_at_origin for row in held} == {"ledger", "bracketed", None}
    assert {row.observation_class for row in held} >= {"from_start", "mid_flight", "post_hoc"}
    assert any(row.n_reopened for row in held)
    assert any(row.tracking == "not_visible" for row in held)
    assert any("queue_negative" in (row.quality or "") for row in held)
    assert any(row.is_in_flight and row.status not in KNOWN for row in held)
