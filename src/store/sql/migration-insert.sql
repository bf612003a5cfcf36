-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO migration (number, name, checksum, applied_at) VALUES (?1, ?2, ?3, ?4);
