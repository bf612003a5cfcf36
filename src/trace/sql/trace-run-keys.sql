SELECT keys FROM trace_run WHERE id = ?1;
