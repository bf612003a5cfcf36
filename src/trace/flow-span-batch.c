/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-span-batch.h"

FlowSpanBatch *
flow_span_batch_ref (FlowSpanBatch *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
flow_span_batch_unref (FlowSpanBatch *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_clear_pointer (&self->strings, flow_dictionary_free);
  g_free (self->resources);
  g_free (self->spans);
  flow_buffer_clear (&self->extra);
  g_free (self->message);
  g_free (self);
}

/** flow_span_batch_bytes: about the memory that it holds, for the bounds of queues. */
gsize
flow_span_batch_bytes (const FlowSpanBatch *self)
{
  static const gsize row_bytes[] = { sizeof (FlowSpan), sizeof (FlowLog), sizeof (FlowPoint) };

  return sizeof *self + flow_dictionary_bytes (self->strings) + self->n_resources * sizeof (FlowBatchResource) +
         (gsize) self->n_rows * row_bytes[self->signal] + self->extra.capacity;
}
