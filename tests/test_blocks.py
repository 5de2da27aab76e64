"""Columns become bytes and come back as they were."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.analysis.building import column_of, kind_of
from recorder.analysis.columns import NULL, Ints, Runs
from recorder.store.blocks import DATED, KEY, pack, unpack_block
from recorder.store.sealed import deflated

_INTEGERS = st.none() | st.sampled_from((0, 1, 255, 2**62)) | st.integers(NULL + 1, 2**63 - 1)
_INSTANTS = st.none() | st.integers(-(2**56), 2**58)
_TEXTS = st.none() | st.text(max_size=5) | st.sampled_from(("a", "b"))
_NAMES = {
    "leads_total": _INTEGERS,
    "is_quiet": st.booleans().map(int),
    "ended_at": _INSTANTS,
    "ended_after": _INSTANTS,
    "slug": _TEXTS,
    "error_message": _TEXTS,
    KEY: st.integers(0, 2**40),
    DATED: st.integers(-(2**56), 2**58),
}
_ROWS = st.lists(st.fixed_dictionaries(_NAMES), max_size=20)


@given(_ROWS)
def test_a_block_comes_back(rows: list[dict[str, Any]]) -> None:
    """Each value of each kind of column is as it was, whatever it is, also of no runs at all."""
    columns = {name: column_of(name, [row[name] for row in rows]) for name in _NAMES}
    dated_at = Runs(len(rows), columns).ints(DATED).values
    data = {name: deflated(pack(name, column, dated_at)) for name, column in columns.items()}
    back = Runs(len(rows), unpack_block(data, len(rows)))
    for name in _NAMES:
        assert back.values(name) == [row[name] for row in rows], name
        assert isinstance(back.column(name), kind_of(name))


@pytest.mark.parametrize(
    ("values", "n_bytes"),
    [([7] * 9, 0), ([None] * 9, 0), ([7, 262], 2), ([7, 262, None], 6), ([0, 2**32], 16)],
)
def test_integers_take_few_bytes(values: list[int | None], n_bytes: int) -> None:
    """As few as the distance from the least to the largest needs: none where all are equal."""
    column = column_of("leads_total", values)
    packed = pack("leads_total", column, np.zeros(len(values), np.int64))
    assert len(packed) == 10 + n_bytes


def test_keys_without_gaps_and_instants_of_one_moment_take_none() -> None:
    """A key is kept as its distance to its place, an instant as that to the day of its run."""
    dated_at = np.arange(5) * 10**9
    for name, values in ((KEY, np.arange(5) + 4096), ("ended_at", dated_at + 7)):
        assert len(pack(name, Ints(values), dated_at)) == 10
