"""What is kept next to the history so that questions, schedules and exports need not read it whole.

Cause: answering over a million runs, the schedule of many, a lake that grows by what changed. Locks: `run`, while
each run is given its month; the tables are new.
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
COUNTS = ("n_changes", "n_prunes", "n_forgets")
TIMES = ("n_runs", "log_mean", "log_variance", "missed")
LIKELY_END = ("end_from_at", "end_until_at", "n_missed")
MONTH_INDEX = "ix_run_month_source_id_run_key"
ENDED_INDEX = "ix_watch_ended_seen_at"

TABLES: dict[str, Sequence[SchemaItem]] = {
    "run_month": (
        sa.Column("source_id", Small, nullable=False),
        sa.Column("month", Name, nullable=False),
        *(sa.Column(name, Integer, nullable=False) for name in COUNTS),
        sa.PrimaryKeyConstraint("source_id", "month", name="pk_run_month"),
        sa.ForeignKeyConstraint(
            ["source_id"], [f"{SCHEMA}.source.source_id"], name="fk_run_month_source"
        ),
    ),
    "usual_run": (
        sa.Column("source_id", Small, nullable=False),
        sa.Column("slug", Name, nullable=False),
        *(sa.Column(name, Integer, nullable=False) for name in TIMES),
        sa.PrimaryKeyConstraint("source_id", "slug", name="pk_usual_run"),
        sa.ForeignKeyConstraint(
            ["source_id"], [f"{SCHEMA}.source.source_id"], name="fk_usual_run_source"
        ),
    ),
    "sealed": (
        sa.Column("source_id", Small, nullable=False),
        *(
            sa.Column(name, Integer, nullable=False)
            for name in ("block", "n", "first_at", "last_at")
        ),
        sa.PrimaryKeyConstraint("source_id", "block", name="pk_sealed"),
        sa.ForeignKeyConstraint(
            ["source_id"], [f"{SCHEMA}.source.source_id"], name="fk_sealed_source"
        ),
    ),
    "run_block": (
        sa.Column("source_id", Small, nullable=False),
        sa.Column("block", Integer, nullable=False),
        sa.Column("name", Name, nullable=False),
        sa.Column("data", Bytes, nullable=False),
        sa.PrimaryKeyConstraint("source_id", "block", "name", name="pk_run_block"),
        sa.ForeignKeyConstraint(
            ["source_id", "block"],
            [f"{SCHEMA}.sealed.{name}" for name in ("source_id", "block")],
            name="fk_run_block_sealed",
        ),
    ),
}


def upgrade() -> None:
    """Create the tables, and give each run its month."""
    for name, items in TABLES.items():
        op.create_table(name, *items, schema=SCHEMA, sqlite_strict=True, sqlite_with_rowid=False)
    if not _is_sqlite():  # blocks are deflated already
        op.execute(f"ALTER TABLE {SCHEMA}.run_block ALTER COLUMN data SET STORAGE EXTERNAL")
    for name in LIKELY_END:
        op.add_column("watch", sa.Column(name, Integer), schema=_schema())
    op.add_column("key_budget", sa.Column("short_since", Integer), schema=_schema())
    op.add_column("run", sa.Column("month", Name), schema=_schema())
    _fill_months()
    op.create_index(MONTH_INDEX, "run", ["month", "source_id", "run_key"], schema=_schema())
    op.create_index(ENDED_INDEX, "watch", ["ended_seen_at"], schema=_schema())


def _fill_months() -> None:
    """Give each run the month of its creation, else of its tracking, and each month a row."""
    run, event = _table("run", "tracked_at month"), _table("event", "happened_at")
    summary, run_month = (
        _table("run_summary", "created_at"),
        _table("run_month", " ".join(("month", *COUNTS))),
    )
    of_run = (summary.c.source_id == run.c.source_id) & (summary.c.run_key == run.c.run_key)
    created = sa.select(summary.c.created_at).where(of_run).scalar_subquery()
    month = _month_of(sa.func.coalesce(created, run.c.tracked_at))
    op.execute(sa.update(run).values(month=month))
    of_keys = sa.select(event.c.source_id, _month_of(event.c.happened_at))
    months = sa.select(run.c.source_id, run.c.month).union(of_keys.where(event.c.run_key.is_(None)))
    found = months.subquery("found")
    rows = sa.select(*found.c, *(sa.literal_column("0") for _ in COUNTS))
    op.execute(sa.insert(run_month).from_select(("source_id", "month", *COUNTS), rows))


def _table(name: str, columns: str) -> sa.TableClause:
    names = ("source_id", "run_key", *columns.split())
    return sa.table(name, *map(sa.column, names), schema=_schema())


def _schema() -> str | None:
    """Return the schema of the tables, which alembic does not translate for SQLite everywhere."""
    return None if _is_sqlite() else SCHEMA


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _month_of(us: sa.ColumnElement[int]) -> sa.ColumnElement[str]:
    """Return the month, such as 2026-11, of an instant in microseconds since 1970 UTC."""
    if _is_sqlite():  # whose division cuts towards zero
        seconds = us.op("/")(1_000_000) - (us.op("%")(1_000_000) < 0)
        return sa.func.strftime("%Y-%m", seconds, "unixepoch")
    moment = sa.func.to_timestamp(sa.func.floor(sa.cast(us, sa.Numeric) / 1_000_000))
    return sa.func.to_char(sa.func.timezone("UTC", moment), "YYYY-MM")


def downgrade() -> None:
    """Drop them; the history itself is whole without them."""
    op.drop_column("key_budget", "short_since", schema=_schema())
    op.drop_index(ENDED_INDEX, "watch", schema=_schema())
    for name in LIKELY_END:
        op.drop_column("watch", name, schema=_schema())
    op.drop_index(MONTH_INDEX, "run", schema=_schema())
    op.drop_column("run", "month", schema=_schema())
    for name in reversed(TABLES):
        op.drop_table(name, schema=SCHEMA)
