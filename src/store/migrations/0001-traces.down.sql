-- SPDX-License-Identifier: GPL-3.0-or-later
DROP TABLE seen_body;
DROP TABLE segment_data;
DROP TABLE segment;
DROP TABLE trace_run;
DROP TABLE trace;
DROP TABLE service;
DROP TABLE trace_meta;
