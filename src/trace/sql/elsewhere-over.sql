SELECT number FROM trace WHERE flags & 4 ORDER BY number DESC LIMIT 64 OFFSET ?1;
