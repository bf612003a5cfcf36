/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-sync"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "hub/sync/flow-hub-sync-private.h"
#include "sync/flow-sync-batch-header.h"

/* When a pass begins, and what follows from its end. */

/* What a person does at once belongs together. */
#define COMMIT_MS 20
#define LONGEST_WAIT_MS (5 * 1000)

/* Who waits for the end of a pass, or until there is nothing left to do. */
typedef struct
{
  FlowHubSync *sync;
  FlowHubSyncDone done;
  gpointer data;
  gboolean settled; /* it waits until all is the same */
  gboolean behind;  /* a pass was under way when it came: it waits for the one after that */
  GSource *timeout; /* (nullable) */
} Wait;

typedef struct
{
  GSource source;
  FlowHubSync *sync;
} Timer;

static void
wait_free (gpointer data)
{
  Wait *wait = data;

  if (wait->timeout != NULL)
    {
      g_source_destroy (wait->timeout);
      g_source_unref (wait->timeout);
    }
  g_free (wait);
}

static FlowSyncSetupState
get_setup_state (FlowHubSync *self)
{
  return flow_sync_setup_get_state (self->setting_up);
}

/* What others have is fetched when all that is here has its operations: so it comes beside them, not under them. */
static gboolean
is_on (FlowHubSync *self)
{
  switch (get_setup_state (self))
    {
    case FLOW_SYNC_SETUP_SENDING:
      return TRUE;
    case FLOW_SYNC_SETUP_ROLLING_BACK:
    case FLOW_SYNC_SETUP_ROLLED_BACK:
      return FALSE;
    case FLOW_SYNC_SETUP_NONE:
    case FLOW_SYNC_SETUP_BACKING_UP:
    case FLOW_SYNC_SETUP_RUNNING:
    case FLOW_SYNC_SETUP_PAUSED:
    case FLOW_SYNC_SETUP_DONE:
    case FLOW_SYNC_SETUP_FAILED:
    default:
      return self->account->setup == NULL;
    }
}

/** flow_hub_sync_may_run: whether a pass may begin. */
gboolean
flow_hub_sync_may_run (FlowHubSync *self)
{
  return !self->stopped && !self->account->paused && !self->settings->local_only &&
         flow_hub_sync_check_open (self, NULL) && is_on (self);
}

static gboolean
is_settled (FlowHubSync *self)
{
  if (self->pass != NULL || self->error != NULL || !self->link.welcome || self->counts.pending > 0 ||
      self->pushed->len > 0)
    return FALSE;
  for (guint i = 0; i < self->link.scopes->len; i++)
    {
      const FlowSyncPlan *plan = &g_array_index (self->link.scopes, FlowSyncPlan, i);

      if (plan->upload || plan->download || plan->snapshot)
        return FALSE;
    }
  return TRUE;
}

/* Passes that failed are tried again for who waits until all is the same; who asked for one pass hears of it. */
static void
look_at_waits (FlowHubSync *self, const GError *error)
{
  g_autoptr (GPtrArray) over = g_ptr_array_new_with_free_func (wait_free);

  for (guint i = 0; i < self->waits->len;)
    {
      Wait *wait = self->waits->pdata[i];

      if (wait->settled ? is_settled (self) : error != NULL || !wait->behind)
        g_ptr_array_add (over, g_ptr_array_steal_index (self->waits, i));
      else
        i++;
      wait->behind = FALSE;
    }
  for (guint i = 0; i < over->len; i++)
    {
      Wait *wait = over->pdata[i];

      wait->done (wait->settled ? NULL : error, wait->data);
    }
}

/** flow_hub_sync_end_waits: who waits hears that it is in vain. */
void
flow_hub_sync_end_waits (FlowHubSync *self, const GError *error)
{
  g_autoptr (GPtrArray) waits = g_steal_pointer (&self->waits);

  self->waits = g_ptr_array_new_with_free_func (wait_free);
  for (guint i = 0; i < waits->len; i++)
    {
      Wait *wait = waits->pdata[i];

      wait->done (error, wait->data);
    }
}

