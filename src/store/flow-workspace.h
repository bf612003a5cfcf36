/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/** FLOW_WORKSPACES_MAX: so many are remembered; beyond it those that were not used for longest are forgotten. */
#define FLOW_WORKSPACES_MAX 512

/**
 * FlowWorkspace:
 * @id: a UUID
 * @folder: its folder's real path
 * @name: what people call it
 * @created_ns: when it was first seen, since 1970
 * @last_used_ns: when somebody last worked in it
 *
 * A record: a folder that people work in.
 */
typedef struct
{
  char *id;
  char *folder;
  char *name;
  gint64 created_ns;
  gint64 last_used_ns;
} FlowWorkspace;

FlowWorkspace *flow_workspace_new (const char *id, const char *folder, gint64 now_ns);
FlowWorkspace *flow_workspace_copy (const FlowWorkspace *self);
void flow_workspace_free (FlowWorkspace *self);
gboolean flow_workspace_write (const FlowWorkspace *self, sqlite3 *db, GError **error);
GPtrArray *flow_workspaces_read (sqlite3 *db, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowWorkspace, flow_workspace_free)

G_END_DECLS
