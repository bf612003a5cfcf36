-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT 'note ' || id || ' is bad' FROM note WHERE text = 'bad';
