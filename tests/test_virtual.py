"""Virtual time itself: what goes wrong in a test is an error of that test; it never hangs."""

import threading
from collections.abc import Callable

import pytest
from stores import T0, S
from virtual import Reply, VirtualFetcher, VirtualTime

HANGS_AFTER_S = 10


@pytest.fixture
def time() -> VirtualTime:
    return VirtualTime()


def run(time: VirtualTime, *watches: Callable[[], object]) -> BaseException | None:
    """What `time.run` raises."""
    raised: list[BaseException] = []

    def body() -> None:
        try:
            time.run(*watches)
        except BaseException as error:  # noqa: BLE001  # it is what is asked for
            raised.append(error)

    thread = threading.Thread(target=body, daemon=True)
    thread.start()
    thread.join(HANGS_AFTER_S)
    assert not thread.is_alive(), "it hangs"
    return raised[0] if raised else None


def wait(time: VirtualTime, seconds: float) -> Callable[[], None]:
    return lambda: time.wait(T0 + round(seconds * S))


def forever(time: VirtualTime) -> None:
    while True:
        time.wait(time.now + S)


def boom() -> None:
    raise RuntimeError("boom")


@pytest.mark.parametrize("at", [0, 3, 7])
def test_an_event_that_raises_fails_the_run(time: VirtualTime, at: int) -> None:
    """Whether before the first turn, while a watch waits, or as one ends; watches without an end end too."""
    time.at(at, boom)
    assert isinstance(run(time, lambda: forever(time), wait(time, 6.5)), RuntimeError)
    time.at(8, boom)
    assert isinstance(run(time, wait(time, 7.5), lambda: None), RuntimeError)


def test_a_watch_that_raises_fails_the_run(time: VirtualTime) -> None:
    """The others run to their end."""
    assert isinstance(run(time, boom, wait(time, 5)), RuntimeError)
    assert time.now == T0 + 5 * S


def test_a_watch_that_is_stopped_before_its_first_turn(time: VirtualTime) -> None:
    """It never begins, and the run ends with the others."""
    begun: list[str] = []
    time.stop(1)
    assert run(time, wait(time, 5), lambda: begun.append("second")) is None
    assert begun == []
    assert time.now == T0 + 5 * S


def test_events_of_one_moment_happen_in_the_order_in_which_they_were_planned(
    time: VirtualTime,
) -> None:
    """One that was planned by another event comes last."""
    done: list[str] = []
    time.at(5, lambda: time.at(6, lambda: done.append("third")))
    for name in ("first", "second"):
        time.at(6, lambda name=name: done.append(name))  # type: ignore[misc]
    assert run(time, wait(time, 10)) is None
    assert done == ["first", "second", "third"]


@pytest.mark.parametrize("work_us", [1000, 5000, 50_000])
@pytest.mark.parametrize("timeout_us", [0, 1000])
def test_a_watch_that_spins_fails(time: VirtualTime, work_us: int, timeout_us: int) -> None:
    """Round after round without a pause and without an answer, however long a round takes; with pauses it is none."""

    def rounds(count: int, timeout_us: int) -> None:
        fetcher = VirtualFetcher(time, lambda *_: Reply(), lambda _: None, work_us=work_us)
        for _ in range(count):
            fetcher.collect(timeout_us)

    assert "the watch spins" in str(run(time, lambda: rounds(100, timeout_us)))
    assert run(time, lambda: rounds(1000, S // 4)) is None
