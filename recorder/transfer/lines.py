"""One line of NDJSON: an answer as it was observed, or a run as a store tracked it.

    {"observed_at", "source"?, "run_id"?, "status_code"?, "body": {"run": ...}}     an export adds:
        "base_url", "outcome", "latency_ms", "detail"; for a rejected body "body_base64", "body_length", "body_sha256"
    {"tracked_at", "source"?, "base_url"?, "run_id", "resumed_at"?, "untracked_at"?, "labels"?}

Invariants: a body's JSON value stays exact, every number with its literal; a line gives a value or a `LineError`.
"""

import base64
import binascii
from collections.abc import Mapping
from functools import lru_cache
from typing import TypeAlias

from msgspec import Struct

from recorder.base_url import parse_base_url
from recorder.errors import SettingError
from recorder.history.export_record import StoredAnswer, TrackedRun
from recorder.instants import iso, parse_instant
from recorder.ledger.answer import OK, Answer, Outcome, outcome_of_status
from recorder.ledger.ids import LabelError, RunIdError, checked_label, checked_run_id
from recorder.ledger.jsontext import DEEPEST, Json, JsonTextError, Number, parse_json, to_text
from recorder.ledger.readable import storable
from recorder.ledger.sections import slices_of
from recorder.ledger.target import Target
from recorder.settings.raw_setting import RawSetting, parse_name

Fields: TypeAlias = Mapping[str, Json]

_QUOTE = ord('"')
_STATUSES = range(100, 1000)
_WORDS = {outcome.word: outcome for outcome in Outcome}


class LineError(ValueError):
    """The line cannot be imported; the message says why."""


class ImportLine(Struct, frozen=True, kw_only=True):
    """The content of one line.

    Attributes:
        record: an answer, or a run.
        base_url: the base URL that the line states for its source, or None.
    """

    record: Answer | TrackedRun
    base_url: str | None


def parse_line(line: bytes, *, source: str) -> ImportLine:
    """Return the content of one line.

    Args:
        line: JSON, UTF-8.
        source: the source of a line that names none.

    Raises:
        LineError: the line is no JSON object, or a field is missing or wrong.
    """
    try:
        fields, body = _fields(line)
        is_run = "tracked_at" in fields and "observed_at" not in fields
        record = _tracked(fields, source) if is_run else _answer(fields, body, source)
        return ImportLine(record=record, base_url=_base_url(fields))
    except (JsonTextError, LabelError, RunIdError, SettingError) as error:
        raise LineError(str(error)) from error


def _fields(line: bytes) -> tuple[Fields, bytes | None]:
    """Return the members of a line without its body, and the text of the body."""
    members = slices_of(line)
    if members is not None:
        texts = {name: bytes(raw) for name, raw in members.items()}
        body = texts.pop("body", b"null")
        return {name: _value(text) for name, text in texts.items()}, _served(body)
    fields = parse_json(line, deepest=DEEPEST + 1)
    if not isinstance(fields, dict):
        raise LineError("not a JSON object")
    return fields, _served(to_text(fields.pop("body", None)).encode())


def _value(text: bytes) -> Json:
    """Return the value of a member; the strings and numbers of nearly all lines without a parser."""
    # The cutter has taken only JSON: digits have no zero in front, and strings no control characters.
    if text.isdigit():
        return Number(text.decode())
    if text[0] == _QUOTE and b"\\" not in text:
        inner = text[1:-1].decode()
        if inner.isprintable():
            return inner
    return parse_json(text)


def _served(body: bytes) -> bytes | None:
    return None if body == b"null" else body


def _tracked(fields: Fields, source: str) -> TrackedRun:
    labels = fields.get("labels") or {}
    if not isinstance(labels, dict):
        raise LineError("labels: not an object")
    return TrackedRun(
        source=_source(fields, source),
        base_url=_base_url(fields),
        run_id=checked_run_id(_text(fields, "run_id") or ""),
        tracked_at=_instant(fields, "tracked_at"),
        resumed_at=_instant_or_none(fields, "resumed_at"),
        untracked_at=_instant_or_none(fields, "untracked_at"),
        labels=dict(checked_label(key, _text(labels, key) or "") for key in labels),
    )


def _answer(fields: Fields, served: bytes | None, source: str) -> Answer:
    observed_at = _instant(fields, "observed_at")
    body = served if served is not None else _encoded_body(fields)
    status = _status(fields)
    return Answer(
        source=_source(fields, source),
        target=Target(_run_id(fields, served)),
        observed_at=observed_at,
        outcome=_outcome(fields, status, has_body=body is not None),
        http_status=status,
        latency_ms=_count(fields, "latency_ms"),
        body=body or b"",
        body_length=_count(fields, "body_length") or len(body or b""),
        body_sha256=_sha256(fields),
        detail=storable(_text(fields, "detail") or "") or None,
    )


