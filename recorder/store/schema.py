"""The tables of the store in SQLAlchemy Core; people read the views.

Invariants, each held by a constraint: one row a run and source; a run's snapshots are numbered 1, 2, ... without gaps but
where `db prune` dropped some (each points at the one before it); no two polls of a run at one instant; a good poll points at its snapshot.
The key of every table that grows begins with the source, so that the store can be distributed by it; events alone are
numbered over the whole store.
Instants are microseconds since 1970 UTC, amounts millionths.

Tables are built by the migrations alone; a test holds this module and them together.
"""

import sqlalchemy as sa

from recorder.ledger.row import MOVING, PROGRESS, RunFields
from recorder.store.table_parts import (
    Bytes,
    Flag,
    Name,
    Small,
    Text,
    columns,
    in_calendar,
    integers,
    of_snapshot,
    refers,
    required,
    run_key,
    run_table,
    table,
    texts,
)

REVISION = "0002"
VERSION_TABLE = "recorder_version"

source = table(
    "source",
    sa.Column("source_id", Small, primary_key=True, autoincrement=False),
    sa.Column("name", Name, nullable=False),
    sa.Column("base_url", Text, nullable=False),
    *required("created_at parts_version"),
    *texts("holder refused_key accepted_key"),
    *integers("held_until refused_at clock_at clock_off_us last_event_id"),
    sa.UniqueConstraint("name"),
    in_calendar("created_at"),
)

run = table(
    "run",
    *run_key(),
    sa.Column("run_id", Name, nullable=False),
    *required("tracked_at"),
    *integers("untracked_at"),
    sa.Column("month", Name),  # of its creation, else of its tracking, such as 2026-11
    sa.PrimaryKeyConstraint("source_id", "run_key"),
    sa.UniqueConstraint("source_id", "run_id"),
    refers("source", "source_id"),
    sa.Index(None, "month", "source_id", "run_key"),  # led by the source it drew checks of keys
    in_calendar("tracked_at untracked_at"),
)

run_month = table(
    "run_month",
    sa.Column("source_id", Small, nullable=False),
    sa.Column("month", Name, nullable=False),
    *required("n_changes n_prunes n_forgets"),
    sa.PrimaryKeyConstraint("source_id", "month"),
    refers("source", "source_id"),
    rowid=False,
)

usual_run = table(
    "usual_run",
    sa.Column("source_id", Small, nullable=False),
    sa.Column("slug", Name, nullable=False),
    *required("n_runs log_mean log_variance missed"),
    sa.PrimaryKeyConstraint("source_id", "slug"),
    refers("source", "source_id"),
    rowid=False,
)

label = run_table(
    "label",
    sa.Column("key", Name, nullable=False),
    sa.Column("value", Text, nullable=False),
    key=["key"],
    rowid=False,
)

watch = run_table(
    "watch",
    sa.Column("tracking", Text, nullable=False),
    *integers("due_at"),
    sa.Column("urgency", Small, nullable=False),
    *required("n_polls n_snapshots n_failures"),
    *integers(
        "first_polled_at last_polled_at first_good_at last_good_at last_changed_at ended_seen_at resumed_at"
    ),
    *(sa.Column(name, Flag, nullable=False) for name in ("is_quiet", "is_pruned")),
    sa.Column("last_outcome", Small),
    *integers("overdue_notified_at lost_at"),
    sa.Column("body_digest", Bytes),
    *columns(PROGRESS),
    *integers("end_from_at end_until_at n_missed"),
    sa.Index(None, "source_id", "due_at"),
    sa.Index(None, "ended_seen_at"),
    in_calendar("first_polled_at last_polled_at first_good_at last_good_at updated_at"),
    rowid=False,
)

part = table(
    "part",
    sa.Column("source_id", Small, nullable=False),
    *required("part_id"),
    sa.Column("digest", Bytes, nullable=False),
    *texts("json"),
    sa.Column("deflated", Bytes),
    sa.PrimaryKeyConstraint("source_id", "part_id"),
    sa.UniqueConstraint("source_id", "digest"),
    refers("source", "source_id"),
    sa.CheckConstraint("json IS NOT NULL OR deflated IS NOT NULL", name="some_form"),
)

snapshot = run_table(
    "snapshot",
    *required("seq"),
    *integers("previous_seq"),
    *required("first_seen_at last_seen_at n_polls"),
    *integers("seen_again_at"),
    sa.Column("digest", Bytes, nullable=False),
    *required("part_id"),
    *columns(MOVING),
    *integers("preview_micros"),
    *texts("preview_unit"),
    *integers("actual_micros"),
    *texts("actual_unit oddities"),
    *integers("shape_id"),
    of_snapshot("previous_seq"),
    refers("part", "source_id", "part_id"),
    # A part is removed only where no snapshot has it; on SQLite `forget` makes the index itself: it took 7 bytes a poll.
    # Led by source_id, it drew every check of a foreign key on a snapshot while Postgres had no statistics, and the
    # session kept that plan: half the time of recording.
    sa.Index(None, "part_id").ddl_if(dialect="postgresql"),
    # Partial on Postgres too: to say so here would load that dialect, an eighth of SQLAlchemy's own start, in every process.
    sa.Index(None, "first_seen_at", sqlite_where=sa.text("error_message IS NOT NULL")),
    sa.Index(None, "shape_id", sqlite_where=sa.text("shape_id IS NOT NULL")),
    sa.CheckConstraint("seq >= 1 AND (seq = 1) = (previous_seq IS NULL)", name="seq_from_one"),
    in_calendar(
        "first_seen_at last_seen_at seen_again_at created_at started_at completed_at cancelled_at updated_at"
    ),
    sa.CheckConstraint("first_seen_at <= last_seen_at AND n_polls >= 1", name="seen"),
    key=["seq"],
)

