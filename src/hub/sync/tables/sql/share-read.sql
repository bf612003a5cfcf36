SELECT coalesce (s.wish, 0), coalesce (s.spans, 0),
  EXISTS (SELECT 1 FROM trace_fact AS f WHERE f.trace_id = ?1 AND (f.title <> '' OR f.note <> '' OR f.pinned <> 0)) OR
  EXISTS (SELECT 1 FROM trace_tag AS t WHERE t.trace_id = ?1),
  (SELECT coalesce (sum (spans), 0) FROM trace_fetched WHERE trace_id = ?1)
FROM (SELECT 1) LEFT JOIN trace_share AS s ON s.trace_id = ?1;
