"""The errors of the program, as one tree; each carries the exit code that `recorder` ends with.

    RecorderError (1)
    ├── UsageError (2)            an argument or option that makes no sense
    │   ├── SettingError          a setting that is unset or wrong; names the setting
    │   ├── UnknownRunError       a run id that no source has
    │   └── AmbiguousRunError     a run id that two sources have: --source is needed
    ├── KeyRefusedError (4)       the API refused a key (401)
    └── StoreError (1)
        ├── StoreMissingError     there is no store at that location
        ├── StoreOutdatedError    the store is older than this program: ends with the command to run
        ├── StoreNewerError       the store is newer than this program
        ├── StoreDamagedError     the store's file, or its content, is damaged
        ├── RowRefusedError       the store refuses a row: trying again does not help
        ├── StatementRefusedError  what a statement names is not there, or not this user's
        └── StoreBusyError        the database stayed locked
            └── StoreConflictError  the server ended the transaction in favour of another one

Invariant: a message says what happened, the value, and what to do; never a key.
Errors of httpx and SQLAlchemy are translated where those libraries are used, `from` their cause.
"""

from typing import ClassVar


class RecorderError(Exception):
    """An error that ends a command; the message is for people."""

    exit_code: ClassVar[int] = 1


class UsageError(RecorderError):
    """An argument or option that makes no sense."""

    exit_code: ClassVar[int] = 2


class SettingError(UsageError):
    """A setting that is unset or wrong; the message names it."""


class UnknownRunError(UsageError):
    """A run id that no source has."""


class AmbiguousRunError(UsageError):
    """A run id that two sources have."""


class KeyRefusedError(RecorderError):
    """The API refused a key."""

    exit_code: ClassVar[int] = 4


class StoreError(RecorderError):
    """A request that the store cannot serve."""


class StoreMissingError(StoreError):
    """There is no store at that location."""


class StoreOutdatedError(StoreError):
    """The store's schema is older than this program."""


class StoreNewerError(StoreError):
    """The store's schema is newer than this program."""


class StoreDamagedError(StoreError):
    """The store's file, or its content, is damaged."""


class RowRefusedError(StoreError):
    """The store refuses a row: trying again does not help."""


class StatementRefusedError(StoreError):
    """The store refuses a statement: a table or column that it names is not there, or not this user's."""


class StoreBusyError(StoreError):
    """The database stayed locked for longer than the busy timeout."""


class StoreConflictError(StoreBusyError):
    """The transaction was ended in favour of another one: a deadlock, a serialization failure, a file that changed."""
