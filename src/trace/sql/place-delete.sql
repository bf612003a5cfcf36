DELETE FROM trace_place WHERE number = ?1;
