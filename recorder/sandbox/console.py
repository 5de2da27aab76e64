"""The sandbox as `recorder sandbox` runs it: what its options mean, what it prints, when it stops.

Invariant: run ids (or answers) go to stdout, all else to stderr; a signal ends it cleanly.
"""

import json
import os
import shlex
import signal
import sys
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event

from recorder.sandbox.effects import Effects
from recorder.sandbox.faults import Fault, parse_fault
from recorder.sandbox.folder import Folder
from recorder.sandbox.local_sandbox import DEFAULT_USERS, Sandbox
from recorder.sandbox.population import SimulatedPopulation, answers
from recorder.sandbox.sandbox_error import SandboxError
from recorder.sandbox.scenario import parse_scenario
from recorder.sandbox.timestamps import DAY, SECOND, now_us

_SHOWN = 3
_HEAD_START_S = 20


def answer_lines(runs: int, *, seed: int, start_at: int | None, effects: Effects) -> Iterator[str]:
    """Yield the answers that a poller would have recorded of a population, as lines for `import`.

    Args:
        runs: how many runs.
        seed: the same seed and start give the same lines.
        start_at: the beginning of the 30 days, microseconds since 1970 UTC; None for 30 days before the
            last midnight, UTC.
        effects: what disturbs the history.
    """
    now = now_us()
    if start_at is None:
        start_at = now - now % DAY - 30 * DAY
    for line in answers(runs=runs, seed=seed, start_at=start_at, until_at=now, effects=effects):
        yield json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"


def parse_users(texts: Iterable[str]) -> dict[str, str]:
    """Parse texts such as `ann=pk_ann` into keys by user name; no texts give the default user.

    Raises:
        SandboxError: a text of another shape, or a repeated name or key.
    """
    users: dict[str, str] = {}
    for text in texts:
        name, _, key = text.partition("=")
        if not name or not key:
            raise SandboxError(f"--user {text!r} is no NAME=KEY, as in ann=pk_ann")
        if name in users or key in users.values():
            raise SandboxError(f"--user {name}: the name or its key stands there twice")
        users[name] = key
    return users or dict(DEFAULT_USERS)


def parse_faults(
    texts: Iterable[str], scenario: Path | None, *, users: Collection[str]
) -> tuple[Fault, ...]:
    """Parse the faults of `--fault` texts, then those of the scenario file.

    Raises:
        SandboxError: something in them is not understood, or the file cannot be read.
    """
    faults = tuple(parse_fault(text) for text in texts)
    if scenario is None:
        return faults
    try:
        text = scenario.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SandboxError(f"cannot read the scenario {scenario}: {error}") from error
    return faults + parse_scenario(text, name=scenario.name, users=users)


def fresh_population(
    runs: int, *, seed: int, speed: float, effects: Effects, users: tuple[str, ...]
) -> SimulatedPopulation:
    """Generate runs that have just begun, so that each is there at once."""
    head_start_us = round(_HEAD_START_S * SECOND / speed)
    return SimulatedPopulation.generate(
        runs=runs,
        seed=seed,
        start_at=now_us() - head_start_us,
        spread_us=head_start_us,
        speed=speed,
        users=users,
        effects=effects,
    )


def serve(served: Sandbox, folder: Folder | None) -> None:
    """Announce the URL, print the run ids, and serve until SIGINT or SIGTERM."""
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with served.start():
        _announce(served, folder.run_ids if folder else ())
        stop.wait()


def _announce(served: Sandbox, documents: tuple[str, ...]) -> None:
    name, key = next(iter(served.users.items()))
    own = [run.run_id for run in served.population.runs if run.user == name]
    ids = [*documents, *(run.run_id for run in served.population.runs)]
    shown = [*documents, *own][:_SHOWN]
    sys.stderr.write(
        f"The sandbox listens on {served.url} until Ctrl-C.\n"
        f"It has {_counted(len(ids), len(shown))}. Type next:\n"
        f"  export RECORDER_BASE_URL={served.url} PUFFLE_API_KEY={shlex.quote(key)}\n"
        f"  recorder track {shlex.join(shown) or 'ID'}\n"
        f"  recorder poll --until-done\n"
    )
    sys.stderr.flush()
    sys.stdout.writelines(f"{run_id}\n" for run_id in ids)
    _end_stdout()


def _counted(count: int, shown: int) -> str:
    """Return the number of run ids in words, with where to find the ones that are not shown."""
    text = f"{count} run id{'' if count == 1 else 's'}"
    return text if shown in (0, count) else f"{text}, all on stdout, {shown} of them below"


def _end_stdout() -> None:
    """Close stdout for a program that reads the ids, though the server goes on."""
    sys.stdout.flush()
    with suppress(OSError, ValueError):
        if not sys.stdout.isatty() and sys.stdout.fileno() == 1:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.close(nowhere)
