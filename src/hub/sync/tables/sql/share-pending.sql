INSERT INTO trace_share (trace_id, wish, spans, pending) VALUES (?1, 0, 0, 1)
ON CONFLICT (trace_id) DO UPDATE SET pending = 1;
