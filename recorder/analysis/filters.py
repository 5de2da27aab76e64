"""Which runs a question is about.

Invariant: since counts, until does not; both go by the instant that a run belongs to. Every reading command
filters by this one rule. Must not import anything that does I/O.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from recorder.analysis.rows import RunRow
from recorder.errors import UsageError
from recorder.instants import iso


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What all runs of a question have in common; nothing given lets every run in.

    Attributes:
        since: microseconds since 1970 UTC, inclusive.
        until: microseconds since 1970 UTC, exclusive.
        status: any of these words, as the ledger spells them.
        slug: any of these.
        version: any of these.
        source: only this one.
        labels: pairs of key and value; a run carries all of them.

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
        """Whether a run is meant."""
        return self.matches_but_status(row) and (not self.status or row.status in self.status)

    def matches_but_status(self, row: RunRow) -> bool:
        """The same without the status: for what stands beside the runs of a status."""
        if self.source is not None and row.source != self.source:
            return False
        if self.slug and row.slug not in self.slug:
            return False
        if self.version and row.version not in self.version:
            return False
        if any(row.labels.get(key) != value for key, value in self.labels):
            return False
        since_it_is = self.since is None or row.dated_at >= self.since
        return since_it_is and (self.until is None or row.dated_at < self.until)

    def told(self) -> str:
        """The filters but the status in words, for a foot; empty where there are none."""
        return ", ".join(self._words())

    def told_with_status(self) -> str:
        """All filters in words, for a foot; empty where there are none."""
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


def _short(us: int) -> str:
    return iso(us).replace(".000000Z", "Z").replace("T00:00:00Z", "")
