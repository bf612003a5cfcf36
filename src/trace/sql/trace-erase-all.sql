-- What is on other devices, and what was fetched from them, is theirs: only the copies go. What this device sent is
-- written down as fetched without spans, and goes everywhere.
DELETE FROM trace_fact WHERE trace_id NOT IN
  (SELECT trace_id FROM trace WHERE flags & 4 UNION SELECT trace_id FROM trace_fetched WHERE spans > 0);
DELETE FROM trace_tag WHERE trace_id NOT IN
  (SELECT trace_id FROM trace WHERE flags & 4 UNION SELECT trace_id FROM trace_fetched WHERE spans > 0);
DELETE FROM trace_header WHERE trace_id NOT IN
  (SELECT trace_id FROM trace WHERE flags & 4 UNION SELECT trace_id FROM trace_fetched WHERE spans > 0);
DELETE FROM trace_fetched;
DELETE FROM trace;
DELETE FROM trace_place;
DELETE FROM trace_run;
DELETE FROM segment;
DELETE FROM segment_data;
DELETE FROM service;
DELETE FROM seen_body;
INSERT OR REPLACE INTO trace_meta (key, value)
VALUES ('facts-revision', coalesce((SELECT value FROM trace_meta WHERE key = 'facts-revision'), 0) + 1);
