"""Where a source's ledger is: its base URL, and the request target of a run.

Invariant: a `BaseUrl` never sends a key in the clear beyond this machine, and the target of any id is one
path segment that decodes to it.
Must not import an HTTP library, nor put a value into a message that may hold a password.
"""

import ipaddress
import re
import urllib.parse
from dataclasses import dataclass

from recorder.errors import SettingError
from recorder.ledger.body import one_line
from recorder.places import is_loopback

_PORTS = {"http": 80, "https": 443}
_LONGEST = 2000
_NUMERIC = re.compile(r"[0-9.]+|.*:.*", re.DOTALL)
_UNQUOTED = "/%:@!$&'()*+,;=~"


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseUrl:
    """A base URL that may be used.

    Attributes:
        scheme: https, or http where the host is loopback.
        host: a name in ASCII (IDNA), or an address without brackets.
        port: 1 to 65535.
        path: what comes before `/api/...`, percent-encoded, without a final slash.
    """

    scheme: str
    host: str
    port: int
    path: str

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"

    def target(self, run_id: str) -> bytes:
        """The request target of a run: all of the id is percent-encoded.

        The ids `.` and `..` would be path segments with a meaning of their own, so their dots are encoded
        too. A lone surrogate goes as the three bytes that UTF-8 would have for it.
        """
        quoted = urllib.parse.quote(run_id, safe="", errors="surrogatepass")
        if run_id in {".", ".."}:
            quoted = quoted.replace(".", "%2E")
        return f"{self.path}/api/enrichment/{quoted}".encode("ascii")


def parse_base_url(text: str, *, source: str) -> BaseUrl:
    """The base URL of a source.

    Args:
        text: https to any host, or http to loopback; a path and a final slash may follow.
        source: the source's name, for messages.

    Raises:
        SettingError: it is none that may be used; one line that names RECORDER_BASE_URL.
    """
    try:
        parts = _split(text.strip())
        port = _PORTS.get(parts.scheme) if parts.port is None else parts.port
        host = _checked_host(parts.hostname or "")
    except ValueError:
        # Neither the value nor the cause is told: a password may stand in them.
        raise _bad(source, "is no URL that can be read") from None
    if "@" in parts.netloc:
        raise _bad(source, "holds a user name or password: leave them out, the key is enough")
    if parts.scheme not in _PORTS or not host or not port:
        raise _bad(source, f"must be like https://app.puffle.ai, not {one_line(text)!r}")
    if "?" in text or "#" in text:
        raise _bad(source, "must end with its path: no `?` and no `#`")
    if parts.scheme == "http" and not is_loopback(host):
        raise _bad(source, f"would send the key in the clear to {host}: use https")
    path = urllib.parse.quote(parts.path.rstrip("/"), safe=_UNQUOTED)
    return BaseUrl(scheme=parts.scheme, host=host, port=port, path=path)


def _split(text: str) -> urllib.parse.SplitResult:
    # urlsplit drops line breaks silently.
    if len(text) > _LONGEST or any(char.isspace() or not char.isprintable() for char in text):
        raise ValueError(text)
    return urllib.parse.urlsplit(text)


def _checked_host(host: str) -> str:
    name = host.encode("idna").decode("ascii")
    if _NUMERIC.fullmatch(name):
        ipaddress.ip_address(name)
    return name


def _bad(source: str, what: str) -> SettingError:
    return SettingError(f"RECORDER_BASE_URL of source {source!r} {what}")
