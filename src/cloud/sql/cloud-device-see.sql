-- SPDX-License-Identifier: GPL-3.0-or-later
UPDATE device SET seen_ms = max (seen_ms, ?2) WHERE number = ?1;
