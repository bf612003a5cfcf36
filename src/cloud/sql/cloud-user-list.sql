-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT number, id, name, password, disabled, created_ms FROM user ORDER BY name_key;
