"""A watch put together from settings: store, keys, clients, threads.

Invariant: a key is loaded from the place that the settings name, and goes to its client alone. A client is made for its
first request, so that a pass with nothing due imports no HTTP library.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct, field

from recorder.base_url import move_command
from recorder.errors import SettingError
from recorder.fetch import http
from recorder.fetch.keys import ApiKey, load_key
from recorder.ledger.answer import Answer
from recorder.polling.active_sources import ActiveSource
from recorder.polling.coordinator import Coordinator
from recorder.polling.fetchers import PollRequest, Send, ThreadFetcher
from recorder.polling.poller import Poller
from recorder.polling.runtime import Runtime, ignore_answers
from recorder.polling.watch_options import RunMode, WatchOptions
from recorder.settings import Settings
from recorder.store.engine import Database
from recorder.store.read.source_rows import SourceRow
from recorder.store.write.record import Recorder

if TYPE_CHECKING:
    from recorder.fetch.client import LedgerClient, Timeouts


class Clients(Struct):
    """The clients of one watch, one for each source and key; threads may share them.

    Args:
        settings: the API and the key of each source.
        environ: the environment.
        clock: microseconds since 1970 UTC.
        timeouts: how long a request may take; None for the defaults.
    """

    settings: Settings
    environ: Mapping[str, str]
    clock: Callable[[], int]
    timeouts: "Timeouts | None" = None
    _keys: dict[str, ApiKey] = field(default_factory=dict)
    _clients: "dict[tuple[str, str], LedgerClient]" = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def source(self, row: SourceRow, *, items: bool) -> ActiveSource:
        """Load the key of a source, and return the active source; it captures items where that or its settings ask for it.

        Raises:
            SettingError: the source has no key, or is bound to another base URL than that of the settings.
        """
        config = self.settings.source_settings(row.name)
        if config.base_url != row.base_url:
            raise SettingError(
                f"source {row.name!r} of this store belongs to {row.base_url}, the settings say"
                f" {config.base_url}: set RECORDER_BASE_URL to the first, or bind it anew:"
                f" {move_command(row.name, config.base_url)}"
            )
        key = load_key(config, self.environ)
        key_id = key.fingerprint()
        self._keys[key_id] = key
        return ActiveSource(
            source_id=row.source_id,
            name=row.name,
            base_url=row.base_url,
            key_id=key_id,
            rate=config.rate,
            items=items or config.items,
        )

    def prepare(self, request: PollRequest) -> Send:
        """Return what sends one request; make its client first where there is none."""
        return partial(self._client(request.source, request.slot.key_id).fetch, request.due.target)

    def _client(self, source: str, key_id: str) -> "LedgerClient":
        with self._lock:
            if (source, key_id) not in self._clients:
                self._clients[source, key_id] = http().client(
                    base_url=self.settings.source_settings(source).base_url,
                    key=self._keys[key_id],
                    source=source,
                    clock=self.clock,
                    timeouts=self.timeouts,
                )
            return self._clients[source, key_id]

    def close(self) -> None:
        """Close every client."""
        for client in self._clients.values():
            with suppress(OSError):
                client.close()


class Service:
    """One watch over one store, put together from settings.

    Args:
        database: a store of the current schema.
        settings: all of them.
        environ: the environment, which may hold keys.
        options: how long to watch which sources.
        notify: reports one line.
        clock: microseconds since 1970 UTC.
        before_poll: called before due runs are loaded.
        after_tick: called after each round.
        keep: takes the answers that the store could not take when the watch ends.
        timeouts: how long a request may take; None for the defaults.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        *,
        environ: Mapping[str, str],
        options: WatchOptions,
        notify: Callable[[str], None],
        clock: Callable[[], int],
        before_poll: Callable[[], None] = lambda: None,
        after_tick: Callable[[], None] = lambda: None,
        keep: Callable[[Sequence[Answer]], None] = ignore_answers,
        timeouts: "Timeouts | None" = None,
    ) -> None:
        self._clients = Clients(settings, environ, clock, timeouts=timeouts)
        self._notify = notify
        self._may_idle = options.may_idle
        self._options = options
        self._loaded: set[str] = set()
        self._left_out: dict[str, SettingError] = {}
        self.poller = Poller(
            coordinator=Coordinator(
                database, cadence=settings.cadence, clock=clock, role=options.role
            ),
            recorder=Recorder(database, cadence=settings.cadence, costs=settings.cost),
            fetcher=ThreadFetcher(self._clients.prepare, clock),
            options=options,
            runtime=Runtime(
                load_sources=self._load_sources,
                clock=clock,
                notify=notify,
                before_poll=before_poll,
                after_tick=after_tick,
                keep=keep,
            ),
        )

    def _load_sources(self, rows: Sequence[SourceRow]) -> list[ActiveSource]:
        """Return the sources that have a key; a watch that begins without any ends with the reason."""
        loaded: list[ActiveSource] = []
        errors: dict[str, SettingError] = {}
        for row in rows:
            try:
                loaded.append(self._clients.source(row, items=self._options.items))
                self._left_out.pop(row.name, None)
            except SettingError as error:
                # A source that was loaded goes on with the key that it had.
                if self._options.source in (None, row.name) and row.name not in self._loaded:
                    errors[row.name] = error
        self._loaded |= {source.name for source in loaded}
        watched = any(self._options.source in (None, source.name) for source in loaded)
        if errors and not (watched or self.poller.has_sources or self._may_idle):
            raise next(iter(errors.values()))
        # A service that has begun waits for a source to get its key back.
        self._may_idle |= self._options.until is RunMode.FOREVER
        for name in errors.keys() - self._left_out.keys():
            self._notify(f"source {name!r} is left out: {errors[name]}")
        self._left_out |= errors
        return loaded

    def pass_code(self) -> int:
        """Return the exit code that a pass of the last minute would have had."""
        if self._left_out and not self.poller.has_sources:
            return SettingError.exit_code
        return self.poller.results.pass_code() or (3 if self._left_out else 0)

    def run(self) -> int:
        """Watch, and return the exit code.

        Raises:
            SettingError: no source has a key.
        """
        try:
            summary = self.poller.run()
        finally:
            self._clients.close()
        if self._left_out and not self.poller.has_sources:
            raise next(iter(self._left_out.values()))
        return summary.exit_code or (3 if self._left_out else 0)
