-- SPDX-License-Identifier: GPL-3.0-or-later
DELETE FROM sync_number WHERE stream = ?1 AND seq = ?2;
