SELECT number, trace_id FROM trace WHERE number > ?1 ORDER BY number;
