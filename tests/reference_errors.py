"""Error messages once more, slow and plain, from the documents that were served: for tests alone."""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC
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
    answers: Iterable[Answer], rows: Sequence[RunRow], by: Sequence[str] = ()
) -> list[Cells]:
    """A row a group and pattern; `rows`: those that the filters take, the answers those of the whole store."""
    seen = served(answers)
    sights: dict[str, list[int]] = {}
    for states in seen.values():
        for at, document in states:
            if message_of(document) is not None:
                sights.setdefault(pattern(message_of(document)), []).append(at)
    last = {run_id: message_of(states[-1][1]) for run_id, states in seen.items()}
    table = []
    for key, members in grouped(rows, by, UTC).items():
        failed = [row for row in members if last.get(row.run_id) is not None]
        for word in {pattern(last[row.run_id]) for row in failed}:
            same = [row for row in failed if pattern(last[row.run_id]) == word]
            newest = max(same, key=lambda row: (row.created_at or row.tracked_at, row.run_id))
            table.append(
                dict(zip(by, key, strict=True))
                | {
                    "pattern": word,
                    "level": "run",
                    "runs": len(same),
                    "leads": None,
                    "share": len(same) / len(failed),
                    "first_seen_at": datetime_of(min(sights[word])),
                    "last_seen_at": datetime_of(max(sights[word])),
                    "slugs": _listed({row.slug for row in same}),
                    "versions": _listed({row.version for row in same}),
                    "example_run_id": newest.run_id,
                    "example_trigger_run_id": newest.trigger_run_id,
                }
            )
    return table


def _listed(words: set[str | None]) -> str | None:
    known = [word for word in words if word is not None]
    return ",".join(sorted(known, key=lambda w: (not w.isdigit(), w.zfill(9)))) or None
