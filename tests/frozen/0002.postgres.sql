


SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;


CREATE SCHEMA recorder;



CREATE FUNCTION recorder.amount(micros bigint) RETURNS numeric
    LANGUAGE sql IMMUTABLE
    AS $$SELECT trim_scale(micros * 0.000001)$$;



CREATE FUNCTION recorder.document(held text) RETURNS json
    LANGUAGE sql IMMUTABLE
    AS $$SELECT held::json$$;



CREATE FUNCTION recorder.hexadecimal(bytes bytea) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $$SELECT encode(bytes, 'hex')$$;



CREATE FUNCTION recorder.instant(us bigint) RETURNS timestamp with time zone
    LANGUAGE sql STABLE
    AS $$SELECT to_timestamp(us / 1000000) + mod(us, 1000000) * interval '1 microsecond'$$;



CREATE FUNCTION recorder.seconds(us bigint) RETURNS double precision
    LANGUAGE sql IMMUTABLE
    AS $$SELECT us::double precision / 1000000$$;


SET default_tablespace = '';

SET default_table_access_method = heap;


CREATE TABLE recorder.capture (
    source_id smallint NOT NULL,
    run_key bigint NOT NULL,
    cursor text,
    due_at bigint,
    n_requests bigint NOT NULL,
    n_failures bigint NOT NULL,
    requested_at bigint NOT NULL,
    last_outcome smallint NOT NULL,
    http_status smallint,
    captured_at bigint,
    leads_pending bigint,
    leads_running bigint,
    leads_completed bigint,
    leads_skipped bigint,
    leads_failed bigint,
    differs boolean NOT NULL
);



CREATE TABLE recorder.deviation (
    source_id smallint NOT NULL,
    shape_id bigint NOT NULL,
    path text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    value text NOT NULL COLLATE pg_catalog."C"
);



CREATE TABLE recorder.event (
    event_id bigint NOT NULL,
    recorded_at bigint NOT NULL,
    happened_at bigint NOT NULL,
    source_id smallint NOT NULL,
    run_key bigint,
    kind text NOT NULL,
    detail text,
    CONSTRAINT ck_event_calendar CHECK ((((recorded_at >= '-62135596800000000'::bigint) AND (recorded_at <= '253402300799999999'::bigint)) AND ((happened_at >= '-62135596800000000'::bigint) AND (happened_at <= '253402300799999999'::bigint)))),
    CONSTRAINT ck_event_run_or_key CHECK (((run_key IS NULL) = (substr(kind, 1, 4) = 'key_'::text)))
);



CREATE SEQUENCE recorder.event_event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;



ALTER SEQUENCE recorder.event_event_id_seq OWNED BY recorder.event.event_id;



CREATE TABLE recorder.run (
    source_id smallint NOT NULL,
    run_key bigint NOT NULL,
    run_id text NOT NULL COLLATE pg_catalog."C",
    tracked_at bigint NOT NULL,
    untracked_at bigint,
    month text COLLATE pg_catalog."C",
    CONSTRAINT ck_run_calendar CHECK ((((tracked_at >= '-62135596800000000'::bigint) AND (tracked_at <= '253402300799999999'::bigint)) AND ((untracked_at >= '-62135596800000000'::bigint) AND (untracked_at <= '253402300799999999'::bigint))))
);



CREATE TABLE recorder.source (
    source_id smallint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    base_url text NOT NULL,
    created_at bigint NOT NULL,
    parts_version bigint NOT NULL,
    holder text,
    refused_key text,
    accepted_key text,
    held_until bigint,
    refused_at bigint,
    clock_at bigint,
    clock_off_us bigint,
    last_event_id bigint,
    CONSTRAINT ck_source_calendar CHECK (((created_at >= '-62135596800000000'::bigint) AND (created_at <= '253402300799999999'::bigint)))
);



CREATE VIEW recorder.events AS
 SELECT e.event_id,
    recorder.instant(e.recorded_at) AS recorded_at,
    recorder.instant(e.happened_at) AS happened_at,
    s.name AS source,
    r.run_id,
    e.kind,
    e.detail
   FROM ((recorder.event e
     JOIN recorder.source s ON ((s.source_id = e.source_id)))
     LEFT JOIN recorder.run r ON (((r.source_id = e.source_id) AND (r.run_key = e.run_key))));



CREATE TABLE recorder.ids_file (
    file_id bytea NOT NULL,
    length bigint NOT NULL,
    digest bytea NOT NULL
);



CREATE TABLE recorder.item (
    source_id smallint NOT NULL,
    run_key bigint NOT NULL,
    item_id text NOT NULL COLLATE pg_catalog."C",
    lead_id text,
    status text,
    skipped_reason text,
    error_message text,
    attempts bigint,
    provider text,
    started_at bigint,
    completed_at bigint,
    CONSTRAINT ck_item_calendar CHECK ((((started_at >= '-62135596800000000'::bigint) AND (started_at <= '253402300799999999'::bigint)) AND ((completed_at >= '-62135596800000000'::bigint) AND (completed_at <= '253402300799999999'::bigint))))
);



CREATE TABLE recorder.key_budget (
    key_id text NOT NULL,
    last_sent_at bigint,
    paused_until bigint,
    last_follow_up_at bigint,
    last_new_source smallint,
    short_since bigint
);



CREATE TABLE recorder.key_slot (
    key_id text NOT NULL,
    slot bigint NOT NULL,
    free_at bigint NOT NULL,
    is_items boolean NOT NULL
);



CREATE TABLE recorder.label (
    source_id smallint NOT NULL,
    run_key bigint NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    value text NOT NULL
);



CREATE VIEW recorder.labels AS
 SELECT s.name AS source,
    r.run_id,
    l.key,
    l.value
   FROM ((recorder.label l
     JOIN recorder.run r ON (((r.source_id = l.source_id) AND (r.run_key = l.run_key))))
     JOIN recorder.source s ON ((s.source_id = l.source_id)));



CREATE VIEW recorder.lead_outcomes AS
 SELECT s.name AS source,
    r.run_id,
    i.item_id,
    i.lead_id,
    i.status,
    i.skipped_reason,
    i.error_message,
    i.attempts,
    i.provider,
    recorder.instant(i.started_at) AS started_at,
    recorder.instant(i.completed_at) AS completed_at,
        CASE
            WHEN (i.completed_at >= i.started_at) THEN recorder.seconds((i.completed_at - i.started_at))
            ELSE NULL::double precision
        END AS run_seconds
   FROM (((recorder.item i
     JOIN recorder.capture c ON (((c.source_id = i.source_id) AND (c.run_key = i.run_key) AND (c.captured_at IS NOT NULL))))
     JOIN recorder.run r ON (((r.source_id = i.source_id) AND (r.run_key = i.run_key))))
     JOIN recorder.source s ON ((s.source_id = i.source_id)));



CREATE TABLE recorder.part (
    source_id smallint NOT NULL,
    part_id bigint NOT NULL,
    digest bytea NOT NULL,
    "json" text,
    deflated bytea,
    CONSTRAINT ck_part_some_form CHECK ((("json" IS NOT NULL) OR (deflated IS NOT NULL)))
);



CREATE TABLE recorder.poll (
    source_id smallint NOT NULL,
    run_key bigint NOT NULL,
    polled_at bigint NOT NULL,
    outcome smallint NOT NULL,
    http_status smallint,
    latency_ms bigint,
    snapshot_seq bigint,
    detail text,
    CONSTRAINT ck_poll_calendar CHECK (((polled_at >= '-62135596800000000'::bigint) AND (polled_at <= '253402300799999999'::bigint))),
    CONSTRAINT ck_poll_good_has_snapshot CHECK (((outcome <= 2) = (snapshot_seq IS NOT NULL))),
    CONSTRAINT ck_poll_outcome CHECK (((outcome >= 1) AND (outcome <= 9)))
);



CREATE TABLE recorder.poller (
    holder text NOT NULL,
    alive_until bigint NOT NULL,
    wanted text NOT NULL,
    is_viewer boolean NOT NULL
);



CREATE VIEW recorder.polls AS
 SELECT s.name AS source,
    r.run_id,
    recorder.instant(p.polled_at) AS polled_at,
        CASE p.outcome
            WHEN 1 THEN 'changed'::text
            WHEN 2 THEN 'unchanged'::text
            WHEN 3 THEN 'not_visible'::text
            WHEN 4 THEN 'refused'::text
            WHEN 5 THEN 'throttled'::text
            WHEN 6 THEN 'server_error'::text
            WHEN 7 THEN 'network_error'::text
            WHEN 8 THEN 'malformed'::text
            WHEN 9 THEN 'unexpected'::text
            ELSE NULL::text
        END AS outcome,
    p.http_status,
    p.latency_ms,
    p.snapshot_seq,
    p.detail
   FROM ((recorder.poll p
     JOIN recorder.run r ON (((r.source_id = p.source_id) AND (r.run_key = p.run_key))))
     JOIN recorder.source s ON ((s.source_id = p.source_id)));



CREATE TABLE recorder.recorder_version (
    version_num character varying(32) NOT NULL
);



CREATE TABLE recorder.rejected_body (
    source_id smallint NOT NULL,
    run_key bigint NOT NULL,
    polled_at bigint NOT NULL,
    head bytea NOT NULL,
    length bigint NOT NULL,
    sha256 bytea NOT NULL
);



CREATE TABLE recorder.run_block (
    source_id smallint NOT NULL,
    block bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    data bytea NOT NULL
);
ALTER TABLE ONLY recorder.run_block ALTER COLUMN data SET STORAGE EXTERNAL;



CREATE TABLE recorder.run_month (
    source_id smallint NOT NULL,
    month text NOT NULL COLLATE pg_catalog."C",
    n_changes bigint NOT NULL,
    n_prunes bigint NOT NULL,
    n_forgets bigint NOT NULL
);



CREATE TABLE recorder.run_summary (
    source_id smallint NOT NULL,
    run_key bigint NOT NULL,
    observation_class text,
    status text,
    error_message text,
    created_at bigint,
    started_at bigint,
    cancelled_at bigint,
    mode text,
    enrichment_id text,
    slug text,
    version text,
    scope_type text,
    list_id text,
    output_target text,
    output_attribute_key text,
    write_policy text,
    persist_results boolean,
    trigger_run_id text,
    correlation_id text,
    error_details text,
    ended_at bigint,
    ended_at_origin text,
    ended_after bigint,
    cost_preview_micros bigint,
    cost_actual_micros bigint,
    cost_known_at bigint,
    cost_unit text,
    preview_unit text,
    actual_unit text,
    cost_quality text NOT NULL,
    n_reopened bigint NOT NULL,
    quality text,
    CONSTRAINT ck_run_summary_calendar CHECK ((((created_at >= '-62135596800000000'::bigint) AND (created_at <= '253402300799999999'::bigint)) AND ((started_at >= '-62135596800000000'::bigint) AND (started_at <= '253402300799999999'::bigint)) AND ((cancelled_at >= '-62135596800000000'::bigint) AND (cancelled_at <= '253402300799999999'::bigint)) AND ((ended_at >= '-62135596800000000'::bigint) AND (ended_at <= '253402300799999999'::bigint)) AND ((ended_after >= '-62135596800000000'::bigint) AND (ended_after <= '253402300799999999'::bigint)) AND ((cost_known_at >= '-62135596800000000'::bigint) AND (cost_known_at <= '253402300799999999'::bigint))))
);



CREATE TABLE recorder.watch (
    source_id smallint NOT NULL,
    run_key bigint NOT NULL,
    tracking text NOT NULL,
    due_at bigint,
    urgency smallint NOT NULL,
    n_polls bigint NOT NULL,
    n_snapshots bigint NOT NULL,
    n_failures bigint NOT NULL,
    first_polled_at bigint,
    last_polled_at bigint,
    first_good_at bigint,
    last_good_at bigint,
    last_changed_at bigint,
    ended_seen_at bigint,
    resumed_at bigint,
    is_quiet boolean NOT NULL,
    is_pruned boolean NOT NULL,
    last_outcome smallint,
    overdue_notified_at bigint,
    lost_at bigint,
    body_digest bytea,
    leads_total bigint,
    leads_pending bigint,
    leads_running bigint,
    leads_completed bigint,
    leads_skipped bigint,
    leads_failed bigint,
    updated_at bigint,
    end_from_at bigint,
    end_until_at bigint,
    n_missed bigint,
    CONSTRAINT ck_watch_calendar CHECK ((((first_polled_at >= '-62135596800000000'::bigint) AND (first_polled_at <= '253402300799999999'::bigint)) AND ((last_polled_at >= '-62135596800000000'::bigint) AND (last_polled_at <= '253402300799999999'::bigint)) AND ((first_good_at >= '-62135596800000000'::bigint) AND (first_good_at <= '253402300799999999'::bigint)) AND ((last_good_at >= '-62135596800000000'::bigint) AND (last_good_at <= '253402300799999999'::bigint)) AND ((updated_at >= '-62135596800000000'::bigint) AND (updated_at <= '253402300799999999'::bigint))))
);



CREATE VIEW recorder.runs AS
 SELECT s.name AS source,
    r.run_id,
    w.tracking,
    f.observation_class,
    f.status,
        CASE
            WHEN (f.run_key IS NOT NULL) THEN COALESCE((f.status = ANY (ARRAY['completed'::text, 'failed'::text, 'cancelled'::text])), false)
            ELSE NULL::boolean
        END AS is_terminal,
    f.mode,
    f.enrichment_id,
    f.slug,
    f.version,
    f.scope_type,
    f.list_id,
    w.leads_total,
    w.leads_pending,
    w.leads_running,
    w.leads_completed,
    w.leads_skipped,
    w.leads_failed,
    f.output_target,
    f.output_attribute_key,
    f.write_policy,
    f.persist_results,
    recorder.amount(f.cost_preview_micros) AS cost_preview,
    f.cost_preview_micros,
    recorder.amount(f.cost_actual_micros) AS cost_actual,
    f.cost_actual_micros,
    f.cost_unit,
    f.cost_quality,
    f.trigger_run_id,
    f.correlation_id,
    f.error_message,
    f.error_details,
    recorder.instant(f.created_at) AS created_at,
    recorder.instant(f.started_at) AS started_at,
    recorder.instant(f.ended_at) AS ended_at,
    f.ended_at_origin,
    recorder.instant(f.ended_after) AS ended_after,
    recorder.instant(f.cancelled_at) AS cancelled_at,
    recorder.instant(w.updated_at) AS updated_at,
        CASE
            WHEN (f.started_at >= f.created_at) THEN recorder.seconds((f.started_at - f.created_at))
            ELSE NULL::double precision
        END AS queue_seconds,
        CASE
            WHEN ((f.ended_at >= f.started_at) AND ((f.created_at IS NULL) OR (f.started_at >= (f.created_at - 60000000)))) THEN recorder.seconds((f.ended_at - f.started_at))
            ELSE NULL::double precision
        END AS run_seconds,
        CASE
            WHEN (f.ended_at >= f.created_at) THEN recorder.seconds((f.ended_at - f.created_at))
            ELSE NULL::double precision
        END AS wall_seconds,
    recorder.instant(r.tracked_at) AS tracked_at,
    recorder.instant(w.first_polled_at) AS first_polled_at,
    recorder.instant(w.last_polled_at) AS last_polled_at,
    w.n_polls,
    w.n_snapshots,
    COALESCE(f.n_reopened, (0)::bigint) AS n_reopened,
    NULLIF(ltrim(((COALESCE((','::text || f.quality), ''::text) ||
        CASE
            WHEN c.differs THEN ',items_mismatch'::text
            ELSE ''::text
        END) ||
        CASE
            WHEN w.is_pruned THEN ',pruned'::text
            ELSE ''::text
        END), ','::text), ''::text) AS quality,
        CASE
            WHEN ((f.ended_at >= f.started_at) AND ((f.created_at IS NULL) OR (f.started_at >= (f.created_at - 60000000))) AND ((f.ended_after IS NULL) OR ((f.ended_at - f.ended_after) < 10000000) OR ((10 * (f.ended_at - f.ended_after)) < (f.ended_at - f.started_at)))) THEN recorder.seconds((f.ended_at - f.started_at))
            ELSE NULL::double precision
        END AS run_seconds_sharp,
        CASE
            WHEN ((f.ended_at >= f.created_at) AND ((f.ended_after IS NULL) OR ((f.ended_at - f.ended_after) < 10000000) OR ((10 * (f.ended_at - f.ended_after)) < (f.ended_at - f.created_at)))) THEN recorder.seconds((f.ended_at - f.created_at))
            ELSE NULL::double precision
        END AS wall_seconds_sharp,
        CASE
            WHEN (f.run_key IS NULL) THEN NULL::text
            WHEN ((f.cost_actual_micros IS NULL) AND (f.cost_preview_micros IS NULL)) THEN 'unpriced'::text
            WHEN (COALESCE((f.status <> ALL (ARRAY['completed'::text, 'failed'::text, 'cancelled'::text])), true) AND (w.tracking <> ALL (ARRAY['not_visible'::text, 'abandoned'::text, 'untracked'::text]))) THEN 'committed'::text
            WHEN (f.cost_actual_micros IS NULL) THEN 'unconfirmed'::text
            WHEN w.is_quiet THEN 'settled'::text
            ELSE 'provisional'::text
        END AS spend_part,
        CASE
            WHEN (COALESCE((f.status <> ALL (ARRAY['completed'::text, 'failed'::text, 'cancelled'::text])), true) AND (w.tracking <> ALL (ARRAY['not_visible'::text, 'abandoned'::text, 'untracked'::text])) AND (f.cost_preview_micros > f.cost_actual_micros) AND (COALESCE(f.actual_unit, f.cost_unit) = f.cost_unit)) THEN f.cost_preview_micros
            ELSE COALESCE(f.cost_actual_micros, f.cost_preview_micros)
        END AS spend_micros,
        CASE
            WHEN (f.cost_actual_micros IS NOT NULL) THEN COALESCE(f.actual_unit, f.cost_unit)
            ELSE f.cost_unit
        END AS spend_unit
   FROM ((((recorder.run r
     JOIN recorder.source s ON ((s.source_id = r.source_id)))
     JOIN recorder.watch w ON (((w.source_id = r.source_id) AND (w.run_key = r.run_key))))
     LEFT JOIN recorder.run_summary f ON (((f.source_id = r.source_id) AND (f.run_key = r.run_key))))
     LEFT JOIN recorder.capture c ON (((c.source_id = r.source_id) AND (c.run_key = r.run_key))));



