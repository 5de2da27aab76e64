"""Parts: JSON texts stored once by content, per source.

Invariant: one row a text and source (a unique constraint on its digest); a part is never changed.
Very short texts stand as text; others are deflated, with a dictionary of what stands in nearly every answer, since
parts of a few hundred characters repeat little inside. The dictionary is a part of the format: it never changes.
A template stands as text that the stores' JSON functions take; where they do not take it as it is, it is deflated too.
"""

import zlib
from collections.abc import Collection, Iterable
from contextlib import suppress
from itertools import repeat
from typing import Any

import sqlalchemy as sa
from msgspec import Struct, field

from recorder.ledger.bounded import Bounded
from recorder.ledger.packing import Part, references
from recorder.ledger.readable import readable as as_readable
from recorder.store.prepared import InList, Prepared, insert
from recorder.store.schema import part

DEFLATE_FROM = 100  # characters
_DICTIONARY = (
    b'{"message":"","details":{"provider":"","status":429,"retryAfter":60}}{"target":"company_attribute"'
    b'"attributeKey":"","writePolicy":"fill_empty","persistResults":true}"excludedLeadIds":["'
    b'{"type":"list","listId":"","limit":,"filter":{"stage":"new"}}{"preview":{"credits":,"perLead":},"actual":'
    b'{"id":"","slug":"","version":,"snapshot":{"inputSchema":{"type":"object","properties":{"steps":[{"id":"step-'
    b'","provider":"","prompt":"","timeoutMs":30000,"retry":{"max":3,"backoff":"exponential"}'
    b'{"correlationId":"","triggerRunId":"run_","dispatchMetadata":{"source":"api","region":"}}null}'
    b'{"type":"explicit_leads","leadIds":["","ld_","listId":null,"requested":{"$part":""},"resolvedCount":'
    b'{"$column":"leads_total"},"counts":{"$part":""}}'
)

_NUMBERS = InList(sa.select(part.c.digest, part.c.part_id), part.c.source_id, part.c.digest)
_LAST = Prepared(
    lambda: sa.select(sa.func.coalesce(sa.func.max(part.c.part_id), sa.literal_column("0"))).where(
        part.c.source_id == sa.bindparam("source_id")
    ),
    ["source_id"],
)
_READ_BYTES = 16 * 2**20
_LONG = "32768"  # bytes of a part that is not read together with others
_TEXT = (part.c.json, part.c.deflated)
_size = sa.func.coalesce(*(sa.func.length(part.c[name]) for name in ("deflated", "json")))
_BY_NUMBER, _BY_DIGEST = (
    InList(
        sa.select(column, *_TEXT).where(_size <= sa.literal_column(_LONG)),
        part.c.source_id,
        column,
    )
    for column in (part.c.part_id, part.c.digest)
)
_INSERT = insert(part, ("source_id", "part_id", "digest", "json", "deflated"))

KnownParts = Bounded[tuple[int, int, bytes], int]
"""Numbers of parts that were committed, by source, the version of its numbers, and digest."""


class NewParts(Struct):
    """The parts that one transaction needs in one source, written together.

    Args:
        source_id: the source, which the transaction has locked.
        version: of the source's numbers of parts.
        known: what is remembered of earlier transactions.
    """

    source_id: int
    version: int
    known: KnownParts
    _wanted: dict[bytes, tuple[str, bool]] = field(default_factory=dict)
    _fresh: dict[bytes, int] = field(default_factory=dict)

    def number(self, digest: bytes) -> int | None:
        """Return the number of a part; None where it is known only after `flush`."""
        return self._fresh.get(digest) or self.known[self.source_id, self.version, digest]

    def want(self, template: Part, parts: Iterable[Part]) -> None:
        """Want a template, as text whatever its length since a view shows it, and its parts."""
        for wanted in parts:
            self._want(wanted, readable=False)
        self._want(template, readable=True)

    def _want(self, wanted: Part, *, readable: bool) -> None:
        if wanted.digest not in self._wanted and self.number(wanted.digest) is None:
            self._wanted[wanted.digest] = (wanted.text, readable)

    def flush(self, connection: sa.Connection) -> None:
        """Write the parts that are missing; before anything that refers to them."""
        if not self._wanted:
            return
        for digest, number in _NUMBERS.all(connection, zip(repeat(self.source_id), self._wanted)):
            self._fresh[bytes(digest)] = number
            del self._wanted[bytes(digest)]
        if self._wanted:
            self._add(connection)

    def _add(self, connection: sa.Connection) -> None:
        (last,) = _LAST.all(connection, self.source_id)
        rows = []
        for number, (digest, (text, readable)) in enumerate(self._wanted.items(), last[0] + 1):
            shown = as_readable(text) if readable else text if len(text) < DEFLATE_FROM else None
            exact = None if shown == text else deflated_text(text)
            rows.append((self.source_id, number, digest, shown, exact))
            self._fresh[digest] = number
        self._wanted.clear()
        _INSERT.many(connection, rows)

    def committed(self) -> None:
        """Remember the numbers of the parts once they are committed."""
        for digest, number in self._fresh.items():
            self.known.put((self.source_id, self.version, digest), number)


class Parts:
    """The stored parts of one source, to be read.

    Args:
        connection: in a transaction.
        source_id: the source.
    """

    def __init__(self, connection: sa.Connection, source_id: int) -> None:
        self._connection = connection
        self._source_id = source_id
        self._texts: Bounded[bytes | int, str] = Bounded(_READ_BYTES, lambda _, text: len(text))

    def template(self, number: int) -> str:
        """Return the text of a part by its number."""
        return self._texts[number] or self._one(part.c.part_id, number)

    def load(self, digest: bytes) -> str:
        """Return the text of a part by its digest."""
        return self._texts[digest] or self._one(part.c.digest, digest)

    def fetch(self, numbers: Iterable[int]) -> None:
        """Read these templates, and the parts that they refer to, in few statements; leave long ones to be read alone."""
        wanted: Collection[bytes | int] = {one for one in numbers if self._texts[one] is None}
        several = _BY_NUMBER
        while wanted:
            referred = set[bytes]()
            for key, *stored in several.all(self._connection, zip(repeat(self._source_id), wanted)):
                with suppress(zlib.error, UnicodeDecodeError):  # damaged: whoever needs it says so
                    text = part_text(*stored)
                    self._texts.put(key, text)
                    referred.update(references(text))
            wanted = {digest for digest in referred if self._texts[digest] is None}
            several = _BY_DIGEST

    def _one(self, column: sa.Column[Any], key: bytes | int) -> str:
        statement = sa.select(*_TEXT).where(part.c.source_id == self._source_id, column == key)
        text = part_text(*self._connection.execute(statement).one())
        self._texts.put(key, text)
        return text


def part_text(json: str | None, deflated: bytes | None) -> str:
    """Return the exact text of a part from the two columns that hold it."""
    if deflated is None:
        return json or ""
    inflater = zlib.decompressobj(zdict=_DICTIONARY)
    text = inflater.decompress(deflated).decode()
    # To zlib a text that ends early is no error.
    if not inflater.eof:
        raise zlib.error("a part ends early")
    return text


def deflated_text(text: str) -> bytes:
    """Return a text as `part_text` takes it."""
    deflater = zlib.compressobj(9, zdict=_DICTIONARY)
    return deflater.compress(text.encode()) + deflater.flush()
