"""Groups and filters: which run counts where."""

from datetime import UTC, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from asking import failures
from made_rows import DAWN, run_row

from recorder.analysis.building import runs_of
from recorder.analysis.filters import Filters
from recorder.analysis.groups import Grouping, Key, parse_by
from recorder.analysis.rows import RunRow
from recorder.analysis.runner import meant
from recorder.errors import UsageError
from recorder.instants import DAY, SECOND, parse_instant

LAST_MOMENT = (parse_instant("9999-12-31T23:59:59Z") or 0) + DAY


@pytest.mark.parametrize(
    ("given", "terms"),
    [
        (None, ()),
        ("", ()),
        ([], ()),
        ("slug", ("slug",)),
        ("slug, version", ("slug", "version")),
        (["day", "label:team"], ("day", "label:team")),
        (["label:a,b"], ("label:a,b",)),
        ("label: team ,status", ("label:team", "status")),
    ],
)
def test_terms_come_as_text_or_as_list(
    given: str | list[str] | None, terms: tuple[str, ...]
) -> None:
    """Commas part a text; in a list each item is one term, commas and all."""
    assert parse_by(given) == terms


@pytest.mark.parametrize(
    "given", ["colour", "slug,", "label:", "Slug", ["slug,day"], "labels:x", " "]
)
def test_a_term_that_nobody_knows_gets_one_line(given: str | list[str]) -> None:
    """The message shows the word and the choice, in one line, and ends with exit code 2."""
    with pytest.raises(UsageError, match=r"choose from slug, version, .* and label:KEY") as told:
        parse_by(given)
    assert "\n" not in str(told.value)
    assert told.value.exit_code == 2


def test_a_term_stands_once() -> None:
    """Twice the same column makes no sense."""
    with pytest.raises(UsageError, match="'slug' twice"):
        parse_by("slug,day,slug")


@pytest.mark.parametrize(
    ("created", "day", "week", "month"),
    [
        ("2026-11-20T09:15:00Z", "2026-11-20", "2026-W47", "2026-11"),
        ("2027-01-01T00:00:00Z", "2027-01-01", "2026-W53", "2027-01"),
        ("0999-12-30T00:00:00Z", "0999-12-30", "1000-W01", "0999-12"),
    ],
)
def test_days_weeks_and_months_are_iso(created: str, day: str, week: str, month: str) -> None:
    """Buckets are spelled as ISO 8601 does, weeks by the year that they belong to."""
    row = run_row(created_at=parse_instant(created))
    assert keys([row], "day,week,month")[0] == (day, week, month)


def test_a_day_is_that_of_the_zone() -> None:
    """Half past eleven in the evening UTC is the next day in Berlin, the same in Lima."""
    row = run_row(created_at=parse_instant("2026-11-30T23:30:00Z"))
    berlin = ZoneInfo("Europe/Berlin")
    assert keys([row], "day,month", berlin) == [("2026-12-01", "2026-12")]
    assert keys([row], "day", timezone(timedelta(hours=-5))) == [("2026-11-30",)]


def test_without_creation_a_run_belongs_to_its_tracking() -> None:
    """Where the ledger gives no createdAt, the day is that of `track`."""
    assert keys([run_row(tracked_at=DAWN)], "day") == [("2026-11-20",)]


def test_what_lies_beyond_the_calendar_has_no_day() -> None:
    """An instant past the year 9999 is in no day, and breaks nothing."""
    assert keys([run_row(created_at=LAST_MOMENT)], "day") == [(None,)]
    edge = run_row(created_at=LAST_MOMENT - DAY)
    assert keys([edge], "week", timezone(timedelta(hours=3))) == [(None,)]


def test_versions_stand_by_their_numbers_and_missing_ones_last() -> None:
    """1.9 comes before 1.10, words after numbers, null last."""
    versions = ["10", None, "2", "beta", "1.10", "1.9", "1", "01"]
    rows = [run_row(f"er_{n}", version=v) for n, v in enumerate(versions)]
    listed = [row["version"] for row in failures(rows, by="version").rows]
    assert listed == ["01", "1", "1.9", "1.10", "2", "10", "beta", None]


def test_a_version_that_begins_like_a_longer_one_stands_before_it() -> None:
    """A number is never held against a text: also not where the one text ends, or is empty."""
    versions = ["beta2", "1", "", "beta", "1.", "1-rc", "beta2x"]
    rows = [run_row(f"er_{n}", version=version) for n, version in enumerate(versions)]
    listed = [row["version"] for row in failures(rows, by="version").rows]
    assert listed == ["", "1", "1-rc", "1.", "beta", "beta2", "beta2x"]


