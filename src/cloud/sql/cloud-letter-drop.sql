-- SPDX-License-Identifier: GPL-3.0-or-later
DELETE FROM letter WHERE device = ?1 AND number <= ?2
