/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-span-location"

#include "trace/flow-span-location.h"

#include <glib/gi18n.h>

#include "base/flow-error.h"
#include "trace/flow-extra-lookup.h"
#include "trace/flow-trace-tree.h"
#include "launch/flow-stack-frame.h"

/**
 * flow_span_location_clear:
 * @self: a location
 *
 * Free what it holds.
 */
void
flow_span_location_clear (FlowSpanLocation *self)
{
  g_clear_pointer (&self->file, g_free);
  g_clear_pointer (&self->outside, g_free);
  g_clear_pointer (&self->missing, g_free);
}

static guint
find_column (const FlowExtra *extra)
{
  guint column = flow_extra_find_number (extra, "code.column.number");

  return column > 0 ? column : flow_extra_find_number (extra, "code.column");
}

/* What a span or log record says about itself. */
static gboolean
resolve (FlowLocator *locator, FlowString service, FlowString file, guint line, guint column,
         FlowSpanLocation *location, GError **error)
{
  g_autofree char *service_text = g_strndup (service.data, service.length);
  g_autofree char *file_text = g_strndup (file.data, file.length);
  GError *local = NULL;

  location->line = line;
  location->column = column;
  location->file = flow_locator_resolve (locator, service_text, file_text, &location->outside, &local);
  if (location->file != NULL)
    return TRUE;
  if (g_error_matches (local, FLOW_ERROR, FLOW_ERROR_NOT_FOUND))
    location->missing = g_steal_pointer (&file_text);
  g_propagate_error (error, local);
  return FALSE;
}

typedef struct
{
  FlowLocator *locator;
  FlowString service;
  FlowSpanLocation *location;
  FlowSpanLocation missed; /* of the innermost frame that was not found, or lies outside */
  GError *error;           /* why */
} FrameSearch;

static void
frame_search_clear (FrameSearch *search)
{
  flow_span_location_clear (&search->missed);
  g_clear_error (&search->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FrameSearch, frame_search_clear)

static void
miss_frame (FrameSearch *search, FlowSpanLocation *found, GError *error)
{
  if (search->error == NULL && (found->outside != NULL || found->missing != NULL))
    {
      search->missed = *found;
      *found = (FlowSpanLocation) { NULL };
      search->error = g_error_copy (error);
    }
  flow_span_location_clear (found);
}

/* The innermost frame that lies in a known folder. */
static void
search_stack (FrameSearch *search, FlowString stack, const char *origin)
{
  g_autoptr (GPtrArray) frames = flow_stack_frames_parse (stack.data, stack.length);

  for (guint i = 0; i < frames->len && search->location->file == NULL; i++)
    {
      const FlowStackFrame *frame = g_ptr_array_index (frames, i);
      FlowString file = { frame->file, strlen (frame->file) };
      FlowSpanLocation found = { .origin = origin };
      g_autoptr (GError) local = NULL;

      if (resolve (search->locator, search->service, file, frame->line, frame->column, &found, &local))
        *search->location = found;
      else
        miss_frame (search, &found, local);
    }
}

static void
search_event_cb (const FlowExtra *extra, const FlowExtraItem *item, const FlowAttribute *attributes, guint n_attributes,
                 gpointer data)
{
  for (guint i = 0; i < n_attributes; i++)
    if (attributes[i].type == FLOW_VALUE_STRING &&
        flow_extra_attribute_is (extra, &attributes[i], "exception.stacktrace"))
      search_stack (data, flow_extra_string (extra, attributes[i].value.string), "exception");
}

static void
search_attributes (FrameSearch *search, const FlowExtra *extra)
{
  FlowString stack = flow_extra_find_string (extra, "exception.stacktrace");

  if (stack.length == 0)
    stack = flow_extra_find_string (extra, "code.stacktrace");
  if (stack.length > 0)
    search_stack (search, stack, "exception");
}

static gboolean
search_logs (const FlowTrace *trace, FrameSearch *search, guint64 span_id, GError **error)
{
  for (gsize i = 0; i < trace->n_logs; i++)
    {
      const FlowTraceLog *record = &trace->logs[i];
      FlowExtra extra = flow_extra_of_log (record);

      if (record->span_id != span_id)
        continue;
      search_attributes (search, &extra);
      if (search->location->file != NULL)
        return TRUE;
      if (record->file.length == 0)
        continue;
      search->location->origin = "log";
      return resolve (search->locator, record->service, record->file, record->line, find_column (&extra),
                      search->location, error);
    }
  if (search->error != NULL)
    {
      *search->location = search->missed;
      search->missed = (FlowSpanLocation) { NULL };
      g_propagate_error (error, g_steal_pointer (&search->error));
      return FALSE;
    }
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND,
                       _ ("the span does not say where it comes from; set code.file.path and code.line.number on it"));
  return FALSE;
}