def test_other_values_stand_in_order_group_within_group() -> None:
    """Several terms sort from the first to the last; a missing label is a group of its own."""
    rows = [
        run_row(f"er_{n}", slug=slug, labels=labels)
        for n, (slug, labels) in enumerate(
            [
                ("b", {}),
                ("a", {"team": "x"}),
                (None, {"team": "y"}),
                ("b", {"team": "x"}),
                ("a", {}),
            ]
        )
    ]
    shown = [tuple(row.values())[:2] for row in failures(rows, by="slug,label:team").rows]
    assert shown == [("a", "x"), ("a", None), ("b", "x"), ("b", None), (None, "y")]


def keys(rows: list[RunRow], by: str, tz: tzinfo = UTC) -> list[Key]:
    """The group of each run."""
    grouping = Grouping(by, tz)
    runs = runs_of(rows, grouping.needs)
    columns = [grouping.words(runs, term) for term in grouping.terms]
    words = [[c.lexicon.words[code] for code in c.codes.tolist()] for c in columns]
    return list(zip(*words, strict=True))


def takes(filters: Filters, row: RunRow, *, status: bool = True) -> bool:
    """Whether filters take a run, as a row and as a column."""
    runs = runs_of([row], filters.needs)
    (found,) = meant(filters, runs, status=status).tolist()
    assert not status or found is filters.matches(row)
    return bool(found)


def test_since_counts_and_until_does_not() -> None:
    """The instant of `since` is in, that of `until` is out; both go by creation, else by tracking."""
    span = Filters(since=DAWN, until=DAWN + SECOND)
    assert takes(span, run_row(created_at=DAWN))
    assert not takes(span, run_row(created_at=DAWN - 1))
    assert takes(span, run_row(created_at=DAWN + SECOND - 1))
    assert not takes(span, run_row(created_at=DAWN + SECOND))
    assert takes(span, run_row(tracked_at=DAWN))


def test_since_is_before_until() -> None:
    """A span without a moment in it gets one line that shows both ends."""
    with pytest.raises(UsageError, match=r"--since 2026-11-20T09:00:00\.0+Z is not before --until"):
        Filters(since=DAWN, until=DAWN)


def test_filters_agree_on_all_that_is_given() -> None:
    """Any of the words, any of the slugs, the one source, all of the labels."""
    row = run_row(status="failed", slug="email", labels={"team": "x", "wave": "2"})
    assert takes(Filters(), row)
    assert takes(Filters(status=("failed", "paused"), slug=("phone", "email")), row)
    assert not takes(Filters(status=("completed",)), row)
    assert takes(Filters(status=("completed",)), row, status=False)
    assert not takes(Filters(slug=("phone",)), row)
    assert not takes(Filters(source="second"), row)
    assert takes(Filters(labels=(("team", "x"), ("wave", "2"))), row)
    assert not takes(Filters(labels=(("team", "x"), ("wave", "3"))), row)


def test_filters_tell_of_themselves() -> None:
    """A foot can say what was asked for."""
    filters = Filters(
        since=parse_instant("2026-11-01T00:00Z"),
        until=DAWN,
        status=("failed",),
        slug=("a", "b"),
        source="main",
        labels=(("team", "x"),),
    )
    told = "since 2026-11-01, until 2026-11-20T09:00:00Z, slug a or b, source main, label team=x"
    assert filters.summary() == told
    assert filters.summary_with_status() == f"status failed, {told}"
    assert Filters().summary_with_status() == ""


def test_a_foot_says_what_the_rows_rest_on() -> None:
    """Every tracked run is in the foot, in one class, and so are the groups and the filters."""
    rows = [
        run_row("er_1", status="completed", observation_class="from_start"),
        run_row("er_2", status="completed", tracking="not_visible", observation_class="post_hoc"),
        run_row("er_3", status="running", tracking="active", observation_class="mid_flight"),
        run_row("er_4", status="paused", tracking="active"),
        run_row("er_5", status="running", tracking="abandoned"),
        run_row("er_6", tracking="not_visible", n_snapshots=0),
        run_row("er_7", tracking="active", n_snapshots=0),
    ]
    answer = failures(rows, by="day", filters=Filters(source="default"))
    assert answer.foot == (
        "7 tracked runs, 5 observed: 2 terminal, 2 in flight (1 unknown), 1 lost, 2 not seen yet; "
        "first seen pending 1, running 1, ended 1; failure rate over 2 completed or failed; "
        "by day (UTC); source default"
    )
    assert answer.populations["lost"] == 1
