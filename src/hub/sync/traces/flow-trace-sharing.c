/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-sharing"

#include <glib/gi18n-lib.h>

#include "base/flow-error.h"
#include "hub/sync/traces/flow-trace-sharing-private.h"

/* A trace that changes is looked at when it has come to rest, or after so long. */
#define SETTLE_MS 500
/* Traces that are offered in one transaction. */
#define OFFERS 256
/* What a job weighs in the writer's queue, more or less. */
#define JOB_BYTES 1024

/* On its way to the writer thread and back. */
typedef struct
{
  FlowCall call;
  FlowTraceSharing *self;
  FlowShareMode mode;
  FlowSharingRun run;
  FlowSharingDone done;
  gpointer data;
  GError *error;
} Job;

/* Traces that are looked at. */
typedef struct
{
  GArray *numbers;
  GArray *kept;   /* numbers of those that the user said something about */
  gboolean scan;  /* those that were there before */
  gboolean facts; /* of these first what the user said something about */
  gboolean more;
} Offers;

typedef struct
{
  guint8 trace_id[FLOW_SHARING_ID_SIZE];
  guint64 number; /* 0: it is not here */
  gboolean stop;
  FlowTraceSharingDone done;
  gpointer data;
} Wish;

/* Somebody wants to know how it is. */
typedef struct
{
  guint8 trace_id[FLOW_SHARING_ID_SIZE];
  gboolean shared;
  FlowTraceSharingLooked done;
  gpointer data;
} Look;

/** flow_sharing_is_stopped: nobody wants to hear of it any more. */
gboolean
flow_sharing_is_stopped (FlowTraceSharing *self)
{
  return g_cancellable_is_cancelled (self->cancellable);
}

static void
job_call (FlowCall *call)
{
  Job *job = (Job *) call;

  job->self->under_way--;
  job->done (job->self, job->data, job->error);
  g_clear_error (&job->error);
  g_free (job);
}

static gboolean
job_run (sqlite3 *db, gpointer data, GError **error)
{
  Job *job = data;
  FlowTraceOffer offer = { job->self->setup.traces, flow_record_tables_get_device (job->self->setup.records),
                           job->mode };

  if (offer.device != NULL)
    return job->run (&offer, db, job->data, error);
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_SIGNED_OUT,
                       _ ("This device does not sync; sign in to a cloud first"));
  return FALSE;
}

static void
job_done (gpointer data, const GError *error)
{
  Job *job = data;

  if (error != NULL)
    job->error = g_error_copy (error);
  flow_call_queue_push (job->self->setup.calls, &job->call);
}

/** flow_sharing_run: have something done on the writer thread; @done hears on the hub thread, later. */
void
flow_sharing_run (FlowTraceSharing *self, FlowSharingRun run, FlowSharingDone done, gpointer data)
{
  Job *job = g_new0 (Job, 1);

  *job = (Job) { .call.run = job_call, .self = self, .mode = self->mode, .run = run, .done = done, .data = data };
  self->under_way++;
  if (!flow_store_push (self->setup.store, JOB_BYTES, job_run, job_done, job, NULL, &job->error))
    flow_call_queue_push (self->setup.calls, &job->call);
}

/** flow_sharing_ask: have something done on a reader's thread. Who hears the answer lowers `under_way`. */
void
flow_sharing_ask (FlowTraceSharing *self, FlowTraceQueryFunc func, gpointer data, GDestroyNotify destroy,
                  GDestroyNotify free_answer, GAsyncReadyCallback answered, gpointer user_data)
{
  self->under_way++;
  flow_trace_queries_run_async (self->queries, func, data, destroy, free_answer, self->cancellable, answered,
                                user_data);
}

static void
offers_free (Offers *offers)
{
  g_array_unref (offers->numbers);
  g_array_unref (offers->kept);
  g_free (offers);
}

static gboolean
offer_run (const FlowTraceOffer *offer, sqlite3 *db, gpointer data, GError **error)
{
  Offers *offers = data;

  if (!flow_trace_offer_changed (offer, db, (const guint64 *) (gconstpointer) offers->numbers->data,
                                 offers->numbers->len, error))
    return FALSE;
  g_array_set_size (offers->kept, 0);
  if (offers->facts && !flow_trace_offer_facts (offer, db, offers->kept, error))
    return FALSE;
  return !offers->scan || flow_trace_offer_more (offer, db, OFFERS, &offers->more, error);
}

static void go_on (FlowTraceSharing *self);

static void
offered (FlowTraceSharing *self, gpointer data, const GError *error)
{
  Offers *offers = data;

  self->offering = FALSE;
  if (error != NULL)
    g_debug ("Traces are offered later: %s", error->message);
  if (offers->scan)
    self->scanning = error == NULL && offers->more;
  self->facts |= error != NULL && offers->facts;
  for (guint i = 0; i < offers->kept->len; i++)
    g_hash_table_add (self->kept, (gpointer) (gsize) g_array_index (offers->kept, guint64, i));
  offers_free (offers);
  if (flow_sharing_is_stopped (self))
    return;
  go_on (self);
  flow_sharing_send (self);
}

