-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT new_stream, new_seq FROM sync_orphan WHERE stream = ?1 AND seq = ?2;
