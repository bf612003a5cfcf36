DELETE FROM trace WHERE number = ?1;
