INSERT OR IGNORE INTO trace_meta (key, value) VALUES ('hash-key', randomblob(16));
