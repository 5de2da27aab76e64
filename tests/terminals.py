"""Runs commands on a real terminal: a pseudo-terminal, or one of tmux that shows a screen."""

import os
import pty
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path


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


class Screen:
    """A terminal of tmux.

    Args:
        socket: where its server listens.
        environ: of what runs in it.
    """

    def __init__(self, socket: Path, environ: Mapping[str, str]) -> None:
        self._tmux = ("tmux", "-u", "-S", str(socket), "-f", "/dev/null")
        self._environ = environ

    def __call__(self, *command: str) -> str:
        done = subprocess.run(
            [*self._tmux, *command], capture_output=True, text=True, check=True, timeout=20
        )
        return done.stdout

    def start(self, width: int, command: str) -> None:
        """Start a shell in it, and a command there."""
        settings = [f"{name}={value}" for name, value in self._environ.items()]
        shell = ("env", "-i", *settings, "PS1=$ ", "bash", "--norc", "--noprofile")
        self("new-session", "-d", "-x", str(width), "-y", "20", *shell)
        self.until(lambda lines: lines == ["$"])
        self("send-keys", f"clear; {command}", "Enter")

    def lines(self) -> list[str]:
        """What it shows, without the empty lines at its end."""
        return self("capture-pane", "-p").rstrip("\n").split("\n")

    def until(self, holds: Callable[[list[str]], bool]) -> list[str]:
        """Wait until what it shows is so; what it shows then."""
        until = time.monotonic() + 60
        while not holds(lines := self.lines()):
            assert time.monotonic() < until, "\n".join(lines)
            time.sleep(0.05)
        return lines
