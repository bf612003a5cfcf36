-- SPDX-License-Identifier: GPL-3.0-or-later
DELETE FROM sync_cell WHERE stream NOT IN (SELECT new_stream FROM sync_orphan);
DELETE FROM sync_op WHERE stream NOT IN (SELECT new_stream FROM sync_orphan);
DELETE FROM sync_base;
DELETE FROM sync_number;
DELETE FROM sync_vector;
