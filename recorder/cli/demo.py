"""`recorder demo`: every step against a local ledger, in half a minute.

Invariant: its output is that of the commands themselves on the demo's store; the user's store and settings are
neither read nor changed.
"""

import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import click

from recorder.analyses import Analyses
from recorder.cli.live import open_view
from recorder.cli.main import cli, run
from recorder.cli.options import command, debug_option
from recorder.cli.streams import terminal_width
from recorder.cli.terminal import fold
from recorder.cli.watcher import Watcher
from recorder.demo_service import demo_population, demo_service, demo_settings, is_over, make_store
from recorder.errors import SettingError
from recorder.humanize import span
from recorder.instants import now_us
from recorder.sandbox import Sandbox, SimulatedPopulation
from recorder.settings import ENVIRONMENT, Settings
from recorder.store.engine import Database
from recorder.store.read.sample_run import sample_run
from recorder.urls import parse_database_url

_ROWS = 12

_NEXT = """\
Next, the real API:
  export PUFFLE_API_KEY=...              never an argument, never stored
  recorder track RUN_ID                  the ids come from whoever starts runs
  recorder poll --until-done             or 'recorder watch'
  recorder status RUN_ID                 the row last seen; --as-of 1h: before
  recorder doctor                        if anything looks wrong
and from cron or as a service, silent while all is well (lines: README.md):
  recorder poll --for 55s                each minute
  recorder poll --forever                for ever
"""


@command(
    "recorder demo",
    "recorder demo --db demo.db          keep the store in this file",
)
@click.option(
    "--db", metavar="URL", help="A new store, kept for later; by default one in a temporary folder."
)
@debug_option
def demo(db: str | None) -> None:
    """Show every step against a local ledger, in half a minute, with a new store.

    It starts a sandbox ledger, tracks a few dozen runs of mixed endings, polls them to the end over HTTP, and shows
    what was recorded. Your own store and settings are neither read nor changed.
    """
    with _store_url(db) as url:
        with closing(Database(url)) as database:
            make_store(database)
            _show(database, _record(database))
        _suggest_next(database, is_temporary=db is None)


@contextmanager
def _store_url(db: str | None) -> Iterator[str]:
    """Give the URL of the demo's store; remove its temporary folder if the demo ends early."""
    if db is not None:
        try:
            url = parse_database_url(db, folder=Path.cwd())
        except ValueError as error:
            raise SettingError(f"--db: {error}") from error
        yield url
        return
    folder = Path(tempfile.mkdtemp(prefix="recorder-demo-"))
    try:
        yield parse_database_url("recorder.db", folder=folder)
    except BaseException:
        shutil.rmtree(folder)
        raise


def _record(database: Database) -> Settings:
    """Run the sandbox and record its runs; return the settings used."""
    population = demo_population(now_us())
    with Sandbox(population, keep=False).start() as sandbox:
        _print(
            f"A ledger of {len(population.runs)} runs listens on {sandbox.url}. Each run is tracked as it"
            " begins, and polled every second over HTTP until it has ended for good. The runs go"
            " five times faster than real ones.",
            "The store of this demo:",
        )
        click.echo(f"  {database.name}\n")
        settings = demo_settings(database_url=_url(database), base_url=sandbox.url)
        _watch(database, settings, population)
    return settings


def _url(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def _watch(database: Database, settings: Settings, population: SimulatedPopulation) -> None:
    with open_view(sys.stdout, most=_ROWS, brief=True) as view:
        watcher = Watcher(
            database, settings, view, refs=None, is_over=is_over(settings, population)
        )
        service = demo_service(
            database,
            settings,
            population,
            clock=now_us,
            notify=view.notify,
            after_tick=lambda: watcher.update(service.poller),
        )
        service.run()
        watcher.show(service.poller)
    _print("", f"The watch is over: {service.poller.summary.line()}.")


def _show(database: Database, settings: Settings) -> None:
    """Run the commands that show what was recorded."""
    run_id = database.read(sample_run)
    with _no_settings():
        _run(database, "runs", "--slug", "work_email", "--slug", "funding_stage")
        _run(database, "history", run_id)
        _run(database, "overdue")
    _print("", "Three more commands answer how long, how often and how much:")
    _print(*_answers(Analyses(database, settings)))


def _answers(analyses: Analyses) -> Iterator[str]:
    """Yield the answers of three analyses, one line each."""
    took: dict[str, Any] = analyses.analyse("durations").rows[0]
    if took["run_seconds_n"]:
        half, most = (span(took[f"run_seconds_{name}"]) for name in ("p50", "p90"))
        yield f"  durations  half of {took['run_seconds_n']} ran {half} at most, nine in ten {most}"
    failed: dict[str, Any] = analyses.analyse("failures").rows[0]
    if ended := failed["completed"] + failed["failed"]:
        low, high = (100 * failed[f"failure_rate_{end}"] for end in ("low", "high"))
        text = f"{failed['failed']} of {ended} failed; with so few, the rate may be {low:.0f} to {high:.0f} %"
        yield f"  failures   {text}"
    costs: list[dict[str, Any]] = analyses.analyse("costs").rows
    if cost := max(costs, key=lambda row: row["pairs"], default=None):
        text = f"{cost['actual_total']} {cost['unit']}; {cost['preview_total']} were previewed"
        yield f"  costs      {cost['pairs']} completed runs cost {text}"


@contextmanager
def _no_settings() -> Iterator[None]:
    """Hide the settings of the environment while the block runs: they are not for the demo's store."""
    hidden = {name: os.environ.pop(name) for name in ENVIRONMENT.values() if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(hidden)


def _run(database: Database, name: str, *arguments: str) -> None:
    """Show a command line, and run it."""
    _print("", f"$ {shlex.join(['recorder', name, *arguments])}")
    sys.stdout.flush()
    # The user's own config file says nothing of this store.
    run(cli, [name, "--config", os.devnull, "--db", _url(database), *arguments])


def _suggest_next(database: Database, *, is_temporary: bool) -> None:
    click.echo("\nLook around, with any command or in SQL:")
    activate = Path(sys.executable).with_name("activate")
    if shutil.which("recorder") is None and activate.exists():
        click.echo(f"  . {shlex.quote(str(activate))}")
    click.echo(f"  recorder runs --db {shlex.quote(database.name)}")
    if database.path is not None:
        query = "SELECT slug, count(*), avg(run_seconds) FROM runs GROUP BY slug"
        click.echo(f"  sqlite3 {shlex.quote(database.name)} \\\n    {shlex.quote(query)}")
    if is_temporary and database.path is not None:
        click.echo("\nThe store stays until you remove it:")
        click.echo(f"  rm -r {shlex.quote(str(database.path.parent))}")
    click.echo(f"\n{_NEXT}", nl=False)


def _print(*lines: str) -> None:
    for line in lines:
        for part in fold(line, terminal_width()):
            click.echo(part)
