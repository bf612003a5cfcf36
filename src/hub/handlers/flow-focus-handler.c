/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-handlers"

#include <string.h>

#include "base/flow-id.h"
#include "hub/handlers/flow-handlers-private.h"
#include "launch/flow-real-path.h"
#include "trace/flow-file-metrics.h"

/* Traces, and texts that are edited, that somebody wants to see in the app. */

/* A trace, or a line whose newest trace is meant. */
typedef struct
{
  guint8 trace_id[16];
  guint64 span_id;
  char *file; /* (nullable) */
  guint line;
  char **folders;
  FlowSettingsSnapshot *settings;
} Wanted;

static void
wanted_free (gpointer data)
{
  Wanted *wanted = data;

  g_free (wanted->file);
  g_strfreev (wanted->folders);
  flow_settings_snapshot_unref (wanted->settings);
  g_free (wanted);
}

static gboolean
find_line (FlowTraceReader *reader, Wanted *wanted, GCancellable *cancellable, GError **error)
{
  g_autoptr (FlowLocator) locator = flow_locator_new (wanted->settings->path_maps, wanted->settings->n_path_maps);
  g_autoptr (FlowFileMetrics) metrics = NULL;
  FlowPathType type;
  g_autofree char *real = flow_real_path (wanted->file, &type);

  for (char **folder = wanted->folders; *folder != NULL; folder++)
    flow_locator_add_folder (locator, *folder);
  metrics = flow_trace_reader_file_metrics (reader, real != NULL ? real : wanted->file, locator, NULL, cancellable,
                                            error);
  for (guint i = 0; metrics != NULL && i < metrics->lines->len; i++)
    {
      const FlowLineMetrics *line = &g_array_index (metrics->lines, FlowLineMetrics, i);

      if (line->line != wanted->line)
        continue;
      memcpy (wanted->trace_id, line->trace_id, sizeof wanted->trace_id);
      wanted->span_id = line->span_id;
      return TRUE;
    }
  if (metrics != NULL)
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND, "no trace ran line %u of %s", wanted->line, wanted->file);
  return FALSE;
}

static gboolean
has_span (const FlowTrace *trace, guint64 span_id)
{
  for (gsize i = 0; i < trace->n_spans; i++)
    if (trace->spans[i].span_id == span_id)
      return TRUE;
  return span_id == 0;
}

/* On a reader's thread: whether there is such a trace, and such a span in it. */
static gpointer
look (FlowTraceReader *reader, gpointer data, GCancellable *cancellable, GError **error)
{
  Wanted *wanted = data;
  g_autoptr (FlowTrace) trace = NULL;

  if (wanted->file != NULL)
    return find_line (reader, wanted, cancellable, error) ? wanted : NULL;
  trace = flow_trace_reader_load (reader, wanted->trace_id, error);
  if (trace == NULL)
    return NULL;
  /* Which spans a trace of another device has is known when it is opened. */
  if (trace->info->elsewhere || has_span (trace, wanted->span_id))
    return wanted;
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND, "the trace has no such span");
  return NULL;
}

static void
refuse_without_app (FlowHandlers *self, FlowMessage *message, const char *suggestion)
{
  flow_router_error_with_suggestion (self->router, message, FLOW_ERROR_NO_TARGET, "the app is not open", suggestion);
}

static void
looked (FlowHandlers *self, FlowMessage *message, gpointer answer, const GError *error, gpointer data)
{
  const Wanted *wanted = data;

  if (error != NULL)
    flow_handlers_fail (self, message, error);
  else if (self->funcs.focus (wanted->trace_id, wanted->span_id, self->data))
    flow_router_acked (self->router, message, "handled");
  else
    refuse_without_app (self, message, "Start FlowScope, then try again, or look at it with flowctl trace.");
}

static FlowRouterHandled
focus_edit (FlowHandlers *self, FlowMessage *message)
{
  const char *id = NULL;

  if (!flow_message_get_string (message, "editId", &id))
    flow_router_error (self->router, message, FLOW_ERROR_BAD_REQUEST, "“editId” must be a text");
  else if (self->funcs.focus_edit (id, self->data))
    flow_router_acked (self->router, message, "handled");
  else
    refuse_without_app (self, message, "Start FlowScope, then try again, or look at it with flowctl edit.");
  return FLOW_ROUTER_LATER;
}

static gboolean
read_ids (Wanted *wanted, FlowMessage *message)
{
  const char *trace = NULL, *span = NULL;

  if (!flow_message_get_string (message, "traceId", &trace) ||
      !flow_id_from_hex (trace, sizeof wanted->trace_id, wanted->trace_id))
    return FALSE;
  return !flow_message_get_string (message, "spanId", &span) ||
         flow_id_from_hex (span, sizeof wanted->span_id, (guint8 *) &wanted->span_id);
}

static gboolean
read_line (Wanted *wanted, FlowMessage *message)
{
  const char *file = NULL;
  gint64 line = 0;

  if (!flow_message_get_string (message, "file", &file) || !g_path_is_absolute (file) ||
      !flow_message_get_int (message, "line", &line) || line < 1 || line > G_MAXINT32)
    return FALSE;
  wanted->file = g_strdup (file);
  wanted->line = (guint) line;
  return TRUE;
}

static FlowRouterHandled
focus_trace (FlowRouter *router, FlowChannel *from, FlowMessage *message, gpointer data)
{
  FlowHandlers *self = data;
  Wanted *wanted;

  if (flow_message_has (message, "editId"))
    return focus_edit (self, message);
  wanted = g_new0 (Wanted, 1);
  wanted->settings = flow_settings_snapshot_ref (self->settings);
  wanted->folders = flow_workspaces_list_folders (self->workspaces);
  if (flow_message_has (message, "traceId") ? read_ids (wanted, message) : read_line (wanted, message))
    flow_handlers_query (self, message, look, wanted, wanted_free, NULL, looked);
  else
    {
      wanted_free (wanted);
      flow_router_error (router, message, FLOW_ERROR_BAD_REQUEST,
                         "“traceId” must be 32 hex digits, or “file” an absolute path with a “line”");
    }
  return FLOW_ROUTER_LATER;
}

/**
 * flow_focus_handler_register:
 * @self: the handlers
 *
 * Handle `focus_trace`.
 */
void
flow_focus_handler_register (FlowHandlers *self)
{
  flow_handlers_add (self, "focus_trace", focus_trace);
}
