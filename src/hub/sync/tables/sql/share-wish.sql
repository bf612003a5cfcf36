INSERT INTO trace_share (trace_id, wish, spans, pending) VALUES (?1, ?2, 0, 0)
ON CONFLICT (trace_id) DO UPDATE SET wish = excluded.wish, pending = 0, spans = iif (excluded.wish < 0, 0, spans);
