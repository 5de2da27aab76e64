"""The sources of a store."""

import sqlalchemy as sa
from msgspec import Struct

from recorder.errors import UsageError
from recorder.store.read.conditions import of_source
from recorder.store.schema import source, watch


class SourceRow(Struct, frozen=True, kw_only=True):
    """One source as polling needs it; instants in microseconds since 1970 UTC."""

    source_id: int
    name: str
    base_url: str
    holder: str | None
    held_until: int | None
    refused_key: str | None
    refused_at: int | None
    accepted_key: str | None
    clock_off_us: int | None = None


def source_rows(connection: sa.Connection, name: str | None = None) -> list[SourceRow]:
    """Return the sources in order of their names, or only the one of a given name."""
    columns = [source.c[field] for field in SourceRow.__struct_fields__]
    statement = sa.select(*columns).where(of_source(name)).order_by(source.c.name)
    return [SourceRow(**row) for row in connection.execute(statement).mappings()]


def require_source(connection: sa.Connection, name: str | None) -> None:
    """Refuse the name of a source that the store does not have; None stands for all sources.

    Raises:
        UsageError: with the names that there are.
    """
    names = [row.name for row in source_rows(connection)]
    if name is not None and name not in names:
        known = f"it has {', '.join(names)}" if names else "'recorder track RUN_ID' makes the first"
        raise UsageError(f"no source {name!r} in this store: {known}")


def served_since(connection: sa.Connection, source_id: int, *, since: int) -> bool:
    """Return whether an answer has shown any run of a source after an instant."""
    seen = sa.exists().where(watch.c.source_id == source_id, watch.c.last_good_at > since)
    return bool(connection.execute(sa.select(seen)).scalar_one())
