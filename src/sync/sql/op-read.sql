-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT context, body, chain FROM sync_op WHERE stream = ?1 AND seq = ?2;
