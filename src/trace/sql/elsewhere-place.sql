SELECT w.id
FROM workspace_elsewhere AS e JOIN workspace AS w ON w.name = e.name
WHERE e.id = ?1
ORDER BY w.last_used DESC
LIMIT 1;
