SELECT number, parts FROM trace WHERE number BETWEEN ?1 AND ?2 ORDER BY number;
