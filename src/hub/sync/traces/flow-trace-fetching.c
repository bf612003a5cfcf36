/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-sharing"

#include <glib/gi18n-lib.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "hub/sync/traces/flow-trace-parts.h"
#include "hub/sync/traces/flow-trace-sharing-private.h"
#include "store/flow-statement.h"

/* Fetching: what other devices sent of a trace is got from the cloud one blob after the other, opened on a reader's
 * thread, and stored as if it had been sent to this device. */

typedef struct
{
  FlowTraceSharing *sharing;
  guint8 trace_id[FLOW_SHARING_ID_SIZE];
  FlowTraceSharingDone done;
  gpointer data;
  GArray *parts; /* FlowTracePart that are still to come */
  guint64 spans; /* that have come */

  /* the part at hand */
  FlowTracePart part;
  GBytes *sealed;
  GPtrArray *batches; /* FlowSpanBatch */
  guint64 stored;
  GError *error;
  FlowCall call;
} Fetch;

static void
fetch_end (Fetch *fetch, const GError *error)
{
  fetch->done (fetch->spans, error, fetch->data);
  g_clear_pointer (&fetch->parts, g_array_unref);
  g_clear_pointer (&fetch->sealed, g_bytes_unref);
  g_clear_pointer (&fetch->batches, g_ptr_array_unref);
  g_clear_error (&fetch->error);
  g_free (fetch);
}

static gboolean
has_part (sqlite3 *db, const guint8 *trace_id, const FlowTracePart *part, gboolean *has, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  char blob[2 * FLOW_TRACE_BLOB_ID_SIZE + 1];

  flow_id_to_hex (part->blob, sizeof part->blob, blob);
  if (!flow_sql_prepare (db, "records/fetched-has", &stmt, error))
    return FALSE;
  sqlite3_bind_blob (stmt, 1, trace_id, FLOW_SHARING_ID_SIZE, SQLITE_STATIC);
  sqlite3_bind_text (stmt, 2, blob, -1, SQLITE_STATIC);
  return flow_sql_step_row (stmt, has, error);
}

/* What was fetched before and is here no more is fetched again. */
static GArray *
keep_missing (sqlite3 *db, const guint8 *trace_id, GArray *parts, gboolean elsewhere, GError **error)
{
  g_autoptr (GArray) missing = g_array_new (FALSE, FALSE, sizeof (FlowTracePart));

  for (guint i = 0; i < parts->len; i++)
    {
      const FlowTracePart *part = &g_array_index (parts, FlowTracePart, i);
      gboolean has = FALSE;

      if (!elsewhere && !has_part (db, trace_id, part, &has, error))
        return NULL;
      if (!has)
        g_array_append_vals (missing, part, 1);
    }
  return g_steal_pointer (&missing);
}

static void
fail_nowhere (FlowTraceReader *reader, const FlowTraceHeader *header, GError **error)
{
  g_autoptr (FlowTrace) trace = header != NULL ? flow_trace_reader_load (reader, header->trace_id, NULL) : NULL;

  if (header == NULL)
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND, _ ("No device of the account has such a trace"));
  else if (trace != NULL && trace->info->device != NULL)
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND,
                 _ ("The spans of this trace were not shared; do it on %s with “flowctl share”"), trace->info->device);
  else
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND,
                         _ ("The spans of this trace were not shared; do it on the device that has them, with “flowctl "
                            "share”"));
}

/* On a reader's thread: which parts of a trace are to be fetched. */
static gpointer
find_parts (FlowTraceReader *reader, gpointer data, GCancellable *cancellable, GError **error)
{
  const guint8 *trace_id = ((Fetch *) data)->trace_id;
  sqlite3 *db = flow_trace_reader_get_connection (reader);
  g_autoptr (FlowTraceHeader) header = NULL;
  g_autoptr (FlowTrace) trace = flow_trace_reader_load (reader, trace_id, NULL);
  g_autoptr (GArray) parts = NULL;
  gboolean elsewhere = trace == NULL || trace->info->elsewhere;

  if (!flow_trace_header_read (db, trace_id, &header, error))
    return NULL;
  parts = header != NULL ? flow_trace_parts_list (header, NULL) : NULL;
  if (elsewhere && (parts == NULL || parts->len == 0))
    {
      fail_nowhere (reader, header, error);
      return NULL;
    }
  if (parts == NULL)
    return g_array_new (FALSE, FALSE, sizeof (FlowTracePart));
  return keep_missing (db, trace_id, parts, elsewhere, error);
}

static void fetch_next (Fetch *fetch);

