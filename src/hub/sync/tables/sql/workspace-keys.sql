SELECT CAST (id AS BLOB)
FROM (SELECT id FROM workspace UNION SELECT id FROM workspace_elsewhere)
WHERE id > CAST (?1 AS TEXT)
ORDER BY id
LIMIT ?2;
