"""Consecutive equal states are one segment."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from recorder.history.segments import segments

LOGS = st.dictionaries(st.integers(0, 60), st.sampled_from("ABC")).map(
    lambda log: list(log.items())
)


def test_a_b_a_are_three() -> None:
    """A state that comes back is a new segment; equal neighbours are one, with all their instants."""
    found = segments([(1, "A"), (2, "A"), (3, "B"), (5, "A"), (8, "A")])
    assert [(s.seq, s.state, s.seen_at) for s in found] == [
        (1, "A", (1, 2)),
        (2, "B", (3,)),
        (3, "A", (5, 8)),
    ]
    assert [(s.first_seen_at, s.last_seen_at) for s in found] == [(1, 2), (3, 3), (5, 8)]


def test_nothing_seen_is_no_segment() -> None:
    """Without observations there is none."""
    assert segments([]) == []


@given(LOGS)
def test_segments_are_the_observations(log: list[tuple[int, str]]) -> None:
    """They cover every observation once in time order, numbered without gaps, and neighbours differ."""
    found = segments(log)
    covered = [(at, segment.state) for segment in found for at in segment.seen_at]
    assert covered == sorted(log)
    assert [s.seq for s in found] == list(range(1, len(found) + 1))
    assert all(one.state != other.state for one, other in pairwise(found))


@given(LOGS, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_count(log: list[tuple[int, str]], random: object) -> None:
    """Observations may be given in any order."""
    mixed = list(log)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert segments(mixed) == segments(log)


@given(LOGS, st.sampled_from("ABC"), st.integers(61, 99) | st.integers(-9, -1))
def test_more_observations_never_mean_fewer_segments(
    log: list[tuple[int, str]], state: str, outside: int
) -> None:
    """An observation put in anywhere leaves as many segments, or more."""
    taken = {at for at, _ in log}
    for at in ({outside} | set(range(61))) - taken:
        assert len(segments([*log, (at, state)])) >= len(segments(log))