def _outcome(fields: Fields, status: int | None, *, has_body: bool) -> Outcome | None:
    """Return the outcome of an answer; None for a 200, whose body decides."""
    by_status = outcome_of_status(status)
    word = _text(fields, "outcome")
    if word is not None and word not in _WORDS:
        raise LineError(f"outcome {word!r}: not one of {', '.join(_WORDS)}")
    stated = _WORDS[word] if word is not None else by_status
    if stated is not None and not stated.is_row:
        return stated
    if by_status is not None:
        raise LineError(f"outcome {word!r} with status_code {status}")
    if not has_body:
        raise LineError("no body: what the API answered, {'run': {...}}")
    return None


def _encoded_body(fields: Fields) -> bytes | None:
    text = _text(fields, "body_base64")
    try:
        return None if text is None else base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise LineError(f"body_base64: {error}") from error


def _run_id(fields: Fields, served: bytes | None) -> str:
    stated = _text(fields, "run_id")
    if stated is None:
        body = parse_json(served or b"null")
        run = body.get("run") if isinstance(body, dict) else None
        stated = _text(run, "id") if isinstance(run, dict) else None
    if stated is None:
        raise LineError("no run_id, and none in body.run.id")
    return checked_run_id(stated)


def _status(fields: Fields) -> int | None:
    if "status_code" not in fields:
        return OK
    status = _count(fields, "status_code")
    if status is not None and status not in _STATUSES:
        raise LineError(f"status_code {status}: no HTTP status")
    return status


def _source(fields: Fields, otherwise: str) -> str:
    stated = fields.get("source")
    return otherwise if stated is None else parse_name(RawSetting(name="source", content=stated))


def _base_url(fields: Fields) -> str | None:
    text = _text(fields, "base_url")
    try:
        return None if text is None else _known_base_url(text)
    except ValueError as error:
        raise LineError(f"base_url {text!r}: {error}") from error


@lru_cache(maxsize=64)  # that of a line before
def _known_base_url(text: str) -> str:
    return str(parse_base_url(text))


def _text(fields: Fields, name: str) -> str | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise LineError(f"{name}: not a text")
    return value


def _count(fields: Fields, name: str) -> int | None:
    value = fields.get(name)
    if value is None:
        return None
    number = value.integer() if isinstance(value, Number) else None
    if number is None or number < 0:
        raise LineError(f"{name}: not a whole number")
    return number


def _instant(fields: Fields, name: str) -> int:
    value = fields.get(name)
    if value is None:
        raise LineError(f"no {name}: when it was read, such as 2026-11-20T09:15:00Z")
    us = parse_instant(value) if isinstance(value, str) else None
    if us is None:
        raise LineError(f"{name}: not a time such as 2026-11-20T09:15:00Z")
    return us


def _instant_or_none(fields: Fields, name: str) -> int | None:
    return None if fields.get(name) is None else _instant(fields, name)


def _sha256(fields: Fields) -> bytes | None:
    text = _text(fields, "body_sha256")
    if text is None:
        return None
    try:
        digest = bytes.fromhex(text)
    except ValueError as error:
        raise LineError(f"body_sha256: {error}") from error
    if len(digest) != 32:  # noqa: PLR2004  # bytes of a SHA-256
        raise LineError("body_sha256: not 64 hexadecimal digits")
    return digest


def tracked_line(run: TrackedRun) -> str:
    """Return the line of a run."""
    fields: dict[str, Json] = {
        "tracked_at": iso(run.tracked_at),
        "source": run.source,
        "base_url": run.base_url,
        "run_id": run.run_id,
        "resumed_at": None if run.resumed_at is None else iso(run.resumed_at),
        "untracked_at": None if run.untracked_at is None else iso(run.untracked_at),
        "labels": dict(run.labels) or None,
    }
    return to_text({name: value for name, value in fields.items() if value is not None})


def answer_line(run: TrackedRun, answer: StoredAnswer) -> str:
    """Return the line of a poll of a run, with its answer."""
    status, latency = answer.http_status, answer.latency_ms
    fields: dict[str, Json] = {
        "observed_at": iso(answer.polled_at),
        "source": run.source,
        "base_url": run.base_url,
        "run_id": run.run_id,
        "status_code": None if status is None else Number(str(status)),
        "outcome": answer.outcome.word,
    }
    if latency is not None:
        fields["latency_ms"] = Number(str(latency))
    if answer.detail is not None:
        fields["detail"] = answer.detail
    if answer.rejected_body is not None:
        fields["body_base64"] = base64.b64encode(answer.rejected_body.beginning).decode()
        fields["body_length"] = Number(str(answer.rejected_body.length))
        fields["body_sha256"] = answer.rejected_body.sha256.hex()
    text = to_text(fields)
    # The body as it was served, not parsed and written again.
    return text if answer.body is None else f'{text[:-1]},"body":{answer.body}}}'
