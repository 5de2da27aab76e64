"""Examine the whole chain, from the settings to the overdue runs.

Invariant: every finding becomes a check, in the order in which the links depend on each other; a key is never shown.
"""

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from recorder.base_url import move_command
from recorder.doctor import verdicts
from recorder.doctor.checks import Check, CheckStatus, fail, ok, warn
from recorder.doctor.probe import Account, Probe, probe
from recorder.errors import SettingError, StoreError
from recorder.fetch.keys import load_key
from recorder.fetch.ping import send_ping
from recorder.polling.active_sources import ActiveSource, key_uses
from recorder.settings import API_KEY_ENV, DEFAULT_SOURCE, ENVIRONMENT, OPTIONS, Settings
from recorder.store.engine import Database
from recorder.store.read.overdue_runs import Overdue, overdue_runs
from recorder.store.read.source_health import (
    Backlog,
    SourceHealth,
    pauses,
    poller_of,
    source_health,
    usual_life,
    waiting,
)
from recorder.store.read.source_rows import SourceRow, source_rows
from recorder.store.revision import current_revision, require_place, upgrade_command
from recorder.store.schema import REVISION
from recorder.store.sharing import key_budgets
from recorder.transfer.unrecorded import left_over

_SIMILAR = 0.8
_BY_OPTION = {
    f"RECORDER_{option.strip('-').replace('-', '_').upper()}": ENVIRONMENT[key]
    for key, option in OPTIONS.items()
}


def examine(
    settings: Settings, *, environ: Mapping[str, str], clock: Callable[[], int]
) -> Iterator[Check]:
    """Yield each check as soon as it is known.

    Args:
        settings: all settings.
        environ: the environment, which may hold keys.
        clock: returns microseconds since 1970 UTC.
    """
    yield from _settings(settings, environ)
    if settings.ping is not None:
        # Healthchecks notes this word, and takes it for no sign of life.
        yield verdicts.check_ping(settings.ping, send_ping(settings.ping, "log"))
    if kept := left_over():
        yield verdicts.check_kept(kept)
    with closing(Database(settings.database_url)) as database, database.checked_on_failure():
        store = _store(database)
        yield store
        usable = database if store.state is CheckStatus.OK else None
        try:
            yield from _accounts(settings, environ, usable, clock)
        except StoreError as error:
            yield verdicts.check_store(error)


def _settings(settings: Settings, environ: Mapping[str, str]) -> Iterator[Check]:
    file = f"file {settings.config_file}" if settings.config_file else "no config file"
    variables = [name for name in ENVIRONMENT.values() if environ.get(name, "").strip()]
    yield ok("settings", f"{file}; environment: {', '.join(variables) or 'nothing set'}")
    for name, meant in _misspelt(settings, environ):
        yield warn("settings", f"{name} is set, and no setting", f"is {meant} meant?")


