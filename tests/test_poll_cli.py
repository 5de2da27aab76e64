"""`recorder poll` as people and cron use it: over real HTTP, with its exit codes, its silence and its signals."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa
from stores import document

from recorder.cli.main import cli, run
from recorder.instants import now_us
from recorder.sandbox import Fault, Kind, Reply, Sandbox, SimulatedPopulation
from recorder.store.engine import Database

KEY = "pk_live_MARKED_3f9a7c51d2"
SLOW = Fault(kind=Kind.SLOW, seconds=0.7)
HELD = Fault(kind=Kind.TIMEOUT)


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


@dataclass
class Commands:
    """A sandbox, a store, and the command line over both."""

    sandbox: Sandbox
    store: Path
    capture: pytest.CaptureFixture[str]
    template: Path

    def __call__(self, *arguments: str) -> Ended:
        self.capture.readouterr()
        code = run(cli, arguments)
        said = self.capture.readouterr()
        return Ended(code, said.out, said.err)

    def track(self, *run_ids: str, source: str = "default") -> None:
        if not self.store.exists():
            shutil.copyfile(self.template, self.store)
        assert self("track", *run_ids, "--source", source).code == 0

    def serve(self, *run_ids: str, status: str = "running") -> None:
        for run_id in run_ids:
            self.sandbox.put(document(run_id, status, cost={"actual": 1}))

    def requested(self) -> list[str | None]:
        return [entry.run_id for entry in self.sandbox.requests]

    def rows(self, query: str) -> list[tuple[object, ...]]:
        database = Database(f"sqlite:///{self.store}")
        try:
            with database.reading() as connection:
                return [tuple(row) for row in connection.execute(sa.text(query))]
        finally:
            database.close()

    @contextmanager
    def process(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """The command in a process of its own."""
        program = [sys.executable, "-W", "error", "-m", "recorder", *arguments]
        pipe = subprocess.PIPE
        with subprocess.Popen(program, stdout=pipe, stderr=pipe, text=True) as process:
            try:
                yield process
            finally:
                process.kill()


def wait_for(what: Callable[[], object], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not come"
        time.sleep(0.02)


@pytest.fixture
def commands(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    sqlite_template: Path,
) -> Iterator[Commands]:
    """A store of its own, no config file, a sandbox with one user."""
    with Sandbox(users={"default": KEY}).start() as sandbox:
        store = tmp_path / "store.db"
        for name in list(os.environ):
            if name.startswith(("RECORDER_", "PUFFLE_")):
                monkeypatch.delenv(name)
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("RECORDER_DATABASE_URL", str(store))
        monkeypatch.setenv("RECORDER_BASE_URL", sandbox.url)
        monkeypatch.setenv("PUFFLE_API_KEY", KEY)
        yield Commands(sandbox, store, capsys, sqlite_template)


@pytest.fixture
def asked_once(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that was polled is due again in an hour, however long the machine stands still between two passes."""
    del commands  # its environment comes first
    monkeypatch.setenv("RECORDER_EVERY", "1h")


@pytest.mark.usefixtures("asked_once")
def test_a_pass_is_silent_when_all_is_well(commands: Commands) -> None:
    """Each due run is asked once, and nothing is said where stdout is no terminal."""
    commands.serve("er_1", "er_2")
    commands.track("er_1", "er_2")
    assert commands("poll") == Ended(0, "", "")
    assert sorted(map(str, commands.requested())) == ["er_1", "er_2"]
    assert commands("poll") == Ended(0, "", ""), "nothing is due yet"
    assert len(commands.requested()) == 2
    assert commands.rows("SELECT run_id, status FROM runs ORDER BY run_id") == [
        ("er_1", "running"),
        ("er_2", "running"),
    ]


@pytest.mark.usefixtures("asked_once")
def test_verbose_is_one_line(commands: Commands) -> None:
    """What was asked and what came of it, on stderr."""
    commands.serve("er_1")
    commands.track("er_1", "er_2")
    assert commands("poll", "-v") == Ended(0, "", "recorder: polled 2: 1 changed, 1 not visible\n")
    assert commands("poll", "-v") == Ended(0, "", "recorder: polled 0\n")


