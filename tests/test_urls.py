"""Database URLs and paths, as people write them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import make_url

from recorder.urls import (
    hide_secrets,
    parse_database_url,
    parse_path,
)

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=20)


@given(NAMES.filter(lambda name: "@" not in name and "://" not in name))
def test_any_file_name_survives_the_url(name: str) -> None:
    """A path with blanks, %, ? or # comes out of SQLAlchemy's URL as it went in; what looks like a URL is none."""
    path = f"/data/x{name}y"
    assert make_url(parse_database_url(path, folder=Path("/"))).database == str(Path(path))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://postgres@/db?host=/tmp/x&port=5433",
        "postgresql+psycopg://u:p%40ss@[::1]:5432/d?sslmode=require",
        "postgresql+psycopg:///d",
        "postgresql+psycopg://h.example",
    ],
)
def test_postgres_urls_are_taken_whole(url: str) -> None:
    """Sockets, IPv6, encoded passwords and parameters pass; only the driver is named."""
    assert parse_database_url(url, folder=Path("/")) == url
    assert parse_database_url(url.replace("+psycopg", ""), folder=Path("/")) == url
    assert make_url(url).drivername == "postgresql+psycopg"


@given(
    password=st.text("abcXYZ019-_.%!:/?&=", min_size=1).map("s3cr3t".__add__),
    rest=st.sampled_from(["@h/d", "@h:5432/d", "@[::1]:5432/d?x=y@z", "@/d?host=/tmp"]),
)
def test_a_password_is_always_hidden(password: str, rest: str) -> None:
    """Whatever stands between user and host is hidden."""
    assert "s3cr3t" not in hide_secrets(f"could not open postgresql://u:{password}{rest} now")


def test_a_path_may_begin_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """`~` is the user's home; an unknown user's is told."""
    monkeypatch.setenv("HOME", "/home/me")
    assert parse_path("~/x", folder=Path("/a")) == Path("/home/me/x")
    assert parse_path("x", folder=Path("/a")) == Path("/a/x")
    with pytest.raises(ValueError, match="write the whole path"):
        parse_path("~nobody-of-that-name/x", folder=Path("/a"))


def test_a_port_in_a_sentence_is_no_password() -> None:
    """What is bound to one base URL and set to another is told with both, whatever mark follows them."""
    said = "it belongs to http://127.0.0.1:8000, not to http://127.0.0.1:9: see 'http://[::1]:80', https://a: no."
    assert hide_secrets(said) == said
