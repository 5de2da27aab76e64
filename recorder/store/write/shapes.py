"""The shapes of answers that lie outside the API's page: each is a set of deviations, stored once a source.

Invariant: a shape has the same number in every store; a source holds at most so many deviations, whatever its ledger
serves. Snapshots name shapes that are beyond that too.
"""

from collections.abc import Mapping, Sequence
from itertools import repeat
from typing import Any, Final

import sqlalchemy as sa

from recorder.ledger.documented import Deviation
from recorder.store.prepared import InList, Prepared, insert
from recorder.store.schema import deviation, snapshot

MOST_DEVIATIONS: Final = 10_000

_KNOWN: Final = InList(sa.select(deviation.c.shape_id), deviation.c.source_id, deviation.c.shape_id)
_COUNT: Final = Prepared(
    lambda: sa.select(sa.func.count()).where(deviation.c.source_id == sa.bindparam("source_id")),
    ("source_id",),
)
_ADD: Final = insert(deviation, ("source_id", "shape_id", *Deviation._fields))


def add_shapes(
    connection: sa.Connection, source_id: int, shapes: Mapping[int, Sequence[tuple[Any, ...]]]
) -> None:
    """Add the rows of `deviation` of these shapes that one source, which is locked, does not have yet."""
    known = {shape_id for (shape_id,) in _KNOWN.all(connection, zip(repeat(source_id), shapes))}
    new = [row for shape_id, rows in shapes.items() if shape_id not in known for row in rows]
    if new:
        # A ledger that serves ever new names, such as ids as keys, must not fill the store with them.
        ((n,),) = _COUNT.all(connection, source_id)
        _ADD.many(connection, new[: max(MOST_DEVIATIONS - n, 0)])


def remove_unused_shapes(connection: sa.Connection, source_id: int) -> None:
    """Remove the shapes of a source that no snapshot has."""
    has_it = (snapshot.c.source_id == source_id) & (snapshot.c.shape_id == deviation.c.shape_id)
    unused = ~sa.exists().where(has_it)
    connection.execute(sa.delete(deviation).where(deviation.c.source_id == source_id, unused))
