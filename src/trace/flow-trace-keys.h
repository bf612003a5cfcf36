/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FlowTraceKey:
 * @value: what the list is sorted by
 * @number: the trace's number
 *
 * A trace's place in a list: greater values come first, and of equal ones the greater number.
 */
typedef struct
{
  gint64 value;
  guint64 number;
} FlowTraceKey;

/**
 * FlowTraceKeys:
 *
 * Traces in their order, 16 bytes each, in chunks: a trace is put in, taken out and found by place without moving a
 * million others. A plain value that one thread uses at a time.
 */
typedef struct _FlowTraceKeys FlowTraceKeys;

FlowTraceKeys *flow_trace_keys_new (void);
FlowTraceKeys *flow_trace_keys_new_sorted (const FlowTraceKey *keys, gsize count);
void flow_trace_keys_free (FlowTraceKeys *self);
guint flow_trace_keys_get_length (const FlowTraceKeys *self);
const FlowTraceKey *flow_trace_keys_get (FlowTraceKeys *self, guint position);
gboolean flow_trace_keys_find (FlowTraceKeys *self, const FlowTraceKey *key, guint *position);
guint flow_trace_keys_insert (FlowTraceKeys *self, const FlowTraceKey *key);
void flow_trace_keys_append (FlowTraceKeys *self, const FlowTraceKey *keys, gsize count);
void flow_trace_keys_remove (FlowTraceKeys *self, guint position);
guint flow_trace_keys_count_same (const FlowTraceKeys *self, const FlowTraceKeys *other, gboolean end, guint most);
GHashTable *flow_trace_keys_find_numbers (FlowTraceKeys *self, const guint64 *numbers, gsize count);
int flow_trace_key_compare (const FlowTraceKey *a, const FlowTraceKey *b);
void flow_trace_keys_sort (FlowTraceKey *keys, gsize count);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowTraceKeys, flow_trace_keys_free)

G_END_DECLS
