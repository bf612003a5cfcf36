SELECT trace_id FROM trace WHERE number = ?1;
