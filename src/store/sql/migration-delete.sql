-- SPDX-License-Identifier: GPL-3.0-or-later
DELETE FROM migration WHERE number = ?1;
