"""Bytes that people and programs hand in: whatever they are, each part that can be used is, and the rest is told."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from stores import T0, S, document, empty

from recorder.cli.main import cli, run
from recorder.errors import SettingError
from recorder.fetch.keys import ApiKey, load_key
from recorder.instants import DAY, iso, now_us
from recorder.ledger.ids import LONGEST
from recorder.settings import Settings, load_settings
from recorder.store.engine import Database
from recorder.store.schema import run as run_table

Ask = Callable[..., tuple[int, str, str]]

JUNK = st.one_of(
    st.sampled_from(
        [
            b"\xff\xfee\0r\0_\x001\0",
            b"er_\0",
            b"er 1",
            b"er_1\rer_2",
            "er_ü".encode("latin-1"),
            b"{",
            b'{"observed_at": 1}',
            b'"\\ud800"',
            b"\xed\xa0\x80",
            b"x" * 3000,
            b"[" * 500,
            b'{"id": ' + b"[" * 500,
        ]
    ),
    st.binary(min_size=1, max_size=40).map(lambda data: data.replace(b"\n", b"")),
)
"""Lines that other encodings, other programs and accidents make; some of them are ids all the same."""

ENDS = st.sampled_from([b"\n", b"\r\n"])
FUZZ = settings(max_examples=40)


@pytest.fixture
def ask(store_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Run a command on the store with bytes on stdin: its exit code, what it printed, what it told."""
    for name in list(os.environ):
        if name.startswith(("RECORDER_", "PUFFLE_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("RECORDER_CONFIG", os.devnull)

    def asked(*arguments: str, stdin: bytes | None = b"") -> tuple[int, str, str]:
        with monkeypatch.context() as patched:
            if stdin is not None:
                patched.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="ascii"))
            code = run(cli, [*arguments, "--db", store_url])
        out, err = capsys.readouterr()
        assert "internal error" not in err
        assert err.isprintable() or set(err) - {"\n"} <= set(filter(str.isprintable, err))
        return code, out, err

    return asked


def tracked(database: Database) -> set[str]:
    with database.reading() as connection:
        return set(connection.execute(sa.select(run_table.c.run_id)).scalars())


@pytest.mark.slow
@FUZZ
@given(
    parts=st.lists(st.tuples(JUNK | st.integers(0, 99), ENDS), max_size=12),
    mark=st.booleans(),
)
def test_any_bytes_on_stdin_of_track(
    ask: Ask, database: Database, parts: list[tuple[bytes | int, bytes]], *, mark: bool
) -> None:
    """Every id among them is tracked; the exit code is 2 exactly where a line was left out."""
    empty(database)
    lines = [b"good_%d" % part if isinstance(part, int) else part for part, _ in parts]
    ends = [end for _, end in parts]
    data = b"\xef\xbb\xbf" * mark + b"".join(map(b"".join, zip(lines, ends, strict=True)))
    code, out, err = ask("track", "-", stdin=data)
    held = tracked(database)
    assert out == ""
    assert code == (2 if "left out" in err else 0)
    assert {f"good_{part}" for part, _ in parts if isinstance(part, int)} <= held
    assert all(0 < len(run_id) <= LONGEST and "\0" not in run_id for run_id in held)


@pytest.mark.slow
@FUZZ
@given(parts=st.lists(JUNK | st.integers(0, 30), max_size=12), end=ENDS, mark=st.booleans())
def test_any_bytes_of_an_import(  # fixtures
    ask: Ask,
    database: Database,
    tmp_path: Path,
    parts: list[bytes | int],
    end: bytes,
    *,
    mark: bool,
) -> None:
    """Every answer among them is taken, in any line ends, and every question can be asked afterwards."""
    empty(database)
    good = {part for part in parts if isinstance(part, int)}
    lines = [answer_line(T0 + part * S) if isinstance(part, int) else part for part in parts]
    lines.append(answer_line(now_us() + 400 * DAY))
    file = tmp_path / "lines.ndjson"
    file.write_bytes(b"\xef\xbb\xbf" * mark + end.join(lines))
    code, _, err = ask("import", str(file))
    assert code == 2
    assert f"{len(good)} answer{'' if len(good) == 1 else 's'} new" in err
    for question in (["sources"], ["runs"], ["export", "answers", "--out", "-"]):
        assert ask(*question)[0] == 0
    assert ask("history", "er_1")[0] == (0 if good else 2)


def answer_line(at: int) -> bytes:
    return json.dumps({"observed_at": iso(at), "body": document()}).encode()


