"""The pings of `recorder poll`: a monitor hears how each pass ended, and alarms where it hears nothing.

Invariant: a ping delays no poll, and ends no command later than 5 s; a command without a URL loads no HTTP library for it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

from recorder.base_url import PING_WITHIN_S, PingUrl
from recorder.cli.streams import notify
from recorder.fetch import http
from recorder.instants import MINUTE, steady_us
from recorder.polling.timer import Timer


class Pings:
    """The pings of one command.

    Args:
        url: the monitor's; None: none are sent.
        verbose: whether a ping that failed is reported.
    """

    def __init__(self, url: PingUrl | None, *, verbose: bool) -> None:
        self._url = url
        self._verbose = verbose
        self._minute = Timer(MINUTE)
        self._minute.start(steady_us())

    def each_minute(self, code: Callable[[], int]) -> None:
        """Send a ping in the background, if the last one was a minute ago."""
        if self._url is not None and self._minute.is_time(steady_us()):
            self._minute.start(steady_us())
            self._start(code())

    def send(self, code: int) -> None:
        """Send a ping, and wait for it."""
        if self._url is not None:
            self._start(code).join(PING_WITHIN_S)

    @contextmanager
    def on_error(self) -> Iterator[None]:
        """Send the exit code of an error that ends the block."""
        try:
            yield
        except Exception as error:
            self.send(getattr(error, "exit_code", 1))
            raise

    def _start(self, code: int) -> Thread:
        # A daemon: a monitor that hangs does not keep the process.
        thread = Thread(target=self._ping, args=(str(code),), daemon=True)
        thread.start()
        return thread

    def _ping(self, word: str) -> None:
        why = self._url and http().ping(self._url, word)
        if why and self._verbose:
            notify(f"the ping of {self._url} failed: {why}")
