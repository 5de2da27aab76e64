"""Print what starting costs: `--help` beside `import click`, passes beside `import sqlalchemy` and a loop of httpx.

    python tests/bench/starting.py [--repeat 15]

CPU of whole processes, user and system, each pair in turn; the medians, and the median of the ratios. Bytecode is
written first, as an installation does. In one store of 50,000 runs in flight another process polls them, in the other
they are the pass's own, polled just now. The pass over 25 runs asks a sandbox, in a process of its own, and so does the loop, which records nothing.
"""

import argparse
import compileall
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from answering import make_store, measured

import recorder
from recorder.instants import now_us

PROGRAM, PYTHON = (sys.executable, "-m", "recorder"), (sys.executable, "-c")
RUNS = 72_000
"""Of which seven in ten are the first source's."""

LOOP = """
import os, sys, httpx, sqlalchemy
headers = {"Authorization": f"Bearer {os.environ['PUFFLE_API_KEY']}"}
with httpx.Client(base_url=os.environ["RECORDER_BASE_URL"], headers=headers) as client:
    for run_id in sys.argv[1:]:
        client.get(f"/api/enrichment/{run_id}").raise_for_status()
"""
ELSEWHERE = (
    "UPDATE watch SET tracking = 'done', due_at = NULL WHERE source_id = 2",
    "UPDATE watch SET tracking = 'active', ended_seen_at = NULL, due_at = 1 WHERE source_id = 1",
    "UPDATE source SET holder = 'another', held_until = 4000000000000000 WHERE source_id = 1",
    "UPDATE source SET base_url = 'https://app.puffle.ai'",
)
OWN = (
    "UPDATE watch SET tracking = 'done', due_at = NULL WHERE source_id = 2",
    (
        "UPDATE watch SET tracking = 'active', urgency = 1, ended_seen_at = NULL, last_polled_at = :now,"
        " last_good_at = :now, due_at = :now + 1800000000 WHERE source_id = 1"
    ),
    "UPDATE run_summary SET status = 'running', created_at = :now WHERE source_id = 1",
    "UPDATE source SET base_url = 'https://app.puffle.ai'",
)


def compare(
    name: str,
    ours: tuple[str, ...],
    other: tuple[str, ...],
    repeat: int,
    prepare: Callable[[], object] = lambda: None,
) -> None:
    """Print one line: a command of the recorder beside another process."""
    pairs = []
    for _ in range(repeat):
        prepare()
        pairs.append((measured(*ours).cpu_s, measured(*other).cpu_s))
    ratio = statistics.median(a / b for a, b in pairs)
    ours_ms, other_ms = (statistics.median(times) * 1000 for times in zip(*pairs, strict=True))
    label = "a loop" if other[2] is LOOP else other[2]
    print(f"{name:24} {ours_ms:6.0f} ms, {label} {other_ms:6.0f} ms, x {ratio:.2f} CPU")


def make_crowded(path: Path, changes: Iterable[str]) -> None:
    """Make a store of many runs in flight of which none is due to this process."""
    make_store(path, RUNS)
    with closing(sqlite3.connect(path)) as connection:
        for change in changes:
            connection.execute(change, {"now": now_us()})
        connection.commit()


@contextmanager
def sandbox(runs: int) -> Iterator[list[str]]:
    """Serve a sandbox that the environment names; its run ids."""
    command = (*PROGRAM, "sandbox", "--port", "0", "--runs", str(runs), "--limit", "0")
    with subprocess.Popen(
        (*command, "--speed", "0.01"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            words = process.stderr.readline().split()
            url = next(word for word in words if word.startswith("http"))
            os.environ |= {"RECORDER_BASE_URL": url, "PUFFLE_API_KEY": "pk_sandbox"}
            yield [process.stdout.readline().strip() for _ in range(runs)]
        finally:
            process.terminate()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--repeat", type=int, default=15)
    repeat = parser.parse_args().repeat
    compileall.compile_dir(Path(recorder.__file__).parent, quiet=1)
    os.environ["PUFFLE_API_KEY"] = "pk_none"
    sqlalchemy = (*PYTHON, "import sqlalchemy")
    with tempfile.TemporaryDirectory() as folder:
        store, elsewhere, own, tracked, due = (str(Path(folder) / f"{n}.db") for n in range(5))
        measured(*PROGRAM, "db", "upgrade", "--db", store)
        for crowded, changes in ((elsewhere, ELSEWHERE), (own, OWN)):
            make_crowded(Path(crowded), changes)
            for _ in range(10):  # the first passes keep what has ended as columns
                measured(*PROGRAM, "poll", "--db", crowded)
        compare("--help", (*PROGRAM, "--help"), (*PYTHON, "import click"), repeat)
        compare("nothing due", (*PROGRAM, "poll", "--db", store), sqlalchemy, repeat)
        compare("50,000 elsewhere", (*PROGRAM, "poll", "--db", elsewhere), sqlalchemy, repeat)
        compare("50,000 of its own", (*PROGRAM, "poll", "--db", own), sqlalchemy, repeat)
        with sandbox(25) as run_ids:
            measured(*PROGRAM, "track", *run_ids, "--db", tracked)
            poll = (*PROGRAM, "poll", "--rate", "1000", "--db", due)
            loop = (*PYTHON, LOOP, *run_ids)
            compare("25 due", poll, loop, repeat, lambda: shutil.copyfile(tracked, due))


if __name__ == "__main__":
    main()
