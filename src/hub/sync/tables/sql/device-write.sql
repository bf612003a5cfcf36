INSERT INTO device (id, name, system, created)
VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, system = excluded.system, created = excluded.created
WHERE name <> excluded.name OR system <> excluded.system OR created <> excluded.created;
