INSERT OR IGNORE INTO trace_tag (trace_id, tag) VALUES (?1, ?2);
