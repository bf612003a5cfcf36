SELECT trace_id, tag FROM trace_tag ORDER BY trace_id, tag;
