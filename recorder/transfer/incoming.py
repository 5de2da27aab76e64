"""Lines of answers into a store.

Invariants: lines go in by batches, each whole or not at all; a line that cannot be taken is refused alone; any order of
lines comes to the same rows; a line that is in already changes nothing.
"""

from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from recorder.history.export_record import TrackedRun
from recorder.instants import DAY, iso
from recorder.ledger.answer import Answer
from recorder.ledger.refusals import Refusals
from recorder.ledger.row import FIRST_INSTANT
from recorder.store.write.adopt import adopting
from recorder.store.write.record import Recorder
from recorder.transfer.lines import ImportLine, LineError, parse_line

_BYTES = 16 * 2**20
_AHEAD_US = DAY
_INSTANTS = ("observed_at", "tracked_at", "resumed_at", "untracked_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where lines come from, and where they go.

    Attributes:
        name: of the file, for messages.
        source: of lines that name none.
        into: the source that all lines go into, whatever they name; None for the one that each names.
        bound: the base URLs that the store's sources belong to.
        base_url_of: the base URL of a source that the store does not know and the lines do not say.
    """

    name: str
    source: str
    into: str | None = None
    bound: Mapping[str, str] = field(default_factory=dict)
    base_url_of: Callable[[str], str]


@dataclass(slots=True)
class ImportProgress:
    """How far an import has come.

    Attributes:
        lines: read and in the store, blank and refused ones included.
        runs: lines that told of a run.
        new: answers that were not in the store.
        known: answers that were.
        refused: lines that could not be taken.
    """

    lines: int = 0
    runs: int = 0
    new: int = 0
    known: int = 0
    refused: int = 0


@dataclass(slots=True)
class _Batch:
    """Lines that go in together."""

    lines: int = 0
    size: int = 0
    answers: list[Answer] = field(default_factory=list)
    runs: list[TrackedRun] = field(default_factory=list)


class _Reader:
    """Lines to batches; what is wrong with a line is reported by its number.

    Attributes:
        base_urls: those that sources belong to, by the store, else by the first line that states one.
        refusals: the lines that could not be taken.
    """

    def __init__(self, origin: Origin, notify: Callable[[str], None], *, now: int) -> None:
        self._origin = origin
        self._now = now
        self.base_urls = dict(origin.bound)
        self.refusals = Refusals(notify, name=origin.name)

    def batches(self, lines: Iterable[bytes], at_once: int) -> Iterator[_Batch]:
        """Yield batches of so many lines, or of so many bytes."""
        batch = _Batch()
        for number, text in enumerate(lines, start=1):
            batch.lines += 1
            batch.size += len(text)
            try:
                self._add(batch, text)
            except LineError as error:
                self.refusals.add(number, error)
            if batch.lines >= at_once or batch.size >= _BYTES:
                yield batch
                batch = _Batch()
        if batch.lines:
            yield batch

    def _add(self, batch: _Batch, text: bytes) -> None:
        if not text.removeprefix(BOM_UTF8).strip():
            return
        said = self._checked(parse_line(text, source=self._origin.source))
        if isinstance(said, Answer):
            batch.answers.append(said)
        else:
            batch.runs.append(said)

    def _checked(self, line: ImportLine) -> Answer | TrackedRun:
        for name in _INSTANTS:
            _check_instant(name, getattr(line.said, name, None), self._now)
        if self._origin.into is not None:
            return replace(line.said, source=self._origin.into)
        source, stated = line.said.source, line.base_url
        if stated is not None and self.base_urls.setdefault(source, stated) != stated:
            known = self.base_urls[source]
            raise LineError(
                f"source {source!r} belongs to {known}, not to {stated}: import it --into another"
            )
        return line.said


def _check_instant(name: str, at: int | None, now: int) -> None:
    if at is None or FIRST_INSTANT <= at <= now + _AHEAD_US:
        return
    why = "before the year 2000" if at < FIRST_INSTANT else "more than a day ahead of now"
    raise LineError(f"{name} {iso(at)} is {why}")


def take_lines(
    lines: Iterable[bytes],
    recorder: Recorder,
    origin: Origin,
    *,
    now: int,
    notify: Callable[[str], None],
    progress: Callable[[ImportProgress], None] = lambda _: None,
    at_once: int = 1000,
) -> ImportProgress:
    """Record lines; one that cannot be taken is reported by its number, and the others are taken.

    Args:
        lines: NDJSON, blank lines allowed.
        recorder: into which store.
        origin: where the lines come from.
        now: microseconds since 1970 UTC; what was observed more than a day after it is refused.
        notify: takes one line for people.
        progress: called after each batch.
        at_once: lines of a batch.

    Raises:
        RecorderError: the store cannot take a batch; the batches before it are in, nothing after them.
    """
    reader, taken = _Reader(origin, notify, now=now), ImportProgress()
    for batch in reader.batches(lines, at_once):
        adopt = adopting(
            batch.answers,
            batch.runs,
            base_urls=reader.base_urls,
            base_url_of=origin.base_url_of,
            now=now,
        )
        new = recorder.record(batch.answers, first=adopt)
        for one in new:
            if one.is_set_aside:
                notify(
                    f"{origin.name}: an answer of run {one.run_id!r} was set aside: {one.detail}"
                )
        taken.lines += batch.lines
        taken.runs += len(batch.runs)
        taken.new += len(new)
        taken.known += len(batch.answers) - len(new)
        taken.refused = reader.refusals.count
        progress(taken)
    reader.refusals.finish()
    return taken
