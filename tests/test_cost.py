"""An amount is read where exactly one reading fits; everything else is unparsed, never 0."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsons import LITERALS, VALUES

from recorder.ledger.cost import Amount, exact_micros, parse_amount
from recorder.ledger.jsontext import Json, parse_json

UNPARSED = Amount(present=True)


def amount(text: str, path: str | None = None) -> Amount:
    return parse_amount(parse_json(text), path=path)


def read(micros: int | None, unit: str | None = None) -> Amount:
    return Amount(present=True, micros=micros, unit=unit)


def test_null_is_absent() -> None:
    """Null is no amount, and nothing unreadable either."""
    assert amount("null") == Amount()
    assert not amount("null").unparsed


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("8", 8_000_000),
        ("6.5", 6_500_000),
        ("6.50", 6_500_000),
        ("0", 0),
        ("-2.25", -2_250_000),
        ("1e3", 1_000_000_000),
        ("12E-1", 1_200_000),
        ('"8"', 8_000_000),
        ('"6.50"', 6_500_000),
        ('" 8 "', 8_000_000),
        ('"+8"', 8_000_000),
        ('"0.000001"', 1),
    ],
)
def test_a_bare_number_or_numeric_string(text: str, micros: int) -> None:
    """A number says its amount and no unit, as a JSON number and as a string."""
    assert amount(text) == read(micros)


@pytest.mark.parametrize(
    "text",
    [
        "true",
        "false",
        "[]",
        "[8]",
        "{}",
        '""',
        '"8 credits"',
        '"8,5"',
        '"1_000"',
        '"NaN"',
        '"Infinity"',
        '"0x8"',
        '"\\uff18"',
        '{"tier": "gold"}',
        '{"perLead": 2}',
    ],
)
def test_anything_else_bare_is_unparsed(text: str) -> None:
    """A truth value, a list, words and objects without a known key hold no amount."""
    assert amount(text) == UNPARSED
    assert amount(text).unparsed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"credits": 8, "perLead": 2}', read(8_000_000, "credits")),
        ('{"credits": "8.5"}', read(8_500_000, "credits")),
        ('{"credits": null, "total": 3, "unit": "credits"}', read(3_000_000, "credits")),
        ('{"total": 0.3, "currency": "USD", "charged": []}', read(300_000, "USD")),
        ('{"amount": "12", "unit": " EUR "}', read(12_000_000, "EUR")),
        ('{"amount": 0, "currency": "USD", "unit": null}', read(0, "USD")),
    ],
)
def test_known_shapes(text: str, expected: Amount) -> None:
    """An object with `credits`, or with `total` or `amount` and its unit or currency."""
    assert amount(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        '{"total": 5}',
        '{"amount": 5}',
        '{"total": 5, "unit": ""}',
        '{"total": 5, "unit": " "}',
        '{"total": 5, "unit": 7}',
        '{"total": 5, "unit": "U\\u0000"}',
        '{"total": 5, "unit": "\\ud800"}',
        '{"total": 5, "unit": "a", "currency": "b"}',
        '{"credits": {"max": 8}}',
        '{"credits": true}',
    ],
)
def test_a_shape_that_says_too_little_or_too_much_is_unparsed(text: str) -> None:
    """No unit, a unit that is none, two units, or an amount that is none."""
    assert amount(text).unparsed


@pytest.mark.parametrize(
    "text",
    [
        '{"credits": 8, "total": 8, "unit": "credits"}',
        '{"total": 8, "amount": 8, "unit": "USD"}',
        '{"credits": 8, "amount": 0.4, "currency": "USD"}',
    ],
)
def test_two_candidates_are_unparsed(text: str) -> None:
    """Two amounts side by side contradict each other, whatever the setting says."""
    assert amount(text) == UNPARSED
    assert amount(text, path="credits") == UNPARSED


def test_only_the_top_level_is_searched() -> None:
    """A known key further down is found only by a path from the settings."""
    nested = '{"estimate": {"total": 0.4, "currency": "USD"}, "lines": [{"credits": 8}]}'
    assert amount(nested) == UNPARSED
    assert amount(nested, path="estimate.total") == read(400_000, "USD")


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ('{"a": {"b": {"c": 1.5}}}', "a.b.c", read(1_500_000)),
        ('{"a": {"credits": 3}}', "a.credits", read(3_000_000, "credits")),
        ('{"price": 3, "currency": "EUR"}', "price", read(3_000_000, "EUR")),
        ('{"total": 5}', "total", read(5_000_000)),
        ('{"credits": {"max": 8}}', "credits.max", read(8_000_000)),
        ('{"credits": 8}', "other.path", read(8_000_000, "credits")),
        ('{"total": 5, "unit": "USD"}', "other", read(5_000_000, "USD")),
        ("8", "a.b", read(8_000_000)),
        ('{"a": 1}', "b", UNPARSED),
        ('{"a": 1}', "a.b", UNPARSED),
        ('{"a": [1]}', "a", UNPARSED),
        ('{"a": {"b": 1, "unit": 7}}', "a.b", UNPARSED),
    ],
)
def test_a_path_reads_what_the_known_shapes_do_not(text: str, path: str, expected: Amount) -> None:
    """A path from the settings is followed where no known shape fits, and only there."""
    assert amount(text, path=path) == expected


@pytest.mark.parametrize(
    ("literal", "micros"),
    [
        ("0.000001", 1),
        ("0.0000010", 1),
        ("0.0000001", None),
        ("1.0000001", None),
        ("1.1000000000000000000000000000", 1_100_000),
        ("9223372036854.775807", 2**63 - 1),
        ("-9223372036854.775807", 1 - 2**63),
        ("9223372036854.775808", None),
        ("1e13", None),
        ("1e999999999", None),
        ("1e99999999999999999999", None),
        ("1e-999999999", None),
        ("0e999999999", 0),
        ("-0", 0),
    ],
)
def test_an_amount_is_exact_or_unparsed(literal: str, micros: int | None) -> None:
    """Finer than a millionth, or beyond 64 bits of them, is unparsed; nothing is rounded."""
    assert amount(literal).micros == micros
    assert amount(literal).present


@given(st.integers(1 - 2**63, 2**63 - 1))
def test_every_count_of_millionths_is_read(micros: int) -> None:
    """All that 64 bits hold comes back exactly, whichever way it is written."""
    exact = Decimal(micros).scaleb(-6)
    for literal in (f"{exact:f}", f"{exact:e}", f"{exact:f}000"):
        assert amount(f'"{literal}"').micros == micros


@given(LITERALS)
def test_micros_are_the_amount_or_none(literal: str) -> None:
    """What is read is the literal's value times a million, to the last digit."""
    micros = exact_micros(Decimal(literal))
    if micros is not None:
        assert Decimal(micros).scaleb(-6) == Decimal(literal)
        assert abs(micros) < 2**63


@given(VALUES, st.none() | st.sampled_from(["a", "a.b", "credits", "total.amount", "."]))
def test_reading_amounts_is_total(value: Json, path: str | None) -> None:
    """Any JSON value is absent, an amount, or unparsed."""
    found = parse_amount(value, path=path)
    assert found.present == (value is not None)
    assert found.present or (found.micros, found.unit) == (None, None)
