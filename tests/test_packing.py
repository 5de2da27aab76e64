"""A packed answer gives the served value back, and says things only once."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jsons import LEAVES, TEXTS, VALUES, values
from stores import sample_body, sample_paths

from recorder.history.changes import same
from recorder.ledger.cost import CostRules
from recorder.ledger.jsontext import DEEPEST, Json, Number, parse_json, to_text
from recorder.ledger.packing import PART_FROM, unpack
from recorder.ledger.row import MOVING, parse_row
from recorder.ledger.sections import Reading, Sections

MARKS = st.sampled_from(["$part", "$column", "$served"])
MARK_LEAVES: st.SearchStrategy[Json] = LEAVES | st.sampled_from(
    ["leads_total", "updated_at.3", "status", Number("1"), Number("0")]
)
MARK_LIKE = values(MARK_LEAVES, MARKS | TEXTS, most=20)
LONG = st.text(min_size=PART_FROM - 4, max_size=PART_FROM + 4)

INSTANTS = st.one_of(
    st.datetimes().map(lambda at: at.isoformat(timespec="milliseconds") + "Z"),
    st.datetimes().map(lambda at: at.isoformat() + "Z"),
    st.builds(
        lambda at, digits, end: f"{at:%Y-%m-%dT%H:%M:%S}{'.' if digits else ''}{digits}{end}",
        st.datetimes(),
        st.text("0123456789", max_size=9),
        st.sampled_from(["Z", "z", "", "+00:00", "+0000", "+05:30", "-14:00", " Z"]),
    ),
    st.datetimes().map(lambda at: f"{at:%Y-%m-%d %H:%M:%S}Z"),
    st.sampled_from(
        [
            "0001-01-01T00:00:00+05:00",
            "9999-12-31T23:59:59-05:00",
            "9999-12-31T23:59:59.999999Z",
            "1960-01-01T00:00:00.000Z",
            "2026-11-20T09:15:00.Z",
            "2026-11-20T24:00:00Z",
            "2026-02-30T00:00:00Z",
            "2026-11-20T09:15Z",
            "2026-11-20",
            "",
        ]
    ),
)
COUNTS = st.integers(0, 10**20).map(lambda n: Number(str(n))) | st.sampled_from(
    [Number("1.0"), Number("-0"), Number("-3"), "4", None, True]
)


@st.composite
def ledger_rows(draw: st.DrawFn) -> Json:
    """An answer whose known fields hold all sorts of things, in any order, beside unknown ones."""

    def section(names: list[str], of: st.SearchStrategy[Json]) -> Json:
        keys = draw(st.lists(st.sampled_from(names), unique=True))
        return {key: draw(of | VALUES) for key in keys}

    counts = ["pending", "running", "completed", "skipped", "failed", "other"]
    times = ["createdAt", "startedAt", "completedAt", "cancelledAt", "updatedAt", "other"]
    run: dict[str, Json] = {
        "id": draw(TEXTS),
        "status": draw(st.sampled_from(["running", "paused", "\x00", None]) | VALUES),
        "scope": {"resolvedCount": draw(COUNTS), "counts": section(counts, COUNTS)},
        "timing": section(times, INSTANTS),
        "run.status": draw(VALUES),
        "extra": draw(MARK_LIKE | LONG),
    }
    keys = draw(st.permutations(list(run)))
    return {"run": {key: run[key] for key in keys}, "beside": draw(MARK_LIKE)}


class Shelf:
    """Parts by digest, each text once."""

    def __init__(self) -> None:
        self.texts: dict[bytes, str] = {}

    def pack(self, value: Json) -> str:
        """The template of an answer, read as its text."""
        reading = Sections(CostRules()).read(to_text(value).encode(), run_id=id_of(value))
        assert isinstance(reading, Reading)
        self.texts |= {part.digest: part.text for part in reading.parts}
        return reading.template.text


def id_of(value: Json) -> str:
    run = value["run"] if isinstance(value, dict) else None
    served = run.get("id") if isinstance(run, dict) else None
    return served if isinstance(served, str) else ""


def columns_of(value: Json) -> dict[str, Any]:
    run = value.get("run") if isinstance(value, dict) else None
    row = parse_row(run if isinstance(run, dict) else {})
    return {name: getattr(row, name) for name in MOVING}


def assert_given_back(value: Json) -> None:
    shelf = Shelf()
    template = shelf.pack(value)
    back = unpack(template, columns_of(value), shelf.texts.__getitem__)
    assert back == to_text(value)
    assert same(parse_json(back), value)


@pytest.mark.slow
@given(ledger_rows())
def test_any_answer_is_given_back(value: Json) -> None:
    """Whatever stands in the known fields and beside them comes back to the letter, keys in their order."""
    assert_given_back(value)


@given(VALUES | MARK_LIKE)
@example({"$part": Number("1")})
@example({"$column": "leads_total"})
@example({"$served": {"$served": {"$part": Number("1")}}})
@example({"run": {"status": {"$column": "status"}}})
@example({"run": {"timing": {"updatedAt": {"$column": "updated_at.3"}}}})
@example([{"$part": "x" * PART_FROM}])
def test_what_looks_like_a_mark_is_given_back(value: Json) -> None:
    """A served object that reads as one of our references is kept apart from them."""
    assert_given_back({"run": {"x": value, "scope": value, "timing": {"createdAt": value}}})
    assert_given_back({"run": {}, "beside": value})
    assert_given_back({"run": value if isinstance(value, dict) and "id" not in value else {}})


@given(INSTANTS, st.sampled_from(["createdAt", "updatedAt", "completedAt"]))
def test_every_spelling_of_an_instant_is_given_back(text: str, field: str) -> None:
    """The column stands in only where it gives the spelling back to the letter."""
    assert_given_back({"run": {"timing": {field: text}}})


@pytest.mark.parametrize("path", sample_paths(), ids=lambda path: path.stem)
def test_every_sample_is_given_back(path: Any) -> None:
    """Each known document of the ledger comes back equal."""
    assert_given_back(parse_json(sample_body(path)))


def test_the_deepest_answer_is_given_back() -> None:
    """An answer as deep as may be, each level of it looking like a mark, survives."""
    begin = '{"run":{"x":' + '{"$served":' * (DEEPEST - 2)
    assert_given_back(parse_json(begin + "1" + "}" * DEEPEST))
    begin = '{"run":{"x":' + "[" * (DEEPEST - 2) + '"' + "x" * PART_FROM
    assert_given_back(parse_json(begin + '"' + "]" * (DEEPEST - 2) + "}}"))


def test_columns_stand_in_for_what_they_hold() -> None:
    """Status, counts and instants in the usual spellings are not written again."""
    body = {
        "run": {
            "status": "running",
            "scope": {"counts": {"pending": 1, "running": None}},
            "timing": {
                "createdAt": "2026-11-20T09:15:00.120Z",
                "startedAt": "2026-11-20T09:15:04Z",
            },
        }
    }
    shelf = Shelf()
    template = json.loads(shelf.pack(parse_json(json.dumps(body))))
    assert template["run"]["status"] == {"$column": "status"}
    created, started = {"$column": "created_at.3"}, {"$column": "started_at.0"}
    assert template["run"]["timing"] == {"createdAt": created, "startedAt": started}
    assert list(template["run"]["scope"]) == ["$part"]
    pending, running = {"$column": "leads_pending"}, {"$column": "leads_running"}
    (scope,) = shelf.texts.values()
    assert json.loads(scope) == {"counts": {"pending": pending, "running": running}}


def test_states_that_differ_in_columns_share_template_and_parts() -> None:
    """Two polls of a moving run are one template and one part: only the columns differ."""
    shelf = Shelf()

    def poll(done: int) -> Json:
        run = {
            "status": "running",
            "scope": {
                "requested": {"leadIds": [f"ld_{n}" for n in range(50)]},
                "resolvedCount": 50,
                "counts": {"completed": done, "pending": 50 - done},
            },
            "timing": {"updatedAt": f"2026-11-20T09:15:{done:02}.000Z"},
        }
        return parse_json(json.dumps({"run": run}))

    templates = {shelf.pack(poll(done)) for done in range(50)}
    assert len(templates) == 1
    assert sum("ld_49" in text for text in shelf.texts.values()) == 1
    assert len(shelf.texts) <= 3


def test_short_values_stay_where_they_are() -> None:
    """A value shorter than a reference with its part's row is written out."""
    shelf = Shelf()
    shelf.pack({"run": {"x": "y" * (PART_FROM - 3)}})
    assert not shelf.texts
    shelf.pack({"run": {"x": "y" * (PART_FROM - 2)}})
    assert list(shelf.texts.values()) == [f'"{"y" * (PART_FROM - 2)}"']
