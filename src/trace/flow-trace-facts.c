/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-facts"

#include "trace/flow-trace-facts.h"

#include <string.h>

G_DEFINE_BOXED_TYPE (FlowTraceFacts, flow_trace_facts, flow_trace_facts_ref, flow_trace_facts_unref)

/**
 * flow_trace_facts_new:
 * @trace_id: of which trace
 * @title: its title, empty for none
 * @note: its note, empty for none
 * @tags: (transfer full) (array zero-terminated=1): its tags, sorted
 * @pinned: whether it is pinned
 * @updated_ns: when that was said
 *
 * Returns: (transfer full): what was said about a trace
 */
FlowTraceFacts *
flow_trace_facts_new (const guint8 trace_id[16], const char *title, const char *note, char **tags, gboolean pinned,
                      gint64 updated_ns)
{
  FlowTraceFacts *self = g_new0 (FlowTraceFacts, 1);

  g_atomic_ref_count_init (&self->references);
  memcpy (self->trace_id, trace_id, sizeof self->trace_id);
  self->title = g_strdup (title);
  self->note = g_strdup (note);
  self->tags = tags;
  self->pinned = pinned;
  self->updated_ns = updated_ns;
  return self;
}

/**
 * flow_trace_facts_ref:
 * @self: what was said about a trace
 *
 * Returns: (transfer full): @self
 */
FlowTraceFacts *
flow_trace_facts_ref (FlowTraceFacts *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

/**
 * flow_trace_facts_unref:
 * @self: (transfer full): what was said about a trace
 *
 * Give up a reference.
 */
void
flow_trace_facts_unref (FlowTraceFacts *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_free (self->title);
  g_free (self->note);
  g_strfreev (self->tags);
  g_free (self);
}

/**
 * flow_trace_facts_is_empty:
 * @self: what was said about a trace
 *
 * Returns: %TRUE when that is nothing
 */
gboolean
flow_trace_facts_is_empty (const FlowTraceFacts *self)
{
  return self->title[0] == '\0' && self->note[0] == '\0' && self->tags[0] == NULL && !self->pinned;
}

/**
 * flow_trace_facts_has_tag:
 * @self: what was said about a trace
 * @tag: a tag
 *
 * Returns: %TRUE when the trace has it
 */
gboolean
flow_trace_facts_has_tag (const FlowTraceFacts *self, const char *tag)
{
  return g_strv_contains ((const char *const *) self->tags, tag);
}
