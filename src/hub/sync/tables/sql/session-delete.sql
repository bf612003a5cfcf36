DELETE FROM debug_session WHERE id = ?1;
