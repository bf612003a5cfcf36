-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT count(*) FROM sync_stream WHERE user = ?1
