-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT epoch FROM sync_epoch WHERE device = ?1 AND scope = ?2
