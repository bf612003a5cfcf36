SELECT open_blob(name, 'service', id) FROM service WHERE id = ?1;