deviation = table(
    "deviation",
    sa.Column("source_id", Small, nullable=False),
    *required("shape_id"),
    *(sa.Column(name, Name, nullable=False) for name in ("path", "kind", "value")),
    sa.PrimaryKeyConstraint("source_id", "shape_id", "path"),
    refers("source", "source_id"),
    rowid=False,
)

run_summary = run_table(
    "run_summary",
    *texts("observation_class"),
    *columns({*RunFields.__struct_fields__} - {*PROGRESS}),
    *integers("ended_at"),
    *texts("ended_at_origin"),
    *integers("ended_after cost_preview_micros cost_actual_micros cost_known_at"),
    *texts("cost_unit preview_unit actual_unit"),
    sa.Column("cost_quality", Text, nullable=False),
    *required("n_reopened"),
    *texts("quality"),
    in_calendar("created_at started_at cancelled_at ended_at ended_after cost_known_at"),
)

poll = run_table(
    "poll",
    *required("polled_at"),
    sa.Column("outcome", Small, nullable=False),
    sa.Column("http_status", Small),
    *integers("latency_ms snapshot_seq"),
    *texts("detail"),
    of_snapshot("snapshot_seq"),
    sa.CheckConstraint("outcome BETWEEN 1 AND 9", name="outcome"),
    in_calendar("polled_at"),
    sa.CheckConstraint("(outcome <= 2) = (snapshot_seq IS NOT NULL)", name="good_has_snapshot"),
    key=["polled_at"],
    rowid=False,
)

rejected_body = table(
    "rejected_body",
    *run_key(),
    *required("polled_at"),
    sa.Column("head", Bytes, nullable=False),
    *required("length"),
    sa.Column("sha256", Bytes, nullable=False),
    sa.PrimaryKeyConstraint("source_id", "run_key", "polled_at"),
    refers("poll", "source_id", "run_key", "polled_at"),
)

capture = run_table(
    "capture",
    *texts("cursor"),
    *integers("due_at"),
    *required("n_requests n_failures requested_at"),
    sa.Column("last_outcome", Small, nullable=False),
    sa.Column("http_status", Small),
    *integers("captured_at leads_pending leads_running leads_completed"),
    *integers("leads_skipped leads_failed"),
    sa.Column("differs", Flag, nullable=False),
    rowid=False,
)

item = run_table(
    "item",
    sa.Column("item_id", Name, nullable=False),
    *texts("lead_id status skipped_reason error_message"),
    *integers("attempts"),
    *texts("provider"),
    *integers("started_at completed_at"),
    in_calendar("started_at completed_at"),
    key=["item_id"],
    rowid=False,
)

event = table(
    "event",
    *required("event_id recorded_at happened_at"),
    sa.Column("source_id", Small, nullable=False),
    *integers("run_key"),
    sa.Column("kind", Text, nullable=False),
    *texts("detail"),
    sa.PrimaryKeyConstraint("event_id"),
    sa.UniqueConstraint("source_id", "run_key", "kind", "happened_at"),
    refers("source", "source_id"),
    refers("run", "source_id", "run_key"),
    sa.CheckConstraint("(run_key IS NULL) = (substr(kind, 1, 4) = 'key_')", name="run_or_key"),
    in_calendar("recorded_at happened_at"),
)

poller = table(
    "poller",
    sa.Column("holder", Text, nullable=False),
    *required("alive_until"),
    sa.Column("wanted", Text, nullable=False),
    sa.Column("is_viewer", Flag, nullable=False),
    sa.PrimaryKeyConstraint("holder"),
    rowid=False,
)

key_budget = table(
    "key_budget",
    sa.Column("key_id", Text, nullable=False),
    *integers("last_sent_at paused_until last_follow_up_at"),
    sa.Column("last_new_source", Small),
    *integers("short_since"),
    sa.PrimaryKeyConstraint("key_id"),
    rowid=False,
)

key_slot = table(
    "key_slot",
    sa.Column("key_id", Text, nullable=False),
    *required("slot free_at"),
    sa.Column("is_items", Flag, nullable=False),
    sa.PrimaryKeyConstraint("key_id", "slot"),
    refers("key_budget", "key_id"),
    rowid=False,
)

ids_file = table(
    "ids_file",
    sa.Column("file_id", Bytes, nullable=False),
    *required("length"),
    sa.Column("digest", Bytes, nullable=False),
    sa.PrimaryKeyConstraint("file_id"),
    rowid=False,
)

sealed = table(
    "sealed",
    sa.Column("source_id", Small, nullable=False),
    *required("block n first_at last_at"),
    sa.PrimaryKeyConstraint("source_id", "block"),
    refers("source", "source_id"),
    rowid=False,
)

run_block = table(
    "run_block",
    sa.Column("source_id", Small, nullable=False),
    *required("block"),
    sa.Column("name", Name, nullable=False),
    sa.Column("data", Bytes, nullable=False),
    sa.PrimaryKeyConstraint("source_id", "block", "name"),
    refers("sealed", "source_id", "block"),
    rowid=False,
)
