-- SPDX-License-Identifier: GPL-3.0-or-later
UPDATE sync_stream SET dropped = max (dropped, min (seq, ?2)) WHERE number = ?1
