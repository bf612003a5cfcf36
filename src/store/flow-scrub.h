/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

gboolean flow_scrub (sqlite3 *db, guint64 *wiped, GError **error);

G_END_DECLS
