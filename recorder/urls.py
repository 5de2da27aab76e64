"""Where things are, as people write it: the store's database URL, files.

Invariant: a parsed location is complete (an absolute path, a named driver, no trailing slash); a text from
`hide_secrets` holds no password.
"""

import re
from pathlib import Path
from urllib.parse import unquote

_POSTGRES = re.compile(
    r"//(?:[^:/@]*(?::[^@]*)?@)?(?:\[[^\]/?@]+\]|[^:/?@\[\]]*)(?::[0-9]{1,5})?(?:/[^?@]*)?(?:\?.*)?"
)
# Words of libpq, a URL, or a piece of one.
_NO_PATH = re.compile(r"\s*\w+\s*=|.*(?:://|:.*@)", re.DOTALL)
_SHOWABLE = re.compile(r"sqlite(?:\+pysqlite)?:[^@]*|[^:@=]*")
_SECRETS = (
    (re.compile(r"(://[^:/?@\s]*):.*@"), r"\1:***@"),
    (  # a number is a port; in a sentence a mark may follow it
        re.compile(r"(://(?!\[)[^:/?@\s]*):(?![0-9]{1,5}(?:[/?]|[,.:;'\")]*(?:\s|$)))[^/?\s@]+"),
        r"\1:***",
    ),
    (
        re.compile(r"((?:pass|secret|scram)\w*\s*=\s*)('(?:[^'\\]|\\.)*'|[^&\s]+)", re.IGNORECASE),
        r"\1***",
    ),
)

_SQLITE_HINT = "write a path, or sqlite:////absolute/path.db"
# No second @ and no other `://...:`, between which `hide_secrets` would take all for a password.
_POSTGRES_HINT = (
    "write postgresql://user:password@host:5432/database, "
    "an at sign in the password as %40, a slash as %2F"
)


def parse_database_url(text: str, *, folder: Path) -> str:
    """Return the SQLAlchemy URL of a store.

    Args:
        text: a path (a SQLite file), `sqlite:///path`, `postgresql://...` or `postgres://...`.
        folder: the folder that a relative path starts from.

    Raises:
        ValueError: it is none of these; the message says what to write, and never repeats the text.
    """
    scheme, colon, location = text.partition(":")
    if colon and scheme in ("postgresql", "postgres", "postgresql+psycopg"):
        return _postgres_url(location)
    if colon and scheme in ("sqlite", "sqlite+pysqlite"):
        return _sqlite_url(location, folder)
    if _NO_PATH.match(text):
        raise ValueError(f"not SQLite and not Postgres: {_SQLITE_HINT}, or {_POSTGRES_HINT}")
    return _sqlite_file(text, folder)


def _postgres_url(location: str) -> str:
    if not _POSTGRES.fullmatch(location):
        raise ValueError(f"not a Postgres URL: {_POSTGRES_HINT}")
    return f"postgresql+psycopg:{location}"


def _sqlite_url(location: str, folder: Path) -> str:
    path, _, query = location.removeprefix("///").partition("?")
    if not location.startswith("///") or path in ("", ":memory:"):
        raise ValueError(f"names no file to keep the history in: {_SQLITE_HINT}")
    if query:
        raise ValueError(f"a SQLite store takes no ? and parameters: {_SQLITE_HINT}")
    return _sqlite_file(unquote(path), folder)


def _sqlite_file(text: str, folder: Path) -> str:
    if text == ":memory:" or text.endswith(("/", "\\")):
        raise ValueError(f"names no file to keep the history in: {_SQLITE_HINT}")
    if text.startswith("file:"):
        raise ValueError(f"SQLite's own file: spelling is not read: {_SQLITE_HINT}")
    path = parse_path(text, folder=folder).as_posix()
    if any("\ud800" <= char <= "\udfff" for char in path):
        raise ValueError(f"its path is not UTF-8: {_SQLITE_HINT}")
    return "sqlite:///" + path.replace("%", "%25").replace("?", "%3F")


def parse_path(text: str, *, folder: Path) -> Path:
    """Return an absolute path; `~` is the user's home, a relative path starts from `folder`.

    Raises:
        ValueError: it begins with `~name`, and this machine has no such user.
    """
    try:
        return (folder / Path(text).expanduser()).absolute()
    except RuntimeError as error:
        raise ValueError("its home folder is not known: write the whole path") from error


def shown_store(text: str) -> str:
    """Return a store's setting for a message: the name of a file; of any other setting the scheme of the URL alone."""
    if _SHOWABLE.fullmatch(text):
        return text
    scheme, separator, _ = text.partition("://")
    return (
        f"{scheme}://***/" if separator and re.fullmatch(r"[a-z]+(\+[a-z0-9]+)?", scheme) else "***"
    )


def hide_secrets(text: str) -> str:
    """Return the text with `***` for every password of a URL or connection string; rather too much than too little."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text
