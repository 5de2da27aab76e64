"""The target of a request: the part of the ledger that it shows.

Invariant: one target goes from the schedule over request and answer to the record; only `path` and the reader of its
answers depend on what it is.
"""

import urllib.parse

from msgspec import Struct

LARGEST_PAGE = 100
"""The most items that the API gives a page."""


class Target(Struct, frozen=True, order=True):
    """The row of one run, or a page of its items.

    Attributes:
        run_id: any text.
        cursor: the item after which a page begins, empty for the first page; None: the row.
        limit: the most items of a page.
    """

    run_id: str
    cursor: str | None = None
    limit: int = LARGEST_PAGE

    @property
    def is_row(self) -> bool:
        """Whether it is the row of the run."""
        return self.cursor is None

    @property
    def path(self) -> str:
        """The path below the base URL, with the whole id percent-encoded as one segment."""
        quoted = _quoted(self.run_id)
        if self.run_id in {".", ".."}:  # else they would mean another path
            quoted = quoted.replace(".", "%2E")
        path = f"/api/enrichment/{quoted}"
        if self.cursor is None:
            return path
        after = f"&cursor={_quoted(self.cursor)}" if self.cursor else ""
        return f"{path}/items?limit={self.limit}{after}"


def _quoted(text: str) -> str:
    # A lone surrogate goes as the three bytes that UTF-8 would have for it.
    return urllib.parse.quote(text, safe="", errors="surrogatepass")
