SELECT 1 FROM trace AS t
WHERE t.number = ?1 AND (
  (?2 AND t.errors > 0) OR
  EXISTS (SELECT 1 FROM trace_share AS s WHERE s.trace_id = t.trace_id AND s.wish > 0) OR
  EXISTS (SELECT 1 FROM trace_fact AS f WHERE f.trace_id = t.trace_id)
);
