"""The changes between two JSON values, leaf by leaf.

Invariant: no change is listed exactly when the values are equal as JSON (key order aside, a number's literal counts).
"""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from recorder.ledger.jsontext import Json


class Absent:
    """The value of a field that does not exist; null is another one."""

    def __repr__(self) -> str:
        return "absent"


ABSENT: Final = Absent()


class Change(Struct, frozen=True, kw_only=True):
    """One field that changed: its dotted path, its value before and after (`ABSENT`: it does not exist)."""

    path: str
    before: Json | Absent
    after: Json | Absent


def changes(before: Json | Absent, after: Json | Absent, path: str = "") -> Iterator[Change]:
    """Yield the leaves that differ, in the order of the later value; lists are compared whole."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in (*after, *(key for key in before if key not in after)):
            below = f"{path}.{key}" if path else key
            yield from changes(before.get(key, ABSENT), after.get(key, ABSENT), below)
    elif not same(before, after):
        yield Change(path=path, before=before, after=after)


def same(one: Json | Absent, other: Json | Absent) -> bool:
    """Return whether two JSON values are equal; unlike in Python, true is not 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(v, other[k]) for k, v in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and one == other