def test_an_empty_store_is_made_and_polled(commands: Commands) -> None:
    """A cron line may be there before the first run is."""
    first = commands("poll")
    assert (first.code, first.err) == (0, f"recorder: made the store {commands.store}\n")
    assert commands("poll") == Ended(0, "", "")


@pytest.mark.parametrize(
    ("status", "code"), [(503, 3), (403, 4), (401, 4), (404, 0), (200, 3), (429, 3), (302, 3)]
)
def test_exit_codes(commands: Commands, status: int, code: int) -> None:
    """3 where a source never answered, 4 where the key is refused; a 404 is an answer; a 200 without a run is none."""
    commands.sandbox.script("er_1", [Reply(status=status)])
    commands.track("er_1")
    ended = commands("poll")
    assert ended.code == code
    assert ended.out == ""
    assert len(ended.err.splitlines()) == (1 if code else 0)


def test_a_refused_key_outranks_other_failures(commands: Commands) -> None:
    """One clear message that names the source, and what to do."""
    commands.sandbox.script("er_1", [Reply(status=503)])
    commands.sandbox.script(
        "er_2", [Reply(status=401, body=b'{"error": {"message": "Key was revoked"}}')]
    )
    commands.track("er_1", "er_2")
    assert commands("poll") == Ended(
        4,
        "",
        "recorder: source 'default' is stopped: the API key was refused (401: Key was revoked):"
        " give it a key that works, then poll again\n",
    )


@pytest.mark.parametrize("how", [(), ("--for", "1d"), ("--until-done",)])
def test_an_unset_key_is_one_line(
    commands: Commands, monkeypatch: pytest.MonkeyPatch, how: Sequence[str]
) -> None:
    """It names the variable; nothing is asked, and nothing is waited for."""
    commands.track("er_1")
    monkeypatch.delenv("PUFFLE_API_KEY")
    ended = commands("poll", *how)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("recorder: PUFFLE_API_KEY is not set: ")
    assert ended.err.count("\n") == 1
    assert commands.requested() == []


def test_another_base_url_is_told(commands: Commands) -> None:
    """A source belongs to the API that it was first used with; no key is sent anywhere else."""
    commands.track("er_1")
    with Sandbox(users={"default": KEY}).start() as other:
        ended = commands("poll", "--base-url", other.url)
        assert ended.code == 2
        assert ended.err.count("\n") == 1
        assert f"source 'default' of this store belongs to {commands.sandbox.url}" in ended.err
        assert other.requests == []


