-- SPDX-License-Identifier: GPL-3.0-or-later
UPDATE device SET state = 1 WHERE state = 0 AND seen_ms < ?1
