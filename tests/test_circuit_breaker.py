"""What answers say of a whole source: one run's trouble stops nobody else, a key's or a server's stops the source."""

import random

import pytest
from stores import T0, S, answer, failure

from recorder.instants import HOUR, MINUTE
from recorder.ledger.answer import Answer, Outcome
from recorder.schedule.circuit_breaker import MOST_AT_ONCE, CircuitBreaker, throttled_until

CHANCE = random.Random(1)


def note(breaker: CircuitBreaker, *answers: Answer) -> CircuitBreaker:
    for one in answers:
        breaker.record(one, one.outcome or Outcome.UNCHANGED, rng=CHANCE)
    return breaker


def refused(at: int, run_id: str = "er_1", status: int = 401) -> Answer:
    return failure(at, Outcome.REFUSED, status, run_id=run_id, detail="no")


def most(breaker: CircuitBreaker, at: float, under_way: int = 0) -> int:
    return breaker.permits(under_way=under_way, now=T0 + round(at * S))


def test_a_source_that_is_well_is_asked_for_many_at_once() -> None:
    """But for so many only, so that a server that hangs does not take the places of the others."""
    breaker = note(CircuitBreaker(), answer(1))
    assert most(breaker, 1) == MOST_AT_ONCE
    assert most(breaker, 1, under_way=MOST_AT_ONCE - 1) == 1
    assert most(breaker, 1, under_way=MOST_AT_ONCE + 3) == 0


def test_a_401_stops_the_source_for_an_hour() -> None:
    """Nothing goes before the hour is over, and then one request."""
    breaker = note(CircuitBreaker(), refused(10))
    assert breaker.refused == "the API key was refused (401: no)"
    assert most(breaker, 3609) == 0
    assert most(breaker, 3610) == 1
    assert most(breaker, 3610, under_way=1) == 0


@pytest.mark.parametrize(
    "probe",
    [
        refused(4000),
        refused(4000, status=403),
        failure(4000),
        failure(4000, Outcome.THROTTLED, 429),
    ],
)
def test_a_probe_that_fails_in_any_way_waits_for_the_next_hour(probe: Answer) -> None:
    """A refused source is asked once an hour, whatever comes of it."""
    breaker = note(CircuitBreaker(), refused(10), probe)
    assert breaker.refused
    assert most(breaker, 4000 + 3599) == 0
    assert most(breaker, 4000 + 3600) == 1


def test_a_key_that_works_again() -> None:
    """The first success takes the stop back; a 404 is one."""
    for well in (answer(4000), failure(4000, Outcome.NOT_VISIBLE, 404)):
        breaker = note(CircuitBreaker(), refused(10), well)
        assert breaker.refused is None
        assert most(breaker, 4000) == MOST_AT_ONCE


def test_an_answer_that_was_on_its_way_takes_nothing_back() -> None:
    """A request sent before the key was refused may still succeed."""
    breaker = note(CircuitBreaker(), refused(10), answer(11, latency_ms=2000))
    assert breaker.refused
    assert most(breaker, 12) == 0
    assert note(breaker, answer(13, latency_ms=2000)).refused is None


def test_a_403_is_the_run_s_trouble() -> None:
    """Where anything of the source succeeds it goes on."""
    breaker = CircuitBreaker()
    for n in range(2, 9):
        note(breaker, refused(2 * n, f"er_{n}", 403), answer(2 * n + 1, run_id="good"))
        assert not breaker.only_forbidden(in_flight=9, is_last_word=True)
    assert most(breaker, 20) == MOST_AT_ONCE


def test_where_every_run_is_forbidden_the_key_is_meant() -> None:
    """Several runs, and nothing else: the source stops as after a 401."""
    breaker = note(
        CircuitBreaker(), refused(1, "a", 403), refused(2, "a", 403), refused(3, "b", 403)
    )
    assert not breaker.only_forbidden(in_flight=3)
    assert breaker.only_forbidden(in_flight=3, is_last_word=True)
    assert note(breaker, refused(4, "c", 403)).only_forbidden(in_flight=3)
    breaker.stop_forbidden(T0 + 4 * S)
    assert breaker.refused == "every run is forbidden (403: no)"
    assert not breaker.only_forbidden(in_flight=3), "it is told already"
    assert (most(breaker, 3603), most(breaker, 3604)) == (0, 1)


