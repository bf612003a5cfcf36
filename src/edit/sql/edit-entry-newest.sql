-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT max (number) FROM edit_entry WHERE number BETWEEN ?1 AND ?2;
