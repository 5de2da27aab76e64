"""`label` and `forget`: what people change about runs, whole and on both kinds of store."""

import json
import os
from collections.abc import Callable
from typing import Any

import pytest
from shapes import fill
from stores import answer, content, document, register, rows, view
from terminals import on_a_terminal

from recorder.cli.main import cli, run
from recorder.store.documents import load_value
from recorder.store.engine import Database
from recorder.store.parts import Parts
from recorder.store.records import load_snapshots
from recorder.store.schema import snapshot
from recorder.store.write.forget import forget
from recorder.store.write.record import Recorder

Ask = Callable[..., tuple[int, str, str]]

LONG = {name: f"{name} " * 40 for name in ("a", "b", "c")}


@pytest.fixture
def ask(store_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Runs a command on the store; its exit code, and what it printed on stdout and stderr."""
    monkeypatch.setenv("RECORDER_CONFIG", os.devnull)

    def asked(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(cli, [*arguments, "--db", store_url])
        return code, *capsys.readouterr()

    return asked


def served(database: Database, run_id: str) -> list[dict[str, Any]]:
    """The answers of a run that the store gives back."""
    with database.reading() as connection:
        parts = Parts(connection, 1)
        held = rows(database, "run")
        (key,) = [one["run_key"] for one in held["run"] if one["run_id"] == run_id]
        found = load_snapshots(connection, snapshot.c.run_key == key)
        return [load_value(row, parts) for row in found]


def forget_one(database: Database, run_id: str, source: str = "default") -> int:
    with database.writing() as connection:
        return forget(connection, source, [run_id])


def long_document(run_id: str, *names: str) -> dict[str, Any]:
    return document(run_id, enrichment={"inner": {name: LONG[name] for name in names}})


def test_nothing_is_left_of_a_forgotten_run(database: Database) -> None:
    """A store that forgets a run is the store that never had it, row by row and part by part."""
    register(database, ["er_1", "other"])
    recorder = Recorder(database)
    recorder.record([answer(1, long_document("er_1", "a", "b"))])
    before, parts = content(database), rows(database, "part")["part"]
    recorder.record(
        [
            answer(2, long_document("other", "a", "c"), run_id="other"),
            answer(3, b"no row", run_id="other"),
            answer(4, document("other", "completed"), run_id="other"),
        ]
    )
    assert forget_one(database, "other") == 1
    register(database, ["er_1"])
    without = {
        name: [row for row in held if row.get("run_key") != 2 and row.get("run_id") != "other"]
        for name, held in before.items()
    }
    (source,) = without.pop("source")
    after = content(database)
    assert after.pop("source") == [source | {"parts_version": 1}]
    assert after == without
    assert rows(database, "part")["part"] == parts


def test_a_process_that_remembers_parts_does_not_refer_to_what_is_gone(database: Database) -> None:
    """A watch goes on while a run is forgotten: what it stores afterwards is given back as it was served."""
    register(database, ["er_1", "er_2", "er_3"])
    watching, later = Recorder(database), Recorder(database)
    watching.record([answer(1, long_document("er_1", "a", "b"))])
    forget_one(database, "er_1")
    later.record([answer(2, long_document("er_2", "c"), run_id="er_2")])
    watching.record([answer(3, long_document("er_3", "a", "b"), run_id="er_3")])
    assert served(database, "er_2") == [long_document("er_2", "c")]
    assert served(database, "er_3") == [long_document("er_3", "a", "b")]


def test_a_late_answer_does_not_bring_a_run_back(database: Database) -> None:
    """An answer that was on its way when its run was forgotten is dropped; the others of its call are recorded."""
    register(database, ["er_1", "er_2"])
    recorder = Recorder(database)
    recorder.record([answer(1)])
    forget_one(database, "er_1")
    recorded = recorder.record([answer(2), answer(2, document("er_2"), run_id="er_2")])
    assert len(recorded) == 1
    held = rows(database)
    assert [one["run_id"] for one in held["run"]] == ["er_2"]
    assert {row["run_key"] for name in ("watch", "poll", "snapshot") for row in held[name]} == {2}


@pytest.mark.slow
def test_runs_of_every_shape_are_forgotten_whole(ask: Ask, database: Database) -> None:
    """Whatever a run went through, `forget` leaves no row of it and every other run as it was."""
    fill(database)
    runs = [(row["source"], row["run_id"]) for row in view(database, "runs")]
    for source, run_id in runs[::2]:
        assert ask("forget", "--yes", "--source", source, run_id) == (0, "", ""), run_id
    left = set(runs[1::2])
    for name in ("runs", "snapshots", "polls", "transitions", "labels", "events"):
        assert {(row["source"], row["run_id"]) for row in view(database, name)} <= left
    code, out, err = ask("export", "answers", "--out", "-")
    assert (code, err) == (0, "")
    tracked = [line for line in map(json.loads, out.splitlines()) if "tracked_at" in line]
    assert {(line["source"], line["run_id"]) for line in tracked} == left
    assert ask("forget", "--yes", "--until", "1h")[0] == 0
    held = rows(database)
    of_no_run = {"source", "run_month", "key_budget", "key_slot"}
    assert {name for name, some in held.items() if some} <= of_no_run


@pytest.mark.slow
def test_forget_asks(ask: Ask, database: Database, store_url: str) -> None:
    """Without `--yes` it needs a terminal to ask on; what is not answered yes is not done."""
    register(database, ["er_1", "er_\x1b[7m2"])
    code, out, err = ask("forget", "er_1")
    assert (code, out) == (2, "")
    assert "add --yes" in err
    everything = ("forget", "--until", "0s", "--db", store_url)
    code, shown = on_a_terminal(*everything, types=b"n\n")
    assert code == 1
    assert rb"Forget 2 runs for good: er_\x1b[7m2, er_1? [y/N]" in shown
    assert b"nothing was forgotten" in shown
    assert len(rows(database, "run")["run"]) == 2
    code, shown = on_a_terminal(*everything, types=b"y\n")
    assert code == 0
    assert b"2 runs forgotten" in shown
    assert rows(database, "run")["run"] == []


@pytest.mark.parametrize(
    "command", [["forget", "--yes"], ["label", "k=v"], ["label", "--remove", "k"]]
)
def test_the_runs_have_to_be_named(ask: Ask, database: Database, command: list[str]) -> None:
    """No ids and no filters are not all runs; ids and filters together, or an unknown id, change nothing."""
    register(database, ["er_1"], labels={"k": "old"})
    before = rows(database)
    name, *more = command
    for which in ([], ["er_1", "--slug", "x"], ["--source", "default"], ["nope"], ["er_1", "nope"]):
        code, out, err = ask(name, *which, *more)
        assert (code, out, err.count("\n")) == (2, "", 1), which
    assert rows(database) == before
    code, _, err = ask(name, *more, "--slug", "x")
    assert (code, rows(database)) == (0, before)
    assert "no run of the store has slug 'x'" in err


def labels(database: Database) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row in view(database, "labels"):
        found.setdefault(row["run_id"], {})[row["key"]] = row["value"]
    return found


def test_labels_are_set_and_taken_back(ask: Ask, database: Database) -> None:
    """By ids or by filters, several at once; a value may be empty, hold =, or stand in an older one's place."""
    register(database, ["er_1", "er_2", "er_3"])
    assert ask("label", "er_1", "er_2", "team=growth", "k=a=b") == (0, "", "")
    assert labels(database) == {"er_1": {"team": "growth", "k": "a=b"}} | {
        "er_2": {"team": "growth", "k": "a=b"}
    }
    assert ask("label", "--label", "team=growth", "team=sales", "k=", "--remove", "nope")[0] == 0
    assert ask("label", "er_2", "--remove", "k", "--remove", "team") == (0, "", "")
    assert labels(database) == {"er_1": {"team": "sales", "k": ""}}
    assert ask("label", "--until", "0s", "--remove", "team", "wave=1")[0] == 0
    assert labels(database) == {"er_1": {"k": "", "wave": "1"}} | {
        run_id: {"wave": "1"} for run_id in ("er_2", "er_3")
    }


@pytest.mark.parametrize("words", [[], ["er_1"], ["er_1", "=v"], ["er_1", "x" * 600 + "=1"]])
def test_what_is_no_label_is_refused(ask: Ask, database: Database, words: list[str]) -> None:
    """One line says what a label looks like, and nothing is set."""
    register(database)
    code, out, err = ask("label", *words)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert labels(database) == {}