def test_what_no_request_can_be_made_with_is_told(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A setting that is found wrong only when the first request is to go out ends the pass; nothing hangs."""
    monkeypatch.setenv("RECORDER_BASE_URL", "https://127.0.0.1:9")
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/certificates.pem")
    commands.track("er_1", "er_2")
    ended = commands("poll")
    assert (ended.code, ended.out) == (2, "")
    assert "SSL_CERT_FILE or SSL_CERT_DIR cannot be used" in ended.err
    assert ended.err.count("\n") == 1
    assert commands.rows("SELECT count(*) FROM polls") == [(0,)]


def test_a_service_without_any_key_does_not_begin(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would look well, and poll nothing: a setting is missing, and that is told."""
    commands.track("er_1")
    monkeypatch.delenv("PUFFLE_API_KEY", raising=False)
    ended = commands("poll", "--forever")
    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert "PUFFLE_API_KEY is not set" in ended.err


def test_a_source_without_a_key_does_not_stop_the_others(
    commands: Commands, tmp_path: Path
) -> None:
    """It is left out, told in one line, and the exit code says that not all was polled."""
    config = tmp_path / "two.toml"
    config.write_text('[sources.other]\napi_key_env = "OTHER_KEY"\n')
    commands.serve("er_1")
    commands.track("er_1")
    commands.track("er_2", source="other")
    ended = commands("poll", "--config", str(config))
    assert ended.code == 3
    assert ended.err.count("\n") == 1
    assert ended.err.startswith("recorder: source 'other' is left out: OTHER_KEY is not set")
    assert commands.requested() == ["er_1"]
    assert commands("poll", "--config", str(config), "--source", "default") == Ended(0, "", "")
    only = commands("poll", "--config", str(config), "--source", "other")
    assert only.code == 2
    assert only.err.startswith("recorder: OTHER_KEY is not set")


@pytest.mark.slow
def test_a_new_key_in_its_file_is_taken_up(
    commands: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a service that goes on; a file that is away for a moment changes nothing, and is not told."""
    file, config = tmp_path / "key", tmp_path / "key.toml"
    file.write_text("pk_of_nobody_0123456789")
    config.write_text(f'[sources.default]\napi_key_file = "{file}"\n')
    monkeypatch.setenv("RECORDER_CONFIG", str(config))
    commands.serve("er_1")
    commands.track("er_1")
    with commands.process("poll", "--forever") as service:
        wait_for(lambda: commands.rows("SELECT count(*) FROM polls") == [(1,)])
        file.unlink()
        time.sleep(1.5)
        file.write_text(KEY)
        wait_for(
            lambda: commands.rows("SELECT count(*) FROM runs WHERE status = 'running'") == [(1,)]
        )
        service.send_signal(signal.SIGTERM)
        _, said = service.communicate(timeout=60)
    assert service.returncode == 0
    assert [line.partition(": ")[2].partition(":")[0] for line in said.splitlines()] == [
        "source 'default' is stopped",
        "source 'default'",
    ]


def test_a_key_file_that_others_can_read_is_told_at_v(
    commands: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line; nothing without -v, and nothing of a file that is the owner's alone."""
    file, config = tmp_path / "key", tmp_path / "key.toml"
    file.write_text(KEY)
    config.write_text(f'[sources.default]\napi_key_file = "{file}"\n')
    monkeypatch.setenv("RECORDER_CONFIG", str(config))
    commands.serve("er_1")
    commands.track("er_1")
    file.chmod(0o644)
    warned = commands("poll", "-v").err
    assert f"recorder: others on this machine may read {file}: chmod 600 it\n" in warned
    assert commands("poll") == Ended(0, "", "")
    file.chmod(0o600)
    assert "chmod" not in commands("poll", "-v").err


@pytest.mark.parametrize(
    "wrong",
    [
        ("--forever", "--for", "1.4s"),
        ("--forever", "--until-done"),
        ("--for", "soon"),
        ("--rate", "0"),
    ],
)
def test_options_that_make_no_sense(commands: Commands, wrong: Sequence[str]) -> None:
    """Exit code 2."""
    assert commands("poll", *wrong).code == 2


@pytest.mark.slow
def test_for_a_time(commands: Commands) -> None:
    """It goes on at the cadence, asks nothing after its time, and ends no sooner."""
    commands.serve("er_1")
    commands.track("er_1")
    began = time.monotonic()
    assert commands("poll", "--for", "3s", "--every", "1s", "--rate", "600") == Ended(0, "", "")
    assert time.monotonic() - began >= 3
    sent = [entry.at for entry in commands.sandbox.requests]
    assert 2 <= len(sent) <= 3
    assert all(after - before >= 1_000_000 for before, after in pairwise(sent))


@pytest.mark.slow
def test_until_done(commands: Commands) -> None:
    """It ends when every run has ended and was found unchanged; what is recorded is what was served."""
    world = SimulatedPopulation.generate(runs=6, seed=3, start_at=now_us(), speed=300)
    calm = [one.run_id for one in world.runs if one.settled_at is not None]
    with Sandbox(world, users={"default": KEY}).start() as sandbox:
        commands.sandbox = sandbox
        os.environ["RECORDER_BASE_URL"] = sandbox.url
        commands.track(*calm)
        ended = commands(
            "poll", "--until-done", "--every", "100ms", "--settle", "200ms,400ms", "--rate", "6000"
        )
        assert ended == Ended(0, "", "")
        served = {entry.sha256 for entry in sandbox.requests}
    rows = commands.rows("SELECT status, tracking FROM runs")
    assert len(rows) == len(calm)
    assert {status for status, _ in rows} <= {"completed", "failed", "cancelled"}
    assert {tracking for _, tracking in rows} <= {"settling", "done"}
    [[snapshots]] = commands.rows("SELECT count(*) FROM snapshots")
    assert snapshots == len(served)


@pytest.mark.slow
def test_until_done_for_at_most_a_time(commands: Commands) -> None:
    """Together the first of the two ends it: here the time, as the run goes on."""
    commands.serve("er_1")
    commands.track("er_1")
    began = time.monotonic()
    assert commands("poll", "--until-done", "--for", "400ms").code == 0
    assert time.monotonic() - began >= 0.4


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["NORMAL", "EXCLUSIVE"])
@pytest.mark.parametrize("more", [(), ("--until-done",)], ids=["for", "until done"])
def test_a_locked_store_holds_no_watch_past_its_end(
    commands: Commands, mode: str, more: tuple[str, ...]
) -> None:
    """While another program writes to it, or keeps all others out, a watch waits for seconds only: exit code 1."""
    commands.track("er_1")
    with closing(sqlite3.connect(commands.store, isolation_level=None)) as other:
        other.execute(f"PRAGMA locking_mode={mode}")
        other.execute("BEGIN IMMEDIATE")
        ended = commands("poll", "--for", "1s", *more)
    assert (ended.code, commands.requested()) == (1, [])
    lines = ended.err.splitlines()
    told = f"recorder: {commands.store} stayed locked for 2 s: another program holds it; try again"
    assert lines[-1] == told
    assert len(lines) <= 2


@pytest.mark.usefixtures("asked_once")
def test_ids_from_a_file(commands: Commands, tmp_path: Path) -> None:
    """New ones are tracked and asked in the same pass; the file may come later; what is no id is told once."""
    file = tmp_path / "ids"
    commands.serve("er_1", "er_2", "er_3")
    assert commands("poll", "--track-from", str(file)).code == 0
    file.write_text('er_1\n{"runId": "er_2"}\n{"no": 1}\n')
    ended = commands("poll", "--track-from", str(file))
    assert ended.code == 0
    assert ended.err.count("\n") == 1
    assert "line 3 of" in ended.err
    assert sorted(map(str, commands.requested())) == ["er_1", "er_2"]
    assert commands("poll", "--track-from", str(file)) == Ended(0, "", ""), (
        "what is no id was reported"
    )
    with file.open("a") as growing:
        growing.write("er_3\n")
    assert commands("poll", "--track-from", str(file)) == Ended(0, "", "")
    assert commands.requested()[2:] == ["er_3"]


@pytest.mark.usefixtures("asked_once")
def test_the_trouble_of_the_file_stops_no_run(commands: Commands, tmp_path: Path) -> None:
    """A line of 3 KB is left out, and a file that cannot be read is told, exit code 2; the runs are polled."""
    file = tmp_path / "ids"
    commands.serve("er_1", "er_2")
    file.write_text("er_1\n" + "x" * 3000 + "\ner_2\n")
    ended = commands("poll", "--track-from", str(file))
    assert (ended.code, ended.err.count("\n")) == (0, 2), "the store that was made is told too"
    assert sorted(map(str, commands.requested())) == ["er_1", "er_2"]
    os.mkfifo(tmp_path / "pipe")
    commands.serve("er_3")
    commands.track("er_3")
    ended = commands("poll", "--track-from", str(tmp_path / "pipe"))
    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert "not a regular file" in ended.err
    assert commands.requested()[2:] == ["er_3"]


def test_an_id_of_the_file_that_was_dropped_stays_so(commands: Commands, tmp_path: Path) -> None:
    """Only `track` takes up a run that somebody has untracked, even where the file is written anew."""
    file = tmp_path / "ids"
    file.write_text("er_1\n")
    commands.serve("er_1")
    commands("poll", "--track-from", str(file))
    commands("untrack", "er_1")
    file.write_text("# anew\ner_1\n")
    commands("poll", "--track-from", str(file))
    assert commands.requested() == ["er_1"]
    assert commands.rows("SELECT tracking FROM runs") == [("untracked",)]
    commands.track("er_1")
    commands("poll", "--track-from", str(file))
    assert commands.requested() == ["er_1", "er_1"]


def test_an_id_of_the_file_that_was_forgotten_stays_so(commands: Commands, tmp_path: Path) -> None:
    """Its line was read: no later pass brings the run back, and new lines are taken."""
    file = tmp_path / "ids"
    file.write_text("er_1\n")
    commands.serve("er_1", "er_2")
    commands("poll", "--track-from", str(file))
    assert commands("forget", "er_1", "--yes").code == 0
    with file.open("a") as growing:
        growing.write("er_2\n")
    commands("poll", "--track-from", str(file))
    assert commands.requested() == ["er_1", "er_2"]
    assert commands.rows("SELECT run_id FROM runs") == [("er_2",)]


@pytest.mark.slow
@pytest.mark.usefixtures("asked_once")
def test_ids_from_a_file_while_it_runs(commands: Commands, tmp_path: Path) -> None:
    """What other programs append is asked soon."""
    file = tmp_path / "ids"
    commands.serve("er_1", "er_2")
    commands.track("er_1")
    with commands.process("poll", "--track-from", str(file), "--for", "1h") as process:
        wait_for(commands.requested)
        file.write_text("er_2\n")
        wait_for(lambda: len(commands.requested()) == 2)
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=60) == ("", "")
    assert commands.requested() == ["er_1", "er_2"]


