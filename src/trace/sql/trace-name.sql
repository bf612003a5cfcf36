-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT open_text(name, 'trace', number) FROM trace WHERE number = ?1;
