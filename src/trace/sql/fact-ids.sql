SELECT trace_id FROM trace_fact AS f
WHERE title <> '' OR note <> '' OR pinned <> 0 OR EXISTS (SELECT 1 FROM trace_tag AS t WHERE t.trace_id = f.trace_id);
