SELECT trace_id FROM trace_fact WHERE trace_id > ?1 ORDER BY trace_id LIMIT ?2;
