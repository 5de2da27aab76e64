-- lead_outcomes: one row per lead of a run whose items were captured to the end (`poll --items`).
-- Instants are by the ledger's clock; run_seconds is null where one is missing or the clock ran backwards.
CREATE VIEW recorder.lead_outcomes AS
SELECT
  s.name AS source,
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
  CASE WHEN i.completed_at >= i.started_at THEN recorder.seconds(i.completed_at - i.started_at) END AS run_seconds
FROM recorder.item i
JOIN recorder.capture c ON c.source_id = i.source_id AND c.run_key = i.run_key AND c.captured_at IS NOT NULL
JOIN recorder.run r ON r.source_id = i.source_id AND r.run_key = i.run_key
JOIN recorder.source s ON s.source_id = i.source_id
