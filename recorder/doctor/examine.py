"""The examination, from the settings to the runs that wait.

Invariant: whatever is found becomes a check, in the order in which things depend on each other; a key is never shown.
"""

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from recorder.doctor import judge
from recorder.doctor.checks import Check, CheckStatus
from recorder.doctor.probe import Account, Probe, probe
from recorder.errors import SettingError, StoreError
from recorder.fetch.keys import load_key
from recorder.polling.active_sources import ActiveSource, key_uses
from recorder.schedule.circuit_breaker import UNAUTHORIZED
from recorder.settings import API_KEY_ENV, DEFAULT_SOURCE, ENVIRONMENT, OPTIONS, Settings
from recorder.store.engine import Database
from recorder.store.migrate import current_revision, require_place
from recorder.store.read.due import Overdue, SourceRow, overdue_runs, source_rows
from recorder.store.read.health import (
    Backlog,
    SourceHealth,
    pauses,
    poller_of,
    source_health,
    waiting,
)
from recorder.store.schema import REVISION
from recorder.store.sharing import budgets

_LIKE = 0.8
_BY_OPTION = {
    f"RECORDER_{option.strip('-').replace('-', '_').upper()}": ENVIRONMENT[key]
    for key, option in OPTIONS.items()
}


def examine(
    settings: Settings, *, environ: Mapping[str, str], clock: Callable[[], int]
) -> Iterator[Check]:
    """Look at everything; each check as soon as it is known.

    Args:
        settings: all of them.
        environ: where keys may be.
        clock: microseconds since 1970 UTC.
    """
    yield from _settings(settings, environ)
    with closing(Database(settings.database_url)) as database, database.checked_on_failure():
        store = _store(database)
        yield store
        usable = database if store.state is CheckStatus.OK else None
        try:
            yield from _accounts(settings, environ, usable, clock)
        except StoreError as error:
            yield judge.judge_store_error(error)


def _settings(settings: Settings, environ: Mapping[str, str]) -> Iterator[Check]:
    file = f"file {settings.config_file}" if settings.config_file else "no config file"
    given = [name for name in ENVIRONMENT.values() if environ.get(name, "").strip()]
    told = f"{file}; environment: {', '.join(given) or 'nothing set'}"
    yield Check(name="settings", state=CheckStatus.OK, found=told)
    for name, meant in _misspelt(settings, environ):
        yield Check(
            name="settings",
            state=CheckStatus.WARN,
            found=f"{name} is set, and no setting",
            advice=f"is {meant} meant?",
        )


