-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT seq FROM sync_vector WHERE peer = ?1 AND stream = ?2;
