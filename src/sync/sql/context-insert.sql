-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO sync_context (vector) VALUES (?1);
