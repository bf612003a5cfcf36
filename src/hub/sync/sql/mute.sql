-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO sync_mute (reason) VALUES ('roll-back') ON CONFLICT DO NOTHING;
