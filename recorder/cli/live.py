"""The live views of runs: a table with progress bars on a terminal, plain lines elsewhere.

Invariant: a table has no more lines than the terminal; elsewhere a run gets a line only when its status or note changes.
"""

import time
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from typing import Self, TextIO

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Column, Table
from rich.text import Text

from recorder.cli.live_rows import LiveRow, LiveRows
from recorder.cli.streams import without_echo
from recorder.cli.terminal import display_width, fold, visible

_LEAST_ROWS = 3
_AROUND = 5  # lines of a terminal that are no runs
_BAR = 8  # columns
_ID_AT_MOST = 36  # a UUID
_WIDE = 100  # columns, from which ids and costs are shown whole
_HEADLINE_EVERY_S = 3.0
_NUMBERS = ("", "age", "seen", "cost")
_STYLES = {"completed": "green", "failed": "red", "cancelled": "yellow", "running": "cyan"}


class View(AbstractContextManager["View", None]):
    """A place where runs are shown, as a context manager.

    Args:
        out: the stream.
        notify: prints a message.
    """

    def __init__(self, out: TextIO, *, notify: Callable[[str], None]) -> None:
        self._out = out
        self._notify = notify

    @abstractmethod
    def room(self) -> int:
        """Return how many runs can be shown."""

    @abstractmethod
    def show(self, runs: LiveRows) -> None:
        """Show the runs in place of those before."""

    def notify(self, message: str) -> None:
        """Print a message above the runs."""
        self._notify(message)

    def __exit__(self, *_: object) -> None:
        """End, and leave what was shown last."""


def open_view(
    out: TextIO, *, notify: Callable[[str], None], most: int | None = None, brief: bool = False
) -> View:
    """Return the view that fits the stream.

    Args:
        out: the stream.
        notify: prints a message where no table is drawn.
        most: at most so many runs in a table; None: as many as the terminal has room for.
        brief: where no table is drawn, show the headline every few seconds instead of the runs.
    """
    if out.isatty():
        return LiveTable(out, most=most)
    return Headlines(out, notify=notify) if brief else PlainLines(out, notify=notify)


class PlainLines(View):
    """A view of one line a run, whenever its status or note changes."""

    def __init__(self, out: TextIO, *, notify: Callable[[str], None]) -> None:
        super().__init__(out, notify=notify)
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
        notify: prints a message.
        clock: a steady clock, in seconds.
    """

    def __init__(
        self,
        out: TextIO,
        *,
        notify: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(out, notify=notify)
        self._clock = clock
        self._last = ""
        self._next_at = clock()

    def room(self) -> int:
        """Return 0: no run is shown."""
        return 0

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
    """

    def __init__(self, out: TextIO, *, most: int | None) -> None:
        super().__init__(out, notify=self._print)
        self._console = Console(file=out, highlight=False, markup=False, emoji=False)
        self._live = Live(console=self._console, auto_refresh=False)
        self._ends = ExitStack()
        self._most = most
        self._id_width = 0

    def room(self) -> int:
        """Return how many lines the terminal has for runs, at most `most`."""
        free = max(self._console.size.height - _AROUND, _LEAST_ROWS)
        return free if self._most is None else min(free, self._most)

    def show(self, runs: LiveRows) -> None:
        """Draw the table over the one before."""
        ids = (display_width(row.run_id) for row in runs.rows)
        # It never gets narrower, so that the columns beside it stay where they are.
        self._id_width = min(_ID_AT_MOST, max(self._id_width, *ids, len("run")))
        width = self._console.width
        widths = _widths(width, self._id_width)
        note_room = width - sum(taken + 1 for taken in widths.values())
        rows, notes = _fit(runs.rows, self.room(), width=width, note_room=note_room)
        parts: list[RenderableType] = [Text(runs.headline, style="bold", no_wrap=True)]
        if rows:
            parts.append(_table(rows, widths))
        parts += [Text(note, style="red", no_wrap=True) for note in notes]
        if more := runs.more + len(runs.rows) - len(rows):
            parts.append(Text(f"and {more} more", style="dim"))
        self._live.update(Group(*parts), refresh=True)

    def _print(self, message: str) -> None:
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


def _widths(width: int, id_width: int) -> dict[str, int]:
    """Return the width of each column but the note, by its title, for a terminal of that width."""
    wide = width >= _WIDE
    return {
        "run": id_width if wide else min(id_width, 15),
        "status": 9,
        "leads": _BAR,
        "": 7,
        "age": 7,
        "seen": 5,
        "cost": 16 if wide else 9,
    }


def _table(rows: Sequence[LiveRow], widths: Mapping[str, int]) -> Table:
    """Return the table; its columns have fixed widths, so that nothing moves sideways."""
    columns = [
        Column(title, width=width, justify="right" if title in _NUMBERS else "left", no_wrap=True)
        for title, width in widths.items()
    ]
    columns.append(Column("note", ratio=1, no_wrap=True, overflow="ellipsis"))
    table = Table(*columns, box=None, pad_edge=False, padding=(0, 1, 0, 0), expand=True)
    for row in rows:
        table.add_row(*_cells(row))
    return table


def _cells(row: LiveRow) -> list[RenderableType]:
    style = _STYLES.get(row.status, "")
    count = "" if row.total is None else f"{row.done}/{row.total}"
    return [
        Text(row.run_id),
        Text(row.status, style=style),
        _bar(row, style),
        Text(count),
        Text(row.age),
        Text(row.seen, style="dim"),
        Text(row.cost),
        Text(row.note, style="red" if row.alarming else "dim"),
    ]


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