typedef struct
{
  FlowHubSync *sync;
  FlowSyncCounts counts;
} Count;

static gboolean
count_run (FlowSync *sync, sqlite3 *db, gpointer data, GError **error)
{
  return flow_sync_count (sync, &((Count *) data)->counts, error);
}

static void
count_done (gpointer data, const GError *error)
{
  g_autofree Count *count = data;
  FlowHubSync *self = count->sync;

  self->counting = FALSE;
  if (self->stopped || error != NULL)
    return;
  self->counts = count->counts;
  flow_hub_sync_tell (self);
}

/** flow_hub_sync_count: count again what waits and what is in conflict. */
void
flow_hub_sync_count (FlowHubSync *self)
{
  Count *count;

  if (self->counting || self->stopped)
    return;
  self->counting = TRUE;
  count = g_new0 (Count, 1);
  count->sync = self;
  flow_sync_engine_run (self->setup.engine, count_run, count_done, count);
}

/* Bytes a second of a pass that has just moved something. */
static void
measure (FlowHubSync *self, const FlowSyncPassTotals *totals)
{
  gint64 now_ns = flow_clock_wall_ns (self->setup.clock);
  double seconds = MAX ((double) (now_ns - totals->start_ns) / 1e9, 0.001);

  if (totals->sent + totals->received == 0)
    return;
  self->speed_up = (double) totals->bytes_up / seconds;
  self->speed_down = (double) totals->bytes_down / seconds;
  self->speed_us = flow_clock_monotonic_us (self->setup.clock);
}

static void
moved_cb (FlowSyncPass *pass, gpointer data)
{
  FlowHubSync *self = data;

  measure (self, flow_sync_pass_get_totals (pass));
  flow_hub_sync_tell (self);
}

static gboolean
has_code (const GError *error, FlowError code)
{
  return g_error_matches (error, FLOW_ERROR, (int) code);
}

/* What the cloud asked for when it had too much to do. */
static guint
get_wait_ms (FlowHubSync *self)
{
  return self->remote != NULL ? flow_remote_get_wait_ms (self->remote) : 0;
}

/* The network, or the cloud's own trouble, passes by itself. */
static void
try_again (FlowHubSync *self, const GError *error)
{
  guint longest = MAX (self->settings->sync_interval * 1000, LONGEST_WAIT_MS);

  self->held = has_code (error, FLOW_ERROR_OFFLINE) && !self->settings->sync_offline_mode;
  flow_hub_sync_schedule (self, "interval", flow_sync_backoff_next_ms (&self->backoff, get_wait_ms (self), longest));
}

/* What was under way has not been done, and whoever said meanwhile that it goes on means that too. */
static void
begin_again (FlowHubSync *self)
{
  if (flow_hub_sync_may_run (self))
    flow_hub_sync_schedule (self, self->missed != NULL ? self->missed : "start", 0);
}

static void
fail (FlowHubSync *self, const GError *error)
{
  if (has_code (error, FLOW_ERROR_CANCELLED))
    {
      begin_again (self);
      return;
    }
  if (has_code (error, FLOW_ERROR_CLONED) || has_code (error, FLOW_ERROR_DEVICE_REMOVED))
    flow_hub_sync_lose_device (self, error);
  else if (has_code (error, FLOW_ERROR_SIGNED_OUT))
    flow_hub_sync_set_signed_out (self, error);
  else
    {
      flow_hub_sync_set_error (self, error);
      try_again (self, error);
    }
}

static void
succeed (FlowHubSync *self, const FlowSyncPassTotals *totals)
{
  flow_sync_backoff_reset (&self->backoff);
  if (self->error != NULL)
    flow_hub_sync_trust_socket (self);
  self->held = FALSE;
  flow_hub_sync_set_error (self, NULL);
  self->last_success_ns = flow_clock_wall_ns (self->setup.clock);
  flow_sync_setup_sent (self->setting_up, self->counts.pending);
  if (totals->asked > 0)
    flow_hub_sync_say (self, "conflict", _ ("Two devices changed the same; please say what holds"),
                       self->conflict != NULL ? self->conflict : "");
  flow_hub_sync_open_socket (self);
  if (totals->received > 0)
    flow_hub_sync_ask_devices (self);
}

