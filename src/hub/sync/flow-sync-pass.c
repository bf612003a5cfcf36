/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-sync"

#include "hub/sync/flow-sync-pass.h"

#include <glib/gi18n-lib.h>

#include "base/flow-error.h"
#include "hub/sync/flow-sync-blob-mark.h"
#include "hub/sync/flow-sync-pass-private.h"
#include "message/flow-json-member.h"
#include "sync/flow-sync-run.h"
#include "sync/flow-sync-snapshot.h"

#define DIGEST_PURPOSE "flowscope digest"

/**
 * FlowSyncPass:
 *
 * One time that something is sent and fetched: say hello unless that was done, take in what was pushed, fetch what is
 * missing, send what the cloud has not got, acknowledge. Each step ends before the next begins, and any error ends the
 * pass: whatever has been done stays done, and the next pass goes on from there.
 */

/** flow_sync_pass_ref: take a reference. */
FlowSyncPass *
flow_sync_pass_ref (FlowSyncPass *self)
{
  g_atomic_ref_count_inc (&self->count);
  return self;
}

/** flow_sync_pass_unref: give one back. */
void
flow_sync_pass_unref (FlowSyncPass *self)
{
  if (!g_atomic_ref_count_dec (&self->count))
    return;
  g_clear_error (&self->error);
  g_clear_pointer (&self->pushed, g_ptr_array_unref);
  g_hash_table_unref (self->acks);
  if (self->text != NULL)
    g_string_free (self->text, TRUE);
  g_clear_pointer (&self->welcome, flow_sync_welcome_free);
  flow_sync_plans_clear (&self->plans);
  g_clear_pointer (&self->ops, g_ptr_array_unref);
  g_array_unref (self->accepted);
  g_clear_pointer (&self->parcels, g_ptr_array_unref);
  g_clear_pointer (&self->notes, g_array_unref);
  flow_digest_wipe (self->digest_key, sizeof self->digest_key);
  g_free (self);
}

/**
 * flow_sync_pass_run:
 * @self: a pass
 * @run: what to do on the writer thread, with the pass
 * @done: hears on this thread how it ended, with the pass, and gives the reference back that it gets
 */
void
flow_sync_pass_run (FlowSyncPass *self, FlowSyncEngineRun run, FlowSyncEngineDone done)
{
  flow_sync_engine_run (self->setup.engine, run, done, flow_sync_pass_ref (self));
}

/* Why it cannot go on although its last step went well: keys are taken away while a step is under way. */
static GError *
find_obstacle (FlowSyncPass *self)
{
  if (self->cancelled)
    return g_error_new_literal (FLOW_ERROR, FLOW_ERROR_CANCELLED, _ ("It was cancelled"));
  if (flow_sync_keyring_get (self->setup.keyring) == NULL)
    return g_error_new_literal (FLOW_ERROR, FLOW_ERROR_NEEDS_PASSPHRASE,
                                _ ("This device does not have the key of your account"));
  return NULL;
}

/**
 * flow_sync_pass_is_over:
 * @self: a pass of which a step has ended
 * @error: (nullable): how
 *
 * Tell whether no other step may follow. When not for being detached, the pass ends by this.
 */
gboolean
flow_sync_pass_is_over (FlowSyncPass *self, const GError *error)
{
  g_autoptr (GError) why = NULL;

  if (self->detached)
    return TRUE;
  why = error != NULL ? g_error_copy (error) : find_obstacle (self);
  if (why != NULL)
    flow_sync_pass_fail (self, why);
  return why != NULL;
}

/**
 * flow_sync_pass_start_thread:
 * @work: what it is about: the task's data and the callback's
 * @run: what is done on a thread of its own, which does not touch the pass
 * @done: called here afterwards
 *
 * Do what takes long where nobody waits for it.
 */
void
flow_sync_pass_start_thread (gpointer work, GTaskThreadFunc run, GAsyncReadyCallback done)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, done, work);

  g_task_set_source_tag (task, flow_sync_pass_start_thread);
  g_task_set_task_data (task, work, NULL);
  g_task_run_in_thread (task, run);
}

/**
 * flow_sync_pass_count:
 * @self: a pass
 * @applied: what taking something in did
 * @received: how much it was
 *
 * Count it for the history; the cloud is told of conflicts.
 */
void
flow_sync_pass_count (FlowSyncPass *self, const FlowSyncApplied *applied, guint received)
{
  self->totals.received += received;
  self->totals.asked += applied->asked;
  self->totals.decided += applied->decided;
  self->note |= applied->asked + applied->decided > 0;
}

/**
 * flow_sync_pass_post:
 * @self: a pass
 * @path: where to
 * @content_type: of @body
 * @body: what to send
 * @max_answer: bytes of an answer that are read
 * @done: hears what came, with the pass
 */
void
flow_sync_pass_post (FlowSyncPass *self, const char *path, const char *content_type, GBytes *body, gsize max_answer,
                     FlowRemoteDone done)
{
  const FlowRemoteCall call = {
    .method = SOUP_METHOD_POST,
    .path = path,
    .content_type = content_type,
    .body = body,
    .max_answer = max_answer,
  };

  flow_remote_session_send (self->setup.session, &call, done, self);
}