def _misspelt(settings: Settings, environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Variables that are nearly a setting's or a missing key's, or are called as an option is: each with what is meant."""
    keys = {one.api_key_env or API_KEY_ENV for one in settings.sources.values()} | {API_KEY_ENV}
    known = {*ENVIRONMENT.values(), *keys}
    wanted = [*ENVIRONMENT.values(), *sorted(name for name in keys if not environ.get(name))]
    for name in sorted(environ.keys() - known):
        near = difflib.get_close_matches(name, wanted, n=1, cutoff=_LIKE)
        meant = _BY_OPTION.get(name) or next(iter(near), None)
        if meant is not None:
            yield name, meant


def _store(database: Database) -> Check:
    try:
        revision = current_revision(database)
        if revision is None:
            require_place(database)
    except StoreError as error:
        return judge.judge_store_error(error)
    name = database.name
    broken = CheckStatus.WARN if database.dialect.is_file else CheckStatus.FAIL
    if revision is None:
        advice = f"run 'recorder db upgrade --db {name}'"
        if database.dialect.is_file:
            advice = "'recorder track RUN_ID' makes it"
        return Check(name="store", state=broken, found=f"no store at {name} yet", advice=advice)
    found = f"{name}, schema {revision}"
    if revision == REVISION:
        return Check(name="store", state=CheckStatus.OK, found=found)
    found += f"; this program needs {REVISION}"
    if revision > REVISION:
        advice = "upgrade the program: pip install --upgrade puffle-recorder"
        return Check(name="store", state=CheckStatus.FAIL, found=found, advice=advice)
    advice = f"run 'recorder db upgrade --db {name}'"
    return Check(name="store", state=broken, found=found, advice=advice)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """How the store's history is kept, before the doctor's own requests change it."""

    health: Sequence[SourceHealth]
    waiting: Backlog
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
    kept = None if database is None else _kept(settings, database, rows, clock())
    asking = _Asking(settings, environ, database, clock)
    for name in _names(settings, rows):
        yield from asking.ask(name, rows.get(name))
    if database is not None and kept is not None:
        yield from _watch(settings, database, kept, asking, clock())


def _rows(settings: Settings, database: Database | None) -> dict[str, SourceRow]:
    if database is None:
        return {}
    with database.reading() as connection:
        return {row.name: row for row in source_rows(connection, settings.source)}


def _unknown_source(
    settings: Settings, database: Database | None, rows: Mapping[str, SourceRow]
) -> Check | None:
    """A source that neither the store nor the file knows, where others are known: a mistake in its name."""
    if settings.source is None or settings.source in {*rows, *settings.sources} or not database:
        return None
    with database.reading() as connection:
        known = sorted({row.name for row in source_rows(connection)} | {*settings.sources})
    if not known:
        return None
    return Check(
        name="settings",
        source=settings.source,
        state=CheckStatus.FAIL,
        found=f"no source {settings.source!r} in this store",
        advice=f"it knows {', '.join(known)}; 'recorder track --source NAME RUN_ID' makes another",
    )


def _names(settings: Settings, rows: Mapping[str, SourceRow]) -> list[str]:
    """The source asked for; else all that the store or the file knows; else the one that `track` would use."""
    if settings.source is not None:
        return [settings.source]
    return sorted({*rows, *settings.sources}) or [DEFAULT_SOURCE]


def _bound_elsewhere(settings: Settings, row: SourceRow | None) -> Check | None:
    """A source of the store for which the settings name another API."""
    if row is None or row.base_url == settings.source_settings(row.name).base_url:
        return None
    said = settings.source_settings(row.name).base_url
    return Check(
        name="settings",
        source=row.name,
        state=CheckStatus.FAIL,
        found=f"the store binds this source to {row.base_url}, the settings say {said}",
        advice=f"set RECORDER_BASE_URL={row.base_url}, choose another --source, or bind it anew:"
        f" 'recorder sources --move {row.name!r} --base-url {said}'",
    )


def _account(
    settings: Settings, environ: Mapping[str, str], name: str, row: SourceRow | None
) -> Account:
    config = settings.source_settings(name)
    key = load_key(
        environ=environ,
        api_key_env=config.api_key_env,
        api_key_file=config.api_key_file,
        source=name,
    )
    return Account(name=name, base_url=config.base_url, key=key, rate=config.rate, row=row)


class _Asking:
    """The requests, one a source; nothing more is sent once the store has refused what a request needs.

    Args:
        settings: all of them.
        environ: where keys may be.
        database: a store of the current schema; None where there is none.
        clock: microseconds since 1970 UTC.

    Attributes:
        accounts: the sources that have a key.
        refused: the fingerprints of keys that the API refuses, by its last word.
    """

    def __init__(
        self,
        settings: Settings,
        environ: Mapping[str, str],
        database: Database | None,
        clock: Callable[[], int],
    ) -> None:
        self._settings = settings
        self._environ = environ
        self._database = database
        self._clock = clock
        self._is_broken = False
        self.accounts: list[Account] = []
        self.refused: set[str] = set()

    def ask(self, name: str, row: SourceRow | None) -> Iterator[Check]:
        """Try one source's key."""
        elsewhere = _bound_elsewhere(self._settings, row)
        if elsewhere is not None:
            yield elsewhere
            return
        try:
            account = _account(self._settings, self._environ, name, row)
        except SettingError as error:
            yield Check(name="key", source=name, state=CheckStatus.FAIL, found=str(error))
            return
        self.accounts.append(account)
        if row is not None and row.refused_key == account.key.fingerprint():
            self.refused.add(row.refused_key)
        yield judge.judge_key(account, self._settings.source_settings(name).api_key_file)
        if not self._is_broken:
            yield from self._ask(account)

    def _ask(self, account: Account) -> Iterator[Check]:
        try:
            found = probe(account, self._database, self._settings, self._clock)
        except SettingError as error:
            yield Check(name="api", source=account.name, state=CheckStatus.FAIL, found=str(error))
            return
        except StoreError as error:
            self._is_broken = True
            yield judge.judge_store_error(error)
            return
        self._note(account, found)
        yield judge.judge_api(account, found, now=self._clock())
        off_us = account.row.clock_off_us if account.row else None
        clock_check = judge.judge_clock(account.name, found.answer, off_us)
        if clock_check is not None:
            yield clock_check

    def _note(self, account: Account, found: Probe) -> None:
        if found.answer is None:
            return
        if found.answer.http_status == UNAUTHORIZED:
            self.refused.add(account.key.fingerprint())
        elif found.outcome is None or found.outcome.is_answer:
            self.refused.discard(account.key.fingerprint())


def _kept(settings: Settings, database: Database, rows: Mapping[str, SourceRow], now: int) -> _Kept:
    cadence, name = settings.cadence, settings.source
    ids = [row.source_id for row in rows.values()]
    with database.reading() as connection:
        return _Kept(
            health=source_health(connection, cadence, now=now, source_name=name),
            waiting=waiting(connection, ids, before=now - judge.WAITING_US),
            overdue=overdue_runs(connection, cadence, now=now, source_name=name),
        )


def _watch(
    settings: Settings, database: Database, kept: _Kept, asking: _Asking, now: int
) -> Iterator[Check]:
    """What only the store knows: who polls, what the budgets give, what waits, what is overdue."""
    for one in kept.health:
        yield judge.judge_lease(one.source.name, poller_of(one.source, now=now))
    with database.reading() as connection:
        for use in key_uses(_source(a) for a in asking.accounts if a.row is not None):
            sharing = [one for one in kept.health if one.source.source_id in use.source_ids]
            budget = budgets.load_budget(connection, use.key_id, rate=use.rate, now=now)
            yield judge.judge_budget(
                sharing,
                budget,
                pauses(connection, use.source_ids),
                every_us=settings.every_us,
                is_refused=use.key_id in asking.refused,
                now=now,
            )
    seen = [one.last_good_at for one in kept.health if one.last_good_at is not None]
    yield judge.judge_waiting(kept.waiting, max(seen, default=None), now=now)
    yield judge.judge_overdue(kept.overdue, now=now)


def _source(account: Account) -> ActiveSource:
    source_id = account.row.source_id if account.row else 0
    return ActiveSource(
        source_id=source_id,
        name=account.name,
        base_url=account.base_url,
        key_id=account.key.fingerprint(),
        rate=account.rate,
    )
