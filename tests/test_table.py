"""A table fits its width, and says what found no room."""

import io
from collections.abc import Mapping, Sequence
from datetime import UTC
from decimal import Decimal
from string import ascii_letters

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.analysis.values import Cell, Kind, Row
from recorder.cli.options import wide_option
from recorder.cli.output import write_rows
from recorder.cli.streams import terminal_width
from recorder.cli.terminal import display_width

any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def printed(
    rows: Sequence[Mapping[str, object]],
    *,
    width: int,
    columns: Row | None = None,
    wide: bool = False,
    foot: Sequence[str] = (),
) -> str:
    out = io.StringIO()
    names = columns or (list(rows[0]) if rows else ["run_id"])

    @click.command
    @wide_option
    def show() -> None:
        write_rows(rows, columns=names, format="table", out=out, width=width, foot=foot)

    show.main(["--wide"] * wide, standalone_mode=False)
    return out.getvalue()


LONG = "funding_stage_and_last_round_amount_eu_customers_v2"
WIDE = [f"{part}_seconds_{word}" for part in ("queue", "run") for word in ("p50", "p90", "p95")]
GROUPED: Row = {"slug": Cell("text", key=True)} | {
    name: Cell("seconds", group=name.rpartition("_")[0]) for name in WIDE
}
SIDES: Row = {
    "slug": Cell("text", key=True),
    "version": Cell("text", key=True),
    "measure": Cell("text", key=True),
    "n": Cell("count"),
    "value": Cell("number", main=True),
    "difference": Cell("number", main=True),
    "verdict": Cell("text", key=True),
}


def test_columns_that_belong_together_share_a_heading() -> None:
    """The heading stands over its columns, without what each cell says; other names are broken to two lines."""
    columns = GROUPED | {"leads_in_flight": Cell("count"), "actual_total": Cell("amount")}
    rows = [{"slug": "a", **dict.fromkeys(WIDE, 70), "leads_in_flight": 1}] * 2
    assert printed(rows, width=99, columns=columns).splitlines()[:4] == [
        "      ---------- queue -----------  ----------- run ------------  leads in",
        "slug       p50       p90       p95       p50       p90       p95    flight",
        "----  --------  --------  --------  --------  --------  --------  --------",
        "a     1 m 10 s  1 m 10 s  1 m 10 s  1 m 10 s  1 m 10 s  1 m 10 s         1",
    ]


def test_a_wide_table_goes_on_below() -> None:
    """With --wide nothing is left out for lack of room: the keys lead each part, and a group stays together."""
    rows = [{"slug": "a", **dict.fromkeys(WIDE, 70)}] * 2
    parts = printed(rows, width=50, columns=GROUPED, wide=True).split("\n\n")
    assert [part.count("- queue -") for part in parts] == [1, 0]
    assert [part.count("- run -") for part in parts] == [0, 1]
    assert all("slug" in part for part in parts)


def test_a_table_too_wide_names_what_it_leaves_out() -> None:
    """The last columns go, and are named."""
    rows = [{"slug": slug, **dict.fromkeys(WIDE, 70)} for slug in "ab"]
    text = printed(rows, width=60, columns=GROUPED)
    assert "no room for run p95: widen the terminal, or add --wide" in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 60


def test_a_verdict_stays() -> None:
    """A key column finds room before the others, wherever it stands."""
    columns = GROUPED | {"verdict": Cell("text", key=True)}
    rows = [{"slug": slug, **dict.fromkeys(WIDE, 70), "verdict": "likely over"} for slug in "ab"]
    text = printed(rows, width=60, columns=columns)
    assert text.splitlines()[1].split()[-1] == "verdict"
    assert "no room for run p90, run p95: widen" in " ".join(text.split())


def test_a_column_with_bars_stays() -> None:
    """A column with bars gives up its room after the counts that stand before it."""
    columns = GROUPED | {"failure_rate": Cell("rate", bar=True)}
    rows = [{"slug": slug, **dict.fromkeys(WIDE, 70), "failure_rate": 0.5} for slug in "ab"]
    text = printed(rows, width=60, columns=columns)
    assert text.splitlines()[1].split()[-1] == "rate"
    assert "no room for run p90, run p95: widen" in " ".join(text.split())


def test_a_main_column_stays() -> None:
    """What a table is about gives up its room after the counts around it."""
    columns = GROUPED | {"difference": Cell("number", main=True), "more": Cell("number")}
    rows = [
        {"slug": slug, **dict.fromkeys(WIDE, 70), "difference": 12345, "more": 1} for slug in "ab"
    ]
    text = printed(rows, width=60, columns=columns)
    assert text.splitlines()[1].split()[-1] == "difference"
    assert "no room for run p90, run p95, more: widen" in " ".join(text.split())


