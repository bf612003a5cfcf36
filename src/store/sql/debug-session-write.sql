INSERT OR REPLACE INTO debug_session (id, workspace_id, host_user, name, started, ended)
VALUES (?1, ?2, ?3, ?4, ?5, ?6);
