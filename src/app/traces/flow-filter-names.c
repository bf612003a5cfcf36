/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-filter-names"

#include "app/traces/flow-filter-names.h"

#include "store/flow-debug-session.h"
#include "store/flow-workspace.h"

/* More than this one finds sooner by typing. */
#define MAX_NAMES 24

static void
name_free (gpointer data)
{
  FlowFilterName *name = data;

  g_free (name->label);
  g_free (name->value);
  g_free (name);
}

static void
add (GPtrArray *names, const char *label, const char *value)
{
  FlowFilterName *name;

  if (names->len >= MAX_NAMES)
    return;
  name = g_new (FlowFilterName, 1);
  *name = (FlowFilterName) { g_strdup (label), g_strdup (value) };
  g_ptr_array_add (names, name);
}

static int
by_spans (gconstpointer a, gconstpointer b)
{
  const FlowServiceInfo *left = *(FlowServiceInfo *const *) a, *right = *(FlowServiceInfo *const *) b;

  return left->spans > right->spans ? -1 : left->spans < right->spans;
}

static gboolean
read_services (FlowFilterNames *self, FlowTraceReader *reader, GError **error)
{
  g_autoptr (GPtrArray) services = flow_trace_reader_services (reader, error);

  if (services == NULL)
    return FALSE;
  g_ptr_array_sort (services, by_spans);
  for (guint i = 0; i < services->len; i++)
    {
      const FlowServiceInfo *service = g_ptr_array_index (services, i);

      add (self->services, service->name, service->name);
    }
  return TRUE;
}

/* Two folders may have one name. */
static gboolean
is_only (GPtrArray *workspaces, const char *name)
{
  guint n = 0;

  for (guint i = 0; i < workspaces->len; i++)
    n += g_str_equal (((FlowWorkspace *) workspaces->pdata[i])->name, name);
  return n == 1;
}

static gboolean
read_workspaces (FlowFilterNames *self, FlowTraceReader *reader, GError **error)
{
  g_autoptr (GPtrArray) workspaces = flow_workspaces_read (flow_trace_reader_get_connection (reader), error);

  if (workspaces == NULL)
    return FALSE;
  for (guint i = 0; i < workspaces->len; i++)
    {
      const FlowWorkspace *workspace = g_ptr_array_index (workspaces, i);
      const char *value = is_only (workspaces, workspace->name) ? workspace->name : workspace->folder;

      add (self->workspaces, value, value);
    }
  return TRUE;
}

static gboolean
read_sessions (FlowFilterNames *self, FlowTraceReader *reader, GError **error)
{
  g_autoptr (GPtrArray) sessions = flow_debug_sessions_read (flow_trace_reader_get_connection (reader), error);

  if (sessions == NULL)
    return FALSE;
  for (guint i = 0; i < sessions->len; i++)
    {
      const FlowDebugSession *session = g_ptr_array_index (sessions, i);

      add (self->sessions, *session->name != '\0' ? session->name : session->id, session->id);
    }
  return TRUE;
}

static gpointer
read_names (FlowTraceReader *reader, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr (FlowFilterNames) self = g_new (FlowFilterNames, 1);

  self->services = g_ptr_array_new_with_free_func (name_free);
  self->workspaces = g_ptr_array_new_with_free_func (name_free);
  self->sessions = g_ptr_array_new_with_free_func (name_free);
  if (!read_services (self, reader, error) || !read_workspaces (self, reader, error) ||
      !read_sessions (self, reader, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * flow_filter_names_load_async:
 * @queries: the readers
 * @cancellable: (nullable): stops it
 * @callback: called when it is done
 * @data: for @callback
 *
 * Find out what there is to filter by.
 */
void
flow_filter_names_load_async (FlowTraceQueries *queries, GCancellable *cancellable, GAsyncReadyCallback callback,
                              gpointer data)
{
  flow_trace_queries_run_async (queries, read_names, NULL, NULL, (GDestroyNotify) flow_filter_names_free, cancellable,
                                callback, data);
}

/**
 * flow_filter_names_load_finish:
 * @queries: the readers
 * @result: what the callback got
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the names, or %NULL with @error
 */
FlowFilterNames *
flow_filter_names_load_finish (FlowTraceQueries *queries, GAsyncResult *result, GError **error)
{
  return flow_trace_queries_run_finish (queries, result, error);
}

/**
 * flow_filter_names_free:
 * @self: (transfer full): names
 *
 * Free them.
 */
void
flow_filter_names_free (FlowFilterNames *self)
{
  g_ptr_array_unref (self->services);
  g_ptr_array_unref (self->workspaces);
  g_ptr_array_unref (self->sessions);
  g_free (self);
}
