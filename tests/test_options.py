"""Options that commands share: parsed values in, usage errors out."""

from datetime import UTC, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import pytest
from click.testing import CliRunner

from recorder.analysis.filters import Filters
from recorder.cli.main import cli
from recorder.cli.options import command_now, debug_option, settings_options, verbose_option
from recorder.cli.ordering import Order
from recorder.cli.output import FORMATS
from recorder.cli.row_options import (
    as_of_option,
    filter_options,
    format_option,
    order_options,
    tz_option,
)
from recorder.errors import SettingError, UsageError
from recorder.instants import DAY, parse_instant
from recorder.settings import Settings

Seen = dict[str, object]


@pytest.fixture
def seen() -> Seen:
    return {}


@pytest.fixture
def ask(seen: Seen) -> click.Command:
    @click.command()
    @filter_options
    @as_of_option
    @tz_option
    @order_options
    @format_option
    def ask(**values: object) -> None:
        seen.update(values, now=command_now())

    return ask


@pytest.fixture
def poll(seen: Seen) -> click.Command:
    @click.command()
    @settings_options("rate", "every")
    @verbose_option
    def poll(settings: Settings, *, verbose: bool) -> None:
        seen.update(settings=settings, verbose=verbose)

    return poll


def run(command: click.Command, *arguments: str, **environ: str) -> None:
    CliRunner(env={"XDG_CONFIG_HOME": "/nonexistent", **environ}).invoke(
        command, arguments, catch_exceptions=False, standalone_mode=False
    )


def told(command: click.Command, *arguments: str) -> str:
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 2
    return result.output


def test_nothing_given_is_no_filter(ask: click.Command, seen: Seen) -> None:
    """Without options there is no bound, no filter, no order, UTC and a table."""
    run(ask)
    assert (seen["filters"], seen["order"], seen["as_of"]) == (Filters(), Order(), None)
    assert (seen["tz"], seen["format"]) == (UTC, "table")


def test_times_are_instants(ask: click.Command, seen: Seen) -> None:
    """ISO times, dates and spans before now become microseconds, all by one clock reading."""
    run(ask, "--since", "7d", "--until", "0s")
    now = seen["now"]
    assert isinstance(now, int)
    assert seen["filters"] == Filters(since=now - 7 * DAY, until=now)


def test_as_of_is_the_present_of_spans(ask: click.Command, seen: Seen) -> None:
    """Spans count from it, and it itself from now."""
    run(ask, "--since", "7d", "--until", "0s", "--as-of", "2026-11-20")
    as_of = parse_instant("2026-11-20T00:00:00Z") or 0
    assert (seen["as_of"], seen["filters"]) == (as_of, Filters(since=as_of - 7 * DAY, until=as_of))
    run(ask, "--as-of", "7d")
    assert isinstance(seen["now"], int)
    assert seen["as_of"] == seen["now"] - 7 * DAY


def test_filters_can_be_repeated(ask: click.Command, seen: Seen) -> None:
    """Statuses (commas between), slugs and labels are collected; a label's value may hold = or nothing."""
    words = ["--status", "failed, x", "--status", "odd", "--slug", "a,b", "--label", "k=v=w"]
    run(ask, *words, "--label", "e=", "--tz", "Europe/Berlin", "--format", "csv")
    assert seen["filters"] == Filters(
        status=("failed", "x", "odd"), slug=("a,b",), labels=(("k", "v=w"), ("e", ""))
    )
    assert seen["tz"] == ZoneInfo("Europe/Berlin")
    assert isinstance(seen["tz"], tzinfo)
    assert seen["format"] == "csv"


@pytest.mark.parametrize(
    ("words", "tells"),
    [
        (("--since", "yesterday"), "'--since': 'yesterday': write 2026-11-20T09:15:00Z"),
        (("--since", "9999999d"), "write 2026-11-20T09:15:00Z"),
        (("--until", "9" * 400 + "d"), "write 2026-11-20T09:15:00Z"),
        (("--label", "k"), "'--label': 'k': write key=value."),
        (("--label", "=v"), "'--label': '=v': write key=value."),
        (("--tz", "Mars"), "'--tz': 'Mars' is no time zone: write UTC or Europe/Berlin."),
        (("--tz", "../etc/passwd"), "is no time zone"),
        (("--tz", "Europe"), "is no time zone"),
        (("--tz", ""), "is no time zone"),
        (("--format", "xml"), "'xml' is not one of"),
    ],
)
def test_nonsense_is_a_usage_error(ask: click.Command, words: tuple[str, ...], tells: str) -> None:
    """A value that makes no sense ends with 2, names the option, and says what to write."""
    assert tells in told(ask, *words)


def test_since_is_before_until(ask: click.Command) -> None:
    """Bounds the wrong way round are refused."""
    with pytest.raises(UsageError, match=r"--since 2026-11-21T\S+Z is not before --until 2026"):
        run(ask, "--since", "2026-11-21", "--until", "2026-11-20")


def test_help_names_each_format(ask: click.Command) -> None:
    """The help of --format has the word of every writer."""
    shown = CliRunner().invoke(ask, ["--help"]).output
    assert [name for name in FORMATS if name not in shown] == []


def test_settings_come_resolved(poll: click.Command, seen: Seen, tmp_path: Path) -> None:
    """A command gets its settings resolved from options, environment and file."""
    file = tmp_path / "c.toml"
    file.write_text('rate = 5\nevery = "9s"\nsource = "a"\n')
    run(poll, "--config", str(file), "--rate", "7", "-v", RECORDER_EVERY="2s")
    settings = seen["settings"]
    assert isinstance(settings, Settings)
    assert (settings.rate, settings.cadence.every_us, settings.source) == (7, 2_000_000, "a")
    assert seen["verbose"] is True


def test_a_wrong_setting_is_told_by_its_own_name(poll: click.Command) -> None:
    """The environment's mistake is not blamed on the option."""
    with pytest.raises(SettingError, match=r"^RECORDER_RATE=x: "):
        run(poll, RECORDER_RATE="x")
    with pytest.raises(SettingError, match=r"^--rate=y: "):
        run(poll, "--rate", "y", RECORDER_RATE="x")


def test_a_label_filters_or_is_given() -> None:
    """Where runs are asked for, `--label` tells that it chooses them; for `track`, that it marks them."""
    shown = " ".join(CliRunner().invoke(cli, ["track", "-h"]).output.split())
    assert "Give the runs this label. Repeatable." in shown
    assert "Runs that carry" not in shown


def test_help_shows_each_setting_and_its_variable(poll: click.Command) -> None:
    """Help names every option of the command with its environment variable."""
    shown = " ".join(CliRunner().invoke(poll, ["--help"]).output.split())
    for option, variable in {
        "--db URL": "RECORDER_DATABASE_URL",
        "--config FILE": "RECORDER_CONFIG",
        "--source NAME": "RECORDER_SOURCE",
        "--rate N": "RECORDER_RATE",
        "--every DURATION": "RECORDER_EVERY",
    }.items():
        assert option in shown
        assert f"[env var: {variable}]" in shown
    assert shown.index("--db") < shown.index("--source") < shown.index("--every")
    assert "--debug" in shown


def test_debug_is_taken_and_not_passed_on() -> None:
    """Every command bears --debug without knowing of it."""
    result = CliRunner().invoke(click.command()(debug_option(lambda: click.echo("ran"))), "--debug")
    assert result.output == "ran\n"
