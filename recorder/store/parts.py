"""Parts: JSON texts stored once by content, per source.

Invariant: one row a text and source (a unique constraint on its digest); a part is never changed.
Texts that repeat little inside (short ones) stand as text; long ones, lists of lead ids above all, are deflated.
A template stands as text that the stores' JSON functions take; where they do not take it as it is, it is deflated too.
"""

import zlib
from collections import OrderedDict

import sqlalchemy as sa

from recorder.ledger.jsontext import digest_text
from recorder.ledger.readable import readable as as_readable
from recorder.store.schema import part

DEFLATE_FROM = 500  # characters
_REMEMBERED = 20_000


class Parts:
    """The parts of one source within one transaction.

    Args:
        connection: in a transaction; for `intern` a writing one that holds the source's lock.
        source_id: the source.
        known: digests to part numbers as remembered from committed transactions; kept by the caller.
    """

    def __init__(
        self,
        connection: sa.Connection,
        source_id: int,
        known: OrderedDict[bytes, int] | None = None,
    ) -> None:
        self._connection = connection
        self._source_id = source_id
        self._known = known if known is not None else OrderedDict()
        self._texts: dict[int, str] = {}
        self._new: list[dict[str, object]] = []
        self.fresh: dict[bytes, int] = {}
        self._next: int | None = None

    def intern(self, text: str, *, readable: bool = False) -> int:
        """The number of the part that holds a text; makes one where there is none.

        Args:
            text: JSON.
            readable: keep it as text whatever its length (templates, which a view shows).
        """
        digest = digest_text(text)
        number = self.fresh.get(digest) or self._known.get(digest) or self._stored(digest)
        return number if number is not None else self._add(digest, text, readable=readable)

    def _stored(self, digest: bytes) -> int | None:
        found = self._connection.execute(
            sa.select(part.c.part_id).where(
                part.c.source_id == self._source_id, part.c.digest == digest
            )
        ).scalar_one_or_none()
        if found is not None:
            self.fresh[digest] = found
        return found

    def _add(self, digest: bytes, text: str, *, readable: bool) -> int:
        if self._next is None:
            last = sa.select(sa.func.coalesce(sa.func.max(part.c.part_id), 0))
            self._next = self._connection.execute(
                last.where(part.c.source_id == self._source_id)
            ).scalar_one()
        self._next += 1
        shown = as_readable(text) if readable else text if len(text) < DEFLATE_FROM else None
        self._new.append(
            {
                "source_id": self._source_id,
                "part_id": self._next,
                "digest": digest,
                "json": shown,
                "deflated": None if shown == text else zlib.compress(text.encode(), 9),
            }
        )
        self.fresh[digest] = self._next
        self._texts[self._next] = text
        return self._next

    def flush(self) -> None:
        """Write the parts that were added; before anything that refers to them."""
        if self._new:
            self._connection.execute(sa.insert(part), self._new)
            self._new = []

    def load(self, number: int) -> str:
        """The text of a part."""
        if number not in self._texts:
            row = self._connection.execute(
                sa.select(part.c.json, part.c.deflated).where(
                    part.c.source_id == self._source_id, part.c.part_id == number
                )
            ).one()
            exact = row.deflated
            self._texts[number] = row.json if exact is None else zlib.decompress(exact).decode()
        return self._texts[number]


def remember(known: OrderedDict[bytes, int], fresh: dict[bytes, int]) -> None:
    """Keep the numbers of parts that were committed, the latest of them."""
    known.update(fresh)
    while len(known) > _REMEMBERED:
        known.popitem(last=False)
