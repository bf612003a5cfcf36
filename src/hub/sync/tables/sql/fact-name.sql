SELECT iif (f.title <> '', f.title, coalesce (h.name, ''))
FROM trace_fact AS f LEFT JOIN trace_header AS h ON h.trace_id = f.trace_id
WHERE f.trace_id = ?1;
