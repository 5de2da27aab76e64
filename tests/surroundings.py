"""What a program may be started in: locale, encodings, time zone, umask, streams that are closed or full; drawn at random."""

import os
import random
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, Self

_VARIABLES: Mapping[str, Sequence[str | None]] = {
    "LC_ALL": (None, "C", "POSIX", "C.utf8", "nowhere"),
    "PYTHONUTF8": (None, "0", "1"),
    "PYTHONIOENCODING": (None, "ascii", "latin-1", "utf-8"),
    "PGCLIENTENCODING": (None, "LATIN1", "SQL_ASCII", "EUC_JP"),
    "PGTZ": (None, "America/New_York"),
    "TZ": (None, "UTC", "America/New_York", "Asia/Kolkata"),
    "COLUMNS": (None, "20", "400"),
}
_STDIN = ("", "<&-", "</dev/null")
_STDOUT = ("", ">&-", ">/dev/full")
_STDERR = ("", "2>&-", "2>/dev/full")


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """One draw.

    Attributes:
        variables: of the environment; None for one that is not set.
        umask: of the process.
        stdin, stdout, stderr: redirections of the shell, or empty.
    """

    variables: Mapping[str, str | None]
    umask: int
    stdin: str = ""
    stdout: str = ""
    stderr: str = ""

    @classmethod
    def draw(cls, rng: random.Random) -> Self:
        return cls(
            variables={name: rng.choice(values) for name, values in _VARIABLES.items()},
            umask=rng.choice([0o000, 0o022, 0o027, 0o077]),
            stdin=rng.choice(_STDIN),
            stdout=rng.choice(_STDOUT),
            stderr=rng.choice(_STDERR),
        )

    def start(
        self,
        arguments: Sequence[str],
        environ: Mapping[str, str],
        *,
        stdin: IO[bytes] | None = None,
        stderr: IO[bytes] | int | None = None,
    ) -> "subprocess.Popen[bytes]":
        """Start Python with these arguments in here; what is given as a stream is not redirected."""
        redirected = [
            "" if stdin else self.stdin,
            self.stdout,
            "" if stderr is not None else self.stderr,
        ]
        drawn = {**environ, **self.variables}
        more: dict[str, Any] = {"stdin": stdin, "stderr": stderr}
        return subprocess.Popen(
            ["sh", "-c", f'exec "$0" "$@" {" ".join(redirected)}', sys.executable, *arguments],
            env={name: value for name, value in drawn.items() if value is not None},
            umask=self.umask,
            stdout=subprocess.DEVNULL if not self.stdout else None,
            **more,
        )


def plain() -> Surroundings:
    """Nothing out of the ordinary."""
    return Surroundings(variables={}, umask=0o022)


def without_settings() -> dict[str, str]:
    """The environment of the tests, without settings of the program."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("RECORDER_", "PUFFLE_"))}
