"""Which request gets which fault, how the limit counts, and how a path names a run."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.instants import MINUTE, SECOND
from recorder.sandbox import (
    Fault,
    Kind,
    parse_fault,
    parse_scenario,
)
from recorder.sandbox.fake_api import parse_target
from recorder.sandbox.faults import choose_fault
from recorder.sandbox.limits import RateLimit
from recorder.sandbox.sandbox_error import SandboxError

START = 1_780_000_000_000_000


def chosen(*faults: Fault, number: int = 1, **kwargs: Any) -> Fault | None:
    asked = {"seed": 1, "elapsed_s": 0.0, "run_id": "er_1", "user": "ann", **kwargs}
    return choose_fault(faults, number=number, **asked)


def test_rates_are_kept_and_add_up() -> None:
    """Over many requests each fault takes its own share, and the same requests each time."""
    faults = parse_fault("429=0.2"), parse_fault("reset=0.3")
    picks = [chosen(*faults, number=number) for number in range(4000)]
    assert picks == [chosen(*faults, number=number) for number in range(4000)]
    assert picks.count(faults[0]) / 4000 == pytest.approx(0.2, abs=0.03)
    assert picks.count(faults[1]) / 4000 == pytest.approx(0.3, abs=0.03)
    other = [chosen(*faults, number=number, seed=2) for number in range(4000)]
    assert other != picks


def test_a_fault_keeps_to_its_requests_window_run_and_user() -> None:
    """An order names requests by number, a span of time, runs by glob, and a user."""
    numbered = Fault(kind=Kind.HTML, requests=frozenset({3, 4}), rate=0.0)
    assert [n for n in range(1, 7) if chosen(numbered, number=n)] == [3, 4]
    timed = Fault(kind=Kind.HTML, from_s=10, until_s=20)
    assert [s for s in (0, 10, 19.9, 20) if chosen(timed, elapsed_s=s)] == [10, 19.9]
    assert chosen(Fault(kind=Kind.HTML, run="er_*"))
    assert not chosen(Fault(kind=Kind.HTML, run="ER_*"))
    assert chosen(Fault(kind=Kind.HTML, user="ann"))
    assert not chosen(Fault(kind=Kind.HTML, user="ben"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("flood=0.1", "no fault is called 'flood': take one of 429, 429-date"),
        ("429", "'' is no rate"),
        ("429=2", "'2' is no rate"),
        ("429=nan", "'nan' is no rate"),
        ("429=often", "'often' is no rate"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(text: str, says: str) -> None:
    """An unknown kind or an impossible rate is told in one line."""
    with pytest.raises(SandboxError, match=says) as error:
        parse_fault(text)
    assert "\n" not in str(error.value)


def test_a_scenario_says_all_that_an_order_can_say() -> None:
    """Every key of a scenario's table finds its place."""
    text = """
    [[fault]]
    kind = "429"
    rate = 0.5
    from = 1
    until = 2.5
    run = "er_*"
    user = "ann"
    retry_after = 7

    [[fault]]
    kind = "slow"
    requests = [3, 4]
    seconds = 0.2
    """
    assert parse_scenario(text, name="s.toml") == (
        Fault(
            kind=Kind.THROTTLE,
            rate=0.5,
            from_s=1,
            until_s=2.5,
            run="er_*",
            user="ann",
            retry_after_s=7,
        ),
        Fault(kind=Kind.SLOW, requests=frozenset({3, 4}), seconds=0.2),
    )
    assert parse_scenario("", name="empty.toml") == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[fault", "s.toml is no TOML"),
        ("[fault]\nkind = '500'", "holds .*fault.* tables"),
        ("title = 'x'", "holds .*fault.* tables"),
        ("[[fault]]\nrate = 1", "fault 1: no kind"),
        ("[[fault]]\nkind = 500", "kind = 500 is no text"),
        ("[[fault]]\nkind = 'x'", "no fault is called 'x'"),
        ("[[fault]]\nkind = '500'\nwhen = 3", "no key is called 'when'"),
        ("[[fault]]\nkind = '500'\nfrom = '3s'", "'3s' is no number of seconds"),
        ("[[fault]]\nkind = '500'\nrate = true", "True is no rate"),
        ("[[fault]]\nkind = '500'\nrequests = 3", "3 is no list of request numbers"),
    ],
)
def test_a_scenario_that_makes_no_sense_is_refused(text: str, says: str) -> None:
    """What is not understood in a scenario is named in one line."""
    with pytest.raises(SandboxError, match=says):
        parse_scenario(text, name="s.toml")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("user = 'bob'", "s.toml, fault 1: no user is called 'bob': take one of ann, ben"),
        ("from = 60\nuntil = 30", "s.toml, fault 1: from = 60 is not before until = 30"),
        ("from = 5\nuntil = 5", "from = 5 is not before until = 5"),
        ("from = nan", "from = nan is not before until"),
    ],
)
def test_a_fault_that_would_befall_nothing_is_refused(text: str, says: str) -> None:
    """A user whom nobody is, and a span of no time, are mistakes."""
    with pytest.raises(SandboxError, match=re.escape(says)):
        parse_scenario(f"[[fault]]\nkind = '500'\n{text}", name="s.toml", users=["ann", "ben"])


@given(
    limit=st.integers(1, 5),
    gaps_s=st.lists(st.floats(0, 40), min_size=1, max_size=60),
)
def test_the_limit_holds_in_any_minute(limit: int, gaps_s: list[float]) -> None:
    """No window of 60 s lets more through, and who waits as told gets through."""
    rate, at, passed = RateLimit(limit), START, []
    for gap_s in gaps_s:
        at += int(gap_s * SECOND)
        wait_s = rate.take("ann", now=at)
        if wait_s:
            assert wait_s <= 60
            at += round(wait_s * SECOND)
            assert rate.take("ann", now=at) == 0
        passed.append(at)
    assert all(b - a >= MINUTE for a, b in zip(passed, passed[limit:], strict=False))
    assert rate.take("ben", now=START) == 0


@given(st.text(min_size=1))
def test_any_id_finds_its_way_through_a_path(run_id: str) -> None:
    """Whatever is percent-encoded into the path comes out as it was."""
    run_id = run_id.encode("utf-8", "replace").decode()
    target = f"/api/enrichment/{quote(run_id, safe='')}"
    assert parse_target(target) == ("run", run_id)
    assert parse_target(target + "?a=/cancel") == ("run", run_id)
    assert parse_target(target + "/cancel") == ("cancel", run_id)
