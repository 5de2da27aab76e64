"""Draws a board again and again: a table with progress bars on a terminal, a plain line now and then elsewhere.

Invariant: on a terminal no more lines than it has; elsewhere one line a run whenever its status or note changes, and
nothing while nothing does. Rich is imported when a terminal is drawn on.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TextIO

from recorder.cli.live_rows import LiveRow, LiveRows
from recorder.cli.streams import without_echo
from recorder.cli.terminal import display_width, fold, visible

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

_LEAST_ROWS = 3
_AROUND = 5  # lines of a terminal that are no runs
_BAR = 8
_ID_AT_MOST = 36
_WIDE = 100
_HEADLINE_EVERY_S = 3.0
_NUMBERS = ("", "age", "seen", "cost")
_STYLES = {"completed": "green", "failed": "red", "cancelled": "yellow", "running": "cyan"}


class View(Protocol):
    """Shows boards and tells lines, as a context manager."""

    def room(self) -> int:
        """How many runs can be shown."""

    def show(self, board: LiveRows) -> None:
        """Show the board in place of the last one."""

    def notify(self, line: str) -> None:
        """One line for people, above the board."""

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End; what was shown last stays."""


def open_view(
    out: TextIO, *, notify: Callable[[str], None], most: int | None = None, brief: bool = False
) -> View:
    """The view that fits the stream.

    Args:
        out: where boards go.
        notify: takes one line for people where no table is drawn.
        most: at most so many runs in a table; None: as many as the terminal has room for.
        brief: where no table is drawn, the headline every few seconds instead of the runs.
    """
    if out.isatty():
        return LiveTable(out, most=most)
    return Headlines(out, notify=notify) if brief else PlainLines(out, notify=notify)


class PlainLines(AbstractContextManager["PlainLines", None]):
    """One line a run whenever what is to be said of it changes.

    Args:
        out: where they go.
        notify: takes one line for people.
    """

    def __init__(self, out: TextIO, *, notify: Callable[[str], None]) -> None:
        self._out = out
        self.notify = notify
        self._said: dict[tuple[str, str], tuple[str, str]] = {}

    def room(self) -> int:
        """As many as there are."""
        return 100_000

    def show(self, board: LiveRows) -> None:
        """Say what has changed."""
        for line in board.lines:
            says = (line.status, line.note)
            if self._said.get(line.key) != says:
                self._said[line.key] = says
                self._out.write(plain(line) + "\n")
        self._out.flush()

    def __exit__(self, *_: object) -> None:
        """Nothing is left to do."""


def plain(line: LiveRow) -> str:
    """One run in one line."""
    leads = "" if line.total is None else f" {line.done}/{line.total} leads"
    told = f"{line.run_id} {line.status}{leads}, {line.age}"
    return f"{told}: {line.note}" if line.note else told