def test_one_row_too_wide_is_written_line_by_line() -> None:
    """A single row that does not fit becomes `name: value` lines with long texts folded."""
    rows = [{"slug": "a", "message": "one two three four five six", **dict.fromkeys(WIDE, 1.5)}]
    lines = printed(rows, width=40, columns=GROUPED | {"message": Cell("text")}).splitlines()
    assert lines[:2] == ["slug:      a", "queue p50: 1.50 s"]
    assert lines[-1] == "message:   one two three four five six"


def test_a_key_is_whole() -> None:
    """A key that is too wide goes on in the next line, where another text is shortened."""
    columns = {"pattern": Cell("text", key=True), "note": Cell("text"), "runs": Cell("count")}
    texts = "no reply from <host>", "b"
    rows = [{"pattern": text, "note": "nn " * 10, "runs": 3} for text in texts]
    assert printed(rows, width=40, columns=columns).splitlines()[2:4] == [
        "no reply from     nn nn nn nn nn …     3",
        "<host>",
    ]


def test_a_key_of_any_length_is_shown() -> None:
    """One of 10,000 characters by its beginning, so that the other rows can be seen."""
    columns = {"slug": Cell("text", key=True), "runs": Cell("count")}
    rows = [{"slug": slug * 10000, "runs": 3} for slug in "ab"]
    lines = printed(rows, width=60, columns=columns).splitlines()
    assert len(lines) < 60
    assert lines[-1].strip().endswith("…")


def test_keys_that_rows_share_stand_above_them() -> None:
    """Before a column is left out, the leading keys stand once, on a line above the rows that have them."""
    rows = [
        {"slug": slug, "version": "3", "measure": measure, "n": 99, "value": 1.5, "difference": 20}
        for slug in (LONG, "b")
        for measure in ("failure rate", "wall seconds")
    ]
    rows = [row | {"verdict": "higher"} for row in rows]
    assert printed(rows, width=62, columns=SIDES).splitlines() == [
        "version  measure        n  value  difference  verdict",
        "-------  ------------  --  -----  ----------  -------",
        f"slug {LONG}",
        "3        failure rate  99    1.5          20  higher",
        "3        wall seconds  99    1.5          20  higher",
        "",
        "slug b",
        "3        failure rate  99    1.5          20  higher",
        "3        wall seconds  99    1.5          20  higher",
    ]
    assert printed(rows, width=50, columns=SIDES).splitlines()[-3:] == [
        "slug b, version 3",
        "failure rate  99    1.5          20  higher",
        "wall seconds  99    1.5          20  higher",
    ]


def test_a_title_stays_with_its_text() -> None:
    """Also where only the comma behind both has no room; a key without a text has its title."""
    rows = [
        {"slug": slug, "version": "3", "measure": "median of wall seconds", "n": 99}
        | {"value": 1.5, "difference": 20, "verdict": "higher"}
        for slug in ("s" * 23, "")
    ]
    assert printed(rows, width=39, columns=SIDES).splitlines()[2:] == [
        f"slug {'s' * 23},",
        "version 3,",
        "measure median of wall seconds",
        "99    1.5          20  higher",
        "slug, version 3,",
        "measure median of wall seconds",
        "99    1.5          20  higher",
    ]


def test_a_name_is_folded_before_a_column_goes() -> None:
    """A key of one long word gives its room to the figures, broken where its parts meet."""
    columns = {"slug": Cell("text", key=True), "runs": Cell("count"), "cost": Cell("amount")}
    rows = [{"slug": slug, "runs": 10**9, "cost": Decimal(10**9)} for slug in (LONG, "b")]
    assert printed(rows, width=45, columns=columns).splitlines()[2:] == [
        "funding_stage_   1,000,000,000  1,000,000,000",
        "and_last_round_",
        "amount_eu_",
        "customers_v2",
        "b                1,000,000,000  1,000,000,000",
    ]


def test_a_main_column_outlives_the_column_of_names() -> None:
    """Before the figure that a table is about is left out, each row's name stands on a line of its own."""
    columns = {
        "slug": Cell("text", key=True),
        "rate": Cell("number", main=True),
        "runs": Cell("count"),
    }
    rows = [{"slug": slug, "runs": 10**9, "rate": 10**13 + 0.5} for slug in ("word_" * 4, "b")]
    assert printed(rows, width=30, columns=columns).splitlines()[1:] == [
        "--------------------",
        "slug word_word_word_word_",
        "10,000,000,000,000.5",
        "slug b",
        "10,000,000,000,000.5",
        "no room for runs: widen the",
        "terminal, or add --wide",
    ]


