-- transitions: one row per change of a run's status, the first from null.
-- ledger_at is when the ledger says that the status began (null where it does not say); the change was seen
-- between seen_before_at (the last look that saw the status before) and seen_at (the first that saw this one).
CREATE VIEW recorder.transitions AS
SELECT
  s.name AS source,
  r.run_id,
  b.status AS from_status,
  n.status AS to_status,
  recorder.instant(CASE n.status
    WHEN 'pending' THEN n.created_at
    WHEN 'running' THEN n.started_at
    WHEN 'completed' THEN n.completed_at
    WHEN 'failed' THEN n.completed_at
    WHEN 'cancelled' THEN coalesce(n.cancelled_at, n.completed_at)
  END) AS ledger_at,
  recorder.instant(b.last_seen_at) AS seen_before_at,
  recorder.instant(n.first_seen_at) AS seen_at
FROM recorder.snapshot n
JOIN recorder.run r ON r.source_id = n.source_id AND r.run_key = n.run_key
JOIN recorder.source s ON s.source_id = n.source_id
LEFT JOIN recorder.snapshot b ON b.source_id = n.source_id AND b.run_key = n.run_key AND b.seq = n.previous_seq
WHERE b.seq IS NULL OR n.status <> b.status OR (n.status IS NULL) <> (b.status IS NULL)
