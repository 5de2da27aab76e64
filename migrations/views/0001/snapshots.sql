-- snapshots: one row per distinct consecutive state of a run; A, B, A are three.
-- document is the answer as JSON. In it, {"$part": "..."} stands for a value that is stored once by content, and
-- {"$column": "leads_total"} for a value that stands in the column of that name; a NUL or a lone surrogate is U+FFFD,
-- a number beyond Postgres's numeric a string.
CREATE VIEW recorder.snapshots AS
SELECT
  s.name AS source,
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
  CASE WHEN coalesce(n.preview_micros, n.actual_micros) IS NOT NULL THEN coalesce(n.preview_unit, n.actual_unit, 'unstated') END AS cost_unit,
  recorder.instant(n.updated_at) AS updated_at,
  recorder.document(p.json) AS document,
  recorder.instant(n.started_at) AS started_at,
  recorder.instant(n.completed_at) AS completed_at,
  recorder.instant(n.cancelled_at) AS cancelled_at,
  n.error_message
FROM recorder.snapshot n
JOIN recorder.run r ON r.source_id = n.source_id AND r.run_key = n.run_key
JOIN recorder.source s ON s.source_id = n.source_id
JOIN recorder.part p ON p.source_id = n.source_id AND p.part_id = n.part_id
