"""The program with streams that are closed, full, gone or of another encoding: its work and its exit code are the same."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from stores import document
from terminals import on_a_terminal

from recorder.sandbox import Sandbox
from recorder.store.engine import Database

KEY = "pk_streams_0123456789abcdef"
FULL = "stdout takes no more output: No space left on device; the rest of it is lost"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """No settings but a store and a key."""
    own = {k: v for k, v in os.environ.items() if not k.startswith(("RECORDER_", "PUFFLE_"))}
    return own | {
        "HOME": str(tmp_path),
        "RECORDER_DATABASE_URL": str(tmp_path / "store.db"),
        "PUFFLE_API_KEY": KEY,
    }


def recorder(
    environ: dict[str, str], arguments: str, redirected: str = ""
) -> "subprocess.CompletedProcess[bytes]":
    """Run the command in a shell with these redirections."""
    program = f'exec "$0" -W error -m recorder {arguments} {redirected}'
    return subprocess.run(
        ["sh", "-c", program, sys.executable],
        env=environ,
        capture_output=True,
        check=False,
        timeout=60,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "redirected", [">&-", ">/dev/full", "2>&-", "2>/dev/full", "<&-", ">&- 2>&- <&-"]
)
def test_the_work_is_done_and_its_exit_code_kept(
    environ: dict[str, str], redirected: str, tmp_path: Path
) -> None:
    """What is tracked and polled is in the store, and a refused key ends with 4, whoever reads what is printed."""
    with Sandbox(users={"default": KEY}).start() as sandbox:
        environ["RECORDER_BASE_URL"] = sandbox.url
        sandbox.put(document("er_1", "completed"))
        assert recorder(environ, "track er_1 -v", redirected).returncode == 0
        assert recorder(environ, "poll -v", redirected).returncode == 0
        environ["PUFFLE_API_KEY"] = "pk_another_0123456789abcdef"
        recorder(environ, "track er_2", redirected)
        assert recorder(environ, "poll", redirected).returncode == 4
    database = Database(f"sqlite:///{environ['RECORDER_DATABASE_URL']}")
    with database.reading() as connection:
        rows = connection.execute(sa.text("SELECT run_id, status FROM runs ORDER BY run_id"))
        assert [tuple(row) for row in rows] == [("er_1", "completed"), ("er_2", None)]
    database.close()
    assert (tmp_path / "store.db").read_bytes().startswith(b"SQLite format 3\0")


@pytest.mark.slow
def test_a_command_that_only_prints_fails_where_its_output_is_lost(environ: dict[str, str]) -> None:
    """A full device is told as that, once; a stream that was closed on purpose is no failure."""
    assert recorder(environ, "track er_1").returncode == 0
    for arguments in ("runs", "runs --format json", "export runs --out - --format csv"):
        full = recorder(environ, arguments, ">/dev/full")
        assert (full.returncode, full.stderr.decode()) == (1, f"recorder: {FULL}\n")
        closed = recorder(environ, arguments, ">&-")
        assert (closed.returncode, closed.stderr) == (0, b"")
    assert recorder(environ, "runs --nothing", "2>/dev/full").returncode == 2


@pytest.mark.slow
def test_what_the_encoding_lacks_is_spelt_out(environ: dict[str, str]) -> None:
    """Printing never fails for want of an encoding."""
    environ |= {"PYTHONIOENCODING": "latin-1"}
    assert recorder(environ, "track er_日本").returncode == 0
    assert b"er_\\u65e5\\u672c" in recorder(environ, "runs").stdout


@pytest.mark.slow
def test_a_mark_of_what_is_cut_takes_one_column_of_any_terminal(environ: dict[str, str]) -> None:
    """Where the encoding has no ellipsis a terminal shows another mark; a pipe gets it spelt out."""
    environ |= {"PYTHONIOENCODING": "latin-1"}
    assert recorder(environ, "track er_1").returncode == 0
    query = "SELECT 'cut…' AS a"
    _, shown = on_a_terminal("sql", query, environ=environ)
    assert b"cut~" in shown
    assert b"cut\\u2026" in recorder(environ, f'sql "{query}"').stdout
