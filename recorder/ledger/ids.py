"""Run ids and labels as other programs write them: in lines, as arguments, in exports.

Invariant: a line gives an id, nothing (it is blank, or a comment), or an error that says why.
"""

from collections.abc import Iterable, Iterator

from recorder.ledger.body import quoted
from recorder.ledger.jsontext import Json, JsonTextError, parse_json
from recorder.ledger.readable import UNSTORABLE
from recorder.ledger.refusals import Refusals

LONGEST = 512
"""Characters that an id, a label's key or a label's value has at most."""

_KEYS = (("enrichmentRunId",), ("runId",), ("run", "id"), ("id",))
_BYTE_ORDER_MARK = "\ufeff"


class RunIdError(ValueError):
    """The text holds no run id; the message says why."""


class LabelError(ValueError):
    """The text is no label; the message says why."""


def run_id_of_line(line: bytes) -> str | None:
    """Return the run id of one line; None for a blank line or a comment.

    A line that starts with `{` is a JSON object whose id is its `enrichmentRunId`, `runId`, `run.id` or `id`, in that
    order. One that starts with `"` is a JSON string, one that starts with `#` a comment. Any other line is an id, which
    has no white space within.

    Args:
        line: UTF-8; a byte order mark at its beginning is no part of the id.

    Raises:
        RunIdError: not UTF-8, JSON without an id, white space within an id, or an id that cannot be kept.
    """
    try:
        text = line.decode().strip().removeprefix(_BYTE_ORDER_MARK).strip()
    except UnicodeDecodeError as error:
        raise RunIdError(f"not UTF-8: {error.reason} at byte {error.start}") from error
    if not text or text.startswith("#"):
        return None
    if text.startswith(("{", '"')):
        return checked_run_id(_from_json(text))
    if any(map(str.isspace, text)):
        raise RunIdError(f"{quoted(text)} is no id: it holds white space")
    return checked_run_id(text)


def run_ids_of_lines(
    lines: Iterable[bytes], refusals: Refusals, *, first: int = 1
) -> Iterator[str]:
    """Yield the run ids of lines; refuse each line that is wrong.

    Args:
        lines: as `run_id_of_line` takes them.
        refusals: reports the lines that are wrong.
        first: the number of the first line.
    """
    for number, line in enumerate(lines, first):
        try:
            run_id = run_id_of_line(line)
        except RunIdError as error:
            refusals.add(number, error)
        else:
            if run_id is not None:
                yield run_id


def checked_run_id(run_id: str) -> str:
    """Return the run id unchanged.

    Raises:
        RunIdError: it is empty, too long, or holds a character that no database keeps.
    """
    if not run_id:
        raise RunIdError("an empty run id")
    if why := _unstorable(run_id):
        raise RunIdError(f"run id {quoted(run_id)} {why}")
    return run_id


def checked_label(key: str, value: str) -> tuple[str, str]:
    """Return the label unchanged, as key and value.

    Raises:
        LabelError: its key is empty, or one of the two is too long or holds a character that no database keeps.
    """
    if not key:
        raise LabelError("a label without a key: write key=value")
    for name, text in (("key", key), ("value", value)):
        if why := _unstorable(text):
            raise LabelError(f"label {name} {quoted(text)} {why}")
    return key, value


def _unstorable(text: str) -> str | None:
    if len(text) > LONGEST:
        return f"has {len(text):,} characters: at most {LONGEST} are kept"
    if UNSTORABLE.search(text):
        return "holds a character that cannot be kept"
    return None


def _from_json(text: str) -> str:
    try:
        value = parse_json(text)
    except JsonTextError as error:
        raise RunIdError(str(error)) from error
    if isinstance(value, str):
        return value
    for path in _KEYS:
        found: Json = value
        for step in path:
            found = found.get(step) if isinstance(found, dict) else None
        if isinstance(found, str) and found:
            return found
    raise RunIdError("JSON without enrichmentRunId, runId, run.id or id")
