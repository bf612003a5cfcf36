DELETE FROM trace;
DELETE FROM trace_run;
DELETE FROM segment;
DELETE FROM segment_data;
DELETE FROM service;
DELETE FROM seen_body;