static Offers *
take_changed (FlowTraceSharing *self)
{
  Offers *offers = g_new0 (Offers, 1);
  GHashTableIter iter;
  gpointer number;

  offers->numbers = g_array_new (FALSE, FALSE, sizeof (guint64));
  offers->kept = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_hash_table_iter_init (&iter, self->changed);
  while (offers->numbers->len < OFFERS && g_hash_table_iter_next (&iter, &number, NULL))
    {
      guint64 value = (gsize) number;

      g_array_append_val (offers->numbers, value);
      g_hash_table_iter_remove (&iter);
    }
  offers->scan = offers->numbers->len == 0;
  offers->facts = offers->scan && self->facts;
  self->facts &= !offers->facts;
  return offers;
}

/* First what has changed and come to rest, then what was there before. */
static void
go_on (FlowTraceSharing *self)
{
  if (!self->on || self->offering || self->settle != NULL ||
      (g_hash_table_size (self->changed) == 0 && !self->scanning))
    return;
  self->offering = TRUE;
  flow_sharing_run (self, offer_run, offered, take_changed (self));
}

static gboolean
settled_cb (gpointer data)
{
  FlowTraceSharing *self = data;

  g_clear_pointer (&self->settle, g_source_unref);
  go_on (self);
  return G_SOURCE_REMOVE;
}

/* While only those that the user said something about are offered, all others are not even looked at. */
static void
take_commit (FlowTraceSharing *self, const FlowCommit *commit)
{
  for (gsize i = 0; i < commit->n_traces; i++)
    {
      gpointer number = (gpointer) (gsize) commit->traces[i];

      if (commit->facts)
        g_hash_table_add (self->kept, number);
      if (self->mode >= FLOW_SHARE_ERRORS || g_hash_table_contains (self->kept, number))
        g_hash_table_add (self->changed, number);
    }
}

/**
 * flow_trace_sharing_committed:
 * @self: the sharing
 * @commit: what became durable
 *
 * Look at what has changed, a moment later.
 */
void
flow_trace_sharing_committed (FlowTraceSharing *self, FlowCommit *commit)
{
  if (!self->on)
    return;
  /* Of many at once each is new: it stands behind those that were looked at. */
  self->scanning |= commit->many;
  take_commit (self, commit);
  if (self->settle != NULL || (g_hash_table_size (self->changed) == 0 && !commit->many))
    return;
  self->settle = g_timeout_source_new (SETTLE_MS);
  g_source_set_name (self->settle, "flow-sharing-settle");
  g_source_set_callback (self->settle, settled_cb, self, NULL);
  g_source_attach (self->settle, g_main_context_get_thread_default ());
}

static FlowShareMode
read_mode (FlowSettingsSnapshot *settings)
{
  g_autoptr (GVariant) mode = flow_settings_snapshot_get (settings, "sync.traces");
  g_autoptr (GVariant) all = flow_settings_snapshot_get (settings, "integrations.cloud.auto-upload");

  if (all != NULL && g_variant_get_boolean (all))
    return FLOW_SHARE_ALL;
  return mode != NULL ? flow_share_mode_parse (g_variant_get_string (mode, NULL)) : FLOW_SHARE_NONE;
}

/**
 * flow_trace_sharing_set_settings:
 * @self: the sharing
 * @settings: the settings
 *
 * Go by other settings. Traces that were there before are looked at when more of them are to be sent.
 */
void
flow_trace_sharing_set_settings (FlowTraceSharing *self, FlowSettingsSnapshot *settings)
{
  FlowShareMode before = self->mode;

  self->mode = read_mode (settings);
  flow_record_tables_set_share_mode (self->setup.records, self->mode);
  self->scanning |= self->mode > before;
  self->facts |= self->mode > before;
  go_on (self);
}

/**
 * flow_trace_sharing_set_state:
 * @self: the sharing
 * @on: whether this device syncs
 * @connected: whether the cloud answers
 *
 * Hear how syncing is.
 */
void
flow_trace_sharing_set_state (FlowTraceSharing *self, gboolean on, gboolean connected)
{
  gboolean starts = on && !self->on;
  gboolean connects = on && connected && !self->connected;

  self->on = on;
  self->connected = on && connected;
  self->scanning |= starts;
  self->facts |= starts;
  go_on (self);
  if (connects)
    flow_sharing_send_now (self);
  else
    flow_sharing_send (self);
}

/**
 * flow_trace_sharing_is_idle:
 * @self: the sharing
 *
 * Returns: whether nothing is under way, and nothing waits but for a connection
 */
gboolean
flow_trace_sharing_is_idle (FlowTraceSharing *self)
{
  return self->under_way == 0 && self->settle == NULL && !self->scanning && g_hash_table_size (self->changed) == 0;
}

