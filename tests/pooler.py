"""PgBouncer before a test's Postgres server, in transaction mode: a session of the server serves one transaction."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from postgres import private_folder, server_account
from sqlalchemy.engine import make_url
from test_readme import block

_LINES_OF_A_TEST = {
    "runs": "{database} = {target}",
    "listen_addr": "listen_addr =\nunix_socket_dir = {folder}",
    "auth_type": "auth_type = any",
    "auth_file": "default_pool_size = 3",
}
_STARTS_WITHIN_S = 20


@contextmanager
def pooled(url: str) -> Iterator[str]:
    """The URL of the same database through a pooler of few sessions."""
    program = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin")
    assert program, "PgBouncer is missing: apt-get install pgbouncer"
    direct = make_url(url)
    with private_folder() as folder:
        options = direct.translate_connect_args(username="user", database="dbname") | direct.query
        target = " ".join(f"{name}={value}" for name, value in options.items())
        file = folder / "pgbouncer.ini"
        text = _configuration(database=str(direct.database), target=target, folder=str(folder))
        file.write_text(text, encoding="utf-8")
        through = direct.set(host=None, port=None, query={"host": str(folder), "port": "6432"})
        account = server_account()
        become: dict[str, Any] = {} if account is None else {"user": account.pw_uid}
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [program, str(file)], stdout=log, stderr=log, stdin=subprocess.DEVNULL, **become
            )
        try:
            shown = through.render_as_string(hide_password=False)
            _await(shown.replace("+psycopg", ""), process)
            yield shown
        finally:
            process.kill()
            process.wait()


def _configuration(**words: str) -> str:
    """The manual's configuration, for a socket, any user and another database."""
    lines = (
        _LINES_OF_A_TEST.get(line.split(" =")[0], line) for line in block("pgbouncer").splitlines()
    )
    return "\n".join(lines).format(**words) + "\n"


def _await(dsn: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _STARTS_WITHIN_S
    while True:
        try:
            psycopg.connect(dsn, prepare_threshold=None).close()
        except psycopg.OperationalError:
            assert process.poll() is None, "PgBouncer does not start"
            assert time.monotonic() < until, "PgBouncer does not answer"
            time.sleep(0.05)
        else:
            return
