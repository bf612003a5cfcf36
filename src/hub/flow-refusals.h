/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-clock.h"
#include "message/flow-json-writer.h"

G_BEGIN_DECLS

/**
 * FlowRefusal:
 * @status: the HTTP status it was answered with
 * @reason: (nullable): a word for the counters
 * @method: (nullable): the request's method
 * @path: (nullable): the request's path
 * @message: (nullable): what was told to the sender
 * @agent: (nullable): what the sender calls itself
 * @peer: (nullable): who it was
 *
 * One request that was not taken.
 */
typedef struct
{
  guint status;
  const char *reason;
  const char *method;
  const char *path;
  const char *message;
  const char *agent;
  const char *peer;
} FlowRefusal;

typedef struct _FlowRefusals FlowRefusals;

FlowRefusals *flow_refusals_new (const FlowClock *clock);
void flow_refusals_free (FlowRefusals *self);
void flow_refusals_set_changed (FlowRefusals *self, void (*changed) (gpointer data), gpointer data);
void flow_refusals_add (FlowRefusals *self, const FlowRefusal *refusal);
guint64 flow_refusals_count (FlowRefusals *self, guint status, const char *reason);
guint64 flow_refusals_total (FlowRefusals *self);
void flow_refusals_write_by_status (FlowRefusals *self, FlowJsonWriter *writer);
void flow_refusals_write_counts (FlowRefusals *self, FlowJsonWriter *writer);
void flow_refusals_write_recent (FlowRefusals *self, FlowJsonWriter *writer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowRefusals, flow_refusals_free)

G_END_DECLS
