"""A run's snapshots and the changes of each, as lines of text and as cells.

Invariant: an absent field differs from one that is null; served text is shown, not obeyed. Pure.
"""

from collections.abc import Iterable, Iterator
from datetime import tzinfo
from typing import Final

from recorder.analysis.value_texts import instant_text
from recorder.cli.terminal import display_width, shorten, visible
from recorder.history.changes import Absent, Change
from recorder.humanize import counted, from_to
from recorder.instants import datetime_of
from recorder.ledger.jsontext import Json, to_text
from recorder.queries import HistoryStep

COLUMNS: Final = ("seq", "first_seen_at", "last_seen_at", "n_polls", "digest", "status", "changes")

_MARGIN = "    "
_ARROW = " -> "
_LONGEST = 200
_USEFUL = 24  # columns that two values need to be worth a common line


def step_cells(step: HistoryStep) -> dict[str, object]:
    """Return the cells of one snapshot; a change lacks the side on which the field is absent."""
    state = step.state
    return {
        "seq": state.seq,
        "first_seen_at": datetime_of(state.first_seen_at),
        "last_seen_at": datetime_of(state.last_seen_at),
        "n_polls": state.n_polls,
        "digest": state.digest,
        "status": state.status,
        "changes": [_change_cells(change) for change in step.changes],
    }


def _change_cells(change: Change) -> dict[str, Json]:
    sides = {"before": change.before, "after": change.after}
    known = {side: value for side, value in sides.items() if not isinstance(value, Absent)}
    return {"path": change.path} | known


def step_lines(steps: Iterable[HistoryStep], *, width: int, tz: tzinfo) -> Iterator[str]:
    """Yield the lines of the snapshots, each with its changes below, at most `width` columns wide."""
    for step in steps:
        yield shorten(_heading(step, tz), width)
        for change in step.changes:
            yield from (_MARGIN + line for line in _change_lines(change, width - len(_MARGIN)))


def format_step(step: HistoryStep) -> dict[str, object]:
    """Return the cells of one snapshot, its changes in one text."""
    lines = (line.strip() for change in step.changes for line in _change_lines(change, _LONGEST))
    return step_cells(step) | {"changes": "; ".join(lines) or "first seen"}


def _heading(step: HistoryStep, tz: tzinfo) -> str:
    state = step.state
    first, last = (
        instant_text(datetime_of(at), tz) for at in (state.first_seen_at, state.last_seen_at)
    )
    known = f", first seen: {visible(state.status or 'no status')}" if state.seq == 1 else ""
    return f"#{state.seq}  {from_to(first, last)}, {counted(state.n_polls, 'poll')}{known}"


def _change_lines(change: Change, width: int) -> list[str]:
    """Return `path: before -> after` in one line, or in three where one would cut too much."""
    path = shorten(visible(change.path), width - 1)
    sides = [_value(change.before), _value(change.after)]
    room = width - display_width(path) - len(": ") - len(_ARROW)
    whole = sum(map(display_width, sides))
    if whole <= room or room >= _USEFUL:
        before, after = _fit(sides, room)
        return [f"{path}: {before}{_ARROW}{after}"]
    inside = width - len(_MARGIN)
    before, after = sides
    return [
        f"{path}:",
        f"    {shorten(before, inside)}",
        f" {_ARROW.strip()} {shorten(after, inside)}",
    ]


def _fit(sides: list[str], room: int) -> tuple[str, str]:
    """Return both texts cut to the room; a short one leaves its share to the other."""
    before, after = sides
    half = room // 2
    left = max(half, room - display_width(after))
    before = shorten(before, left)
    return before, shorten(after, room - display_width(before))


def _value(value: Json | Absent) -> str:
    return "absent" if isinstance(value, Absent) else visible(to_text(value))
