"""Whatever the order in which answers arrive, the history is that of their arriving in time order."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from stores import T0, S, answer, content, document, empty, failure, register, rows

from recorder.analysis.rows import RunRow
from recorder.ledger.answer import Answer, Outcome
from recorder.ledger.jsontext import parse_json, to_text
from recorder.life import Phase
from recorder.store.engine import Database
from recorder.store.read.listing import Listing
from recorder.store.read.past import Past
from recorder.store.read.run_refs import find_run
from recorder.store.read.runs import run_rows
from recorder.store.read.states import state_at
from recorder.store.write.record import Recorder
from recorder.store.write.track import untrack

EXAMPLES = {"sqlite": 50, "postgres": 12}
LONG = {"steps": ["x" * 200], "more": {"$part": 1}}
PREVIEW = {"preview": {"credits": 8}, "actual": None}
BOTH = {"preview": 9, "actual": {"credits": 6.50}}
CREATED = {"createdAt": "2025-11-20T09:00:00.000Z", "startedAt": "2025-11-20T09:00:10Z"}
STATES: dict[str, dict[str, Any]] = {
    "pending": {"status": "pending", "cost": PREVIEW, "snapshot": LONG},
    "running": {"status": "running", "cost": PREVIEW, "snapshot": LONG, "timing": CREATED},
    "moved": {"status": "running", "scope": {"counts": {"failed": 1}}, "timing": CREATED},
    "failed": {"status": "failed", "timing": {"updatedAt": "2025-11-20T09:00:59Z"}},
    "charged": {"status": "completed", "cost": BOTH, "timing": CREATED},
    "odd": {"status": ["?"], "cost": {"preview": []}},
}
FAILURES: dict[str, Callable[..., Answer]] = {
    "404": lambda at, run_id: failure(at, Outcome.NOT_VISIBLE, 404, run_id=run_id),
    "503": lambda at, run_id: failure(at, run_id=run_id, detail="later"),
    "page": lambda at, run_id: answer(at, b"<html>" * 20_000, run_id=run_id),
    "other": lambda at, run_id: answer(at, document("er_9"), run_id=run_id),
}
RUNS = ("er_1", "er_2")
DAY = 86_400
MOMENTS = sorted(
    {*range(12), 30, 58, 61, 300, 601, 1200, 3600, 7200, DAY, 2 * DAY, 8 * DAY, 30 * DAY}
)
WORDS = st.sampled_from([*STATES, *FAILURES])
LOGS = st.dictionaries(
    st.tuples(st.sampled_from(RUNS), st.sampled_from(MOMENTS)), WORDS, min_size=1, max_size=12
)
Log = dict[tuple[str, int], str]


def answers(log: Log) -> list[Answer]:
    """The answers of a log, in time order."""
    in_order = sorted(log.items(), key=lambda entry: entry[0][1])
    return [_answer(run_id, at, word) for (run_id, at), word in in_order]


def _answer(run_id: str, at: int, word: str) -> Answer:
    if word in FAILURES:
        return FAILURES[word](at, run_id=run_id)
    return answer(at, document(run_id, **STATES[word]), run_id=run_id)


def lay(database: Database, *batches: Sequence[Answer], restart: bool = True) -> Any:
    """Record the batches one after the other into an emptied store; all its rows, events without their instants.

    What has been told is not told again with another instant: a late answer may show that it was earlier.
    """
    empty(database)
    register(database, RUNS)
    recorder = Recorder(database)
    for batch in batches:
        recorder.record(batch)
        recorder = Recorder(database) if restart else recorder
    found: dict[str, Any] = content(database)
    found["event"] = sorted((one["run_key"], one["kind"]) for one in found["event"])
    return found


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[Log, list[list[Answer]], bool]:
    """A log, an order and batching in which its answers arrive (some twice), and whether processes end between."""
    log = draw(LOGS)
    arriving = draw(st.permutations(answers(log)))
    again = draw(st.lists(st.sampled_from(arriving), max_size=3))
    arriving = [*arriving, *again]
    cuts = sorted(draw(st.sets(st.integers(1, len(arriving)), max_size=6)) | {0, len(arriving)})
    batches = [arriving[start:end] for start, end in pairwise(cuts)]
    return log, batches, draw(st.booleans())


def backwards(*words: str) -> tuple[Log, list[list[Answer]], bool]:
    """Answers of one run, a second apart, each arriving before the one that came before it."""
    log = {("er_1", at): word for at, word in enumerate(words)}
    return log, [[one] for one in reversed(answers(log))], True


@pytest.mark.slow
def test_the_order_of_arrival_leaves_no_trace(database: Database, dialect: str) -> None:
    """Any order, any batches, restarts and repetitions: the rows of all tables are those of time order at once."""

    @settings(max_examples=EXAMPLES[dialect])
    @given(arrivals())
    @example(backwards("pending", "running", "pending", "running"))
    @example(backwards("charged", "charged", "running", "charged", "charged"))
    @example(backwards("404", "running", "page", "running", "503"))
    @example(backwards("failed", "moved", "failed", "odd", "odd", "charged"))
    def check(arrival: tuple[Log, list[list[Answer]], bool]) -> None:
        log, batches, restart = arrival
        arrived = lay(database, *batches, restart=restart)
        assert arrived == lay(database, answers(log))
        assert arrived == lay(database, *([one] for one in answers(log)), restart=restart)

    check()


@pytest.mark.slow
def test_what_was_served_then_is_given_then(database: Database, dialect: str) -> None:
    """As of each answer's instant the state is the one that the answer showed, or the last before it."""

    @settings(max_examples=EXAMPLES[dialect])
    @given(arrivals())
    def check(arrival: tuple[Log, list[list[Answer]], bool]) -> None:
        log, batches, restart = arrival
        lay(database, *batches, restart=restart)
        served: dict[str, str | None] = dict.fromkeys(RUNS)
        with database.reading() as connection:
            for one in answers(log):
                if log[one.run_id, (one.observed_at - T0) // S] in STATES:
                    served[one.run_id] = to_text(parse_json(one.body))
                run = find_run(connection, one.run_id)
                shown = state_at(connection, run, one.observed_at)
                assert (to_text(dict(shown.value)) if shown else None) == served[one.run_id]

    check()


Known = tuple[list[RunRow], list[list[Any]]]


def known(database: Database, as_of: int | None) -> Known:
    """All that is told of the runs: rows, snapshots, polls, transitions."""
    with database.reading() as connection:
        listing = Listing(connection, as_of=as_of)
        told = (listing.snapshots(), listing.polls(), listing.transitions())
        lists = [[_without_document(row) for row in of] for of in told]
        return list(run_rows(connection, past=None if as_of is None else Past(as_of=as_of))), lists


def _without_document(row: Mapping[Any, Any]) -> dict[str, Any]:
    """The numbers of parts in it are another store's; what it stands for is looked at above."""
    return {name: value for name, value in row.items() if name != "document"}


@pytest.mark.slow
def test_as_of_an_instant_is_a_store_that_stopped_then(database: Database, dialect: str) -> None:
    """As of T all is as in a store that only recorded what was observed by T: facts, counts and tracking."""

    @settings(max_examples=EXAMPLES[dialect] // 2)
    @given(LOGS, st.sets(st.sampled_from(MOMENTS), min_size=1, max_size=3))
    def check(log: Log, moments: Iterable[int]) -> None:
        lay(database, answers(log))
        instants = [T0 + at * S for at in moments]
        then = [known(database, as_of) for as_of in instants]
        for as_of, told in zip(instants, then, strict=True):
            lay(database, [one for one in answers(log) if one.observed_at <= as_of])
            assert told == known(database, None) == known(database, as_of)

    check()


def test_before_a_run_was_tracked_it_is_not_known(database: Database) -> None:
    """As of an instant before its tracking a run is in no list."""
    register(database, ["er_1"], at=10)
    register(database, ["er_2"], at=20)
    with database.reading() as connection:
        then = [
            [r.run_id for r in run_rows(connection, past=Past(as_of=T0 + at * S))]
            for at in (9, 10, 19, 20)
        ]
    assert then == [[], ["er_1"], ["er_1"], ["er_1", "er_2"]]


def test_untracking_is_known_from_then_on(database: Database) -> None:
    """As of an instant before it was dropped a run was watched; its history goes on being told."""
    register(database)
    Recorder(database).record([answer(0)])
    with database.writing() as connection:
        untrack(connection, 1, 1, now=T0 + 10 * S)
    Recorder(database).record([answer(20)])
    with database.reading() as connection:
        told = [next(run_rows(connection, past=Past(as_of=T0 + at * S))) for at in (9, 10, 20)]
    assert [(row.tracking, row.n_polls) for row in told] == [
        ("active", 1),
        ("untracked", 1),
        ("untracked", 2),
    ]


def test_a_late_answer_renumbers_its_run_alone(database: Database) -> None:
    """What comes between two equal states parts them: the run's numbers move up, other runs stand still."""
    register(database, RUNS)
    running, charged = STATES["running"], STATES["charged"]
    recorder = Recorder(database)
    recorder.record([answer(at, document("er_1", **running)) for at in (0, 10, 20)])
    recorder.record([answer(at, document("er_2", **running), run_id="er_2") for at in (0, 10)])
    (late,) = recorder.record([answer(15, document("er_1", **charged))])
    assert (late.outcome, late.snapshot_seq) == (Outcome.CHANGED, 2)
    held = rows(database, "snapshot", "poll")
    assert [(s["run_key"], s["seq"], s["status"], s["n_polls"]) for s in held["snapshot"]] == [
        (1, 1, "running", 2),
        (1, 2, "completed", 1),
        (1, 3, "running", 1),
        (2, 1, "running", 2),
    ]
    assert [(p["snapshot_seq"], Outcome(p["outcome"]).word) for p in held["poll"]] == [
        (1, "changed"),
        (1, "unchanged"),
        (2, "changed"),
        (3, "changed"),
        (1, "changed"),
        (1, "unchanged"),
    ]


def test_an_earlier_first_answer_gives_the_document(database: Database) -> None:
    """Siblings of `run` are those of the earliest answer known of a state, whenever it arrives."""
    register(database)
    recorder = Recorder(database)
    for at in (5, 9, 1):
        recorder.record([answer(at, document() | {"requestId": f"q{at}"})])
    with database.reading() as connection:
        shown = state_at(connection, find_run(connection, "er_1"))
    assert shown is not None
    assert shown.value["requestId"] == "q1"
    assert shown.n_polls == 3


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 0, 1), (1, 0, 3, 2)])
@pytest.mark.parametrize("seen", [True, False])
def test_a_poll_that_failed_after_a_404_leaves_a_run_not_visible(
    database: Database, order: Sequence[int], *, seen: bool
) -> None:
    """The last answer is the 404 still, until the run is shown again."""
    register(database)
    log = ({(RUNS[0], 0): "running"} if seen else {(RUNS[0], 0): "503"}) | {
        (RUNS[0], 1): "404",
        (RUNS[0], 2): "503",
        (RUNS[0], 3): "running",
    }
    made = answers(log)
    for at in order:
        Recorder(database).record([made[at]])
    with database.reading() as connection:
        told = [next(run_rows(connection, past=Past(as_of=T0 + at * S))) for at in range(4)]
    assert [row.tracking for row in told] == ["active", "not_visible", "not_visible", "active"]
    assert [row.phase is Phase.LOST for row in told] == [False, seen, seen, False]
