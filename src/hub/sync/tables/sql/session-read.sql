SELECT workspace_id, host_user, name, started, ended FROM debug_session WHERE id = ?1;
