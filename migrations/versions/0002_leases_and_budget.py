"""Leases, so that one process polls a source at a time, and the budget of each key over all processes.

Cause: several processes, on several hosts, may share one store.
Locks: adding columns that may be null locks `source` for a moment; the other tables are new.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OF_SOURCE = (
    ("holder", sa.Text()),
    ("held_until", _INTEGER),
    ("refused_key", sa.Text()),
    ("refused_at", _INTEGER),
)


def _schema() -> str | None:
    return None if op.get_bind().dialect.name == "sqlite" else "recorder"


def upgrade() -> None:
    """Add the columns and tables."""
    schema = _schema()
    for name, kind in _OF_SOURCE:
        op.add_column("source", sa.Column(name, kind, nullable=True), schema=schema)
    op.create_table(
        "poller",
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("alive_until", _INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("holder", name="pk_poller"),
        schema=schema,
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "key_budget",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("last_sent_at", _INTEGER, nullable=True),
        sa.Column("paused_until", _INTEGER, nullable=True),
        sa.PrimaryKeyConstraint("key_id", name="pk_key_budget"),
        schema=schema,
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    _create_slots(schema)


def _create_slots(schema: str | None) -> None:
    budget = f"{schema}.key_budget.key_id" if schema else "key_budget.key_id"
    op.create_table(
        "key_slot",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("slot", _INTEGER, nullable=False),
        sa.Column("free_at", _INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("key_id", "slot", name="pk_key_slot"),
        sa.ForeignKeyConstraint(["key_id"], [budget], name="fk_key_slot_key_budget"),
        schema=schema,
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop them; no history is in them."""
    schema = _schema()
    for table in ("key_slot", "key_budget", "poller"):
        op.drop_table(table, schema=schema)
    for name, _ in reversed(_OF_SOURCE):
        op.drop_column("source", name, schema=schema)
