/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-sync"

#include <glib/gi18n-lib.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "hub/flow-json-read.h"
#include "hub/sync/flow-sync-pass-private.h"

/* Send operations of one scope: collected, sealed, uploaded, and remembered as what the cloud has. */

/* A batch that could not be compressed still has room for its head. */
#define BATCH_BYTES (FLOW_SYNC_BATCH_MAX - 1024)
#define UPLOAD_BYTES (1024 * 1024)

static gboolean
collect_run (FlowSync *sync, sqlite3 *db, gpointer data, GError **error)
{
  FlowSyncPass *self = data;
  gsize bytes = 0;

  self->exhausted = FALSE;
  while (bytes < UPLOAD_BYTES)
    {
      FlowSyncOps *ops = NULL;

      if (!flow_sync_collect (sync, self->scope, self->after, BATCH_BYTES, &ops, error))
        return FALSE;
      if (ops == NULL)
        {
          self->exhausted = TRUE;
          break;
        }
      g_ptr_array_add (self->ops, ops);
      self->after = flow_sync_ops_get_last (ops);
      bytes += flow_sync_ops_get_size (ops);
    }
  self->now_ms = flow_sync_get_now_ms (sync);
  return TRUE;
}

static gboolean
accept_run (FlowSync *sync, sqlite3 *db, gpointer data, GError **error)
{
  FlowSyncPass *self = data;

  for (guint i = 0; i < self->accepted->len; i++)
    {
      const FlowSyncAccepted *accepted = &g_array_index (self->accepted, FlowSyncAccepted, i);

      if (!flow_sync_accept (sync, self->scope, &accepted->last, accepted->number, error))
        return FALSE;
    }
  return TRUE;
}

/* All is sent, unless there was more to send meanwhile. */
static void
settle (FlowSyncPass *self)
{
  FlowSyncPlan *plan = flow_sync_pass_get_plan (self);

  if (plan != NULL && self->exhausted && plan->upload_after >= self->after &&
      self->changes == self->setup.link->changes)
    plan->upload = FALSE;
}

static void
accept_done (gpointer data, const GError *error)
{
  g_autoptr (FlowSyncPass) self = data;

  if (flow_sync_pass_is_over (self, error))
    return;
  settle (self);
  flow_sync_pass_next (self);
}

/* How many of the operations that were sent end at or before @seq. */
static void
count_sent (FlowSyncPass *self, guint64 seq)
{
  for (guint i = 0; i < self->ops->len; i++)
    {
      FlowSyncOps *ops = self->ops->pdata[i];

      if (flow_sync_ops_get_last (ops) != seq)
        continue;
      self->totals.sent += flow_sync_ops_get_n (ops);
      self->totals.raw_bytes += flow_sync_ops_get_size (ops);
    }
}

static gboolean
read_accepted (FlowSyncPass *self, JsonObject *row)
{
  const char *device = flow_json_get_string (row, "device");
  const char *scope = flow_json_get_string (row, "scope");
  FlowSyncAccepted accepted = { .number = (guint64) flow_json_get_int (row, "number") };
  FlowSyncPlan *plan = flow_sync_pass_get_plan (self);

  accepted.last.epoch = (guint64) flow_json_get_int (row, "epoch");
  accepted.last.seq = (guint64) flow_json_get_int (row, "seq");
  if (g_strcmp0 (scope, self->scope) != 0 || g_strcmp0 (device, self->setup.device) != 0 || accepted.number == 0 ||
      !flow_id_from_hex (device, sizeof accepted.last.device, accepted.last.device))
    return FALSE;
  g_array_append_val (self->accepted, accepted);
  count_sent (self, accepted.last.seq);
  if (plan != NULL)
    plan->upload_after = MAX (plan->upload_after, accepted.last.seq);
  return TRUE;
}

/* Why the cloud did not take the rest. Nothing is thrown away for it. */
static GError *
read_refusal (FlowSyncPass *self, JsonObject *row)
{
  const char *code = flow_json_get_string (row, "code");
  FlowSyncPlan *plan = flow_sync_pass_get_plan (self);

  if (g_strcmp0 (code, "gap") == 0 && json_object_has_member (row, "vector_seq") && plan != NULL && !self->gap)
    {
      plan->upload_after = (guint64) flow_json_get_int (row, "vector_seq");
      self->gap = TRUE;
      return NULL;
    }
  if (g_strcmp0 (code, "clock") == 0 && !self->late)
    {
      self->late = self->greet = TRUE;
      return NULL;
    }
  if (g_strcmp0 (code, "clock") == 0)
    return g_error_new_literal (FLOW_ERROR, FLOW_ERROR_CLOCK_WRONG, _ ("The clock of this computer is wrong"));
  if (g_strcmp0 (code, "quota") == 0)
    return g_error_new_literal (FLOW_ERROR, FLOW_ERROR_TOO_LARGE, _ ("The account has no room left at the cloud"));
  return g_error_new (FLOW_ERROR, FLOW_ERROR_BAD_ANSWER, _ ("The cloud does not take what this device did (%s)"),
                      code != NULL ? code : "?");
}

