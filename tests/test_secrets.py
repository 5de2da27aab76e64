"""A password in a store's URL stays where it is: no message, repr or traceback shows it, however it was given."""

import traceback
from pathlib import Path

import pytest
from postgres import PostgresServer

import recorder
from recorder.cli.main import cli, run
from recorder.errors import RecorderError
from recorder.store.engine import Database
from recorder.urls import parse_database_url

Capture = pytest.CaptureFixture[str]

SECRET = "S3cret"
NOWHERE = "127.0.0.1:1/d"
TAKEN = (
    f"postgresql://u:{SECRET}@{NOWHERE}",
    f"postgres://u:{SECRET}@{NOWHERE}",
    f"postgresql://:{SECRET}@{NOWHERE}",
    f"postgresql://u:{SECRET}%40x%2F{SECRET}@{NOWHERE}",
    f"postgresql://u:p/{SECRET}?{SECRET}#{SECRET}@{NOWHERE}",
    f"postgresql://u@{NOWHERE}?password={SECRET}",
    f"postgresql://u:{SECRET}@{NOWHERE}?sslmode=disable&password={SECRET}",
    f"postgresql://u@{NOWHERE}?pass%77ord={SECRET}%26{SECRET}",
    f"postgresql://u@{NOWHERE}?sslpassword={SECRET}",
    f"postgresql://u@{NOWHERE}?oauth_client_secret={SECRET}",
    f"postgresql:///d?host=/nowhere&user=u&password={SECRET}",
)
REFUSED = (
    f"postgresql:/u:{SECRET}@h",
    f"postgresql:u:{SECRET}@h/d",
    f"postgresql//u:{SECRET}@h/d",
    f"postgresql://u:p@{SECRET}@h/d",
    f"postgresql://u:{SECRET}",
    f"postgresql://u:{SECRET}@h:port/d",
    f"postgresql://u:{SECRET}\n{SECRET}@h/d",
    f"postgresql://u:x@h/d?pasword={SECRET}",
    f"postgresql://u@h/d?password={SECRET}&password={SECRET}",
    f"postgresql://u@h/d?password:{SECRET}=x",
    f"PostgreSQL://u:{SECRET}@h/d",
    f"postgresql+asyncpg://u:{SECRET}@h/d",
    f"mysql://u:{SECRET}@h/d",
    f"u:{SECRET}@h/d",
    f"//u:{SECRET}@h/d",
    f"host=h password={SECRET}",
    f"host=h password = '{SECRET} and {SECRET}' user=u",
    f"host=h password='a\\'{SECRET}",
    f"password={SECRET}",
    f"sqlite:///{SECRET}:{SECRET}@h?password={SECRET}",
)
COMMANDS = (["runs"], ["poll"], ["db", "upgrade"], ["db", "status"], ["doctor"], ["track", "er_1"])


@pytest.mark.parametrize("url", TAKEN)
def test_a_store_that_is_not_there_is_told_without_its_password(url: str, capsys: Capture) -> None:
    """By every command, with and without --debug: the user, the host and the database are named."""
    for command in COMMANDS:
        for debug in ([], ["--debug"]):
            assert run(cli, [*debug, *command, "--db", url]) == 1
    said = "".join(capsys.readouterr())
    assert SECRET not in said
    assert "/d" in said


@pytest.mark.parametrize("where", ["option", "environment", "file"])
@pytest.mark.parametrize("url", REFUSED)
def test_a_setting_that_is_no_store_is_not_echoed(
    url: str, where: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One line that says where it stands and what to write; no file is made of a piece of a URL."""
    monkeypatch.chdir(tmp_path)
    given = ["--db", url]
    if where == "environment":
        given = []
        monkeypatch.setenv("RECORDER_DATABASE_URL", url)
    elif where == "file":
        config = tmp_path / "config.toml"
        config.write_text(f'database_url = """{url.replace(chr(92), chr(92) * 2)}"""\n')
        given = ["--config", str(config)]
    for debug in ([], ["--debug"]):
        assert run(cli, [*debug, "track", "er_1", *given]) == 2
        out, err = capsys.readouterr()
        assert SECRET not in out + err
        assert debug or err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["config.toml"] * (where == "file")


@pytest.mark.parametrize("url", TAKEN)
def test_no_repr_and_no_traceback_holds_the_password(url: str) -> None:
    """Of what Python shows of a store, and of what it raises."""
    database = Database(parse_database_url(url, folder=Path("/")))
    engine = database.engine
    assert SECRET not in f"{database!r} {database.name} {database.url} {engine!r} {engine.url!r}"
    with pytest.raises(RecorderError) as raised:
        recorder.open(url)
    assert SECRET not in "".join(traceback.format_exception(raised.value))


def test_a_password_in_a_wrong_place_is_masked(capsys: Capture) -> None:
    """Where a command takes no URL, or takes it for an id."""
    url = f"postgresql://u:{SECRET}@h/d"
    assert run(cli, ["runs", url]) == 2
    assert run(cli, ["status", url, "--db", "/nowhere/store.db"]) == 1
    assert SECRET not in "".join(capsys.readouterr())


def test_a_store_that_is_there_is_named_without_its_password(
    postgres_server: PostgresServer, capsys: Capture
) -> None:
    """What is made, examined and counted."""
    url = postgres_server.create_database()
    given = ["--db", f"{url}&password={SECRET}"]
    for command in (["db", "upgrade"], ["db", "status"], ["track", "er_1"], ["runs"]):
        assert run(cli, [*command, *given]) == 0
    run(cli, ["doctor", *given])
    said = "".join(capsys.readouterr())
    assert "made the store postgresql+psycopg://postgres" in said
    assert SECRET not in said
    postgres_server.drop_database(url)
