-- SPDX-License-Identifier: GPL-3.0-or-later
UPDATE device SET state = ?2 WHERE number = ?1;
