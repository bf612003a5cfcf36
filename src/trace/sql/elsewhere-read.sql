SELECT coalesce(d.name, ''), h.parts <> '{}'
FROM trace_header AS h LEFT JOIN device AS d ON d.id = h.device
WHERE h.trace_id = ?1;
