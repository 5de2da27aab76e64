"""Runs the command on a real terminal."""

import os
import pty
import subprocess
import sys
from collections.abc import Mapping


def on_a_terminal(
    *arguments: str, types: bytes = b"", environ: Mapping[str, str] | None = None
) -> tuple[int, bytes]:
    """Run `recorder` with a pseudo-terminal as stdin, stdout and stderr; its exit code and what came out.

    Args:
        arguments: of the command.
        types: what somebody has typed already.
        environ: variables beside those of this process.
    """
    ours, theirs = pty.openpty()
    os.write(ours, types)
    command = [sys.executable, "-m", "recorder", *arguments]
    env = {**os.environ, "COLUMNS": "80", "TERM": "dumb", **(environ or {})}
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=env) as process:
        os.close(theirs)
        shown = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    return process.returncode, shown


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # the last process that had it has ended
        return b""
