INSERT INTO workspace_elsewhere (id, device, name, created)
VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (id) DO UPDATE SET device = excluded.device, name = excluded.name, created = excluded.created;