def _misspelt(settings: Settings, environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each variable whose name is nearly that of a setting or a missing key, or that of an option, with the right one."""
    keys = {one.api_key_env or API_KEY_ENV for one in settings.sources.values()} | {API_KEY_ENV}
    known = {*ENVIRONMENT.values(), *keys}
    wanted = [*ENVIRONMENT.values(), *sorted(name for name in keys if not environ.get(name))]
    for name in sorted(environ.keys() - known):
        near = difflib.get_close_matches(name, wanted, n=1, cutoff=_SIMILAR)
        meant = _BY_OPTION.get(name) or next(iter(near), None)
        if meant is not None:
            yield name, meant


def _store(database: Database) -> Check:
    try:
        revision = current_revision(database)
        if revision is None:
            require_place(database)
    except StoreError as error:
        return verdicts.check_store(error)
    name = database.name
    upgrade = f"run {upgrade_command(database)}"
    outdated = warn if database.dialect.is_file else fail  # `track` makes and upgrades a file
    if revision is None:
        advice = "'recorder track RUN_ID' makes it" if database.dialect.is_file else upgrade
        return outdated("store", f"no store at {name} yet", advice)
    found = f"{name}, schema {revision}"
    if revision == REVISION:
        return ok("store", found)
    found += f"; this program needs {REVISION}"
    if revision > REVISION:
        return fail("store", found, "upgrade the program: pip install --upgrade puffle-recorder")
    return outdated("store", found, upgrade)


@dataclass(frozen=True, slots=True, kw_only=True)
class _StoreHealth:
    """The health of the store before the doctor's own requests change it."""

    sources: Sequence[SourceHealth]
    backlog: Backlog
    overdue: Sequence[Overdue]


def _accounts(
    settings: Settings,
    environ: Mapping[str, str],
    database: Database | None,
    clock: Callable[[], int],
) -> Iterator[Check]:
    rows = _rows(settings, database)
    unknown = _unknown_source(settings, database, rows)
    if unknown is not None:
        yield unknown
        return
    # Before the doctor's own requests, which are recorded too.
    health = None if database is None else _health(settings, database, rows, clock())
    requests = _Requests(settings, environ, database, clock)
    for name in _names(settings, rows):
        yield from requests.check(name, rows.get(name))
    if database is not None and health is not None:
        yield from _polling(settings, database, health, requests, clock())


def _rows(settings: Settings, database: Database | None) -> dict[str, SourceRow]:
    if database is None:
        return {}
    with database.reading() as connection:
        return {row.name: row for row in source_rows(connection, settings.source)}


def _unknown_source(
    settings: Settings, database: Database | None, rows: Mapping[str, SourceRow]
) -> Check | None:
    """Return the check of a wanted source that neither the store nor the file has; None where it is no mistake."""
    if settings.source is None or settings.source in {*rows, *settings.sources} or not database:
        return None
    with database.reading() as connection:
        known = sorted({row.name for row in source_rows(connection)} | {*settings.sources})
    if not known:
        return None
    found = f"no source {settings.source!r} in this store"
    advice = f"it knows {', '.join(known)}; 'recorder track --source NAME RUN_ID' makes another"
    return fail("settings", found, advice, source=settings.source)


def _names(settings: Settings, rows: Mapping[str, SourceRow]) -> list[str]:
    """Return the wanted source; else all of the store and the file; else the one that `track` would use."""
    if settings.source is not None:
        return [settings.source]
    return sorted({*rows, *settings.sources}) or [DEFAULT_SOURCE]


def _bound_elsewhere(settings: Settings, row: SourceRow | None) -> Check | None:
    """Return the check of a source for which the settings name another API than the store; None where they agree."""
    if row is None or row.base_url == settings.source_settings(row.name).base_url:
        return None
    stated = settings.source_settings(row.name).base_url
    return fail(
        "settings",
        f"the store binds this source to {row.base_url}, the settings say {stated}",
        f"set RECORDER_BASE_URL={row.base_url}, choose another --source, or bind it anew:"
        f" {move_command(row.name, stated)}",
        source=row.name,
    )


@dataclass(slots=True)
class _Requests:
    """The requests, one a source; none is sent after the store has failed.

    Args:
        settings: all settings.
        environ: the environment, which may hold keys.
        database: a store of the current schema; None where there is none.
        clock: returns microseconds since 1970 UTC.

    Attributes:
        accounts: the sources that have a key.
        refused: the fingerprints of the keys that the API refused last.
    """

    settings: Settings
    environ: Mapping[str, str]
    database: Database | None
    clock: Callable[[], int]
    accounts: list[Account] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    _is_broken: bool = False

    def check(self, name: str, row: SourceRow | None) -> Iterator[Check]:
        """Yield the checks of one source: its settings, its key, the API, the clock."""
        elsewhere = _bound_elsewhere(self.settings, row)
        if elsewhere is not None:
            yield elsewhere
            return
        try:
            config = self.settings.source_settings(name)
            key = load_key(config, self.environ)
        except SettingError as error:
            yield fail("key", str(error), source=name)
            return
        account = Account(config=config, key=key, row=row)
        self.accounts.append(account)
        if row is not None and row.refused_key == account.key.fingerprint():
            self.refused.add(row.refused_key)
        yield verdicts.check_key(account)
        if not self._is_broken:
            yield from self._request(account)

    def _request(self, account: Account) -> Iterator[Check]:
        try:
            result = probe(account, self.database, self.settings, self.clock)
        except SettingError as error:
            yield fail("api", str(error), source=account.config.name)
            return
        except StoreError as error:
            self._is_broken = True
            yield verdicts.check_store(error)
            return
        self._note(account, result)
        yield verdicts.check_api(account, result, now=self.clock())
        off_us = account.row.clock_off_us if account.row else None
        clock_check = verdicts.check_clock(account.config.name, result.answer, off_us)
        if clock_check is not None:
            yield clock_check

    def _note(self, account: Account, result: Probe) -> None:
        if result.answer is None:
            return
        if result.answer.refuses_key:
            self.refused.add(account.key.fingerprint())
        elif result.outcome is None or result.outcome.is_answer:
            self.refused.discard(account.key.fingerprint())


def _health(
    settings: Settings, database: Database, rows: Mapping[str, SourceRow], now: int
) -> _StoreHealth:
    cadence, name = settings.cadence, settings.source
    ids = [row.source_id for row in rows.values()]
    with database.reading() as connection:
        return _StoreHealth(
            sources=source_health(connection, cadence, now=now, source_name=name),
            backlog=waiting(connection, ids, before=now - verdicts.WAITING_US),
            overdue=overdue_runs(connection, cadence, now=now, source_name=name),
        )


def _polling(
    settings: Settings, database: Database, health: _StoreHealth, requests: _Requests, now: int
) -> Iterator[Check]:
    """Yield the checks of the store's leases, budgets, due runs and overdue runs."""
    for one in health.sources:
        yield verdicts.check_lease(one.source.name, poller_of(one.source, now=now))
    with database.reading() as connection:
        for use in key_uses(_source(a) for a in requests.accounts if a.row is not None):
            sharing = [one for one in health.sources if one.source.source_id in use.sources]
            budgets = key_budgets.load_budgets(connection, {use.key_id: use.rate}, now=now)
            yield verdicts.check_budget(
                sharing,
                budgets[use.key_id],
                pauses(connection, use.sources),
                every_us=settings.cadence.every_us,
                is_refused=use.key_id in requests.refused,
                now=now,
                life_us=usual_life(connection, use.sources, now=now),
            )
    seen = [one.last_good_at for one in health.sources if one.last_good_at is not None]
    yield verdicts.check_due(health.backlog, max(seen, default=None), now=now)
    yield verdicts.check_overdue(health.overdue, now=now)


def _source(account: Account) -> ActiveSource:
    config = account.config
    return ActiveSource(
        source_id=account.row.source_id if account.row else 0,
        name=config.name,
        base_url=config.base_url,
        key_id=account.key.fingerprint(),
        rate=config.rate,
    )
