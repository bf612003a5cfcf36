SELECT trace_id FROM trace_header ORDER BY started;
