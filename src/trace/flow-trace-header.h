/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/** FLOW_TRACE_STATUS_RUNNING: the status of a trace whose root span has not come. */
#define FLOW_TRACE_STATUS_RUNNING "running"

/** FLOW_TRACE_STATUS_OK: the status of a trace that is complete and without errors. */
#define FLOW_TRACE_STATUS_OK "ok"

/** FLOW_TRACE_STATUS_ERROR: the status of a trace that is complete and has a span that failed. */
#define FLOW_TRACE_STATUS_ERROR "error"

/**
 * FlowTraceHeader:
 * @trace_id: of which trace
 * @device: the id of the device that wrote it first
 * @workspace: the id of its workspace, empty for none
 * @session: the id of its debug session, empty for none
 * @name: of its root span
 * @services: JSON: an array of the names of its services
 * @status: one of `running`, `ok` and `error`
 * @started_ns: when it began, since 1970
 * @completed_ns: when it ended, 0 while it runs
 * @duration_ns: how long it took
 * @spans: how many it has
 * @errors: how many of them failed
 * @source_file: where it is from, empty when that is not known
 * @source_line: the line there
 * @metadata: JSON: an object
 * @parts: JSON: an object that has, by the id of the device that sent them, where spans of it can be had
 *
 * A record: what all devices of an account know of a trace, also those that do not have its spans.
 */
typedef struct
{
  guint8 trace_id[16];
  char *device;
  char *workspace;
  char *session;
  char *name;
  char *services;
  char *status;
  gint64 started_ns;
  gint64 completed_ns;
  gint64 duration_ns;
  gint64 spans;
  gint64 errors;
  char *source_file;
  gint64 source_line;
  char *metadata;
  char *parts;
} FlowTraceHeader;

FlowTraceHeader *flow_trace_header_new (const guint8 trace_id[16]);
void flow_trace_header_free (FlowTraceHeader *self);
gboolean flow_trace_header_read (sqlite3 *db, const guint8 trace_id[16], FlowTraceHeader **header, GError **error);
gboolean flow_trace_header_write (const FlowTraceHeader *self, sqlite3 *db, GError **error);
gboolean flow_trace_header_delete (sqlite3 *db, const guint8 trace_id[16], GError **error);
gboolean flow_trace_header_equal (const FlowTraceHeader *self, const FlowTraceHeader *other);
GPtrArray *flow_trace_header_get_services (const FlowTraceHeader *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowTraceHeader, flow_trace_header_free)

G_END_DECLS