CREATE TABLE recorder.sealed (
    source_id smallint NOT NULL,
    block bigint NOT NULL,
    n bigint NOT NULL,
    first_at bigint NOT NULL,
    last_at bigint NOT NULL
);



CREATE TABLE recorder.snapshot (
    source_id smallint NOT NULL,
    run_key bigint NOT NULL,
    seq bigint NOT NULL,
    previous_seq bigint,
    first_seen_at bigint NOT NULL,
    last_seen_at bigint NOT NULL,
    n_polls bigint NOT NULL,
    seen_again_at bigint,
    digest bytea NOT NULL,
    part_id bigint NOT NULL,
    leads_total bigint,
    leads_pending bigint,
    leads_running bigint,
    leads_completed bigint,
    leads_skipped bigint,
    leads_failed bigint,
    updated_at bigint,
    status text,
    error_message text,
    created_at bigint,
    started_at bigint,
    cancelled_at bigint,
    completed_at bigint,
    preview_micros bigint,
    preview_unit text,
    actual_micros bigint,
    actual_unit text,
    oddities text,
    shape_id bigint,
    CONSTRAINT ck_snapshot_calendar CHECK ((((first_seen_at >= '-62135596800000000'::bigint) AND (first_seen_at <= '253402300799999999'::bigint)) AND ((last_seen_at >= '-62135596800000000'::bigint) AND (last_seen_at <= '253402300799999999'::bigint)) AND ((seen_again_at >= '-62135596800000000'::bigint) AND (seen_again_at <= '253402300799999999'::bigint)) AND ((created_at >= '-62135596800000000'::bigint) AND (created_at <= '253402300799999999'::bigint)) AND ((started_at >= '-62135596800000000'::bigint) AND (started_at <= '253402300799999999'::bigint)) AND ((completed_at >= '-62135596800000000'::bigint) AND (completed_at <= '253402300799999999'::bigint)) AND ((cancelled_at >= '-62135596800000000'::bigint) AND (cancelled_at <= '253402300799999999'::bigint)) AND ((updated_at >= '-62135596800000000'::bigint) AND (updated_at <= '253402300799999999'::bigint)))),
    CONSTRAINT ck_snapshot_seen CHECK (((first_seen_at <= last_seen_at) AND (n_polls >= 1))),
    CONSTRAINT ck_snapshot_seq_from_one CHECK (((seq >= 1) AND ((seq = 1) = (previous_seq IS NULL))))
);



CREATE VIEW recorder.snapshots AS
 SELECT s.name AS source,
    r.run_id,
    n.seq,
    recorder.instant(n.first_seen_at) AS first_seen_at,
    recorder.instant(n.last_seen_at) AS last_seen_at,
    n.n_polls,
    recorder.hexadecimal(n.digest) AS digest,
    n.status,
    n.leads_total,
    n.leads_pending,
    n.leads_running,
    n.leads_completed,
    n.leads_skipped,
    n.leads_failed,
    recorder.amount(n.preview_micros) AS cost_preview,
    n.preview_micros AS cost_preview_micros,
    recorder.amount(n.actual_micros) AS cost_actual,
    n.actual_micros AS cost_actual_micros,
        CASE
            WHEN (COALESCE(n.preview_micros, n.actual_micros) IS NOT NULL) THEN COALESCE(n.preview_unit, n.actual_unit, 'unstated'::text)
            ELSE NULL::text
        END AS cost_unit,
    recorder.instant(n.updated_at) AS updated_at,
    recorder.document(p."json") AS document,
    recorder.instant(n.started_at) AS started_at,
    recorder.instant(n.completed_at) AS completed_at,
    recorder.instant(n.cancelled_at) AS cancelled_at,
    n.error_message
   FROM (((recorder.snapshot n
     JOIN recorder.run r ON (((r.source_id = n.source_id) AND (r.run_key = n.run_key))))
     JOIN recorder.source s ON ((s.source_id = n.source_id)))
     JOIN recorder.part p ON (((p.source_id = n.source_id) AND (p.part_id = n.part_id))));



CREATE VIEW recorder.transitions AS
 SELECT s.name AS source,
    r.run_id,
    b.status AS from_status,
    n.status AS to_status,
    recorder.instant(
        CASE n.status
            WHEN 'pending'::text THEN n.created_at
            WHEN 'running'::text THEN n.started_at
            WHEN 'completed'::text THEN n.completed_at
            WHEN 'failed'::text THEN n.completed_at
            WHEN 'cancelled'::text THEN COALESCE(n.cancelled_at, n.completed_at)
            ELSE NULL::bigint
        END) AS ledger_at,
    recorder.instant(b.last_seen_at) AS seen_before_at,
    recorder.instant(n.first_seen_at) AS seen_at
   FROM (((recorder.snapshot n
     JOIN recorder.run r ON (((r.source_id = n.source_id) AND (r.run_key = n.run_key))))
     JOIN recorder.source s ON ((s.source_id = n.source_id)))
     LEFT JOIN recorder.snapshot b ON (((b.source_id = n.source_id) AND (b.run_key = n.run_key) AND (b.seq = n.previous_seq))))
  WHERE ((b.seq IS NULL) OR (n.status <> b.status) OR ((n.status IS NULL) <> (b.status IS NULL)));



CREATE TABLE recorder.usual_run (
    source_id smallint NOT NULL,
    slug text NOT NULL COLLATE pg_catalog."C",
    n_runs bigint NOT NULL,
    log_mean bigint NOT NULL,
    log_variance bigint NOT NULL,
    missed bigint NOT NULL
);



ALTER TABLE ONLY recorder.event ALTER COLUMN event_id SET DEFAULT nextval('recorder.event_event_id_seq'::regclass);



INSERT INTO recorder.capture VALUES (1, 19, NULL, NULL, 1, 0, 1763630100000000, 1, 200, 1763630100000000, NULL, NULL, NULL, NULL, NULL, false);
INSERT INTO recorder.capture VALUES (1, 12, 'i0', 1763630100000000, 1, 0, 1763630100000000, 1, 200, NULL, 1, 1, 2, 0, 0, false);
INSERT INTO recorder.capture VALUES (1, 11, NULL, 1763631000000000, 1, 0, 1763630100000000, 1, 200, 1763630100000000, 0, 0, 3, 0, 1, true);



INSERT INTO recorder.deviation VALUES (1, 141004144712982, 'status', 'unknown_word', 'paused');
INSERT INTO recorder.deviation VALUES (1, 61029840381378, 'enrichment.version', 'other_type', 'string');
INSERT INTO recorder.deviation VALUES (1, 133272842720927, 'billing', 'unknown_field', 'object');
INSERT INTO recorder.deviation VALUES (1, 133272842720927, 'region', 'unknown_field', 'string');
INSERT INTO recorder.deviation VALUES (1, 133272842720927, 'scope.counts.deduplicated', 'unknown_field', 'number');
INSERT INTO recorder.deviation VALUES (1, 133272842720927, 'timing.queuedAt', 'unknown_field', 'string');
INSERT INTO recorder.deviation VALUES (1, 167016009616220, 'extra', 'unknown_field', 'null');
INSERT INTO recorder.deviation VALUES (2, 167016009616220, 'extra', 'unknown_field', 'null');



INSERT INTO recorder.event VALUES (1, 1795698549260987, 1763629202000000, 1, 11, 'ended', 'completed');
INSERT INTO recorder.event VALUES (2, 1795698549260987, 1763629202000000, 1, 20, 'lost', 'running');
INSERT INTO recorder.event VALUES (3, 1795698549260987, 1763629204000000, 1, 13, 'ended', 'cancelled');
INSERT INTO recorder.event VALUES (4, 1795698549260987, 1763629205000000, 1, 14, 'ended', 'completed');
INSERT INTO recorder.event VALUES (5, 1795698549260987, 1763629206000000, 1, 15, 'ended', 'completed');
INSERT INTO recorder.event VALUES (6, 1795698549260987, 1763629207000000, 1, 16, 'ended', 'completed');
INSERT INTO recorder.event VALUES (7, 1795698549260987, 1763629208000000, 1, 17, 'ended', 'completed');
INSERT INTO recorder.event VALUES (8, 1795698549260987, 1763629209000000, 1, 18, 'ended', 'completed');
INSERT INTO recorder.event VALUES (9, 1795698549260987, 1763629212000000, 1, 5, 'ended', 'completed');
INSERT INTO recorder.event VALUES (10, 1795698549260987, 1763629212000000, 1, 20, 'found', 'running');
INSERT INTO recorder.event VALUES (11, 1795698549260987, 1763629213000000, 1, 6, 'ended', 'completed');
INSERT INTO recorder.event VALUES (12, 1795698549260987, 1763629214000000, 1, 7, 'ended', 'completed: Überlauf – 日本語 😀');
INSERT INTO recorder.event VALUES (13, 1795698549260987, 1763629215000000, 1, 8, 'ended', 'completed');
INSERT INTO recorder.event VALUES (14, 1795698549260987, 1763629216000000, 1, 9, 'ended', 'completed');
INSERT INTO recorder.event VALUES (15, 1795698549283431, 1763629240000000, 1, 19, 'ended', 'failed: no\nluck \x1b[31m');
INSERT INTO recorder.event VALUES (16, 1795698549283431, 1763629260000000, 1, 19, 'reopened', 'failed -> running');
INSERT INTO recorder.event VALUES (17, 1795698549283431, 1763629280000000, 1, 19, 'ended', 'cancelled');
INSERT INTO recorder.event VALUES (18, 1795698549420508, 1763629240000000, 1, 24, 'ended', 'failed: no\nluck \x1b[31m');
INSERT INTO recorder.event VALUES (19, 1795698549420508, 1763629240000000, 1, 25, 'ended', 'failed: no\nluck \x1b[31m');
INSERT INTO recorder.event VALUES (20, 1795698549420508, 1763629240000000, 1, 21, 'ended', 'failed: no\nluck \x1b[31m');
INSERT INTO recorder.event VALUES (21, 1795698549420508, 1763629240000000, 2, 1, 'ended', 'failed: no\nluck \x1b[31m');
INSERT INTO recorder.event VALUES (22, 1795698549420508, 1763629260000000, 1, 24, 'reopened', 'failed -> running');
INSERT INTO recorder.event VALUES (23, 1795698549420508, 1763629260000000, 1, 25, 'reopened', 'failed -> running');
INSERT INTO recorder.event VALUES (24, 1795698549420508, 1763629260000000, 1, 21, 'reopened', 'failed -> running');
INSERT INTO recorder.event VALUES (25, 1795698549420508, 1763629260000000, 2, 1, 'reopened', 'failed -> running');
INSERT INTO recorder.event VALUES (26, 1795698549420508, 1763629280000000, 1, 24, 'ended', 'cancelled');
INSERT INTO recorder.event VALUES (27, 1795698549420508, 1763629280000000, 1, 25, 'ended', 'cancelled');
INSERT INTO recorder.event VALUES (28, 1795698549420508, 1763629280000000, 1, 21, 'ended', 'cancelled');
INSERT INTO recorder.event VALUES (29, 1795698549420508, 1763629280000000, 2, 1, 'ended', 'cancelled');






