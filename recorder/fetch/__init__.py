"""How the ledger is polled: API keys and the HTTP client."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from recorder.base_url import PingUrl

if TYPE_CHECKING:
    from recorder.fetch.client import LedgerClient


class Http(NamedTuple):
    """What sends requests: the class of clients, and the sender of pings, which returns why one failed."""

    client: "type[LedgerClient]"
    ping: Callable[[PingUrl, str], str | None]


def http() -> Http:
    """Load the HTTP library, which takes 100 ms: a pass that sends nothing does without."""
    from recorder.fetch import client, ping  # noqa: PLC0415

    return Http(client.LedgerClient, ping.send_ping)
