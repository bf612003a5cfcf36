SELECT workspace_id, session_id FROM trace_place WHERE number = ?1;
