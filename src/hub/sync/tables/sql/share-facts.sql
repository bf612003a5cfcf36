SELECT trace_id FROM trace_fact
UNION
SELECT trace_id FROM trace_share WHERE wish > 0;
