/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-trace-overview.h"

#include "trace/flow-trace-reader-private.h"

/**
 * flow_trace_overview_free:
 * @self: (transfer full): an overview
 *
 * Forget it.
 */
void
flow_trace_overview_free (FlowTraceOverview *self)
{
  g_clear_pointer (&self->buckets, g_array_unref);
  g_hash_table_unref (self->names);
  g_free (self);
}

static gboolean
find_ends (FlowTraceOverview *self, FlowTraceReader *reader, GError **error)
{
  gboolean nested = !sqlite3_get_autocommit (reader->db);
  GArray *directory;

  if (!flow_trace_reader_begin (reader, error))
    return FALSE;
  directory = flow_trace_reader_directory (reader, FLOW_SIGNAL_TRACES, error);
  for (guint i = 0; directory != NULL && i < directory->len; i++)
    {
      const FlowSegmentEntry *entry = &g_array_index (directory, FlowSegmentEntry, i);

      self->first_ns = i == 0 ? entry->t0 : MIN (self->first_ns, entry->t0);
      /* What is after it can still be said. */
      self->last_ns = MIN (MAX (self->last_ns, MAX (entry->t0, entry->t1)), G_MAXINT64 - 1);
    }
  if (!nested)
    flow_trace_reader_end (reader);
  return directory != NULL;
}

static int
compare_buckets (gconstpointer a, gconstpointer b)
{
  const FlowLodBucket *left = a, *right = b;

  if (left->start_ns != right->start_ns)
    return left->start_ns < right->start_ns ? -1 : 1;
  return left->service < right->service ? -1 : left->service > right->service;
}

static void
add_up (FlowTraceOverview *self, FlowTraceReader *reader)
{
  g_array_sort (self->buckets, compare_buckets);
  for (guint i = 0; i < self->buckets->len; i++)
    {
      const FlowLodBucket *bucket = &g_array_index (self->buckets, FlowLodBucket, i);
      gpointer service = GUINT_TO_POINTER (bucket->service);

      self->spans += bucket->spans;
      self->errors += bucket->errors;
      if (!g_hash_table_contains (self->names, service))
        g_hash_table_insert (self->names, service, flow_trace_reader_service_name (reader, bucket->service));
    }
}

/**
 * flow_trace_reader_overview:
 * @self: a reader
 * @since_ns: start of the view, ns since 1970
 * @until_ns: its end; 0 with @since_ns 0: all that is stored
 * @pixels: buckets to cut it into, at least 1
 *
 * Ask how much happened when.
 *
 * Returns: (transfer full) (nullable): the answer; %NULL with @error
 */
FlowTraceOverview *
flow_trace_reader_overview (FlowTraceReader *self, gint64 since_ns, gint64 until_ns, guint pixels, GError **error)
{
  g_autoptr (FlowTraceOverview) overview = g_new0 (FlowTraceOverview, 1);

  overview->names = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  overview->pixels = MAX (pixels, 1);
  if (!find_ends (overview, self, error))
    return NULL;
  overview->since_ns = until_ns != 0 ? since_ns : overview->first_ns;
  overview->until_ns = until_ns != 0 ? until_ns : overview->last_ns + 1;
  overview->buckets = flow_trace_reader_lod (self, overview->since_ns, overview->until_ns, overview->pixels, error);
  if (overview->buckets == NULL)
    return NULL;
  add_up (overview, self);
  return g_steal_pointer (&overview);
}
