"""Error messages once more, slow and plain, from the documents that were served: for tests alone."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC
from types import MappingProxyType
from typing import Any

from reference import Cells, grouped

from recorder.analysis.rows import RunRow
from recorder.instants import datetime_of
from recorder.ledger.answer import Answer

PLAIN = (
    (r"\s+", " "),
    (r"""[A-Za-z][A-Za-z0-9+.-]*://[^\s"'<>)\]]+""", "<url>"),
    (r"""[^\s@<>"']+@[^\s@<>"']+\.[A-Za-z]{2,}""", "<mail>"),
    (r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d:?\d\d)?)?", "<time>"),
    (r'"[^"]*"', "<text>"),
    (r"`[^`]*`", "<text>"),
    (r"(?<!\w)'[^']*'(?!\w)", "<text>"),
    (r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}", "<id>"),
    (r"(?:\d{1,3}\.){3}\d{1,3}(:\d+)?", "<host>"),
    (r"(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(:\d+)?", "<host>"),
)
BEFORE_CODE = re.compile(r"(HTTP|http|[sS]tatus|Code|(^|[^A-Za-z])code)\W{0,3}$")


def pattern(message: str) -> str:
    """The rules one after the other, as they are written down."""
    text = message.strip()
    for rule, word in PLAIN:
        text = re.sub(rule, word, text)
    text = re.sub(r"[A-Za-z0-9_-]{8,}", _id, text)
    return re.sub(r"\d+([.,]\d+)*", _number, text)


def _id(found: re.Match[str]) -> str:
    return "<id>" if re.search("[A-Za-z]", found[0]) and re.search("[0-9]", found[0]) else found[0]


def _number(found: re.Match[str]) -> str:
    is_code = len(found[0]) == 3 and BEFORE_CODE.search(found.string[: found.start()])
    return found[0] if is_code else "<n>"


def served(answers: Iterable[Answer]) -> dict[str, list[tuple[int, dict[str, Any]]]]:
    """The ledger rows that each run was seen with, in order of time."""
    found: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for one in sorted(answers, key=lambda one: one.observed_at):
        if one.outcome is None:
            found.setdefault(one.run_id, []).append((one.observed_at, json.loads(one.body)["run"]))
    return found


def message_of(document: dict[str, Any]) -> Any:
    return (document.get("error") or {}).get("message")


def errors(
    answers: Iterable[Answer],
    rows: Sequence[RunRow],
    by: Sequence[str] = (),
    items: Mapping[str, tuple[int, list[str]]] = MappingProxyType({}),
) -> list[Cells]:
    """A row a group, level and pattern.

    `rows`: the runs that the filters take; the answers are those of the whole store, and so are the items: when they
    were captured, and the messages of those that have one, by run.
    """
    sights: dict[tuple[str, str], list[int]] = {}
    last: dict[tuple[str, str], list[str]] = {}
    for run_id, states in served(answers).items():
        for at, document in states:
            if message_of(document) is not None:
                sights.setdefault(("run", pattern(message_of(document))), []).append(at)
        final = message_of(states[-1][1])
        last["run", run_id] = [] if final is None else [pattern(final)]
    for run_id, (at, messages) in items.items():
        last["lead", run_id] = [pattern(message) for message in messages]
        for word in last["lead", run_id]:
            sights.setdefault(("lead", word), []).append(at)
    return [
        dict(zip(by, key, strict=True)) | cells
        for key, members in grouped(rows, by, UTC).items()
        for level in ("run", "lead")
        for cells in _rows(
            level, [(row, last.get((level, row.run_id), [])) for row in members], sights
        )
    ]


def _rows(
    level: str, words: list[tuple[RunRow, list[str]]], sights: dict[tuple[str, str], list[int]]
) -> Iterator[Cells]:
    everything = [word for _, of_run in words for word in of_run]
    for word in set(everything):
        same = [row for row, of_run in words if word in of_run]
        newest = max(same, key=lambda row: (row.created_at or row.tracked_at, row.run_id))
        yield {
            "pattern": word,
            "level": level,
            "runs": len(same),
            "leads": everything.count(word) if level == "lead" else None,
            "share": everything.count(word) / len(everything),
            "first_seen_at": datetime_of(min(sights[level, word])),
            "last_seen_at": datetime_of(max(sights[level, word])),
            "slugs": _listed({row.slug for row in same}),
            "versions": _listed({row.version for row in same}),
            "example_run_id": newest.run_id,
            "example_trigger_run_id": newest.trigger_run_id,
        }


def _listed(words: set[str | None]) -> str | None:
    known = [word for word in words if word is not None]
    return ",".join(sorted(known, key=lambda w: (not w.isdigit(), w.zfill(9)))) or None
