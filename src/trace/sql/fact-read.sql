SELECT title, note, pinned, updated FROM trace_fact WHERE trace_id = ?1;
