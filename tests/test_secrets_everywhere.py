"""Every command of the program is run with a marked key, password and ping: no byte that it leaves behind has one of them."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from commands import ANSWERS_2, COMMANDS, ways
from stores import bytes_of, document

from recorder.cli.main import cli, run
from recorder.sandbox import Fault, Kind, Reply, Sandbox
from recorder.store.engine import Database

KEY = "pk_MARKEDKEY_0123456789abcdef"
PASSWORD = "MARKEDpassword"
PING = "MARKEDping"
NOWHERE = f"postgresql://u:{PASSWORD}@127.0.0.1:1/d"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A ledger that echoes the key: in a row, in an error and in a refusal."""
    with Sandbox(users={"default": KEY}).start() as served:
        served.put(document("er_1", "completed", enrichment={"slug": "x"}, cost={"actual": 1}))
        served.put(document("er_echo", "failed", error={"message": f"no {KEY} of Bearer {KEY}"}))
        served.put(document("er_2", "running"))
        body = json.dumps({"error": {"message": f"not with {KEY}"}}).encode()
        served.script("er_refused", [Reply(status=401, body=body)])
        served.script("er_html", [Reply(status=500, body=f"<html>Bearer {KEY}</html>".encode())])
        served.inject(Fault(kind=Kind.SERVER_ERROR, requests=frozenset({2})))
        yield served


@pytest.fixture
def settings(
    sandbox: Sandbox, store_url: str, dialect: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    """The environment of a person who set everything; the store's URL, with a password that its server does not ask for."""
    url = store_url if dialect == "sqlite" else f"{store_url}&password={PASSWORD}"
    for name in ("HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "TMPDIR"):
        monkeypatch.setenv(name, str(tmp_path))
    for name in [name for name in os.environ if name.startswith(("RECORDER_", "PUFFLE_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("RECORDER_DATABASE_URL", url)
    monkeypatch.setenv("RECORDER_BASE_URL", sandbox.url)
    monkeypatch.setenv("RECORDER_PING_URL", f"http://127.0.0.1:1/{PING}")
    monkeypatch.setenv("PUFFLE_API_KEY", KEY)
    config = tmp_path / "config.toml"
    config.write_text('[budget.all]\nunit = "credits"\namount = 5\nper = "month"\n')
    monkeypatch.setenv("RECORDER_CONFIG", str(config))
    monkeypatch.chdir(tmp_path)
    return url


def said(capture: pytest.CaptureFixture[str]) -> str:
    return "".join(capture.readouterr())


def assert_clean(what: str, text: bytes | str) -> None:
    held = text if isinstance(text, bytes) else text.encode(errors="surrogatepass")
    for mark in ("MARKED", "4D41524B4544", "4d41524b4544"):
        at = held.find(mark.encode())
        assert at < 0, (what, held[max(0, at - 200) : at + 80])


@pytest.mark.slow
def test_no_byte_of_all_that_is_run_has_a_secret(
    settings: str, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Output, errors, tracebacks, store, exports, report, backup and whatever file is left, of each command of the help."""
    folder = tmp_path / "out"
    folder.mkdir()
    more = ways(folder)
    assert run(cli, ["track", "er_html", "er_1", "er_echo"]) == 0
    for path in COMMANDS:
        name = " ".join(path)
        codes = [run(cli, [*path, *given]) for given in more.get(name, [[]])]
        assert name in ANSWERS_2 or codes[0] != 2, f"tell `ways` what {name} needs"
        for wrong in (["-h"], ["--debug", "--nothing"], ["--db", NOWHERE, "--debug"]):
            run(cli, [*path, *(more.get(name, [[]])[0] if "--db" in wrong else []), *wrong])
        assert_clean(name, said(capsys))
    database.close()
    for left in (one for one in tmp_path.rglob("*") if one.is_file()):
        assert_clean(str(left), left.read_bytes())
    assert_clean(settings.partition(":")[0], bytes_of(database))
    assert (folder / "demo.db").exists()
    assert b"****" in (folder / "answers.ndjson").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_traceback_has_no_secret(
    settings: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not even of an error of the program itself, in each command, with --debug."""
    del settings
    more = ways(tmp_path)

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(Database, "_transaction", broken)
    for path in COMMANDS:
        run(cli, ["--debug", *path, *more.get(" ".join(path), [[]])[0]])
    told = said(capsys)
    assert "RuntimeError: broken" in told
    assert_clean("traceback", told)
