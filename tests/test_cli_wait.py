"""`recorder wait`: it polls named runs to their end, and its exit code says how they ended."""

import json
import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from stores import T0, S, answer, document
from terminals import on_a_terminal
from test_poll_cli import KEY, Commands, commands, wait_for

from recorder.cli import wait, watcher
from recorder.cli.main import cli, run
from recorder.instants import HOUR, now_us
from recorder.sandbox import Reply
from recorder.store.engine import Database
from recorder.store.sharing.leases import acquire, new_holder
from recorder.store.write.record import Recorder

__all__ = ["commands"]

QUICK = ("--every", "100ms", "--rate", "6000")
STUCK = document("er_stuck", trigger={"triggerRunId": "run_7"})


def ends(commands: Commands, run_id: str, status: str, **fields: Any) -> None:
    """Serve a run that is pending, running, and then ends."""
    states = [document(run_id, word) for word in ("pending", "running")]
    commands.sandbox.script(run_id, [*states, document(run_id, status, **fields)])


def test_it_polls_a_new_run_to_its_end(
    commands: Commands, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is registered, polled at the cadence, and its last row is printed; nothing else is said, on either store."""
    monkeypatch.setenv("RECORDER_DATABASE_URL", store_url)
    ends(commands, "er_1", "completed", cost={"actual": 2, "preview": 2.50})
    ended = commands("wait", "er_1", *QUICK, "--format", "ndjson")
    assert (ended.code, ended.err) == (0, "")
    row = json.loads(ended.out)
    assert (row["status"], row["cost_actual"], row["cost_preview"]) == ("completed", 2, 2.5)
    assert commands.requested() == ["er_1"] * 3


def test_a_run_that_has_ended_is_answered_from_the_store(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once: no request is sent, no key is needed, and a run that nobody watches any more stays so."""
    commands.serve("er_1", status="completed")
    commands.track("er_1")
    commands("poll")
    commands("untrack", "er_1")
    monkeypatch.delenv("PUFFLE_API_KEY")
    assert commands("wait", "er_1").code == 0
    assert commands.requested() == ["er_1"]
    assert commands.rows("SELECT tracking FROM runs") == [("untracked",)]


def test_json_is_what_the_api_served(commands: Commands) -> None:
    """The document of one run; an array for several, in their order, without what was never shown."""
    for run_id in ("er_1", "er_2"):
        commands.sandbox.put(f'{{"run": {{"id": "{run_id}", "status": "completed", "odd": 1.10}}}}')
    one = commands("wait", "er_1", *QUICK, "--format", "json")
    assert json.loads(one.out, parse_float=str)["run"]["odd"] == "1.10"
    assert commands("wait", "er_2", *QUICK).code == 0
    two = commands(
        "wait", "er_2", "er_3", "er_1", "er_2", *QUICK, "--timeout", "300ms", "--format", "json"
    )
    assert [row["run"]["id"] for row in json.loads(two.out)] == ["er_2", "er_1"]
    assert two.code == 6
    none = commands("wait", "er_3", *QUICK, "--timeout", "300ms", "--format", "json")
    assert (none.code, none.out) == (6, "")


@pytest.mark.parametrize("form", ["ndjson", "json"])
def test_another_run_is_not_taken_for_one_that_is_forgotten(
    commands: Commands, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    """Which has the number that the first one had: it is no answer of that one."""
    commands.serve("er_2", status="completed")
    commands.track("er_1")
    others = [["forget", "er_1", "--yes"], ["track", "er_2"], ["poll"]]
    poll = wait.Wait.run

    def run_beside_others(self: wait.Wait) -> int:
        for one in others:
            assert run(cli, [*one, "--db", str(commands.store)]) == 0
        return poll(self)

    monkeypatch.setattr(wait.Wait, "run", run_beside_others)
    ended = commands("wait", "er_1", *QUICK, "--timeout", "1s", "--format", form)
    assert (ended.code, ended.out) == (6, "")


SCRIPT = """
recorder wait er_done --format ndjson | grep -o '"status":"[a-z]*"'
for id in er_done er_bad er_off; do
  recorder wait $id > $id.out; echo "$id $?"
done
recorder wait er_stuck --timeout 2s > er_stuck.out; echo "er_stuck $?"
printf '{"enrichmentRunId": "er_bad", "status": "pending"}\\ner_done\\n' | recorder wait - > both.out; echo "stdin $?"
recorder wait er_bad er_stuck er_done --timeout 2s > all.out; echo "all $?"
recorder wait er_done > last.out && echo then
"""


@pytest.mark.slow
def test_a_shell_script_goes_by_its_exit_code(commands: Commands, tmp_path: Path) -> None:
    """0 completed, 5 failed or cancelled, 6 given up, which outranks 5; a stuck run comes with its triggerRunId."""
    ends(commands, "er_done", "completed")
    ends(commands, "er_bad", "failed", error={"message": "no credits"})
    ends(commands, "er_off", "cancelled")
    commands.sandbox.put(STUCK)
    program = tmp_path / "bin" / "recorder"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -W error -m recorder "$@"\n')
    program.chmod(0o755)
    environ = os.environ | {"PATH": f"{program.parent}:{os.environ['PATH']}"}
    environ |= {"RECORDER_EVERY": "200ms", "RECORDER_RATE": "6000"}
    done = subprocess.run(
        ["sh", "-c", SCRIPT], cwd=tmp_path, env=environ, capture_output=True, text=True, check=True
    )
    first, *codes, last = done.stdout.splitlines()
    assert (first, last) == ('"status":"completed"', "then")
    assert codes == ["er_done 0", "er_bad 5", "er_off 5", "er_stuck 6", "stdin 5", "all 6"]
    gave_up = (
        "recorder: gave up: run er_stuck of source 'default' is running after 2s: escalate with"
    )
    assert done.stderr.splitlines()[1:] == [f"{gave_up} triggerRunId run_7"] * 2
    assert "no credits" not in done.stderr
    table = (tmp_path / "all.out").read_text()
    assert [table.index(one) for one in ("er_bad", "er_stuck", "er_done")] == sorted(
        table.index(one) for one in ("er_bad", "er_stuck", "er_done")
    )


def test_a_run_that_is_not_there_is_given_up(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a minute of 404s; one that comes within it is waited for."""
    assert wait.GONE_AFTER_US == 60 * S
    monkeypatch.setattr(wait, "GONE_AFTER_US", 700_000)
    ended = commands("wait", "er_1", *QUICK)
    assert (ended.code, ended.err.count("\n")) == (6, 2), "the store that was made is told too"
    assert "gave up: run er_1 of source 'default' is not visible (404): " in ended.err
    ends(commands, "er_1", "completed")
    assert commands("wait", "er_1", *QUICK).code == 0, (
        "and it is polled at once, however long it was gone"
    )


def test_failures_after_a_404_are_none(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that was not there once is waited for while the server fails."""
    monkeypatch.setattr(wait, "GONE_AFTER_US", 700_000)
    fails, row = [Reply(status=503)] * 4, document("er_1", "completed")
    commands.sandbox.script("er_1", [Reply(status=404), *fails, row])
    assert commands("wait", "er_1", *QUICK).code == 0


@pytest.mark.parametrize(("status", "more"), [(401, ("er_2",)), (403, ())])
def test_a_refused_key_ends_it(commands: Commands, status: int, more: tuple[str, ...]) -> None:
    """Exit code 4, which outranks all others; the run stays tracked."""
    commands("db", "upgrade")
    for run_id in more:
        commands.serve(run_id, status="failed")
        assert commands("wait", run_id, *QUICK).code == 5
    commands.sandbox.script("er_1", [Reply(status=status)])
    ended = commands("wait", "er_1", *more, *QUICK)
    assert ended.code == 4
    assert ended.err.splitlines()[0].startswith("recorder: source 'default' is stopped: ")
    assert "gave up: run er_1" in ended.err.splitlines()[1]
    assert commands.rows("SELECT tracking FROM runs WHERE run_id = 'er_1'") == [("active",)]


def test_a_key_that_is_refused_at_the_last_moment_is_told(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 4 also where the time is over before anybody looks: it outranks giving up."""
    monkeypatch.setattr(watcher, "_DRAW_S", 3600)
    commands("db", "upgrade")
    commands.sandbox.script("er_1", [Reply(status=401)])
    for timeout in ("400ms", "4s", "40s"):  # on a machine that stands still nothing is sent in time
        ended = commands("wait", "er_1", *QUICK, "--timeout", timeout)
        if commands.requested():
            break
    assert (ended.code, len(commands.requested())) == (4, 1)
    assert "is not polled: the key was refused" in ended.err


def test_a_failing_server_is_named(commands: Commands) -> None:
    """A run that was given up because its polls fail says so."""
    commands.sandbox.script("er_1", [Reply(status=503)])
    commands.track("er_1")
    assert commands("poll").code == 3
    ended = commands("wait", "er_1", *QUICK, "--timeout", "400ms")
    assert ended.code == 6
    why = "is not seen yet after 400ms (last poll: server error): the ledger gives no triggerRunId"
    assert ended.err.splitlines()[-1] == f"recorder: gave up: run er_1 of source 'default' {why}"


def test_an_unset_key_is_told_at_once(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody else polls the source, there is nothing to wait for: exit code 2."""
    commands.track("er_1")
    monkeypatch.delenv("PUFFLE_API_KEY")
    ended = commands("wait", "er_1")
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert "PUFFLE_API_KEY is not set" in ended.err


@pytest.mark.slow
@pytest.mark.parametrize("key", ["", KEY])
def test_it_reads_what_another_process_polls(
    commands: Commands, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store says how the run ends; no request is sent, and no key is needed."""
    commands.track("er_1")
    monkeypatch.setenv("PUFFLE_API_KEY", key)
    with closing(Database(f"sqlite:///{commands.store}")) as database:
        with database.writing() as connection:
            acquire(connection, [1], new_holder(), now=now_us() + HOUR)
        with commands.process("wait", "er_1", "--format", "csv") as process:
            assert process.stderr is not None
            if key:
                wait_for(lambda: commands.rows("SELECT count(*) FROM poller") == [(1,)])
            else:
                assert "is left out: PUFFLE_API_KEY is not set" in process.stderr.readline()
            at = (now_us() - T0) // S + 1
            Recorder(database).record([answer(at, document("er_1", "cancelled"))])
            out, err = process.communicate(timeout=60)
    assert (process.returncode, err, commands.requested()) == (5, "", [])
    assert ",cancelled," in out


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_the_runs_tracked(commands: Commands, number: int) -> None:
    """It ends quickly, with 130 and without a word, and no longer holds the source."""
    commands("db", "upgrade")
    commands.sandbox.put(STUCK)
    with commands.process("wait", "er_stuck", "--timeout", "1h") as process:
        wait_for(commands.requested)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        assert (out, err.strip()) == ("", "")
    assert process.returncode == 130
    assert commands.rows("SELECT run_id, tracking FROM runs") == [("er_stuck", "active")]
    assert commands.rows("SELECT holder FROM source") == [(None,)]


@pytest.mark.slow
def test_a_terminal_shows_a_line_a_run(commands: Commands) -> None:
    """While it goes on; at the end the table of the last rows stands there alone."""
    ends(commands, "er_1", "completed")
    commands.sandbox.put(STUCK)
    commands("db", "upgrade")
    environ = {"TERM": "xterm", "RECORDER_EVERY": "400ms"}
    code, shown = on_a_terminal("wait", "er_1", "er_stuck", "--timeout", "3s", environ=environ)
    text = shown.decode()
    assert code == 6
    assert "polled here" in text
    assert "\n2 runs: " in text.replace("\r", "")
    assert "\x1b[2K" in text


@pytest.mark.parametrize(
    "wrong", [(), ("",), ("er_1", "--timeout", "soon"), ("er_1", "--timeout", "0s")]
)
def test_arguments_that_make_no_sense(commands: Commands, wrong: tuple[str, ...]) -> None:
    """Exit code 2, nothing is sent, nothing is made."""
    ended = commands("wait", *wrong)
    assert (ended.code, ended.out, commands.requested()) == (2, "", [])
    assert not commands.store.exists()


def test_an_empty_stdin_is_no_success(commands: Commands) -> None:
    """`curl ... | recorder wait - && next` does not go on where curl gave nothing."""
    with commands.process("wait", "-") as process:
        process.communicate(timeout=60)
    assert process.returncode == 2


def test_a_run_of_two_sources_needs_one(commands: Commands) -> None:
    """Exit code 2, as everywhere; with --source it is waited for there."""
    commands.serve("er_1", status="completed")
    for source in ("default", "other"):
        commands.track("er_1", source=source)
    assert commands("wait", "er_1").code == 2
    assert commands("wait", "er_1", "--source", "other", *QUICK).code == 0
    assert commands.rows("SELECT status FROM runs WHERE source = 'default'") == [(None,)]


@pytest.mark.slow
def test_thousands_of_runs_are_waited_for(commands: Commands, tmp_path: Path) -> None:
    """No number of ids is too large for a statement."""
    ids = [f"er_{n}" for n in range(3000)]
    commands.serve(*ids, status="completed")
    (tmp_path / "ids").write_text("\n".join(ids))
    commands("track", *ids)
    ended = commands("wait", *ids, "--timeout", "1s", *QUICK, "--format", "ndjson")
    assert (ended.code, ended.out.count("\n")) == (6, 3000)
    assert "gave up: run er_2999" in ended.err
