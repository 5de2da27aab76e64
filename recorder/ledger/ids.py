"""Run ids out of lines that other programs write.

Invariant: pure; a line gives an id, nothing (it is blank), or the reason why it gives none.
"""

from recorder.ledger.jsontext import Json, JsonTextError, parse_json

_KEYS = (("enrichmentRunId",), ("runId",), ("run", "id"), ("id",))


class RunIdError(ValueError):
    """The line holds no run id; the message says why."""


def run_id_of_line(line: str) -> str | None:
    """The run id of one line; None for a blank one.

    A line that starts with `{` is JSON that holds an id (`enrichmentRunId`, `runId`, `run.id` or `id`, in that
    order), any other line is an id.

    Raises:
        RunIdError: JSON without an id, or an id that cannot be kept.
    """
    text = line.strip()
    if not text:
        return None
    return checked_run_id(_from_json(text) if text.startswith("{") else text)


def checked_run_id(run_id: str) -> str:
    """The id itself.

    Raises:
        RunIdError: it is empty, or holds a character that no database keeps.
    """
    if not run_id:
        raise RunIdError("an empty run id")
    if any(char == "\0" or "\ud800" <= char <= "\udfff" for char in run_id):
        raise RunIdError(f"run id {run_id!a} holds a character that cannot be kept")
    return run_id


def _from_json(text: str) -> str:
    try:
        value = parse_json(text)
    except JsonTextError as error:
        raise RunIdError(str(error)) from error
    for path in _KEYS:
        found: Json = value
        for step in path:
            found = found.get(step) if isinstance(found, dict) else None
        if isinstance(found, str) and found:
            return found
    raise RunIdError("JSON without enrichmentRunId, runId, run.id or id")
