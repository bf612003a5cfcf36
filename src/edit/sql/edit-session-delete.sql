-- SPDX-License-Identifier: GPL-3.0-or-later
DELETE FROM edit_session WHERE number = ?1;
