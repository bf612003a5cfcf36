INSERT OR REPLACE INTO trace_fetched (trace_id, blob, spans) VALUES (?1, ?2, ?3);
