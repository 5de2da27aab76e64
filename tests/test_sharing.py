"""Who polls which source: every process finds the same, nothing wanted is nobody's, shares are even, little moves."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.schedule.sharing import Claim, share_out

SOURCES = range(8)
CLAIMS = st.lists(
    st.builds(
        Claim,
        holder=st.sampled_from("abcde"),
        wanted=st.frozensets(st.sampled_from(SOURCES)),
        is_viewer=st.booleans(),
    ),
    unique_by=lambda claim: claim.holder,
)
HELD = st.dictionaries(st.sampled_from(SOURCES), st.sampled_from("abcdexy"))


def claim(holder: str, *wanted: int, is_viewer: bool = False) -> Claim:
    return Claim(holder=holder, wanted=frozenset(wanted), is_viewer=is_viewer)


@given(CLAIMS, HELD)
def test_what_is_wanted_is_somebody_s_who_wants_it(
    claims: list[Claim], held: dict[int, str]
) -> None:
    """A source has an owner exactly if it is wanted; a guest's are wanted by guests alone."""
    owners = share_out(claims, held)
    assert owners.keys() == frozenset[int]().union(*(one.wanted for one in claims))
    by_holder = {one.holder: one for one in claims}
    for source_id, owner in owners.items():
        assert source_id in by_holder[owner].wanted
        others = [one for one in claims if source_id in one.wanted]
        assert by_holder[owner].is_viewer == all(one.is_viewer for one in others)


@given(CLAIMS, HELD)
def test_no_move_of_one_source_makes_the_shares_more_even(
    claims: list[Claim], held: dict[int, str]
) -> None:
    """Who has a source has at most one more than anybody else who may have it."""
    owners = share_out(claims, held)
    load = Counter(owners.values())
    for source_id, owner in owners.items():
        (own,) = (one for one in claims if one.holder == owner)
        for other in claims:
            if source_id in other.wanted and other.is_viewer == own.is_viewer:
                assert load[owner] <= load[other.holder] + 1


@pytest.mark.slow
@given(CLAIMS, HELD, st.randoms())
def test_all_find_the_same_and_then_nothing_moves(
    claims: list[Claim], held: dict[int, str], rng: object
) -> None:
    """The order in which claims are read says nothing; what was shared out once stays so."""
    owners = share_out(claims, held)
    shuffled = list(claims)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    assert share_out(shuffled, held) == owners
    assert share_out(claims, held | owners) == owners


def test_even_shares_leave_others_alone() -> None:
    """Who comes gets its part from those who have most; the rest stays where it is."""
    all_of = range(6)
    assert share_out([claim("a", *all_of)], {}) == dict.fromkeys(all_of, "a")
    both = share_out([claim("a", *all_of), claim("b", *all_of)], dict.fromkeys(all_of, "a"))
    assert Counter(both.values()) == {"a": 3, "b": 3}
    three = share_out([claim(one, *all_of) for one in "abc"], both)
    assert Counter(three.values()) == {"a": 2, "b": 2, "c": 2}
    assert sum(both[one] != three[one] for one in all_of) == 2


def test_who_wants_one_source_leaves_nothing_unpolled() -> None:
    """Beside one that wants all, one that wants a single source, or others, costs nobody its polls."""
    assert share_out([claim("a", *range(5)), claim("b", 0)], dict.fromkeys(range(5), "a")) == {
        0: "b",
        1: "a",
        2: "a",
        3: "a",
        4: "a",
    }
    apart = share_out([claim("a", 0, 1, 2, 3), claim("b", 4, 5)], {})
    assert apart == {0: "a", 1: "a", 2: "a", 3: "a", 4: "b", 5: "b"}


def test_a_guest_gives_way() -> None:
    """Even what it polls already goes to who stays and wants it; the rest it keeps."""
    claims = [claim("g", 1, 2, is_viewer=True), claim("s", 1)]
    assert share_out(claims, {1: "g", 2: "g"}) == {1: "s", 2: "g"}
