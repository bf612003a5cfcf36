SELECT device, workspace_id, session_id, name, services, status, started, completed, duration, spans, errors,
  source_file, source_line, metadata, parts
FROM trace_header
WHERE trace_id = ?1;
