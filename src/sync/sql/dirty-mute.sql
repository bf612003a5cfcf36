-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT OR IGNORE INTO sync_mute (reason) VALUES ('sync');
