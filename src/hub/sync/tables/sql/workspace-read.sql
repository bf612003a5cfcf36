SELECT name, created, ?2 FROM workspace WHERE id = ?1
UNION ALL
SELECT name, created, device FROM workspace_elsewhere WHERE id = ?1
LIMIT 1;
