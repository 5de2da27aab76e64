"""A watch put together from settings: store, keys, clients, threads.

Invariant: a key is loaded from where the settings say, used, and never passed on; clients are made when the first
request needs them, so that a pass with nothing due pays for none.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from recorder.errors import SettingError
from recorder.fetch.keys import ApiKey, load_key
from recorder.polling.active_sources import ActiveSource
from recorder.polling.coordinator import Coordinator
from recorder.polling.fetchers import PollRequest, Send, ThreadFetcher
from recorder.polling.poller import Poller
from recorder.polling.runtime import Runtime
from recorder.polling.watch_options import RunMode, WatchOptions
from recorder.schedule.cadence import Cadence
from recorder.settings import Settings
from recorder.store.engine import Database
from recorder.store.read.due import SourceRow
from recorder.store.write.record import Recorder

if TYPE_CHECKING:
    from recorder.fetch.client import LedgerClient, Timeouts


def cadence_of(settings: Settings) -> Cadence:
    """The watch's part of the settings."""
    return settings.cadence


class Clients:
    """One client a source and key, made at its first request; threads may share it.

    Args:
        settings: where each source's API and key are.
        environ: the environment.
        clock: microseconds since 1970 UTC.
        timeouts: how long a request may take; None for the usual.
    """

    def __init__(
        self,
        settings: Settings,
        environ: Mapping[str, str],
        clock: Callable[[], int],
        *,
        timeouts: "Timeouts | None" = None,
    ) -> None:
        self._settings = settings
        self._environ = environ
        self._clock = clock
        self._timeouts = timeouts
        self._keys: dict[str, ApiKey] = {}
        self._clients: dict[tuple[str, str], LedgerClient] = {}
        self._lock = threading.Lock()

    def source(self, row: SourceRow) -> ActiveSource:
        """Make a source askable.

        Raises:
            SettingError: it has no key, or the settings name another base URL than it is bound to.
        """
        config = self._settings.source_settings(row.name)
        if config.base_url != row.base_url:
            raise SettingError(
                f"source {row.name!r} of this store belongs to {row.base_url}, the settings say"
                f" {config.base_url}: set RECORDER_BASE_URL to the first, or bind it anew:"
                f" 'recorder sources --move {row.name!r} --base-url {config.base_url}'"
            )
        key = load_key(
            environ=self._environ,
            api_key_env=config.api_key_env,
            api_key_file=config.api_key_file,
            source=row.name,
        )
        key_id = key.fingerprint()
        self._keys[key_id] = key
        return ActiveSource(
            source_id=row.source_id,
            name=row.name,
            base_url=row.base_url,
            key_id=key_id,
            rate=config.rate,
        )

    def prepare(self, ask: PollRequest) -> Send:
        """Make what one request needs."""
        return partial(self._client(ask.source, ask.slot.key_id).fetch_run, ask.due.run_id)

    def _client(self, source: str, key_id: str) -> "LedgerClient":
        with self._lock:
            if (source, key_id) not in self._clients:
                from recorder.fetch.client import LedgerClient, Timeouts  # noqa: PLC0415  # 100 ms, once

                self._clients[source, key_id] = LedgerClient(
                    base_url=self._settings.source_settings(source).base_url,
                    key=self._keys[key_id],
                    source=source,
                    clock=self._clock,
                    timeouts=self._timeouts or Timeouts(),
                )
            return self._clients[source, key_id]

    def close(self) -> None:
        """Close every client."""
        for client in self._clients.values():
            with suppress(OSError):
                client.close()


class Service:
    """One watch over one store.

    Args:
        database: a store of the current schema.
        settings: all of them.
        environ: where keys may be.
        plan: how long to watch what.
        notify: takes one line for people.
        clock: microseconds since 1970 UTC.
        before_poll: called before each look for due runs.
        after_tick: called after each round.
        timeouts: how long a request may take; None for the usual.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        *,
        environ: Mapping[str, str],
        plan: WatchOptions,
        notify: Callable[[str], None],
        clock: Callable[[], int],
        before_poll: Callable[[], None] = lambda: None,
        after_tick: Callable[[], None] = lambda: None,
        timeouts: "Timeouts | None" = None,
    ) -> None:
        self._clients = Clients(settings, environ, clock, timeouts=timeouts)
        self._notify = notify
        self._may_wait = plan.is_viewer
        self._plan = plan
        self._made: set[str] = set()
        self._left_out: dict[str, SettingError] = {}
        cadence = cadence_of(settings)
        self.poller = Poller(
            coordinator=Coordinator(database, cadence=cadence, clock=clock, role=plan.role),
            recorder=Recorder(database, cadence=cadence, costs=settings.cost),
            fetcher=ThreadFetcher(self._clients.prepare, clock),
            plan=plan,
            runtime=Runtime(
                load_sources=self._sources,
                clock=clock,
                notify=notify,
                before_poll=before_poll,
                after_tick=after_tick,
            ),
        )

    def _sources(self, rows: Sequence[SourceRow]) -> list[ActiveSource]:
        """Those that can be asked; a watch that begins without any ends with the reason."""
        made: list[ActiveSource] = []
        errors: dict[str, SettingError] = {}
        for row in rows:
            try:
                made.append(self._clients.source(row))
                self._left_out.pop(row.name, None)
            except SettingError as error:
                if self._plan.source in (None, row.name) and row.name not in self._made:
                    errors[row.name] = error
        self._made |= {source.name for source in made}
        watched = any(self._plan.source in (None, source.name) for source in made)
        if errors and not (watched or self.poller.has_sources or self._may_wait):
            raise next(iter(errors.values()))
        self._may_wait |= self._plan.until is RunMode.FOREVER
        for name in errors.keys() - self._left_out.keys():
            self._notify(f"source {name!r} is left out: {errors[name]}")
        self._left_out |= errors
        return made

    def run(self) -> int:
        """Watch; the exit code.

        Raises:
            SettingError: no source could be asked at all.
        """
        try:
            summary = self.poller.run()
        finally:
            self._clients.close()
        if self._left_out and not self.poller.has_sources:
            raise next(iter(self._left_out.values()))
        return summary.exit_code or (3 if self._left_out else 0)