static void
read_answer (FlowSyncPass *self, JsonObject *body, GError **error)
{
  JsonArray *accepted = flow_json_get_array (body, "accepted");
  JsonArray *refused = flow_json_get_array (body, "refused");
  guint n_refused = refused != NULL ? json_array_get_length (refused) : 0;

  for (guint i = 0; accepted != NULL && i < json_array_get_length (accepted); i++)
    {
      JsonNode *row = json_array_get_element (accepted, i);

      if (JSON_NODE_HOLDS_OBJECT (row) && read_accepted (self, json_node_get_object (row)))
        continue;
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ANSWER, _ ("The cloud's answer cannot be understood"));
      return;
    }
  if (n_refused > 0 && JSON_NODE_HOLDS_OBJECT (json_array_get_element (refused, 0)))
    {
      GError *refusal = read_refusal (self, json_array_get_object_element (refused, 0));

      if (refusal != NULL)
        g_propagate_error (error, refusal);
    }
  else if (self->accepted->len == 0)
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ANSWER, _ ("The cloud's answer cannot be understood"));
}

static void
uploaded_cb (const FlowRemoteAnswer *answer, const GError *error, gpointer data)
{
  FlowSyncPass *self = data;
  g_autoptr (GError) problem = NULL;
  g_autoptr (JsonObject) body = NULL;

  if (!flow_sync_pass_is_well (self, answer, error))
    return;
  g_array_set_size (self->accepted, 0);
  body = flow_json_read_object (g_bytes_get_data (answer->body, NULL), g_bytes_get_size (answer->body), NULL);
  if (body != NULL)
    read_answer (self, body, &problem);
  else
    problem = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_BAD_ANSWER, _ ("The cloud's answer cannot be understood"));
  if (!flow_sync_pass_is_over (self, problem))
    flow_sync_pass_run (self, accept_run, accept_done);
}

static void
sealed_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (FlowSyncPass) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = flow_sync_parcels_seal_finish (result, &error);

  if (flow_sync_pass_is_over (self, error))
    return;
  self->totals.sealed_bytes += g_bytes_get_size (body);
  flow_sync_pass_post (self, "/api/sync/upload", FLOW_REMOTE_BYTES, body, FLOW_REMOTE_MAX_JSON, uploaded_cb);
}

static void
seal (FlowSyncPass *self)
{
  const FlowSyncSealing sealing = { self->now_ms, self->setup.compress_from, self->setup.level };

  flow_sync_parcels_seal_async (self->ops, flow_sync_keyring_get (self->setup.keyring), &sealing, sealed_cb,
                                flow_sync_pass_ref (self));
}

static FlowSecretKeys *
add_scope (FlowSecretKeys *keys, gpointer data, GError **error)
{
  return flow_secret_keys_add_scope (keys, data, g_get_real_time () / 1000, error);
}

static void
added_cb (const GError *error, gpointer data)
{
  FlowSyncPass *self = data;

  if (!flow_sync_pass_is_over (self, error))
    seal (self);
}

static void
collect_done (gpointer data, const GError *error)
{
  g_autoptr (FlowSyncPass) self = data;
  FlowSyncKeyring *keyring = self->setup.keyring;

  if (flow_sync_pass_is_over (self, error))
    return;
  if (self->ops->len == 0)
    {
      settle (self);
      flow_sync_pass_next (self);
    }
  else if (flow_secret_keys_get_current (flow_sync_keyring_get (keyring), self->scope) == NULL)
    flow_sync_keyring_change (keyring, add_scope, g_strdup (self->scope), g_free, added_cb, self);
  else
    seal (self);
}

/** flow_sync_pass_send: send what the cloud has not got of the scope that is next. */
void
flow_sync_pass_send (FlowSyncPass *self)
{
  FlowSyncPlan *plan = flow_sync_pass_get_plan (self);

  g_clear_pointer (&self->ops, g_ptr_array_unref);
  self->ops = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_sync_ops_unref);
  self->after = plan->upload_after;
  self->changes = self->setup.link->changes;
  flow_sync_pass_run (self, collect_run, collect_done);
}
