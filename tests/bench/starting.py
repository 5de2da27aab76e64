"""Print what starting costs: `--help` beside `import click`, a pass with nothing due beside `import sqlalchemy`.

    python tests/bench/starting.py [--repeat 15]

CPU of whole processes, user and system, each pair in turn; the medians, and the median of the ratios.
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from answering import measured


def compare(name: str, ours: tuple[str, ...], other: tuple[str, ...], repeat: int) -> None:
    """Print one line: a command of the recorder beside an import."""
    pairs = [(measured(*ours).cpu_s, measured(*other).cpu_s) for _ in range(repeat)]
    ratio = statistics.median(a / b for a, b in pairs)
    ours_ms, other_ms = (statistics.median(times) * 1000 for times in zip(*pairs, strict=True))
    print(f"{name:24} {ours_ms:6.0f} ms, {other[-1]} {other_ms:6.0f} ms, x {ratio:.2f} CPU")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--repeat", type=int, default=15)
    options = parser.parse_args()
    program, python = (sys.executable, "-m", "recorder"), (sys.executable, "-c")
    with tempfile.TemporaryDirectory() as folder:
        store = str(Path(folder) / "store.db")
        measured(*program, "db", "upgrade", "--db", store)
        nothing_due = (*program, "poll", "--db", store)
        compare("--help", (*program, "--help"), (*python, "import click"), options.repeat)
        compare("nothing due", nothing_due, (*python, "import sqlalchemy"), options.repeat)


if __name__ == "__main__":
    main()
