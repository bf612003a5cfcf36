/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-sharing"

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "hub/sync/traces/flow-trace-sharing-private.h"
#include "store/flow-statement.h"

/* Sending: one trace after the other is packed on a reader's thread, stored in the cloud and then named in its header;
 * what no header names any more is deleted from there. Of what is stored it is written down before that it is to be
 * deleted, and crossed out when it is named: so nothing stays there that nobody knows of. What fails is tried again,
 * first what failed least. */

/* A cloud that takes no more gets a trace of many MiB again after ever longer waits. */
#define RETRY_MS (30 * 1000)
#define LONGEST_RETRY_MS (30 * 60 * 1000)

/* What is looked for, on a reader's thread. */
typedef struct
{
  FlowTraceSharing *sharing;
  GHashTable *tries; /* of traces that could not be sent */
} Search;

static void
search_free (gpointer data)
{
  Search *search = data;

  g_hash_table_unref (search->tries);
  g_free (search);
}

/* What is to be done next: a packed trace, one that cannot be packed, a blob that is to go, or nothing at all. */
typedef struct
{
  FlowTraceSharing *sharing;
  guint8 trace_id[FLOW_SHARING_ID_SIZE];
  gboolean is_trace;
  GBytes *sealed; /* (nullable) */
  FlowTracePart part;
  char *source_file;
  guint source_line;
  char gone[2 * FLOW_TRACE_BLOB_ID_SIZE + 1]; /* hex, empty: none */
  GHashTable *waiting;                        /* (nullable): those that could not be sent and still are to be */
} Parcel;

static void
parcel_free (gpointer data)
{
  Parcel *parcel = data;

  g_clear_pointer (&parcel->sealed, g_bytes_unref);
  g_clear_pointer (&parcel->waiting, g_hash_table_unref);
  g_free (parcel->source_file);
  g_free (parcel);
}

/* Of the first span with an error that says where it is from, else of the first that does. */
static void
find_source (Parcel *parcel, const FlowTrace *trace)
{
  const FlowTraceSpan *best = NULL;

  for (gsize i = 0; trace->info->has_location && i < trace->n_spans; i++)
    {
      const FlowTraceSpan *span = &trace->spans[i];

      if (span->file.length > 0 && (best == NULL || (span->flags & FLOW_SPAN_ERROR) > (best->flags & FLOW_SPAN_ERROR)))
        best = span;
    }
  if (best == NULL)
    return;
  parcel->source_file = g_utf8_make_valid (best->file.data, (gssize) best->file.length);
  parcel->source_line = best->line;
}

static gboolean
pack (Parcel *parcel, FlowTraceReader *reader, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (FlowTrace) trace = flow_trace_reader_load (reader, parcel->trace_id, &local);

  if (trace != NULL && trace->n_spans > 0)
    {
      find_source (parcel, trace);
      parcel->sealed = flow_trace_pack (trace, &parcel->part, &local);
    }
  if (local == NULL || g_error_matches (local, FLOW_ERROR, FLOW_ERROR_NOT_FOUND))
    return TRUE;
  if (!g_error_matches (local, FLOW_ERROR, FLOW_ERROR_TOO_LARGE))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  g_message ("%s: %s", trace->info->name, local->message);
  return TRUE;
}

static guint
count_tries (const Search *search, Parcel *parcel, gconstpointer trace_id)
{
  g_autoptr (GBytes) id = g_bytes_new (trace_id, FLOW_SHARING_ID_SIZE);
  guint tries = GPOINTER_TO_UINT (g_hash_table_lookup (search->tries, id));

  if (tries > 0)
    g_hash_table_add (parcel->waiting, g_bytes_ref (id));
  return tries;
}

/* The first of those that failed least. */
static gboolean
find_trace (const Search *search, Parcel *parcel, sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;
  guint least = G_MAXUINT32;

  if (!flow_sql_prepare (db, "records/share-next", &stmt, error))
    return FALSE;
  parcel->waiting = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  while (least > 0 || g_hash_table_size (parcel->waiting) < g_hash_table_size (search->tries))
    {
      guint tries;

      if (!flow_sql_step_row (stmt, &row, error))
        return FALSE;
      if (!row)
        return TRUE;
      if (sqlite3_column_bytes (stmt, 0) != sizeof parcel->trace_id)
        continue;
      tries = count_tries (search, parcel, sqlite3_column_blob (stmt, 0));
      if (tries >= least)
        continue;
      least = tries;
      memcpy (parcel->trace_id, sqlite3_column_blob (stmt, 0), sizeof parcel->trace_id);
      parcel->is_trace = TRUE;
    }
  return TRUE;
}

