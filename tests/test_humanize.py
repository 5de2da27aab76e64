"""Numbers in words."""

from decimal import Decimal

import pytest

from recorder.humanize import ago, amount_text, cost_text, counted, from_to, percent, span


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (0.004, "0 s"),
        (0.36, "0.36 s"),
        (59.94, "59.9 s"),
        (59.96, "1 m"),
        (200, "3 m 20 s"),
        (3600, "1 h"),
        (7500, "2 h 5 m"),
        (86399.9, "1 d"),
        (90000, "1 d 1 h"),
        (-5, "-5 s"),
    ],
)
def test_spans_have_two_units_at_most(seconds: float, words: str) -> None:
    """A span is told to the tenth of a second, below one to the hundredth, or in its two largest units."""
    assert span(seconds) == words


def test_amounts_and_counts_in_words() -> None:
    """Amounts digit by digit with their unit, counts with their noun."""
    assert amount_text(Decimal("0.000001"), "USD") == "0.000001 USD"
    assert amount_text(Decimal("1234.5")) == "1,234.5"
    assert amount_text(None, "USD") == "-"
    assert cost_text(Decimal("1.5"), None, "USD") == "1.5/- USD"
    assert cost_text(None, Decimal(2)) == "-/2"
    assert (counted(1, "poll"), counted(1200, "poll")) == ("1 poll", "1,200 polls")


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.0614, "6.1 %"), (12.5, "1,250.0 %"), (0, "0.0 %"), (-0.00012, "-0.012 %"), (1e-9, "0.0 %")],
)
def test_shares_are_percentages(share: float, words: str) -> None:
    """A share has one decimal, a small one two digits."""
    assert percent(share) == words


def test_an_age_is_in_whole_seconds() -> None:
    """An instant is so long ago; one that lies ahead is 0 seconds ago, and none has no age."""
    assert ago(0, 61_900_000) == "1 m 1 s ago"
    assert ago(5, 0) == "0 s ago"
    assert ago(None, 0) is None


def test_the_date_is_told_once() -> None:
    """Of two instants of a day the second stands without the date; equal ones are one."""
    first = "2026-11-20 09:15:00Z"
    assert from_to(first, "2026-11-20 09:15:09Z") == "2026-11-20 09:15:00Z to 09:15:09Z"
    assert from_to(first, "2026-11-21 09:15:00Z") == f"{first} to 2026-11-21 09:15:00Z"
    assert from_to(first, first) == first
