-- runs: one row per tracked run, its last known state.
-- Instants are UTC by the ledger's clock, except tracked_at, first_polled_at and last_polled_at (ours).
-- cost_preview and cost_actual are for reading; sums use the *_micros (millionths of cost_unit).
-- A duration is null where an end is missing or the ledger's clock ran backwards (quality says so), the run time
-- also where startedAt lies over a minute before createdAt;
-- the *_sharp durations are those that statistics use: null too where the end is known only roughly.
-- spend_part is the one part of spending that a run that was seen counts for, spend_micros (millionths of spend_unit)
-- what it counts: settled (the actual, final), provisional (the actual, not yet final), committed (in flight: the larger
-- of actual and preview where they share a unit, else the actual, else the preview), unconfirmed (ended or lost without
-- an actual: the preview), unpriced (neither can be read).
CREATE VIEW recorder.runs AS
SELECT
  s.name AS source,
  r.run_id,
  w.tracking,
  f.observation_class,
  f.status,
  CASE WHEN f.run_key IS NOT NULL THEN coalesce(f.status IN ('completed', 'failed', 'cancelled'), FALSE) END AS is_terminal,
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
  CASE WHEN f.started_at >= f.created_at THEN recorder.seconds(f.started_at - f.created_at) END AS queue_seconds,
  CASE WHEN f.ended_at >= f.started_at AND (f.created_at IS NULL OR f.started_at >= f.created_at - 60000000)
    THEN recorder.seconds(f.ended_at - f.started_at) END AS run_seconds,
  CASE WHEN f.ended_at >= f.created_at THEN recorder.seconds(f.ended_at - f.created_at) END AS wall_seconds,
  recorder.instant(r.tracked_at) AS tracked_at,
  recorder.instant(w.first_polled_at) AS first_polled_at,
  recorder.instant(w.last_polled_at) AS last_polled_at,
  w.n_polls,
  w.n_snapshots,
  coalesce(f.n_reopened, 0) AS n_reopened,
  nullif(ltrim(coalesce(',' || f.quality, '') || CASE WHEN c.differs THEN ',items_mismatch' ELSE '' END
    || CASE WHEN w.is_pruned THEN ',pruned' ELSE '' END, ','), '') AS quality,
  CASE WHEN f.ended_at >= f.started_at AND (f.created_at IS NULL OR f.started_at >= f.created_at - 60000000)
    AND (f.ended_after IS NULL OR f.ended_at - f.ended_after < 10000000 OR 10 * (f.ended_at - f.ended_after) < f.ended_at - f.started_at)
    THEN recorder.seconds(f.ended_at - f.started_at) END AS run_seconds_sharp,
  CASE WHEN f.ended_at >= f.created_at
    AND (f.ended_after IS NULL OR f.ended_at - f.ended_after < 10000000 OR 10 * (f.ended_at - f.ended_after) < f.ended_at - f.created_at)
    THEN recorder.seconds(f.ended_at - f.created_at) END AS wall_seconds_sharp,
  CASE
    WHEN f.run_key IS NULL THEN NULL
    WHEN f.cost_actual_micros IS NULL AND f.cost_preview_micros IS NULL THEN 'unpriced'
    WHEN coalesce(f.status NOT IN ('completed', 'failed', 'cancelled'), TRUE)
      AND w.tracking NOT IN ('not_visible', 'abandoned', 'untracked') THEN 'committed'
    WHEN f.cost_actual_micros IS NULL THEN 'unconfirmed'
    WHEN w.is_quiet THEN 'settled'
    ELSE 'provisional'
  END AS spend_part,
  CASE
    WHEN coalesce(f.status NOT IN ('completed', 'failed', 'cancelled'), TRUE)
      AND w.tracking NOT IN ('not_visible', 'abandoned', 'untracked')
      AND f.cost_preview_micros > f.cost_actual_micros AND coalesce(f.actual_unit, f.cost_unit) = f.cost_unit
      THEN f.cost_preview_micros
    ELSE coalesce(f.cost_actual_micros, f.cost_preview_micros)
  END AS spend_micros,
  CASE WHEN f.cost_actual_micros IS NOT NULL THEN coalesce(f.actual_unit, f.cost_unit) ELSE f.cost_unit END AS spend_unit
FROM recorder.run r
JOIN recorder.source s ON s.source_id = r.source_id
JOIN recorder.watch w ON w.source_id = r.source_id AND w.run_key = r.run_key
LEFT JOIN recorder.run_summary f ON f.source_id = r.source_id AND f.run_key = r.run_key
LEFT JOIN recorder.capture c ON c.source_id = r.source_id AND c.run_key = r.run_key
