/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

void flow_slow_query_watch (sqlite3 *db);
guint64 flow_slow_query_count (void);

G_END_DECLS