def test_the_key_is_nowhere(commands: Commands) -> None:
    """Not in what is printed, nor in the store, though the server sends it back in every way."""
    echo = f'{{"error": {{"message": "bad key {KEY}"}}}}'.encode()
    for run_id, status in {"a": 500, "b": 401, "c": 200, "d": 418}.items():
        commands.sandbox.script(run_id, [Reply(status=status, body=echo)])
    commands.sandbox.put(document("e", note=f"Bearer {KEY}"))
    commands.track(*"abcde")
    said = [
        commands("poll", "-v"),
        commands("--debug", "poll", "-v"),
        commands("sources"),
        commands("doctor"),
    ]
    said += [commands("history", run_id) for run_id in "abcde"]
    assert len(commands.requested()) > 5
    for one in said:
        assert KEY not in one.out + one.err
    for path in commands.store.parent.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes()


@pytest.mark.slow
def test_a_second_poll_says_so_and_ends(commands: Commands) -> None:
    """While a service runs a pass is fine, and says at -v who polls; after SIGTERM the source is free at once."""
    commands.serve("er_1")
    commands.track("er_1")
    with commands.process("poll", "--forever", "-v") as service:
        wait_for(commands.requested)
        assert commands("poll", "-v") == Ended(
            0, "", "recorder: polled 0; another process polls default\n"
        )
        assert commands("poll") == Ended(0, "", "")
        service.send_signal(signal.SIGTERM)
        out, err = service.communicate(timeout=60)
    assert (service.returncode, out) == (0, "")
    assert err.startswith("recorder: polled ")
    assert err.count("\n") == 1
    assert commands.rows("SELECT count(*) FROM polls") == [(len(commands.requested()),)]
    assert "another" not in commands("poll", "-v").err


