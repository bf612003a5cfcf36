DELETE FROM trace_tag WHERE trace_id = ?1;
