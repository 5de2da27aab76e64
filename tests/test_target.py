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


@given(st.text(min_size=1), st.text())
def test_a_page_of_items_stands_below_its_run(run_id: str, cursor: str) -> None:
    """Its path is that of the row, then `items`, and a query that holds its cursor alone but for the limit."""
    path, _, query = Target(run_id, cursor).path.partition("?")
    assert path == f"{Target(run_id).path}/items"
    pairs = urllib.parse.parse_qs(query, keep_blank_values=True, errors="surrogatepass")
    assert pairs == {"limit": ["100"]} | ({"cursor": [cursor]} if cursor else {})