static gboolean
wish_run (const FlowTraceOffer *offer, sqlite3 *db, gpointer data, GError **error)
{
  Wish *wish = data;

  return flow_trace_store_find_number (offer->traces, db, wish->trace_id, &wish->number, error) &&
         flow_trace_offer_wish (offer, db, wish->trace_id, wish->stop, error);
}

static void
wished (FlowTraceSharing *self, gpointer data, const GError *error)
{
  Wish *wish = data;

  if (error == NULL && wish->number != 0)
    g_hash_table_add (self->kept, (gpointer) (gsize) wish->number);
  if (error == NULL)
    flow_trace_troubles_remove (self->troubles, wish->trace_id);
  wish->done (0, error, wish->data);
  g_free (wish);
  if (error == NULL && !flow_sharing_is_stopped (self))
    flow_sharing_send_now (self);
}

/**
 * flow_trace_sharing_share:
 * @self: the sharing
 * @trace_id: a trace
 * @stop: whether its spans are to be taken back instead
 * @done: hears that it is written down; the spans go, or are taken back, as soon as there is a connection
 * @data: for @done
 *
 * Send a trace to the other devices of the account, whatever the settings say. Fails with %FLOW_ERROR_SIGNED_OUT, and
 * with %FLOW_ERROR_NOT_FOUND when the trace is not here.
 */
void
flow_trace_sharing_share (FlowTraceSharing *self, const guint8 trace_id[16], gboolean stop, FlowTraceSharingDone done,
                          gpointer data)
{
  Wish *wish = g_new0 (Wish, 1);

  *wish = (Wish) { .stop = stop, .done = done, .data = data };
  memcpy (wish->trace_id, trace_id, sizeof wish->trace_id);
  flow_sharing_run (self, wish_run, wished, wish);
}

static gboolean
look_run (const FlowTraceOffer *offer, sqlite3 *db, gpointer data, GError **error)
{
  Look *look = data;

  return flow_trace_offer_look (offer, db, look->trace_id, &look->shared, error);
}

static void
looked (FlowTraceSharing *self, gpointer data, const GError *error)
{
  g_autofree Look *look = data;

  look->done (look->shared, error, look->data);
}

/**
 * flow_trace_sharing_look:
 * @self: the sharing
 * @trace_id: a trace
 * @done: hears how it is
 * @data: for @done
 *
 * Find out whether the spans of a trace go to the other devices of the account, as the user or the settings say. Fails
 * with %FLOW_ERROR_SIGNED_OUT.
 */
void
flow_trace_sharing_look (FlowTraceSharing *self, const guint8 trace_id[16], FlowTraceSharingLooked done, gpointer data)
{
  Look *look = g_new0 (Look, 1);

  *look = (Look) { .done = done, .data = data };
  memcpy (look->trace_id, trace_id, sizeof look->trace_id);
  flow_sharing_run (self, look_run, looked, look);
}

/** flow_trace_sharing_write_troubles: write how many traces the cloud refused, or null, behind a key. */
void
flow_trace_sharing_write_troubles (FlowTraceSharing *self, FlowJsonWriter *writer)
{
  flow_trace_troubles_write (self->troubles, writer);
}

/**
 * flow_trace_sharing_new:
 * @setup: what it works with; copied
 * @settings: the settings
 *
 * Begin to share traces; nothing happens before flow_trace_sharing_set_state(). On the hub thread.
 *
 * Returns: (transfer full): the sharing
 */
FlowTraceSharing *
flow_trace_sharing_new (const FlowTraceSharingSetup *setup, FlowSettingsSnapshot *settings)
{
  FlowTraceSharing *self = g_new0 (FlowTraceSharing, 1);

  self->setup = *setup;
  self->queries = flow_trace_queries_new (setup->database);
  self->cancellable = g_cancellable_new ();
  self->changed = g_hash_table_new (NULL, NULL);
  self->kept = g_hash_table_new (NULL, NULL);
  self->troubles = flow_trace_troubles_new ();
  flow_trace_sharing_set_settings (self, settings);
  return self;
}

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/**
 * flow_trace_sharing_free:
 * @self: (transfer full): the sharing of a store that is closed; requests about blobs were given up
 *
 * Wait for what is under way, and free it. What was not sent is sent after the next start.
 */
void
flow_trace_sharing_free (FlowTraceSharing *self)
{
  GMainContext *context = g_main_context_get_thread_default ();

  g_cancellable_cancel (self->cancellable);
  flow_call_queue_drain (self->setup.calls);
  while (self->under_way > 0)
    g_main_context_iteration (context, TRUE);
  clear_source (&self->settle);
  clear_source (&self->retry);
  g_hash_table_unref (self->changed);
  g_hash_table_unref (self->kept);
  flow_trace_troubles_free (self->troubles);
  g_object_unref (self->queries);
  g_object_unref (self->cancellable);
  g_free (self);
}
