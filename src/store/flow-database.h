/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

#define FLOW_DATABASE_APPLICATION_ID 0x464C4F57
#define FLOW_DATABASE_PAGE_SIZE 16384

gboolean flow_database_inspect (const char *path, int newest, gboolean *exists, GError **error);
gboolean flow_database_verify (sqlite3 *db, const char *path, int newest, GError **error);
sqlite3 *flow_database_open_writer (const char *path, int newest, GError **error);
sqlite3 *flow_database_open_reader (const char *path, int newest, GError **error);
void flow_database_close_writer (sqlite3 *db);

G_END_DECLS
