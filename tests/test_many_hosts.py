"""The manual's recipes for many hosts, each run as it stands but for hosts and paths: standby, failover, backups, partitions."""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from lakes import export, in_lake, in_store
from postgres import (
    PostgresServer,
    run_as_server,
    server_folder,
    start_server,
    stop_server,
)
from sqlalchemy.engine import make_url
from stores import answer, content, register
from test_readers import prepare
from test_readme import README, block

from recorder.cli.main import cli, run
from recorder.instants import now_us
from recorder.sandbox import Sandbox, SimulatedPopulation
from recorder.store.engine import Database
from recorder.store.write.record import Recorder

pytestmark = pytest.mark.slow
Capture = pytest.CaptureFixture[str]
WITHIN_S = 60


class Site:
    """The manual's hosts: each a server with its socket in a folder of its own, below that of `db.example.org`."""

    def __init__(self, server: PostgresServer, folder: Path) -> None:
        self.url = make_url(server.url)
        self.home = server_folder(self.url)
        self.user_url = prepare(server, folder)

    def local(self, text: str) -> str:
        """The text with hosts and paths of this site."""
        for name, folder in (("db", self.home), ("standby", self.home / "standby.socket")):
            text = re.sub(rf"@{name}\.example\.org/(\w+)", rf"@/\1?host={folder}", text)
            text = text.replace(f"{name}.example.org", str(folder))
        started = r"mkdir \1.socket && pg_ctl start --options='-k \1.socket' --pgdata=\1 "
        text = re.sub(r"pg_ctl start --pgdata=(\S+) ", started, text)
        return text.replace("/var/lib/postgresql", str(self.home)).replace(
            "/backup", f"{self.home}/backup"
        )

    def do(self, script: str) -> None:
        """Run commands as the server's user."""
        run_as_server(self.url, self.local(script))

    def store(self, database: str = "runs", server: str | None = None) -> Database:
        """The store of a database, on the first server or one that the manual has started."""
        folder = self.home / f"{server}.socket" if server else self.home
        return Database(f"postgresql://recorder@/{database}?host={folder}")

    def close(self) -> None:
        """Stop the servers that the manual has started."""
        for file in self.home.glob("*/postmaster.pid"):
            if file.parent.name != "data":
                run_as_server(self.url, f"pg_ctl stop --mode=immediate --pgdata={file.parent}")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A site whose first server holds a store with a month of history."""
    with PostgresServer("wheel") as server:
        made = Site(server, tmp_path)
        yield made
        made.close()


def eventually(is_so: Callable[[], bool]) -> None:
    """Wait until it is so."""
    until = time.monotonic() + WITHIN_S
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.1)


def equal(one: Database, other: Database) -> bool:
    """Whether two stores hold the same history."""
    return content(one) == content(other)


def polls(database: Database) -> int:
    """How many polls of the source `new` a store holds."""
    with database.reading() as connection:
        statement = "SELECT count(*) FROM recorder.polls WHERE source = 'new'"
        return int(connection.exec_driver_sql(statement).scalar_one())


def url_of(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def test_a_standby_answers_and_refuses_what_writes(
    site: Site, tmp_path: Path, capsys: Capture
) -> None:
    """A reader gets there what the first server says, also of what was recorded later, and so does a lake."""
    site.do(block("standby"))
    with closing(site.store()) as first:
        register(first, source="new")
        Recorder(first).record([answer(0, source="new")])
        with closing(site.store(server="standby")) as standby:
            eventually(lambda: polls(standby) > 0)
            assert equal(standby, first)
            export(standby, tmp_path / "lake")
        assert in_lake(tmp_path / "lake") == in_store(first)
    (asking,) = re.findall(r"`recorder (durations\s+--db\s+\S+standby\S+)`", README)
    said = []
    for url in (site.local(asking.split()[2]), site.user_url.replace("USER", "analyst")):
        capsys.readouterr()
        assert run(cli, ["durations", "--db", url]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
    assert run(cli, ["track", "er_1", "--db", url_of(site.store(server="standby"))]) == 1
    assert "read-only" in capsys.readouterr().err


def test_a_poll_goes_on_where_the_standby_is_promoted(site: Site) -> None:
    """Through the loss of the first server, by a URL that names both; it ends well."""
    site.do(block("standby"))
    _, _, setting = shlex.split(site.local(block("two servers")))[1].partition("=")
    population = SimulatedPopulation.generate(runs=3, seed=4, start_at=now_us(), spread_us=0)
    with Sandbox(population).start() as sandbox:
        environ = os.environ | {
            "RECORDER_DATABASE_URL": setting,
            "RECORDER_BASE_URL": sandbox.url,
            "PUFFLE_API_KEY": "pk_sandbox",
        }
        program = [sys.executable, "-m", "recorder"]
        ids = [one.run_id for one in population.runs]
        subprocess.run([*program, "track", "--source", "new", *ids], env=environ, check=True)
        command = [*program, "poll", "--forever", "--source", "new"]
        with (
            subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True) as poll,
            closing(site.store(server="standby")) as standby,
        ):
            try:
                eventually(lambda: polls(standby) > 0)
                stop_server(site.url, mode="immediate")
                site.do("pg_ctl promote --pgdata=/var/lib/postgresql/standby")
                before = polls(standby)
                eventually(lambda: polls(standby) > before)
            finally:
                poll.send_signal(signal.SIGTERM)
                _, said = poll.communicate(timeout=WITHIN_S)
        assert poll.returncode == 0, said


def test_a_dump_comes_back_equal(site: Site) -> None:
    """Into another database."""
    site.do(block("dump"))
    with closing(site.store()) as first, closing(site.store("restored")) as restored:
        assert equal(restored, first)


def test_the_archive_brings_every_commit_back(site: Site) -> None:
    """Also those after the copy of the files."""
    site.do("mkdir --parents /backup/wal; createuser --replication replica")
    with (site.home / "data" / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(site.local(block("archive")))
    stop_server(site.url)
    start_server(site.url)
    site.do(block("copy"))
    with closing(site.store()) as first:
        register(first, source="new")
        Recorder(first).record([answer(0, source="new")])
        expected = content(first)
    stop_server(site.url)  # it archives what is left
    site.do(block("recovery"))
    with closing(site.store(server="recovered")) as recovered:
        eventually(lambda: polls(recovered) > 0)
        assert content(recovered) == expected


def test_a_store_by_source_is_a_store(site: Site, capsys: Capture) -> None:
    """A full one comes over equal; it is upgraded, recorded into and checked as any other, by its owner."""
    site.do(block("partitions"))
    with closing(site.store()) as first, closing(site.store("runs_by_source")) as parted:
        assert equal(parted, first)
        with parted.reading() as connection:
            partitioned = connection.exec_driver_sql(
                "SELECT relname FROM pg_class WHERE relkind = 'p' AND relnamespace = 'recorder'::regnamespace"
            )
            assert {"run", "watch", "poll", "snapshot", "part"} <= {*partitioned.scalars()}
        for database in (first, parted):
            register(database, source="new")
            Recorder(database).record([answer(at, source="new") for at in range(2)])
        assert equal(parted, first)
        for command in ("upgrade", "check"):
            assert run(cli, ["db", command, "--db", url_of(parted)]) == 0, capsys.readouterr().err