@pytest.mark.parametrize("word", [b"\xff", b"er_\xc3", b"\xed\xa0\x80"])
def test_words_of_the_command_line_that_are_no_utf_8(ask: Ask, word: bytes) -> None:
    """They find nothing, or are refused in one line; no store is asked what it cannot read."""
    text = word.decode("utf-8", "surrogateescape")
    assert ask("track", "er_1")[0] == 0
    for arguments in (
        *(["status", text], ["history", text], ["untrack", text], ["runs", "--label", f"a={text}"]),
        *(
            ["runs", "--source", text],
            ["track", text],
            ["import", text],
            ["poll", "--source", text],
        ),
    ):
        code, _, err = ask(*arguments)
        assert (code, err.count("\n")) == (2, 2 if arguments[0] == "track" else 1), arguments
    for arguments in (
        ["runs", "--slug", text],
        ["runs", "--status", text],
        ["failures", "--slug", text],
    ):
        assert ask(*arguments)[0] == 0, arguments


CONFIG = st.one_of(
    st.binary(max_size=60),
    st.text(max_size=60).map(str.encode),
    st.sampled_from(
        [
            b"rate = 9",
            b'every = "4s"',
            b"every = '''\r\n4s'''",
            b'database_url = "\\u0000"',
            b"rate = 1e400",
            b"rate = nan",
            b"settle = [[]]",
            b"[sources]\na = 1",
            b"[sources.a]\nrate = 5",
            b'[sources."\\u0000"]',
            b"[cost]\npath = '..'",
            b"sources = [{}]",
            b"a = " + b"[" * 2000,
            b"a." * 500 + b"b = 1",
        ]
    ),
)


@FUZZ
@given(first=CONFIG, second=CONFIG, mark=st.booleans(), end=ENDS)
def test_any_bytes_of_a_config_file(
    tmp_path: Path, first: bytes, second: bytes, end: bytes, *, mark: bool
) -> None:
    """They are settings, or are refused in one line that names the file."""
    file = tmp_path / "config.toml"
    file.write_bytes(b"\xef\xbb\xbf" * mark + first + end + second)
    try:
        load_settings({"config": str(file)}, environ={})
    except SettingError as error:
        assert str(file) in str(error)  # noqa: PT017  # or no error at all
        assert "\n" not in str(error)  # noqa: PT017


@FUZZ
@given(st.binary(max_size=60))
def test_any_bytes_of_a_key_file(tmp_path: Path, data: bytes) -> None:
    """Their first line is a key that a header can hold, or is refused in one line that shows nothing of it."""
    file = tmp_path / "key"
    file.write_bytes(b"MARKED" + data)
    try:
        key = load_key(
            replace(Settings(database_url="sqlite://").source_settings("acme"), api_key_file=file),
            {},
        )
    except SettingError as error:
        assert "MARKED" not in str(error)  # noqa: PT017
        assert "\n" not in str(error)  # noqa: PT017
    else:
        assert isinstance(key, ApiKey)
        assert key.header().isprintable()


@pytest.mark.slow
@pytest.mark.parametrize(
    "surroundings",
    [{"LC_ALL": "C", "PYTHONUTF8": "0"}, {"LC_ALL": "C.UTF-8"}, {"PYTHONIOENCODING": "latin-1"}],
)
def test_a_line_of_an_import_is_utf_8_in_any_locale(
    tmp_path: Path, surroundings: dict[str, str]
) -> None:
    """What goes in through a pipe comes out of the store as it was, and so does the name of a source."""
    line = {"observed_at": iso(T0), "source": "süd", "body": document("er_ключ", note="ü\u2028")}
    stdin = b"\xef\xbb\xbf" + json.dumps(line, ensure_ascii=False).encode() + b"\r\n"
    environ = {"HOME": str(tmp_path), **surroundings}

    def recorder(*arguments: str, stdin: bytes = b"") -> bytes:
        command = [sys.executable, "-m", "recorder", *arguments, "--db", str(tmp_path / "x.db")]
        done = subprocess.run(
            command, input=stdin, env=environ, capture_output=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    recorder("import", "-", stdin=stdin)
    exported = [
        json.loads(text) for text in recorder("export", "answers", "--out", "-").splitlines()
    ]
    assert exported[-1]["body"] == line["body"]
    assert exported[-1]["source"] == line["source"]


@pytest.mark.slow
def test_a_closed_stdin_is_an_empty_one(tmp_path: Path) -> None:
    """`track -` and `import -` have nothing to do then, and say so."""
    for command, told in (("track", "nothing was tracked"), ("import", "0 lines: ")):
        words = f"{sys.executable} -m recorder {command} - --db {tmp_path / 'x.db'} <&-"
        done = subprocess.run(
            ["/bin/sh", "-c", words], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0
        assert told in done.stderr


@pytest.mark.parametrize("command", ["track", "import"])
def test_an_input_that_cannot_be_read_is_told(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """A device that fails while its lines are read is one line with the system's reason."""
    with open("/proc/self/mem", encoding="utf-8") as failing:  # noqa: PTH123  # nothing is mapped at 0
        monkeypatch.setattr(sys, "stdin", failing)
        code, _, err = ask(command, "-", stdin=None)
    assert (code, err) == (2, "recorder: stdin: Input/output error\n")
