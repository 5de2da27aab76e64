"""The live views of runs: a table with progress bars on a terminal, plain lines elsewhere.

Invariant: a table has no more lines than the terminal; elsewhere a run gets a line only when its status or note changes.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from typing import Self, TextIO

from rich.console import Console, ConsoleDimensions, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Column, Table
from rich.text import Text

from recorder.cli.live_rows import LiveRow, LiveRows
from recorder.cli.streams import can_draw, notify, without_echo
from recorder.cli.terminal import display_width, fold, visible

_LEAST_ROWS = 3
_AROUND = 5  # lines of a terminal that are no runs
_BAR = 8  # columns
_ID_AT_MOST = 36  # a UUID
_ESSENTIAL = {"status": 9, "": 7, "left": 16}
_USEFUL = {"age": 9, "leads": _BAR, "seen": 5, "cost": 11}
"""The widths of the columns between run and note, in the order of their importance."""

_ORDER = ("run", "status", "leads", "", "age", "left", "seen", "cost", "note")
_LEFT_AT_LENGTH = 40  # columns of "about 12 m 20 s (10 m 20 s to 14 m 40 s)"
_LEAST_NOTE, _NOTE = 8, 10  # columns
_HEADLINE_EVERY_S = 3.0
_NUMBERS = ("", "age", "seen", "cost")
_STYLES = {"completed": "green", "failed": "red", "cancelled": "yellow", "running": "cyan"}


class View(AbstractContextManager["View", None]):
    """A place where runs are shown, as a context manager; this one shows none.

    Args:
        out: the stream.
    """

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def room(self) -> int:
        """Return how many runs can be shown."""
        return 0

    def show(self, runs: LiveRows) -> None:
        """Show the runs in place of those before."""

    def notify(self, message: str) -> None:
        """Print a message on stderr."""
        notify(message)

    def __exit__(self, *_: object) -> None:
        """End, and leave what was shown last."""


def open_view(out: TextIO, *, most: int | None = None, brief: bool = False) -> View:
    """Return the view that fits the stream.

    Args:
        out: the stream.
        most: at most so many runs in a table; None: as many as the terminal has room for.
        brief: where no table is drawn, show the headline every few seconds instead of the runs.
    """
    if can_draw(out):
        return LiveTable(out, most=most)
    return Headlines(out) if brief else PlainLines(out)


class PlainLines(View):
    """A view of one line a run, whenever its status or note changes."""

    def __init__(self, out: TextIO) -> None:
        super().__init__(out)
        self._last: dict[tuple[str, str], tuple[str, str]] = {}

    def room(self) -> int:
        """Return more than any store shows: every run has its line."""
        return 100_000

    def show(self, runs: LiveRows) -> None:
        """Write a line for each run that has changed."""
        for row in runs.rows:
            state = (row.status, row.note)
            if self._last.get(row.key) != state:
                self._last[row.key] = state
                self._out.write(plain_line(row) + "\n")
        self._out.flush()


def plain_line(row: LiveRow) -> str:
    """Return a run in one line."""
    leads = "" if row.total is None else f" {row.done}/{row.total} leads"
    note = f": {row.note}" if row.note else ""
    return f"{row.run_id} {row.status}{leads}, {row.age}{note}"


class Headlines(View):
    """A view of the headline alone, every few seconds if it has changed.

    Args:
        out: the stream.
        clock: a steady clock, in seconds.
    """

    def __init__(self, out: TextIO, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(out)
        self._clock = clock
        self._last = ""
        self._next_at = clock()

    def show(self, runs: LiveRows) -> None:
        """Write the headline, if it is time and it has changed."""
        if self._clock() >= self._next_at and runs.headline != self._last:
            self._last = runs.headline
            self._next_at = self._clock() + _HEADLINE_EVERY_S
            self._out.write(runs.headline + "\n")
            self._out.flush()


class LiveTable(View):
    """A view that is a table, drawn over itself.

    Args:
        out: a terminal.
        most: at most so many runs; None: as many as there is room for.
        transient: whether it is gone at the end.
    """

    def __init__(self, out: TextIO, *, most: int | None, transient: bool = False) -> None:
        super().__init__(out)
        self._console = Console(file=out, highlight=False, markup=False, emoji=False)
        self._live = Live(console=self._console, auto_refresh=False, transient=transient)
        self._ends = ExitStack()
        self._most = most
        self._id_width = 0
        self._has_left = False
        self._drawn: tuple[LiveRows, ConsoleDimensions] | None = None

    def room(self) -> int:
        """Return how many lines the terminal has for runs, at most `most`."""
        free = max(self._console.size.height - _AROUND, _LEAST_ROWS)
        return free if self._most is None else min(free, self._most)

    def show(self, runs: LiveRows) -> None:
        """Draw the table over the one before."""
        size = self._console.size
        if (runs, size) == self._drawn:
            return
        if self._drawn is not None and size != self._drawn[1]:
            self._begin_anew()
        self._drawn = runs, size
        # Both only grow, so that the other columns stay where they are.
        self._id_width = max(self._id_width, *(display_width(row.run_id) for row in runs.rows), 3)
        self._has_left |= any(row.left for row in runs.rows)
        width = size.width
        widths = _widths(width, min(self._id_width, _ID_AT_MOST), has_left=self._has_left)
        rows, notes = _fit(runs.rows, self.room(), width=width, note_room=widths["note"])
        parts: list[RenderableType] = [Text(runs.headline, style="bold")]
        if rows:
            parts.append(_table(rows, widths))
        parts += [Text(note, style="red", no_wrap=True) for note in notes]
        if more := runs.more + len(runs.rows) - len(rows):
            parts.append(Text(f"and {more} more", style="dim"))
        self._live.update(Group(*parts), refresh=True)

    def _begin_anew(self) -> None:
        """Clear the terminal: where its width has changed, the lines of the last table are broken anew."""
        self._live.stop()
        self._console.clear()
        self._live.start()

    def notify(self, message: str) -> None:
        """Print a message above the table, broken at blanks where it is wider than the terminal."""
        for part in fold(visible(message), self._console.width):
            self._console.print(part, style="yellow", soft_wrap=True)

    def __enter__(self) -> Self:
        self._ends.enter_context(without_echo(self._out))
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()
        self._ends.close()


def _fit(
    rows: Sequence[LiveRow], room: int, *, width: int, note_room: int
) -> tuple[list[LiveRow], list[str]]:
    """Return the rows that fit, and in full each alarming note that its column would cut."""
    shown: list[LiveRow] = []
    notes: list[str] = []
    for row in rows:
        is_cut = row.alarming and display_width(row.note) > note_room
        below = list(fold(f"{row.run_id}: {row.note}", width)) if is_cut else []
        if shown and len(shown) + len(notes) + 1 + len(below) > room:
            break
        shown.append(row)
        notes += below
    return shown, notes


def _widths(width: int, id_width: int, *, has_left: bool) -> dict[str, int]:
    """Return the width of each column that is shown, by its title, for a terminal of that width."""
    least = _total({"status": _ESSENTIAL["status"], "": _ESSENTIAL[""], "note": _LEAST_NOTE})
    shown = {"run": max(min(id_width, width - least), len("run"))}
    for title, columns in (_ESSENTIAL | _USEFUL).items():
        note = _LEAST_NOTE if title in _ESSENTIAL else _NOTE
        if title == "left" and not has_left:
            continue
        if _total(shown) + columns + 1 + note > width:
            break
        shown[title] = columns
    at_length = shown | {"left": _LEFT_AT_LENGTH}
    if {"left", "cost"} <= shown.keys() and _total(at_length) + _NOTE <= width:
        shown = at_length
    return shown | {"note": max(width - _total(shown), 0)}


def _total(widths: Mapping[str, int]) -> int:
    """Return the columns that these take, each with a blank after it."""
    return sum(columns + 1 for columns in widths.values())


def _table(rows: Sequence[LiveRow], widths: Mapping[str, int]) -> Table:
    """Return the table; its columns have fixed widths, so that nothing moves sideways."""
    titles = [title for title in _ORDER if title in widths]
    columns = [
        Column(
            title,
            width=widths[title],
            justify="right" if title in _NUMBERS else "left",
            no_wrap=True,
        )
        for title in titles
    ]
    table = Table(*columns, box=None, pad_edge=False, padding=(0, 1, 0, 0), expand=True)
    for row in rows:
        cells = _cells(row, briefly=widths.get("left") != _LEFT_AT_LENGTH)
        table.add_row(*(cells[title] for title in titles))
    return table


def _cells(row: LiveRow, *, briefly: bool) -> dict[str, RenderableType]:
    """Return the cells of a row by the title of their column."""
    style = _STYLES.get(row.status, "")
    return {
        "run": Text(row.run_id),
        "status": Text(row.status, style=style),
        "leads": _bar(row, style),
        "": Text("" if row.total is None else f"{row.done}/{row.total}"),
        "age": Text(row.age),
        "left": Text(row.left_briefly if briefly else row.left),
        "seen": Text(row.seen, style="dim"),
        "cost": Text(row.cost),
        "note": Text(row.note, style="red" if row.alarming else "dim"),
    }


def _bar(row: LiveRow, style: str) -> RenderableType:
    if not row.total:
        return Text("")
    return ProgressBar(
        total=row.total,
        completed=min(row.done, row.total),
        width=_BAR,
        complete_style=style or "cyan",
        finished_style=style or "cyan",
    )
