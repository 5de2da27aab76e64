"""JSON text and values stand for each other exactly."""

import json
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsons import LITERALS, VALUES, reordered

from recorder.history.changes import same
from recorder.ledger.jsontext import (
    DEEPEST,
    Json,
    JsonTextError,
    Number,
    canonical_text,
    digest,
    parse_json,
    to_text,
)


@given(VALUES)
def test_text_gives_the_value_back(value: Json) -> None:
    """What is written is read back equal, literals and key order included, from text and from bytes."""
    text = to_text(value)
    for served in (text, text.encode(), b"\xef\xbb\xbf" + text.encode()):
        read = parse_json(served)
        assert same(read, value)
        assert to_text(read) == text


@given(VALUES)
def test_text_is_json_that_others_read(value: Json) -> None:
    """The compact text is what the standard library reads too."""
    json.loads(to_text(value))
    json.loads(canonical_text(value))


@given(VALUES, VALUES)
def test_canonical_texts_are_equal_exactly_when_values_are(one: Json, other: Json) -> None:
    """Equal values have equal canonical texts and digests, and only they."""
    assert (canonical_text(one) == canonical_text(other)) == same(one, other)
    assert (digest(one) == digest(other)) == same(one, other)


@given(reordered())
def test_key_order_does_not_count(pair: tuple[Json, Json]) -> None:
    """Objects whose keys come in another order, at any depth, are the same value."""
    one, other = pair
    assert canonical_text(one) == canonical_text(other)
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.10", "1.1"),
        ("1", "1.0"),
        ("1e2", "100"),
        ("1E2", "1e2"),
        ("-0", "0"),
        ("true", "1"),
        ("false", "0"),
        ("null", "0"),
        ("1", '"1"'),
        ("[]", "{}"),
        ("[1, 2]", "[2, 1]"),
        ('{"a": null}', "{}"),
        ('"\\ud800"', '"\ufffd"'),
        ('"é"', '"e\u0301"'),
    ],
)
def test_what_looks_alike_differs(one: str, other: str) -> None:
    """A number's literal, its type, an item's place and a key that is there all count."""
    assert digest(parse_json(one)) != digest(parse_json(other))
    assert not same(parse_json(one), parse_json(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a":1,"b":2}', ' {"b" : 2,\n"a":\t1} '),
        ('"\\u00e9\\/\\ud83d\\ude00"', '"é/\U0001f600"'),
        ('{"a":1,"a":2}', '{"a":2}'),
    ],
)
def test_spelling_does_not_count(one: str, other: str) -> None:
    """White space, key order and escapes do not count; of a repeated key the last value does."""
    assert digest(parse_json(one)) == digest(parse_json(other))


@given(LITERALS)
def test_a_number_keeps_its_literal(literal: str) -> None:
    """A number is written as it was served, however long, and its exact value is at hand."""
    number = parse_json(literal)
    assert number == Number(literal)
    assert to_text(number) == literal
    assert Number(literal).decimal() == Decimal(literal)


def test_huge_numbers_stay_whole() -> None:
    """An integer of ten thousand digits and an exponent beyond all bounds are kept; neither becomes a float."""
    digits = "9" * 10_000
    assert to_text(parse_json(digits)) == digits
    assert Number("1e99999999999999999999").decimal() is None
    assert to_text(parse_json("1e99999999999999999999")) == "1e99999999999999999999"


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ("0", 0),
        ("-7", -7),
        ("999999999999999999", 10**18 - 1),
        ("1000000000000000000", None),
        ("-0", None),
        ("1.0", None),
        ("1e3", None),
    ],
)
def test_only_plain_integers_are_integers(literal: str, value: int | None) -> None:
    """Up to 18 digits without sign tricks, point or exponent."""
    assert Number(literal).integer() == value


@pytest.mark.parametrize("escape", ["\\ud800", "\\udfff", "a\\udc00b", "\\ud800\\u0041"])
def test_lone_surrogates_survive(escape: str) -> None:
    """Half a character, which UTF-8 cannot hold, is kept as its escape."""
    value = parse_json(f'{{"{escape}": "{escape}"}}')
    assert to_text(value) == f'{{"{escape}":"{escape}"}}'.replace("\\u0041", "A")
    assert same(parse_json(to_text(value).encode()), value)
    digest(value)


def test_control_characters_survive() -> None:
    """NUL and its like are escaped, so that any text column holds them."""
    value = parse_json('"\\u0000\\u001f\u007f\u2028"')
    assert value == "\x00\x1f\x7f\u2028"
    assert to_text(value) == '"\\u0000\\u001f\x7f\u2028"'


@pytest.mark.parametrize("open_close", ["[]", '{"a":}'])
def test_nesting_has_a_bound(open_close: str) -> None:
    """A hundred levels are read, written and digested; one more is refused, as is any greater number."""
    begin, end = open_close[:-1], open_close[-1]
    value = parse_json(begin * DEEPEST + "1" + end * DEEPEST)
    assert same(parse_json(to_text(value)), value)
    digest(value)
    for levels in (DEEPEST + 1, 5_000, 200_000):
        with pytest.raises(JsonTextError, match="nested too deep"):
            parse_json(begin * levels + "1" + end * levels)


def test_brackets_in_texts_are_no_levels() -> None:
    """Only arrays and objects nest: a long flat list or a text of brackets is fine."""
    assert parse_json(f'"{"[" * 1000}"') == "[" * 1000
    assert parse_json("[" + ",".join(["{}"] * 1000) + "]") == [{} for _ in range(1000)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "NaN",
        "Infinity",
        "-Infinity",
        "[1e]",
        "01",
        "+1",
        ".5",
        "1.",
        "tru",
        "{a:1}",
        "{'a':1}",
        "[1,]",
        '{"a":1,}',
        '"\n"',
        '"\\x"',
        "1 2",
        '{"run"',
        "\ufeff1",
        b"\xff",
        b'"\xed\xa0\x80"',
        b"\xfe\xff\x00[",
    ],
)
def test_what_is_no_json_is_refused(text: str | bytes) -> None:
    """One kind of error, which does not quote what it could not read."""
    with pytest.raises(JsonTextError) as told:
        parse_json(text)
    assert "\n" not in str(told.value)
    assert len(str(told.value)) < 100


@given(st.binary(max_size=60) | st.text(max_size=60))
def test_reading_is_total(data: bytes | str) -> None:
    """Any bytes and any text come out as a value or as that error."""
    with suppress(JsonTextError):
        assert canonical_text(parse_json(data))
