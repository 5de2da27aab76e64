-- events: one row per thing that happened to a run, or to a source's key (then run_id is null), each once.
-- event_id is in the order of commits: who has seen n has seen all below n. happened_at is our clock at the answer
-- that showed it, recorded_at when the row was written.
CREATE VIEW recorder.events AS
SELECT
  e.event_id,
  recorder.instant(e.recorded_at) AS recorded_at,
  recorder.instant(e.happened_at) AS happened_at,
  s.name AS source,
  r.run_id,
  e.kind,
  e.detail
FROM recorder.event e
JOIN recorder.source s ON s.source_id = e.source_id
LEFT JOIN recorder.run r ON r.source_id = e.source_id AND r.run_key = e.run_key
