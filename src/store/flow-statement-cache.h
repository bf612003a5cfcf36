/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/** FlowSqlStep: a statement of a cache, which is reset when it is not used any more. */
typedef sqlite3_stmt FlowSqlStep;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowSqlStep, sqlite3_reset)

/**
 * FlowStatementCache:
 *
 * Statements of one connection that are prepared once: to prepare one costs several times what it costs to run it. To
 * be cleared before the connection closes. Belongs to the connection's thread.
 */
typedef struct _FlowStatementCache FlowStatementCache;

FlowStatementCache *flow_statement_cache_new (void);
void flow_statement_cache_free (FlowStatementCache *self);
void flow_statement_cache_clear (FlowStatementCache *self);
gboolean flow_statement_cache_take (FlowStatementCache *self, sqlite3 *db, const char *name, FlowSqlStep **out,
                                    GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowStatementCache, flow_statement_cache_free)

G_END_DECLS