def test_a_name_lacks_its_middle() -> None:
    """Names that begin alike can be told apart; a sentence is shortened at its end."""
    rows = [{"run_id": "r" * 12, "slug": f"{LONG}{n}", "note": "no such thing"} for n in (1, 2)]
    assert [line[14:] for line in printed(rows, width=42).splitlines()[2:]] == [
        "fundin…rs_v21  no such thing",
        "fundin…rs_v22  no such thing",
    ]


def test_bars_fold_no_name() -> None:
    """A name keeps its room, whatever bars would take."""
    columns = {"slug": Cell("text", key=True), "runs": Cell("count", bar=True)}
    rows = [{"slug": slug, "runs": 10**6} for slug in (LONG, "b")]
    assert printed(rows, width=len(LONG) + 12, columns=columns).splitlines()[2:] == [
        f"{LONG}  1,000,000",
        f"{'b':{len(LONG)}}  1,000,000",
    ]


def test_a_source_that_all_rows_share_is_not_shown() -> None:
    """It says nothing of a row; of two sources each row names its own."""
    columns = {"run_id": Cell("text"), "source": Cell("text")}
    rows = [{"run_id": "er_1", "source": "a"}, {"run_id": "er_2", "source": "a"}]
    assert "source" not in printed(rows, width=80, columns=columns)
    rows[1]["source"] = "b"
    assert "source" in printed(rows, width=80, columns=columns)


def test_what_is_empty_is_left_out_and_named() -> None:
    """A column without any value, or with counts of 0 alone, is no column; a rate of 0 is one."""
    columns = {"slug": Cell("text", key=True), "rate": Cell("rate"), "lost": Cell("count")}
    rows = [{"slug": "a", "lost": 0, "rate": 0.0}, {"slug": "b", "lost": 0}]
    assert printed(rows, width=80, columns=columns | {"p99": Cell("seconds")}).splitlines() == [
        "slug   rate",
        "----  -----",
        "a     0.0 %",
        "b         -",
        "left out: lost (0 in each row); p99 (no value)",
    ]


def test_an_empty_store_has_its_first_count() -> None:
    """The first column that is no key is shown, whatever it holds; a unit that no row has is not."""
    columns = {"unit": Cell("text", key=True), "runs": Cell("count"), "left": Cell("amount")}
    assert printed([{"runs": 0}], width=80, columns=columns).splitlines() == [
        "runs",
        "----",
        "   0",
        "left out: unit, left (no value)",
    ]


def test_bounds_stand_next_to_their_value() -> None:
    """A rate and its bounds are one column; without bounds the rate stands alone."""
    columns = {name: Cell("rate") for name in ("rate", "rate_low", "rate_high")}
    rows = [{"rate": 0.061, "rate_low": 0.037, "rate_high": 0.0994}, {"rate": 0.5}]
    lines = printed(rows, width=80, columns=columns).splitlines()
    assert lines[2:] == [" 6.1 % (3.7 to 9.9)", "50.0 %"]


def test_bounds_leave_out_the_unit_that_both_have() -> None:
    """Seconds alone stand with the value; a bound in minutes keeps its units, and so does the other."""
    columns = {name: Cell("seconds") for name in ("left", "left_low", "left_high")}
    rows = [
        {"left": 12, "left_low": -3, "left_high": 40},
        {"left": 62, "left_low": 50, "left_high": 80},
    ]
    lines = printed(rows, width=80, columns=columns).splitlines()
    assert lines[2:] == ["   12 s (-3 to 40)", "1 m 2 s (50 s to 1 m 20 s)"]


def test_one_unit_is_a_heading_and_several_are_a_column() -> None:
    """Amounts have thousands and cents; one that is less than half a cent has all its digits."""
    columns = {"unit": Cell("text"), "spent_total": Cell("amount"), "left": Cell("amount")}
    rows: list[dict[str, object]] = [
        {"unit": "credits", "spent_total": Decimal("12345.678901"), "left": Decimal(7)},
        {"unit": "credits", "spent_total": Decimal("0.5"), "left": Decimal("0.000001")},
    ]
    assert printed(rows, width=80, columns=columns).splitlines() == [
        "----- credits -----",
        "    spent      left",
        "---------  --------",
        "12,345.68      7.00",
        "     0.50  0.000001",
    ]
    (small,) = ({**row, "spent_total": Decimal("0.125")} for row in rows[:1])
    assert "0.125" in printed([small, small], width=80, columns=columns)
    rows[1]["unit"] = "USD"
    assert printed(rows, width=80, columns=columns).splitlines()[0].split() == [
        "unit",
        "spent",
        "left",
    ]