def test_a_source_of_few_runs_is_forbidden_by_all_of_them() -> None:
    """Three times, whatever their number; an earlier success of the process holds nothing up."""
    breaker = note(
        CircuitBreaker(), answer(1, run_id="a"), refused(2, "a", 403), refused(3, "b", 403)
    )
    assert not breaker.only_forbidden(in_flight=2)
    assert note(breaker, refused(4, "a", 403)).only_forbidden(in_flight=2)
    assert not breaker.only_forbidden(in_flight=3)


def test_what_is_no_ledger_row_shows_no_key_to_work() -> None:
    """A page of a proxy, say, in answer to the probe of a refused key."""
    breaker = note(CircuitBreaker(), refused(10))
    breaker.record(answer(4000), Outcome.MALFORMED, rng=CHANCE)
    assert breaker.refused
    assert most(breaker, 4000 + 3599) == 0


@pytest.mark.parametrize(
    ("outcome", "status"), [(Outcome.SERVER_ERROR, 503), (Outcome.NETWORK_ERROR, None)]
)
def test_when_everything_fails_the_source_pauses_longer_and_longer(
    outcome: Outcome, status: int | None
) -> None:
    """After five failures in a row one request at a time: after 1 s, 2 s, 4 s, up to a minute, with jitter."""
    breaker = note(CircuitBreaker(), failure(0, outcome, status, run_id="other"))
    note(breaker, *(failure(n, outcome, status) for n in range(1, 4)))
    assert (most(breaker, 4), breaker.down) == (MOST_AT_ONCE, None)
    pauses = []
    for at in range(10, 1000, 100):
        note(breaker, failure(at, outcome, status))
        pauses.append((breaker.paused_until - T0) / S - at)
        assert most(breaker, at) == 0
        assert most(breaker, at + 72, under_way=0) == 1
    for pause, plain in zip(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60, 60], strict=True):
        assert 0.8 * plain <= pause <= 1.2 * plain
    assert len(set(pauses)) == len(pauses)
    assert breaker.down
    assert note(breaker, answer(2000)).half_open is False
    assert breaker.down is None


def test_one_run_alone_that_fails_pauses_nothing() -> None:
    """The source counts as down, but another run may be asked at once, and then shows whether it is."""
    breaker = note(CircuitBreaker(), *(failure(n, detail="gone") for n in range(9)))
    assert (breaker.down, most(breaker, 9)) == ("gone", MOST_AT_ONCE)
    note(breaker, failure(10, run_id="new"))
    assert most(breaker, 10) == 0


def test_a_clock_that_was_set_back_ends_a_pause() -> None:
    """What lies further ahead than any pause is none."""
    breaker = note(CircuitBreaker(), *(failure(n, run_id=f"er_{n}") for n in range(9)))
    assert most(breaker, 9) == 0
    assert most(breaker, 9 - 3600) == 1


def test_one_run_s_failures_between_others_successes_pause_nothing() -> None:
    """A run that fails again and again stops nobody else."""
    breaker = CircuitBreaker()
    for at in range(100):
        note(breaker, failure(2 * at), answer(2 * at + 1))
    assert most(breaker, 200) == MOST_AT_ONCE


def test_what_a_429_asks_for() -> None:
    """Its Retry-After from when the answer was read; ten seconds where it has none."""
    in_flight = failure(5, Outcome.THROTTLED, 429, retry_after_s=2.5)
    assert throttled_until(in_flight) == T0 + 7_500_000
    assert throttled_until(failure(5, Outcome.THROTTLED, 429)) == T0 + 15 * S


def test_the_stop_lasts_an_hour_and_a_pause_a_minute() -> None:
    """The figures of the rules."""
    breaker = note(CircuitBreaker(), refused(0))
    assert breaker.paused_until == T0 + HOUR
    breaker = note(CircuitBreaker(), *(failure(n, run_id=f"er_{n % 2}") for n in range(50)))
    assert breaker.paused_until - T0 - 49 * S <= 1.2 * MINUTE
