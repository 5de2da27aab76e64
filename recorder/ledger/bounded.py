"""A memory of bounded size: what was used lately is found again.

Invariant: never holds more than twice `most`; what it forgets is only slower to get, never wrong.
"""

from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Bounded(Generic[K, V]):
    """Two generations of entries: a full one becomes the old one, and what is used in the old one moves on.

    Args:
        most: the sum of sizes of one generation.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._young: dict[K, tuple[V, int]] = {}
        self._old: dict[K, tuple[V, int]] = {}

    def get(self, key: K) -> V | None:
        """Return the entry, None where there is none."""
        held = self._young.get(key)
        if held is None:
            held = self._old.get(key)
            if held is None:
                return None
            self.put(key, *held)
        return held[0]

    def put(self, key: K, value: V, size: int = 1) -> None:
        """Remember an entry; one that is larger than a quarter of all is not remembered."""
        if 4 * size > self._most:
            return
        if self._size + size > self._most:
            self._old, self._young, self._size = self._young, {}, 0
        self._size += size - self._young.get(key, (value, 0))[1]
        self._young[key] = (value, size)

    def __len__(self) -> int:
        return len(self._young) + len(self._old)
