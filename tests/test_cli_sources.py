"""`recorder sources` and `recorder overdue`, on both kinds of store."""

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from stores import BASE_URL, T0, S, answer, document, failure, register, take_slots

from recorder.cli.main import cli, run
from recorder.fetch.keys import ApiKey
from recorder.instants import HOUR, iso, now_us
from recorder.ledger.answer import Outcome
from recorder.store.engine import Database
from recorder.store.sharing import key_budgets
from recorder.store.sharing.leases import acquire, new_holder
from recorder.store.write.record import Recorder
from recorder.store.write.sources import KeyAnswer, save_keys

Ask = Callable[..., tuple[int, str]]

HEALTH = {
    *("source", "base_url", "last_good_at", "in_flight", "settling", "overdue", "not_visible"),
    *("abandoned", "polls_last_minute", "rate", "errors_last_hour", "refused_at", "held_until"),
}
OVERDUE = [
    *("source", "run_id", "status", "slug", "since", "overdue_seconds"),
    *("trigger_run_id", "last_polled_at"),
]


@pytest.fixture
def ask(store_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Runs a command on the store; its exit code, and what it printed."""
    monkeypatch.setenv("RECORDER_CONFIG", os.devnull)
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("RECORDER_SOURCE", "RECORDER_RATE", "RECORDER_OVERDUE", "PUFFLE_API_KEY"):
        monkeypatch.delenv(name, raising=False)

    def asked(*arguments: str) -> tuple[int, str]:
        code = run(cli, [*arguments, "--db", store_url])
        said = capsys.readouterr()
        return code, said.out or said.err

    return asked


def ago(seconds: int) -> int:
    """So many seconds before now, counted from T0 as the helpers count."""
    return (now_us() - T0) // S - seconds


def row(run_id: str, status: str = "running", *, age: int = 60, slug: str = "x") -> dict[str, Any]:
    """A ledger row that was created so many seconds ago."""
    return document(
        run_id,
        status,
        enrichment={"slug": slug},
        trigger={"triggerRunId": f"run_{run_id}"},
        timing={"createdAt": iso(now_us() - age * S)},
    )


def told(ask: Ask, *arguments: str) -> list[dict[str, Any]]:
    """What a command prints as JSON."""
    code, out = ask(*arguments, "--format", "json")
    assert code == 0, out
    rows: list[dict[str, Any]] = json.loads(out)
    return rows


@pytest.fixture
def store(database: Database) -> Database:
    """Source a: a run in flight, an overdue one, an ended one, a 404, an error, a run never asked. Source b: one."""
    register(database, ["live", "late", "done", "gone", "ill", "new"], source="a", at=ago(4000))
    register(database, ["other"], source="b", at=ago(4000))
    Recorder(database).record(
        [
            answer(ago(30), row("live"), run_id="live", source="a"),
            answer(ago(90), row("late", age=900), run_id="late", source="a"),
            answer(ago(20), row("done", "completed"), run_id="done", source="a"),
            failure(ago(10), Outcome.NOT_VISIBLE, 404, run_id="gone", source="a"),
            failure(ago(3000), run_id="ill", source="a"),
            failure(ago(3700), run_id="other", source="b"),
        ]
    )
    return database


@pytest.mark.usefixtures("store")
def test_sources_counts_each_run_where_it_stands(ask: Ask) -> None:
    """A source's line counts its runs by their place in the watch, and its requests of the last minute and hour."""
    a, b = told(ask, "sources")
    assert a.keys() >= HEALTH
    counted = {name: a[name] for name in ("in_flight", "overdue", "settling", "not_visible")}
    assert counted == {"in_flight": 2, "overdue": 1, "settling": 1, "not_visible": 1}
    assert (a["unseen"], a["abandoned"]) == (2, 0)
    assert (a["polls_last_minute"], a["errors_last_hour"], a["rate"]) == (3, 1, 80)
    assert (b["source"], b["base_url"], b["errors_last_hour"]) == ("b", BASE_URL, 0)
    assert b["last_good_at"] is None


@pytest.mark.usefixtures("store")
def test_sources_says_when_an_answer_last_showed_a_run(ask: Ask) -> None:
    """A 404 is an answer and no good poll."""
    a, _ = told(ask, "sources")
    polled = {row["run_id"]: row["last_polled_at"] for row in told(ask, "runs", "--source", "a")}
    assert a["last_good_at"] == polled["done"] < polled["gone"]


@pytest.fixture
def keys(ask: Ask, store: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Database:
    """Sources a and c share a key, which allows 7 requests by the lower of their rates; b has one of its own."""
    register(store, ["more"], source="c", at=ago(100))
    del ask  # its environment comes first
    config = tmp_path / "config.toml"
    config.write_text('[sources.b]\napi_key_env = "KEY_B"\n[sources.c]\nrate = 7\n')
    monkeypatch.setenv("RECORDER_CONFIG", str(config))
    monkeypatch.setenv("PUFFLE_API_KEY", "pk_one")
    monkeypatch.setenv("KEY_B", "pk_two")
    with store.writing() as connection:
        for text, count in (("pk_one", 3), ("pk_two", 1)):
            key_id = ApiKey(text, setting="a test").fingerprint()
            take_slots(connection, key_id, count, now=now_us())
    return store


@pytest.mark.usefixtures("keys")
def test_sources_names_each_key_by_those_that_share_it(ask: Ask) -> None:
    """In JSON each source has its key's sources, requests and budget; in a table a key is one line."""
    found = {one["source"]: one for one in told(ask, "sources")}
    of_key = ("key_sources", "key_requests_60s", "key_budget")
    assert [found["a"][name] for name in of_key] == [["a", "c"], 3, 7]
    assert [found["b"][name] for name in of_key] == [["b"], 1, 80]
    assert [found["c"][name] for name in of_key] == [["a", "c"], 3, 7]
    lines = [line.split("  ") for line in ask("sources")[1].splitlines()]
    shown = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    heading = shown.index(["key", "60s", "budget"])
    assert shown[heading - 1] == ["key requests", "key"]
    assert shown[heading + 2 : -1] == [["a, c", "3", "7"], ["b", "1", "80"]]
    assert "| a, c | 3 | 7 |" in ask("sources", "--format", "markdown")[1]


@pytest.mark.usefixtures("keys")
def test_a_key_is_whole_where_one_source_is_asked_for(ask: Ask) -> None:
    """`--source` picks lines, and leaves no sharer out of the key's name and figures; `--sort` arranges sources."""
    (one,) = told(ask, "sources", "--source", "c")
    assert (one["key_sources"], one["key_requests_60s"]) == (["a", "c"], 3)
    assert [one["source"] for one in told(ask, "sources", "--sort=-source")] == ["c", "b", "a"]
    assert [one["source"] for one in told(ask, "sources", "--limit", "1")] == ["a"]


def test_a_key_that_is_not_set_here_is_known_by_its_answers(ask: Ask, store: Database) -> None:
    """Who reads without keys sees those that the API has accepted or refused; of the others it says so."""
    with store.writing() as connection:
        save_keys(connection, [KeyAnswer(1, "f00d", True, now_us())])
    a, b = told(ask, "sources")
    assert (a["key_sources"], a["key_requests_60s"], a["key_budget"]) == (["a"], 0, 80)
    assert (b["key_sources"], b["key_requests_60s"], b["key_budget"]) == (None, None, None)
    assert "the key of b is not known here" in ask("sources")[1]


def test_sources_says_who_polls(ask: Ask, store: Database) -> None:
    """A source whose lease runs is polled by that process."""
    with store.writing() as connection:
        acquire(connection, [1], new_holder(), now=now_us() + HOUR)
    a, b = told(ask, "sources")
    assert a["held_by"].endswith(f"process {os.getpid()}")
    assert a["held_until"] > iso(now_us())
    assert (b["held_by"], b["held_until"]) == (None, None)


@pytest.mark.parametrize("age", [3600, 0])
def test_sources_says_that_nobody_polls(ask: Ask, store: Database, age: int) -> None:
    """A lease that has run out, or whose process is known to have ended, is nobody's."""
    code = "from recorder.store.sharing.leases import new_holder; print(new_holder())"
    holder = new_holder()
    if not age:
        ended = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        holder = ended.stdout.strip()
    with store.writing() as connection:
        acquire(connection, [1], holder, now=now_us() - age * S)
    assert told(ask, "sources", "--source", "a")[0]["held_by"] is None
    assert "nobody" in ask("sources")[1]


def test_sources_says_since_when_a_key_is_refused(ask: Ask, store: Database) -> None:
    """A refused source shows the instant; in a table the column is there only where one is refused."""
    assert "refused, clock (no value)" in " ".join(ask("sources")[1].split())
    with store.writing() as connection:
        refused_at = now_us() - 7200 * S
        save_keys(connection, [KeyAnswer(2, "f00d", False, refused_at)])
    a, b = told(ask, "sources")
    assert (a["refused_at"], b["refused_at"]) == (None, iso(refused_at))
    assert "2 h ago" in ask("sources")[1]


def test_sources_says_how_long_the_api_wants_no_request(
    ask: Ask, store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pause is the key's: of each source with it, where the key is set; in a table only while there is one."""
    monkeypatch.setenv("PUFFLE_API_KEY", "pk_one")
    key_id = ApiKey("pk_one", setting="a test").fingerprint()
    assert "left out: paused (no value)" in ask("sources")[1]
    until = now_us() + 3600 * S
    with store.writing() as connection:
        key_budgets.lock_budgets(connection, {key_id: 80}, now=now_us())
        key_budgets.pause(connection, key_id, until=until)
    assert [one["paused_until"] for one in told(ask, "sources")] == [iso(until)] * 2
    assert list(told(ask, "sources")[0])[-1] == "paused_until"
    assert "for 59 m " in ask("sources")[1]
    monkeypatch.setenv("PUFFLE_API_KEY", "pk_another")
    assert [one["paused_until"] for one in told(ask, "sources")] == [None, None]
    monkeypatch.delenv("PUFFLE_API_KEY")
    assert [one["paused_until"] for one in told(ask, "sources")] == [None, None]


@pytest.mark.usefixtures("store")
def test_sources_fits_eighty_columns(ask: Ask) -> None:
    """The table of several sources is at most 80 columns wide."""
    _, out = ask("sources")
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    "command",
    [
        *(["sources"], ["runs"], ["overdue"], ["failures"], ["coverage"]),
        *(["export", "answers", "--out", "-"], ["export", "polls", "--out", "-"]),
    ],
)
def test_an_unknown_source_is_a_usage_error(ask: Ask, command: list[str]) -> None:
    """`--source` names a source of the store; the line says which there are."""
    told = "recorder: no source 'nope' in this store: it has a, b\n"
    assert ask(*command, "--source", "nope") == (2, told)


@pytest.mark.usefixtures("database")
def test_an_empty_store_has_no_sources(ask: Ask) -> None:
    """Without any source the table says what makes one."""
    code, out = ask("sources")
    assert (code, "recorder track" in out) == (0, True)
    assert told(ask, "sources") == []


def test_a_missing_store_is_an_error(bare_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Reading commands never make a store: they say what does."""
    assert run(cli, ["sources", "--db", bare_url, "--config", os.devnull]) == 1
    assert "no store at" in capsys.readouterr().err


@pytest.mark.usefixtures("store")
def test_overdue_lists_runs_past_the_patience(ask: Ask) -> None:
    """An overdue run stands there with its trigger id and the time beyond the patience."""
    (late,) = told(ask, "overdue")
    assert list(late) == OVERDUE
    assert (late["source"], late["run_id"], late["status"]) == ("a", "late", "running")
    assert late["trigger_run_id"] == "run_late"
    assert 299 < late["overdue_seconds"] < 330


@pytest.mark.usefixtures("store")
def test_overdue_lists_the_longest_first(ask: Ask) -> None:
    """With less patience there are more, by age."""
    assert [r["run_id"] for r in told(ask, "overdue", "--overdue-after", "10s")] == ["late", "live"]
    assert told(ask, "overdue", "--overdue-after", "1h") == []
    assert told(ask, "overdue", "--source", "b") == []


@pytest.mark.usefixtures("store")
def test_overdue_fails_on_demand(ask: Ask) -> None:
    """`--fail` ends with 5 where there are any, and with 0 where there are none."""
    assert ask("overdue")[0] == 0
    assert ask("overdue", "--fail")[0] == 5
    code, out = ask("overdue", "--fail", "--overdue-after", "1h")
    assert (code, out) == (0, "no run is in flight for more than 1h\n")


@pytest.mark.usefixtures("store")
def test_overdue_in_other_formats(ask: Ask) -> None:
    """CSV has the columns of the JSON, markdown those of the table."""
    rows = list(csv.reader(io.StringIO(ask("overdue", "--format", "csv")[1])))
    assert rows[0] == OVERDUE
    assert rows[1][1] == "late"
    assert ask("overdue", "--format", "markdown")[1].startswith("| run id | trigger run id |")


def test_served_text_is_shown_not_obeyed(ask: Ask, database: Database) -> None:
    """A slug that holds a terminal escape is spelt out."""
    register(database, ["er_1"], at=ago(4000))
    body = row("er_1", age=900, slug="\x1b[31mred")
    Recorder(database).record([answer(ago(5), body)])
    _, out = ask("overdue")
    assert "\x1b" not in out
    assert "\\x1b[31mred" in out


def test_a_source_is_bound_anew(
    ask: Ask, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its history stays; what the ledger before said of its key is forgotten; the old base URL is told."""
    url = "https://new.test/v2"
    register(database, ["er_1"], source="a", at=ago(100))
    Recorder(database).record([answer(ago(50), row("er_1"), source="a")])
    with database.writing() as connection:
        save_keys(connection, [KeyAnswer(1, "k", False, now_us())])
    monkeypatch.setenv("RECORDER_BASE_URL", "https://environment.test")
    code, said = ask("sources", "--move", "a", "--base-url", f"{url}/")
    assert (code, said) == (
        0,
        f"recorder: source 'a' belongs to {url} now, no longer to {BASE_URL}\n",
    )
    (held,) = told(ask, "sources")
    assert (held["base_url"], held["refused_at"], held["in_flight"]) == (url, None, 1)
    register(database, ["er_2"], source="b", at=ago(100))
    assert [one["base_url"] for one in told(ask, "sources")] == [url, BASE_URL]


def test_what_cannot_be_bound_anew(
    ask: Ask, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without --base-url, a source that is not there, one that is polled now, a URL that is none: exit code 2."""
    register(database, ["er_1"], source="a", at=ago(100))
    monkeypatch.setenv("RECORDER_BASE_URL", "https://environment.test")
    assert ask("sources", "--move", "a")[0] == 2
    assert "no source 'x'" in ask("sources", "--move", "x", "--base-url", BASE_URL)[1]
    assert (
        "--base-url=https://a..b: "
        in ask("sources", "--move", "a", "--base-url", "https://a..b")[1]
    )
    with database.writing() as connection:
        acquire(connection, [1], new_holder(), now=now_us() + HOUR)
    code, said = ask("sources", "--move", "a", "--base-url", "https://new.test")
    assert (code, "stop it, then move the source" in said) == (2, True)
    assert [one["base_url"] for one in told(ask, "sources")] == [BASE_URL]
