"""Print what the schedule sees beside round robin, in a simulation of polling within 100 requests a minute.

    python tests/bench/schedule.py [--hours 2] [--seed 1]

Ratios of three means, with 5, 20 and 100 runs at once: the delay of an end, the age of the last poll of a run in flight, the
time between the two polls around a failure. In virtual time (tests/poll_simulation.py): the same on every machine.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(1, str(Path(__file__).resolve().parents[1]))

from poll_simulation import Counts, by_schedule, by_turns


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--hours", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for runs in (5, 20, 100):
        hours = options.hours * (4 if runs == 5 else 1)  # few runs, few ends
        size = {"runs": runs, "hours": hours, "seed": options.seed}
        turns = by_turns(**size)
        print(f"{runs:3} runs, round robin: an end is seen after {turns.delay_s:.1f} s")
        for counts in Counts:
            seen = by_schedule(counts, **size)
            delay, age, bracket = seen.over(turns)
            longest = f"longest wait {seen.longest_cycles:.1f} cycles"
            print(
                f"  counts {counts.value:8}  delay x {delay:.2f}, age x {age:.2f},"
                f" failure's bracket x {bracket:.2f}, {longest}",
                flush=True,
            )


if __name__ == "__main__":
    main()