static gboolean
has_more (FlowHubSync *self)
{
  for (guint i = 0; i < self->link.scopes->len; i++)
    {
      const FlowSyncPlan *plan = &g_array_index (self->link.scopes, FlowSyncPlan, i);

      if (plan->upload || plan->download)
        return TRUE;
    }
  return !self->link.welcome;
}

/* While a pass was under way more may have come: that is next. */
static void
go_on (FlowHubSync *self)
{
  if (self->pushed->len > 0)
    flow_hub_sync_schedule (self, "push", 0);
  else if (has_more (self))
    flow_hub_sync_schedule (self, "commit", COMMIT_MS);
  else
    flow_hub_sync_schedule (self, "interval", self->settings->sync_interval * 1000);
}

static void
ended_cb (FlowSyncPass *pass, const GError *error, gpointer data)
{
  FlowHubSync *self = data;
  const FlowSyncPassTotals *totals = flow_sync_pass_get_totals (pass);

  self->pass = NULL;
  self->counts = totals->counts;
  self->raw_bytes += totals->raw_bytes;
  self->sealed_bytes += totals->sealed_bytes;
  measure (self, totals);
  if (error == NULL)
    succeed (self, totals);
  else
    fail (self, error);
  if (error == NULL)
    go_on (self);
  if (totals->untidy)
    flow_hub_sync_tidy (self);
  /* Who asked while this one was under way is served by the next. */
  if (error == NULL && g_strcmp0 (self->missed, "manual") == 0)
    flow_hub_sync_schedule (self, "manual", 0);
  self->missed = NULL;
  self->setup.funcs->ended (error == NULL, (guint) self->counts.conflicts, self->setup.data);
  self->setup.funcs->state (TRUE, error == NULL, self->setup.data);
  look_at_waits (self, error);
  flow_hub_sync_tell (self);
}

static void
noted_cb (const FlowSyncConflictNote *note, gpointer data)
{
  FlowHubSync *self = data;
  char id[2 * FLOW_SYNC_CONFLICT_ID_SIZE + 1];

  flow_id_to_hex (note->id, sizeof note->id, id);
  if (note->open)
    {
      g_free (self->conflict);
      self->conflict = g_strdup (id);
    }
  self->setup.funcs->noted (id, note->table, note->kind, note->open, self->setup.data);
  flow_hub_sync_tell (self);
}

/* All that came, of whatever scopes. */
static GPtrArray *
take_pushed (FlowHubSync *self)
{
  GPtrArray *pushed;

  if (self->pushed->len == 0)
    return NULL;
  pushed = g_steal_pointer (&self->pushed);
  self->pushed = g_ptr_array_new_with_free_func (flow_sync_parcel_free);
  return pushed;
}

static FlowSyncResolution
get_resolution (const char *word)
{
  static const char *const words[] = { "auto_merge", "manual", "cloud_wins", "local_wins" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (words[i], word))
      return (FlowSyncResolution) i;
  return FLOW_SYNC_AUTO_MERGE;
}

static void
start (FlowHubSync *self, const char *reason)
{
  static const FlowSyncPassFuncs funcs = { flow_hub_sync_tell_cloud, moved_cb, noted_cb, ended_cb };
  const FlowSyncPassSetup setup = {
    .session = self->session,
    .engine = self->setup.engine,
    .keyring = self->keyring,
    .link = &self->link,
    .clock = self->setup.clock,
    .device = self->account->device,
    .resolution = get_resolution (self->settings->sync_conflicts),
    .compress_from = self->settings->sync_compress_from,
    .level = (int) self->settings->sync_compression_level,
    .funcs = &funcs,
    .data = self,
  };

  /* The fallback: ask for what may have been missed. */
  if (g_str_equal (reason, "interval"))
    flow_sync_link_lost (&self->link);
  if (get_setup_state (self) == FLOW_SYNC_SETUP_SENDING)
    reason = "setup";
  self->pass = flow_sync_pass_start (&setup, reason, take_pushed (self));
}

