"""A table fits its width, and says what found no room."""

import io
from collections.abc import Collection, Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.cli.output import write_rows
from recorder.cli.streams import terminal_width
from recorder.cli.terminal import display_width

any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def printed(
    rows: Sequence[Mapping[str, object]],
    *,
    width: int,
    repeat: Collection[str] = (),
    foot: Sequence[str] = (),
) -> str:
    out = io.StringIO()
    columns = list(rows[0]) if rows else ["run_id"]
    write_rows(
        rows, columns=columns, format="table", out=out, width=width, repeat=repeat, foot=foot
    )
    return out.getvalue()


WIDE = [f"{part}_seconds_{word}" for part in ("queue", "run") for word in ("p50", "p90", "p95")]


def test_long_names_are_broken_before_anything_is_left_out() -> None:
    """A name wider than its cells is broken at underscores."""
    rows = [{"slug": "a", **dict.fromkeys(WIDE, 1.5)}] * 2
    assert printed(rows, width=66).splitlines()[:5] == [
        "        queue_    queue_    queue_      run_      run_      run_",
        "      seconds_  seconds_  seconds_  seconds_  seconds_  seconds_",
        "slug       p50       p90       p95       p50       p90       p95",
        "----  --------  --------  --------  --------  --------  --------",
        "a          1.5       1.5       1.5       1.5       1.5       1.5",
    ]


def test_a_table_too_wide_goes_on_below_where_columns_repeat() -> None:
    """With columns to repeat, nothing is left out, and a family of columns stays together."""
    rows = [{"slug": "a", **dict.fromkeys(WIDE, 1.5)}] * 2
    parts = printed(rows, width=60, repeat=["slug"]).split("\n\n")
    assert [part.count("queue_") for part in parts] == [3, 0]
    assert [part.count("run_") for part in parts] == [0, 3]
    assert all("slug" in part for part in parts)


def test_a_table_too_wide_names_what_it_leaves_out() -> None:
    """Without columns to repeat, the last ones go, and are named."""
    rows = [{"slug": "a", **dict.fromkeys(WIDE, 1.5)}] * 2
    text = printed(rows, width=60)
    assert "no room for run_seconds_p95: widen the terminal" in " ".join(text.split())


def test_one_row_too_wide_is_written_line_by_line() -> None:
    """A single row that does not fit becomes `name: value` lines with long texts folded."""
    rows = [{"slug": "a", "message": "one two three four five six", **dict.fromkeys(WIDE, 1.5)}]
    lines = printed(rows, width=40).splitlines()
    assert lines[:3] == [
        "slug:              a",
        "message:           one two three four",
        "                   five six",
    ]
    assert lines[3] == "queue_seconds_p50: 1.5"


def test_texts_are_shortened_and_ids_last() -> None:
    """What does not fit ends with an ellipsis; an id keeps its characters as long as it can."""
    rows = [{"run_id": "er_01JC8Z6M3Q_01JC8Z6M3Q", "message": "m" * 100}] * 2
    line = printed(rows, width=50).splitlines()[2]
    assert line == "er_01JC8Z6M3Q_01JC8Z6M3Q  " + "m" * 23 + "…"


cells = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**9), 10**9), st.floats(-1e6, 1e6), any_text
)


@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {"run_id": st.text(max_size=300)}
            | dict.fromkeys(("a", "long_name_of_something", "b", "c", "d", "e", "f", "g"), cells)
        ),
        max_size=4,
    ),
    width=st.integers(40, 120),
    repeat=st.sampled_from([[], ["run_id"]]),
)
def test_no_line_is_wider_than_the_terminal(
    rows: list[dict[str, object]], width: int, repeat: list[str]
) -> None:
    """Whatever the rows hold, every line of a table fits."""
    text = printed(rows, width=width, repeat=repeat, foot=["word " * 50])
    assert max(map(display_width, text.splitlines())) <= width


def test_the_width_without_a_terminal_is_80(monkeypatch: pytest.MonkeyPatch) -> None:
    """COLUMNS decides where it is set; in a pipe 80 columns are taken."""
    monkeypatch.setenv("COLUMNS", "123")
    assert terminal_width() == 123
    out = io.StringIO()
    monkeypatch.setenv("COLUMNS", "40")
    write_rows([{"a": "x" * 100}] * 2, columns=["a"], format="table", out=out)
    assert max(map(len, out.getvalue().splitlines())) == 40
