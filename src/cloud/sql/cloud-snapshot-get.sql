-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT scope, blob, bytes, vector FROM sync_snapshot WHERE user = ?1 AND scope = ?2
