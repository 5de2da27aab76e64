"""The tables of the store in SQLAlchemy Core; people read the views.

Invariants, each held by a constraint: one row a run and source; a run's snapshots are numbered 1, 2, ... without gaps but
where `db prune` dropped some (each points at the one before it); no two polls of a run at one instant; a good poll points at its snapshot.
The key of every table that grows begins with the source, so that the store can be distributed by it; events alone are
numbered over the whole store.
Instants are microseconds since 1970 UTC, amounts millionths.

Tables are built by the migrations alone; a test holds this module and them together.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.schema import SchemaItem

from recorder.ledger.row import FIELDS, MOVING, PROGRESS, FieldKind, RunFields

REVISION = "0001"
SCHEMA = "recorder"
VERSION_TABLE = "recorder_version"

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


class Flag(sa.TypeDecorator[bool]):
    """True or false; an integer on SQLite, whose strict tables know no booleans."""

    impl = sa.Boolean
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """Return the dialect's own type."""
        plain = sa.Integer() if dialect.name == "sqlite" else sa.Boolean()
        return dialect.type_descriptor(plain)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> bool | None:  # noqa: ANN401, ARG002
        """Return true or false, from an integer too."""
        return None if value is None else bool(value)


Integer = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Small = sa.SmallInteger().with_variant(sa.Integer(), "sqlite")
Text = sa.Text()
Name = Text.with_variant(sa.Text(collation="C"), "postgresql")  # in the same order everywhere
Bytes = sa.LargeBinary()
HAS_ERROR, HAS_SHAPE = sa.text("error_message IS NOT NULL"), sa.text("shape_id IS NOT NULL")


def _table(name: str, *columns: SchemaItem, rowid: bool = True) -> sa.Table:
    return sa.Table(name, metadata, *columns, sqlite_strict=True, sqlite_with_rowid=rowid)


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
) -> sa.Table:
    """Return a table of rows that belong to a run; `key`: its key within the run."""
    return _table(
        name,
        *_run_key(),
        *columns,
        sa.PrimaryKeyConstraint("source_id", "run_key", *key),
        _refers("run", "source_id", "run_key"),
        rowid=rowid,
    )


_COLUMNS: Mapping[FieldKind, sa.types.TypeEngine[Any] | type[Flag]] = {
    FieldKind.COUNT: Integer,
    FieldKind.INSTANT: Integer,
    FieldKind.FLAG: Flag,
}


def _columns(names: Collection[str]) -> Iterator[sa.Column[Any]]:
    """Yield the columns of these fields of the ledger's row."""
    for field in FIELDS:
        if field.name in names:
            yield sa.Column(field.name, _COLUMNS.get(field.kind, Text))


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


