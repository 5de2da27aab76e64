"""Text that others wrote, measured in columns and shown, not obeyed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.cli.terminal import display_width, fold, pad, shorten, shorten_name, visible

any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@pytest.mark.parametrize(
    ("text", "width"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("ｶﾅ", 2), ("😀", 2)]
)
def test_width_counts_columns_not_characters(text: str, width: int) -> None:
    """Wide characters take two columns, combining ones none."""
    assert display_width(text) == width
    assert display_width(pad(text, 10)) == display_width(pad(text, 10, right=True)) == 10


@given(text=any_text.map(visible), width=st.integers(1, 12))
def test_a_shortened_text_fits(text: str, width: int) -> None:
    """A text is shortened to the width or left as it is."""
    short = shorten(text, width)
    assert display_width(short) <= width
    assert short == text or short.endswith("…")


@given(text=any_text.map(visible), width=st.integers(1, 20))
def test_a_name_without_its_middle_fits(text: str, width: int) -> None:
    """A name has its beginning and its end, and both fit."""
    name = text.replace(" ", "").replace(",", "")
    short = shorten_name(name, width)
    assert display_width(short) <= width
    start, _, end = short.partition("…")
    assert short == name or (name.startswith(start) and name.endswith(end))


def test_a_list_of_names_is_shortened_at_its_end() -> None:
    """Without its middle it would read as one name."""
    assert shorten_name("news_signal,work_email", 13) == "news_signal,…"


@given(text=any_text.map(visible), width=st.integers(2, 12))
def test_a_folded_text_is_all_there(text: str, width: int) -> None:
    """Folding loses nothing but blanks, and every line fits."""
    lines = list(fold(text, width))
    assert all(display_width(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(st.text())
def test_visible_text_steers_nothing(text: str) -> None:
    """No control or format character but the joiners is left; ordinary text stays as it is."""
    shown = visible(text)
    assert not {c for c in shown if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")} - {
        "\u200c",
        "\u200d",
    }
    assert visible(shown) == shown


def test_a_number_keeps_its_unit_on_its_line() -> None:
    """A text is not broken between `27` and `s`, or before a percent sign."""
    assert list(fold("in flight for 27 s", 16)) == ["in flight for", "27 s"]
    assert list(fold("a share of 14.4 %, more", 16)) == ["a share of", "14.4 %, more"]


def test_a_long_name_is_broken_where_its_parts_meet() -> None:
    """A word that is longer than a line is broken behind `_`, `-`, `.`, `:` or `/`; others stay whole."""
    assert list(fold("work_email_finder_v2", 12)) == ["work_email_", "finder_v2"]
    assert list(fold("see work_email first", 12)) == ["see", "work_email", "first"]
