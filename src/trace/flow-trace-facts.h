/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define FLOW_TYPE_TRACE_FACTS (flow_trace_facts_get_type ())

/**
 * FlowTraceFacts:
 * @trace_id: of which trace
 * @title: the name that the user gave it, empty for none
 * @note: what the user wrote about it, empty for none
 * @tags: (array zero-terminated=1): sorted by their bytes, each once
 * @pinned: whether it is at hand and stays
 * @updated_ns: when one of these changed last, since 1970
 *
 * What the user said about a trace. A trace that has any of them is not taken by retention. Immutable and
 * reference-counted, for any thread.
 */
typedef struct
{
  gatomicrefcount references;
  guint8 trace_id[16];
  char *title;
  char *note;
  char **tags;
  gboolean pinned;
  gint64 updated_ns;
} FlowTraceFacts;

GType flow_trace_facts_get_type (void) G_GNUC_CONST;
FlowTraceFacts *flow_trace_facts_new (const guint8 trace_id[16], const char *title, const char *note, char **tags,
                                      gboolean pinned, gint64 updated_ns);
FlowTraceFacts *flow_trace_facts_ref (FlowTraceFacts *self);
void flow_trace_facts_unref (FlowTraceFacts *self);
gboolean flow_trace_facts_is_empty (const FlowTraceFacts *self);
gboolean flow_trace_facts_has_tag (const FlowTraceFacts *self, const char *tag);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowTraceFacts, flow_trace_facts_unref)

G_END_DECLS
