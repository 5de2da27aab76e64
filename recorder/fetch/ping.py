"""Pings: a monitor is sent a GET of the URL that it gave out.

Invariant: a ping is over within 5 s, name resolution left out; no key, cookie or other secret than the URL itself goes
with it, and it is shown nowhere.
"""

import time

import httpcore

from recorder.base_url import PING_WITHIN_S, PingUrl
from recorder.errors import SettingError
from recorder.fetch.client import FAILURES, USER_AGENT, open_client_pool
from recorder.fetch.wire import DEADLINE, quiet_loggers

_REDIRECT = 300


def send_ping(url: PingUrl, word: str) -> str | None:
    """Send one ping; return why it failed, None where it arrived.

    Args:
        url: the monitor's.
        word: appended to its path: the exit code of a pass.
    """
    base = url.base
    DEADLINE.at = time.monotonic() + PING_WITHIN_S
    quiet_loggers()
    target = httpcore.URL(
        scheme=base.scheme, host=base.host, port=base.port, target=url.target(word)
    )
    try:
        with (
            open_client_pool(base) as pool,
            pool.stream("GET", target, headers={"User-Agent": USER_AGENT}) as response,
        ):
            return None if response.status < _REDIRECT else f"HTTP {response.status}"
    except (*FAILURES, SettingError) as error:
        return f"{type(error).__name__}: {error}".rstrip(": ")