@pytest.mark.slow
@pytest.mark.usefixtures("asked_once")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_waits_for_the_answers_under_way(commands: Commands, number: int) -> None:
    """What was asked is recorded, then it ends with 0."""
    commands.serve("er_1", "er_2")
    commands.sandbox.inject(SLOW)
    commands.track("er_1", "er_2")
    with commands.process("poll", "--for", "1h") as process:
        wait_for(lambda: len(commands.requested()) == 2)
        process.send_signal(number)
        assert process.communicate(timeout=60) == ("", "")
    assert process.returncode == 0
    assert commands.rows("SELECT run_id, outcome FROM polls ORDER BY run_id") == [
        ("er_1", "changed"),
        ("er_2", "changed"),
    ]


@pytest.mark.slow
def test_after_a_kill_the_next_poll_goes_on_at_once(commands: Commands) -> None:
    """A dead process's lease is no obstacle on its own host."""
    commands.serve("er_1")
    commands.sandbox.inject(HELD)
    commands.track("er_1")
    with commands.process("poll", "--forever") as service:
        wait_for(commands.requested)
        service.kill()
        service.wait()
    commands.sandbox.inject()
    assert commands("poll", "-v").err == "recorder: polled 1: 1 changed\n"


def test_a_retry_after_is_kept_to_by_the_next_pass(commands: Commands) -> None:
    """A pause that the API asked for holds for the key, whichever process asks."""
    commands.sandbox.script("er_1", [Reply(status=429, headers={"Retry-After": "300"})])
    commands.serve("er_2")
    commands.track("er_1", "er_2")
    assert (
        "recorder: polled 1: 1 throttled; the last"
        in commands("poll", "-v", "--every", "100ms").err
    )
    count = len(commands.requested())
    time.sleep(0.3)
    assert commands("poll", "-v") == Ended(0, "", "recorder: polled 0\n")
    assert len(commands.requested()) == count


