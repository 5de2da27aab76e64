"""Conditions of queries: the rows of one source, and what was there by an instant."""

import sqlalchemy as sa

from recorder.store.schema import source


def of_source(name: str | None) -> sa.ColumnElement[bool]:
    """Return the condition for the rows of a source; None: of all."""
    return sa.true() if name is None else source.c.name == name


def by_then(moment: sa.ColumnElement[int], as_of: int | None) -> sa.ColumnElement[bool]:
    """Return the condition that a moment is not after an instant; None: whenever it was."""
    return sa.true() if as_of is None else moment <= as_of
