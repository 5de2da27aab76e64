"""The first schema: sources, runs, their polls and snapshots, leases and budgets, and the views that people read.

Cause: the first release. Locks: none, the tables are new.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from runpy import run_path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0001"
down_revision = None

SCHEMA = "recorder"
HOME = Path(__file__).resolve().parent.parent
FUNCTIONS = HOME / "functions" / f"{revision}.sql"
ON_SQLITE = run_path(str(FUNCTIONS.with_name(f"{revision}_sqlite.py")))
VIEWS = HOME / "views" / revision

metadata = sa.MetaData(
    schema=SCHEMA,
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    },
)

Integer = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Small = sa.SmallInteger().with_variant(sa.Integer(), "sqlite")
Flag = sa.Boolean(create_constraint=False).with_variant(sa.Integer(), "sqlite")
Text = sa.Text()
Name = Text.with_variant(sa.Text(collation="C"), "postgresql")  # in the same order everywhere
Bytes = sa.LargeBinary()
HAS_ERROR, HAS_SHAPE = sa.text("error_message IS NOT NULL"), sa.text("shape_id IS NOT NULL")
COUNTS = "leads_pending leads_running leads_completed leads_skipped leads_failed"
LEADS = f"leads_total {COUNTS}"


def _table(name: str, *columns: SchemaItem, rowid: bool = True) -> None:
    sa.Table(name, metadata, *columns, sqlite_strict=True, sqlite_with_rowid=rowid)


def _integers(names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, Integer) for name in names.split()]


def _required(names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, Integer, nullable=False) for name in names.split()]


def _texts(names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, Text) for name in names.split()]


def _run_key() -> list[sa.Column[int]]:
    return [sa.Column("source_id", Small, nullable=False), *_required("run_key")]


def _refers(table: str, *names: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(names, [f"{SCHEMA}.{table}.{name}" for name in names])


def _run_table(
    name: str, *columns: SchemaItem, key: Sequence[str] = (), rowid: bool = True
) -> None:
    """Declare a table of rows that belong to a run; `key`: its key within the run."""
    _table(
        name,
        *_run_key(),
        *columns,
        sa.PrimaryKeyConstraint("source_id", "run_key", *key),
        _refers("run", "source_id", "run_key"),
        rowid=rowid,
    )


def _of_snapshot(seq: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["source_id", "run_key", seq],
        [f"{SCHEMA}.snapshot.{name}" for name in ("source_id", "run_key", "seq")],
        deferrable=True,
        initially="DEFERRED",
    )


def _in_calendar(names: str) -> sa.CheckConstraint:
    """Return the check that instants lie in the years 1 to 9999, which every reader can spell."""
    years = "BETWEEN -62135596800000000 AND 253402300799999999"
    return sa.CheckConstraint(
        " AND ".join(f"{name} {years}" for name in names.split()), name="calendar"
    )


_table(
    "source",
    sa.Column("source_id", Small, primary_key=True, autoincrement=False),
    sa.Column("name", Name, nullable=False),
    sa.Column("base_url", Text, nullable=False),
    *_required("created_at parts_version"),
    *_texts("holder refused_key accepted_key"),
    *_integers("held_until refused_at clock_at clock_off_us last_event_id"),
    sa.UniqueConstraint("name"),
    _in_calendar("created_at"),
)

_table(
    "run",
    *_run_key(),
    sa.Column("run_id", Name, nullable=False),
    sa.Column("tracked_at", Integer, nullable=False),
    *_integers("untracked_at"),
    sa.PrimaryKeyConstraint("source_id", "run_key"),
    sa.UniqueConstraint("source_id", "run_id"),
    _refers("source", "source_id"),
    _in_calendar("tracked_at untracked_at"),
)

_run_table(
    "label",
    sa.Column("key", Name, nullable=False),
    sa.Column("value", Text, nullable=False),
    key=["key"],
    rowid=False,
)

_run_table(
    "watch",
    sa.Column("tracking", Text, nullable=False),
    *_integers("due_at"),
    sa.Column("urgency", Small, nullable=False),
    *_required("n_polls n_snapshots n_failures"),
    *_integers("first_polled_at last_polled_at first_good_at last_good_at last_changed_at"),
    *_integers("ended_seen_at resumed_at"),
    *(sa.Column(name, Flag, nullable=False) for name in ("is_quiet", "is_pruned")),
    sa.Column("last_outcome", Small),
    *_integers("overdue_notified_at lost_at"),
    sa.Column("body_digest", Bytes),
    *_integers(f"{LEADS} updated_at"),
    sa.Index(None, "source_id", "due_at"),
    _in_calendar("first_polled_at last_polled_at first_good_at last_good_at updated_at"),
    rowid=False,
)

_table(
    "part",
    sa.Column("source_id", Small, nullable=False),
    sa.Column("part_id", Integer, nullable=False),
    sa.Column("digest", Bytes, nullable=False),
    *_texts("json"),
    sa.Column("deflated", Bytes),
    sa.PrimaryKeyConstraint("source_id", "part_id"),
    sa.UniqueConstraint("source_id", "digest"),
    _refers("source", "source_id"),
    sa.CheckConstraint("json IS NOT NULL OR deflated IS NOT NULL", name="some_form"),
)

_run_table(
    "snapshot",
    sa.Column("seq", Integer, nullable=False),
    *_integers("previous_seq"),
    *_required("first_seen_at last_seen_at n_polls"),
    *_integers("seen_again_at"),
    sa.Column("digest", Bytes, nullable=False),
    sa.Column("part_id", Integer, nullable=False),
    *_integers(f"{LEADS} updated_at"),
    *_texts("status error_message"),
    *_integers("created_at started_at cancelled_at completed_at preview_micros"),
    *_texts("preview_unit"),
    *_integers("actual_micros"),
    *_texts("actual_unit oddities"),
    *_integers("shape_id"),
    _of_snapshot("previous_seq"),
    _refers("part", "source_id", "part_id"),
    # Led by source_id it would draw the checks of other keys; on SQLite `forget` makes it, since it took 7 bytes a poll.
    sa.Index(None, "part_id").ddl_if(dialect="postgresql"),
    sa.Index(None, "first_seen_at", sqlite_where=HAS_ERROR, postgresql_where=HAS_ERROR),
    sa.Index(None, "shape_id", sqlite_where=HAS_SHAPE, postgresql_where=HAS_SHAPE),
    sa.CheckConstraint("seq >= 1 AND (seq = 1) = (previous_seq IS NULL)", name="seq_from_one"),
    _in_calendar(
        "first_seen_at last_seen_at seen_again_at created_at started_at completed_at cancelled_at updated_at"
    ),
    sa.CheckConstraint("first_seen_at <= last_seen_at AND n_polls >= 1", name="seen"),
    key=["seq"],
)

_table(
    "deviation",
    sa.Column("source_id", Small, nullable=False),
    *_required("shape_id"),
    *(sa.Column(name, Name, nullable=False) for name in ("path", "kind", "value")),
    sa.PrimaryKeyConstraint("source_id", "shape_id", "path"),
    _refers("source", "source_id"),
    rowid=False,
)

_run_table(
    "run_summary",
    *_texts("observation_class status error_message"),
    *_integers("created_at started_at cancelled_at"),
    *_texts("mode enrichment_id slug version scope_type list_id"),
    *_texts("output_target output_attribute_key write_policy"),
    sa.Column("persist_results", Flag),
    *_texts("trigger_run_id correlation_id error_details"),
    *_integers("ended_at"),
    *_texts("ended_at_origin"),
    *_integers("ended_after cost_preview_micros cost_actual_micros cost_known_at"),
    *_texts("cost_unit preview_unit actual_unit"),
    sa.Column("cost_quality", Text, nullable=False),
    sa.Column("n_reopened", Integer, nullable=False),
    *_texts("quality"),
    _in_calendar("created_at started_at cancelled_at ended_at ended_after cost_known_at"),
)

_run_table(
    "poll",
    sa.Column("polled_at", Integer, nullable=False),
    sa.Column("outcome", Small, nullable=False),
    sa.Column("http_status", Small),
    *_integers("latency_ms snapshot_seq"),
    *_texts("detail"),
    _of_snapshot("snapshot_seq"),
    sa.CheckConstraint("outcome BETWEEN 1 AND 9", name="outcome"),
    _in_calendar("polled_at"),
    sa.CheckConstraint("(outcome <= 2) = (snapshot_seq IS NOT NULL)", name="good_has_snapshot"),
    key=["polled_at"],
    rowid=False,
)

_table(
    "rejected_body",
    *_run_key(),
    sa.Column("polled_at", Integer, nullable=False),
    sa.Column("head", Bytes, nullable=False),
    sa.Column("length", Integer, nullable=False),
    sa.Column("sha256", Bytes, nullable=False),
    sa.PrimaryKeyConstraint("source_id", "run_key", "polled_at"),
    _refers("poll", "source_id", "run_key", "polled_at"),
)

_run_table(
    "capture",
    *_texts("cursor"),
    *_integers("due_at"),
    *_required("n_requests n_failures requested_at"),
    sa.Column("last_outcome", Small, nullable=False),
    sa.Column("http_status", Small),
    *_integers(f"captured_at {COUNTS}"),
    sa.Column("differs", Flag, nullable=False),
    rowid=False,
)

_run_table(
    "item",
    sa.Column("item_id", Name, nullable=False),
    *_texts("lead_id status skipped_reason error_message"),
    *_integers("attempts"),
    *_texts("provider"),
    *_integers("started_at completed_at"),
    _in_calendar("started_at completed_at"),
    key=["item_id"],
    rowid=False,
)

_table(
    "event",
    *_required("event_id recorded_at happened_at"),
    sa.Column("source_id", Small, nullable=False),
    *_integers("run_key"),
    sa.Column("kind", Text, nullable=False),
    *_texts("detail"),
    sa.PrimaryKeyConstraint("event_id"),
    sa.UniqueConstraint("source_id", "run_key", "kind", "happened_at"),
    _refers("source", "source_id"),
    _refers("run", "source_id", "run_key"),
    sa.CheckConstraint("(run_key IS NULL) = (substr(kind, 1, 4) = 'key_')", name="run_or_key"),
    _in_calendar("recorded_at happened_at"),
)

_table(
    "poller",
    sa.Column("holder", Text, nullable=False),
    sa.Column("alive_until", Integer, nullable=False),
    sa.Column("wanted", Text, nullable=False),
    sa.Column("is_viewer", Flag, nullable=False),
    sa.PrimaryKeyConstraint("holder"),
    rowid=False,
)

_table(
    "key_budget",
    sa.Column("key_id", Text, nullable=False),
    *_integers("last_sent_at paused_until last_follow_up_at"),
    sa.Column("last_new_source", Small),
    sa.PrimaryKeyConstraint("key_id"),
    rowid=False,
)

_table(
    "key_slot",
    sa.Column("key_id", Text, nullable=False),
    *_required("slot free_at"),
    sa.Column("is_items", Flag, nullable=False),
    sa.PrimaryKeyConstraint("key_id", "slot"),
    _refers("key_budget", "key_id"),
    rowid=False,
)

_table(
    "ids_file",
    sa.Column("file_id", Bytes, nullable=False),
    sa.Column("length", Integer, nullable=False),
    sa.Column("digest", Bytes, nullable=False),
    sa.PrimaryKeyConstraint("file_id"),
    rowid=False,
)


def upgrade() -> None:
    """Create the schema, the tables, the functions (Postgres) and the views."""
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        bind.exec_driver_sql(FUNCTIONS.read_text(encoding="utf-8"))
    metadata.create_all(bind, checkfirst=False)
    for statement in view_statements(bind.dialect.name):
        bind.exec_driver_sql(statement)


def downgrade() -> None:
    """Drop all of it; the history is gone with it."""
    bind = op.get_bind()
    postgres = bind.dialect.name == "postgresql"
    for path in sorted(VIEWS.glob("*.sql")):
        bind.exec_driver_sql(f"DROP VIEW {'recorder.' if postgres else ''}{path.stem}")
    metadata.drop_all(bind, checkfirst=False)
    if postgres:
        for name in ON_SQLITE["WRITTEN_OUT"]:
            bind.exec_driver_sql(f"DROP FUNCTION recorder.{name}")


def view_statements(dialect: str) -> Iterator[str]:
    """Yield the CREATE statement of each view: its file on Postgres; on SQLite with its functions written out."""
    for path in sorted(VIEWS.glob("*.sql")):
        text = path.read_text(encoding="utf-8")
        yield text if dialect == "postgresql" else ON_SQLITE["written_out"](text)
