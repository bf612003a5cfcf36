UPDATE trace_share SET spans = ?2, pending = 0 WHERE trace_id = ?1;
