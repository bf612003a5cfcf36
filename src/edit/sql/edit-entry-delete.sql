-- SPDX-License-Identifier: GPL-3.0-or-later
DELETE FROM edit_entry WHERE number BETWEEN ?1 AND ?2;
