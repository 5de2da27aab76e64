"""`recorder export` and `recorder import`: a store's history as files."""

import sys
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from datetime import tzinfo
from pathlib import Path
from typing import IO, Final, TextIO

import click

from recorder.analysis.values import Cells
from recorder.cli.busy import Count, busy
from recorder.cli.inputs import input_lines
from recorder.cli.json_output import escaped_json
from recorder.cli.loading import load
from recorder.cli.options import command, command_now, complete_file, settings_options
from recorder.cli.output import write_rows
from recorder.cli.row_options import as_of_option, tz_option
from recorder.cli.stores import reading, recording
from recorder.cli.streams import notify
from recorder.errors import RecorderError, UsageError
from recorder.humanize import counted
from recorder.queries import Queries
from recorder.settings import DEFAULT_SOURCE, Settings
from recorder.settings.raw_setting import RawSetting, parse_name
from recorder.store.read.source_rows import source_rows
from recorder.store.write.record import Recorder
from recorder.transfer.incoming import ImportProgress, Origin, import_lines
from recorder.transfer.outgoing import answer_lines, whole_file
from recorder.transfer.parquet import write_parquet
from recorder.views import VIEWS

_NAMES: Final = ("answers", "lake", *VIEWS)
_FORMATS: Final = ("ndjson", "csv", "parquet")
_NAMED: Final = 3
_BY_ENDING: Final = {".ndjson": "ndjson", ".jsonl": "ndjson", ".csv": "csv", ".parquet": "parquet"}


@command(
    "recorder export answers --out history.ndjson    whole, for `recorder import`",
    "recorder export runs --out runs.parquet",
    "recorder export lake --out lake/    Parquet by month: what has changed",
)
@click.argument("name", type=click.Choice(_NAMES), metavar="NAME")
@click.option(
    "--out",
    required=True,
    metavar="PATH",
    shell_complete=complete_file,
    help="The file to write; - is stdout. For `lake` its folder.",
)
@click.option(
    "--format",
    type=click.Choice(_FORMATS),
    help="The format of the file; by default that of PATH's ending.",
)
@click.option(
    "--force",
    is_flag=True,
    help="For `lake`: write also months of which the lake holds more than a prune left in the store, and sources that came from another store.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="For `lake`: how many processes write; by default one a processor, at most 8, where there is enough to write.",
)
@as_of_option
@tz_option
@settings_options()
def export(
    *,
    name: str,
    out: str,
    format: str | None,
    force: bool,
    jobs: int | None,
    as_of: int | None,
    tz: tzinfo,
    settings: Settings,
) -> int | None:
    """Write answers, or the rows of a view, to a file; or a lake, to a folder.

    NAME is answers, lake, runs, snapshots, polls, transitions, labels, lead_outcomes or events. `answers` is every
    recorded answer, as ndjson that `recorder import` reads into a store on SQLite or Postgres; it leaves out items,
    which `poll --items` captures again. The file appears only when it is complete, and only you may read it.

    `lake` is the rows of all views but for documents, as Parquet by source and month, for DuckDB, Spark and others.
    The same command again writes only the months that have changed.
    """
    if name == "lake":
        if format or as_of or out == "-":
            raise UsageError(
                "a lake is a folder of Parquet, of what is known now: leave --format and --as-of out"
            )
        return _export_lake(Path(out), settings, force=force, jobs=jobs)
    if force or jobs:
        raise UsageError(f"{'--force' if force else '--jobs'} is for `export lake`")
    del tz  # the zone of a date in --as-of; files hold UTC
    chosen = _format(name, out, format)
    target = nullcontext(None) if out == "-" else whole_file(Path(out))
    count = Count("line" if name == "answers" else "row")
    with reading(settings, doing=count.words) as database, target as path:
        if name == "answers":
            lines = answer_lines(database, source=settings.source, as_of=as_of)
            _write_lines(count.each(lines), path)
        else:
            rows = getattr(Queries(database, settings, as_of=as_of), name)()
            _write_view(count.each(rows), name, chosen, path)
    if sys.stderr.isatty():
        notify(f"{count.words()} written to {out}")
    return None  # 1 where its output was lost


def _export_lake(folder: Path, settings: Settings, *, force: bool, jobs: int | None) -> int:
    module = load("recorder.transfer.lake")  # numpy, which no other export needs
    lake = module.LakeExport(folder=folder, is_forced=force, jobs=jobs)
    with reading(settings, doing=lambda: counted(lake.written, "month")) as database:
        lake.run(database, settings.source)
    for source, months in lake.kept.items():
        notify(
            f"source {source!r}: {', '.join(months)} changed after a prune and stay as they were"
            " in the lake: --force writes what the store has left"
        )
    for source in lake.busy:
        notify(f"source {source!r} is being exported by another process: left to that one")
    for source in lake.unnamed:
        notify(f"source {source!r} is left out: its name is too long for a folder's")
    if sys.stderr.isatty():
        notify(f"{counted(lake.written, 'month')} written to {folder}")
    for message, sources in lake.failed.items():
        notify(f"{_named(sources)} not exported whole: {message}")
    return RecorderError.exit_code if lake.failed else 0