static gboolean
fetched_run (const FlowTraceOffer *offer, sqlite3 *db, gpointer data, GError **error)
{
  Fetch *fetch = data;
  g_autoptr (sqlite3_stmt) stmt = NULL;
  char blob[2 * FLOW_TRACE_BLOB_ID_SIZE + 1];

  flow_id_to_hex (fetch->part.blob, sizeof fetch->part.blob, blob);
  if (!flow_sql_prepare (db, "records/fetched-write", &stmt, error))
    return FALSE;
  sqlite3_bind_blob (stmt, 1, fetch->trace_id, sizeof fetch->trace_id, SQLITE_STATIC);
  sqlite3_bind_text (stmt, 2, blob, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (stmt, 3, (sqlite3_int64) fetch->stored);
  return flow_sql_step_done (stmt, error);
}

static void
fetched (FlowTraceSharing *self, gpointer data, const GError *error)
{
  Fetch *fetch = data;

  if (error != NULL)
    {
      fetch_end (fetch, error);
      return;
    }
  fetch->spans += fetch->stored;
  fetch_next (fetch);
}

static void store_next (Fetch *fetch);

static void
stored_call (FlowCall *call)
{
  Fetch *fetch = (Fetch *) (gpointer) ((guint8 *) call - G_STRUCT_OFFSET (Fetch, call));

  fetch->sharing->under_way--;
  if (fetch->error != NULL)
    fetch_end (fetch, fetch->error);
  else
    store_next (fetch);
}

/* On the writer thread. */
static void
stored (const FlowIngestResult *result, const GError *error, gpointer data)
{
  Fetch *fetch = data;

  if (error != NULL)
    fetch->error = g_error_copy (error);
  else
    fetch->stored += result->stored;
  flow_call_queue_push (fetch->sharing->setup.calls, &fetch->call);
}

/* The spans, then the logs, then that they have come. */
static void
store_next (Fetch *fetch)
{
  FlowTraceSharing *self = fetch->sharing;
  g_autoptr (FlowSpanBatch) batch = NULL;
  g_autoptr (GError) error = NULL;

  if (fetch->batches->len == 0)
    {
      flow_sharing_run (self, fetched_run, fetched, fetch);
      return;
    }
  batch = g_ptr_array_steal_index (fetch->batches, 0);
  fetch->call.run = stored_call;
  self->under_way++;
  if (flow_trace_store_ingest (self->setup.traces, batch, NULL, stored, fetch, NULL, &error))
    return;
  self->under_way--;
  fetch_end (fetch, error);
}

/* On a reader's thread. */
static gpointer
open_blob (FlowTraceReader *reader, gpointer data, GCancellable *cancellable, GError **error)
{
  Fetch *fetch = data;

  return flow_trace_unpack (fetch->sealed, &fetch->part, fetch->trace_id, error);
}

static void
opened (GObject *source, GAsyncResult *result, gpointer data)
{
  Fetch *fetch = data;
  g_autoptr (GError) error = NULL;

  fetch->sharing->under_way--;
  g_clear_pointer (&fetch->batches, g_ptr_array_unref);
  fetch->batches = flow_trace_queries_run_finish (FLOW_TRACE_QUERIES (source), result, &error);
  if (fetch->batches == NULL)
    fetch_end (fetch, error);
  else
    store_next (fetch);
}

static void
got (GBytes *blob, const GError *error, gpointer data)
{
  Fetch *fetch = data;

  fetch->sharing->under_way--;
  if (error != NULL)
    {
      fetch_end (fetch, error);
      return;
    }
  g_clear_pointer (&fetch->sealed, g_bytes_unref);
  fetch->sealed = g_bytes_ref (blob);
  fetch->stored = 0;
  flow_sharing_ask (fetch->sharing, open_blob, fetch, NULL, (GDestroyNotify) g_ptr_array_unref, opened, fetch);
}

static void
fetch_next (Fetch *fetch)
{
  FlowTraceSharing *self = fetch->sharing;

  if (fetch->parts->len == 0)
    {
      fetch_end (fetch, NULL);
      return;
    }
  fetch->part = g_array_index (fetch->parts, FlowTracePart, 0);
  g_array_remove_index (fetch->parts, 0);
  self->under_way++;
  self->setup.funcs->get (self->setup.blobs, fetch->part.blob, got, fetch);
}

static void
parts_found (GObject *source, GAsyncResult *result, gpointer data)
{
  Fetch *fetch = data;
  g_autoptr (GError) error = NULL;

  fetch->sharing->under_way--;
  fetch->parts = flow_trace_queries_run_finish (FLOW_TRACE_QUERIES (source), result, &error);
  if (fetch->parts == NULL)
    fetch_end (fetch, error);
  else
    fetch_next (fetch);
}

/**
 * flow_trace_sharing_fetch:
 * @self: the sharing
 * @trace_id: a trace
 * @done: hears when its spans are here, and how many have come
 * @data: for @done
 *
 * Fetch the spans of a trace that other devices have sent. Fails with %FLOW_ERROR_NOT_FOUND when none did, and with the
 * codes of the cloud, of flow_trace_unpack() and of flow_trace_store_ingest(). A trace that is here already gets what
 * has come since.
 */
void
flow_trace_sharing_fetch (FlowTraceSharing *self, const guint8 trace_id[16], FlowTraceSharingDone done, gpointer data)
{
  Fetch *fetch = g_new0 (Fetch, 1);

  *fetch = (Fetch) { .sharing = self, .done = done, .data = data };
  memcpy (fetch->trace_id, trace_id, sizeof fetch->trace_id);
  flow_sharing_ask (self, find_parts, fetch, NULL, (GDestroyNotify) g_array_unref, parts_found, fetch);
}
