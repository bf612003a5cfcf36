DELETE FROM workspace_elsewhere WHERE id = ?1;
