-- SPDX-License-Identifier: GPL-3.0-or-later
DELETE FROM sync_run WHERE number <= (SELECT max (number) FROM sync_run) - ?1;
