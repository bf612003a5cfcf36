-- SPDX-License-Identifier: GPL-3.0-or-later
UPDATE sync_stream SET seq = ?2, hlc = ?3, chain = ?4, context = ?5 WHERE id = ?1;
