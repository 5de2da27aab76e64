"""The clock that all processes on one store use for leases and budgets: the server's, or that of their one host."""

from collections.abc import Callable

import sqlalchemy as sa

from recorder.store.engine import dialect_of


def ahead_us(connection: sa.Connection, clock: Callable[[], int]) -> int:
    """Return how far the shared clock is ahead of ours, microseconds.

    Args:
        connection: a transaction.
        clock: ours; microseconds since 1970 UTC.
    """
    before = clock()
    server_us = dialect_of(connection).server_us(connection)
    return 0 if server_us is None else server_us - (before + clock()) // 2
