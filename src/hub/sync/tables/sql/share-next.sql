SELECT trace_id FROM trace_share WHERE pending ORDER BY trace_id;
