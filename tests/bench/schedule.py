"""Print what the schedule sees against round robin, in a simulation of polling within 100 requests a minute.

    python tests/bench/schedule.py [--hours 2] [--seeds 3]

Ratios of three means, with 5, 20 and 100 runs at once: the delay of an end, the age of the last poll of a run in flight, the
time between the two polls around a failure; the mean over the seeds, and the largest. Then the same where the runs of two
slugs take 10 s and 5 minutes, with and without what earlier runs took. In virtual time (tests/poll_simulation.py): the
same on every machine; the constants of the schedule were chosen by other lives than these.
"""

import argparse
import sys
from pathlib import Path
from statistics import fmean
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(1, str(Path(__file__).resolve().parents[1]))

from poll_simulation import DIFFERENT, Counts, Seen, by_schedule, by_turns


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--hours", type=int, default=2)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    for runs in (5, 20, 100):
        hours = options.hours * (4 if runs == 5 else 1)  # few runs, few ends
        worlds = [{"runs": runs, "hours": hours, "seed": n + 1} for n in range(options.seeds)]
        turns = [by_turns(**world) for world in worlds]
        print(f"{runs:3} runs, round robin: an end is seen after {turns[0].delay_s:.1f} s")
        for counts in Counts:
            _print(f"counts {counts.value}", turns, [by_schedule(counts, **one) for one in worlds])
        differ: list[dict[str, Any]] = [world | {"slugs": DIFFERENT} for world in worlds]
        turns = [by_turns(**world) for world in differ]
        for counts in (Counts.HONEST, Counts.NONE):
            for learns, text in ((False, ", nothing learnt"), (True, "")):
                seen = [by_schedule(counts, learns=learns, **one) for one in differ]
                _print(f"two slugs, counts {counts.value}{text}", turns, seen)


def _print(name: str, turns: list[Seen], seen: list[Seen]) -> None:
    ratios = zip(*(one.over(other) for one, other in zip(seen, turns, strict=True)), strict=True)
    texts = (f"{fmean(some):.2f} (<= {max(some):.2f})" for some in ratios)
    longest = max(one.longest_cycles for one in seen)
    for_each = zip(("delay", "age", "around a failure"), texts, strict=True)
    print(f"  {name}:", *(f"{what} x {text}," for what, text in for_each), end=" ")
    print(f"longest wait {longest:.1f} cycles", flush=True)


if __name__ == "__main__":
    main()
