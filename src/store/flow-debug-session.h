/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/** FLOW_DEBUG_SESSIONS_MAX: so many are remembered; beyond it the oldest are forgotten. */
#define FLOW_DEBUG_SESSIONS_MAX 1000

/**
 * FlowDebugSession:
 * @id: as whoever began it calls it
 * @workspace: the id of its workspace, empty for none
 * @host_user: whose session it is, empty when nobody said
 * @name: what people call it, may be empty
 * @started_ns: when it began, since 1970
 * @ended_ns: when it ended, 0 while it goes on
 *
 * A record: a stretch of work on one thing, alone or with others, that traces can belong to.
 */
typedef struct
{
  char *id;
  char *workspace;
  char *host_user;
  char *name;
  gint64 started_ns;
  gint64 ended_ns;
} FlowDebugSession;

FlowDebugSession *flow_debug_session_new (const char *id, const char *workspace, const char *host_user,
                                          const char *name, gint64 now_ns);
FlowDebugSession *flow_debug_session_copy (const FlowDebugSession *self);
void flow_debug_session_free (FlowDebugSession *self);
gboolean flow_debug_session_write (const FlowDebugSession *self, sqlite3 *db, GError **error);
GPtrArray *flow_debug_sessions_read (sqlite3 *db, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowDebugSession, flow_debug_session_free)

G_END_DECLS
