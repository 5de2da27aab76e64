"""What is remembered is right, and never more than so much."""

from hypothesis import given
from hypothesis import strategies as st

from recorder.ledger.bounded import Bounded


@given(st.lists(st.tuples(st.integers(0, 60), st.booleans())), st.integers(4, 20))
def test_it_never_holds_more_than_it_may(steps: list[tuple[int, bool]], most: int) -> None:
    """An entry is what was put last under its key, or gone; a generation has at most as many as the bound says."""
    memory: Bounded[int, int] = Bounded(most)
    last: dict[int, int] = {}
    for number, (key, is_put) in enumerate(steps):
        if is_put:
            last[key] = number
            memory.put(key, number)
        else:
            assert memory[key] in (None, last.get(key))
        assert len(memory) <= most


def test_what_is_used_stays() -> None:
    """An entry that is asked for again and again survives any number of others."""
    memory: Bounded[str, int] = Bounded(10)
    memory.put("kept", 1)
    for number in range(1000):
        memory.put(str(number), number)
        assert memory["kept"] == 1
    assert memory["0"] is None


def test_sizes_count() -> None:
    """Few large entries are as many small ones; one that would leave no room for others is not remembered."""
    memory: Bounded[int, str] = Bounded(100, lambda _, text: len(text))
    for number in range(50):
        memory.put(number, "x" * 25)
    assert len(memory) <= 4
    memory.put(99, "x" * 26)
    assert memory[99] is None