def _named(sources: list[str]) -> str:
    first = ", ".join(map(repr, sources[:_NAMED]))
    others = f" and {len(sources) - _NAMED:,} more" if len(sources) > _NAMED else ""
    return f"{'sources' if len(sources) > 1 else 'source'} {first}{others}"


def _format(name: str, out: str, option: str | None) -> str:
    chosen = option or ("ndjson" if out == "-" else _BY_ENDING.get(Path(out).suffix))
    if chosen is None:
        raise UsageError(f"{out}: no format has this ending: add --format {'|'.join(_FORMATS)}")
    if name == "answers" and chosen != "ndjson":
        raise UsageError(f"answers go out as ndjson, not as {chosen}")
    return chosen


def _write_lines(lines: Iterable[str], path: Path | None) -> None:
    with _binary(path) as out:
        is_terminal = out.isatty()
        for line in lines:
            shown = escaped_json(line, sys.stdout) if is_terminal else line
            out.write(shown.encode() + b"\n")
        out.flush()


def _binary(path: Path | None) -> AbstractContextManager[IO[bytes]]:
    return nullcontext(sys.stdout.buffer) if path is None else path.open("wb")


def _write_view(rows: Iterable[Cells], name: str, format: str, path: Path | None) -> None:
    if format == "parquet":
        with _binary(path) as out:
            if out.isatty():
                raise UsageError("parquet is binary: a terminal cannot show it, give --out a file")
            write_parquet(rows, VIEWS[name], out)
    else:
        with _text(path) as text:
            write_rows(rows, columns=tuple(VIEWS[name]), format=format, out=text)


def _text(path: Path | None) -> AbstractContextManager[TextIO]:
    return nullcontext(sys.stdout) if path is None else path.open("w", encoding="utf-8", newline="")


@command(
    "recorder import history.ndjson",
    "zcat old-logs.ndjson.gz | recorder import -",
    "recorder import history.ndjson --into archive",
    name="import",
)
@click.argument("file", metavar="FILE", shell_complete=complete_file)
@click.option("--into", metavar="NAME", help="Import the lines of all sources into this source.")
@settings_options("base_url")
def import_(file: str, into: str | None, settings: Settings) -> int:
    """Import answers that were observed elsewhere; `-` reads stdin.

    A line is {"observed_at", "source"?, "run_id"?, "status_code"?, "body": {"run": ...}}, or one that `recorder
    export answers` wrote. Lines may come in any order. An answer that the store has already changes nothing, so an
    import can be repeated. A line that is no valid answer, or was observed more than a day after now, is reported
    with its number; the others are imported, and the exit code is 2.
    """
    target = into and parse_name(RawSetting(name="--into", content=into))
    with input_lines(file) as lines, recording(settings) as database:
        with database.reading() as connection:
            bound = {row.name: row.base_url for row in source_rows(connection)}
        origin = Origin(
            name="stdin" if file == "-" else file,
            source=settings.source or DEFAULT_SOURCE,
            into=target,
            bound=bound,
            base_url_of=lambda name: settings.source_settings(name).base_url,
        )
        recorder = Recorder(database, cadence=settings.cadence, costs=settings.cost)
        progress = _Progress()
        try:
            with busy(progress.words):
                taken = import_lines(
                    lines, recorder, origin, now=command_now(), notify=notify, progress=progress
                )
        except KeyboardInterrupt:
            notify(f"stopped; {progress.summary()}; import it again for the rest")
            raise
    notify(_summary(taken))
    return UsageError.exit_code if taken.refused else 0


def _summary(taken: ImportProgress) -> str:
    parts = [f"{counted(taken.new, 'answer')} new", f"{taken.known:,} known already"]
    parts += [f"{counted(taken.runs, 'line')} about runs"] if taken.runs else []
    parts += [f"{counted(taken.refused, 'line')} left out"] if taken.refused else []
    return f"{counted(taken.lines, 'line')}: {', '.join(parts)}"


class _Progress:
    """The counts of an import so far."""

    def __init__(self) -> None:
        self._taken: ImportProgress | None = None

    def __call__(self, taken: ImportProgress) -> None:
        """Store the counts."""
        self._taken = taken

    def words(self) -> str:
        """Return the lines in words."""
        return counted(0 if self._taken is None else self._taken.lines, "line")

    def summary(self) -> str:
        """Return the counts in words."""
        return "nothing was imported" if self._taken is None else _summary(self._taken)
