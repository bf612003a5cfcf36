-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT number, revision FROM edit_session WHERE id = ?1;
