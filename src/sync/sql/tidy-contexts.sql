-- SPDX-License-Identifier: GPL-3.0-or-later
DELETE FROM sync_context
WHERE id NOT IN (SELECT context FROM sync_cell UNION SELECT context FROM sync_op UNION SELECT context FROM sync_stream);
