-- SPDX-License-Identifier: GPL-3.0-or-later
UPDATE service SET name = ?2 WHERE id = ?1;
