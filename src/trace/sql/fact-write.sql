INSERT OR REPLACE INTO trace_fact (trace_id, title, note, pinned, updated) VALUES (?1, ?2, ?3, ?4, ?5);
