"""What is kept beside the history so that questions, schedules and exports need not read it whole.

Cause: answering over a million runs, the schedule of many, a lake that grows by what changed. Locks: none, the tables are new.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0002"
down_revision = "0001"

SCHEMA = "recorder"
Integer = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Small = sa.SmallInteger().with_variant(sa.Integer(), "sqlite")
Flag = sa.Boolean(create_constraint=False).with_variant(sa.Integer(), "sqlite")
Text = sa.Text()
Name = Text.with_variant(sa.Text(collation="C"), "postgresql")  # in the same order everywhere
Bytes = sa.LargeBinary()

TABLES: dict[str, Sequence[SchemaItem]] = {}


def upgrade() -> None:
    """Create the tables, all of them empty."""
    for name, items in TABLES.items():
        op.create_table(name, *items, schema=SCHEMA, sqlite_strict=True, sqlite_with_rowid=False)


def downgrade() -> None:
    """Drop them; the history itself is whole without them."""
    for name in reversed(TABLES):
        op.drop_table(name, schema=SCHEMA)
