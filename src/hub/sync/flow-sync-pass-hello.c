/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-sync"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "hub/sync/flow-sync-pass-private.h"

/* Say hello: what is here, what the cloud has, what is to be done. */

/* Restored, then retired, then with other scopes: more makes no sense. */
#define MAX_HELLOS 6

/* Beyond so many it does not say hello again for a digest. */
#define MAX_DIGESTS 4

static gboolean
hello_run (FlowSync *sync, sqlite3 *db, gpointer data, GError **error)
{
  FlowSyncPass *self = data;
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, self->text);
  return flow_sync_write_hello (sync, &writer, error);
}

/* What this device has of what the cloud has. */
static FlowSyncVector *
make_common (const FlowSyncVector *here, const FlowSyncVector *there)
{
  FlowSyncVector *common = flow_sync_vector_new ();

  for (guint i = 0; i < flow_sync_vector_get_size (there); i++)
    {
      const FlowSyncDot *entry = flow_sync_vector_get_entry (there, i);
      guint64 known = MIN (flow_sync_vector_get (here, entry->device, entry->epoch), entry->seq);

      if (known > 0)
        flow_sync_vector_set (common, entry->device, entry->epoch, known);
    }
  return common;
}

static gboolean
is_acknowledged (const FlowSyncWelcomeScope *scope, const guint8 *device, const FlowSyncVector *common)
{
  for (guint i = 0; i < scope->live->len; i++)
    {
      const FlowSyncPeer *peer = scope->live->pdata[i];

      if (memcmp (peer->device, device, FLOW_SYNC_DEVICE_SIZE) == 0)
        return flow_sync_vector_covers (peer->vector, common);
    }
  return FALSE;
}

/* What the cloud does not know that this device has, its own operations too: else it keeps them for ever. */
static gboolean
find_acks (FlowSyncPass *self, FlowSync *sync, GError **error)
{
  for (guint i = 0; i < self->welcome->scopes->len; i++)
    {
      const FlowSyncWelcomeScope *scope = self->welcome->scopes->pdata[i];
      g_autoptr (FlowSyncVector) here = flow_sync_get_vector (sync, scope->scope, error);
      g_autoptr (FlowSyncVector) common = NULL;
      GString *text;
      FlowJsonWriter writer;

      if (here == NULL)
        return FALSE;
      common = make_common (here, scope->vector);
      if (is_acknowledged (scope, flow_sync_get_device (sync), common))
        continue;
      text = g_string_new (NULL);
      flow_json_writer_init (&writer, text);
      flow_sync_vector_write_json (common, &writer);
      g_hash_table_insert (self->acks, g_strdup (scope->scope), g_string_free (text, FALSE));
    }
  return TRUE;
}

static gboolean
welcome_run (FlowSync *sync, sqlite3 *db, gpointer data, GError **error)
{
  FlowSyncPass *self = data;

  for (guint i = 0; self->welcome->others != NULL && self->welcome->others[i] != NULL; i++)
    if (!flow_sync_add_scope (sync, self->welcome->others[i], error))
      return FALSE;
  return flow_sync_take_welcome (sync, self->welcome, &self->plans, error) && find_acks (self, sync, error);
}

static void
use_plans (FlowSyncPass *self)
{
  FlowSyncLink *link = self->setup.link;
  gboolean others = self->welcome->others != NULL && self->welcome->others[0] != NULL;

  g_array_set_size (link->scopes, 0);
  if (self->plans.plans != NULL)
    g_array_append_vals (link->scopes, self->plans.plans->data, self->plans.plans->len);
  for (guint i = 0; self->refetch && i < link->scopes->len; i++)
    g_array_index (link->scopes, FlowSyncPlan, i).download = TRUE;
  link->welcome = TRUE;
  self->look = TRUE;
  self->greet = self->plans.again || others;
  flow_sync_plans_clear (&self->plans);
}

static void
welcome_done (gpointer data, const GError *error)
{
  g_autoptr (FlowSyncPass) self = data;

  if (flow_sync_pass_is_over (self, error))
    return;
  use_plans (self);
  flow_sync_pass_next (self);
}

static void
keys_cb (const GError *error, gpointer data)
{
  FlowSyncPass *self = data;

  if (!flow_sync_pass_is_over (self, error))
    flow_sync_pass_run (self, welcome_run, welcome_done);
}

