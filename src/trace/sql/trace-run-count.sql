SELECT count(*) FROM trace_run WHERE id <= ?1;
