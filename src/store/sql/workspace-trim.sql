DELETE FROM workspace WHERE id IN (SELECT id FROM workspace ORDER BY last_used DESC, id LIMIT -1 OFFSET ?1);
