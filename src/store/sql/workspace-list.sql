SELECT id, folder, name, created, last_used FROM workspace ORDER BY last_used DESC, id;
