/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _FlowChannelMemory FlowChannelMemory;

FlowChannelMemory *flow_channel_memory_new (const char *path);
void flow_channel_memory_free (FlowChannelMemory *self);
void flow_channel_memory_begin (FlowChannelMemory *self, const char *epoch, guint64 delivered);
gboolean flow_channel_memory_is_new (FlowChannelMemory *self, guint64 seq);
gboolean flow_channel_memory_handled (FlowChannelMemory *self, guint64 seq, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowChannelMemory, flow_channel_memory_free)

G_END_DECLS