def test_bars_show_numbers_where_there_is_room() -> None:
    """The largest has the longest bar, shorter where there is less room; they never take the room of a column."""
    columns = {"slug": Cell("text", key=True), "runs": Cell("count", bar=True)}
    rows: list[dict[str, object]] = [{"slug": "a", "runs": 8}, {"slug": "b", "runs": 3}]
    assert [line[6:] for line in printed(rows, width=80, columns=columns).splitlines()[2:]] == [
        "8 ████████",
        "3 ███",
    ]
    assert [line[6:] for line in printed(rows, width=14, columns=columns).splitlines()[2:]] == [
        "8 ██████",
        "3 ██▎",
    ]
    assert [line[6:] for line in printed(rows, width=10, columns=columns).splitlines()[2:]] == [
        "   8",
        "   3",
    ]


def test_texts_are_shortened_and_ids_last() -> None:
    """What does not fit ends with an ellipsis; an id keeps its characters as long as it can."""
    rows = [{"run_id": "er_01JC8Z6M3Q_01JC8Z6M3Q", "message": "mm " * 40}] * 2
    line = printed(rows, width=50).splitlines()[2]
    assert line == "er_01JC8Z6M3Q_01JC8Z6M3Q  " + "mm " * 7 + "mm…"


cells = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**9), 10**9), st.floats(-1e6, 1e6), any_text
)


@pytest.mark.slow
@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {"run_id": st.text(max_size=300)}
            | dict.fromkeys(("a", "long_name_of_something", "b", "c", "d", "e", "f", "g"), cells)
        ),
        max_size=4,
    ),
    width=st.integers(40, 120),
    wide=st.booleans(),
)
def test_no_line_is_wider_than_the_terminal(
    rows: list[dict[str, object]], width: int, *, wide: bool
) -> None:
    """Whatever the rows hold, every line of a table fits."""
    text = printed(rows, width=width, wide=wide, foot=["word " * 50])
    assert max(map(display_width, text.splitlines())) <= width


OF_KIND: dict[Kind, st.SearchStrategy[object]] = {
    "text": any_text,
    "count": st.integers(0, 10**18),
    "seconds": st.floats(-1e3, 1e9) | any_text,
    "rate": st.floats(0, 1),
    "number": st.floats() | any_text,
    "amount": st.decimals(-(10**12), 10**12, places=6),
    "flag": st.booleans(),
    "instant": st.datetimes(timezones=st.just(UTC)),
}
declared_cells = st.tuples(
    st.sampled_from(list(OF_KIND)), st.booleans(), st.sampled_from(["", "g"])
).map(lambda drawn: Cell(drawn[0], bar=drawn[1], group=drawn[2]))
declarations = st.fixed_dictionaries(
    {"slug": st.just(Cell("text", key=True))}
    | dict.fromkeys(("a", "a_low", "a_high", "unit", "source", "g_n", "g_p50"), declared_cells)
)


@pytest.mark.slow
@given(data=st.data(), columns=declarations, width=st.integers(50, 100), wide=st.booleans())
def test_whatever_is_declared_is_printed(
    data: st.DataObject, columns: Row, width: int, *, wide: bool
) -> None:
    """Every kind of value has a text, keys of 12 characters stand whole, and no line is wider than the terminal."""
    values = {name: st.none() | OF_KIND[cell.kind] for name, cell in columns.items()}
    row = st.fixed_dictionaries(values | {"slug": st.text(ascii_letters, min_size=1, max_size=12)})
    rows = data.draw(st.lists(row, max_size=4))
    text = printed(rows, width=width, columns=columns, wide=wide)
    assert max(map(display_width, text.splitlines())) <= width
    assert all(str(row["slug"]) in text for row in rows)


def test_the_width_without_a_terminal_is_80(monkeypatch: pytest.MonkeyPatch) -> None:
    """COLUMNS decides where it is set; in a pipe 80 columns are taken."""
    monkeypatch.setenv("COLUMNS", "123")
    assert terminal_width() == 123
    out = io.StringIO()
    monkeypatch.setenv("COLUMNS", "40")
    write_rows([{"a": "x" * 100}] * 2, columns=["a"], format="table", out=out)
    assert max(map(len, out.getvalue().splitlines())) == 40
