"""The rows that one transaction writes, gathered and then written table by table.

Invariant: what is referred to is written before what refers to it. Must not decide anything.
"""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

import sqlalchemy as sa

from recorder.store.parts import Parts
from recorder.store.schema import poll, rejected_body, run_fact, snapshot, watch

Row: TypeAlias = dict[str, Any]


@dataclass(slots=True)
class Batch:
    """Rows by table and by what is done with them; each is a dict of its columns."""

    parts: Parts
    new_snapshots: list[Row] = field(default_factory=list)
    changed_snapshots: list[Row] = field(default_factory=list)
    new_polls: list[Row] = field(default_factory=list)
    changed_polls: list[Row] = field(default_factory=list)
    rejected: list[Row] = field(default_factory=list)
    new_facts: list[Row] = field(default_factory=list)
    changed_facts: list[Row] = field(default_factory=list)
    watches: list[Row] = field(default_factory=list)

    def flush(self, connection: sa.Connection) -> None:
        """Write all of it."""
        self.parts.flush()
        _insert(connection, snapshot, self.new_snapshots)
        _update(connection, snapshot, ("seq",), self.changed_snapshots)
        _insert(connection, poll, self.new_polls)
        _update(connection, poll, ("polled_at",), self.changed_polls)
        _insert(connection, rejected_body, self.rejected)
        _insert(connection, run_fact, self.new_facts)
        _update(connection, run_fact, (), self.changed_facts)
        _update(connection, watch, (), self.watches)


def _insert(connection: sa.Connection, table: sa.Table, rows: list[Row]) -> None:
    if rows:
        connection.execute(sa.insert(table), rows)


def _update(
    connection: sa.Connection, table: sa.Table, key: tuple[str, ...], rows: list[Row]
) -> None:
    """Update each row by its key; rows of the same columns go together."""
    by_columns: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        by_columns.setdefault(tuple(row), []).append(row)
    names = ("source_id", "run_key", *key)
    for columns, alike in by_columns.items():
        statement = (
            sa.update(table)
            .where(*(table.c[name] == sa.bindparam(f"key_{name}") for name in names))
            .values({name: sa.bindparam(name) for name in columns if name not in names})
        )
        connection.execute(
            statement, [row | {f"key_{name}": row[name] for name in names} for row in alike]
        )
