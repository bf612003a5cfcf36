/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "text/flow-text-operation.h"

G_BEGIN_DECLS

/**
 * FlowTextServer:
 *
 * The one text that all sides of a session agree on, and its revisions. A side sends an operation against the revision
 * that it knows; the server transforms it past each later one, applies it, and gives it the next revision. At the same
 * spot the insert that came first stands left. Belongs to one thread.
 */
typedef struct _FlowTextServer FlowTextServer;

FlowTextServer *flow_text_server_new (FlowText *text, guint64 revision, gsize max_size);
void flow_text_server_free (FlowTextServer *self);

FlowText *flow_text_server_get_text (FlowTextServer *self);
guint64 flow_text_server_get_revision (FlowTextServer *self);
guint64 flow_text_server_get_oldest (FlowTextServer *self);
gsize flow_text_server_get_memory (FlowTextServer *self);

gboolean flow_text_server_submit (FlowTextServer *self, guint64 base, FlowTextOperation *operation, const char *client,
                                  const char *op_id, FlowTextOperation **at_head, guint64 *revision, GError **error);
guint64 flow_text_server_find (FlowTextServer *self, const char *client, const char *op_id);
FlowTextOperation *flow_text_server_get_operation (FlowTextServer *self, guint64 revision);
const char *flow_text_server_get_client (FlowTextServer *self, guint64 revision, const char **op_id);
FlowText *flow_text_server_text_at (FlowTextServer *self, guint64 revision);
FlowTextOperation *flow_text_server_since (FlowTextServer *self, guint64 revision);
gsize flow_text_server_transform_index (FlowTextServer *self, guint64 revision, gsize index);
void flow_text_server_trim (FlowTextServer *self, guint64 oldest);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowTextServer, flow_text_server_free)

G_END_DECLS
