"""Texts of parts come back as they were, from every store that was ever written."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.store.parts import deflated_text, part_text

STORED = "78f948bcf4de23ca4d40071942dc65a4145b0b00cb0010d4"
"""`{"type":"explicit_leads","leadIds":["ld_1","ld_2"]}` as the first store held it."""


@given(st.text())
def test_a_text_comes_back(text: str) -> None:
    """Deflated and inflated it is the same; cut short it is none."""
    held = deflated_text(text)
    assert part_text(None, held) == text
    with pytest.raises(zlib.error):
        part_text(None, held[:-1])
    assert part_text(text, None) == text


def test_what_was_stored_before_is_read() -> None:
    """The dictionary is a part of the format: what an earlier program deflated is inflated by it."""
    assert part_text(None, bytes.fromhex(STORED)) == (
        '{"type":"explicit_leads","leadIds":["ld_1","ld_2"]}'
    )


def test_little_texts_of_the_api_get_smaller() -> None:
    """A part of some hundred characters, of which most stand in every answer, takes less than half."""
    text = (
        '{"type":"explicit_leads","listId":null,"requested":{"$part":"SrftePd3DFfrqQ8rexTrAw"},'
        '"resolvedCount":{"$column":"leads_total"},"counts":{"$part":"6_3YZG6IUzHq3xEQC2cxZA"}}'
    )
    assert len(deflated_text(text)) < len(text) / 2
