-- SPDX-License-Identifier: GPL-3.0-or-later
DROP INDEX first_size;
ALTER TABLE first DROP COLUMN size;
