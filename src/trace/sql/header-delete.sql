DELETE FROM trace_header WHERE trace_id = ?1;
