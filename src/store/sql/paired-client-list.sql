SELECT id, name, kind, token_hash, created, last_used FROM client ORDER BY created, id;
