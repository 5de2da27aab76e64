"""One source as the watch sees it: its name, its key, its budget, its trouble."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from recorder.polling.coordinator import KeyUse
from recorder.polling.fetchers import MOST_UNDER_WAY
from recorder.schedule.circuit_breaker import CircuitBreaker
from recorder.store.read.due import Due, SourceRow

KEPT_FREE = MOST_UNDER_WAY // 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveSource:
    """A source that can be asked.

    Attributes:
        source_id: its number in the store.
        name: its name.
        base_url: where it is asked.
        key_id: its key's fingerprint.
        rate: requests in any 60 s.
        trouble: what its answers say of it.
    """

    source_id: int
    name: str
    base_url: str
    key_id: str
    rate: int
    trouble: CircuitBreaker = field(default_factory=CircuitBreaker)

    def restore(self, row: SourceRow) -> None:
        """Restore what the store says of the source's keys."""
        self.trouble.learn(
            key_id=self.key_id, refused_key=row.refused_key, accepted_key=row.accepted_key
        )

    @property
    def account(self) -> tuple[str, str]:
        """Where its key is used, and which it is: of sources that share both, one's answer says it of all."""
        return self.base_url, self.key_id


def key_uses(sources_by_id: Iterable[ActiveSource]) -> list[KeyUse]:
    """The keys of these sources; sources that share a key share the lowest of their rates."""
    by_key: dict[str, list[ActiveSource]] = {}
    for source in sources_by_id:
        by_key.setdefault(source.key_id, []).append(source)
    return [
        KeyUse(
            key_id=key_id,
            rate=min(source.rate for source in sharing),
            source_ids=frozenset(source.source_id for source in sharing),
        )
        for key_id, sharing in by_key.items()
    ]


def pollable(
    due: Iterable[Due], sources_by_id: dict[int, ActiveSource], under_way: dict[int, int], now: int
) -> list[Due]:
    """The due runs of sources that may be asked now; of one source so many at a time, of one in trouble one.

    Servers that hang leave places to others: the last ones go to sources that have no request under way.
    A key that has not been answered yet is tried with one request, whichever of its sources sends it.

    Args:
        due: in the order in which they are to be asked.
        sources_by_id: by source number.
        under_way: how many requests of each source have not come back.
        now: microseconds since 1970 UTC.
    """
    taken = Counter(under_way)
    tried = _tried_alone(sources_by_id)
    chosen: list[Due] = []
    for one in due:
        trouble, own = sources_by_id[one.source_id].trouble, taken[one.source_id]
        has_place = not own or taken.total() < MOST_UNDER_WAY - KEPT_FREE
        waits = any(taken[sharing] for sharing in tried.get(one.source_id, ()))
        if has_place and not waits and trouble.permits(under_way=own, now=now):
            taken[one.source_id] += 1
            chosen.append(one)
    return chosen


def _tried_alone(sources_by_id: dict[int, ActiveSource]) -> dict[int, list[int]]:
    """Return the sources whose key has not been answered yet, each with all that share it."""
    answered = {one.account for one in sources_by_id.values() if one.trouble.is_key_answered}
    sharing: dict[tuple[str, str], list[int]] = {}
    for source_id, source in sources_by_id.items():
        if source.account not in answered:
            sharing.setdefault(source.account, []).append(source_id)
    return {source_id: group for group in sharing.values() for source_id in group}
