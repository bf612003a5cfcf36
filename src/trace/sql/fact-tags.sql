SELECT tag FROM trace_tag WHERE trace_id = ?1 ORDER BY tag;
