-- SPDX-License-Identifier: GPL-3.0-or-later
DELETE FROM dead_letter WHERE number = ?1;
