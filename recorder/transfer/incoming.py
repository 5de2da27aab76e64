"""Lines of answers into a store.

Invariants: lines go in by batches, each whole or not at all; any order of lines comes to the same rows; a line that
is in already changes nothing.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from recorder.errors import RecorderError, SettingError
from recorder.history.told import TrackedRun
from recorder.ledger.answer import Answer
from recorder.store.adopt import Adopt, adopting
from recorder.store.record import Recorder
from recorder.transfer.lines import Line, LineError, parse_line

_BYTES = 16 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where lines come from.

    Attributes:
        name: of the file, for messages.
        source: of lines that name none.
        base_url_of: the base URL of a source that the store does not know and the lines do not say.
    """

    name: str
    source: str
    base_url_of: Callable[[str], str]


@dataclass(slots=True)
class Taken:
    """How far an import has come.

    Attributes:
        lines: read and in the store, blank ones included.
        runs: lines that told of a run.
        new: answers that were not in the store.
        known: answers that were.
    """

    lines: int = 0
    runs: int = 0
    new: int = 0
    known: int = 0


@dataclass(slots=True)
class _Batch:
    """Lines that go in together."""

    lines: int = 0
    size: int = 0
    answers: list[Answer] = field(default_factory=list)
    runs: list[TrackedRun] = field(default_factory=list)
    base_urls: dict[str, str] = field(default_factory=dict)

    def add(self, text: bytes, source: str) -> None:
        """Take a line."""
        if text.strip():
            self._take(parse_line(text, source=source))
        self.lines += 1
        self.size += len(text)

    def _take(self, line: Line) -> None:
        said, stated = line.said, line.base_url
        if stated is not None and self.base_urls.setdefault(said.source, stated) != stated:
            known = self.base_urls[said.source]
            raise LineError(f"source {said.source!r} cannot belong to {known} and to {stated}")
        if isinstance(said, Answer):
            self.answers.append(said)
        else:
            self.runs.append(said)


def take_lines(
    lines: Iterable[bytes],
    recorder: Recorder,
    origin: Origin,
    *,
    now: int,
    progress: Callable[[Taken], None] = lambda _: None,
    at_once: int = 1000,
) -> Taken:
    """Record lines.

    Args:
        lines: NDJSON, blank lines allowed.
        recorder: into which store.
        origin: where the lines come from.
        now: microseconds since 1970 UTC.
        progress: told after each batch.
        at_once: lines of a batch.

    Raises:
        RecorderError: a line cannot be taken; the batches before it are in, nothing after them.
    """
    taken = Taken()
    for batch in _batches(lines, origin, taken, at_once):
        try:
            new = recorder.record(batch.answers, first=_adopting(batch, origin, now))
        except SettingError as error:
            raise _stopped(origin, taken.lines + 1, str(error), taken) from error
        taken.lines += batch.lines
        taken.runs += len(batch.runs)
        taken.new += len(new)
        taken.known += len(batch.answers) - len(new)
        progress(taken)
    return taken


def _adopting(batch: _Batch, origin: Origin, now: int) -> Adopt:
    return adopting(
        batch.answers,
        batch.runs,
        base_urls=batch.base_urls,
        base_url_of=origin.base_url_of,
        now=now,
    )


def _batches(
    lines: Iterable[bytes], origin: Origin, taken: Taken, at_once: int
) -> Iterator[_Batch]:
    batch = _Batch()
    for line in lines:
        try:
            batch.add(line, origin.source)
        except LineError as error:
            number = taken.lines + batch.lines + 1
            raise _stopped(origin, number, str(error), taken) from error
        if batch.lines >= at_once or batch.size >= _BYTES:
            yield batch
            batch = _Batch()
    if batch.lines:
        yield batch


def _stopped(origin: Origin, number: int, why: str, taken: Taken) -> RecorderError:
    before = f"the first {taken.lines:,} lines are in" if taken.lines else "nothing was taken"
    return RecorderError(f"{origin.name}:{number}: {why}: {before}")
