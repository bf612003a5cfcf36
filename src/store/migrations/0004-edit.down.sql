-- SPDX-License-Identifier: GPL-3.0-or-later
DROP TABLE edit_conflict;
DROP TABLE edit_snapshot;
DROP TABLE edit_entry;
DROP TABLE edit_session;
