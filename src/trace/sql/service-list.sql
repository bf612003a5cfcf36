SELECT id, name FROM service ORDER BY id;
