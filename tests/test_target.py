"""The path of a target: one segment for any run id."""

import urllib.parse

from hypothesis import given, settings
from hypothesis import strategies as st

from recorder.ledger.target import Target


@given(st.text(min_size=1))
@settings(max_examples=300)
def test_every_id_decodes_to_itself(run_id: str) -> None:
    """The path of a run holds one segment that is no dot segment and decodes to the id."""
    path = Target(run_id).path
    assert path.isascii()
    *before, segment = path.split("/")
    assert before == ["", "api", "enrichment"]
    assert segment not in {"", ".", ".."}
    assert urllib.parse.unquote(segment, errors="surrogatepass") == run_id
