/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3_stmt, sqlite3_finalize)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3, sqlite3_close_v2)

/**
 * FlowSqlRecordFunc:
 * @row: a statement that stands on a row
 *
 * Makes a record of a row.
 *
 * Returns: (transfer full): the record
 */
typedef gpointer (*FlowSqlRecordFunc) (sqlite3_stmt *row);

gboolean flow_sql_prepare (sqlite3 *db, const char *name, sqlite3_stmt **out, GError **error);
gboolean flow_sql_prepare_text (sqlite3 *db, const char *text, sqlite3_stmt **out, GError **error);
gboolean flow_sql_exec (sqlite3 *db, const char *name, GError **error);
gboolean flow_sql_exec_text (sqlite3 *db, const char *text, GError **error);
gboolean flow_sql_exec_int64 (sqlite3 *db, const char *name, gint64 value, GError **error);
gboolean flow_sql_get_int64 (sqlite3 *db, const char *text, gint64 *out, GError **error);

gboolean flow_sql_step_done (sqlite3_stmt *statement, GError **error);
gboolean flow_sql_step_row (sqlite3_stmt *statement, gboolean *row, GError **error);

GPtrArray *flow_sql_read_records (sqlite3 *db, const char *name, FlowSqlRecordFunc from_row, GDestroyNotify free,
                                  GError **error);

gboolean flow_sql_error (sqlite3 *db, GError **error, const char *what);
gboolean flow_sql_error_code (int code, const char *message, GError **error, const char *what);

G_END_DECLS
