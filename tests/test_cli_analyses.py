"""`durations`, `failures`, `costs`, `coverage` on the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from months import import_month
from stores import T0, S, answer, document, register

from recorder.cli.main import cli, run
from recorder.instants import iso
from recorder.store.engine import Database
from recorder.store.write.record import Recorder

COMMANDS = ("durations", "failures", "costs", "coverage")
Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store of a month of history; nothing in these tests writes to it."""
    folder = tmp_path_factory.mktemp("month")
    url = str(folder / "month.db")
    import_month(url, folder, runs=120)
    return url


def asked(capsys: Capture, *arguments: str) -> Any:
    """The JSON that a command prints."""
    capsys.readouterr()
    assert run(cli, [*arguments, "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("command", COMMANDS)
def test_an_empty_store_answers_sensibly(
    command: str, database: Database, store_url: str, capsys: Capture
) -> None:
    """Without runs there is one row of nothing, and with groups there are no rows; neither is an error."""
    del database
    (row,) = asked(capsys, command, "--db", store_url)
    assert row["runs"] == 0
    assert not [value for name, value in row.items() if name.endswith(("_rate", "_p50")) and value]
    assert asked(capsys, command, "--db", store_url, "--by", "slug") == []


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--by", "colour"], "colour"),
        (["--by", "slug,slug"], "slug"),
        (["--since", "2026-11-02", "--until", "2026-11-01"], "--since"),
        (["--since", "yesterday-ish"], "yesterday-ish"),
        (["--tz", "Mars/Olympus"], "Mars/Olympus"),
        (["--label", "team"], "team"),
    ],
)
def test_nonsense_gets_one_clear_line(
    command: str, arguments: list[str], named: str, month: str, capsys: Capture
) -> None:
    """The value is named, the exit code is 2, and nothing is printed as if it were an answer."""
    capsys.readouterr()
    assert run(cli, [command, "--db", month, *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert named in captured.err
    assert "Traceback" not in captured.err


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("width", [80, 160])
def test_a_table_fits_its_width_and_says_what_it_rests_on(
    command: str, width: int, month: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No line is wider than the terminal; the foot tells populations and coverage."""
    monkeypatch.setenv("COLUMNS", str(width))
    capsys.readouterr()
    assert run(cli, [command, "--db", month, "--by", "slug"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= width
    text = " ".join(" ".join(lines).split())
    assert "120 tracked runs" in text
    assert "work_email" in text


def test_durations_of_groups_have_bars(
    month: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In 80 columns, the median of the slowest group has the longest bar, and the whole has none."""
    monkeypatch.setenv("COLUMNS", "80")
    for terms in ("day", "slug,version"):
        assert run(cli, ["durations", "--by", terms, "--db", month]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert max(map(len, lines)) <= 80
        assert any("████" in line for line in lines)
        assert not any("█" in line for line in lines if line.startswith("(all)"))


def test_the_worst_overruns_and_the_wait_for_a_final_figure(month: str, capsys: Capture) -> None:
    """`costs --runs` lists runs, the worst first; `costs --when-final` says how long actual moved after the end."""
    rows = asked(capsys, "costs", "--db", month, "--runs", "--limit", "3")
    by_unit: dict[str, list[float]] = {}
    for row in rows:
        by_unit.setdefault(row["unit"], []).append(row["variance"])
    assert all(found == sorted(found, reverse=True) for found in by_unit.values())
    assert max(map(len, by_unit.values())) == 3
    (row,) = asked(capsys, "costs", "--db", month, "--when-final")
    assert 0 < row["moved_late"] <= row["runs"]
    assert run(cli, ["costs", "--db", month, "--runs", "--by", "slug"]) == 2


def test_last_month_s_figure_can_be_had_again(
    database: Database, store_url: str, capsys: Capture
) -> None:
    """`--as-of` gives the numbers that the command printed then, whatever came later."""
    register(database)
    recorder = Recorder(database)
    recorder.record([answer(10, document(status="completed", timing=_timing("09:00:00")))])
    before = asked(capsys, "durations", "--db", store_url)
    assert before[0]["run_seconds_p50"] == 7.0
    recorder.record([answer(20, document(status="completed", timing=_timing("09:00:05")))])
    assert asked(capsys, "durations", "--db", store_url)[0]["run_seconds_p50"] == 2.0
    then = ("--as-of", iso(T0 + 15 * S))
    assert asked(capsys, "durations", "--db", store_url, *then) == before


def _timing(started: str) -> dict[str, str]:
    day = "2025-11-20T"
    return {"startedAt": f"{day}{started}.000Z", "completedAt": f"{day}09:00:07.000Z"}


@pytest.mark.slow
def test_amounts_are_printed_digit_by_digit(
    database: Database, store_url: str, tmp_path: Path, capsys: Capture
) -> None:
    """0.1 a thousand times is 100, in JSON too."""
    lines = [
        {
            "observed_at": f"2026-11-01T00:00:{second:02}Z",
            "body": {
                "run": {
                    "id": f"er_{n}",
                    "status": "completed",
                    "cost": {"preview": {"credits": 0.1}, "actual": {"credits": 0.1}},
                }
            },
        }
        for n in range(1000)
        for second in (1, 9)
    ]
    path = tmp_path / "lines.ndjson"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert run(cli, ["import", "--db", store_url, str(path)]) == 0
    capsys.readouterr()
    assert run(cli, ["costs", "--db", store_url, "--format", "json"]) == 0
    assert '"actual_total":100,' in capsys.readouterr().out.replace(" ", "")
    del database


def _three_days(database: Database) -> None:
    """Two runs on one day, one two days later; in two units."""
    register(database)
    for run_id, day, unit in (("er_1", 20, "credits"), ("er_2", 20, "USD"), ("er_3", 22, "USD")):
        timing = {
            "createdAt": f"2026-11-{day}T10:00:00Z",
            "completedAt": f"2026-11-{day}T10:01:00Z",
        }
        cost = {"preview": {"amount": 1, "unit": unit}, "actual": {"amount": 1, "unit": unit}}
        register(database, [run_id])
        body = document(run_id, "completed", timing=timing, cost=cost)
        Recorder(database).record([answer(at, body, run_id=run_id) for at in (10, 20)])


def _read(capsys: Capture, *arguments: str) -> list[list[str]]:
    """The rows of a markdown table."""
    capsys.readouterr()
    assert run(cli, [*arguments, "--format", "markdown"]) == 0
    lines = capsys.readouterr().out.splitlines()
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if "|" in line][2:]


def test_days_without_runs_and_the_whole_are_for_reading(
    database: Database, store_url: str, capsys: Capture
) -> None:
    """A table leaves no day out and ends with the whole, whatever its order; json holds the groups alone."""
    _three_days(database)
    asks = ("failures", "--by", "day", "--db", store_url)
    days = [row[:2] for row in _read(capsys, *asks)]
    assert days == [["2026-11-20", "2"], ["2026-11-21", "0"], ["2026-11-22", "1"], ["(all)", "3"]]
    assert [row["day"] for row in asked(capsys, *asks)] == ["2026-11-20", "2026-11-22"]
    cut = [row[:2] for row in _read(capsys, *asks, "--sort=-runs", "--limit", "1")]
    assert cut == [["2026-11-20", "2"], ["(all)", "3"]]
    assert [row[:1] for row in _read(capsys, "failures", "--db", store_url)] == [["3"]]
    assert _read(capsys, *asks, "--slug", "none-such") == []


def test_days_without_runs_reach_to_the_bounds_of_the_period(
    database: Database, store_url: str, capsys: Capture
) -> None:
    """A table since a day begins there, or with the first run of the store, and ends at --until, or as of T."""
    _three_days(database)
    asks = ("failures", "--by", "day", "--db", store_url, "--as-of", "2026-11-24T12:00:00Z")

    def days(*bounds: str) -> list[str]:
        return [row[0].removeprefix("2026-11-") for row in _read(capsys, *asks, *bounds)]

    assert days("--since", "2026-01-01") == ["20", "21", "22", "23", "24", "(all)"]
    assert days("--since", "2026-11-21", "--until", "2026-11-24") == ["21", "22", "23", "(all)"]
    assert days("--since", "2026-11-23", "--until", "2027-01-01") == ["23", "24", "(all)"]
    assert days("--since", "2026-11-25") == []


def test_the_whole_of_costs_is_one_row_a_unit(
    database: Database, store_url: str, capsys: Capture
) -> None:
    """No sum goes over units: the whole has a row for each, and a day without runs none of either."""
    _three_days(database)
    rows = [row[:3] for row in _read(capsys, "costs", "--by", "day", "--db", store_url)]
    assert rows == [
        ["2026-11-20", "USD", "1"],
        ["2026-11-20", "credits", "1"],
        ["2026-11-21", "-", "0"],
        ["2026-11-22", "USD", "1"],
        ["(all)", "USD", "2"],
        ["(all)", "credits", "1"],
    ]


def test_hours_and_weekdays_are_numbers_and_sizes_go_by_size(
    database: Database, store_url: str, capsys: Capture
) -> None:
    """They are those of the zone asked for; 4-10 stands after 1-3 and before 11-30, null last."""
    _three_days(database)
    rows = asked(
        capsys, "failures", "--by", "weekday,hour", "--tz", "Asia/Kolkata", "--db", store_url
    )
    assert [(row["weekday"], row["hour"], row["runs"]) for row in rows] == [(5, 15, 2), (7, 15, 1)]
    for n, leads in enumerate((5, 11, 2, 0, 3001)):
        register(database, [f"s_{n}"])
        body = document(f"s_{n}", "completed", scope={"resolvedCount": leads})
        Recorder(database).record([answer(10, body, run_id=f"s_{n}")])
    rows = asked(capsys, "failures", "--by", "size", "--db", store_url)
    assert [row["size"] for row in rows] == ["0", "1-3", "4-10", "11-30", "3001+", None]


@pytest.mark.parametrize(
    ("selection", "named"),
    [
        ("", "''"),
        ("version", "'version'"),
        ("colour=red", "'colour=red'"),
        ("status=failed", "'status=failed'"),
        ("label=growth", "label.KEY=VALUE"),
        ("label.=growth", "key=value"),
        ("since=yesterday-ish", "yesterday-ish"),
        ("since=7d,until=14d", "is not before"),
    ],
)
def test_a_selection_that_is_none_gets_one_clear_line(
    selection: str, named: str, month: str, capsys: Capture
) -> None:
    """What is wrong with it is named, with what to write instead."""
    capsys.readouterr()
    assert run(cli, ["compare", "--db", month, "--a", selection, "--b", "version=2"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert named in captured.err
    assert captured.err.count("\n") == 1


def test_selections_say_what_they_found(
    month: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A word that no run has is told of each side; an empty side has rows of too few; the foot counts both."""
    monkeypatch.setenv("COLUMNS", "80")
    asks = ("compare", "--db", month, "--a", "since=20d,version=1", "--b", "slug=none-such")
    rows = asked(capsys, *asks)
    assert [row["verdict"] for row in rows] == ["too_few"] * len(rows)
    assert len(rows) >= 5
    assert run(cli, [*asks]) == 0
    captured = capsys.readouterr()
    assert "no run of the store has slug 'none-such'" in captured.err
    assert "B: 0 runs (slug none-such)" in " ".join(captured.out.split())
    assert max(map(len, captured.out.splitlines())) <= 80
    assert asked(capsys, "compare", "--db", month, "--since", "9d", "--against", "previous")


@pytest.fixture(scope="module")
def month_of_long_names(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store of the same month, where slugs have up to 63 characters."""
    folder = tmp_path_factory.mktemp("long")
    import_month(str(folder / "month.db"), folder, runs=120)
    history = folder / "history.ndjson"
    text = history.read_text(encoding="utf-8")
    for slug, n in (("funding_stage", 3), ("company_size", 4), ("work_email", 2)):
        text = text.replace(f'"slug": "{slug}"', f'"slug": "{"_and_".join([slug] * n)}"')
    history.write_text(text, encoding="utf-8")
    assert run(cli, ["import", "--db", str(folder / "long.db"), str(history)]) == 0
    return str(folder / "long.db")


@pytest.mark.parametrize(
    "line",
    [
        "compare --a version=1 --b version=2",
        "compare --a version=1 --b version=2 --by slug",
        "compare --since 10d --against previous --by slug,mode",
        "versions",
    ],
)
@pytest.mark.parametrize("store", ["month", "month_of_long_names"])
def test_a_difference_is_shown_whatever_the_length_of_names(
    line: str,
    store: str,
    request: pytest.FixtureRequest,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All figures of a comparison have room at 80 columns; a name that is long stands above its rows."""
    monkeypatch.setenv("COLUMNS", "80")
    url = request.getfixturevalue(store)
    capsys.readouterr()
    assert run(cli, [*line.split(), "--db", url]) == 0
    lines = capsys.readouterr().out.splitlines()
    heading = next(text for text in lines if text.split()[-1:] == ["verdict"])
    assert "difference" in heading
    assert {"a", "b"} <= set(lines[0].replace("-", "").split())
    assert not [text for text in lines if text.startswith("no room for")]
    assert max(map(len, lines)) <= 80
