-- polls: one row per status request, by our clock; strictly increasing within a run.
-- snapshot_seq is the snapshot that a good answer showed, null for every other outcome.
CREATE VIEW recorder.polls AS
SELECT
  s.name AS source,
  r.run_id,
  recorder.instant(p.polled_at) AS polled_at,
  CASE p.outcome
    WHEN 1 THEN 'changed'
    WHEN 2 THEN 'unchanged'
    WHEN 3 THEN 'not_visible'
    WHEN 4 THEN 'refused'
    WHEN 5 THEN 'throttled'
    WHEN 6 THEN 'server_error'
    WHEN 7 THEN 'network_error'
    WHEN 8 THEN 'malformed'
    WHEN 9 THEN 'unexpected'
  END AS outcome,
  p.http_status,
  p.latency_ms,
  p.snapshot_seq,
  p.detail
FROM recorder.poll p
JOIN recorder.run r ON r.source_id = p.source_id AND r.run_key = p.run_key
JOIN recorder.source s ON s.source_id = p.source_id