static gboolean
find_gone (Parcel *parcel, sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;

  if (!flow_sql_prepare (db, "records/blob-gone-next", &stmt, error) || !flow_sql_step_row (stmt, &row, error))
    return FALSE;
  if (row)
    g_strlcpy (parcel->gone, (const char *) sqlite3_column_text (stmt, 0), sizeof parcel->gone);
  return TRUE;
}

/* On a reader's thread. What is to go makes room for what is to come. */
static gpointer
find_parcel (FlowTraceReader *reader, gpointer data, GCancellable *cancellable, GError **error)
{
  sqlite3 *db = flow_trace_reader_get_connection (reader);
  const Search *search = data;
  Parcel *parcel = g_new0 (Parcel, 1);

  parcel->sharing = search->sharing;
  if (find_gone (parcel, db, error) && (parcel->gone[0] != '\0' || find_trace (search, parcel, db, error)) &&
      (!parcel->is_trace || pack (parcel, reader, error)))
    return parcel;
  parcel_free (parcel);
  return NULL;
}

static gboolean
retry_cb (gpointer data)
{
  FlowTraceSharing *self = data;

  g_clear_pointer (&self->retry, g_source_unref);
  flow_sharing_send (self);
  return G_SOURCE_REMOVE;
}

static void
send_later (FlowTraceSharing *self, const GError *error)
{
  self->sending = FALSE;
  if (flow_sharing_is_stopped (self) || self->retry != NULL)
    return;
  g_debug ("Traces are sent later: %s", error->message);
  self->retry = g_timeout_source_new (flow_sync_backoff_next_ms (&self->backoff, RETRY_MS, LONGEST_RETRY_MS));
  g_source_set_name (self->retry, "flow-sharing-retry");
  g_source_set_callback (self->retry, retry_cb, self, NULL);
  g_source_attach (self->retry, g_main_context_get_thread_default ());
}

static void
next (FlowTraceSharing *self)
{
  self->sending = FALSE;
  flow_sharing_send (self);
}

static gboolean
cross_out (sqlite3 *db, const char *blob, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  if (!flow_sql_prepare (db, "records/blob-gone-delete", &stmt, error))
    return FALSE;
  sqlite3_bind_text (stmt, 1, blob, -1, SQLITE_STATIC);
  return flow_sql_step_done (stmt, error);
}

static void
print_blob (const Parcel *parcel, char hex[2 * FLOW_TRACE_BLOB_ID_SIZE + 1])
{
  flow_id_to_hex (parcel->part.blob, FLOW_TRACE_BLOB_ID_SIZE, hex);
}

static gboolean
mark_run (const FlowTraceOffer *offer, sqlite3 *db, gpointer data, GError **error)
{
  char hex[2 * FLOW_TRACE_BLOB_ID_SIZE + 1];
  g_autoptr (sqlite3_stmt) stmt = NULL;

  if (!flow_sql_prepare (db, "records/blob-gone", &stmt, error))
    return FALSE;
  print_blob (data, hex);
  sqlite3_bind_text (stmt, 1, hex, -1, SQLITE_STATIC);
  return flow_sql_step_done (stmt, error);
}

static gboolean
sent_run (const FlowTraceOffer *offer, sqlite3 *db, gpointer data, GError **error)
{
  const Parcel *parcel = data;
  char hex[2 * FLOW_TRACE_BLOB_ID_SIZE + 1];

  print_blob (parcel, hex);
  if (parcel->sealed != NULL && !cross_out (db, hex, error))
    return FALSE;
  return flow_trace_offer_sent (offer, db, parcel->trace_id, parcel->sealed != NULL ? &parcel->part : NULL,
                                parcel->source_file, parcel->source_line, error);
}

static gboolean
removed_run (const FlowTraceOffer *offer, sqlite3 *db, gpointer data, GError **error)
{
  return cross_out (db, ((const Parcel *) data)->gone, error);
}

