"""Filters, `--sort` and `--limit`: the runs that are asked about, in every command that lists or counts runs."""

import json
import os
import zoneinfo
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kept import once
from stores import answer, document, register

import recorder
from recorder.cli.main import cli, run
from recorder.errors import UsageError
from recorder.instants import datetime_of, iso, parse_instant, parse_when, us_of
from recorder.store.engine import Database
from recorder.store.write.record import Recorder

Ask = Callable[..., tuple[int, str, str]]

COMMANDS = ("runs", "overdue", "durations", "failures", "costs", "coverage")
ZONES = sorted(zoneinfo.available_timezones() - {"Factory", "localtime"})


@pytest.fixture
def ask(store_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Runs a command on the store; its exit code, and what it printed on stdout and stderr."""
    monkeypatch.setenv("RECORDER_CONFIG", os.devnull)
    monkeypatch.setenv("COLUMNS", "80")

    def asked(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(cli, [*arguments, "--db", store_url])
        return code, *capsys.readouterr()

    return asked


def rows(ask: Ask, *arguments: str) -> list[dict[str, Any]]:
    code, out, err = ask(*arguments, "--format", "json")
    assert (code, err) == (0, ""), err
    found: list[dict[str, Any]] = json.loads(out)
    return found


RUNS = (
    ("a", "completed", "email", "1", "2025-11-19T22:30:00Z", 5),
    ("b", "failed", "email", "2", "2025-11-19T23:30:00Z", 3),
    ("c", "completed", "phone", "2", "2025-11-20T12:00:00Z", None),
    ("d", "cancelled", "phone", None, "2025-11-20T22:59:00Z", 9),
    ("e", "running", None, None, "2025-11-20T23:01:00Z", None),
)


@pytest.fixture
@once
def store(database: Database) -> Database:
    """Five runs of three days in Berlin, with labels."""
    register(database, [one[0] for one in RUNS], labels={"team": "growth"})
    register(database, ["b"], labels={"wave": "2"})
    Recorder(database).record(
        [
            answer(
                number,
                document(
                    run_id,
                    status,
                    enrichment={"slug": slug, "version": version},
                    scope={"resolvedCount": leads},
                    timing={"createdAt": at},
                ),
                run_id=run_id,
            )
            for number, (run_id, status, slug, version, at, leads) in enumerate(RUNS)
        ]
    )
    return database


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ("--status", "completed,faild,failed"),
            "status 'faild': it has cancelled, completed, failed, running",
        ),
        (("--slug", "emial"), "slug 'emial': it has email, phone"),
        (("--version", "3", "--version", "2"), "version '3': it has 1, 2"),
        (("--label", "team=x"), "label 'team=x': it has team=growth"),
        (("--label", "size=1"), "label 'size=1': it has team=growth, wave=2"),
        (("--slug", "\udcff\x00"), r"slug '\udcff\x00': it has email, phone"),
    ],
)
def test_a_word_that_no_run_has_is_reported(
    ask: Ask, command: str, words: tuple[str, ...], told: str
) -> None:
    """The command answers with exit code 0, and stderr says which word is unknown and which there are."""
    code, out, err = ask(command, *words, "--format", "json")
    assert (code, json.loads(out)) == (0, json.loads(out))
    assert err == f"recorder: no run of the store has {told}\n"


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("command", COMMANDS)
def test_known_words_are_not_reported(ask: Ask, command: str) -> None:
    """Words that some run has draw no line, also where no run has all of them."""
    known = (
        "--slug",
        "email",
        "--version",
        "1",
        "--label",
        "wave=2",
        "--status",
        "completed,failed",
    )
    rows(ask, command, *known)


def test_the_words_of_then_are_known_as_of_then(ask: Ask, store: Database) -> None:
    """With `--as-of` a status that a run had by then is no mistake; today it is."""
    Recorder(store).record([answer(99, document("e", "completed"), run_id="e")])
    then = "2025-11-20T09:00:30Z"
    assert [row["run_id"] for row in rows(ask, "runs", "--status", "running", "--as-of", then)] == [
        "e"
    ]
    assert "status 'running': it has cancelled, comp" in ask("runs", "--status", "running")[2]


def test_a_store_without_such_words_says_so(ask: Ask, database: Database) -> None:
    """In an empty store no word is known, and the list of those that are is not left blank."""
    del database
    told = "recorder: no run of the store has slug 'x': none has any\n"
    assert ask("failures", "--slug", "x")[2] == told


def test_many_words_are_cut(ask: Ask, database: Database) -> None:
    """Twenty words are listed at most."""
    register(database, [f"r{n}" for n in range(30)])
    Recorder(database).record(
        [
            answer(n, document(f"r{n}", enrichment={"slug": f"slug{n:02}"}), run_id=f"r{n}")
            for n in range(30)
        ]
    )
    assert ask("runs", "--slug", "x")[2].endswith("slug18, slug19 and more\n")


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--status", "failed"], "--status failed: a failure rate is of completed and failed"),
        (["--status", "cancelled,completed"], "add failed, or leave it out"),
        (["--status", "running"], "add completed and failed, or leave it out"),
    ],
)
def test_failures_refuses_what_parts_failed_from_completed(
    ask: Ask, store_url: str, arguments: list[str], told: str
) -> None:
    """Where one side of the rate is left out there is none: one line, exit code 2, in Python a UsageError."""
    code, out, err = ask("failures", *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert told in err
    name, words = arguments[0].removeprefix("--"), arguments[1].split(",")
    asked: dict[str, Any] = {name: words}
    with recorder.open(store_url) as history, pytest.raises(UsageError, match=name):
        history.failures(**asked)


@pytest.mark.usefixtures("store")
def test_failures_takes_both_ends(ask: Ask, store_url: str) -> None:
    """A status that names both is the rate of all; what stands beside is left out."""
    (row,) = rows(ask, "failures", "--status", "failed,completed")
    assert (row["completed"], row["failed"], row["failure_rate"]) == (2, 1, pytest.approx(1 / 3))
    with recorder.open(store_url) as history:
        assert history.failures(status="failed,completed")["failed"].tolist() == [1]


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_date_is_midnight_in_the_zone(ask: Ask, command: str) -> None:
    """The days that dates bound are whole days of `--tz`, wherever that option stands."""
    days = ("--since", "2025-11-20", "--until", "2025-11-21", "--as-of", "2025-11-21")
    berlin = ("--tz", "Europe/Berlin")
    exact = (
        "--as-of",
        "2025-11-20T23:00:00Z",
        "--since",
        "2025-11-19T23:00:00Z",
        "--until",
        "2025-11-20T23:00:00Z",
    )
    assert rows(ask, command, *days, *berlin) == rows(ask, command, *exact)
    assert rows(ask, command, *berlin, *days) == rows(ask, command, *exact)
    assert rows(ask, command, *days) != rows(ask, command, *exact)


@pytest.mark.usefixtures("store")
def test_the_first_and_the_last_day_are_whole(ask: Ask, store_url: str) -> None:
    """`--by day` between two dates has the same rows as without dates, by command and in Python."""
    zone = "Europe/Berlin"
    every = rows(ask, "failures", "--by", "day", "--tz", zone)
    days = ("--since", "2025-11-20", "--until", "2025-11-21")
    (middle,) = rows(ask, "failures", "--by", "day", "--tz", zone, *days)
    assert (middle["day"], middle["runs"]) == ("2025-11-20", 3)
    assert middle in every
    bounds: dict[str, Any] = {"since": date(2025, 11, 20), "until": "2025-11-21", "tz": zone}
    with recorder.open(store_url) as history:
        assert history.failures(by="day", **bounds)["runs"].tolist() == [3]
        assert history.runs(**bounds)["run_id"].tolist() == ["b", "c", "d"]
        assert history.runs(version=["1", "2"])["run_id"].tolist() == ["a", "b", "c"]


def test_so_long_ago_is_before_as_of(ask: Ask, store: Database, store_url: str) -> None:
    """`7d` counts from T, in whatever order the options stand: for filters, options of analyses, and in Python."""
    del store
    then = ("--as-of", "2025-11-20T13:00:00Z")
    for order in ((*then, "--since", "14h"), ("--since", "14h", *then)):
        assert [row["run_id"] for row in rows(ask, "runs", *order)] == [*"bcde"]
    until = ("--since", "14h", "--until", "2025-11-20", *then)
    assert [row["run_id"] for row in rows(ask, "runs", *until)] == ["b"]
    # A date of --as-of is one of --tz, also of one that stands behind it: 2025-11-20T23:00:00Z.
    date = ("--as-of", "2025-11-21", "--tz", "Europe/Berlin")
    assert [row["run_id"] for row in rows(ask, "runs", *date, "--since", "11h")] == [*"cde"]
    (told,) = rows(ask, "failures", "--since", "14h", *then)
    assert told["runs"] == 4
    found = rows(ask, "compare", *then, "--a", "until=14h", "--b", "since=14h")
    assert {row["a_n"] + row["b_n"] for row in found if row["measure"] == "failure_rate"} == {3}
    with recorder.open(store_url) as history:
        early = history.as_of(then[1])
        assert [*early.runs(since="14h")["run_id"]] == [*"bcde"]
        assert early.failures(since="14h")["runs"][0] == 4
        compared = early.compare(a={"until": "14h"}, b={"since": "14h"}).iloc[0]
        assert compared["a_n"] + compared["b_n"] == 3


def test_as_of_a_date_is_midnight_in_the_zone(ask: Ask, database: Database, store_url: str) -> None:
    """`--as-of DATE` too: status, history, runs, export, and `as_of` in Python."""
    register(database)
    evening, midnight = 52_200, 54_000  # 23:30 and 24:00 in UTC of the day of T0
    Recorder(database).record([answer(evening), answer(midnight, document(status="completed"))])
    for command in (["status", "er_1"], ["history", "er_1"], ["export", "snapshots", "--out", "-"]):
        assert "completed" in ask(*command, "--as-of", "2025-11-21")[1]
        assert "completed" not in ask(*command, "--as-of", "2025-11-21", "--tz", "Asia/Tokyo")[1]
    with recorder.open(store_url) as history:
        assert len(history.as_of("2025-11-21").polls()) == 2
        assert len(history.as_of("2025-11-21", tz="Asia/Tokyo").polls()) == 0


@given(
    zone=st.sampled_from(ZONES),
    day=st.dates(date(2015, 1, 1), date(2037, 1, 1)),
    minutes=st.integers(-3000, 3000),
)
def test_an_instant_is_not_before_a_date_where_its_day_is_not(
    zone: str, day: date, minutes: int
) -> None:
    """In every zone, also where midnight is skipped or comes twice, `--since` a day lets its runs in and no others."""
    tz = zoneinfo.ZoneInfo(zone)
    midnight = parse_when(day.isoformat(), now=0, tz=tz)
    assert midnight is not None
    moment = datetime_of(midnight) + timedelta(minutes=minutes)
    assert (us_of(moment) >= midnight) == (moment.astimezone(tz).date() >= day)


@pytest.mark.usefixtures("store")
def test_rows_are_sorted_by_a_column_and_cut(ask: Ask) -> None:
    """Rising and falling, nulls last in both, equal rows in their order; `--limit` cuts after that."""

    def ids(*arguments: str) -> str:
        return "".join(row["run_id"] for row in rows(ask, "runs", *arguments))

    assert ids("--sort", "leads_total") == "badce"
    assert ids("--sort=-leads_total") == "dabce"
    assert ids("--sort", "-leads_total", "--limit", "2") == "da"
    assert ids("--sort=-created_at", "--limit", "3") == "edc"
    assert ids("--sort=status") == "dacbe"
    assert ids("--limit", "1") == "a"
    table = ask("runs", "--sort=-leads_total", "--limit", "1")[1]
    assert table.splitlines()[3].startswith("d ")


def test_overdue_takes_the_filters(ask: Ask, store: Database) -> None:
    """Of the overdue runs those that are meant, the longest in flight first, now and as of then."""
    late = [
        answer(
            number,
            document(
                f"l{number}",
                "running",
                enrichment={"slug": slug, "version": "9"},
                timing={"createdAt": at},
            ),
            run_id=f"l{number}",
        )
        for number, slug, at in ((5, "x", "2025-11-20T08:00:00Z"), (6, "y", "2025-11-20T07:00:00Z"))
    ]
    register(store, ["l5", "l6"], labels={"team": "late"})
    Recorder(store).record(late)

    def ids(*arguments: str) -> list[str]:
        return [row["run_id"] for row in rows(ask, "overdue", *arguments)]

    assert ids() == ["l6", "l5", "e"]
    assert ids("--sort=-since", "--limit", "2") == ["e", "l5"]
    assert ids("--version", "9", "--slug", "x") == ids("--slug", "x") == ["l5"]
    assert ids("--label", "team=late") == ["l6", "l5"]
    assert ids("--until", "2025-11-20T07:30:00Z") == ["l6"]
    assert ids("--status", "failed") == []
    assert ids("--as-of", "2025-11-20T09:00:05.5Z") == ["l5"]
    assert ids("--as-of", "2025-11-20T09:00:05.5Z", "--slug", "y") == []
    assert ask("overdue", "--fail", "--slug", "y")[0] == 5
    assert ask("overdue", "--fail", "--status", "failed")[0] == 0


@pytest.mark.usefixtures("store")
def test_groups_and_snapshots_are_sorted_too(ask: Ask) -> None:
    """Analyses sort their groups, `history` its snapshots, in every format."""
    slugs = [row["slug"] for row in rows(ask, "failures", "--by", "slug", "--sort=-failure_rate")]
    assert slugs == ["email", "phone", None]
    (one,) = rows(ask, "durations", "--by", "slug", "--sort=-slug", "--limit", "1")
    assert one["slug"] == "phone"
    assert ask("history", "a", "--sort=-seq", "--limit", "1")[1].startswith("#1 ")


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("command", [*COMMANDS, "history"])
def test_an_unknown_column_is_refused_with_those_that_are(ask: Ask, command: str) -> None:
    """One line names the columns; nothing is printed as an answer."""
    words = ["history", "a"] if command == "history" else [command]
    code, out, err = ask(*words, "--sort=-colour")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "--sort 'colour': choose from " in err
    for limit in ("0", "x"):
        assert ask(*words, "--limit", limit)[0] == 2


def test_since_is_before_until(ask: Ask, database: Database) -> None:
    """Bounds the wrong way round are refused by every command that takes them."""
    del database
    for command in COMMANDS:
        code, _, err = ask(command, "--since", "2026-11-21", "--until", "2026-11-20")
        assert code == 2
        assert (
            f"--since {iso(parse_instant('2026-11-21T00:00Z') or 0)} is not before --until" in err
        )
