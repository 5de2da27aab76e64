"""`--sort` and `--limit`: the order of the printed rows, and their number.

Invariant: rows without a value stand last in either direction; rows that are equal keep their order. Pure.
"""

import math
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import islice
from operator import getitem
from typing import Any, TypeAlias, TypeVar

from recorder.analysis.values import as_json
from recorder.errors import UsageError
from recorder.ledger.jsontext import Number, to_text

Row = TypeVar("Row")
Rank: TypeAlias = tuple[int, Any]

_FALLING = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The order and the number of printed rows.

    Attributes:
        sort: the column to sort by, with `-` before it if the largest comes first; None: keep the order.
        limit: at most so many rows; None: all.
    """

    sort: str | None = None
    limit: int | None = None

    def arrange(
        self,
        rows: Iterable[Row],
        columns: Collection[str],
        *,
        cell: Callable[[Any, str], object] = getitem,
    ) -> Iterable[Row]:
        """Return the rows in order, at most `limit` of them; without `sort` they are read one by one.

        Args:
            rows: any rows.
            columns: the columns that they can be sorted by.
            cell: reads the value of a column of a row.

        Raises:
            UsageError: there is no such column.
        """
        if self.sort is not None:
            rows = _sorted(rows, self._column(columns), cell, falls=self.sort.startswith(_FALLING))
        return rows if self.limit is None else islice(rows, self.limit)

    def _column(self, columns: Collection[str]) -> str:
        name = (self.sort or "").removeprefix(_FALLING)
        if name not in columns:
            raise UsageError(f"--sort {name!r}: choose from {', '.join(columns)}")
        return name


def _sorted(
    rows: Iterable[Row], column: str, cell: Callable[[Row, str], object], *, falls: bool
) -> list[Row]:
    ranked = [(_rank(cell(row, column)), row) for row in rows]
    known = [(rank, row) for rank, row in ranked if rank is not None]
    known.sort(key=lambda pair: pair[0], reverse=falls)
    return [row for _, row in known] + [row for rank, row in ranked if rank is None]


def _rank(value: object) -> Rank | None:
    """Return the sort key of a value: numbers before instants before texts; None for no value."""
    if isinstance(value, Number):
        value = value.decimal()
    if isinstance(value, int | float | Decimal):
        return None if math.isnan(value) else (0, value)
    if isinstance(value, datetime):
        return 1, value
    if isinstance(value, str):
        return 2, value
    return None if value is None else (2, to_text(as_json(value)))
