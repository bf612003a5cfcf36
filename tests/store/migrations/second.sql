-- SPDX-License-Identifier: GPL-3.0-or-later
ALTER TABLE first ADD COLUMN size INTEGER NOT NULL DEFAULT 0;
CREATE INDEX first_size ON first (size);
