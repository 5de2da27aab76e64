"""What an analysis gives: rows, what their columns hold, and a foot that says what they rest on.

Invariant: each row holds exactly the columns, in their order, `--by` first; counts are ints, seconds and rates floats,
amounts exact decimals, instants aware UTC; None is "missing" or "too few to tell". Must not import anything that does I/O.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from recorder.analysis.values import Cells, Columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The answer of one analysis.

    Attributes:
        kinds: what each column holds, in order.
        rows: a mapping from column to value for each group, in order.
        foot: one line: the runs that the rows rest on, and how they were seen.
        populations: how many runs the question met: tracked, observed, terminal, in_flight, unknown, lost,
            unobserved, and from_start, mid_flight, post_hoc by how they were first seen.
        whole: for people: rows like those of a question without groups, one, or one a unit.
        lead: the columns that say which group a row is of.
        narrow: the columns that a table for reading shows.
    """

    kinds: Columns
    rows: list[Cells]
    foot: str
    populations: Mapping[str, int]
    whole: list[Cells]
    lead: tuple[str, ...]
    narrow: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns in order."""
        return tuple(self.kinds)
