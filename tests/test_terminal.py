"""`poll` and `watch` on a real terminal: a line that says what is waited for, and Ctrl-C that leaves it tidy."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from stores import document

from recorder.sandbox import Sandbox

KEY = "pk_terminal_0123456789abcdef"
pytestmark = pytest.mark.slow


class Terminal:
    """The program on a terminal of 80 columns; what it wrote so far is `text`."""

    def __init__(self, environ: dict[str, str], *arguments: str, stdout: int | None = None) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "recorder", *arguments],
            env=environ,
            stdin=slave,
            stdout=slave if stdout is None else stdout,
            stderr=slave,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509  # no other way
        )
        self._slave = slave
        self.text = ""

    def read(self, seconds: float) -> None:
        """Take in what comes in that time."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if select.select([self._master], [], [], left)[0]:
                self.text += os.read(self._master, 65536).decode()

    def wait_for(self, pattern: str, seconds: float = 60) -> None:
        until = time.monotonic() + seconds
        while not re.search(pattern, self.text):
            assert time.monotonic() < until, self.text
            self.read(0.1)

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def echoes(self) -> bool:
        """Whether the terminal shows what is typed."""
        return bool(termios.tcgetattr(self._slave)[3] & termios.ECHO)

    def end(self) -> int:
        """Wait for the program; its exit code."""
        until = time.monotonic() + 60
        while self.process.poll() is None:
            assert time.monotonic() < until, self.text
            self.read(0.1)
        self.read(0.1)
        return self.process.returncode

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        os.close(self._master)
        os.close(self._slave)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(users={"default": KEY}).start() as sandbox:
        yield sandbox


@pytest.fixture
def environ(tmp_path: Path, sandbox: Sandbox) -> dict[str, str]:
    """A store that tracks er_1, which runs."""
    own = {k: v for k, v in os.environ.items() if not k.startswith(("RECORDER_", "PUFFLE_"))}
    own |= {
        "HOME": str(tmp_path),
        "TERM": "xterm",
        "PUFFLE_API_KEY": KEY,
        "RECORDER_BASE_URL": sandbox.url,
        "RECORDER_DATABASE_URL": str(tmp_path / "store.db"),
    }
    sandbox.put(document("er_1", "running"))
    subprocess.run(
        [sys.executable, "-m", "recorder", "track", "er_1"], env=own, check=True, timeout=60
    )
    return own


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    opened: list[Terminal] = []
    yield opened
    for one in opened:
        one.close()


def test_until_done_says_what_it_waits_for(
    environ: dict[str, str], sandbox: Sandbox, terminals: list[Terminal]
) -> None:
    """A line that is drawn over itself, gone at the end; the summary stays."""
    terminals.append(one := Terminal(environ, "poll", "--until-done", "--every", "500ms"))
    one.wait_for(r"waiting for 1 in flight \(er_1 running, \d+ s\)")
    assert not one.echoes()
    sandbox.put(document("er_1", "completed", cost={"actual": 1}))
    one.wait_for(r"waiting for 1 ended that may still change \(er_1 completed, ")
    assert one.end() == 0
    assert one.echoes()
    last = one.text.rstrip().splitlines()[-1]
    assert re.search(r"recorder: polled \d+: 2 changed, \d+ unchanged$", last)


@pytest.mark.parametrize("arguments", [("poll", "--until-done"), ("watch",)])
def test_control_c_ends_it_and_leaves_the_terminal_tidy(
    environ: dict[str, str], terminals: list[Terminal], arguments: tuple[str, ...]
) -> None:
    """Nothing that is typed is shown meanwhile, so that no line stands twice; then the terminal is as before."""
    terminals.append(one := Terminal(environ, *arguments))
    one.wait_for("1 in flight")
    one.type("\x03")
    assert one.end() == 0
    assert "^C" not in one.text
    assert one.echoes()
    assert sum("in flight" in line for line in drawn(one.text)) <= 1


def drawn(text: str) -> list[str]:
    """The lines of the terminal as they stand at the end: rich moves up and erases line by line."""
    lines, row = [""], 0
    for token in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|\r|\n|[^\x1b\r\n]+", text):
        if token == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif token == "\x1b[1A":
            row -= 1
        elif token in ("\x1b[2K", "\r"):
            lines[row] = "" if token == "\x1b[2K" else lines[row]
        elif not token.startswith("\x1b"):
            lines[row] += token
    return lines


@pytest.mark.parametrize(
    ("changes", "stdout", "is_drawn"),
    [
        ({"TERM": "xterm"}, None, True),
        ({"TERM": "dumb"}, None, False),
        ({"TERM": "xterm", "JPY_PARENT_PID": "1"}, None, False),
        ({"TERM": "xterm"}, subprocess.PIPE, False),
    ],
)
def test_an_import_says_how_far_it_is(
    environ: dict[str, str],
    terminals: list[Terminal],
    tmp_path: Path,
    *,
    changes: dict[str, str],
    stdout: int | None,
    is_drawn: bool,
) -> None:
    """After a second a line counts, and is gone at the end; a dumb terminal, a notebook and one where a pager may be show none."""
    pipe = tmp_path / "lines"
    os.mkfifo(pipe)
    one = Terminal(environ | changes, "import", str(pipe), stdout=stdout)
    terminals.append(one)
    with pipe.open("w"):
        if is_drawn:
            one.wait_for(r"\r\x1b\[2K0 lines, \d+ s")
        else:
            one.read(2)
    assert one.end() == 0
    shown = one.text.rpartition("\x1b[2K")[2] if is_drawn else one.text
    assert shown == "recorder: 0 lines: 0 answers new, 0 known already\r\n"


def test_answers_for_a_file_are_counted(
    environ: dict[str, str], terminals: list[Terminal], tmp_path: Path
) -> None:
    """The sandbox says each second how many answers it has written, also while it writes, until Ctrl-C."""
    with (tmp_path / "answers.ndjson").open("wb") as out:
        one = Terminal(environ, "sandbox", "--answers", "1000000", stdout=out.fileno())
        terminals.append(one)
        one.wait_for(r"\r\x1b\[2K[\d,]+ answers, \d+ s")
        one.type("\x03")
        assert one.end() == 130


def test_control_c_at_a_question_begins_a_new_line(
    environ: dict[str, str], terminals: list[Terminal]
) -> None:
    """It ends with 130 as anywhere, forgets nothing, and leaves the prompt of the shell a line of its own."""
    one = Terminal(environ, "forget", "er_1")
    terminals.append(one)
    one.wait_for(r"\[y/N\]: ")
    one.type("\x03")
    assert one.end() == 130
    assert one.text.endswith("\n")


@pytest.mark.parametrize("no_color", [False, True])
def test_colours_can_be_turned_off(
    environ: dict[str, str], terminals: list[Terminal], *, no_color: bool
) -> None:
    """The live table has colours on a terminal, none where NO_COLOR is set."""
    environ = environ | ({"NO_COLOR": "1"} if no_color else {})
    one = Terminal(environ, "watch", "er_1")
    terminals.append(one)
    one.wait_for("running")
    assert bool(re.search("\x1b\\[(3[0-7]|38;)", one.text)) != no_color
