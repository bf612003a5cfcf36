-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT stream, seq FROM sync_cell;