/* Between two looks at the cloud nothing is due by itself without the user's wish. */
static gboolean
is_wanted (FlowHubSync *self)
{
  if (self->waits->len > 0 || g_str_equal (self->due_reason, "manual"))
    return TRUE;
  return self->settings->auto_sync && !self->held;
}

static void
due (FlowHubSync *self)
{
  const char *reason = self->due_reason;

  if (self->stopped)
    return;
  self->due_us = G_MAXINT64;
  if (self->account->server != NULL && !self->account->left && self->session == NULL && self->error != NULL &&
      !has_code (self->error, FLOW_ERROR_SIGNED_OUT) && !has_code (self->error, FLOW_ERROR_CLONED))
    flow_hub_sync_open_account (self);
  flow_hub_sync_open_socket (self);
  if (self->pass != NULL)
    self->missed = g_strcmp0 (self->missed, "manual") == 0 ? self->missed : reason;
  else if (flow_hub_sync_may_run (self) && is_wanted (self))
    start (self, reason);
}

static gboolean
timer_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  g_source_set_ready_time (source, -1);
  due (((Timer *) source)->sync);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs timer_funcs = { .dispatch = timer_dispatch };

/**
 * flow_hub_sync_schedule:
 * @self: syncing
 * @reason: why, static
 * @delay_ms: when at the latest
 *
 * Have a pass begin, unless one is due sooner. While one is under way, the next follows when it has ended.
 */
void
flow_hub_sync_schedule (FlowHubSync *self, const char *reason, guint delay_ms)
{
  gboolean asked = g_str_equal (reason, "manual");
  guint wait_ms = asked ? delay_ms : MAX (delay_ms, get_wait_ms (self));
  gint64 due_us = flow_clock_monotonic_us (self->setup.clock) + (gint64) wait_ms * 1000;

  if (self->stopped || (self->due_us <= due_us && !asked))
    return;
  /* What the user asked for stays his wish. */
  if (self->due_us == G_MAXINT64 || !g_str_equal (self->due_reason, "manual"))
    self->due_reason = reason;
  self->due_us = due_us;
  g_source_set_ready_time (self->timer, due_us);
}

/** flow_hub_sync_changed: there may be something to send. */
void
flow_hub_sync_changed (FlowHubSync *self)
{
  flow_hub_sync_count (self);
  /* After an error the next try has its time. */
  if (self->error == NULL)
    flow_hub_sync_schedule (self, "commit", COMMIT_MS);
}

/** flow_hub_sync_halt: end what is under way, and begin nothing. */
void
flow_hub_sync_halt (FlowHubSync *self)
{
  if (self->pass != NULL)
    flow_sync_pass_cancel (self->pass);
  flow_hub_sync_close_socket (self);
  flow_hub_sync_tell (self);
}

/** flow_hub_sync_drive_init: nothing is due. */
void
flow_hub_sync_drive_init (FlowHubSync *self)
{
  flow_sync_link_init (&self->link);
  self->pushed = g_ptr_array_new_with_free_func (flow_sync_parcel_free);
  self->waits = g_ptr_array_new_with_free_func (wait_free);
  self->due_us = G_MAXINT64;
  self->due_reason = "start";
  self->timer = g_source_new (&timer_funcs, sizeof (Timer));
  ((Timer *) self->timer)->sync = self;
  g_source_set_name (self->timer, "flow-hub-sync");
  g_source_attach (self->timer, g_main_context_get_thread_default ());
}

/** flow_hub_sync_drive_clear: nothing is due any more. */
void
flow_hub_sync_drive_clear (FlowHubSync *self)
{
  if (self->timer == NULL)
    return;
  g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  g_clear_pointer (&self->network, flow_sync_network_free);
}

static void
network_cb (gpointer data)
{
  FlowHubSync *self = data;

  flow_hub_sync_trust_socket (self);
  flow_hub_sync_open_socket (self);
  if (self->error != NULL && flow_hub_sync_may_run (self))
    flow_hub_sync_schedule (self, "interval", 0);
}

