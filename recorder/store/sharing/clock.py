"""The clock that all processes on one store go by in what they share: leases and budgets.

Invariant: on Postgres it is the server's, whatever the hosts' own clocks say; on SQLite all are on one host, whose
clock it is.
"""

from collections.abc import Callable

import sqlalchemy as sa


def ahead_us(connection: sa.Connection, clock: Callable[[], int]) -> int:
    """How far the shared clock is ahead of ours, microseconds.

    Args:
        connection: a transaction.
        clock: ours; microseconds since 1970 UTC.
    """
    if connection.dialect.name == "sqlite":
        return 0
    epoch = sa.func.extract("epoch", sa.func.clock_timestamp())
    before = clock()
    theirs = connection.execute(sa.select(sa.cast(epoch * 1_000_000, sa.BigInteger))).scalar_one()
    return int(theirs) - (before + clock()) // 2
