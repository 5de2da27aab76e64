"""Any ledger row becomes typed columns; what could not be read is named, nothing is guessed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsons import OBJECTS, VALUES
from stores import SAMPLES, sample_body, sample_paths

from recorder.instants import iso
from recorder.ledger.body import Body, read_body
from recorder.ledger.cost import Amount, CostRules
from recorder.ledger.jsontext import Json, Number, parse_json
from recorder.ledger.readable import storable
from recorder.ledger.row import FIELDS, LedgerRow, parse_row
from recorder.sandbox import SimulatedPopulation
from recorder.sandbox.run_document import document

CREDITS = (8_000_000, "credits")
USUAL = {
    "mode": "persisted",
    "enrichment_id": "enr_work_email",
    "slug": "work_email",
    "version": "3",
    "scope_type": "explicit_leads",
    "list_id": None,
    "leads_total": 4,
    "output_target": "lead_attribute",
    "output_attribute_key": "work_email",
    "write_policy": "overwrite",
    "persist_results": True,
    "trigger_run_id": "run_cm3x9",
    "correlation_id": "cor_7f1",
    "error_message": None,
    "error_details": None,
    "created_at": "2026-11-20T09:15:00.120000Z",
    "oddities": (),
}
SAID: dict[str, dict[str, Any]] = {
    "01-pending": {"status": "pending", "started_at": None, "preview": CREDITS},
    "02-running": {
        "status": "running",
        "leads": (1, 1, 2, 0, 0),
        "started_at": "2026-11-20T09:15:04.500000Z",
        "completed_at": None,
    },
    "03-completed": {
        "status": "completed",
        "leads": (0, 0, 3, 0, 1),
        "preview": CREDITS,
        "actual": (6_000_000, "credits"),
        "completed_at": "2026-11-20T09:15:31.750000Z",
    },
    "04-failed-without-completed-at": {
        "status": "failed",
        "completed_at": None,
        "updated_at": "2026-11-20T09:16:00.000000Z",
        "error_message": "Provider quota exceeded (HTTP 429) for workspace 5521",
        "error_details": '{"provider":"findy","retryable":false}',
    },
    "05-cancelled-still-moving": {
        "status": "cancelled",
        "leads": (0, 1, 2, 1, 0),
        "cancelled_at": "2026-11-20T09:15:20.000000Z",
        "completed_at": "2026-11-20T09:15:20.000000Z",
    },
    "06-cost-numbers": {"preview": (8_000_000, None), "actual": (6_500_000, None)},
    "07-cost-strings": {"preview": (8_000_000, None), "actual": (6_500_000, None)},
    "08-cost-nested-usd": {
        "preview": (None, None),
        "actual": (300_000, "USD"),
        "oddities": ("cost.preview",),
    },
    "09-cost-unreadable": {
        "preview": (None, None),
        "actual": (None, None),
        "oddities": ("cost.preview", "cost.actual"),
    },
    "10-additive-fields": {"status": "completed", "leads": (0, 0, 3, 0, 1)},
    "11-unknown-status": {"status": "paused", "is_terminal": False},
    "12-sparse": {
        name: None for name in (*USUAL, "leads_failed", "updated_at") if name != "oddities"
    }
    | {"status": "running", "preview": (None, None)},
    "13-timestamp-spellings": {
        "created_at": "2026-11-20T09:15:00.000000Z",
        "started_at": "2026-11-20T09:15:04.123456Z",
        "completed_at": "2026-11-20T09:15:31.000000Z",
    },
    "14-clock-skew": {"started_at": "2026-11-20T09:14:58.000000Z"},
    "15-awkward-id": {"status": "completed", "error_message": "Überlauf \u2013 日本語 😀"},
    "16-zero-leads": {
        "scope_type": "list",
        "list_id": "lst_9",
        "leads_total": 0,
        "leads": (0, 0, 0, 0, 0),
        "preview": (0, None),
        "actual": (0, None),
    },
    "17-version-word": {"version": "2026-11-01"},
    "18-two-thousand-leads": {"leads_total": 2000, "preview": (4_000_000_000, "credits")},
}


def run_of(path: Path) -> dict[str, Json]:
    served = parse_json(sample_body(path))
    assert isinstance(served, dict)
    run = served["run"]
    assert isinstance(run, dict)
    return run


def shown(row: LedgerRow) -> dict[str, Any]:
    """The columns, instants as text, counts and costs together."""
    found: dict[str, Any] = {name: getattr(row, name) for name in row.__struct_fields__}
    instants = {name: at for name, at in found.items() if name.endswith("_at") and at is not None}
    found |= {name: iso(at) for name, at in instants.items()}
    words = ("pending", "running", "completed", "skipped", "failed")
    found["leads"] = tuple(found[f"leads_{word}"] for word in words)
    found["preview"] = (row.preview.micros, row.preview.unit)
    found["actual"] = (row.actual.micros, row.actual.unit)
    return found | {"is_terminal": row.is_terminal}


def test_the_samples_are_all_told_of() -> None:
    """Each known document has its expectations below."""
    assert [path.stem for path in sample_paths()] == sorted(SAID)


@pytest.mark.parametrize("path", sample_paths(), ids=lambda path: path.stem)
def test_a_sample_is_read(path: Path) -> None:
    """Every known document of the ledger yields the columns that a person reads from it."""
    row = shown(parse_row(run_of(path)))
    expected = USUAL | SAID[path.stem]
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize("path", sample_paths(), ids=lambda path: path.stem)
def test_a_sample_is_no_malformed_body(path: Path) -> None:
    """Every known document is a body that speaks of its run."""
    run_id = run_of(path)["id"]
    assert isinstance(run_id, str)
    assert isinstance(read_body(sample_body(path), run_id=run_id), Body)


def test_a_path_from_the_settings_reads_a_nested_cost() -> None:
    """What stands deeper is read where the settings say so, and is no oddity then."""
    rules = CostRules(preview_path="estimate.total")
    row = parse_row(run_of(SAMPLES / "08-cost-nested-usd.json"), rules)
    assert (row.preview.micros, row.preview.unit) == (400_000, "USD")
    assert row.oddities == ()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("status", Number("3")),
        ("status", {"word": "running"}),
        ("mode", True),
        ("enrichment.slug", []),
        ("enrichment.version", {"major": Number("3")}),
        ("enrichment.version", True),
        ("scope.resolvedCount", "4"),
        ("scope.resolvedCount", Number("4.0")),
        ("scope.counts.failed", Number("-1")),
        ("scope.counts.failed", Number("1000000000000000000")),
        ("output.persistResults", "yes"),
        ("timing.createdAt", Number("1763629200")),
        ("timing.createdAt", "yesterday"),
        ("timing.updatedAt", "0001-01-01T00:00:00+05:00"),
        ("error.message", {"text": "boom"}),
        ("cost.preview", []),
    ],
)
def test_what_cannot_be_read_is_null_and_named(path: str, value: Json) -> None:
    """A field of another type is null in its column, and its path is in the oddities."""
    *above, last = path.split(".")
    run: dict[str, Json] = {last: value}
    for name in reversed(above):
        run = {name: run}
    row = parse_row(run)
    assert row.oddities == (path,)
    (name,) = (field.name for field in FIELDS if field.path == path)
    assert getattr(row, name) in (None, Amount(present=True))


@pytest.mark.parametrize("section", ["enrichment", "scope", "output", "cost", "trigger", "timing"])
def test_a_section_of_another_type_is_named(section: str) -> None:
    """A list where an object should be is one oddity, not one a field."""
    assert parse_row({section: []}).oddities == (section,)
    assert parse_row({section: None}).oddities == ()
    assert parse_row({}).oddities == ()


@pytest.mark.parametrize("path", ["status", "slug", "version"])
def test_what_no_database_holds_is_replaced_and_named(path: str) -> None:
    """NUL and lone surrogates stand as U+FFFD in the column; the document keeps them."""
    run: dict[str, Json] = {"status": "a\x00b", "enrichment": {"slug": "\ud800", "version": "\x00"}}
    row = parse_row(run)
    assert (row.status, row.slug, row.version) == ("a\ufffdb", "\ufffd", "\ufffd")
    dotted = {"status": "status", "slug": "enrichment.slug", "version": "enrichment.version"}
    assert dotted[path] in row.oddities


def test_only_three_words_end_a_run() -> None:
    """completed, failed and cancelled; any other word, and none, is in flight."""
    ends = {
        word
        for word in ("completed", "failed", "cancelled")
        if parse_row({"status": word}).is_terminal
    }
    assert ends == {"completed", "failed", "cancelled"}
    for word in ("pending", "running", "paused", "Completed", "", None):
        assert not parse_row({"status": word}).is_terminal


KNOWN_FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "status": VALUES,
        "mode": VALUES,
        "enrichment": st.dictionaries(
            st.sampled_from(["id", "slug", "version", "snapshot"]), VALUES
        )
        | VALUES,
        "scope": st.dictionaries(
            st.sampled_from(["type", "listId", "resolvedCount", "counts"]),
            st.dictionaries(st.sampled_from(["pending", "running", "failed"]), VALUES) | VALUES,
        ),
        "cost": st.dictionaries(st.sampled_from(["preview", "actual"]), VALUES),
        "error": st.dictionaries(st.sampled_from(["message", "details"]), VALUES) | VALUES,
        "timing": st.dictionaries(
            st.sampled_from(["createdAt", "completedAt"]), VALUES | st.text()
        ),
    },
)


@pytest.mark.slow
@given(OBJECTS | KNOWN_FIELDS)
def test_reading_rows_is_total(run: dict[str, Json]) -> None:
    """Any JSON object yields a row that every database holds."""
    row = parse_row(run)
    for name in row.__struct_fields__:
        value = getattr(row, name)
        assert not isinstance(value, str) or storable(value) == value
        assert not isinstance(value, int) or abs(value) < 2**63
    for amount in (row.preview, row.actual):
        assert amount.unit is None or storable(amount.unit) == amount.unit


@pytest.mark.parametrize(
    ("served", "read"),
    [
        ("0001-01-01T00:00:00Z", None),
        ("1970-01-01T00:00:00.000Z", None),
        ("1999-12-31T23:59:59.999999Z", None),
        ("2000-01-01T01:59:59+02:00", None),
        ("2000-01-01T00:00:00Z", "2000-01-01T00:00:00.000000Z"),
        ("2199-12-31T23:59:59.999999Z", "2199-12-31T23:59:59.999999Z"),
        ("2200-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59Z", None),
    ],
)
def test_an_instant_that_other_programs_write_for_none_is_no_time(
    served: str, read: str | None
) -> None:
    """Before 2000 and from 2200 on every instant of `timing` is null, and named as unreadable."""
    names = {"created_at": "createdAt", "started_at": "startedAt", "completed_at": "completedAt"}
    names |= {"cancelled_at": "cancelledAt", "updated_at": "updatedAt"}
    row = parse_row({"timing": dict.fromkeys(names.values(), served)})
    for name, path in names.items():
        at = getattr(row, name)
        assert (None if at is None else iso(at)) == read
        assert (f"timing.{path}" in row.oddities) is (read is None)


NOT_A_COLUMN = {"id", "enrichment.snapshot", "scope.requested", "trigger.dispatchMetadata"}
"""Members of the published page that only the stored document has."""


def _members(value: Any, path: str = "") -> Iterator[str]:
    if path in {*NOT_A_COLUMN, *(field.path for field in FIELDS)} or not isinstance(value, dict):
        yield path
        return
    for key, member in value.items():
        yield from _members(member, f"{path}.{key}".strip("."))


def test_each_member_of_the_published_page_is_declared() -> None:
    """The declared paths are those that the local ledger serves over the lives of many runs."""
    population = SimulatedPopulation.generate(runs=30, seed=3, start_at=1_763_600_000_000_000)
    served = {
        path
        for run in population.runs
        for path in _members(document(run, (run.settled_at or run.created_at) + 1_000_000)["run"])
    }
    sections = {field.path.partition(".")[0] for field in FIELDS if "." in field.path}
    assert served - sections == NOT_A_COLUMN | {field.path for field in FIELDS}  # null: a section
