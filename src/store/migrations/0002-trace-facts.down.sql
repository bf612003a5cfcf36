-- SPDX-License-Identifier: GPL-3.0-or-later
DROP TABLE trace_tag;
DROP TABLE trace_fact;
DELETE FROM trace_meta WHERE key = 'facts-revision';
