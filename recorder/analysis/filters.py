"""Which runs a question is about.

Invariant: since counts, until does not; both go by the instant that a run belongs to. Every reading command
filters by this one rule.
"""

from collections.abc import Iterator
from typing import Any, Final

from msgspec import Struct

from recorder.analysis.rows import LABEL, Predicate, RunRow
from recorder.errors import UsageError
from recorder.instants import iso


class Filters(Struct, frozen=True, kw_only=True):
    """The conditions on the runs of a query; without any, every run matches.

    Attributes:
        since: microseconds since 1970 UTC, inclusive.
        until: microseconds since 1970 UTC, exclusive.
        status: any of these words, as the ledger spells them.
        slug: any of these.
        version: any of these.
        source: this source.
        labels: pairs of key and value; a run has all of them.

    Raises:
        UsageError: since is not before until.
    """

    since: int | None = None
    until: int | None = None
    status: tuple[str, ...] = ()
    slug: tuple[str, ...] = ()
    version: tuple[str, ...] = ()
    source: str | None = None
    labels: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if self.since is not None and self.until is not None and self.since >= self.until:
            raise UsageError(f"--since {iso(self.since)} is not before --until {iso(self.until)}")

    def matches(self, row: RunRow) -> bool:
        """Return whether a run meets all conditions."""
        return all(holds(_value(row, name)) for name, holds in self.conditions())

    @property
    def needs(self) -> frozenset[str]:
        """The columns that the filters read."""
        return frozenset(name for name, _ in self.conditions())

    @property
    def words(self) -> dict[str, tuple[str, ...]]:
        """The words by column; a run has one of them in each."""
        words = {"status": self.status, "slug": self.slug, "version": self.version}
        return {name: some for name, some in words.items() if some}

    def conditions(self, *, status: bool = True) -> Iterator[tuple[str, Predicate]]:
        """Yield each column that is filtered by, with its condition; one on an instant takes a whole column too."""
        since, until = self.since, self.until
        for name, words in self.words.items():
            if status or name != "status":
                yield name, words.__contains__
        if self.source is not None:
            yield "source", (self.source,).__contains__
        for key, value in self.labels:
            yield f"{LABEL}{key}", (value,).__contains__
        if since is not None:
            yield "dated_at", lambda at: at >= since
        if until is not None:
            yield "dated_at", lambda at: at < until

    def summary(self) -> str:
        """Return the filters without the status in words, for a foot; empty without filters."""
        return ", ".join(self._words())

    def summary_with_status(self) -> str:
        """Return all filters in words, for a foot; empty without filters."""
        status = [f"status {' or '.join(self.status)}"] if self.status else []
        return ", ".join([*status, *self._words()])

    def _words(self) -> Iterator[str]:
        if self.since is not None:
            yield f"since {_short(self.since)}"
        if self.until is not None:
            yield f"until {_short(self.until)}"
        if self.slug:
            yield f"slug {' or '.join(self.slug)}"
        if self.version:
            yield f"version {' or '.join(self.version)}"
        if self.source is not None:
            yield f"source {self.source}"
        yield from (f"label {key}={value}" for key, value in self.labels)


def _value(row: RunRow, name: str) -> Any:  # noqa: ANN401  # a word or an instant
    key = name.removeprefix(LABEL)
    return getattr(row, name) if key == name else row.labels.get(key)


_TO_THE_SECOND: Final = len("2026-11-20T09:15:04")


def _short(us: int) -> str:
    return f"{iso(us)[:_TO_THE_SECOND]}Z".replace("T00:00:00Z", "")
