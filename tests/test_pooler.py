"""Behind a transaction pooler everything works as it does without one, with no setting."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from pooler import pooled
from postgres import PostgresServer

from recorder.instants import now_us
from recorder.sandbox import Sandbox, SimulatedPopulation
from recorder.store.engine import Database

pytestmark = [pytest.mark.external, pytest.mark.slow]


@pytest.fixture
def direct_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of an empty database, without a pooler."""
    url = postgres_server.create_database()
    yield url
    postgres_server.drop_database(url)


def start(environ: dict[str, str], *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "recorder", *words]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environ, stdout=pipe, stderr=pipe, text=True)


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    """The exit code, and what was said to people."""
    _, said = process.communicate(timeout=60)
    return process.returncode, said


def test_pollers_and_commands_share_a_pooler(direct_url: str) -> None:
    """The schema is made, runs are tracked, two watches poll and people ask meanwhile: each answer is kept."""
    population = SimulatedPopulation.generate(
        runs=14, seed=4, start_at=now_us(), spread_us=0, speed=20
    )
    ids = [one.run_id for one in population.runs]
    with pooled(direct_url) as url, Sandbox(population).start() as sandbox:
        environ = {
            **os.environ,
            "RECORDER_DATABASE_URL": url,
            "RECORDER_BASE_URL": sandbox.url,
            "RECORDER_RATE": "6000",
            "RECORDER_EVERY": "300ms",
            "RECORDER_OVERDUE": "1h",
            "PUFFLE_API_KEY": "pk_sandbox",
        }
        assert finish(start(environ, "db", "upgrade"))[0] == 0
        assert finish(start(environ, "track", *ids)) == (0, "")
        watches = [start(environ, "poll", "--for", "12s") for _ in range(2)]
        for n in range(4):
            assert finish(start(environ, "runs", "--format", "json")) == (0, "")
            assert finish(start(environ, "track", *ids[:2], "--label", f"n={n}")) == (0, "")
            assert finish(start(environ, "durations", "--by", "slug")) == (0, "")
        assert [finish(watch) for watch in watches] == [(0, "")] * 2
        assert polls(url) == len(sandbox.requests) > 3 * len(ids)


def polls(url: str) -> int:
    database = Database(url)
    try:
        with database.reading() as connection:
            statement = "SELECT count(*) FROM recorder.polls"
            return int(connection.exec_driver_sql(statement).scalar_one())
    finally:
        database.close()
