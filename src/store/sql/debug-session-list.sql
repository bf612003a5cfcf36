SELECT id, workspace_id, host_user, name, started, ended FROM debug_session ORDER BY started DESC, id;
