"""The report of an analysis: rows, the cells that declare their columns, and a foot that counts the runs behind them.

Invariant: each row holds exactly the columns, in their order, `--by` first; counts are ints, seconds and rates floats,
amounts exact decimals, instants aware UTC; None is "missing" or "too few values".
"""

from collections.abc import Mapping
from dataclasses import dataclass

from recorder.analysis.values import Cells, Columns, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The report of one analysis.

    Attributes:
        cells: each column, in order, as a cell without a value.
        rows: a mapping from column to value for each group, in order.
        foot: one line: the runs behind the rows, and how they were seen.
        populations: the number of matching runs: tracked, observed, terminal, in_flight, unknown, lost,
            unobserved, and from_start, mid_flight, post_hoc by how they were first seen.
        whole: the rows of a report without groups, where people read it: one, or one a unit.
        notes: lines that say in words what the rows show.
    """

    cells: Row
    rows: list[Cells]
    foot: str
    populations: Mapping[str, int]
    whole: list[Cells]
    notes: tuple[str, ...] = ()

    @property
    def kinds(self) -> Columns:
        """The kind of each column, in order."""
        return {name: cell.kind for name, cell in self.cells.items()}

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns in order."""
        return tuple(self.cells)
