/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "text/flow-text-operation.h"

G_BEGIN_DECLS

/**
 * FlowTextClient:
 *
 * The other end of a [type@FlowTextServer]: a text that is changed here at once, with at most one operation under way.
 * It is in one of three states: synchronized; waiting for the acknowledgement of what was sent; waiting, with more
 * changes that go out composed into one after that. Belongs to one thread.
 */
typedef struct _FlowTextClient FlowTextClient;

FlowTextClient *flow_text_client_new (FlowText *text, guint64 revision);
void flow_text_client_free (FlowTextClient *self);

FlowText *flow_text_client_get_text (FlowTextClient *self);
guint64 flow_text_client_get_revision (FlowTextClient *self);
gboolean flow_text_client_is_synchronized (FlowTextClient *self);

gboolean flow_text_client_change (FlowTextClient *self, FlowTextOperation *operation, GError **error);
FlowTextOperation *flow_text_client_next (FlowTextClient *self, guint64 *base, guint64 *op_number);
FlowTextOperation *flow_text_client_get_pending (FlowTextClient *self, guint64 *base, guint64 *op_number);
gboolean flow_text_client_receive (FlowTextClient *self, guint64 revision, FlowTextOperation *operation,
                                   FlowTextOperation **local, GError **error);
gboolean flow_text_client_acknowledge (FlowTextClient *self, guint64 revision, guint64 op_number, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowTextClient, flow_text_client_free)

G_END_DECLS
