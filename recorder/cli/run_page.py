"""One run on a page, for reading.

Invariant: shows nothing beyond the row of `runs`, what remains of it, the labels and the last poll. Pure.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta, tzinfo
from typing import Any, TypeAlias

from recorder.analysis.value_texts import instant_text
from recorder.cli.terminal import display_width, fold, pad, visible
from recorder.history.units import unit_of_actual
from recorder.humanize import amount_text, counted, from_to, span, time_left
from recorder.ledger.answer import Outcome

Entry: TypeAlias = tuple[str, str]
"""The name and the text of a line of a page."""

_SINCE = {"pending": "created_at", "running": "started_at"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page about one run.

    Attributes:
        cells: the row of `runs`.
        labels: its labels, by key.
        last_poll: its last row of `polls`; None where it was never polled.
        overdue_for: the time that an overdue run has been in flight; None for any other.
        left: what remains of it, and whether it is slow, by the names of `views.REMAINING_KINDS`.
        tz: the zone of instants.
    """

    cells: Mapping[str, Any]
    labels: Mapping[str, str]
    last_poll: Mapping[str, Any] | None
    overdue_for: timedelta | None
    left: Mapping[str, Any]
    tz: tzinfo = UTC

    def lines(self, width: int) -> Iterator[str]:
        """Yield the lines of the page, at most `width` columns wide."""
        yield from entry_lines(self.entries(), width)

    def entries(self) -> Iterator[Entry]:
        """Yield the name and the text of each entry; an empty text is left out of a page."""
        cells = self.cells
        yield "run", cells["run_id"]
        yield "source", cells["source"]
        yield "enrichment", self._enrichment()
        yield "status", self._status()
        yield "remaining", time_left(self.left)
        yield "leads", self._leads()
        yield "cost", self._cost()
        yield from self._times()
        yield "error", self._error()
        yield "trigger run", cells["trigger_run_id"] or ""
        yield "seen", self._seen()
        yield "tracking", cells["tracking"]
        yield "last poll", self._last_poll()
        yield "labels", ", ".join(f"{key}={value}" for key, value in self.labels.items())
        yield "quality", (cells["quality"] or "").replace(",", ", ")

    def _at(self, name: str) -> str:
        """Return the instant of a column, empty for none."""
        moment = self.cells[name]
        return "" if moment is None else instant_text(moment, self.tz)

    def _enrichment(self) -> str:
        slug, version = self.cells["slug"] or self.cells["enrichment_id"], self.cells["version"]
        return (slug or "") + (f" version {version}" if version is not None else "")

    def _status(self) -> str:
        status = self.cells["status"]
        since = self._at(_SINCE[status]) if status in _SINCE else ""
        text = (status if status is not None else "(none)") + (f" since {since}" if since else "")
        if self.overdue_for is not None:
            text += f", overdue: in flight for {span(self.overdue_for.total_seconds())}"
        slow = ", slow: longer than 19 of 20 completed runs of its version took"
        return text + (slow if self.left["slow"] else "")

    def _leads(self) -> str:
        words = ("completed", "failed", "skipped", "running", "pending")
        known = {word: self.cells[f"leads_{word}"] for word in words}
        counts = ", ".join(f"{n} {word}" for word, n in known.items() if n is not None)
        total = self.cells["leads_total"]
        return "; ".join(filter(None, (counts, "" if total is None else f"{total} in all")))

    def _cost(self) -> str:
        cells = self.cells
        if cells["cost_unit"] is None:
            return "" if cells["cost_quality"] == "none" else cells["cost_quality"]
        sides = (
            ("previewed", cells["cost_preview"], cells["cost_unit"]),
            ("actual", cells["cost_actual"], unit_of_actual(cells)),
        )
        amounts = ", ".join(
            f"{amount_text(value, unit)} {side}" for side, value, unit in sides if value is not None
        )
        return f"{amounts} ({cells['cost_quality'].replace('_', ' ')})"

    def _times(self) -> Iterator[tuple[str, str]]:
        yield "created", self._at("created_at")
        yield "started", self._at("started_at") + self._duration("queued {}", "queue_seconds")
        ran = self._duration("ran {}", "run_seconds") + self._duration("{} in all", "wall_seconds")
        yield "ended", self._ended() + ran
        yield "updated", self._at("updated_at")

    def _duration(self, form: str, name: str) -> str:
        seconds = self.cells[name]
        return "" if seconds is None else ", " + form.format(span(seconds))

    def _ended(self) -> str:
        after = self.cells["ended_after"]
        if after is None or after == self.cells["ended_at"]:
            return self._at("ended_at")
        return f"between {self._at('ended_after')} and {self._at('ended_at')}"

    def _error(self) -> str:
        texts = (self.cells["error_message"], self.cells["error_details"])
        return " ".join(filter(None, texts))

    def _seen(self) -> str:
        first, last = self._at("first_polled_at"), self._at("last_polled_at")
        polls, states = self.cells["n_polls"], self.cells["n_snapshots"]
        return f"{from_to(first, last)}, {counted(polls, 'poll')}, {counted(states, 'state')}"

    def _last_poll(self) -> str:
        poll = self.last_poll
        if poll is None or Outcome[poll["outcome"].upper()].is_row:
            return ""
        status = "" if poll["http_status"] is None else f" {poll['http_status']}"
        return " ".join([poll["outcome"] + status, poll["detail"] or ""])


def entry_lines(entries: Iterable[Entry], width: int) -> Iterator[str]:
    """Yield names and texts side by side, at most `width` columns wide, those without a text left out.

    A text without a name takes the whole width; a link stays whole.
    """
    shown = [(visible(name), visible(" ".join(text.split()))) for name, text in entries if text]
    indent = max((display_width(name) + 2 for name, _ in shown if name), default=0)
    for name, text in shown:
        at = indent if name else 0
        whole = not name and " " not in text
        first, *more = [text] if whole else fold(text, max(width - at, 20))
        yield pad(name, at) + first
        yield from (" " * at + line for line in more)
