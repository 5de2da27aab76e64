"""What every reading command prints: exact for programs, harmless and in width for people."""

import csv
import io
import json
import math
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.analysis.values import as_json, declared
from recorder.cli.json_output import write_value
from recorder.cli.output import FORMATS, write_rows
from recorder.ledger.jsontext import Number, parse_json, to_text

SEEN_AT = datetime(2026, 11, 20, 9, 15, 4, 120_000, tzinfo=UTC)
EVIL = "a\x1b[31mred\x9b0m\x7f\u202eb\u2066c\nd\te"
SHOWN = r"a\x1b[31mred\x9b0m\x7f\u202eb\u2066c\nd\te"

RUN = {
    "run_id": "er_1",
    "status": "completed",
    "created_at": SEEN_AT,
    "leads_failed": None,
    "cost_actual": Decimal("6.50"),
    "failure_rate": 0.1,
    "is_terminal": True,
    "error_message": EVIL,
    "document": {"a": [Number("1.10"), Number("123456789012345678901234567890")]},
}

any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def printed(
    rows: Sequence[Mapping[str, object]], *, out: io.StringIO | None = None, **options: Any
) -> str:
    out = io.StringIO() if out is None else out
    columns = options.pop("columns", list(rows[0]) if rows else ["run_id", "status"])
    write_rows(rows, columns=columns, out=out, **{"format": "table", "width": 200, **options})
    return out.getvalue()


def column(*values: object) -> list[str]:
    """A table of one column, without its name and rule."""
    return printed([{"x": value} for value in values]).splitlines()[2:]


# JSON


def test_json_is_one_array_with_every_column() -> None:
    """`json` is an array of objects in the order of the columns; what a row lacks is null."""
    text = printed([{"b": 1}, {"a": "x", "c": 2}], columns=["a", "b"], format="json")
    assert text == '[\n{"a":null,"b":1},\n{"a":"x","b":null}\n]\n'
    assert printed([], format="json") == "[]\n"


def test_ndjson_is_one_object_a_line() -> None:
    """Each line of `ndjson` is an object, also where texts hold line breaks."""
    lines = printed([RUN, RUN], format="ndjson").splitlines()
    assert [json.loads(line)["error_message"] for line in lines] == [EVIL, EVIL]
    assert printed([], format="ndjson") == ""


def test_numbers_keep_their_digits_in_json() -> None:
    """Decimals, served literals and floats come out digit by digit; instants are UTC microseconds with Z."""
    (line,) = printed([RUN], format="ndjson").splitlines()
    assert '"cost_actual":6.50,' in line
    assert '"document":{"a":[1.10,123456789012345678901234567890]}' in line
    assert '"failure_rate":0.1,' in line
    assert '"created_at":"2026-11-20T09:15:04.120000Z"' in line
    assert '"leads_failed":null,' in line
    assert '"is_terminal":true,' in line


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1E+3"), "1000"),
        (Decimal("0.000001"), "0.000001"),
        (Decimal("1E+400"), "1E+400"),
        (Decimal("-0.10"), "-0.10"),
        (Decimal("NaN"), "null"),
        (math.inf, "null"),
        (math.nan, "null"),
        (1e-7, "1e-07"),
        (2**70, "1180591620717411303424"),
        (10**400, "1" + "0" * 400),
        ((1, [None, False]), "[1,[null,false]]"),
        (SEEN_AT.astimezone(ZoneInfo("Asia/Kolkata")), '"2026-11-20T09:15:04.120000Z"'),
    ],
)
def test_a_value_has_one_json_text(value: object, text: str) -> None:
    """Each kind of value is written as JSON that holds it exactly; what is no number is null."""
    assert to_text(as_json(value)) == text


def test_values_that_no_one_planned_are_refused() -> None:
    """A naive datetime or another object is a mistake, not something to guess at."""
    with pytest.raises(ValueError, match="naive"):
        as_json(datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(TypeError, match="set"):
        as_json({1})


json_values = st.recursive(
    st.none()
    | st.booleans()
    | any_text
    | st.integers().map(lambda n: Number(str(n)))
    | st.decimals(allow_nan=False, allow_infinity=False).map(lambda d: Number(format(d, "f"))),
    lambda inner: st.lists(inner) | st.dictionaries(any_text, inner),
    max_leaves=8,
)


@pytest.mark.slow
@given(json_values)
def test_a_served_value_comes_back_equal(value: Any) -> None:
    """What was served is printed such that it parses to the same value, literals included."""
    out = io.StringIO()
    write_value(value, out)
    assert parse_json(out.getvalue()) == value
    assert "\x9b" not in out.getvalue()


def test_json_fits_an_encoding_that_lacks_characters() -> None:
    """Where stdout is not UTF-8, JSON escapes what the encoding lacks and stays exact."""
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="latin-1", errors="strict")
    write_value({"a": "日本 \x9b é 😀"}, out)
    out.flush()
    assert json.loads(raw.getvalue().decode("ascii")) == {"a": "日本 \x9b é 😀"}


# CSV


@given(st.lists(st.tuples(any_text, any_text), min_size=1))
def test_csv_holds_the_texts_exactly(cells: list[tuple[str, str]]) -> None:
    """A CSV reader gets each text back as it was served, also one that a spreadsheet would run."""
    rows = [{"a": a, "b": b} for a, b in cells]
    read = list(csv.reader(io.StringIO(printed(rows, format="csv"), newline="")))
    assert read[0] == ["a", "b"]
    assert [tuple(found) for found in read[1:]] == cells


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_csv_leaves_formulas_as_they_were_served(text: str) -> None:
    """A text that a spreadsheet would run is data like any other: it is not changed."""
    assert list(csv.reader(io.StringIO(printed([{"a": text}], format="csv"), newline="")))[1] == [
        text
    ]


