"""Removal of runs: their history, and the parts that no other run uses.

Invariant: within the caller's transaction; a part that anything else refers to stays.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext

import sqlalchemy as sa

from recorder.ledger.packing import references
from recorder.store.engine import dialect_of
from recorder.store.parts import part_text
from recorder.store.read.run_refs import chunks, refs_of
from recorder.store.schema import part, snapshot, source
from recorder.store.sealed import drop_blocks_of
from recorder.store.table_parts import metadata
from recorder.store.write.months import count_runs
from recorder.store.write.shapes import remove_unused_shapes
from recorder.store.write.sources import lock_source
from recorder.store.write.track import run_keys
from recorder.store.write.usual_runs import drop_usual_runs

(_BY_PART,) = (index for index in snapshot.indexes if "part_id" in index.columns)


def forget(connection: sa.Connection, source_name: str, run_ids: Iterable[str]) -> int:
    """Remove runs of a source with their whole history, and return how many there were.

    The source is locked first: an answer of such a run that is on its way finds no run, and is dropped.
    """
    source_id = lock_source(connection, source_name)
    keys = list(run_keys(connection, source_id, run_ids).values())
    for refs in refs_of(source_id, keys):
        # While the rows are there that say which months it was.
        count_runs(connection, source_id, refs.run_keys, "n_forgets")
        drop_blocks_of(connection, {source_id: refs.run_keys})
        # Rows that refer to others go before them.
        for table in reversed(metadata.sorted_tables):
            if "run_key" in table.c:
                connection.execute(sa.delete(table).where(refs.rows_of(table)))
    drop_usual_runs(connection, source_id)
    remove_unused(connection, source_id)
    remove_unused_shapes(connection, source_id)
    return len(keys)


def forget_all(connection: sa.Connection, run_ids: Mapping[str, Iterable[str]]) -> int:
    """Remove these runs of each source, and return how many there were."""
    return sum(forget(connection, name, run_ids[name]) for name in sorted(run_ids))


def remove_unused(connection: sa.Connection, source_id: int) -> None:
    """Remove the parts of a source that no snapshot needs, those that a killed pruning left included."""
    templates = sa.select(snapshot.c.part_id).where(snapshot.c.source_id == source_id).distinct()
    refers = _references(connection, source_id)
    # A part may be referred to by parts that nothing refers to any more, so it is not enough to look at one step.
    unused = sorted(refers.keys() - _closure(connection.execute(templates).scalars(), refers))
    with _indexed(connection) if unused else nullcontext():
        for some in chunks(unused):
            chosen = (part.c.source_id == source_id) & part.c.part_id.in_(some)
            connection.execute(sa.delete(part).where(chosen))
    if unused:  # numbers that processes remember of this source mean nothing from now on
        connection.execute(
            sa.update(source)
            .where(source.c.source_id == source_id)
            .values(parts_version=source.c.parts_version + 1)
        )


@contextmanager
def _indexed(connection: sa.Connection) -> Iterator[None]:
    """Index snapshots by their part for the block, where the store has no such index."""
    is_made = dialect_of(connection).is_file
    if is_made:
        connection.execute(sa.schema.CreateIndex(_BY_PART))
    yield
    if is_made:
        connection.execute(sa.schema.DropIndex(_BY_PART))


def _references(connection: sa.Connection, source_id: int) -> dict[int, set[int]]:
    """Return the numbers of the parts that each part refers to, by its own number."""
    statement = sa.select(part).where(part.c.source_id == source_id)
    numbers: dict[bytes, int] = {}
    found: dict[int, list[bytes]] = {}
    with connection.execute(statement.execution_options(yield_per=1000)) as rows:
        for row in rows:
            numbers[bytes(row.digest)] = row.part_id
            found[row.part_id] = references(part_text(row.json, row.deflated))
    return {
        number: {numbers[digest] for digest in digests if digest in numbers}
        for number, digests in found.items()
    }


def _closure(numbers: Iterable[int], refers: dict[int, set[int]]) -> set[int]:
    """Return these parts and all parts that they refer to, directly or not."""
    reached, new = set[int](), set(numbers)
    while new:
        reached |= new
        new = {one for number in new for one in refers.get(number, ())} - reached
    return reached
