"""The base URL of a source's ledger, and the URL that is pinged.

Invariant: a base URL of `parse_base_url` never sends a key in the clear beyond this machine. Its text is the one spelling
that a source is bound to. No message repeats a value, which may hold a password.
"""

import ipaddress
import re
import urllib.parse
from shlex import quote
from typing import Final

from msgspec import Struct

PUFFLE_URL = "https://app.puffle.ai"
PING_WITHIN_S: Final = 5.0

_PORTS = {"http": 80, "https": 443}
_LONGEST = 2000
_NUMERIC = re.compile(r"[0-9.]+|.*:.*", re.DOTALL)
_UNQUOTED = "/%:@!$&'()*+,;=~"
_NO_BASE_URL = f"not a base URL: write {PUFFLE_URL}"
_NO_PING_URL = "not a URL to ping: write https://host/path, without user and #"


class BaseUrl(Struct, frozen=True, kw_only=True):
    """A base URL that may be used.

    Attributes:
        scheme: https, or http where the host is loopback.
        host: a name in ASCII (IDNA), or an address without brackets.
        port: 1 to 65535.
        path: the path before `/api/...`, percent-encoded, without a final slash.
    """

    scheme: str
    host: str
    port: int
    path: str

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"


class PingUrl(Struct, frozen=True, kw_only=True):
    """A URL that a monitor gives out, to be pinged after each pass; who knows it can ping too, so it is not shown.

    Attributes:
        base: all before the query.
        query: without its question mark; empty for none.
    """

    base: BaseUrl
    query: str = ""

    def __repr__(self) -> str:
        return "PingUrl(***)"

    def target(self, word: str) -> bytes:
        """Return the path to request, with an exit code or another word appended."""
        return f"{self.base.path}/{word}{'?' if self.query else ''}{self.query}".encode("ascii")

    def __str__(self) -> str:
        return f"{self.base.scheme}://{self.base.host}/***"


def parse_base_url(text: str) -> BaseUrl:
    """Return a base URL in its one spelling: lower-case host, no default port, no slash at the end.

    Args:
        text: https to any host, or http to loopback; a path and a final slash may follow.

    Raises:
        ValueError: it is no base URL, or one that may not be used; the message says what to write.
    """
    base = _parse(text.strip(), _NO_BASE_URL)
    if any(mark in text for mark in "@?#"):
        raise ValueError(
            "more than a base URL: write only https://host/path, without user, ? and #"
        )
    if base.scheme == "http" and not is_loopback(base.host):
        raise ValueError(f"plain http goes to this machine only: write https://{base.host}")
    return base


def parse_ping_url(text: str) -> PingUrl:
    """Return a URL to ping, http or https, maybe with a query.

    Raises:
        ValueError: it is none; the message says what to write.
    """
    base, query = _parse(text, _NO_PING_URL), text.partition("?")[2]
    if any(mark in text for mark in "@#") or not query.isascii():
        raise ValueError(_NO_PING_URL)
    return PingUrl(base=base, query=query)


def _parse(text: str, wrong: str) -> BaseUrl:
    """Return what of a URL is no query, user or fragment."""
    try:
        parts = _split(text)
        port = _PORTS.get(parts.scheme) if parts.port is None else parts.port
        host = _checked_host(parts.hostname or "")
    except ValueError:
        raise ValueError(wrong) from None  # the cause may quote a password
    if parts.scheme not in _PORTS or not host or not port:
        raise ValueError(wrong)
    path = urllib.parse.quote(parts.path.rstrip("/"), safe=_UNQUOTED)
    return BaseUrl(scheme=parts.scheme, host=host, port=port, path=path)


def is_loopback(host: str) -> bool:
    """Return whether a host name or address can only be this machine: localhost, 127.x.x.x, ::1."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _split(text: str) -> urllib.parse.SplitResult:
    if len(text) > _LONGEST or any(char.isspace() or not char.isprintable() for char in text):
        # urlsplit would drop line breaks silently.
        raise ValueError
    return urllib.parse.urlsplit(text)


def _checked_host(host: str) -> str:
    name = host.encode("idna").decode("ascii")
    if _NUMERIC.fullmatch(name):
        ipaddress.ip_address(name)
    return name


def move_command(source: str, base_url: str) -> str:
    """Return the command line that binds a source to another base URL."""
    return f"recorder sources --move {quote(source)} --base-url {base_url}"