static void
written_down (FlowTraceSharing *self, gpointer data, const GError *error)
{
  gboolean sent = ((Parcel *) data)->is_trace;

  parcel_free (data);
  if (error != NULL)
    {
      send_later (self, error);
      return;
    }
  /* That something could be deleted does not say that there is room. */
  if (sent)
    flow_sync_backoff_reset (&self->backoff);
  next (self);
}

static void
put_done (GBytes *blob, const GError *error, gpointer data)
{
  Parcel *parcel = data;
  FlowTraceSharing *self = parcel->sharing;

  self->under_way--;
  if (error == NULL)
    {
      flow_trace_troubles_remove (self->troubles, parcel->trace_id);
      flow_sharing_run (self, sent_run, written_down, parcel);
      return;
    }
  flow_trace_troubles_add (self->troubles, parcel->trace_id, error, g_get_monotonic_time ());
  parcel_free (parcel);
  if (g_error_matches (error, FLOW_ERROR, FLOW_ERROR_TOO_LARGE))
    next (self);
  else
    send_later (self, error);
}

static void
marked (FlowTraceSharing *self, gpointer data, const GError *error)
{
  Parcel *parcel = data;

  if (error == NULL && !flow_sharing_is_stopped (self))
    {
      self->under_way++;
      self->setup.funcs->put (self->setup.blobs, parcel->part.blob, parcel->sealed, put_done, parcel);
      return;
    }
  parcel_free (parcel);
  self->sending = FALSE;
  if (error != NULL)
    send_later (self, error);
}

static void
remove_done (GBytes *blob, const GError *error, gpointer data)
{
  Parcel *parcel = data;
  FlowTraceSharing *self = parcel->sharing;

  self->under_way--;
  if (error == NULL || g_error_matches (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND))
    {
      flow_sharing_run (self, removed_run, written_down, parcel);
      return;
    }
  parcel_free (parcel);
  send_later (self, error);
}

static void
remove_blob (FlowTraceSharing *self, Parcel *parcel)
{
  guint8 id[FLOW_TRACE_BLOB_ID_SIZE];

  if (strlen (parcel->gone) != 2 * sizeof id || !flow_id_from_hex (parcel->gone, sizeof id, id))
    {
      flow_sharing_run (self, removed_run, written_down, parcel);
      return;
    }
  self->under_way++;
  self->setup.funcs->remove (self->setup.blobs, id, remove_done, parcel);
}

static void
found (GObject *source, GAsyncResult *result, gpointer data)
{
  FlowTraceSharing *self = data;
  g_autoptr (GError) error = NULL;
  Parcel *parcel = flow_trace_queries_run_finish (FLOW_TRACE_QUERIES (source), result, &error);

  self->under_way--;
  if (parcel != NULL && parcel->waiting != NULL)
    flow_trace_troubles_keep (self->troubles, parcel->waiting);
  if (parcel == NULL || flow_sharing_is_stopped (self))
    {
      g_clear_pointer (&parcel, parcel_free);
      self->sending = FALSE;
      if (error != NULL)
        send_later (self, error);
    }
  else if (parcel->is_trace && parcel->sealed == NULL)
    {
      flow_sharing_run (self, sent_run, written_down, parcel);
    }
  else if (parcel->is_trace)
    {
      flow_sharing_run (self, mark_run, marked, parcel);
    }
  else if (parcel->gone[0] != '\0')
    {
      remove_blob (self, parcel);
    }
  else
    {
      parcel_free (parcel);
      self->sending = FALSE;
      if (self->more)
        flow_sharing_send (self);
    }
}

/** flow_sharing_send: send what waits, when there is a connection and it did not just fail. */
void
flow_sharing_send (FlowTraceSharing *self)
{
  Search *search;

  self->more = self->sending;
  if (!self->connected || self->sending || self->retry != NULL || flow_sharing_is_stopped (self))
    return;
  self->sending = TRUE;
  search = g_new (Search, 1);
  *search = (Search) { self, flow_trace_troubles_copy_tries (self->troubles, g_get_monotonic_time ()) };
  flow_sharing_ask (self, find_parcel, search, search_free, parcel_free, found, self);
}

/** flow_sharing_send_now: the same, also when it just failed. */
void
flow_sharing_send_now (FlowTraceSharing *self)
{
  if (self->retry != NULL)
    g_source_destroy (self->retry);
  g_clear_pointer (&self->retry, g_source_unref);
  flow_sharing_send (self);
}
