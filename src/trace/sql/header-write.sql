INSERT INTO trace_header (trace_id, device, workspace_id, session_id, name, services, status, started, completed,
  duration, spans, errors, source_file, source_line, metadata, parts)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
ON CONFLICT (trace_id) DO UPDATE SET
  device = excluded.device, workspace_id = excluded.workspace_id, session_id = excluded.session_id,
  name = excluded.name, services = excluded.services, status = excluded.status, started = excluded.started,
  completed = excluded.completed, duration = excluded.duration, spans = excluded.spans, errors = excluded.errors,
  source_file = excluded.source_file, source_line = excluded.source_line, metadata = excluded.metadata,
  parts = excluded.parts;
