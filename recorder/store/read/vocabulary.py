"""The words that the runs of a store have, to check those of a filter and to complete one that is typed."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import sqlalchemy as sa
from msgspec import Struct

from recorder.analysis.filters import Filters
from recorder.ledger.readable import storable
from recorder.store.schema import label, run, run_summary, snapshot, source, watch

_MOST_SHOWN: Final = 20
_MOST_COMPLETED: Final = 100


class UnknownWord(Struct, frozen=True, kw_only=True):
    """A word of a filter that no run of the store has.

    Attributes:
        name: of the filter: status, slug, version, unit, label.
        word: of the filter; of a label `key=value`.
        known: words that runs have, in order; of a label whose key is known, the key's.
        more: whether there are more of them.
    """

    name: str
    word: str
    known: tuple[str, ...]
    more: bool


def unknown_words(
    connection: sa.Connection,
    filters: Filters,
    units: Iterable[str] = (),
    *,
    as_of: int | None = None,
) -> Iterator[UnknownWord]:
    """Yield the words of these filters, and the units of amounts, that no run of the store has.

    Args:
        connection: a reading transaction.
        filters: with the words.
        units: of amounts.
        as_of: microseconds since 1970 UTC: a status that a run has had by then is known; None: that it has now.
    """
    asked = {name: getattr(filters, name) for name in ("status", "slug", "version")}
    for name, words in (asked | {"unit": units}).items():
        column = _had_by(as_of) if name == "status" and as_of is not None else _of_runs(name)
        for word in words:
            if not _has(connection, column, word):
                yield _unknown(connection, column, name, word)
    for key, value in filters.labels:
        word = f"{key}={value}"
        if not _has(connection, _labels(), word):
            column = _labels(key) if _first(connection, _labels(key)) else _labels()
            yield _unknown(connection, column, "label", word)


def words_like(connection: sa.Connection, name: str, beginning: str) -> list[str]:
    """Return words that begin so, at most 100; of run ids those tracked last.

    Args:
        connection: a reading transaction.
        name: run_id, source, label, or a column of the summary of runs.
        beginning: it may be empty.
    """
    word: sa.ColumnElement[str] = run.c.run_id
    if name == "run_id":
        found = sa.select(word).order_by(run.c.run_key.desc())
    else:
        columns = {"source": sa.select(source.c.name.label("word")), "label": _labels()}
        words = (columns[name] if name in columns else _of_runs(name)).subquery()
        word, found = words.c.word, sa.select(words.c.word).distinct()
    matching = found.where(word.startswith(beginning, autoescape=True)).limit(_MOST_COMPLETED)
    # SQLite compares without regard to case here.
    return sorted(
        one for one in connection.execute(matching).scalars() if one.startswith(beginning)
    )


def _of_runs(name: str) -> sa.Select[Any]:
    if name == "unit":
        unit = sa.func.coalesce(run_summary.c.actual_unit, run_summary.c.cost_unit)
        return sa.select(unit.label("word"))
    return sa.select(run_summary.c[name].label("word"))


def _had_by(as_of: int) -> sa.Select[Any]:
    return sa.select(snapshot.c.status.label("word")).where(snapshot.c.first_seen_at <= as_of)


def _labels(key: str | None = None) -> sa.Select[Any]:
    statement = sa.select((label.c.key + "=" + label.c.value).label("word"))
    return statement if key is None else statement.where(label.c.key == storable(key))


def _has(connection: sa.Connection, column: sa.Select[Any], word: str) -> bool:
    words = column.subquery()
    found = sa.select(sa.exists(sa.select(words).where(words.c.word == storable(word))))
    return storable(word) == word and bool(connection.execute(found).scalar_one())


def _first(connection: sa.Connection, column: sa.Select[Any]) -> list[str]:
    words = column.subquery()
    statement = sa.select(words).where(words.c.word.is_not(None)).distinct()
    # One more than is shown: it says whether there are more.
    return list(connection.execute(statement.order_by("word").limit(_MOST_SHOWN + 1)).scalars())


def _unknown(
    connection: sa.Connection, column: sa.Select[Any], name: str, word: str
) -> UnknownWord:
    known = _first(connection, column)
    more = len(known) > _MOST_SHOWN
    return UnknownWord(name=name, word=word, known=tuple(known[:_MOST_SHOWN]), more=more)


def thinned_runs(connection: sa.Connection, as_of: int) -> int:
    """Return how many runs were seen before an instant, went on after it, and were pruned since."""
    then = (watch.c.first_polled_at <= as_of) & (watch.c.last_polled_at > as_of)
    counted = sa.select(sa.func.count()).select_from(watch).where(watch.c.is_pruned, then)
    return connection.execute(counted).scalar_one()
