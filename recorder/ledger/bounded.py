"""A memory of bounded size: what was used lately is found again.

Invariant: never holds more than twice `most`; what it forgets is only slower to get, never wrong.
"""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def _one(_key: object, _value: object) -> int:
    return 1


class Bounded(dict[K, V | None], Generic[K, V]):
    """Two generations of entries: a full one becomes the old one, and what is used in the old one moves on.

    `memory[key]` is the value, None where there is none; `put` adds one.

    Args:
        most: the sum of sizes of one generation.
        size: of an entry, the same whenever it is put; by default each counts 1.
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
        """Remember an entry; one that is larger than a quarter of all is not remembered."""
        size = self._size_of(key, value)
        if 4 * size > self._most:
            return
        if self._size + size > self._most:
            self._old = dict(self)
            self.clear()
            self._size = 0
        if key not in self:
            self._size += size
        self[key] = value
