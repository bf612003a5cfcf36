SELECT id FROM (
  SELECT id, name, folder, last_used FROM workspace
  UNION ALL
  SELECT id, name, '', 0 FROM workspace_elsewhere
)
WHERE id = ?1 OR name = ?1 COLLATE NOCASE OR (folder = ?1 AND folder <> '')
ORDER BY id = ?1 DESC, folder = ?1 DESC, last_used DESC
LIMIT 1;
