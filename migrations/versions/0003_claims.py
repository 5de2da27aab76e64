"""Which sources each process that stays wants: they share those, and a `watch` takes only what nobody else wants.

Cause: processes may want different sources (their keys, `--source`); to count them is not enough.
Locks: `poller` is made anew; its rows are rewritten every few seconds by the processes that live.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_FLAG = sa.Boolean(create_constraint=False).with_variant(sa.Integer(), "sqlite")


def _schema() -> str | None:
    return None if op.get_bind().dialect.name == "sqlite" else "recorder"


def _make(*claimed: sa.Column[str] | sa.Column[bool]) -> None:
    op.drop_table("poller", schema=_schema())
    op.create_table(
        "poller",
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("alive_until", _INTEGER, nullable=False),
        *claimed,
        sa.PrimaryKeyConstraint("holder", name="pk_poller"),
        schema=_schema(),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def upgrade() -> None:
    """Make the table anew with what is claimed."""
    _make(
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("is_guest", _FLAG, nullable=False),
    )


def downgrade() -> None:
    """Make it as it was; no history is in it."""
    _make()