/**
 * flow_sync_pass_is_well:
 * @self: a pass
 * @answer: (nullable): what came
 * @error: (nullable): why nothing came
 *
 * Count what went over the wire. When it did not go well, the pass ends by this.
 *
 * Returns: whether the cloud did what it was asked for
 */
gboolean
flow_sync_pass_is_well (FlowSyncPass *self, const FlowRemoteAnswer *answer, const GError *error)
{
  g_autoptr (GError) problem = NULL;

  if (answer != NULL)
    {
      self->said = TRUE;
      self->totals.bytes_up += answer->bytes_up;
      self->totals.bytes_down += answer->bytes_down;
    }
  if (answer != NULL && SOUP_STATUS_IS_SUCCESSFUL (answer->status))
    return !flow_sync_pass_is_over (self, NULL);
  problem = error != NULL ? g_error_copy (error) : flow_remote_read_error (answer);
  flow_sync_pass_fail (self, problem);
  return FALSE;
}

/** flow_sync_pass_get_plan: (nullable): what is to be done for the scope that is under way. */
FlowSyncPlan *
flow_sync_pass_get_plan (FlowSyncPass *self)
{
  GArray *scopes = self->setup.link->scopes;

  for (guint i = 0; i < scopes->len; i++)
    if (g_str_equal (g_array_index (scopes, FlowSyncPlan, i).scope, self->scope))
      return &g_array_index (scopes, FlowSyncPlan, i);
  return NULL;
}

/* Only what moved something, failed or was asked for is remembered: looking every 30 s is not. */
static gboolean
is_worth_a_row (FlowSyncPass *self)
{
  return self->totals.sent > 0 || self->totals.received > 0 || self->error != NULL ||
         !g_str_equal (self->totals.reason, "interval");
}

static gboolean
end_run (FlowSync *sync, sqlite3 *db, gpointer data, GError **error)
{
  FlowSyncPass *self = data;
  const FlowSyncPassTotals *totals = &self->totals;
  g_autofree char *why = self->error != NULL
                             ? g_strdup_printf ("%s %s", flow_error_info_for (self->error)->code, self->error->message)
                             : NULL;
  const FlowSyncRun run = {
    .start_ns = totals->start_ns,
    .end_ns = flow_clock_wall_ns (self->setup.clock),
    .reason = totals->reason,
    .sent = totals->sent,
    .received = totals->received,
    .bytes_up = totals->bytes_up,
    .bytes_down = totals->bytes_down,
    .raw_bytes = totals->raw_bytes,
    .conflicts = totals->asked + totals->decided,
    .error = why,
  };

  self->untidy = self->error == NULL && flow_sync_wants_tidy (sync);
  return (!is_worth_a_row (self) || flow_sync_run_write (&run, db, error)) &&
         flow_sync_count (sync, &self->counts, error);
}

static void
end_done (gpointer data, const GError *error)
{
  g_autoptr (FlowSyncPass) self = data;

  if (self->detached)
    return;
  if (self->error == NULL && error != NULL)
    self->error = g_error_copy (error);
  self->totals.counts = self->counts;
  self->totals.untidy = self->untidy;
  self->setup.funcs->ended (self, self->error, self->setup.data);
  flow_sync_pass_unref (self);
}

/**
 * flow_sync_pass_fail:
 * @self: a pass
 * @error: why
 *
 * End it. What the cloud is thought to have is asked for again next time.
 */
void
flow_sync_pass_fail (FlowSyncPass *self, const GError *error)
{
  g_return_if_fail (self->error == NULL);

  self->error = g_error_copy (error);
  self->setup.link->refetch |= self->refetch;
  flow_sync_link_lost (self->setup.link);
  flow_sync_pass_run (self, end_run, end_done);
}

static char *
write_acks (FlowSyncPass *self, gboolean as_message)
{
  GString *text = g_string_new (NULL);
  FlowJsonWriter writer;
  GHashTableIter iter;
  gpointer scope, vector;

  flow_json_writer_init (&writer, text);
  flow_json_writer_begin_object (&writer);
  if (as_message)
    flow_json_member_text (&writer, "type", "ack", -1);
  else
    flow_json_member_text (&writer, "device", self->setup.device, -1);
  flow_json_writer_key (&writer, "scopes");
  flow_json_writer_begin_array (&writer);
  g_hash_table_iter_init (&iter, self->acks);
  while (g_hash_table_iter_next (&iter, &scope, &vector))
    {
      flow_json_writer_begin_object (&writer);
      flow_json_member_text (&writer, "scope", scope, -1);
      flow_json_writer_key (&writer, "vector");
      flow_json_writer_raw (&writer, vector, -1);
      flow_json_writer_end_object (&writer);
    }
  flow_json_writer_end_array (&writer);
  flow_json_writer_end_object (&writer);
  return g_string_free (text, FALSE);
}

