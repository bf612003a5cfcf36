-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT version, envelope FROM key_envelope WHERE user = ?1