INSERT INTO recorder.item VALUES (1, 19, 'i0', 'ld_1', 'completed', NULL, NULL, 2, 'findy', 1763629211000000, 1763629212500000);
INSERT INTO recorder.item VALUES (1, 19, 'i1', 'ld_1', 'failed', NULL, 'no
luck [31m <ana@x.test>', 2, 'findy', NULL, NULL);
INSERT INTO recorder.item VALUES (1, 19, 'i2', NULL, 'skipped', 'run_cancelled', NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.item VALUES (1, 19, 'i3', '7', NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.item VALUES (1, 12, 'i0', NULL, 'pending', NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.item VALUES (1, 11, 'i0', NULL, 'completed', NULL, NULL, NULL, NULL, NULL, NULL);









INSERT INTO recorder.label VALUES (1, 19, 'team', 'growth');
INSERT INTO recorder.label VALUES (1, 19, 'k', 'a=b');
INSERT INTO recorder.label VALUES (1, 2, 'team', 'growth');
INSERT INTO recorder.label VALUES (1, 2, 'k', 'a=b');



INSERT INTO recorder.part VALUES (1, 1, '\x7d55db18122d8af4a4c351d7', NULL, '\x78f948bcf4de83066a6a5e517c797e51363079019335220a51c4e091698c1a9bd8d416974222d30a9c50819a40f61797f8e6a7a4e620d29263720924845c7d1d3d7de27dfcfdbd4303406e252581d4d682b2635a22301ff8979600f58175c0f21928109032990e7a2e4372756d6d2d00b2a15f0e');
INSERT INTO recorder.part VALUES (1, 2, '\xebfdd8646e885331eadf1110', NULL, '\x78f948bcf4de0346706a5e4a665e3a36ad30299035a579793854c1a4c056e416e4a4c25c89a60e210954599c9d5950805d1d4c0aa82a0d98c7b02b82cad4d60200d23c4433');
INSERT INTO recorder.part VALUES (1, 3, '\x3fa0ed42bc8af864b27665c6', NULL, '\x78f948bcf4dec3e326dcf613e10da01f120d217e493482d2c650da44299642879bc51b4746b99b79865679141a57b806023d02000f694381');
INSERT INTO recorder.part VALUES (1, 4, '\x56f42fa6f2e38cdd97409e5f', NULL, '\x78f948bcf4de434a9120e548c951073d3d96e7176503931f30d963a4cc7c603c834570254c009af225f6');
INSERT INTO recorder.part VALUES (1, 5, '\x82eaad735b0b8ee1a02a2a0d', NULL, '\x78f948bcf4dec3f431901f6f9e6688dde3c9b9c61596387c0f746029d877794599c919b9c030052a04a6e95470c418d6d60200022225a8');
INSERT INTO recorder.part VALUES (1, 6, '\x3a200c6d0cdc5d38365814cd', NULL, '\x78f948bcf4de03477811d05c4734cd506160fad43386e8ce2dc849c5a2102e81509a98979c9a938345294c02a1b42835119b991061b8b2d282146ccaa0c25065b500161245c9');
INSERT INTO recorder.part VALUES (1, 7, '\xd6f79596e33f8fb3352613f3', '{"run":{"id":"s0","status":{"$column":"status"},"mode":"persisted","enrichment":{"$part":"fVXbGBItivSkw1HX"},"scope":{"$part":"P6DtQryK-GSydmXG"},"output":{"$part":"VvQvpvLjjN2XQJ5f"},"cost":{"preview":{"credits":8,"perLead":2},"actual":null},"trigger":{"$part":"guqtc1sLjuGgKioN"},"error":null,"timing":{"$part":"OiAMbQzcXTg2WBTN"}}}', NULL);
INSERT INTO recorder.part VALUES (1, 8, '\x9af72c79d941cc01dbb57ace', '{"run":{"id":"s1","status":{"$column":"status"},"mode":"persisted","enrichment":{"$part":"fVXbGBItivSkw1HX"},"scope":{"$part":"P6DtQryK-GSydmXG"},"output":{"$part":"VvQvpvLjjN2XQJ5f"},"cost":{"preview":{"credits":8,"perLead":2},"actual":null},"trigger":{"$part":"guqtc1sLjuGgKioN"},"error":null,"timing":{"$part":"OiAMbQzcXTg2WBTN"}}}', NULL);
INSERT INTO recorder.part VALUES (1, 9, '\x36a2209e3d68a10ec7e8824f', '{"run":{"id":"s10","status":{"$column":"status"},"mode":"persisted","enrichment":{"$part":"fVXbGBItivSkw1HX"},"scope":{"$part":"P6DtQryK-GSydmXG"},"output":{"$part":"VvQvpvLjjN2XQJ5f"},"cost":{"preview":{"credits":8,"perLead":2},"actual":null},"trigger":{"$part":"guqtc1sLjuGgKioN"},"error":null,"timing":{"$part":"OiAMbQzcXTg2WBTN"}}}', NULL);
INSERT INTO recorder.part VALUES (1, 10, '\x02a2bcb5a2c748e3fce2b93a', '{"run":{"id":"s11","status":{"$column":"status"}}}', NULL);
INSERT INTO recorder.part VALUES (1, 11, '\xe2835baf6fc0eab5403f7ae4', NULL, '\x78f948bcf4de03c76a22d05c47908091819199aea1a1ae914188a18195a1a9958181b68121908424ec222cea0c2cc1ea4cf40c8d8c4d4ccdcc2d2ca39474c0a93b271553b90244b9b1215851625e726a4e0e4411b2c3e112c0dca1670c727b69410acc91c80aa1c25065b500cff23a54');
INSERT INTO recorder.part VALUES (1, 12, '\x2b47af9ff591afd5c192288c', '{"run":{"id":"s12","status":{"$column":"status"},"mode":"persisted","enrichment":{"$part":"fVXbGBItivSkw1HX"},"scope":{"$part":"P6DtQryK-GSydmXG"},"output":{"$part":"VvQvpvLjjN2XQJ5f"},"cost":{"preview":{"credits":8,"perLead":2},"actual":{"credits":6,"perLead":2}},"trigger":{"$part":"guqtc1sLjuGgKioN"},"error":null,"timing":{"$part":"4oNbr2_A6rVAP3rk"}}}', NULL);
INSERT INTO recorder.part VALUES (1, 13, '\x8b15a7abe523258983cbe47f', '{"run":{"id":"s13","status":{"$column":"status"},"mode":"persisted","enrichment":{"$part":"fVXbGBItivSkw1HX"},"scope":{"$part":"P6DtQryK-GSydmXG"},"output":{"$part":"VvQvpvLjjN2XQJ5f"},"cost":{"preview":{"credits":8,"perLead":2},"actual":{"credits":6,"perLead":2}},"trigger":{"$part":"guqtc1sLjuGgKioN"},"error":null,"timing":{"$part":"OiAMbQzcXTg2WBTN"}}}', NULL);
INSERT INTO recorder.part VALUES (1, 14, '\xdeb9464dd4bb2835754b969d', '{"run":{"id":"s14","status":{"$column":"status"},"mode":"persisted","enrichment":{"$part":"fVXbGBItivSkw1HX"},"scope":{"$part":"P6DtQryK-GSydmXG"},"output":{"$part":"VvQvpvLjjN2XQJ5f"},"cost":{"preview":{"credits":8,"perLead":2},"actual":{"credits":6,"perLead":2}},"trigger":{"$part":"guqtc1sLjuGgKioN"},"error":{"message":{"$column":"error_message"},"details":null},"timing":{"$part":"OiAMbQzcXTg2WBTN"}}}', NULL);
INSERT INTO recorder.part VALUES (1, 15, '\x90e62e7eec81e18804f8706b', NULL, '\x78f948bcf4dec3993a728a4be22d95d02cc6ab9642c798c51b4746b99b79865679141a57b806021d070029503465');
INSERT INTO recorder.part VALUES (1, 16, '\xc8b49f6384cc81214c894230', '{"run":{"id":"s15","status":{"$column":"status"},"mode":"persisted","enrichment":{"$part":"fVXbGBItivSkw1HX"},"scope":{"$part":"kOYufuyB4YgE-HBr"},"output":{"$part":"VvQvpvLjjN2XQJ5f"},"cost":{"preview":0,"actual":0},"trigger":{"$part":"guqtc1sLjuGgKioN"},"error":null,"timing":{"$part":"OiAMbQzcXTg2WBTN"}}}', NULL);
INSERT INTO recorder.part VALUES (1, 17, '\x796e96383643945ddea43aad', NULL, '\x78f948bcf4de83066a6a5e517c797e51363079019335220a51c4e091a964646064a66b68a86b60a8841ab1d8b4159742e2d50a9c6681fa414e292ef1cd4f49cd41242bc7e41288d9aebe8e9e3ef13efefedea10120679392566a6b4139332d119825fc4b4b80fac03a60590e141e48f94d073dc321b9bab6b6160035f56106');
INSERT INTO recorder.part VALUES (1, 18, '\x6b5a761c187d3037f0e7155b', '{"run":{"id":"s16","status":{"$column":"status"},"mode":"persisted","enrichment":{"$part":"eW6WODZDlF3epDqt"},"scope":{"$part":"P6DtQryK-GSydmXG"},"output":{"$part":"VvQvpvLjjN2XQJ5f"},"cost":{"preview":{"credits":8,"perLead":2},"actual":{"credits":6,"perLead":2}},"trigger":{"$part":"guqtc1sLjuGgKioN"},"error":null,"timing":{"$part":"OiAMbQzcXTg2WBTN"}}}', NULL);
INSERT INTO recorder.part VALUES (1, 19, '\x70fcbad091e299d50c954e50', NULL, '\x78f948bcf4de8ddaaba160371005c194dcd2d52f980d6573b7bd06afa085861da146f5bffef4cf87fefaf3fefbdc9f33eec13db93feec5bdb90ff7e57e3f77ecc66eecc66eecc66eecc66eecc6ee6077b03bd81dec0e7607bb83ddc1ee6077b03bd99dec4e7627bb93ddc9ee6477b23bd99dec7eec7eec7eec7eec7eec7eec7eec7eec7eec7eec2e7617bb8bddc5ee6277b1bbd85dec2e7617bb9bddcdee6677b3bbd9ddec6e7637bb9bddcdee61f7b07bd83dec1e760fbb87ddc3ee61f7b07bd9bdec5e762fbb97ddcbee65f7b27bd9bdec3e761fbb8fddc7ee63f7b1fbd87dec3e76dfcf6ef42a7a15bd8a5e45afa257d1abe855f42a7a15bd8a5e45afa257d1abe855f42a7a15bd8a5e45afa257d1abe855f42a7a15bd8a5e45afa257d1abe855f42a7a15bd8a5e45afa257d1abe855f42a7a15bd8a5e45afa257d1abe855f42a7a15bd8a5e45afa257d1abe855f42a7a15bd8a5e45afa257d1abe855f42a7a15bd8a5e45afa257d1abe855f42a7a15bd8a5e45afa257d1abe855f42a7a15bd8a5e45afa257d1abe855f42a7a15bd8a5e45afa257d1abe855f42a7a15bd8a5e0d7a35e8d5a057835e0d7a35e8d5a057835e0d7a35e8d5a057835e0d7a35e8d5a057835e0d7a35e8d5a057835e0d7a35e8d5a057835e0d7a35e8d5a057835e0d7a35e8d5a057835e0d7a35e8d5a057835e0d7a35e8d5a057835e0d7a35e8d5a057835e0d7a35e8d5a057835e0d7a35e8d5a057835e0d7a35e8d5a057835e0d7a35e8d5a057835e0d7a35e8d5a057835e0d7a35e8d5a057835e0d7a35e8d5a057835e0d7a35e8d5a057835e0d7a35e8d5a057835e0d7a35e8d5a057835e0d7a35e8d5a057835e0d7a35e8d5a057835e0d7a35e8d5a057835e0d7a35e8d5a057835e4d7a35e9d5a457935e4d7a35e9d5a457935e4d7a35e9d5a457935e4d7a35e9d5a457935e4d7a35e9d5a457935e4d7a35e9d5a457935e4d7a35e9d5a457935e4d7a35e9d5a457935e4d7a35e9d5a457935e4d7a35e9d5a457935e4d7a35e9d5a457935e4d7a35e9d5a457935e4d7a35e9d5a457935e4d7a35e9d5a457935e4d7a35e9d5a457935e4d7a35e9d5a457935e4d7a35e9d5a457935e4d7a35e9d5a457935e4d7a35e9d5a457935e4d7a35e9d5a457935e4d7a35e9d5a457935e4d7a35e9d5a457935e4d7a35e9d5a457935e4d7a35e9d5a457935e4d7a35e9d5a457935e7df4eaa3571fbdfae8d547af3e7af5d1ab8f5e7df4eaa3571fbdfae8d547af3e7af5d1ab8f5e7df4eaa3571fbdfae8d547af3e7af5d1ab8f5e7df4eaa3571fbdfae8d547af3e7af5d1ab8f5e7df4eaa3571fbdfae8d547af3e7af5d1ab8f5e7df4eaa3571fbdfae8d547af3e7af5d1ab8f5e7df4eaa3571fbdfae8d547af3e7af5d1ab8f5e7df4eaa3571fbdfae8d547af3e7af5d1ab8f5e7df4eaa3571fbdfae8d547af3e7af5d1ab8f5e7df4eaa3571fbdfae8d547af3e7af5d1ab8f5e7df4eaa3571fbdfae8d547af3e7af5d1ab8f5e7df4eaa3571fbdfae8d547af3e7af5d1ab8f5e7df4eaa3571fbdfae8d5a2578b5e2d7ab5e8d5a2578b5e2d7ab5e8d5a2578b5e2d7ab5e8d5a2578b5e2d7ab5e8d5a2578b5e2d7ab5e8d5a2578b5e2d7ab5e8d5a2578b5e2d7ab5e8d5a2578b5e2d7ab5e8d5a2578b5e2d7ab5e8d5a2578b5e2d7ab5e8d5a2578b5e2d7ab5e8d5a2578b5e2d7ab5e8d5a2578b5e2d7ab5e8d5a2578b5e2d7ab5e8d5a2578b5e2d7ab5e8d5a2578b5e2d7ab5e8d5a2578b5e2d7ab5e8d5a2578b5e2d7ab5e8d5a2578b5e2d7ab5e8d5a2578b5e2d7ab5e8d5a2578b5e2d7ab5e8d5a2578b5e2d7ab5e8d5a2578b5e2d7ab5e8d5a2578b5e2d7ab5e8d5a2578b5e2d7ab5e8d5a6579b5e6d7ab5e9d5a6579b5e6d7ab5e9d5a6579b5e6d7ab5e9d5a6579b5e6d7ab5e9d5a6579b5e6d7ab5e9d5a6579b5e6d7ab5e9d5a6579b5e6d7ab5e9d5a6579b5e6d7ab5e9d5a6579b5e6d7ab5e9d5a6579b5e6d7ab5e9d5a6579b5e6d7ab5e9d5a6579b5e6d7ab5e9d5a6579b5e6d7ab5e9d5a6579b5e6d7ab5e9d5a6579b5e6d7ab5e9d5a6579b5e6d7ab5e9d5a6579b5e6d7ab5e9d5a6579b5e6d7ab5e9d5a6579b5e6d7ab5e9d5a6579b5e6d7ab5e9d5a6579b5e6d7ab5e9d5a6579b5e6d7ab5e9d5a6579b5e6d7ab5e9d5a6579b5e6d7ab5e9d5a6579b5e6d7ab5e9d5a157875e1d7a75e8d5a157875e1d7a75e8d5a157875e1d7a75e8d5a157875e1d7a75e8d5a157875e1d7a75e8d5a157875e1d7a75e8d5a157875e1d7a75e8d5a157875e1d7a75e8d5a157875e1d7a75e8d5a157875e1d7a75e8d5a157875e1d7a75e8d5a157875e1d7a75e8d5a157875e1d7a75e8d5a157875e1d7a75e8d5a157875e1d7a75e8d5a157875e1d7a75e8d5a157875e1d7a75e8d5a157875e1d7a75e8d5a157875e1d7a75e8d5a157875e1d7a75e8d5a157875e1d7a75e8d5a157875e1d7a75e8d5a157875e1d7a75e8d5a157875e1d7a75e8d5a157875e1d7a75e8d5a557975e5d7a75e9d5a557975e5d7a75e9d5a557975e5d7a75e9d5a557975e5d7a75e9d5a557975e5d7a75e9d5a557975e5d7a75e9d5a557975e5d7a75e9d5a557975e5d7a75e9d5a557975e5d7a75e9d5a557975e5d7a75e9d5a557975e5d7a75e9d5a557975e5d7a75e9d5a557975e5d7a75e9d5a557975e5d7a75e9d5a557975e5d7a75e9d5a557975e5d7a75e9d5a557975e5d7a75e9d5a557975e5d7a75e9d5a557975e5d7a75e9d5a557975e5d7a75e9d5a557975e5d7a75e9d5a557975e5d7a75e9d5a557975e5d7a75e9d5a557975e5d7a75e9d5a557975e5d7a75e9d5a3578f5e3d7af5e8d5a3578f5e3d7af5e8d5a3578f5e3d7af5e8d5a3578f5e3d7af5e8d5a3578f5e3d7af5e8d5a3578f5e3d7af5e8d5a3578f5e3d7af5e8d5a3578f5e3d7af5e8d5a3578f5e3d7af5e8d5a3578f5e3d7af5e8d5a3578f5e3d7af5e8d5a3578f5e3d7af5e8d5a3578f5e3d7af5e8d5a3578f5e3d7af5e8d5a3578f5e3d7af5e8d5a3578f5e3d7af5e8d5a3578f5e3d7af5e8d5a3578f5e3d7af5e8d5a3578f5e3d7af5e8d5a3578f5e3d7af5e8d5a3578f5e3d7af5e8d5a3578f5e3d7af5e8d5a3578f5e3d7af5e8d5a3578f5e3d7af5e8d5a3578f5e3d7af57e7a15be3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876f0fdf1ebe3d7c7bf8f6f0ede1dbc3b7876fef5fdffeebf7dfb8ffeffe');
INSERT INTO recorder.part VALUES (1, 20, '\x5e0c036b884f55f2a7ce181a', NULL, '\x78f948bcf4dec3e326c2f62707549a19787964e6a684fae6849a0652ea1eb378e3c8287733cfd02a8f42e30a57a079b50058ca3661');
INSERT INTO recorder.part VALUES (1, 21, '\x4cff8763dd478f298162b549', '{"run":{"id":"s17","status":{"$column":"status"},"mode":"persisted","enrichment":{"$part":"fVXbGBItivSkw1HX"},"scope":{"$part":"XgwDa4hPVfKnzhga"},"output":{"$part":"VvQvpvLjjN2XQJ5f"},"cost":{"preview":{"credits":4000,"perLead":2},"actual":null},"trigger":{"$part":"guqtc1sLjuGgKioN"},"error":null,"timing":{"$part":"OiAMbQzcXTg2WBTN"}}}', NULL);
INSERT INTO recorder.part VALUES (1, 22, '\x48460e7f9bae061b8be5a83d', '{"run":{"id":"s2","status":{"$column":"status"},"mode":"persisted","enrichment":{"$part":"fVXbGBItivSkw1HX"},"scope":{"$part":"P6DtQryK-GSydmXG"},"output":{"$part":"VvQvpvLjjN2XQJ5f"},"cost":{"preview":{"credits":8,"perLead":2},"actual":{"credits":6,"perLead":2}},"trigger":{"$part":"guqtc1sLjuGgKioN"},"error":null,"timing":{"$part":"OiAMbQzcXTg2WBTN"}}}', NULL);
INSERT INTO recorder.part VALUES (1, 23, '\xe22571ca996b09341ca05d6c', '{"message":{"$column":"error_message"},"details":{"provider":"findy","retryable":false}}', NULL);
INSERT INTO recorder.part VALUES (1, 24, '\x47e012150cb16cab5bf34101', NULL, '\x78f948bcf4de03477811d05c4734cd506160fad43386e8ce2dc849c5a2102e81509a98979c9a938345294c02a1b42835119b991061b8b2d282146ccaa0c220650640bf0000160645c6');
INSERT INTO recorder.part VALUES (1, 25, '\x2a4428a2752b70cefb503cce', '{"run":{"id":"s3","status":{"$column":"status"},"mode":"persisted","enrichment":{"$part":"fVXbGBItivSkw1HX"},"scope":{"$part":"P6DtQryK-GSydmXG"},"output":{"$part":"VvQvpvLjjN2XQJ5f"},"cost":{"preview":{"credits":8,"perLead":2},"actual":null},"trigger":{"$part":"guqtc1sLjuGgKioN"},"error":{"$part":"4iVxyplrCTQcoF1s"},"timing":{"$part":"R-ASFQyxbKtb80EB"}}}', NULL);
INSERT INTO recorder.part VALUES (1, 26, '\x7604028da25888d0f1e4efa9', NULL, '\x78f948bcf4de03477811d05c4734cd506160fad43386e8ce2dc849c5a2102e01526a00569a98979c9a938345294c02a1b42835119b991061b8e5a50529d8944185a1ca6a0113a545c3');
INSERT INTO recorder.part VALUES (1, 27, '\xf40c94496b05e9fa91c212ec', '{"run":{"id":"s4","status":{"$column":"status"},"mode":"persisted","enrichment":{"$part":"fVXbGBItivSkw1HX"},"scope":{"$part":"P6DtQryK-GSydmXG"},"output":{"$part":"VvQvpvLjjN2XQJ5f"},"cost":{"preview":{"credits":8,"perLead":2},"actual":null},"trigger":{"$part":"guqtc1sLjuGgKioN"},"error":null,"timing":{"$part":"dgQCjaJYiNDx5O-p"}}}', NULL);
INSERT INTO recorder.part VALUES (1, 28, '\x2bf09fc4b228bc681f4fdaf0', '{"run":{"id":"s5","status":{"$column":"status"},"mode":"persisted","enrichment":{"$part":"fVXbGBItivSkw1HX"},"scope":{"$part":"P6DtQryK-GSydmXG"},"output":{"$part":"VvQvpvLjjN2XQJ5f"},"cost":{"preview":8,"actual":6.5},"trigger":{"$part":"guqtc1sLjuGgKioN"},"error":null,"timing":{"$part":"OiAMbQzcXTg2WBTN"}}}', NULL);
INSERT INTO recorder.part VALUES (1, 29, '\x9dcebd1daa49498012460499', '{"run":{"id":"s6","status":{"$column":"status"},"mode":"persisted","enrichment":{"$part":"fVXbGBItivSkw1HX"},"scope":{"$part":"P6DtQryK-GSydmXG"},"output":{"$part":"VvQvpvLjjN2XQJ5f"},"cost":{"preview":"8","actual":"6.50"},"trigger":{"$part":"guqtc1sLjuGgKioN"},"error":null,"timing":{"$part":"OiAMbQzcXTg2WBTN"}}}', NULL);
INSERT INTO recorder.part VALUES (1, 30, '\x72bc91d771e2d0b057f61760', NULL, '\x78f948bcf4de438960a00599b989c0a4088a13b0362b033d13a0ce5260a0e481d36068b00bc8ac9cccbc54489ce41700455d7d1d3d7de27dfcfdbd4303804e8727148bda589404929c014afe2984359ad5c6ea209c608ce9845a00ce033b0f');
INSERT INTO recorder.part VALUES (1, 31, '\x8b54a88ab8e7cfd59b03a6c4', '{"run":{"id":"s7","status":{"$column":"status"},"mode":"persisted","enrichment":{"$part":"fVXbGBItivSkw1HX"},"scope":{"$part":"P6DtQryK-GSydmXG"},"output":{"$part":"VvQvpvLjjN2XQJ5f"},"cost":{"$part":"cryR13Hi0LBX9hdg"},"trigger":{"$part":"guqtc1sLjuGgKioN"},"error":null,"timing":{"$part":"OiAMbQzcXTg2WBTN"}}}', NULL);
INSERT INTO recorder.part VALUES (1, 32, '\x8c7a9d3c5196a636e22f4cc1', '{"run":{"id":"s8","status":{"$column":"status"},"mode":"persisted","enrichment":{"$part":"fVXbGBItivSkw1HX"},"scope":{"$part":"P6DtQryK-GSydmXG"},"output":{"$part":"VvQvpvLjjN2XQJ5f"},"cost":{"preview":{"tier":"gold"},"actual":[]},"trigger":{"$part":"guqtc1sLjuGgKioN"},"error":null,"timing":{"$part":"OiAMbQzcXTg2WBTN"}}}', NULL);
INSERT INTO recorder.part VALUES (1, 33, '\x4e884313bf6c287c273c30dc', NULL, '\x78f948bcf4de0346706a5e4a665e3a36ad30299035a579793854c1a4c056e416e4a4c25c89a60e210954599c9d5950805d1d4c0aa82a0d98c7b02b82cad48272624a29283813c1d61ad502008c2449f7');
INSERT INTO recorder.part VALUES (1, 34, '\x3898ab71a24e1e85f869b0b0', NULL, '\x78f948bcf4dec3e326dcf613e10da01f120d217e493482d2c650da442996428787e467b8b89a5b167b7b94e705b8b824033d020013ff43c1');
INSERT INTO recorder.part VALUES (1, 35, '\x0262414992ee698922224d2e', NULL, '\x78f948bcf4de03477811d05c4734cd506160fad43386e8ce2dc849c5a2102e81509a98979c9a938345294c02a1b42835119b991061b8b2d282146ccaa0c27065c0202a85a85232323032d33534d435320831b0b43234b53230d003268628a55a002d524eef');
INSERT INTO recorder.part VALUES (1, 36, '\xe1e1e596bf7dd442aae99206', '{"run":{"id":"s9","status":{"$column":"status"},"mode":"persisted","enrichment":{"$part":"fVXbGBItivSkw1HX"},"scope":{"$part":"OJircaJOHoX4abCw"},"output":{"$part":"VvQvpvLjjN2XQJ5f"},"cost":{"preview":{"credits":8,"perLead":2},"actual":{"credits":6,"perLead":2}},"trigger":{"$part":"guqtc1sLjuGgKioN"},"error":null,"timing":{"$part":"AmJBSZLuaYkiIk0u"},"region":"eu-west-1","billing":{"plan":"pro","credits_balance":12345678901234567890}}}', NULL);
INSERT INTO recorder.part VALUES (1, 37, '\xcb698e22ee99cfa1b5267931', '{"run":{"id":"t","status":{"$column":"status"}}}', NULL);
INSERT INTO recorder.part VALUES (1, 38, '\x0c31201b7e2ad6acc0f52c61', '{"run":{"id":"er_1","status":{"$column":"status"},"timing":{"createdAt":{"$column":"created_at.0"}},"cost":{"preview":"10.50"}}}', NULL);
INSERT INTO recorder.part VALUES (1, 39, '\xc5ad3e7f2d495c51757642ac', '{"run":{"id":"er_1","status":{"$column":"status"},"timing":{"createdAt":{"$column":"created_at.0"},"startedAt":{"$column":"started_at.1"}}}}', NULL);
INSERT INTO recorder.part VALUES (1, 40, '\xb9149f0a79aa02ab2fa84b7b', '{"run":{"id":"er_1","status":{"$column":"status"},"error":{"message":{"$column":"error_message"},"details":[1.1,null]}}}', NULL);
INSERT INTO recorder.part VALUES (1, 41, '\xd98e3425d75b045a93d7f9c0', '{"createdAt":{"$column":"created_at.0"},"cancelledAt":{"$column":"cancelled_at.0"}}', NULL);
INSERT INTO recorder.part VALUES (1, 42, '\xb4bb9874a0c40d4692491db8', '{"run":{"id":"er_1","status":{"$column":"status"},"timing":{"$part":"2Y40JddbBFqT1_nA"}}}', NULL);
INSERT INTO recorder.part VALUES (1, 43, '\x851eff8f85f46959641e0dfc', '{"run":{"id":"er_1","status":{"$column":"status"},"cost":{"actual":{"credits":1e-06}},"extra":null}}', NULL);
INSERT INTO recorder.part VALUES (1, 44, '\xb2c78a8bf7f905b6b579af4c', '{"run":{"id":"back","status":{"$column":"status"},"timing":{"createdAt":{"$column":"created_at.0"}},"cost":{"preview":"10.50"}}}', NULL);
INSERT INTO recorder.part VALUES (1, 45, '\x8fe30832698992d531164c79', '{"run":{"id":"back","status":{"$column":"status"},"timing":{"createdAt":{"$column":"created_at.0"},"startedAt":{"$column":"started_at.1"}}}}', NULL);
INSERT INTO recorder.part VALUES (1, 46, '\xc0d986ac219cb373c6d7928b', '{"run":{"id":"back","status":{"$column":"status"},"error":{"message":{"$column":"error_message"},"details":[1.1,null]}}}', NULL);
INSERT INTO recorder.part VALUES (1, 47, '\xcb72fbd4f142280d40bc22f3', '{"run":{"id":"back","status":{"$column":"status"},"timing":{"$part":"2Y40JddbBFqT1_nA"}}}', NULL);
INSERT INTO recorder.part VALUES (1, 48, '\x88325500bc244b9262747260', '{"run":{"id":"back","status":{"$column":"status"},"cost":{"actual":{"credits":1e-06}},"extra":null}}', NULL);
INSERT INTO recorder.part VALUES (1, 49, '\xa0f6141630ce9ce0fb270376', '{"run":{"id":"er_\u001b[31m<b>|ünï, \"quoted\" 日本","status":{"$column":"status"},"timing":{"createdAt":{"$column":"created_at.0"}},"cost":{"preview":"10.50"}}}', NULL);
INSERT INTO recorder.part VALUES (1, 50, '\xad16353e18be505d4a14c363', '{"run":{"id":"er_\u001b[31m<b>|ünï, \"quoted\" 日本","status":{"$column":"status"},"timing":{"createdAt":{"$column":"created_at.0"},"startedAt":{"$column":"started_at.1"}}}}', NULL);
INSERT INTO recorder.part VALUES (1, 51, '\x4b4c89d89e38916891adb9f7', '{"run":{"id":"er_\u001b[31m<b>|ünï, \"quoted\" 日本","status":{"$column":"status"},"error":{"message":{"$column":"error_message"},"details":[1.1,null]}}}', NULL);
INSERT INTO recorder.part VALUES (1, 52, '\x89490a1f1be17f6cddb9eb28', '{"run":{"id":"er_\u001b[31m<b>|ünï, \"quoted\" 日本","status":{"$column":"status"},"timing":{"$part":"2Y40JddbBFqT1_nA"}}}', NULL);
INSERT INTO recorder.part VALUES (1, 53, '\x71a63208dd74802fcb87918c', '{"run":{"id":"er_\u001b[31m<b>|ünï, \"quoted\" 日本","status":{"$column":"status"},"cost":{"actual":{"credits":1e-06}},"extra":null}}', NULL);
INSERT INTO recorder.part VALUES (1, 54, '\x10c9ad2db664341160ed8373', '{"run":{"id":"last_snapshot","status":{"$column":"status"},"timing":{"createdAt":{"$column":"created_at.0"}},"cost":{"preview":"10.50"}}}', NULL);
INSERT INTO recorder.part VALUES (1, 55, '\x4a26dee4f26e89bccea00eb0', '{"run":{"id":"last_snapshot","status":{"$column":"status"},"timing":{"createdAt":{"$column":"created_at.0"},"startedAt":{"$column":"started_at.1"}}}}', NULL);
INSERT INTO recorder.part VALUES (1, 56, '\x6b05706ac3ea416cf405e46c', '{"run":{"id":"last_snapshot","status":{"$column":"status"},"error":{"message":{"$column":"error_message"},"details":[1.1,null]}}}', NULL);
INSERT INTO recorder.part VALUES (1, 57, '\xefbf6e267406eaf5f48670ff', '{"run":{"id":"last_snapshot","status":{"$column":"status"},"timing":{"$part":"2Y40JddbBFqT1_nA"}}}', NULL);
INSERT INTO recorder.part VALUES (1, 58, '\xc5931f0f234a8c0059158111', '{"run":{"id":"last_snapshot","status":{"$column":"status"},"cost":{"actual":{"credits":1e-06}},"extra":null}}', NULL);
INSERT INTO recorder.part VALUES (2, 1, '\x0c31201b7e2ad6acc0f52c61', '{"run":{"id":"er_1","status":{"$column":"status"},"timing":{"createdAt":{"$column":"created_at.0"}},"cost":{"preview":"10.50"}}}', NULL);
INSERT INTO recorder.part VALUES (2, 2, '\xc5ad3e7f2d495c51757642ac', '{"run":{"id":"er_1","status":{"$column":"status"},"timing":{"createdAt":{"$column":"created_at.0"},"startedAt":{"$column":"started_at.1"}}}}', NULL);
INSERT INTO recorder.part VALUES (2, 3, '\xb9149f0a79aa02ab2fa84b7b', '{"run":{"id":"er_1","status":{"$column":"status"},"error":{"message":{"$column":"error_message"},"details":[1.1,null]}}}', NULL);
INSERT INTO recorder.part VALUES (2, 4, '\xd98e3425d75b045a93d7f9c0', '{"createdAt":{"$column":"created_at.0"},"cancelledAt":{"$column":"cancelled_at.0"}}', NULL);
INSERT INTO recorder.part VALUES (2, 5, '\xb4bb9874a0c40d4692491db8', '{"run":{"id":"er_1","status":{"$column":"status"},"timing":{"$part":"2Y40JddbBFqT1_nA"}}}', NULL);
INSERT INTO recorder.part VALUES (2, 6, '\x851eff8f85f46959641e0dfc', '{"run":{"id":"er_1","status":{"$column":"status"},"cost":{"actual":{"credits":1e-06}},"extra":null}}', NULL);



INSERT INTO recorder.poll VALUES (1, 23, 1763629201000000, 3, 404, 12, NULL, NULL);
INSERT INTO recorder.poll VALUES (1, 1, 1763629200000000, 1, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 1, 1763629230000000, 2, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 2, 1763629201000000, 1, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 2, 1763629231000000, 2, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 3, 1763629210000000, 1, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 3, 1763629240000000, 2, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 4, 1763629211000000, 1, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 4, 1763629241000000, 2, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 5, 1763629212000000, 1, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 5, 1763629242000000, 2, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 6, 1763629213000000, 1, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 6, 1763629243000000, 2, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 7, 1763629214000000, 1, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 7, 1763629244000000, 2, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 8, 1763629215000000, 1, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 8, 1763629245000000, 2, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 9, 1763629216000000, 1, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 9, 1763629246000000, 2, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 10, 1763629217000000, 1, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 10, 1763629247000000, 2, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 11, 1763629202000000, 1, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 11, 1763629232000000, 2, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 12, 1763629203000000, 1, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 12, 1763629233000000, 2, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 13, 1763629204000000, 1, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 13, 1763629234000000, 2, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 14, 1763629205000000, 1, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 14, 1763629235000000, 2, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 15, 1763629206000000, 1, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 15, 1763629236000000, 2, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 16, 1763629207000000, 1, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 16, 1763629237000000, 2, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 17, 1763629208000000, 1, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 17, 1763629238000000, 2, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 18, 1763629209000000, 1, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 18, 1763629239000000, 2, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 20, 1763629201000000, 1, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 20, 1763629202000000, 3, 404, 12, NULL, 'run_not_found');
INSERT INTO recorder.poll VALUES (1, 20, 1763629203000000, 4, 403, 12, NULL, NULL);
INSERT INTO recorder.poll VALUES (1, 20, 1763629204000000, 5, 429, 12, NULL, 'slow [31m down');
INSERT INTO recorder.poll VALUES (1, 20, 1763629205000000, 6, 503, NULL, NULL, NULL);
INSERT INTO recorder.poll VALUES (1, 20, 1763629206000000, 7, NULL, 12, NULL, 'connection reset');
INSERT INTO recorder.poll VALUES (1, 20, 1763629207000000, 9, 418, 12, NULL, NULL);
INSERT INTO recorder.poll VALUES (1, 20, 1763629208000000, 8, 200, 12, NULL, 'not UTF-8: invalid start byte at byte 6');
INSERT INTO recorder.poll VALUES (1, 20, 1763629209000000, 8, 200, 12, NULL, 'speaks of run ''another'', not ''t''');
INSERT INTO recorder.poll VALUES (1, 20, 1763629210000000, 8, 200, 12, NULL, 'no JSON: Expecting value at character 100001');
INSERT INTO recorder.poll VALUES (1, 20, 1763629211000000, 8, 200, 12, NULL, NULL);
INSERT INTO recorder.poll VALUES (1, 20, 1763629212000000, 2, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 19, 1763629200000000, 1, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 19, 1763629220000000, 1, 200, 12, 2, NULL);
INSERT INTO recorder.poll VALUES (1, 19, 1763629240000000, 1, 200, 12, 3, NULL);
INSERT INTO recorder.poll VALUES (1, 19, 1763629260000000, 1, 200, 12, 4, NULL);
INSERT INTO recorder.poll VALUES (1, 19, 1763629280000000, 1, 200, 12, 5, NULL);
INSERT INTO recorder.poll VALUES (1, 19, 1763629300000000, 1, 200, 12, 6, NULL);
INSERT INTO recorder.poll VALUES (1, 19, 1763629205000000, 2, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 19, 1763629225000000, 2, 200, 12, 2, NULL);
INSERT INTO recorder.poll VALUES (1, 19, 1763629245000000, 2, 200, 12, 3, NULL);
INSERT INTO recorder.poll VALUES (1, 19, 1763629265000000, 2, 200, 12, 4, NULL);
INSERT INTO recorder.poll VALUES (1, 19, 1763629285000000, 2, 200, 12, 5, NULL);
INSERT INTO recorder.poll VALUES (1, 19, 1763629305000000, 2, 200, 12, 6, NULL);
INSERT INTO recorder.poll VALUES (1, 24, 1763629200000000, 1, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 24, 1763629205000000, 2, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 24, 1763629220000000, 1, 200, 12, 2, NULL);
INSERT INTO recorder.poll VALUES (1, 24, 1763629225000000, 2, 200, 12, 2, NULL);
INSERT INTO recorder.poll VALUES (1, 24, 1763629240000000, 1, 200, 12, 3, NULL);
INSERT INTO recorder.poll VALUES (1, 24, 1763629245000000, 2, 200, 12, 3, NULL);
INSERT INTO recorder.poll VALUES (1, 24, 1763629260000000, 1, 200, 12, 4, NULL);
INSERT INTO recorder.poll VALUES (1, 24, 1763629265000000, 2, 200, 12, 4, NULL);
INSERT INTO recorder.poll VALUES (1, 24, 1763629280000000, 1, 200, 12, 5, NULL);
INSERT INTO recorder.poll VALUES (1, 24, 1763629285000000, 2, 200, 12, 5, NULL);
INSERT INTO recorder.poll VALUES (1, 24, 1763629300000000, 1, 200, 12, 6, NULL);
INSERT INTO recorder.poll VALUES (1, 24, 1763629305000000, 2, 200, 12, 6, NULL);
INSERT INTO recorder.poll VALUES (1, 25, 1763629200000000, 1, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 25, 1763629205000000, 2, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 25, 1763629220000000, 1, 200, 12, 2, NULL);
INSERT INTO recorder.poll VALUES (1, 25, 1763629225000000, 2, 200, 12, 2, NULL);
INSERT INTO recorder.poll VALUES (1, 25, 1763629240000000, 1, 200, 12, 3, NULL);
INSERT INTO recorder.poll VALUES (1, 25, 1763629245000000, 2, 200, 12, 3, NULL);
INSERT INTO recorder.poll VALUES (1, 25, 1763629260000000, 1, 200, 12, 4, NULL);
INSERT INTO recorder.poll VALUES (1, 25, 1763629265000000, 2, 200, 12, 4, NULL);
INSERT INTO recorder.poll VALUES (1, 25, 1763629280000000, 1, 200, 12, 5, NULL);
INSERT INTO recorder.poll VALUES (1, 25, 1763629285000000, 2, 200, 12, 5, NULL);
INSERT INTO recorder.poll VALUES (1, 25, 1763629300000000, 1, 200, 12, 6, NULL);
INSERT INTO recorder.poll VALUES (1, 25, 1763629305000000, 2, 200, 12, 6, NULL);
INSERT INTO recorder.poll VALUES (1, 21, 1763629200000000, 1, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 21, 1763629205000000, 2, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (1, 21, 1763629220000000, 1, 200, 12, 2, NULL);
INSERT INTO recorder.poll VALUES (1, 21, 1763629225000000, 2, 200, 12, 2, NULL);
INSERT INTO recorder.poll VALUES (1, 21, 1763629240000000, 1, 200, 12, 3, NULL);
INSERT INTO recorder.poll VALUES (1, 21, 1763629245000000, 2, 200, 12, 3, NULL);
INSERT INTO recorder.poll VALUES (1, 21, 1763629260000000, 1, 200, 12, 4, NULL);
INSERT INTO recorder.poll VALUES (1, 21, 1763629265000000, 2, 200, 12, 4, NULL);
INSERT INTO recorder.poll VALUES (1, 21, 1763629280000000, 1, 200, 12, 5, NULL);
INSERT INTO recorder.poll VALUES (1, 21, 1763629285000000, 2, 200, 12, 5, NULL);
INSERT INTO recorder.poll VALUES (1, 21, 1763629300000000, 1, 200, 12, 6, NULL);
INSERT INTO recorder.poll VALUES (1, 21, 1763629305000000, 2, 200, 12, 6, NULL);
INSERT INTO recorder.poll VALUES (2, 1, 1763629200000000, 1, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (2, 1, 1763629205000000, 2, 200, 12, 1, NULL);
INSERT INTO recorder.poll VALUES (2, 1, 1763629220000000, 1, 200, 12, 2, NULL);
INSERT INTO recorder.poll VALUES (2, 1, 1763629225000000, 2, 200, 12, 2, NULL);
INSERT INTO recorder.poll VALUES (2, 1, 1763629240000000, 1, 200, 12, 3, NULL);
INSERT INTO recorder.poll VALUES (2, 1, 1763629245000000, 2, 200, 12, 3, NULL);
INSERT INTO recorder.poll VALUES (2, 1, 1763629260000000, 1, 200, 12, 4, NULL);
INSERT INTO recorder.poll VALUES (2, 1, 1763629265000000, 2, 200, 12, 4, NULL);
INSERT INTO recorder.poll VALUES (2, 1, 1763629280000000, 1, 200, 12, 5, NULL);
INSERT INTO recorder.poll VALUES (2, 1, 1763629285000000, 2, 200, 12, 5, NULL);
INSERT INTO recorder.poll VALUES (2, 1, 1763629300000000, 1, 200, 12, 6, NULL);
INSERT INTO recorder.poll VALUES (2, 1, 1763629305000000, 2, 200, 12, 6, NULL);
INSERT INTO recorder.poll VALUES (1, 21, 1763629600000000, 7, NULL, 12, NULL, NULL);






INSERT INTO recorder.recorder_version VALUES ('0002');



INSERT INTO recorder.rejected_body VALUES (1, 20, 1763629208000000, '\x3c68746d6c3eff', 7, '\x0b69adc95320984912e1a521b268c994c229600398962948159463f708b7c19b');
INSERT INTO recorder.rejected_body VALUES (1, 20, 1763629209000000, '\x7b2272756e223a207b226964223a2022616e6f74686572222c2022737461747573223a202272756e6e696e67227d7d', 47, '\x7cbf3850ef38d06b3a796ed09a3b02fffc75a577e7cf9b9009a2ada87cde94ab');
INSERT INTO recorder.rejected_body VALUES (1, 20, 1763629210000000, '\x5b302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c302c30', 100001, '\xf567e32ac4471f64a16a467e79acaab73c4852876da1a4ffa6aa93d416a9a09f');
INSERT INTO recorder.rejected_body VALUES (1, 20, 1763629211000000, '\x7b2272756e223a20', 99, '\x54a3691586d1db2976d2897be170759d3d24272ba08cbd3042d0614a355e0b23');



INSERT INTO recorder.run VALUES (1, 4, 's11', 1763629199000000, NULL, '2025-11');
INSERT INTO recorder.run VALUES (1, 19, 'er_1', 1763629199000000, NULL, '2025-11');
INSERT INTO recorder.run VALUES (1, 20, 't', 1763629199000000, NULL, '2025-11');
INSERT INTO recorder.run VALUES (1, 21, 'last_snapshot', 1763629199000000, NULL, '2025-11');
INSERT INTO recorder.run VALUES (1, 23, 'gone', 1763629199000000, NULL, '2025-11');
INSERT INTO recorder.run VALUES (1, 25, 'er_[31m<b>|ünï, "quoted" 日本', 1763629199000000, NULL, '2025-11');
INSERT INTO recorder.run VALUES (1, 1, 's0', 1763629199000000, NULL, '2026-11');
INSERT INTO recorder.run VALUES (1, 2, 's1', 1763629199000000, NULL, '2026-11');
INSERT INTO recorder.run VALUES (1, 3, 's10', 1763629199000000, NULL, '2026-11');
INSERT INTO recorder.run VALUES (1, 5, 's12', 1763629199000000, NULL, '2026-11');
INSERT INTO recorder.run VALUES (1, 6, 's13', 1763629199000000, NULL, '2026-11');
INSERT INTO recorder.run VALUES (1, 7, 's14', 1763629199000000, NULL, '2026-11');
INSERT INTO recorder.run VALUES (1, 8, 's15', 1763629199000000, NULL, '2026-11');
INSERT INTO recorder.run VALUES (1, 9, 's16', 1763629199000000, NULL, '2026-11');
INSERT INTO recorder.run VALUES (1, 10, 's17', 1763629199000000, NULL, '2026-11');
INSERT INTO recorder.run VALUES (1, 11, 's2', 1763629199000000, NULL, '2026-11');
INSERT INTO recorder.run VALUES (1, 13, 's4', 1763629199000000, NULL, '2026-11');
INSERT INTO recorder.run VALUES (1, 14, 's5', 1763629199000000, NULL, '2026-11');
INSERT INTO recorder.run VALUES (1, 15, 's6', 1763629199000000, NULL, '2026-11');
INSERT INTO recorder.run VALUES (1, 16, 's7', 1763629199000000, NULL, '2026-11');
INSERT INTO recorder.run VALUES (1, 17, 's8', 1763629199000000, NULL, '2026-11');
INSERT INTO recorder.run VALUES (1, 18, 's9', 1763629199000000, NULL, '2026-11');
INSERT INTO recorder.run VALUES (1, 12, 's3', 1763629199000000, 1763629900000000, '2026-11');
INSERT INTO recorder.run VALUES (1, 22, 'silent', 1763629199000000, 1763629920000000, '2025-11');
INSERT INTO recorder.run VALUES (1, 24, 'back', 1763629199000000, NULL, '2025-11');
INSERT INTO recorder.run VALUES (2, 1, 'er_1', 1763629199000000, 1763632800000000, '2025-11');
INSERT INTO recorder.run VALUES (2, 2, 'elsewhere', 1763629199000000, 1763632800000000, '2025-11');
INSERT INTO recorder.run VALUES (2, 4096, 'far', 1763629199000000, 1763632800000000, '2025-11');



INSERT INTO recorder.run_block VALUES (2, 0, 'leads_total', '\x7801636080024600000b0002');
INSERT INTO recorder.run_block VALUES (2, 0, 'leads_pending', '\x7801636080024600000b0002');
INSERT INTO recorder.run_block VALUES (2, 0, 'leads_running', '\x7801636080024600000b0002');
INSERT INTO recorder.run_block VALUES (2, 0, 'leads_completed', '\x7801636080024600000b0002');
INSERT INTO recorder.run_block VALUES (2, 0, 'leads_skipped', '\x7801636080024600000b0002');
INSERT INTO recorder.run_block VALUES (2, 0, 'leads_failed', '\x7801636080024600000b0002');
INSERT INTO recorder.run_block VALUES (2, 0, 'updated_at', '\x7801636080024600000b0002');
INSERT INTO recorder.run_block VALUES (2, 0, 'tracking', '\x7801e365606088562acd2b294a4cce4e4d518a05f2a10000527b04cb');
INSERT INTO recorder.run_block VALUES (2, 0, 'first_polled_at', '\x78017370e2670001464646060006810095');
INSERT INTO recorder.run_block VALUES (2, 0, 'last_polled_at', '\x78016bc80b6463000246464606000e2f0149');
INSERT INTO recorder.run_block VALUES (2, 0, 'first_good_at', '\x78017370e2670001464646060006810095');
INSERT INTO recorder.run_block VALUES (2, 0, 'last_good_at', '\x78016bc80b6463000246464606000e2f0149');
INSERT INTO recorder.run_block VALUES (2, 0, 'last_outcome', '\x7801636280004646460600002d0006');
INSERT INTO recorder.run_block VALUES (2, 0, 'n_polls', '\x78016360800046061e06000028000e');
INSERT INTO recorder.run_block VALUES (2, 0, 'n_snapshots', '\x7801636080004606360600001c0008');
INSERT INTO recorder.run_block VALUES (2, 0, 'is_quiet', '\x780163608000460646060000120003');
INSERT INTO recorder.run_block VALUES (2, 0, 'ended_seen_at', '\x780173f87699850108181919190016090211');
INSERT INTO recorder.run_block VALUES (2, 0, 'status', '\x78011362606088564a4ecc4b4ecdc9494d51d2c92bcdc989050a820123030323008cb30693');
INSERT INTO recorder.run_block VALUES (2, 0, 'error_message', '\x7801e36240028c00009b000c');
INSERT INTO recorder.run_block VALUES (2, 0, 'created_at', '\x7801636080024600000b0002');
INSERT INTO recorder.run_block VALUES (2, 0, 'started_at', '\x7801636080024600000b0002');
INSERT INTO recorder.run_block VALUES (2, 0, 'cancelled_at', '\x7801636080024600000b0002');
INSERT INTO recorder.run_block VALUES (2, 0, 'mode', '\x78016363606088ce2bcdc9890532a00000219f027a');
INSERT INTO recorder.run_block VALUES (2, 0, 'enrichment_id', '\x78016363606088ce2bcdc9890532a00000219f027a');
INSERT INTO recorder.run_block VALUES (2, 0, 'slug', '\x78016363606088ce2bcdc9890532a00000219f027a');
INSERT INTO recorder.run_block VALUES (2, 0, 'version', '\x78016363606088ce2bcdc9890532a00000219f027a');
INSERT INTO recorder.run_block VALUES (2, 0, 'scope_type', '\x78016363606088ce2bcdc9890532a00000219f027a');
INSERT INTO recorder.run_block VALUES (2, 0, 'list_id', '\x78016363606088ce2bcdc9890532a00000219f027a');
INSERT INTO recorder.run_block VALUES (2, 0, 'output_target', '\x78016363606088ce2bcdc9890532a00000219f027a');
INSERT INTO recorder.run_block VALUES (2, 0, 'output_attribute_key', '\x78016363606088ce2bcdc9890532a00000219f027a');
INSERT INTO recorder.run_block VALUES (2, 0, 'write_policy', '\x78016363606088ce2bcdc9890532a00000219f027a');
INSERT INTO recorder.run_block VALUES (2, 0, 'persist_results', '\x7801636080024600000b0002');
INSERT INTO recorder.run_block VALUES (2, 0, 'trigger_run_id', '\x7801e36240028c00009b000c');
INSERT INTO recorder.run_block VALUES (2, 0, 'correlation_id', '\x7801e36240028c00009b000c');
INSERT INTO recorder.run_block VALUES (2, 0, 'error_details', '\x7801e36240028c00009b000c');
INSERT INTO recorder.run_block VALUES (2, 0, 'observation_class', '\x78011366606088564a2bcacf8d2f2e492c2a51d2c92bcdc989058a820123030323009efb073a');
INSERT INTO recorder.run_block VALUES (2, 0, 'cost_preview_micros', '\x78015b60be80010418191919001032017b');
INSERT INTO recorder.run_block VALUES (2, 0, 'cost_actual_micros', '\x780163648000464646060000210005');
INSERT INTO recorder.run_block VALUES (2, 0, 'cost_unit', '\x78011360606088564a2e4a4dc92c2956d2c92bcdc989050a81012303032300780a05e4');
INSERT INTO recorder.run_block VALUES (2, 0, 'cost_quality', '\x7801e365606088564aca2fc950d2c92bcdc98905f2c180918181110056db04a0');
INSERT INTO recorder.run_block VALUES (2, 0, 'ended_at', '\x780173f87699850108181919190016090211');
INSERT INTO recorder.run_block VALUES (2, 0, 'ended_at_origin', '\x78011362606088564a2a4a4cce4e2d494d51d2c92bcdc989050a820123030323008daf069d');
INSERT INTO recorder.run_block VALUES (2, 0, 'ended_after', '\x78016b1079cfcc00048c8c8c0c001062018a');
INSERT INTO recorder.run_block VALUES (2, 0, 'n_reopened', '\x780163608000460646060000120003');
INSERT INTO recorder.run_block VALUES (2, 0, 'quality', '\x7801136360608856cacb8f4f2e4a4d2c494d894f2c51d2c92bcdc989054a80012303032300c2920844');
INSERT INTO recorder.run_block VALUES (2, 0, 'actual_unit', '\x78011360606088564a2e4a4dc92c2956d2c92bcdc989050a81012303032300780a05e4');
INSERT INTO recorder.run_block VALUES (2, 0, 'cost_known_at', '\x78016bc80b6463000246464606000e2f0149');
INSERT INTO recorder.run_block VALUES (2, 0, 'run_id', '\x7801e361606060016210606460604d2d8a374ccd294e2dcf482d4a050025870542');
INSERT INTO recorder.run_block VALUES (2, 0, 'tracked_at', '\x78016360800100000a0001');
INSERT INTO recorder.run_block VALUES (2, 0, 'is_pruned', '\x78016360800100000a0001');
INSERT INTO recorder.run_block VALUES (2, 0, 'dated_at', '\x78013bc0f8e635930b1b0303030016d802e5');
INSERT INTO recorder.run_block VALUES (2, 0, 'known_at', '\x78017378b6e81a03180000158a029f');
INSERT INTO recorder.run_block VALUES (2, 0, 'run_key', '\x7801636480010000140002');



INSERT INTO recorder.run_month VALUES (1, '2025-11', 12, 0, 0);
INSERT INTO recorder.run_month VALUES (1, '2026-11', 5, 0, 0);
INSERT INTO recorder.run_month VALUES (2, '2025-11', 4, 0, 0);



INSERT INTO recorder.run_summary VALUES (1, 1, 'from_start', 'pending', NULL, 1795166100120000, NULL, NULL, 'persisted', 'enr_work_email', 'work_email', '3', 'explicit_leads', NULL, 'lead_attribute', 'work_email', 'overwrite', true, 'run_cm3x9', 'cor_7f1', NULL, NULL, NULL, NULL, 8000000, NULL, NULL, 'credits', 'credits', NULL, 'preview_only', 0, NULL);
INSERT INTO recorder.run_summary VALUES (1, 2, 'mid_flight', 'running', NULL, 1795166100120000, 1795166104500000, NULL, 'persisted', 'enr_work_email', 'work_email', '3', 'explicit_leads', NULL, 'lead_attribute', 'work_email', 'overwrite', true, 'run_cm3x9', 'cor_7f1', NULL, NULL, NULL, NULL, 8000000, NULL, NULL, 'credits', 'credits', NULL, 'preview_only', 0, NULL);
INSERT INTO recorder.run_summary VALUES (1, 3, NULL, 'paused', NULL, 1795166100120000, 1795166104500000, NULL, 'persisted', 'enr_work_email', 'work_email', '3', 'explicit_leads', NULL, 'lead_attribute', 'work_email', 'overwrite', true, 'run_cm3x9', 'cor_7f1', NULL, NULL, NULL, NULL, 8000000, NULL, NULL, 'credits', 'credits', NULL, 'preview_only', 0, NULL);
INSERT INTO recorder.run_summary VALUES (1, 4, 'mid_flight', 'running', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'none', 0, NULL);
INSERT INTO recorder.run_summary VALUES (1, 5, 'post_hoc', 'completed', NULL, 1795166100000000, 1795166104123456, NULL, 'persisted', 'enr_work_email', 'work_email', '3', 'explicit_leads', NULL, 'lead_attribute', 'work_email', 'overwrite', true, 'run_cm3x9', 'cor_7f1', NULL, 1795166131000000, 'ledger', NULL, 8000000, 6000000, 1763629242000000, 'credits', 'credits', 'credits', 'both', 0, 'completed_with_failed_leads');
INSERT INTO recorder.run_summary VALUES (1, 6, 'post_hoc', 'completed', NULL, 1795166100120000, 1795166098000000, NULL, 'persisted', 'enr_work_email', 'work_email', '3', 'explicit_leads', NULL, 'lead_attribute', 'work_email', 'overwrite', true, 'run_cm3x9', 'cor_7f1', NULL, 1795166131750000, 'ledger', NULL, 8000000, 6000000, 1763629243000000, 'credits', 'credits', 'credits', 'both', 0, 'completed_with_failed_leads,queue_negative');
INSERT INTO recorder.run_summary VALUES (1, 7, 'post_hoc', 'completed', 'Überlauf – 日本語 😀', 1795166100120000, 1795166104500000, NULL, 'persisted', 'enr_work_email', 'work_email', '3', 'explicit_leads', NULL, 'lead_attribute', 'work_email', 'overwrite', true, 'run_cm3x9', 'cor_7f1', NULL, 1795166131750000, 'ledger', NULL, 8000000, 6000000, 1763629244000000, 'credits', 'credits', 'credits', 'both', 0, 'completed_with_failed_leads');
INSERT INTO recorder.run_summary VALUES (1, 8, 'post_hoc', 'completed', NULL, 1795166100120000, 1795166104500000, NULL, 'persisted', 'enr_work_email', 'work_email', '3', 'list', 'lst_9', 'lead_attribute', 'work_email', 'overwrite', true, 'run_cm3x9', 'cor_7f1', NULL, 1795166131750000, 'ledger', NULL, 0, 0, 1763629245000000, 'unstated', NULL, NULL, 'both', 0, NULL);
INSERT INTO recorder.run_summary VALUES (1, 9, 'post_hoc', 'completed', NULL, 1795166100120000, 1795166104500000, NULL, 'persisted', 'enr_work_email', 'work_email', '2026-11-01', 'explicit_leads', NULL, 'lead_attribute', 'work_email', 'overwrite', true, 'run_cm3x9', 'cor_7f1', NULL, 1795166131750000, 'ledger', NULL, 8000000, 6000000, 1763629246000000, 'credits', 'credits', 'credits', 'both', 0, 'completed_with_failed_leads');
INSERT INTO recorder.run_summary VALUES (1, 10, 'mid_flight', 'running', NULL, 1795166100120000, 1795166104500000, NULL, 'persisted', 'enr_work_email', 'work_email', '3', 'explicit_leads', NULL, 'lead_attribute', 'work_email', 'overwrite', true, 'run_cm3x9', 'cor_7f1', NULL, NULL, NULL, NULL, 4000000000, NULL, NULL, 'credits', 'credits', NULL, 'preview_only', 0, NULL);
INSERT INTO recorder.run_summary VALUES (1, 11, 'post_hoc', 'completed', NULL, 1795166100120000, 1795166104500000, NULL, 'persisted', 'enr_work_email', 'work_email', '3', 'explicit_leads', NULL, 'lead_attribute', 'work_email', 'overwrite', true, 'run_cm3x9', 'cor_7f1', NULL, 1795166131750000, 'ledger', NULL, 8000000, 6000000, 1763629232000000, 'credits', 'credits', 'credits', 'both', 0, 'completed_with_failed_leads');
INSERT INTO recorder.run_summary VALUES (1, 12, 'post_hoc', 'failed', 'Provider quota exceeded (HTTP 429) for workspace 5521', 1795166100120000, 1795166104500000, NULL, 'persisted', 'enr_work_email', 'work_email', '3', 'explicit_leads', NULL, 'lead_attribute', 'work_email', 'overwrite', true, 'run_cm3x9', 'cor_7f1', '{"provider":"findy","retryable":false}', NULL, NULL, NULL, 8000000, NULL, NULL, 'credits', 'credits', NULL, 'preview_only', 0, 'no_ended_at');
INSERT INTO recorder.run_summary VALUES (1, 13, 'post_hoc', 'cancelled', NULL, 1795166100120000, 1795166104500000, 1795166120000000, 'persisted', 'enr_work_email', 'work_email', '3', 'explicit_leads', NULL, 'lead_attribute', 'work_email', 'overwrite', true, 'run_cm3x9', 'cor_7f1', NULL, 1795166120000000, 'ledger', NULL, 8000000, NULL, NULL, 'credits', 'credits', NULL, 'preview_only', 0, NULL);
INSERT INTO recorder.run_summary VALUES (1, 14, 'post_hoc', 'completed', NULL, 1795166100120000, 1795166104500000, NULL, 'persisted', 'enr_work_email', 'work_email', '3', 'explicit_leads', NULL, 'lead_attribute', 'work_email', 'overwrite', true, 'run_cm3x9', 'cor_7f1', NULL, 1795166131750000, 'ledger', NULL, 8000000, 6500000, 1763629235000000, 'unstated', NULL, NULL, 'both', 0, 'completed_with_failed_leads');
INSERT INTO recorder.run_summary VALUES (1, 15, 'post_hoc', 'completed', NULL, 1795166100120000, 1795166104500000, NULL, 'persisted', 'enr_work_email', 'work_email', '3', 'explicit_leads', NULL, 'lead_attribute', 'work_email', 'overwrite', true, 'run_cm3x9', 'cor_7f1', NULL, 1795166131750000, 'ledger', NULL, 8000000, 6500000, 1763629236000000, 'unstated', NULL, NULL, 'both', 0, 'completed_with_failed_leads');
INSERT INTO recorder.run_summary VALUES (1, 16, 'post_hoc', 'completed', NULL, 1795166100120000, 1795166104500000, NULL, 'persisted', 'enr_work_email', 'work_email', '3', 'explicit_leads', NULL, 'lead_attribute', 'work_email', 'overwrite', true, 'run_cm3x9', 'cor_7f1', NULL, 1795166131750000, 'ledger', NULL, NULL, 300000, 1763629237000000, 'USD', NULL, 'USD', 'unparsed', 0, 'completed_with_failed_leads,preview_unparsed');
INSERT INTO recorder.run_summary VALUES (1, 17, 'post_hoc', 'completed', NULL, 1795166100120000, 1795166104500000, NULL, 'persisted', 'enr_work_email', 'work_email', '3', 'explicit_leads', NULL, 'lead_attribute', 'work_email', 'overwrite', true, 'run_cm3x9', 'cor_7f1', NULL, 1795166131750000, 'ledger', NULL, NULL, NULL, 1763629238000000, NULL, NULL, NULL, 'unparsed', 0, 'actual_unparsed,completed_with_failed_leads,preview_unparsed');
INSERT INTO recorder.run_summary VALUES (1, 18, 'post_hoc', 'completed', NULL, 1795166100120000, 1795166104500000, NULL, 'persisted', 'enr_work_email', 'work_email', '3', 'explicit_leads', NULL, 'lead_attribute', 'work_email', 'overwrite', true, 'run_cm3x9', 'cor_7f1', NULL, 1795166131750000, 'ledger', NULL, 8000000, 6000000, 1763629239000000, 'credits', 'credits', 'credits', 'both', 0, 'completed_with_failed_leads');
INSERT INTO recorder.run_summary VALUES (1, 20, 'mid_flight', 'running', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'none', 0, NULL);
INSERT INTO recorder.run_summary VALUES (1, 19, 'from_start', 'cancelled', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1763629280000000, 'bracketed', 1763629265000000, 10500000, 1, 1763629305000000, 'credits', NULL, 'credits', 'both', 1, 'no_created_at');
INSERT INTO recorder.run_summary VALUES (1, 24, 'from_start', 'cancelled', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1763629280000000, 'bracketed', 1763629265000000, 10500000, 1, 1763629305000000, 'credits', NULL, 'credits', 'both', 1, 'no_created_at');
INSERT INTO recorder.run_summary VALUES (1, 25, 'from_start', 'cancelled', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1763629280000000, 'bracketed', 1763629265000000, 10500000, 1, 1763629305000000, 'credits', NULL, 'credits', 'both', 1, 'no_created_at');
INSERT INTO recorder.run_summary VALUES (1, 21, 'from_start', 'cancelled', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1763629280000000, 'bracketed', 1763629265000000, 10500000, 1, 1763629305000000, 'credits', NULL, 'credits', 'both', 1, 'no_created_at');
INSERT INTO recorder.run_summary VALUES (2, 1, 'from_start', 'cancelled', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1763629280000000, 'bracketed', 1763629265000000, 10500000, 1, 1763629305000000, 'credits', NULL, 'credits', 'both', 1, 'no_created_at');



INSERT INTO recorder.sealed VALUES (2, 0, 2, 1763629199000000, 1763632800000000);



INSERT INTO recorder.snapshot VALUES (1, 1, 1, NULL, 1763629200000000, 1763629230000000, 2, NULL, '\xc604c3efac2ec966c07d34118c9e5d93', 7, 4, 4, 0, 0, 0, 0, 1795166100120000, 'pending', NULL, 1795166100120000, NULL, NULL, NULL, 8000000, 'credits', NULL, NULL, NULL, NULL);
INSERT INTO recorder.snapshot VALUES (1, 2, 1, NULL, 1763629201000000, 1763629231000000, 2, NULL, '\x9840467565a5598258353f1457b97a52', 8, 4, 1, 1, 2, 0, 0, 1795166109000000, 'running', NULL, 1795166100120000, 1795166104500000, NULL, NULL, 8000000, 'credits', NULL, NULL, NULL, NULL);
INSERT INTO recorder.snapshot VALUES (1, 3, 1, NULL, 1763629210000000, 1763629240000000, 2, NULL, '\xceb3a013f3c9939f52519eba23f0bf71', 9, 4, 1, 1, 2, 0, 0, 1795166109000000, 'paused', NULL, 1795166100120000, 1795166104500000, NULL, NULL, 8000000, 'credits', NULL, NULL, NULL, 141004144712982);
INSERT INTO recorder.snapshot VALUES (1, 4, 1, NULL, 1763629211000000, 1763629241000000, 2, NULL, '\x2dd613743b86d744c496ef3b720723d2', 10, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'running', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.snapshot VALUES (1, 5, 1, NULL, 1763629212000000, 1763629242000000, 2, 1763629242000000, '\xc2476499882574ebb0a8806ff4fbbcab', 12, 4, 0, 0, 3, 0, 1, 1795166131750000, 'completed', NULL, 1795166100000000, 1795166104123456, NULL, 1795166131000000, 8000000, 'credits', 6000000, 'credits', NULL, NULL);
INSERT INTO recorder.snapshot VALUES (1, 6, 1, NULL, 1763629213000000, 1763629243000000, 2, 1763629243000000, '\x31e29c051e4ef9e950f888b62fbe67ed', 13, 4, 0, 0, 3, 0, 1, 1795166131750000, 'completed', NULL, 1795166100120000, 1795166098000000, NULL, 1795166131750000, 8000000, 'credits', 6000000, 'credits', NULL, NULL);
INSERT INTO recorder.snapshot VALUES (1, 7, 1, NULL, 1763629214000000, 1763629244000000, 2, 1763629244000000, '\xa661903a91786899490e1ff5c8a98165', 14, 4, 0, 0, 3, 0, 1, 1795166131750000, 'completed', 'Überlauf – 日本語 😀', 1795166100120000, 1795166104500000, NULL, 1795166131750000, 8000000, 'credits', 6000000, 'credits', NULL, NULL);
INSERT INTO recorder.snapshot VALUES (1, 8, 1, NULL, 1763629215000000, 1763629245000000, 2, 1763629245000000, '\x58410167d84489ce2a7c5bc8caf81d72', 16, 0, 0, 0, 0, 0, 0, 1795166131750000, 'completed', NULL, 1795166100120000, 1795166104500000, NULL, 1795166131750000, 0, NULL, 0, NULL, NULL, NULL);
INSERT INTO recorder.snapshot VALUES (1, 9, 1, NULL, 1763629216000000, 1763629246000000, 2, 1763629246000000, '\x37f3bd1ed588a299fd8c927c70f7f869', 18, 4, 0, 0, 3, 0, 1, 1795166131750000, 'completed', NULL, 1795166100120000, 1795166104500000, NULL, 1795166131750000, 8000000, 'credits', 6000000, 'credits', NULL, 61029840381378);
INSERT INTO recorder.snapshot VALUES (1, 10, 1, NULL, 1763629217000000, 1763629247000000, 2, NULL, '\x9f490eb30f55b782ed1f23e8f782b0ed', 21, 2000, 1500, 10, 470, 15, 5, 1795166109000000, 'running', NULL, 1795166100120000, 1795166104500000, NULL, NULL, 4000000000, 'credits', NULL, NULL, NULL, NULL);
INSERT INTO recorder.snapshot VALUES (1, 11, 1, NULL, 1763629202000000, 1763629232000000, 2, 1763629232000000, '\xc4f5b6fb4f56c5b18cc1bdbe90fa85e3', 22, 4, 0, 0, 3, 0, 1, 1795166131750000, 'completed', NULL, 1795166100120000, 1795166104500000, NULL, 1795166131750000, 8000000, 'credits', 6000000, 'credits', NULL, NULL);
INSERT INTO recorder.snapshot VALUES (1, 12, 1, NULL, 1763629203000000, 1763629233000000, 2, 1763629233000000, '\x0534723a694290e2feba2122d20153aa', 25, 4, 1, 1, 2, 0, 0, 1795166160000000, 'failed', 'Provider quota exceeded (HTTP 429) for workspace 5521', 1795166100120000, 1795166104500000, NULL, NULL, 8000000, 'credits', NULL, NULL, NULL, NULL);
INSERT INTO recorder.snapshot VALUES (1, 13, 1, NULL, 1763629204000000, 1763629234000000, 2, 1763629234000000, '\x3f8f3c03e9c12135281df8b8ad19ce45', 27, 4, 0, 1, 2, 1, 0, 1795166109000000, 'cancelled', NULL, 1795166100120000, 1795166104500000, 1795166120000000, 1795166120000000, 8000000, 'credits', NULL, NULL, NULL, NULL);
INSERT INTO recorder.snapshot VALUES (1, 14, 1, NULL, 1763629205000000, 1763629235000000, 2, 1763629235000000, '\x25eb08313827e5a2cbf0188dddc369b7', 28, 4, 0, 0, 3, 0, 1, 1795166131750000, 'completed', NULL, 1795166100120000, 1795166104500000, NULL, 1795166131750000, 8000000, NULL, 6500000, NULL, NULL, NULL);
INSERT INTO recorder.snapshot VALUES (1, 15, 1, NULL, 1763629206000000, 1763629236000000, 2, 1763629236000000, '\x90edf1407dcbd0cbd4e806b677572f80', 29, 4, 0, 0, 3, 0, 1, 1795166131750000, 'completed', NULL, 1795166100120000, 1795166104500000, NULL, 1795166131750000, 8000000, NULL, 6500000, NULL, NULL, NULL);
INSERT INTO recorder.snapshot VALUES (1, 16, 1, NULL, 1763629207000000, 1763629237000000, 2, 1763629237000000, '\x478139d576e0b5c311d42e1555e1a424', 31, 4, 0, 0, 3, 0, 1, 1795166131750000, 'completed', NULL, 1795166100120000, 1795166104500000, NULL, 1795166131750000, NULL, NULL, 300000, 'USD', 'cost.preview', NULL);
INSERT INTO recorder.snapshot VALUES (1, 17, 1, NULL, 1763629208000000, 1763629238000000, 2, 1763629238000000, '\x6f21f0cf9b0e31849b089c4ed057db73', 32, 4, 0, 0, 3, 0, 1, 1795166131750000, 'completed', NULL, 1795166100120000, 1795166104500000, NULL, 1795166131750000, NULL, NULL, NULL, NULL, 'cost.preview,cost.actual', NULL);
INSERT INTO recorder.snapshot VALUES (1, 18, 1, NULL, 1763629209000000, 1763629239000000, 2, 1763629239000000, '\x491b9d5b7008bf9fd6bd09ae752edaeb', 36, 4, 0, 0, 3, 0, 1, 1795166131750000, 'completed', NULL, 1795166100120000, 1795166104500000, NULL, 1795166131750000, 8000000, 'credits', 6000000, 'credits', NULL, 133272842720927);
INSERT INTO recorder.snapshot VALUES (1, 20, 1, NULL, 1763629201000000, 1763629212000000, 2, NULL, '\xc652002d11b4dcb15d0b3d5afb55221b', 37, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'running', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.snapshot VALUES (1, 19, 1, NULL, 1763629200000000, 1763629205000000, 2, NULL, '\xbca2687baa9a326d817e7102ee1318a3', 38, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'pending', NULL, 1763629200000000, NULL, NULL, NULL, 10500000, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.snapshot VALUES (1, 19, 2, 1, 1763629220000000, 1763629225000000, 2, NULL, '\x9915d457e5acda4b234b6a4f25e69078', 39, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'running', NULL, 1763629200000000, 1763629210500000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.snapshot VALUES (1, 19, 3, 2, 1763629240000000, 1763629245000000, 2, 1763629245000000, '\xa2acd3a639a005023c9c4a8d1dfe53ab', 40, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'failed', 'no
luck [31m', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.snapshot VALUES (1, 19, 4, 3, 1763629260000000, 1763629265000000, 2, NULL, '\x9915d457e5acda4b234b6a4f25e69078', 39, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'running', NULL, 1763629200000000, 1763629210500000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.snapshot VALUES (1, 19, 5, 4, 1763629280000000, 1763629285000000, 2, 1763629285000000, '\x4030a9313199af63fd032bd73b8aeced', 42, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'cancelled', NULL, 1763629200000000, NULL, 1763629320000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.snapshot VALUES (1, 19, 6, 5, 1763629300000000, 1763629305000000, 2, 1763629305000000, '\x49ac14de6197aad3ca40b8d4153ceb97', 43, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'cancelled', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, 'credits', NULL, 167016009616220);
INSERT INTO recorder.snapshot VALUES (1, 24, 1, NULL, 1763629200000000, 1763629205000000, 2, NULL, '\x2d1d5cdb2765f4b7d5cc381a5a85cac3', 44, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'pending', NULL, 1763629200000000, NULL, NULL, NULL, 10500000, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.snapshot VALUES (1, 24, 2, 1, 1763629220000000, 1763629225000000, 2, NULL, '\x1e8c9ae23553c2ac5fb387395ec47bb3', 45, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'running', NULL, 1763629200000000, 1763629210500000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.snapshot VALUES (1, 24, 3, 2, 1763629240000000, 1763629245000000, 2, 1763629245000000, '\x73c616dbe740bc6a6b23da5ab4eadb39', 46, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'failed', 'no
luck [31m', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.snapshot VALUES (1, 24, 4, 3, 1763629260000000, 1763629265000000, 2, NULL, '\x1e8c9ae23553c2ac5fb387395ec47bb3', 45, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'running', NULL, 1763629200000000, 1763629210500000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.snapshot VALUES (1, 24, 5, 4, 1763629280000000, 1763629285000000, 2, 1763629285000000, '\x59e962ca6d394ca29a37f3a523bfd92a', 47, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'cancelled', NULL, 1763629200000000, NULL, 1763629320000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.snapshot VALUES (1, 24, 6, 5, 1763629300000000, 1763629305000000, 2, 1763629305000000, '\x93f7ed171c9b5ec117c9eb5ba234d1ef', 48, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'cancelled', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, 'credits', NULL, 167016009616220);
INSERT INTO recorder.snapshot VALUES (1, 25, 1, NULL, 1763629200000000, 1763629205000000, 2, NULL, '\x570f2aeda180d5ca0912c3dd6e8936df', 49, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'pending', NULL, 1763629200000000, NULL, NULL, NULL, 10500000, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.snapshot VALUES (1, 25, 2, 1, 1763629220000000, 1763629225000000, 2, NULL, '\xd4a9f99fbb1a34784487f47cd40a95e4', 50, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'running', NULL, 1763629200000000, 1763629210500000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.snapshot VALUES (1, 25, 3, 2, 1763629240000000, 1763629245000000, 2, 1763629245000000, '\x4e842acad2e68344135d60d9201fa34a', 51, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'failed', 'no
luck [31m', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.snapshot VALUES (1, 25, 4, 3, 1763629260000000, 1763629265000000, 2, NULL, '\xd4a9f99fbb1a34784487f47cd40a95e4', 50, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'running', NULL, 1763629200000000, 1763629210500000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.snapshot VALUES (1, 25, 5, 4, 1763629280000000, 1763629285000000, 2, 1763629285000000, '\xc643a5280981028611693fabe1d0747e', 52, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'cancelled', NULL, 1763629200000000, NULL, 1763629320000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.snapshot VALUES (1, 25, 6, 5, 1763629300000000, 1763629305000000, 2, 1763629305000000, '\xb8c347b265f1a5373b4e389a38eeb9b4', 53, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'cancelled', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, 'credits', NULL, 167016009616220);
INSERT INTO recorder.snapshot VALUES (1, 21, 1, NULL, 1763629200000000, 1763629205000000, 2, NULL, '\x5f9b16f150893d5146a9bf93483ab2bd', 54, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'pending', NULL, 1763629200000000, NULL, NULL, NULL, 10500000, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.snapshot VALUES (1, 21, 2, 1, 1763629220000000, 1763629225000000, 2, NULL, '\xe13200a0486426ee568f0b17f3230319', 55, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'running', NULL, 1763629200000000, 1763629210500000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.snapshot VALUES (1, 21, 3, 2, 1763629240000000, 1763629245000000, 2, 1763629245000000, '\xcd7349c4f551a119ddcae47eb3c87c3c', 56, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'failed', 'no
luck [31m', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.snapshot VALUES (1, 21, 4, 3, 1763629260000000, 1763629265000000, 2, NULL, '\xe13200a0486426ee568f0b17f3230319', 55, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'running', NULL, 1763629200000000, 1763629210500000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.snapshot VALUES (1, 21, 5, 4, 1763629280000000, 1763629285000000, 2, 1763629285000000, '\x1efb9dd354e5ea26a08ea3f4cdc0075f', 57, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'cancelled', NULL, 1763629200000000, NULL, 1763629320000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.snapshot VALUES (1, 21, 6, 5, 1763629300000000, 1763629305000000, 2, 1763629305000000, '\x295ea4c313b918b03629dfb2a1d5b537', 58, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'cancelled', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, 'credits', NULL, 167016009616220);
INSERT INTO recorder.snapshot VALUES (2, 1, 1, NULL, 1763629200000000, 1763629205000000, 2, NULL, '\xbca2687baa9a326d817e7102ee1318a3', 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'pending', NULL, 1763629200000000, NULL, NULL, NULL, 10500000, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.snapshot VALUES (2, 1, 2, 1, 1763629220000000, 1763629225000000, 2, NULL, '\x9915d457e5acda4b234b6a4f25e69078', 2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'running', NULL, 1763629200000000, 1763629210500000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.snapshot VALUES (2, 1, 3, 2, 1763629240000000, 1763629245000000, 2, 1763629245000000, '\xa2acd3a639a005023c9c4a8d1dfe53ab', 3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'failed', 'no
luck [31m', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.snapshot VALUES (2, 1, 4, 3, 1763629260000000, 1763629265000000, 2, NULL, '\x9915d457e5acda4b234b6a4f25e69078', 2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'running', NULL, 1763629200000000, 1763629210500000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.snapshot VALUES (2, 1, 5, 4, 1763629280000000, 1763629285000000, 2, 1763629285000000, '\x4030a9313199af63fd032bd73b8aeced', 5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'cancelled', NULL, 1763629200000000, NULL, 1763629320000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.snapshot VALUES (2, 1, 6, 5, 1763629300000000, 1763629305000000, 2, 1763629305000000, '\x49ac14de6197aad3ca40b8d4153ceb97', 6, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'cancelled', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, 'credits', NULL, 167016009616220);



INSERT INTO recorder.source VALUES (1, 'default', 'https://ledger.test', 1763629199000000, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 17);
INSERT INTO recorder.source VALUES (2, 'growth', 'https://ledger.test', 1763629199000000, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 29);



INSERT INTO recorder.usual_run VALUES (1, 'work_email', 11, 17267788, 33, 0);



INSERT INTO recorder.watch VALUES (1, 1, 'active', 1763629233000000, 1, 2, 1, 0, 1763629200000000, 1763629230000000, 1763629200000000, 1763629230000000, 1763629200000000, NULL, NULL, false, false, 2, NULL, NULL, '\x018342e2e2c2d9fae14b5bd59dec254a', 4, 4, 0, 0, 0, 0, 1795166100120000, NULL, NULL, NULL);
INSERT INTO recorder.watch VALUES (1, 2, 'active', 1763629234000000, 1, 2, 1, 0, 1763629201000000, 1763629231000000, 1763629201000000, 1763629231000000, 1763629201000000, NULL, NULL, false, false, 2, NULL, NULL, '\xf3ddcace5b55d429895d4855463815aa', 4, 1, 1, 2, 0, 0, 1795166109000000, 1785705045116667, 1804627177216667, NULL);
INSERT INTO recorder.watch VALUES (1, 3, 'active', 1763629243000000, 1, 2, 1, 0, 1763629210000000, 1763629240000000, 1763629210000000, 1763629240000000, 1763629210000000, NULL, NULL, false, false, 2, NULL, NULL, '\x19ec5df515d87ef355acf282dc1906a4', 4, 1, 1, 2, 0, 0, 1795166109000000, 1785705047816667, 1804627174516667, NULL);
INSERT INTO recorder.watch VALUES (1, 4, 'active', 1763629244000000, 1, 2, 1, 0, 1763629211000000, 1763629241000000, 1763629211000000, 1763629241000000, 1763629211000000, NULL, NULL, false, false, 2, NULL, NULL, '\x61bf0f1eb366adf8034bf6655ca4f4ba', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.watch VALUES (1, 5, 'settling', 1763629272000000, 3, 2, 1, 0, 1763629212000000, 1763629242000000, 1763629212000000, 1763629242000000, 1763629212000000, 1763629212000000, NULL, true, false, 2, NULL, NULL, '\x1387ad6217f0c1317e0b5416a8a70e19', 4, 0, 0, 3, 0, 1, 1795166131750000, NULL, NULL, NULL);
INSERT INTO recorder.watch VALUES (1, 6, 'settling', 1763629273000000, 3, 2, 1, 0, 1763629213000000, 1763629243000000, 1763629213000000, 1763629243000000, 1763629213000000, 1763629213000000, NULL, true, false, 2, NULL, NULL, '\x41f9fd78acd937193e0870c6c5823586', 4, 0, 0, 3, 0, 1, 1795166131750000, NULL, NULL, NULL);
INSERT INTO recorder.watch VALUES (1, 7, 'settling', 1763629274000000, 3, 2, 1, 0, 1763629214000000, 1763629244000000, 1763629214000000, 1763629244000000, 1763629214000000, 1763629214000000, NULL, true, false, 2, NULL, NULL, '\x644743ef126818691a51fd0708acac6e', 4, 0, 0, 3, 0, 1, 1795166131750000, NULL, NULL, NULL);
INSERT INTO recorder.watch VALUES (1, 8, 'settling', 1763629275000000, 3, 2, 1, 0, 1763629215000000, 1763629245000000, 1763629215000000, 1763629245000000, 1763629215000000, 1763629215000000, NULL, true, false, 2, NULL, NULL, '\x37da90113d450ecad8368724e5bcec2b', 0, 0, 0, 0, 0, 0, 1795166131750000, NULL, NULL, NULL);
INSERT INTO recorder.watch VALUES (1, 9, 'settling', 1763629276000000, 3, 2, 1, 0, 1763629216000000, 1763629246000000, 1763629216000000, 1763629246000000, 1763629216000000, 1763629216000000, NULL, true, false, 2, NULL, NULL, '\x83a4eba71a092be7c81a0813bc7b9f04', 4, 0, 0, 3, 0, 1, 1795166131750000, NULL, NULL, NULL);
INSERT INTO recorder.watch VALUES (1, 10, 'active', 1763629250000000, 1, 2, 1, 0, 1763629217000000, 1763629247000000, 1763629217000000, 1763629247000000, 1763629217000000, NULL, NULL, false, false, 2, NULL, NULL, '\xfe293670a0c88d0667e707e8b4a5a2fe', 2000, 1500, 10, 470, 15, 5, 1795166109000000, 1785705058088802, 1804627187593489, NULL);
INSERT INTO recorder.watch VALUES (1, 11, 'settling', 1763629262000000, 3, 2, 1, 0, 1763629202000000, 1763629232000000, 1763629202000000, 1763629232000000, 1763629202000000, 1763629202000000, NULL, true, false, 2, NULL, NULL, '\x6b38511e38958cf5e4429e893fe1728f', 4, 0, 0, 3, 0, 1, 1795166131750000, NULL, NULL, NULL);
INSERT INTO recorder.watch VALUES (1, 13, 'settling', 1763629264000000, 3, 2, 1, 0, 1763629204000000, 1763629234000000, 1763629204000000, 1763629234000000, 1763629204000000, 1763629204000000, NULL, false, false, 2, NULL, NULL, '\x2f9683a9a85c7707aaf7a2adf2ccf092', 4, 0, 1, 2, 1, 0, 1795166109000000, NULL, NULL, NULL);
INSERT INTO recorder.watch VALUES (1, 14, 'settling', 1763629265000000, 3, 2, 1, 0, 1763629205000000, 1763629235000000, 1763629205000000, 1763629235000000, 1763629205000000, 1763629205000000, NULL, true, false, 2, NULL, NULL, '\x4b46bfbd8f65d0de94638ba15f65b671', 4, 0, 0, 3, 0, 1, 1795166131750000, NULL, NULL, NULL);
INSERT INTO recorder.watch VALUES (1, 15, 'settling', 1763629266000000, 3, 2, 1, 0, 1763629206000000, 1763629236000000, 1763629206000000, 1763629236000000, 1763629206000000, 1763629206000000, NULL, true, false, 2, NULL, NULL, '\xc528aa14776ce814c5ba50a15a4cdc46', 4, 0, 0, 3, 0, 1, 1795166131750000, NULL, NULL, NULL);
INSERT INTO recorder.watch VALUES (1, 16, 'settling', 1763629267000000, 3, 2, 1, 0, 1763629207000000, 1763629237000000, 1763629207000000, 1763629237000000, 1763629207000000, 1763629207000000, NULL, true, false, 2, NULL, NULL, '\x8357687b091d22d89cc61bcba63fca51', 4, 0, 0, 3, 0, 1, 1795166131750000, NULL, NULL, NULL);
INSERT INTO recorder.watch VALUES (1, 17, 'settling', 1763629268000000, 3, 2, 1, 0, 1763629208000000, 1763629238000000, 1763629208000000, 1763629238000000, 1763629208000000, 1763629208000000, NULL, true, false, 2, NULL, NULL, '\xb9b6af46b1dca5054d5aac16fbd097c1', 4, 0, 0, 3, 0, 1, 1795166131750000, NULL, NULL, NULL);
INSERT INTO recorder.watch VALUES (1, 18, 'settling', 1763629269000000, 3, 2, 1, 0, 1763629209000000, 1763629239000000, 1763629209000000, 1763629239000000, 1763629209000000, 1763629209000000, NULL, true, false, 2, NULL, NULL, '\x8737657a3251f0206b48b89e990c3a94', 4, 0, 0, 3, 0, 1, 1795166131750000, NULL, NULL, NULL);
INSERT INTO recorder.watch VALUES (1, 20, 'active', 1763629215000000, 1, 12, 1, 0, 1763629201000000, 1763629212000000, 1763629201000000, 1763629212000000, 1763629201000000, NULL, NULL, false, false, 2, NULL, NULL, '\x7126fa43ef6b68f5fee940a1bdeaeec7', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.watch VALUES (1, 23, 'not_visible', 1763629204000000, 1, 1, 0, 1, 1763629201000000, 1763629201000000, NULL, NULL, NULL, NULL, NULL, false, false, 3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.watch VALUES (1, 19, 'settling', 1763629340000000, 3, 12, 6, 0, 1763629200000000, 1763629305000000, 1763629200000000, 1763629305000000, 1763629300000000, 1763629280000000, NULL, true, false, 2, NULL, NULL, '\x8d28d471eb90a3117d14bc3c0c7bbddb', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.watch VALUES (1, 25, 'settling', 1763629340000000, 3, 12, 6, 0, 1763629200000000, 1763629305000000, 1763629200000000, 1763629305000000, 1763629300000000, 1763629280000000, NULL, true, false, 2, NULL, NULL, '\x8ad71e1d5e60c0fc5e322089ffc9b975', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.watch VALUES (1, 21, 'settling', 1763629603000000, 3, 13, 6, 1, 1763629200000000, 1763629600000000, 1763629200000000, 1763629305000000, 1763629300000000, 1763629280000000, NULL, true, false, 7, NULL, NULL, '\xcafde0bbd81d8e5b2c40489b495bc9eb', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.watch VALUES (1, 12, 'untracked', NULL, 3, 2, 1, 0, 1763629203000000, 1763629233000000, 1763629203000000, 1763629233000000, 1763629203000000, 1763629203000000, NULL, false, false, 2, NULL, NULL, '\x7f8656fa1ed864bf35a71e9cb4a573e3', 4, 1, 1, 2, 0, 0, 1795166160000000, NULL, NULL, NULL);
INSERT INTO recorder.watch VALUES (1, 22, 'untracked', NULL, 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, false, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.watch VALUES (1, 24, 'active', 1763630100000000, 0, 12, 6, 0, 1763629200000000, 1763629305000000, 1763629200000000, 1763629305000000, 1763629300000000, 1763629280000000, 1763630100000000, true, false, 2, NULL, NULL, '\x9d04dae1b587944ace5805269b68a3d0', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.watch VALUES (2, 1, 'untracked', NULL, 3, 12, 6, 0, 1763629200000000, 1763629305000000, 1763629200000000, 1763629305000000, 1763629300000000, 1763629280000000, NULL, true, false, 2, NULL, NULL, '\x8d28d471eb90a3117d14bc3c0c7bbddb', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.watch VALUES (2, 2, 'untracked', NULL, 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, false, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO recorder.watch VALUES (2, 4096, 'untracked', NULL, 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, false, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);



SELECT pg_catalog.setval('recorder.event_event_id_seq', 1, false);



ALTER TABLE ONLY recorder.capture
    ADD CONSTRAINT pk_capture PRIMARY KEY (source_id, run_key);



ALTER TABLE ONLY recorder.deviation
    ADD CONSTRAINT pk_deviation PRIMARY KEY (source_id, shape_id, path);



ALTER TABLE ONLY recorder.event
    ADD CONSTRAINT pk_event PRIMARY KEY (event_id);



ALTER TABLE ONLY recorder.ids_file
    ADD CONSTRAINT pk_ids_file PRIMARY KEY (file_id);



ALTER TABLE ONLY recorder.item
    ADD CONSTRAINT pk_item PRIMARY KEY (source_id, run_key, item_id);



ALTER TABLE ONLY recorder.key_budget
    ADD CONSTRAINT pk_key_budget PRIMARY KEY (key_id);



ALTER TABLE ONLY recorder.key_slot
    ADD CONSTRAINT pk_key_slot PRIMARY KEY (key_id, slot);



ALTER TABLE ONLY recorder.label
    ADD CONSTRAINT pk_label PRIMARY KEY (source_id, run_key, key);



ALTER TABLE ONLY recorder.part
    ADD CONSTRAINT pk_part PRIMARY KEY (source_id, part_id);



ALTER TABLE ONLY recorder.poll
    ADD CONSTRAINT pk_poll PRIMARY KEY (source_id, run_key, polled_at);



ALTER TABLE ONLY recorder.poller
    ADD CONSTRAINT pk_poller PRIMARY KEY (holder);



ALTER TABLE ONLY recorder.rejected_body
    ADD CONSTRAINT pk_rejected_body PRIMARY KEY (source_id, run_key, polled_at);



ALTER TABLE ONLY recorder.run
    ADD CONSTRAINT pk_run PRIMARY KEY (source_id, run_key);



ALTER TABLE ONLY recorder.run_block
    ADD CONSTRAINT pk_run_block PRIMARY KEY (source_id, block, name);



ALTER TABLE ONLY recorder.run_month
    ADD CONSTRAINT pk_run_month PRIMARY KEY (source_id, month);



ALTER TABLE ONLY recorder.run_summary
    ADD CONSTRAINT pk_run_summary PRIMARY KEY (source_id, run_key);



ALTER TABLE ONLY recorder.sealed
    ADD CONSTRAINT pk_sealed PRIMARY KEY (source_id, block);



ALTER TABLE ONLY recorder.snapshot
    ADD CONSTRAINT pk_snapshot PRIMARY KEY (source_id, run_key, seq);



ALTER TABLE ONLY recorder.source
    ADD CONSTRAINT pk_source PRIMARY KEY (source_id);



ALTER TABLE ONLY recorder.usual_run
    ADD CONSTRAINT pk_usual_run PRIMARY KEY (source_id, slug);



ALTER TABLE ONLY recorder.watch
    ADD CONSTRAINT pk_watch PRIMARY KEY (source_id, run_key);



ALTER TABLE ONLY recorder.recorder_version
    ADD CONSTRAINT recorder_version_pkc PRIMARY KEY (version_num);



ALTER TABLE ONLY recorder.event
    ADD CONSTRAINT uq_event_source_id_run_key_kind_happened_at UNIQUE (source_id, run_key, kind, happened_at);



ALTER TABLE ONLY recorder.part
    ADD CONSTRAINT uq_part_source_id_digest UNIQUE (source_id, digest);



ALTER TABLE ONLY recorder.run
    ADD CONSTRAINT uq_run_source_id_run_id UNIQUE (source_id, run_id);



ALTER TABLE ONLY recorder.source
    ADD CONSTRAINT uq_source_name UNIQUE (name);



CREATE INDEX ix_run_month_source_id_run_key ON recorder.run USING btree (month, source_id, run_key);



CREATE INDEX ix_snapshot_first_seen_at ON recorder.snapshot USING btree (first_seen_at) WHERE (error_message IS NOT NULL);



CREATE INDEX ix_snapshot_part_id ON recorder.snapshot USING btree (part_id);



CREATE INDEX ix_snapshot_shape_id ON recorder.snapshot USING btree (shape_id) WHERE (shape_id IS NOT NULL);



CREATE INDEX ix_watch_ended_seen_at ON recorder.watch USING btree (ended_seen_at);



CREATE INDEX ix_watch_source_id_due_at ON recorder.watch USING btree (source_id, due_at);



ALTER TABLE ONLY recorder.capture
    ADD CONSTRAINT fk_capture_run FOREIGN KEY (source_id, run_key) REFERENCES recorder.run(source_id, run_key);



ALTER TABLE ONLY recorder.deviation
    ADD CONSTRAINT fk_deviation_source FOREIGN KEY (source_id) REFERENCES recorder.source(source_id);



ALTER TABLE ONLY recorder.event
    ADD CONSTRAINT fk_event_run FOREIGN KEY (source_id, run_key) REFERENCES recorder.run(source_id, run_key);



ALTER TABLE ONLY recorder.event
    ADD CONSTRAINT fk_event_source FOREIGN KEY (source_id) REFERENCES recorder.source(source_id);



ALTER TABLE ONLY recorder.item
    ADD CONSTRAINT fk_item_run FOREIGN KEY (source_id, run_key) REFERENCES recorder.run(source_id, run_key);



ALTER TABLE ONLY recorder.key_slot
    ADD CONSTRAINT fk_key_slot_key_budget FOREIGN KEY (key_id) REFERENCES recorder.key_budget(key_id);



ALTER TABLE ONLY recorder.label
    ADD CONSTRAINT fk_label_run FOREIGN KEY (source_id, run_key) REFERENCES recorder.run(source_id, run_key);



ALTER TABLE ONLY recorder.part
    ADD CONSTRAINT fk_part_source FOREIGN KEY (source_id) REFERENCES recorder.source(source_id);



ALTER TABLE ONLY recorder.poll
    ADD CONSTRAINT fk_poll_run FOREIGN KEY (source_id, run_key) REFERENCES recorder.run(source_id, run_key);



ALTER TABLE ONLY recorder.poll
    ADD CONSTRAINT fk_poll_snapshot FOREIGN KEY (source_id, run_key, snapshot_seq) REFERENCES recorder.snapshot(source_id, run_key, seq) DEFERRABLE INITIALLY DEFERRED;



ALTER TABLE ONLY recorder.rejected_body
    ADD CONSTRAINT fk_rejected_body_poll FOREIGN KEY (source_id, run_key, polled_at) REFERENCES recorder.poll(source_id, run_key, polled_at);



ALTER TABLE ONLY recorder.run_block
    ADD CONSTRAINT fk_run_block_sealed FOREIGN KEY (source_id, block) REFERENCES recorder.sealed(source_id, block);



ALTER TABLE ONLY recorder.run_month
    ADD CONSTRAINT fk_run_month_source FOREIGN KEY (source_id) REFERENCES recorder.source(source_id);



ALTER TABLE ONLY recorder.run
    ADD CONSTRAINT fk_run_source FOREIGN KEY (source_id) REFERENCES recorder.source(source_id);



ALTER TABLE ONLY recorder.run_summary
    ADD CONSTRAINT fk_run_summary_run FOREIGN KEY (source_id, run_key) REFERENCES recorder.run(source_id, run_key);



ALTER TABLE ONLY recorder.sealed
    ADD CONSTRAINT fk_sealed_source FOREIGN KEY (source_id) REFERENCES recorder.source(source_id);



ALTER TABLE ONLY recorder.snapshot
    ADD CONSTRAINT fk_snapshot_part FOREIGN KEY (source_id, part_id) REFERENCES recorder.part(source_id, part_id);



ALTER TABLE ONLY recorder.snapshot
    ADD CONSTRAINT fk_snapshot_run FOREIGN KEY (source_id, run_key) REFERENCES recorder.run(source_id, run_key);



ALTER TABLE ONLY recorder.snapshot
    ADD CONSTRAINT fk_snapshot_snapshot FOREIGN KEY (source_id, run_key, previous_seq) REFERENCES recorder.snapshot(source_id, run_key, seq) DEFERRABLE INITIALLY DEFERRED;



ALTER TABLE ONLY recorder.usual_run
    ADD CONSTRAINT fk_usual_run_source FOREIGN KEY (source_id) REFERENCES recorder.source(source_id);



ALTER TABLE ONLY recorder.watch
    ADD CONSTRAINT fk_watch_run FOREIGN KEY (source_id, run_key) REFERENCES recorder.run(source_id, run_key);




