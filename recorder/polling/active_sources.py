"""The sources that a watch can poll, each with its key, its budget and its circuit breaker."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct, field

from recorder.polling.fetchers import MOST_UNDER_WAY
from recorder.polling.permits import KeyUse
from recorder.schedule.circuit_breaker import CircuitBreaker
from recorder.schedule.dispatch import firsts_ahead
from recorder.store.read.due import Due
from recorder.store.read.source_rows import SourceRow

RESERVED = MOST_UNDER_WAY // 4  # for sources with nothing under way: servers that hang take no more


class ActiveSource(Struct, frozen=True, kw_only=True):
    """One source that can be polled.

    Attributes:
        source_id: its id in the store.
        name: its name.
        base_url: of its API.
        key_id: the fingerprint of its key.
        rate: requests in any 60 s.
        items: whether the items of its ended runs are captured.
        breaker: whether its answers let it be polled.
    """

    source_id: int
    name: str
    base_url: str
    key_id: str
    rate: int
    items: bool = False
    breaker: CircuitBreaker = field(default_factory=CircuitBreaker)

    def restore(self, row: SourceRow) -> None:
        """Restore what the store knows of the source's keys."""
        self.breaker.restore(
            key_id=self.key_id, refused_key=row.refused_key, accepted_key=row.accepted_key
        )

    @property
    def account(self) -> tuple[str, str]:
        """Its API and its key: what an answer says of the key holds for every source that shares both."""
        return self.base_url, self.key_id


def key_uses(sources: Iterable[ActiveSource], *, of: Collection[int] | None = None) -> list[KeyUse]:
    """Return the keys of the sources; sources that share a key share the lowest of their rates.

    Args:
        sources: all that are known.
        of: only the keys of these sources, by id; None: of all.
    """
    by_key: dict[str, list[ActiveSource]] = {}
    for source in sources:
        by_key.setdefault(source.key_id, []).append(source)
    return [
        KeyUse(
            key_id=key_id,
            # The budget is the key's: a source that may use more of it would take it from the one that may use less.
            rate=min(source.rate for source in sharing),
            sources={source.source_id: source.name for source in sharing},
        )
        for key_id, sharing in by_key.items()
        if of is None or any(source.source_id in of for source in sharing)
    ]


def by_key(
    due: Iterable[Due], sources_by_id: dict[int, ActiveSource]
) -> list[tuple[KeyUse, list[Due]]]:
    """Return the due runs of each key, in their order, with its use."""
    uses = {use.key_id: use for use in key_uses(sources_by_id.values())}
    found: dict[str, list[Due]] = {}
    for one in due:
        found.setdefault(sources_by_id[one.source_id].key_id, []).append(one)
    return [(uses[key_id], of_key) for key_id, of_key in found.items()]


def pollable(
    due: Sequence[Due], sources_by_id: dict[int, ActiveSource], under_way: dict[int, int], now: int
) -> list[Due]:
    """Return the due runs that may be polled now, by the circuit breakers of their sources.

    A key that has not been answered yet is tried with one request, whichever of its sources sends it.

    Args:
        due: the next one first.
        sources_by_id: each active source, by its id.
        under_way: how many requests of each source are under way.
        now: microseconds since 1970 UTC.
    """
    under_way_of = Counter(under_way)
    unanswered = _unanswered_keys(sources_by_id)
    chosen: set[Due] = set()
    # Each source gets a first request before any gets a second one: none waits behind another one's backlog.
    for run in firsts_ahead(due):
        breaker, own = sources_by_id[run.source_id].breaker, under_way_of[run.source_id]
        # A source with nothing under way may use the reserve too.
        has_room = not own or under_way_of.total() < MOST_UNDER_WAY - RESERVED
        # A key that is refused is refused once, not by each run that is due.
        waits = any(under_way_of[sharing] for sharing in unanswered.get(run.source_id, ()))
        if has_room and not waits and breaker.permits(under_way=own, now=now):
            under_way_of[run.source_id] += 1
            chosen.add(run)
    return [run for run in due if run in chosen]


def _unanswered_keys(sources_by_id: dict[int, ActiveSource]) -> dict[int, list[int]]:
    """Return the sources whose key has not been answered yet, each with all sources that share the key."""
    answered = {one.account for one in sources_by_id.values() if one.breaker.is_key_answered}
    sharing: dict[tuple[str, str], list[int]] = {}
    for source_id, source in sources_by_id.items():
        if source.account not in answered:
            sharing.setdefault(source.account, []).append(source_id)
    return {source_id: group for group in sharing.values() for source_id in group}