/** flow_hub_sync_watch_network: try at once what waits longer and longer when the network is another one. */
void
flow_hub_sync_watch_network (FlowHubSync *self)
{
  if (self->network == NULL)
    self->network = flow_sync_network_new (network_cb, self);
}

static Wait *
add_wait (FlowHubSync *self, gboolean settled, FlowHubSyncDone done, gpointer data)
{
  Wait *wait = g_new0 (Wait, 1);

  *wait = (Wait) { self, done, data, settled, self->pass != NULL, NULL };
  g_ptr_array_add (self->waits, wait);
  self->held = FALSE;
  flow_sync_link_lost (&self->link);
  flow_hub_sync_schedule (self, "manual", 0);
  return wait;
}

static gboolean
check_may_run (FlowHubSync *self, GError **error)
{
  if (!flow_hub_sync_check_open (self, error))
    return FALSE;
  if (self->settings->local_only)
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_LOCAL_ONLY, _ ("The setting privacy.local-only is on"));
  else if (self->account->paused)
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BUSY, _ ("Syncing is paused: resume it first"));
  else if (!is_on (self))
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BUSY, _ ("Syncing is being turned on"));
  else
    return TRUE;
  return FALSE;
}

/** flow_hub_sync_refetch: ask the cloud once more for what did not open. */
void
flow_hub_sync_refetch (FlowHubSync *self)
{
  flow_sync_link_refetch (&self->link);
  if (check_may_run (self, NULL))
    flow_hub_sync_schedule (self, "manual", 0);
}

/**
 * flow_hub_sync_now:
 * @self: syncing
 * @done: hears how it ended
 * @data: for @done
 *
 * Begin a pass, after the one that is under way, and hear its end.
 */
void
flow_hub_sync_now (FlowHubSync *self, FlowHubSyncDone done, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (check_may_run (self, &error))
    add_wait (self, FALSE, done, data);
  else
    done (error, data);
}

static gboolean
timeout_cb (gpointer data)
{
  Wait *wait = data;
  FlowHubSync *self = wait->sync;
  g_autoptr (GError) error = NULL;

  if (self->error != NULL)
    error = g_error_copy (self->error);
  else
    error = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_TIMEOUT, _ ("There is still something to send or to fetch"));
  wait->done (error, wait->data);
  g_ptr_array_remove_fast (self->waits, wait);
  return G_SOURCE_REMOVE;
}

/**
 * flow_hub_sync_wait:
 * @self: syncing
 * @timeout_ms: how long at most
 * @done: hears that this device and the cloud have the same
 * @data: for @done
 *
 * Wait until nothing is left to be sent or fetched. What fails is tried again until the time is over.
 */
void
flow_hub_sync_wait (FlowHubSync *self, guint timeout_ms, FlowHubSyncDone done, gpointer data)
{
  g_autoptr (GError) error = NULL;
  Wait *wait;

  if (!flow_hub_sync_check_open (self, &error))
    {
      done (error, data);
      return;
    }
  wait = add_wait (self, TRUE, done, data);
  wait->timeout = g_timeout_source_new (timeout_ms);
  g_source_set_name (wait->timeout, "flow-hub-sync-wait");
  g_source_set_callback (wait->timeout, timeout_cb, wait, NULL);
  g_source_attach (wait->timeout, g_main_context_get_thread_default ());
}

/**
 * flow_hub_sync_pause:
 * @self: syncing
 * @paused: whether nothing may be sent or fetched
 * @error: return location
 *
 * Pause it or go on, also over a restart.
 *
 * Returns: whether there is something to be paused
 */
gboolean
flow_hub_sync_pause (FlowHubSync *self, gboolean paused, GError **error)
{
  if (!flow_hub_sync_check_signed_in (self, error))
    return FALSE;
  self->account->paused = paused;
  flow_hub_sync_save (self);
  if (paused)
    flow_hub_sync_halt (self);
  else
    flow_hub_sync_schedule (self, "manual", 0);
  flow_hub_sync_tell (self);
  return TRUE;
}