class Headlines(AbstractContextManager["Headlines", None]):
    """The headline, every few seconds if it has changed.

    Args:
        out: where it goes.
        notify: takes one line for people.
        clock: seconds that only grow.
    """

    def __init__(
        self,
        out: TextIO,
        *,
        notify: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._out = out
        self._clock = clock
        self.notify = notify
        self._said = ""
        self._next_at = clock()

    def room(self) -> int:
        """None of the runs is shown."""
        return 0

    def show(self, board: LiveRows) -> None:
        """Say the headline, if it is time."""
        if self._clock() >= self._next_at and board.headline != self._said:
            self._said = board.headline
            self._next_at = self._clock() + _HEADLINE_EVERY_S
            self._out.write(board.headline + "\n")
            self._out.flush()

    def __exit__(self, *_: object) -> None:
        """Nothing is left to do."""


class LiveTable(AbstractContextManager["LiveTable", None]):
    """A table that is drawn over itself.

    Args:
        out: a terminal.
        most: at most so many runs; None: as many as there is room for.
        stays: whether the last one stays at the end.
    """

    def __init__(self, out: TextIO, *, most: int | None, stays: bool = True) -> None:
        from rich.console import Console  # noqa: PLC0415  # 60 ms that nobody else pays
        from rich.live import Live  # noqa: PLC0415

        self._console = Console(file=out, highlight=False, markup=False, emoji=False)
        self._live = Live(console=self._console, auto_refresh=False, transient=not stays)
        self._out = out
        self._ends = ExitStack()
        self._most = most
        self._id_width = 0

    def room(self) -> int:
        """What the terminal has, or as many as were asked for."""
        free = max(self._console.size.height - _AROUND, _LEAST_ROWS)
        return free if self._most is None else min(free, self._most)

    def show(self, board: LiveRows) -> None:
        """Draw the board over the last one."""
        from rich.console import Group  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        ids = (display_width(line.run_id) for line in board.lines)
        self._id_width = min(_ID_AT_MOST, max(self._id_width, *ids, len("run")))
        width = self._console.width
        widths = _widths(width, self._id_width)
        note_room = width - sum(taken + 1 for taken in widths.values())
        lines, notes = _that_fit(board.lines, self.room(), width=width, note_room=note_room)
        parts: list[RenderableType] = [Text(board.headline, style="bold", no_wrap=True)]
        if lines:
            parts.append(_table(lines, widths))
        parts += [Text(note, style="red", no_wrap=True) for note in notes]
        if more := board.more + len(board.lines) - len(lines):
            parts.append(Text(f"and {more} more", style="dim"))
        self._live.update(Group(*parts), refresh=True)

    def notify(self, line: str) -> None:
        """One line above the table, broken at blanks where it is longer than the terminal is wide."""
        for part in fold(visible(line), self._console.width):
            self._console.print(part, style="yellow", soft_wrap=True)

    def __enter__(self) -> Self:
        self._ends.enter_context(without_echo(self._out))
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()
        self._ends.close()


def _that_fit(
    lines: Sequence[LiveRow], room: int, *, width: int, note_room: int
) -> tuple[list[LiveRow], list[str]]:
    """Return the runs that there is room for, and the alarming notes that their column would cut, each whole."""
    shown: list[LiveRow] = []
    notes: list[str] = []
    for line in lines:
        is_cut = line.alarming and display_width(line.note) > note_room
        below = list(fold(f"{line.run_id}: {line.note}", width)) if is_cut else []
        if shown and len(shown) + len(notes) + 1 + len(below) > room:
            break
        shown.append(line)
        notes += below
    return shown, notes


def _widths(width: int, id_width: int) -> dict[str, int]:
    """Return how wide each column but the note is, by its title, on a terminal of that width."""
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


def _table(lines: Sequence[LiveRow], widths: Mapping[str, int]) -> "Table":
    """Columns of fixed width, so that nothing moves sideways; the note takes what is left."""
    from rich.table import Column, Table  # noqa: PLC0415

    columns = [
        Column(title, width=width, justify="right" if title in _NUMBERS else "left", no_wrap=True)
        for title, width in widths.items()
    ]
    columns.append(Column("note", ratio=1, no_wrap=True, overflow="ellipsis"))
    table = Table(*columns, box=None, pad_edge=False, padding=(0, 1, 0, 0), expand=True)
    for line in lines:
        table.add_row(*_cells(line))
    return table


def _cells(line: LiveRow) -> "list[RenderableType]":
    from rich.text import Text  # noqa: PLC0415

    style = _STYLES.get(line.status, "")
    count = "" if line.total is None else f"{line.done}/{line.total}"
    return [
        Text(line.run_id),
        Text(line.status, style=style),
        _bar(line, style),
        Text(count),
        Text(line.age),
        Text(line.seen, style="dim"),
        Text(line.cost),
        Text(line.note, style="red" if line.alarming else "dim"),
    ]


def _bar(line: LiveRow, style: str) -> "RenderableType":
    from rich.progress_bar import ProgressBar  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    if not line.total:
        return Text("")
    return ProgressBar(
        total=line.total,
        completed=min(line.done, line.total),
        width=_BAR,
        complete_style=style or "cyan",
        finished_style=style or "cyan",
    )
