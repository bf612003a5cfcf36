DELETE FROM trace_fact WHERE trace_id = ?1;
