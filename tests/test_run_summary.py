"""What a run's snapshots come to: its end, its costs, its flags."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from recorder.history.flags import is_sharp
from recorder.history.run_summary import (
    RunSummary,
    SnapshotSummary,
    SummaryRules,
    end_first_seen,
    end_of,
    last_actual,
    last_preview,
    summarize,
    summary_after,
)
from recorder.history.units import pair_quality
from recorder.instants import DAY, HOUR, SECOND
from recorder.ledger.cost import Amount
from recorder.ledger.row import LedgerRow, parse_row

UNPARSED = Amount(present=True)
NONE = Amount()


def credits_(amount: int) -> Amount:
    return Amount(present=True, micros=amount * 1_000_000, unit="credits")


def bare(amount: int) -> Amount:
    return Amount(present=True, micros=amount * 1_000_000)


def seen(
    at: int, status: str | None = "running", *, until: int | None = None, **more: Any
) -> SnapshotSummary:
    """A snapshot, seen from `at` to `until` seconds; more than one poll when `until` is given."""
    fields: dict[str, Any] = {
        "first_seen_at": at * SECOND,
        "last_seen_at": (at if until is None else until) * SECOND,
        "seen_again_at": None if until is None else until * SECOND,
        "open_leads": 0,
        "status": status,
        "updated_at": None,
        "preview": NONE,
        "actual": NONE,
    }
    return SnapshotSummary(**fields | more)


def row(status: str | None = "completed", **more: Any) -> LedgerRow:
    """The last ledger row; instants in seconds, counts by their words."""
    instants = {n: v * SECOND for n, v in more.items() if n.endswith("_at") and v is not None}
    return replace(parse_row({"status": status}), **more | instants)


def fact(
    *snapshots: SnapshotSummary, last: LedgerRow | None = None, unit: str | None = None
) -> RunSummary:
    return summarize(snapshots, last or row(snapshots[-1].status), SummaryRules(unit=unit))


def is_quiet(snapshots: list[SnapshotSummary], last: LedgerRow, settled_us: int = DAY) -> bool:
    return summarize(snapshots, last, SummaryRules(settled_us=settled_us)).is_quiet


# --- how the run was caught


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("pending", "from_start"),
        ("running", "mid_flight"),
        ("completed", "post_hoc"),
        ("failed", "post_hoc"),
        ("cancelled", "post_hoc"),
        ("paused", None),
        (None, None),
    ],
)
def test_observation_class(status: str | None, expected: str | None) -> None:
    """First seen pending, running, or ended; a first word that nobody knows is no class."""
    assert fact(seen(1, status), seen(2, "completed")).observation_class == expected


def test_reopened_counts_turns() -> None:
    """Each turn from ended back in flight counts once."""
    words = ["completed", "failed", "running", "paused", "cancelled", None, "completed"]
    history = [seen(at, word) for at, word in enumerate(words)]
    assert fact(*history).n_reopened == 2
    assert fact(*history[:2]).n_reopened == 0


# --- when it ended


@pytest.mark.parametrize(
    ("status", "told", "end"),
    [
        ("completed", {"completed_at": 9}, 9),
        ("failed", {"completed_at": 9}, 9),
        ("cancelled", {"completed_at": 9}, 9),
        ("cancelled", {"completed_at": 9, "cancelled_at": 8}, 8),
        ("completed", {"completed_at": 9, "cancelled_at": 8}, 9),
    ],
)
def test_the_ledger_tells_the_end(status: str, told: dict[str, int], end: int) -> None:
    """completedAt; for a cancelled run cancelledAt first."""
    found = fact(seen(10, status), last=row(status, **told))
    assert (found.ended_at, found.ended_at_origin, found.ended_after) == (
        end * SECOND,
        "ledger",
        None,
    )


def test_an_end_is_bracketed_where_the_ledger_is_silent() -> None:
    """After the last look in flight, not after the first that saw it ended; the value is the upper end."""
    history = (seen(1, "running", until=20), seen(23, "failed", until=80), seen(90, "failed"))
    found = fact(*history, last=row("failed", updated_at=85))
    assert (found.ended_at, found.ended_at_origin, found.ended_after) == (
        23 * SECOND,
        "bracketed",
        20 * SECOND,
    )


@pytest.mark.parametrize(
    ("updated", "narrowed"), [(20, False), (21, True), (23, True), (24, False), (None, False)]
)
def test_the_first_update_that_ended_it_narrows_the_bracket(
    updated: int | None,
    narrowed: bool,  # noqa: FBT001  # a parameter of the test
) -> None:
    """A first-terminal updatedAt inside the bracket is the end; outside it says nothing."""
    at = None if updated is None else updated * SECOND
    found = fact(seen(1, until=20), seen(23, "failed", updated_at=at), seen(30, "failed"))
    expected = (at, at) if narrowed else (23 * SECOND, 20 * SECOND)
    assert (found.ended_at, found.ended_after) == expected
    assert found.ended_at_origin == "bracketed"


def test_no_end_without_a_look_before_it() -> None:
    """A run first seen ended, whose ledger is silent, has no end; neither has one in flight."""
    assert fact(seen(1, "failed"), seen(9, "failed")).ended_at is None
    assert fact(seen(1, "running"), last=row("running", completed_at=9)).ended_at is None
    assert end_of([seen(1, "paused")], row("paused")).at is None


def test_a_reopened_run_ends_anew() -> None:
    """Only the last stretch of ended snapshots is its end."""
    history = [seen(1), seen(5, "failed"), seen(9, "running", until=12), seen(15, "failed")]
    assert fact(*history).ended_after == 12 * SECOND
    assert end_first_seen(history) == history[3]
    assert end_first_seen(history[:3]) is None
    assert end_first_seen([*history, seen(20, "completed")]) == history[3]


@pytest.mark.parametrize(
    ("width_s", "duration_s", "sharp"),
    [(9.9, 1, True), (10, 1, False), (10, 100, False), (10, 100.1, True), (600, 7200, True)],
)
def test_an_end_is_sharp_within_ten_seconds_or_a_tenth(
    width_s: float,
    duration_s: float,
    sharp: bool,  # noqa: FBT001  # a parameter of the test
) -> None:
    """Narrower than 10 s, or than a tenth of the duration."""
    assert is_sharp(round(width_s * SECOND), round(duration_s * SECOND)) is sharp


# --- what it cost


def test_the_preview_is_the_last_before_the_start() -> None:
    """P: the last preview seen at or before startedAt, else the first seen."""
    history = [
        seen(1, "pending", preview=credits_(8)),
        seen(3, "pending", preview=credits_(9)),
        seen(4, "pending"),
        seen(7, preview=credits_(10)),
    ]
    assert last_preview(history, 3 * SECOND) == credits_(9)
    assert last_preview(history, 6 * SECOND) == credits_(9)
    assert last_preview(history, 7 * SECOND) == credits_(10)
    assert last_preview(history, 0) == credits_(8)
    assert last_preview(history, None) == credits_(8)
    assert last_preview([seen(1)], 5 * SECOND) == NONE


def test_the_actual_is_the_last_seen() -> None:
    """A: the last actual seen, though a later state shows none; what cannot be read counts as seen."""
    history = [seen(1), seen(2, actual=credits_(5)), seen(3, actual=credits_(6)), seen(4)]
    assert fact(*history).cost_actual_micros == 6_000_000
    assert fact(*history, seen(5, actual=UNPARSED)).cost_quality == "unparsed"


P, A = credits_(8), credits_(6)


@pytest.mark.parametrize(
    ("preview", "actual", "quality"),
    [
        (NONE, NONE, "none"),
        (UNPARSED, NONE, "unparsed"),
        (NONE, UNPARSED, "unparsed"),
        (UNPARSED, UNPARSED, "unparsed"),
        (P, UNPARSED, "unparsed"),
        (UNPARSED, A, "unparsed"),
        (P, NONE, "preview_only"),
        (NONE, A, "actual_only"),
        (P, Amount(present=True, micros=1, unit="USD"), "unit_mismatch"),
        (P, A, "both"),
        (P, bare(6), "both"),
        (bare(8), A, "both"),
        (bare(8), bare(6), "both"),
        (credits_(0), credits_(0), "both"),
    ],
)
def test_every_run_falls_in_the_first_quality_that_fits(
    preview: Amount, actual: Amount, quality: str
) -> None:
    """none, unparsed, preview only, actual only, unit mismatch, (provisional,) both."""
    settled = seen(9, "completed", until=20, preview=preview, actual=actual)
    found = fact(seen(1), settled)
    assert found.cost_quality == quality
    moving = fact(seen(1), replace(settled, seen_again_at=None))
    assert moving.cost_quality == ("provisional" if quality == "both" else quality)


AMOUNTS = st.sampled_from(
    [NONE, UNPARSED, bare(1), credits_(2), Amount(present=True, micros=1, unit="USD")]
)


@given(AMOUNTS, AMOUNTS, st.booleans())
def test_a_pair_has_exactly_one_quality(preview: Amount, actual: Amount, quiet: bool) -> None:  # noqa: FBT001
    """Whatever the sides are, one of the seven words fits, and `both` means that both can be read."""
    units = (preview.unit or actual.unit or "?", actual.unit or preview.unit or "?")
    word = pair_quality(preview, actual, units, quiet=quiet)
    assert word in {
        "none",
        "unparsed",
        "preview_only",
        "actual_only",
        "unit_mismatch",
        "provisional",
        "both",
    }
    if word in ("both", "provisional"):
        assert None not in (preview.micros, actual.micros)
        assert (word == "both") == quiet


@pytest.mark.parametrize(
    ("preview", "actual", "setting", "unit"),
    [
        (P, A, None, "credits"),
        (bare(8), A, "USD", "credits"),
        (P, bare(6), "USD", "credits"),
        (bare(8), bare(6), "USD", "USD"),
        (bare(8), bare(6), None, "unstated"),
        (NONE, A, None, "credits"),
        (UNPARSED, A, None, "credits"),
        (UNPARSED, bare(6), None, "unstated"),
        (UNPARSED, NONE, "USD", None),
        (NONE, NONE, "USD", None),
        (P, Amount(present=True, micros=1, unit="USD"), None, "credits"),
    ],
)
def test_the_unit(preview: Amount, actual: Amount, setting: str | None, unit: str | None) -> None:
    """A side's own unit, else the other's, else the setting, else `unstated`; none where nothing was read."""
    assert fact(seen(1, preview=preview, actual=actual), unit=setting).cost_unit == unit


def test_quiet_needs_an_end_an_actual_and_a_second_poll() -> None:
    """All leads ended, the actual is there, and a poll after the end found nothing changed."""
    calm = seen(9, "completed", until=14, actual=A)
    assert is_quiet([calm], row())
    assert not is_quiet([replace(calm, open_leads=1)], row())
    assert not is_quiet([replace(calm, seen_again_at=None)], row())
    assert not is_quiet([replace(calm, actual=NONE)], row())
    assert not is_quiet([replace(calm, status="running")], row("running"))


@pytest.mark.parametrize("settled_us", [DAY, HOUR])
def test_what_was_first_seen_long_after_its_end_is_quiet_at_once(settled_us: int) -> None:
    """Later after `ended_at` than the last settle poll comes: history that is imported."""
    once = seen(1000, "completed", preview=P, actual=A)
    told = replace(row(), completed_at=1000 * SECOND - settled_us)
    assert not is_quiet([once], told, settled_us)
    older = replace(told, completed_at=1000 * SECOND - settled_us - 1)
    assert is_quiet([once], older, settled_us)
    assert summarize([once], older, SummaryRules(settled_us=settled_us)).cost_quality == "both"
    assert not is_quiet([replace(once, open_leads=1)], older, settled_us)
    assert not is_quiet([replace(once, actual=NONE)], older, settled_us)


def test_an_end_that_no_ledger_gives_has_no_age() -> None:
    """A bracketed end is our own sight of it, and a missing one is none."""
    once = seen(10**6, "failed", actual=A)
    assert not is_quiet([once], row("failed"), 1)
    assert not is_quiet([seen(0, "running"), once], row("failed"), 1)


# --- when the cost was known


def known_at(*snapshots: SnapshotSummary, last: LedgerRow | None = None) -> int | None:
    found = fact(*snapshots, last=last).cost_known_at
    return None if found is None else found // SECOND


def test_a_cost_is_known_when_its_actual_was_first_found_quiet() -> None:
    """At the second poll that showed it after the end; what else moves later does not make it news."""
    running, final = seen(1, actual=A), seen(9, "completed", until=14, actual=A)
    assert known_at(running, final) == 14
    assert known_at(running, final, seen(20, "completed", actual=A)) == 14
    assert known_at(running, seen(9, "completed", actual=A)) is None
    assert known_at(running, seen(9, "completed", actual=A), replace(final, open_leads=1)) is None


def test_another_actual_is_known_anew() -> None:
    """A changed actual, one that is gone, and a new end begin again."""
    first = seen(9, "completed", until=14, actual=A)
    moved = Amount(present=True, micros=7, unit=A.unit)
    assert known_at(first, seen(20, "completed", actual=moved)) is None
    assert known_at(first, seen(20, "completed", until=30, actual=moved)) == 30
    assert known_at(first, seen(20, "completed", until=30)) is None
    again = seen(25, "completed", until=40, actual=A)
    assert known_at(first, seen(20, "running", actual=A), again) == 40
    assert known_at(first, seen(20, "completed", actual=moved), again) == 40


def test_a_cost_first_seen_long_after_the_end_is_known_at_once() -> None:
    """History that is imported: at the first poll that showed it."""
    told = replace(row(), completed_at=-2 * DAY)
    assert known_at(seen(9, "completed", actual=A), last=told) == 9
    both = seen(9, "completed", actual=A), seen(12, "completed", until=15, actual=bare(1))
    assert known_at(*both, last=told) == 12


# --- what is odd about it


def flags(last: LedgerRow, *history: SnapshotSummary) -> set[str]:
    return set(fact(*(history or (seen(1, last.status),)), last=last).quality)


COUNTS: dict[str, Any] = {
    "leads_total": 4,
    "leads_pending": 0,
    "leads_running": 0,
    "leads_completed": 4,
    "leads_skipped": 0,
    "leads_failed": 0,
}
CLEAN = row(created_at=1, started_at=2, completed_at=3, **COUNTS)


def test_a_clean_run_has_no_flags() -> None:
    """Nothing odd, nothing flagged."""
    assert flags(CLEAN) == set()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"leads_completed": 3, "leads_failed": 1}, {"completed_with_failed_leads"}),
        ({"leads_completed": 3, "leads_running": 1}, {"completed_with_open_leads"}),
        ({"leads_completed": 3, "leads_pending": 1}, {"completed_with_open_leads"}),
        ({"leads_completed": 3}, {"counts_off_total"}),
        ({"leads_completed": None}, set()),
        ({"leads_total": None}, set()),
        ({"created_at": None}, {"no_created_at"}),
        ({"started_at": None}, {"no_started_at"}),
        ({"status": "cancelled", "started_at": None}, set()),
        ({"completed_at": None}, {"no_ended_at"}),
        ({"created_at": 2_500_000}, {"queue_negative"}),
        ({"created_at": 60_000_002, "completed_at": 60_000_003}, {"queue_negative"}),
        (
            {"created_at": 60_000_003, "completed_at": 60_000_004, "started_at": 60_000_005},
            {"run_negative"},
        ),
        ({"started_at": 4_000_000}, {"run_negative"}),
        ({"created_at": 3_500_000, "started_at": 3_600_000}, {"run_negative", "wall_negative"}),
        ({"oddities": ("mode", "cost.preview")}, {"unreadable:mode"}),
        (
            {"status": "running", "created_at": None, "completed_at": None, "started_at": None},
            set(),
        ),
    ],
)
def test_each_flag(change: dict[str, Any], expected: set[str]) -> None:
    """Each oddity of the last row is one flag."""
    assert flags(replace(CLEAN, **change)) == expected


def test_an_end_known_only_roughly_is_flagged() -> None:
    """A bracket of 10 s and a tenth of the duration or more."""
    silent = replace(CLEAN, status="failed", completed_at=None)
    assert flags(silent, seen(4), seen(14, "failed")) == {"end_wide"}
    assert flags(silent, seen(4), seen(13, "failed")) == set()
    assert flags(silent, seen(200), seen(212, "failed")) == set()


def test_flags_of_the_cost() -> None:
    """What could not be read on either side, and units that do not fit, are flagged."""
    usd = Amount(present=True, micros=1, unit="USD")
    cases = {
        "preview_unparsed": seen(1, "completed", preview=UNPARSED, actual=A),
        "actual_unparsed": seen(1, "completed", preview=P, actual=UNPARSED),
        "unit_mismatch": seen(1, "completed", preview=P, actual=usd),
    }
    for flag, snapshot in cases.items():
        assert flags(CLEAN, snapshot) == {flag}


def test_flags_are_sorted() -> None:
    """The same oddities always read the same."""
    found = fact(seen(1, "failed"), last=row("failed")).quality
    assert found == tuple(sorted(found))
    assert len(found) == 3


# --- one snapshot more


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[SnapshotSummary, LedgerRow]]:
    """Snapshots in order, each with its ledger row; what the ledger says may come, change and go."""
    at, found = 0, []
    for _ in range(draw(st.integers(1, 6))):
        at += draw(st.integers(1, 20))
        status = draw(st.sampled_from(["pending", "running", "completed", "cancelled", None]))
        until = draw(st.sampled_from([None, at + 1, at + 15]))
        updated = draw(st.sampled_from([None, at * SECOND, (at - 1) * SECOND]))
        one = seen(
            at,
            status,
            until=until,
            updated_at=updated,
            open_leads=draw(st.sampled_from([0, 0, 0, 1])),
            preview=draw(AMOUNTS),
            actual=draw(AMOUNTS),
        )
        instants = {
            name: draw(st.sampled_from([None, 3, 20]))
            for name in ("started_at", "completed_at", "cancelled_at")
        }
        counts = {"leads_total": 1, "leads_failed": draw(st.sampled_from([None, 1]))}
        found.append((one, row(status, **instants, **counts)))
        at = until or at
    return found


@given(histories(), st.sampled_from([None, "USD"]), st.sampled_from([1, DAY]))
def test_facts_grow_as_they_are_made_anew(
    history: list[tuple[SnapshotSummary, LedgerRow]], unit: str | None, settled_us: int
) -> None:
    """One snapshot more gives the facts of the whole history, without it, unless the ledger moves an end."""
    snapshots = [one for one, _ in history]
    last, before = history[-1], history[-2:][0]
    if last[1].started_at != before[1].started_at:
        return
    rules = SummaryRules(unit=unit, settled_us=settled_us)
    held = summarize(snapshots[:-1] or snapshots, before[1], rules)
    grown = summary_after(held, before[0], last[0], last[1], rules)
    whole = summarize(snapshots, last[1], rules)
    assert grown is None or grown == whole
    has_moved = before[0].is_terminal and last[0].is_terminal and whole.ended_at != held.ended_at
    assert grown is not None or held.ended_at_origin == "ledger" or has_moved


@given(histories())
def test_facts_hold_the_amounts_that_they_were_made_of(
    history: list[tuple[SnapshotSummary, LedgerRow]],
) -> None:
    """P and A are read back from the facts as they were, unreadable ones and units of their own included."""
    snapshots, last = [one for one, _ in history], history[-1][1]
    found = summarize(snapshots, last, SummaryRules(unit="USD"))
    assert found.preview == last_preview(snapshots, last.started_at)
    assert found.actual == last_actual(snapshots)