@pytest.mark.usefixtures("asked_once")
def test_overdue_is_told_once(commands: Commands) -> None:
    """With what finds the run at Trigger.dev; a later pass is silent again."""
    timing = {"createdAt": "2020-01-01T00:00:00Z"}
    commands.sandbox.put(document("er_1", trigger={"triggerRunId": "run_t1"}, timing=timing))
    commands.track("er_1")
    said = commands("poll")
    assert said.code == 0
    assert said.err.startswith("recorder: overdue: run er_1 of source 'default' is running for ")
    assert said.err.endswith("escalate with triggerRunId run_t1\n")
    assert commands("poll") == Ended(0, "", "")


def test_a_key_that_was_refused_stays_refused_until_it_is_seen_to_work(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pass with nothing due says so too: cron must not report success after the one pass that told."""
    monkeypatch.setenv("RECORDER_EVERY", "1h")
    commands.sandbox.script("er_1", [Reply(status=401)])
    commands.track("er_1")
    assert commands("poll").code == 4
    again = commands("poll")
    assert again.code == 4
    assert "refused before" in again.err
    assert len(commands.requested()) == 1


@pytest.mark.slow
def test_an_answer_that_the_store_refuses_is_told_once_and_stops_nothing(
    commands: Commands,
) -> None:
    """The others of its passes are recorded, it is a malformed poll each time, and one line says so."""
    commands.serve("er_1")
    commands.sandbox.put(document("poison", "poisoned"))
    commands.track("er_1", "poison")
    with closing(sqlite3.connect(commands.store)) as connection:
        connection.execute(
            "CREATE TRIGGER refused BEFORE INSERT ON snapshot WHEN NEW.status = 'poisoned'"
            " BEGIN SELECT RAISE(ABORT, 'no such row'); END"
        )
    twice = "SELECT run_id FROM polls GROUP BY run_id HAVING count(*) > 1"
    with commands.process("poll", "--for", "1h", "--every", "400ms") as process:
        wait_for(lambda: len(commands.rows(twice)) == 2)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
    assert said.count("an answer was set aside: the store cannot take it") == 1
    assert "run 'poison' of source 'default'" in said
    assert commands.rows("SELECT DISTINCT run_id, outcome FROM polls ORDER BY 1, 2") == [
        ("er_1", "changed"),
        ("er_1", "unchanged"),
        ("poison", "malformed"),
    ]