/**
 * flow_span_location_find:
 * @trace: a trace
 * @span: which of its spans
 * @locator: what may be opened
 * @location: (out caller-allocates): where it comes from; with %FLOW_ERROR_NOT_TRUSTED its `outside` may be set, with
 *   %FLOW_ERROR_NOT_FOUND its `missing`
 * @error: return location
 *
 * Find the source of a span: what the span says itself, else the innermost frame of its exception that lies in a
 * known folder, else what its log records say (traces.md 2). What the span says itself is final: when that file is
 * missing or may not be opened, nothing else is tried, as it would be another place. When no frame is found either and
 * no log record knows better, the innermost frame tells what is missing or outside.
 *
 * Returns: %FALSE with the errors of flow_locator_resolve()
 */
gboolean
flow_span_location_find (const FlowTrace *trace, gsize span, FlowLocator *locator, FlowSpanLocation *location,
                         GError **error)
{
  const FlowTraceSpan *row = &trace->spans[span];
  FlowExtra extra = flow_extra_of_span (row);
  g_auto (FrameSearch) search = { .locator = locator, .service = row->service, .location = location };

  *location = (FlowSpanLocation) { .origin = "span" };
  if (row->file.length > 0)
    return resolve (locator, row->service, row->file, row->line, find_column (&extra), location, error);
  flow_extra_walk_fields (&extra, FLOW_FIELD_EVENT, search_event_cb, &search);
  if (location->file == NULL)
    search_attributes (&search, &extra);
  return location->file != NULL || search_logs (trace, &search, row->span_id, error);
}

/**
 * flow_span_location_find_any:
 * @trace: a trace
 * @locator: what may be opened
 * @location: (out caller-allocates): as for flow_span_location_find()
 * @error: return location
 *
 * Find a place for a trace as a whole: that of its first span in the order of the tree that has one, but spans with
 * an error come first.
 *
 * Returns: %FALSE with the first span's error that is more than "says nothing"
 */
gboolean
flow_span_location_find_any (const FlowTrace *trace, FlowLocator *locator, FlowSpanLocation *location, GError **error)
{
  g_autoptr (GArray) rows = flow_trace_tree_build (trace);
  g_autoptr (GError) kept = NULL;
  g_auto (FlowSpanLocation) kept_location = { NULL };

  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < rows->len; i++)
      {
        guint span = g_array_index (rows, FlowTreeRow, i).span;
        gboolean failed = (trace->spans[span].flags & FLOW_SPAN_ERROR) != 0;
        gboolean says = trace->spans[span].file.length > 0;
        g_autoptr (GError) local = NULL;

        if (failed != (pass == 0))
          continue;
        if (flow_span_location_find (trace, span, locator, location, &local))
          return TRUE;
        if (says && kept == NULL)
          {
            kept = g_steal_pointer (&local);
            kept_location = *location;
          }
        else
          {
            flow_span_location_clear (location);
          }
      }

  *location = kept_location;
  kept_location = (FlowSpanLocation) { NULL };
  if (kept != NULL)
    g_propagate_error (error, g_steal_pointer (&kept));
  else
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND,
                         _ ("no span of this trace says where it comes from; set code.file.path and code.line.number "
                            "on your spans"));
  return FALSE;
}
