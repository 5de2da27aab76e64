"""Whether a report is what the reference gives."""

import math
from collections.abc import Sequence
from typing import Any

from reference import Cells

from recorder.analysis.report import Report


def assert_same(report: Report, expected: list[Cells], *keys: str) -> None:
    """The report's rows are the reference's, counts, amounts and seconds equal exactly, ratios to 1e-12."""

    def keyed(rows: Sequence[Cells]) -> dict[tuple[Any, ...], Cells]:
        return {tuple(row[key] for key in keys): row for row in rows}

    ours, theirs = keyed(report.rows), keyed(expected)
    assert len(ours) == len(report.rows)
    assert ours.keys() == theirs.keys()
    for key, row in ours.items():
        assert tuple(row) == report.columns
        assert row.keys() == theirs[key].keys()
        for name, value in row.items():
            assert_cell(name, report.kinds[name], value, theirs[key][name])


def assert_cell(name: str, kind: str, value: Any, expected: Any) -> None:
    if expected is None or kind not in ("rate", "number", "seconds"):
        assert value == expected, name
        assert type(value) is type(expected) or isinstance(value, int), name
    elif kind == "seconds" and not name.startswith("seconds_per_lead"):
        assert value == expected, name
    else:
        assert math.isclose(value, expected, rel_tol=1e-12, abs_tol=1e-12), name
