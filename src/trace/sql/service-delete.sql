DELETE FROM service WHERE id = ?1;
