"""Import lines of answers into a store.

Invariants: lines are recorded by batches, each whole or not at all; a wrong line is refused alone; any order of lines
gives the same rows; a line that was imported before changes nothing.
"""

from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from msgspec.structs import replace

from recorder.history.export_record import TrackedRun
from recorder.instants import DAY, iso
from recorder.ledger.answer import Answer
from recorder.ledger.refusals import Refusals
from recorder.ledger.row import FIRST_INSTANT
from recorder.store.write.adopt import adopting
from recorder.store.write.record import Recorder
from recorder.store.write.sealing import seal
from recorder.transfer.lines import ImportLine, LineError, parse_line

_BYTES = 16 * 2**20  # of a batch, which is in memory as a whole
_AHEAD_US = DAY  # a clock may be off, or in another time zone; farther ahead is a mistake
_INSTANTS = ("observed_at", "tracked_at", "resumed_at", "untracked_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The file that lines come from, and the sources that they go into.

    Attributes:
        name: the name of the file, for messages.
        source: the source of lines that name none.
        into: the source of all lines, whatever they name; None: the one that each names.
        bound: the base URLs of the store's sources, by name.
        base_url_of: returns the base URL of a source that neither the store nor a line states.
    """

    name: str
    source: str
    into: str | None = None
    bound: Mapping[str, str] = field(default_factory=dict)
    base_url_of: Callable[[str], str]


@dataclass(slots=True)
class ImportProgress:
    """The counts of an import so far.

    Attributes:
        lines: lines read and recorded, blank and refused ones included.
        runs: lines with a tracked run.
        new: answers that were not in the store.
        known: answers that were in the store already.
        refused: lines that were wrong.
    """

    lines: int = 0
    runs: int = 0
    new: int = 0
    known: int = 0
    refused: int = 0


@dataclass(slots=True)
class _Batch:
    """Lines that are recorded together."""

    lines: int = 0
    size: int = 0
    answers: list[Answer] = field(default_factory=list)
    runs: list[TrackedRun] = field(default_factory=list)


class _BatchReader:
    """A reader of batches that reports each wrong line by its number.

    Attributes:
        base_urls: the base URL of each source, by the store, else by the first line that states one.
        refusals: the wrong lines.
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
        record = self._checked(parse_line(text, source=self._origin.source))
        if isinstance(record, Answer):
            batch.answers.append(record)
        else:
            batch.runs.append(record)

    def _checked(self, line: ImportLine) -> Answer | TrackedRun:
        for name in _INSTANTS:
            _check_instant(name, getattr(line.record, name, None), self._now)
        if self._origin.into is not None:
            return replace(line.record, source=self._origin.into)
        source, stated = line.record.source, line.base_url
        if stated is not None and self.base_urls.setdefault(source, stated) != stated:
            known = self.base_urls[source]
            raise LineError(
                f"source {source!r} belongs to {known}, not to {stated}: import it --into another"
            )
        return line.record


def _check_instant(name: str, at: int | None, now: int) -> None:
    if at is None or FIRST_INSTANT <= at <= now + _AHEAD_US:
        return
    why = "before the year 2000" if at < FIRST_INSTANT else "more than a day ahead of now"
    raise LineError(f"{name} {iso(at)} is {why}")


def import_lines(
    lines: Iterable[bytes],
    recorder: Recorder,
    origin: Origin,
    *,
    now: int,
    notify: Callable[[str], None],
    progress: Callable[[ImportProgress], None] = lambda _: None,
    at_once: int = 1000,
) -> ImportProgress:
    """Record lines and return their counts; report each wrong line by its number, and leave it out.

    Args:
        lines: NDJSON, blank lines allowed.
        recorder: the recorder of the store.
        origin: the file that the lines come from.
        now: microseconds since 1970 UTC; an answer that was observed more than a day after it is wrong.
        notify: prints one line for people.
        progress: called after each batch.
        at_once: lines of a batch.

    Raises:
        RecorderError: the store refuses a batch; the batches before it are recorded, nothing after them.
    """
    reader, counts = _BatchReader(origin, notify, now=now), ImportProgress()
    for batch in reader.batches(lines, at_once):
        adopt = adopting(
            batch.answers,
            batch.runs,
            base_urls=reader.base_urls,
            base_url_of=origin.base_url_of,
            now=now,
        )
        new = recorder.record(batch.answers, before=adopt)
        for one in new:
            if one.is_set_aside:
                notify(
                    f"{origin.name}: an answer of run {one.run_id!r} was set aside: {one.detail}"
                )
        counts.lines += batch.lines
        counts.runs += len(batch.runs)
        counts.new += len(new)
        counts.known += len(batch.answers) - len(new)
        counts.refused = reader.refusals.count
        progress(counts)
    reader.refusals.finish()
    seal(recorder.database)
    return counts
