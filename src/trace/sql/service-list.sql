SELECT id, open_blob(name, 'service', id) FROM service ORDER BY id;