source = _table(
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

run = _table(
    "run",
    *_run_key(),
    sa.Column("run_id", Name, nullable=False),
    *_required("tracked_at"),
    *_integers("untracked_at"),
    sa.PrimaryKeyConstraint("source_id", "run_key"),
    sa.UniqueConstraint("source_id", "run_id"),
    _refers("source", "source_id"),
    _in_calendar("tracked_at untracked_at"),
)

label = _run_table(
    "label",
    sa.Column("key", Name, nullable=False),
    sa.Column("value", Text, nullable=False),
    key=["key"],
    rowid=False,
)

watch = _run_table(
    "watch",
    sa.Column("tracking", Text, nullable=False),
    *_integers("due_at"),
    sa.Column("urgency", Small, nullable=False),
    *_required("n_polls n_snapshots n_failures"),
    *_integers(
        "first_polled_at last_polled_at first_good_at last_good_at last_changed_at ended_seen_at resumed_at"
    ),
    *(sa.Column(name, Flag, nullable=False) for name in ("is_quiet", "is_pruned")),
    sa.Column("last_outcome", Small),
    *_integers("overdue_notified_at lost_at"),
    sa.Column("body_digest", Bytes),
    *_columns(PROGRESS),
    sa.Index(None, "source_id", "due_at"),
    _in_calendar("first_polled_at last_polled_at first_good_at last_good_at updated_at"),
    rowid=False,
)

part = _table(
    "part",
    sa.Column("source_id", Small, nullable=False),
    *_required("part_id"),
    sa.Column("digest", Bytes, nullable=False),
    *_texts("json"),
    sa.Column("deflated", Bytes),
    sa.PrimaryKeyConstraint("source_id", "part_id"),
    sa.UniqueConstraint("source_id", "digest"),
    _refers("source", "source_id"),
    sa.CheckConstraint("json IS NOT NULL OR deflated IS NOT NULL", name="some_form"),
)

snapshot = _run_table(
    "snapshot",
    *_required("seq"),
    *_integers("previous_seq"),
    *_required("first_seen_at last_seen_at n_polls"),
    *_integers("seen_again_at"),
    sa.Column("digest", Bytes, nullable=False),
    *_required("part_id"),
    *_columns(MOVING),
    *_integers("preview_micros"),
    *_texts("preview_unit"),
    *_integers("actual_micros"),
    *_texts("actual_unit oddities"),
    *_integers("shape_id"),
    _of_snapshot("previous_seq"),
    _refers("part", "source_id", "part_id"),
    # A part is removed only where no snapshot has it; on SQLite `forget` makes the index itself: it took 7 bytes a poll.
    # Led by source_id, it drew every check of a foreign key on a snapshot while Postgres had no statistics, and the
    # session kept that plan: half the time of recording.
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

deviation = _table(
    "deviation",
    sa.Column("source_id", Small, nullable=False),
    *_required("shape_id"),
    *(sa.Column(name, Name, nullable=False) for name in ("path", "kind", "value")),
    sa.PrimaryKeyConstraint("source_id", "shape_id", "path"),
    _refers("source", "source_id"),
    rowid=False,
)

run_summary = _run_table(
    "run_summary",
    *_texts("observation_class"),
    *_columns({*RunFields.__struct_fields__} - {*PROGRESS}),
    *_integers("ended_at"),
    *_texts("ended_at_origin"),
    *_integers("ended_after cost_preview_micros cost_actual_micros cost_known_at"),
    *_texts("cost_unit preview_unit actual_unit"),
    sa.Column("cost_quality", Text, nullable=False),
    *_required("n_reopened"),
    *_texts("quality"),
    _in_calendar("created_at started_at cancelled_at ended_at ended_after cost_known_at"),
)

poll = _run_table(
    "poll",
    *_required("polled_at"),
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

rejected_body = _table(
    "rejected_body",
    *_run_key(),
    *_required("polled_at"),
    sa.Column("head", Bytes, nullable=False),
    *_required("length"),
    sa.Column("sha256", Bytes, nullable=False),
    sa.PrimaryKeyConstraint("source_id", "run_key", "polled_at"),
    _refers("poll", "source_id", "run_key", "polled_at"),
)

capture = _run_table(
    "capture",
    *_texts("cursor"),
    *_integers("due_at"),
    *_required("n_requests n_failures requested_at"),
    sa.Column("last_outcome", Small, nullable=False),
    sa.Column("http_status", Small),
    *_integers("captured_at leads_pending leads_running leads_completed"),
    *_integers("leads_skipped leads_failed"),
    sa.Column("differs", Flag, nullable=False),
    rowid=False,
)

item = _run_table(
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

event = _table(
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

poller = _table(
    "poller",
    sa.Column("holder", Text, nullable=False),
    *_required("alive_until"),
    sa.Column("wanted", Text, nullable=False),
    sa.Column("is_viewer", Flag, nullable=False),
    sa.PrimaryKeyConstraint("holder"),
    rowid=False,
)

key_budget = _table(
    "key_budget",
    sa.Column("key_id", Text, nullable=False),
    *_integers("last_sent_at paused_until last_follow_up_at"),
    sa.Column("last_new_source", Small),
    sa.PrimaryKeyConstraint("key_id"),
    rowid=False,
)

key_slot = _table(
    "key_slot",
    sa.Column("key_id", Text, nullable=False),
    *_required("slot free_at"),
    sa.Column("is_items", Flag, nullable=False),
    sa.PrimaryKeyConstraint("key_id", "slot"),
    _refers("key_budget", "key_id"),
    rowid=False,
)

ids_file = _table(
    "ids_file",
    sa.Column("file_id", Bytes, nullable=False),
    *_required("length"),
    sa.Column("digest", Bytes, nullable=False),
    sa.PrimaryKeyConstraint("file_id"),
    rowid=False,
)
