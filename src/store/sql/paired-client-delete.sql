DELETE FROM client WHERE id = ?1;
