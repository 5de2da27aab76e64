"""The answers that the sandbox gives: status, headers and body, before anything is sent.

Invariant: a reply is a value; its body is exactly what goes over the wire.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from recorder.ledger.jsontext import Json, JsonTextError, parse_json

JSON_TYPE = "application/json; charset=utf-8"
NO_HEADERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer; `Date`, `Content-Length` and a missing `Content-Type` are added when it is sent."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: NO_HEADERS)
    body: bytes = b""


def json_reply(status: int, value: object, headers: Mapping[str, str] = NO_HEADERS) -> Reply:
    """Return a reply whose body is compact JSON."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Reply(status=status, headers=headers, body=text.encode())


def error_reply(
    status: int, code: str, message: str, headers: Mapping[str, str] = NO_HEADERS
) -> Reply:
    """Return a reply in the API's error shape."""
    return json_reply(status, {"error": {"code": code, "message": message}}, headers)


def not_found() -> Reply:
    """Return a 404: the run does not exist for the user of this key."""
    return error_reply(404, "run_not_found", "Enrichment Run not found")


def unauthorized() -> Reply:
    """Return a 401: the key is missing or unknown."""
    challenge = {"WWW-Authenticate": "Bearer"}
    return error_reply(401, "unauthorized", "Missing or invalid API key", challenge)


def run_of(body: bytes) -> dict[str, Json] | None:
    """Return the `run` object of a body, or None where there is none."""
    try:
        value = parse_json(body)
    except JsonTextError:
        return None
    run = value.get("run") if isinstance(value, dict) else None
    return run if isinstance(run, dict) else None
