-- SPDX-License-Identifier: GPL-3.0-or-later
DELETE FROM letter WHERE time_ms < ?1
