-- labels: what `track --label KEY=VALUE` gave a run.
CREATE VIEW recorder.labels AS
SELECT s.name AS source, r.run_id, l.key, l.value
FROM recorder.label l
JOIN recorder.run r ON r.source_id = l.source_id AND r.run_key = l.run_key
JOIN recorder.source s ON s.source_id = l.source_id