static GError *
check_state (FlowSyncDeviceState state)
{
  switch (state)
    {
    case FLOW_SYNC_DEVICE_CLONED:
      return g_error_new_literal (FLOW_ERROR, FLOW_ERROR_CLONED, _ ("Another computer is signed in as this device"));
    case FLOW_SYNC_DEVICE_REMOVED:
      return g_error_new_literal (FLOW_ERROR, FLOW_ERROR_DEVICE_REMOVED,
                                  _ ("This device was removed from the account"));
    case FLOW_SYNC_DEVICE_OK:
    case FLOW_SYNC_DEVICE_RETIRED:
    default:
      return NULL;
    }
}

static guint64
count_missing (const FlowSyncVector *has, const FlowSyncVector *all)
{
  guint64 missing = 0;

  for (guint i = 0; i < flow_sync_vector_get_size (all); i++)
    {
      const FlowSyncDot *entry = flow_sync_vector_get_entry (all, i);
      guint64 known = flow_sync_vector_get (has, entry->device, entry->epoch);

      missing += entry->seq > known ? entry->seq - known : 0;
    }
  return missing;
}

/* How far the devices are behind the cloud. */
static void
measure_peers (FlowSyncPass *self)
{
  GHashTable *behind = self->setup.link->behind;

  g_hash_table_remove_all (behind);
  for (guint i = 0; i < self->welcome->scopes->len; i++)
    {
      const FlowSyncWelcomeScope *scope = self->welcome->scopes->pdata[i];

      for (guint j = 0; j < scope->live->len; j++)
        {
          const FlowSyncPeer *peer = scope->live->pdata[j];
          g_autofree char *hex = g_malloc (2 * FLOW_SYNC_DEVICE_SIZE + 1);
          guint64 *count = g_new0 (guint64, 1);
          const guint64 *before;

          flow_id_to_hex (peer->device, FLOW_SYNC_DEVICE_SIZE, hex);
          before = g_hash_table_lookup (behind, hex);
          *count = (before != NULL ? *before : 0) + count_missing (peer->vector, scope->vector);
          g_hash_table_insert (behind, g_steal_pointer (&hex), count);
        }
    }
}

static void
answered_cb (const FlowRemoteAnswer *answer, const GError *error, gpointer data)
{
  FlowSyncPass *self = data;
  g_autoptr (GError) problem = NULL;

  if (!flow_sync_pass_is_well (self, answer, error))
    return;
  g_clear_pointer (&self->welcome, flow_sync_welcome_free);
  self->welcome = flow_sync_welcome_parse (g_bytes_get_data (answer->body, NULL),
                                           (gssize) g_bytes_get_size (answer->body), &problem);
  if (self->welcome == NULL)
    {
      g_clear_error (&problem);
      problem = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_BAD_ANSWER, _ ("The cloud's welcome cannot be understood"));
    }
  else
    problem = check_state (self->welcome->device_state);
  if (flow_sync_pass_is_over (self, problem))
    return;
  measure_peers (self);
  if (self->welcome->keys_version != flow_sync_keyring_get_version (self->setup.keyring))
    flow_sync_keyring_refresh (self->setup.keyring, keys_cb, self);
  else
    keys_cb (NULL, self);
}

static void
hello_done (gpointer data, const GError *error)
{
  g_autoptr (FlowSyncPass) self = data;
  g_autoptr (GBytes) body = NULL;

  if (flow_sync_pass_is_over (self, error))
    return;
  body = g_string_free_to_bytes (g_steal_pointer (&self->text));
  flow_sync_pass_post (self, "/api/sync/hello", FLOW_REMOTE_JSON, body, FLOW_REMOTE_MAX_JSON, answered_cb);
}

/** flow_sync_pass_may_greet: whether it may say hello again only to say what holds here. */
gboolean
flow_sync_pass_may_greet (FlowSyncPass *self)
{
  return self->hellos < MAX_DIGESTS;
}

/** flow_sync_pass_hello: learn what there is to be done. */
void
flow_sync_pass_hello (FlowSyncPass *self)
{
  self->greet = FALSE;
  if (self->hellos++ >= MAX_HELLOS)
    {
      g_autoptr (GError) error = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_BAD_ANSWER,
                                                      _ ("This device and the cloud do not agree on what was sent"));

      flow_sync_pass_fail (self, error);
      return;
    }
  self->text = g_string_new (NULL);
  flow_sync_pass_run (self, hello_run, hello_done);
}
