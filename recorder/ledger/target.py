"""The target of a request: the part of the ledger that one poll shows.

Invariant: one target goes from the schedule over request and answer to the poll log; only `path` and the reader of its
answers depend on what it is.
"""

import urllib.parse
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """The row of one run; `run_id` is any text."""

    run_id: str

    @property
    def path(self) -> str:
        """The path below the base URL, with the whole id percent-encoded as one segment."""
        # A lone surrogate goes as the three bytes that UTF-8 would have for it.
        quoted = urllib.parse.quote(self.run_id, safe="", errors="surrogatepass")
        if self.run_id in {".", ".."}:  # else they would mean another path
            quoted = quoted.replace(".", "%2E")
        return f"/api/enrichment/{quoted}"
