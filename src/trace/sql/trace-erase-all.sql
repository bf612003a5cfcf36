DELETE FROM trace;
DELETE FROM trace_place;
DELETE FROM trace_run;
DELETE FROM segment;
DELETE FROM segment_data;
DELETE FROM service;
DELETE FROM seen_body;
DELETE FROM trace_fact;
DELETE FROM trace_tag;
INSERT OR REPLACE INTO trace_meta (key, value)
VALUES ('facts-revision', coalesce((SELECT value FROM trace_meta WHERE key = 'facts-revision'), 0) + 1);
