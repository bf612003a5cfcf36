-- SPDX-License-Identifier: GPL-3.0-or-later
UPDATE sync_stream SET seq = ?2, latest = ?3, chain = ?4 WHERE number = ?1
