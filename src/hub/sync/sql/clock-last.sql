-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT ifnull (max (hlc), 0) FROM sync_stream;
