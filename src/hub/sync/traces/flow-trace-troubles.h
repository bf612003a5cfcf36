/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "message/flow-json-writer.h"

G_BEGIN_DECLS

/** FLOW_TRACE_TROUBLES_AGAIN_S: after so long a trace that was set aside is sent once more. */
#define FLOW_TRACE_TROUBLES_AGAIN_S (G_GINT64_CONSTANT (6) * 3600)

/**
 * FlowTraceTroubles:
 *
 * Traces that could not be sent, how often, and why: those that failed least are tried first, so that none keeps the
 * others waiting, and one that the cloud refuses is set aside for a while. Forgotten when the hub stops. Belongs to one
 * thread.
 */
typedef struct _FlowTraceTroubles FlowTraceTroubles;

FlowTraceTroubles *flow_trace_troubles_new (void);
void flow_trace_troubles_free (FlowTraceTroubles *self);
void flow_trace_troubles_add (FlowTraceTroubles *self, const guint8 trace_id[16], const GError *error, gint64 now_us);
void flow_trace_troubles_remove (FlowTraceTroubles *self, const guint8 trace_id[16]);
void flow_trace_troubles_keep (FlowTraceTroubles *self, GHashTable *waiting);
GHashTable *flow_trace_troubles_copy_tries (FlowTraceTroubles *self, gint64 now_us);
void flow_trace_troubles_write (FlowTraceTroubles *self, FlowJsonWriter *writer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowTraceTroubles, flow_trace_troubles_free)

G_END_DECLS
