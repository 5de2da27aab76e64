"""Hypothesis strategies for JSON as the ledger might serve it: values whose numbers carry their literals."""

from hypothesis import strategies as st

from recorder.ledger.jsontext import Json, Number

LITERALS = st.from_regex(
    r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,4})?", fullmatch=True
)
NUMBERS = LITERALS.map(Number)
TEXTS = st.text()  # lone surrogates are added where a test is about them
LEAVES: st.SearchStrategy[Json] = st.none() | st.booleans() | NUMBERS | TEXTS


def values(
    leaves: st.SearchStrategy[Json] = LEAVES,
    keys: st.SearchStrategy[str] = TEXTS,
    most: int = 12,
) -> st.SearchStrategy[Json]:
    """Any JSON value of those leaves and keys."""

    def holders(inner: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
        return st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4)

    return st.recursive(leaves, holders, max_leaves=most)


VALUES = values()
OBJECTS = st.dictionaries(TEXTS, VALUES, max_size=6)


def shuffled(draw: st.DrawFn, value: Json) -> Json:
    """The same value with the keys of its objects in another order."""
    if isinstance(value, list):
        return [shuffled(draw, item) for item in value]
    if isinstance(value, dict):
        items = draw(st.permutations(list(value.items())))
        return {key: shuffled(draw, item) for key, item in items}
    return value


@st.composite
def reordered(draw: st.DrawFn, of: st.SearchStrategy[Json] = VALUES) -> tuple[Json, Json]:
    """A value, and the same with its keys in another order."""
    value = draw(of)
    return value, shuffled(draw, value)
