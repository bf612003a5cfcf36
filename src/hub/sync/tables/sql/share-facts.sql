SELECT trace_id FROM trace_fact;
