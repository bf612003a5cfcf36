SELECT t.number, t.trace_id, t.t0, t.t1, t.spans, t.logs, t.errors, t.flags, open_text(t.name, 'trace', t.number),
  t.services
FROM trace_place AS p CROSS JOIN trace AS t ON t.number = p.number
WHERE p.workspace_id = ?2 AND p.workspace_id <> '' AND p.number < ?1 AND t.spans > 0
ORDER BY p.number DESC;
