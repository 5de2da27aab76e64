"""`recorder sandbox`: the local ledger on the command line.

Invariant: run ids (or answers) are on stdout, all else on stderr.
"""

import sys
from functools import partial
from pathlib import Path
from typing import Any

import click

from recorder.cli.busy import Count, busy
from recorder.errors import UsageError
from recorder.instants import now_us, parse_when
from recorder.sandbox import Effects, Folder, Kind, Sandbox, console
from recorder.sandbox.effects import UNDOCUMENTED
from recorder.sandbox.sandbox_error import SandboxError

_DEFAULT_RUNS = 30
_FILE = click.Path(path_type=Path, dir_okay=False)
_factor_option = partial(
    click.option, type=click.FloatRange(0.01, 100), metavar="FACTOR", default=1.0
)
_share_option = partial(click.option, type=click.FloatRange(0, 1), metavar="SHARE", default=0.0)


def _instant(_ctx: click.Context, param: click.Parameter, text: str | None) -> int | None:
    at = None if text is None else parse_when(text, now=now_us())
    if text is not None and at is None:
        raise UsageError(f"{param.opts[0]} {text!r} is no instant: write 2026-11-01 or 30d (ago)")
    return at


def _undocumented(
    ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]
) -> tuple[tuple[str, int], ...]:
    pairs = []
    for text in texts:
        kind, _, when = text.partition("=")
        at = _instant(ctx, param, when)
        if at is None or kind not in UNDOCUMENTED:
            raise UsageError(f"--undocumented {text!r}: write field=T, word=T or type=T")
        pairs.append((kind, at))
    return tuple(pairs)


_instant_option = partial(click.option, metavar="T", callback=_instant)

_EPILOG = """\b
Faults to inject:
  429 429-date 500 503 401 403 timeout reset truncate slow html redirect
  no-run wrong-id unknown-field unknown-status reopen

\b
Examples:
  recorder sandbox --runs 30
  recorder sandbox --port 8321 --speed 20 --fault 429=0.1 --fault reset=0.05
  recorder sandbox --folder documents/
  recorder sandbox --answers 2000 > answers.ndjson
  recorder sandbox --answers 2000 --drift 1.5 --outage 14d > answers.ndjson
"""


@click.command("sandbox", epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    show_default="a free one",
    metavar="PORT",
    help="Port on 127.0.0.1.",
)
@click.option(
    "--runs",
    type=click.IntRange(0),
    metavar="N",
    help="How many runs to start with, of mixed endings; by default 30, none with --folder.",
)
@click.option(
    "--seed",
    type=int,
    metavar="N",
    default=1,
    help="Seed of the runs: the same seed makes the same runs.",
)
@click.option(
    "--speed",
    type=click.FloatRange(min=0, min_open=True),
    metavar="FACTOR",
    default=1.0,
    help="Runs go FACTOR times faster than real ones.",
)
@click.option(
    "--user",
    "user_keys",
    metavar="NAME=KEY",
    multiple=True,
    help="A user and its key, by default default=pk_sandbox; each sees its own runs. Repeatable.",
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    help="Serve the ledger documents (*.json) of this folder, by run id and by file name.",
)
@click.option(
    "--fault",
    "faults",
    metavar="KIND=RATE",
    shell_complete=lambda _, __, start: [f"{k}=" for k in Kind if k.startswith(start)],
    multiple=True,
    help="A fault to inject, and its share of the requests: 429=0.1. Repeatable. Kinds: see below.",
)
@click.option(
    "--scenario", type=_FILE, help="A TOML file of faults to inject, in [[fault]] tables."
)
@click.option(
    "--limit",
    type=click.IntRange(0),
    metavar="N",
    default=100,
    help="Requests in any 60 s per key; further ones are answered with 429. 0: no limit.",
)
@click.option(
    "--retry-after",
    type=click.Choice(["seconds", "date"]),
    default="seconds",
    help="The form of Retry-After in answers of 429.",
)
@_factor_option("--version-price", help="Each version of a slug costs FACTOR times the one before.")
@_factor_option(
    "--drift",
    help="Over the 30 days, runs grow FACTOR times as long, and FACTOR times as costly against their preview.",
)
@_instant_option(
    "--outage",
    "outage_at",
    help="Start of a week in which runs take four times as long and one in three fails.",
)
@_share_option(
    "--late-actuals",
    help="Share of the actual costs that come one hour to three days after the end.",
)
@_share_option("--no-actuals", help="Share of the runs whose actual cost never comes.")
@click.option(
    "--unit",
    "units",
    metavar="WORD",
    multiple=True,
    help="A unit of the costs instead of the usual ones; each slug and version gets one. Repeatable.",
)
@click.option(
    "--undocumented",
    metavar="KIND=T",
    callback=_undocumented,
    multiple=True,
    help="From T on, serve a field, a status word or a type (KIND: field, word, type) that the API's page does not name. Repeatable.",
)
@_instant_option(
    "--new-error",
    "new_error_at",
    help="From T on, half of the failing runs have a message that none had before.",
)
@click.option("--log", type=_FILE, help="Append each request to this file, one line of JSON each.")
@click.option(
    "--answers",
    type=click.IntRange(1),
    metavar="RUNS",
    help="Serve nothing; write the answers that polling this many runs over 30 days gives, for `import`.",
)
@_instant_option(
    "--start",
    "start_at",
    help="With --answers: when the 30 days begin; by default 30 days before the last midnight (UTC).",
)
def sandbox(
    *,
    port: int,
    runs: int | None,
    seed: int,
    speed: float,
    user_keys: tuple[str, ...],
    folder: Path | None,
    faults: tuple[str, ...],
    scenario: Path | None,
    limit: int,
    retry_after: str,
    log: Path | None,
    answers: int | None,
    start_at: int | None,
    **disturbances: Any,  # noqa: ANN401  # the fields of `Effects`
) -> None:
    """Serve a local ledger that speaks the published API.

    Its runs progress by themselves; a run is visible to the key of its user only. It prints their ids, one a line,
    then serves until Ctrl-C. POST /api/enrichment starts another run, POST /api/enrichment/ID/cancel cancels one.
    """
    effects = Effects(**disturbances)
    try:
        if answers is not None:
            written = Count("answer")
            lines = console.answer_lines(answers, seed=seed, start_at=start_at, effects=effects)
            with busy(written.words):
                sys.stdout.writelines(written.each(lines))
            return
        users = console.parse_users(user_keys)
        documents = None if folder is None else Folder(folder)
        count = (0 if folder else _DEFAULT_RUNS) if runs is None else runs
        served = Sandbox(
            console.fresh_population(
                count, seed=seed, speed=speed, effects=effects, users=tuple(users)
            ),
            users=users,
            faults=console.parse_faults(faults, scenario, users=users),
            limit=limit,
            dated=retry_after == "date",
            port=port,
            folder=documents,
            log=log,
            keep=False,
        )
    except SandboxError as error:
        raise UsageError(str(error)) from error
    console.serve(served, documents)
