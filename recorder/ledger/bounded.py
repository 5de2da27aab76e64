"""A cache of bounded size.

Invariant: its size is at most twice `most`; a forgotten entry is only slower to get, never wrong.
"""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def _one(_key: object, _value: object) -> int:
    return 1


class Bounded(dict[K, V | None], Generic[K, V]):
    """Two generations of entries: a full one becomes the old one, and an entry used in the old one moves to the new.

    `cache[key]` is the value, None where there is none; `put` adds one.

    Args:
        most: the sum of sizes of one generation.
        size: returns the size of an entry, the same for each call; by default each counts 1.
    """

    def __init__(self, most: int, size: Callable[[K, V], int] = _one) -> None:
        self._most = most
        self._size_of = size
        self._size = 0
        self._old: dict[K, V | None] = {}

    def __missing__(self, key: K) -> V | None:
        value = self._old.get(key)
        if value is not None:
            self.put(key, value)
        return value

    def put(self, key: K, value: V) -> None:
        """Add an entry, unless it is larger than a quarter of a generation."""
        size = self._size_of(key, value)
        # One entry must not push out most of the others.
        if 4 * size > self._most:
            return
        if self._size + size > self._most:
            self._old = dict(self)
            self.clear()
            self._size = 0
        if key not in self:
            self._size += size
        self[key] = value
