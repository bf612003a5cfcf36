SELECT trace_id, title, note, pinned, updated FROM trace_fact;