def test_csv_is_plain_rfc_4180() -> None:
    """Header, CRLF, quotes doubled, null empty, numbers and instants as in JSON."""
    rows = [{"a": 'x"y', "b": None, "c": -1, "d": Decimal("-0.50"), "e": SEEN_AT, "f": {"g": True}}]
    assert printed(rows, format="csv") == (
        'a,b,c,d,e,f\r\n"x""y",,-1,-0.50,2026-11-20T09:15:04.120000Z,"{""g"":true}"\r\n'
    )


def test_a_terminal_is_never_steered_by_csv() -> None:
    """On a terminal CSV spells control characters out; in a file it holds them."""
    assert EVIL in printed([{"a": EVIL}], format="csv")
    assert SHOWN in printed([{"a": EVIL}], format="csv", out=Terminal())


def test_csv_bears_a_lone_surrogate() -> None:
    """A character that UTF-8 cannot hold is spelt out."""
    assert printed([{"a": "x\ud800"}], format="csv").encode() == b"a\r\nx\\ud800\r\n"


# markdown


def test_markdown_is_a_table_that_nothing_escapes_from() -> None:
    """Pipes, line breaks, tags and links of served text stay text; numbers stand right."""
    rows = [{"n": 1, "text": "a|b\n<script>[x](y)`*"}]
    assert printed(rows, format="markdown", foot=["1 run"]) == (
        "| n | text |\n| ---: | --- |\n| 1 | a\\|b\\\\n\\<script\\>\\[x\\](y)\\`\\* |\n\n1 run\n"
    )


# tables


def test_a_table_has_names_cells_and_foot() -> None:
    """Texts stand left, numbers right, null is a dash; the foot stands below."""
    rows: list[dict[str, object]] = [
        {"run_id": "er_333", "leads": 5, "rate": 0.25, "ok": True},
        {"run_id": "er_22", "leads": None, "rate": 12.0, "ok": False},
    ]
    assert printed(rows, foot=["2 runs"]).splitlines() == [
        "run_id  leads   rate  ok",
        "------  -----  -----  ---",
        "er_333      5   0.25  yes",
        "er_22       -  12.00  no",
        "2 runs",
    ]


def test_an_empty_table_says_so() -> None:
    """Without rows there are words instead of a heading."""
    assert printed([]) == "no rows\n"
    assert printed([], empty="no runs are tracked", foot=["0 runs"]) == (
        "no runs are tracked\n0 runs\n"
    )


def test_numbers_of_a_column_have_their_points_in_line() -> None:
    """Floats show three decimals at most, amounts all of theirs, small and huge ones stay true."""
    assert column(1.23456, 2000, None) == ["    1.235", "2,000.000", "        -"]
    assert column(0.5, 2.0) == ["0.5", "2.0"]
    assert column(Decimal("6.50"), Decimal("0.000001")) == ["6.500000", "0.000001"]
    assert column(0.00012) == ["0.00012"]
    assert column(1e300, 0.5) == ["1e+300", "   0.5"]
    assert column(Number("1.10"), Number("7")) == ["1.10", "   7"]
    assert column(math.nan, 3) == ["-", "3"]


def test_instants_are_short_and_in_the_zone_that_was_asked_for() -> None:
    """To the minute, with the zone below; JSON does not care."""
    rows = [{"seen_at": SEEN_AT}, {"seen_at": SEEN_AT - timedelta(days=150)}]
    columns = declared({"seen_at": "instant"})

    def shown(zone: str) -> list[str]:
        return printed(rows, columns=columns, tz=ZoneInfo(zone)).splitlines()[2:]

    assert shown("UTC") == ["2026-11-20 09:15", "2026-06-23 09:15", "times in UTC"]
    assert shown("Europe/Berlin") == [
        "2026-11-20 10:15",
        "2026-06-23 11:15",
        "times in Europe/Berlin",
    ]
    assert "09:15:04.120000Z" in printed(rows, tz=ZoneInfo("Asia/Kolkata"), format="json")


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("Europe/Berlin", "2026-11-20 10:15:04+01"),
        ("Asia/Kolkata", "2026-11-20 14:45:04+05:30"),
        ("Europe/London", "2026-11-20 09:15:04+00"),
    ],
)
def test_an_exact_instant_bears_its_offset(zone: str, text: str) -> None:
    """Z in UTC, else local time with the offset that held then."""
    assert printed([{"at": SEEN_AT}], tz=ZoneInfo(zone)).splitlines()[2:] == [text]
    assert column(SEEN_AT) == ["2026-11-20 09:15:04Z"]


def test_the_ends_of_the_calendar_have_no_zone() -> None:
    """An instant that another zone would push out of the calendar is shown in UTC."""
    first = datetime(1, 1, 1, tzinfo=UTC)
    assert "0001-01-01 00:00:00Z" in printed([{"at": first}], tz=ZoneInfo("America/New_York"))


def test_terminal_escapes_are_shown_not_obeyed() -> None:
    """Control characters, escapes and bidi overrides of served text are spelt out."""
    for way in ("table", "markdown"):
        text = printed([{"a": EVIL, EVIL: 1}], format=way, foot=[EVIL])
        assert (
            SHOWN.replace("\\", "\\\\" if way == "markdown" else "\\").replace(
                "[", "\\[" if way == "markdown" else "["
            )
            in text
        )
        assert not {c for c in text if unicodedata.category(c) in ("Cc", "Cf")} - {"\n"}


def test_table_columns_are_for_reading_only() -> None:
    """Table and Markdown show the columns chosen for them, the other formats all."""
    for way in FORMATS:
        text = printed([{"a": 1, "secondary": 2}], table_columns=["a"], format=way)
        assert ("secondary" in text) == (way in ("json", "ndjson", "csv"))
