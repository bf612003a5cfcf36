/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-trace-filter-copy.h"

static const char *
keep_text (FlowTraceFilterCopy *self, const char *text)
{
  char *copy = g_strdup (text);

  if (copy != NULL)
    g_ptr_array_add (self->owned, copy);
  return copy;
}

/* An empty list is no list. */
static const char *const *
keep_list (FlowTraceFilterCopy *self, const char *const *list)
{
  guint count = list != NULL ? g_strv_length ((char **) list) : 0;
  const char **copy;

  if (count == 0)
    return NULL;
  copy = g_new0 (const char *, count + 1);
  for (guint i = 0; i < count; i++)
    copy[i] = keep_text (self, list[i]);
  g_ptr_array_add (self->owned, copy);
  return copy;
}

/**
 * flow_trace_filter_copy_new:
 * @filter: a filter
 *
 * Returns: (transfer full): a copy of it
 */
FlowTraceFilterCopy *
flow_trace_filter_copy_new (const FlowTraceFilter *filter)
{
  FlowTraceFilterCopy *self = g_new0 (FlowTraceFilterCopy, 1);

  g_atomic_ref_count_init (&self->references);
  self->owned = g_ptr_array_new_with_free_func (g_free);
  self->filter = *filter;
  self->filter.service = keep_text (self, filter->service);
  self->filter.services = keep_list (self, filter->services);
  self->filter.name = keep_text (self, filter->name);
  self->filter.words = keep_list (self, filter->words);
  self->filter.attributes = keep_list (self, filter->attributes);
  self->filter.tag = keep_text (self, filter->tag);
  self->filter.workspace = keep_text (self, filter->workspace);
  self->filter.session = keep_text (self, filter->session);
  return self;
}

/**
 * flow_trace_filter_copy_ref:
 * @self: a copy
 *
 * Returns: (transfer full): @self
 */
FlowTraceFilterCopy *
flow_trace_filter_copy_ref (FlowTraceFilterCopy *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

/**
 * flow_trace_filter_copy_unref:
 * @self: (transfer full): a copy
 *
 * Give it back.
 */
void
flow_trace_filter_copy_unref (FlowTraceFilterCopy *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_ptr_array_unref (self->owned);
  g_free (self);
}

static gboolean
same_lists (const char *const *a, const char *const *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  return g_strv_equal (a, b);
}

/**
 * flow_trace_filter_copy_equal:
 * @a: a copy
 * @b: a copy
 *
 * Returns: whether both ask for the same, in the same order
 */
gboolean
flow_trace_filter_copy_equal (const FlowTraceFilterCopy *a, const FlowTraceFilterCopy *b)
{
  const FlowTraceFilter *x = &a->filter, *y = &b->filter;

  return x->limit == y->limit && x->since_ns == y->since_ns && x->until_ns == y->until_ns &&
         g_strcmp0 (x->service, y->service) == 0 && same_lists (x->services, y->services) &&
         g_strcmp0 (x->name, y->name) == 0 && same_lists (x->words, y->words) &&
         same_lists (x->attributes, y->attributes) && x->min_duration_ns == y->min_duration_ns &&
         x->max_duration_ns == y->max_duration_ns && x->errors_only == y->errors_only && x->ok_only == y->ok_only &&
         x->has_location == y->has_location && x->has_logs == y->has_logs && x->sort == y->sort &&
         x->before_number == y->before_number && g_strcmp0 (x->tag, y->tag) == 0 && x->has_note == y->has_note &&
         x->has_tags == y->has_tags && x->pinned == y->pinned && g_strcmp0 (x->workspace, y->workspace) == 0 &&
         g_strcmp0 (x->session, y->session) == 0;
}

/**
 * flow_trace_filter_copy_is_all:
 * @self: a copy
 *
 * Returns: whether it asks for all traces in the order of their arrival, so that a trace that grows stays where it is
 */
gboolean
flow_trace_filter_copy_is_all (const FlowTraceFilterCopy *self)
{
  const FlowTraceFilter all = { .limit = self->filter.limit };
  g_autoptr (FlowTraceFilterCopy) other = flow_trace_filter_copy_new (&all);

  return flow_trace_filter_copy_equal (self, other);
}
