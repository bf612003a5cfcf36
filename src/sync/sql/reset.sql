-- SPDX-License-Identifier: GPL-3.0-or-later
DELETE FROM sync_stream;
DELETE FROM sync_context;
DELETE FROM sync_op;
DELETE FROM sync_cell;
DELETE FROM sync_base;
DELETE FROM sync_vector;
DELETE FROM sync_number;
DELETE FROM sync_conflict;
DELETE FROM sync_conflict_side;
DELETE FROM sync_quarantine;
DELETE FROM sync_orphan;
DELETE FROM sync_run;
DELETE FROM sync_dirty;
DELETE FROM sync_meta WHERE name IN ('on', 'offset', 'recover', 'told', 'tidied') OR name LIKE 'snapshot:%';