static void
acknowledged_cb (const FlowRemoteAnswer *answer, const GError *error, gpointer data)
{
  FlowSyncPass *self = data;

  if (flow_sync_pass_is_well (self, answer, error))
    flow_sync_pass_next (self);
}

static void
acknowledge (FlowSyncPass *self)
{
  g_autofree char *message = write_acks (self, TRUE);
  g_autofree char *request = NULL;
  g_autoptr (GBytes) body = NULL;

  if (self->setup.funcs->tell (message, self->setup.data))
    {
      g_hash_table_remove_all (self->acks);
      flow_sync_pass_next (self);
      return;
    }
  request = write_acks (self, FALSE);
  g_hash_table_remove_all (self->acks);
  body = g_bytes_new (request, strlen (request));
  flow_sync_pass_post (self, "/api/sync/ack", FLOW_REMOTE_JSON, body, FLOW_REMOTE_MAX_JSON, acknowledged_cb);
}

/* The scope that is next, and what for. */
static gboolean
next_scope (FlowSyncPass *self)
{
  GArray *scopes = self->setup.link->scopes;

  for (guint i = 0; i < scopes->len; i++)
    {
      FlowSyncPlan *plan = &g_array_index (scopes, FlowSyncPlan, i);

      if (!plan->download && !plan->snapshot && !plan->upload && *plan->repair == '\0')
        continue;
      g_strlcpy (self->scope, plan->scope, sizeof self->scope);
      if (plan->snapshot)
        flow_sync_pass_read_snapshot (self);
      else if (plan->download)
        flow_sync_pass_fetch (self);
      else if (*plan->repair != '\0')
        flow_sync_pass_read_repair (self);
      else
        flow_sync_pass_send (self);
      return TRUE;
    }
  return FALSE;
}

/** flow_sync_pass_next: begin the next step, or end. */
void
flow_sync_pass_next (FlowSyncPass *self)
{
  if (flow_sync_pass_is_over (self, NULL))
    return;
  self->setup.funcs->moved (self, self->setup.data);
  if (!self->setup.link->welcome || self->greet)
    flow_sync_pass_hello (self);
  else if (self->pushed != NULL)
    flow_sync_pass_take (self);
  else if (next_scope (self))
    return;
  else if (self->note)
    flow_sync_pass_tell_conflicts (self);
  else if (g_hash_table_size (self->acks) > 0)
    acknowledge (self);
  else if (!flow_sync_pass_write_snapshot (self) && !flow_sync_pass_mend (self))
    flow_sync_pass_run (self, end_run, end_done);
}

static gboolean
begin_run (FlowSync *sync, sqlite3 *db, gpointer data, GError **error)
{
  FlowSyncPass *self = data;

  flow_sync_set_resolution (sync, self->setup.resolution);
  flow_sync_set_digest_key (sync, self->digest_key);
  return flow_sync_blob_leave (db, error);
}

static void
begin_done (gpointer data, const GError *error)
{
  g_autoptr (FlowSyncPass) self = data;

  if (!flow_sync_pass_is_over (self, error))
    flow_sync_pass_next (self);
}

/**
 * flow_sync_pass_start:
 * @setup: what it works with
 * @reason: why
 * @pushed: (nullable) (transfer full) (element-type FlowSyncParcel): what the cloud sent by itself
 *
 * Begin a pass. Nothing is told before this returns.
 *
 * Returns: (transfer none): the pass, until it has ended
 */
FlowSyncPass *
flow_sync_pass_start (const FlowSyncPassSetup *setup, const char *reason, GPtrArray *pushed)
{
  FlowSyncPass *self = g_new0 (FlowSyncPass, 1);

  g_atomic_ref_count_init (&self->count);
  self->setup = *setup;
  self->pushed = pushed;
  self->totals.reason = reason;
  self->totals.start_ns = flow_clock_wall_ns (setup->clock);
  self->acks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->accepted = g_array_new (FALSE, TRUE, sizeof (FlowSyncAccepted));
  self->note = TRUE;
  self->refetch = setup->link->refetch;
  setup->link->refetch = FALSE;
  if (flow_sync_keyring_get (setup->keyring) != NULL)
    flow_secret_keys_get_purpose_key (flow_sync_keyring_get (setup->keyring), DIGEST_PURPOSE, self->digest_key);
  flow_sync_pass_run (self, begin_run, begin_done);
  return self;
}

/** flow_sync_pass_cancel: end it after the step that is under way. */
void
flow_sync_pass_cancel (FlowSyncPass *self)
{
  self->cancelled = TRUE;
}

/**
 * flow_sync_pass_detach:
 * @self: (transfer full): a pass whose session is freed behind this
 *
 * The owner goes; what is under way on other threads ends by itself.
 */
void
flow_sync_pass_detach (FlowSyncPass *self)
{
  self->detached = TRUE;
  flow_sync_pass_unref (self);
}

/** flow_sync_pass_get_totals: what it has done so far. */
const FlowSyncPassTotals *
flow_sync_pass_get_totals (FlowSyncPass *self)
{
  return &self->totals;
}
