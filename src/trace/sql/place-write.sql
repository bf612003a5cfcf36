INSERT INTO trace_place (number, workspace_id, session_id)
VALUES (?1, ?2, ?3)
ON CONFLICT (number) DO UPDATE SET
  workspace_id = iif(excluded.workspace_id <> '' AND (?4 OR workspace_id = ''), excluded.workspace_id, workspace_id),
  session_id = iif(excluded.session_id <> '' AND (?5 OR session_id = ''), excluded.session_id, session_id);
