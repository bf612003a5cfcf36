INSERT OR REPLACE INTO trace_meta (key, value)
VALUES ('facts-revision', coalesce((SELECT value FROM trace_meta WHERE key = 'facts-revision'), 0) + 1);
