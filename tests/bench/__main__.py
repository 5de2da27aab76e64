"""Print the whole table of the benchmarks.

    python tests/bench [--runs 100000] [--since COMMIT]

Recording, answering, starting, bytes a poll, growth, one run, the schedule, many keys, one after the other, each compared in the
same run: ratios stay about the same on a slower machine, seconds do not. By CPU, but for Postgres, whose work is the server's.
"""

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Run each script in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--runs", default="100000", help="runs that the analyses go over")
    parser.add_argument("--since", help="a commit whose import is compared")
    options = parser.parse_args()
    since = ("--since", options.since) if options.since else ()
    for name, arguments in (
        ("recording", ("--cpu", "--only", "log,unchanged,changed,way,import,export", *since)),
        ("recording", ("--only", "postgres")),
        ("answering", ("--runs", options.runs)),
        ("answering", ("--runs", options.runs, "--unsealed", "--only", "durations")),
        ("starting", ()),
        ("space", ("--postgres",)),
        ("scale", ()),
        ("one_run", ()),
        ("schedule", ()),
        ("many_keys", ()),
    ):
        print(f"--- {name}", flush=True)
        subprocess.run([sys.executable, HERE / f"{name}.py", *arguments], check=True)


if __name__ == "__main__":
    main()
