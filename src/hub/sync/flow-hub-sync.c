/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-sync"

#include "hub/sync/flow-hub-sync.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "hub/sync/flow-hub-sync-private.h"

#define INSTANCE_BITS 128

/** flow_hub_sync_tell: what is said of syncing is another. */
void
flow_hub_sync_tell (FlowHubSync *self)
{
  flow_hub_news_sync (self->setup.news);
}

/** flow_hub_sync_say: something that the user should know. */
void
flow_hub_sync_say (FlowHubSync *self, const char *kind, const char *message, const char *detail)
{
  const char *title = self->account->server != NULL ? self->account->server : "";

  flow_hub_news_sync_notice (self->setup.news, kind, title, message, detail);
}

/** flow_hub_sync_set_error: what is wrong; %NULL: nothing. */
void
flow_hub_sync_set_error (FlowHubSync *self, const GError *error)
{
  g_autoptr (GError) before = g_steal_pointer (&self->error);

  self->error = error != NULL ? g_error_copy (error) : NULL;
  if (error != NULL && (before == NULL || !g_str_equal (before->message, error->message)))
    g_message ("Syncing: %s", error->message);
  flow_hub_sync_tell (self);
}

/** flow_hub_sync_set_signed_out: nobody is signed in; why that is may be known better already. */
void
flow_hub_sync_set_signed_out (FlowHubSync *self, const GError *error)
{
  if (!g_error_matches (self->error, FLOW_ERROR, FLOW_ERROR_DEVICE_REMOVED) &&
      !g_error_matches (self->error, FLOW_ERROR, FLOW_ERROR_CLONED))
    flow_hub_sync_set_error (self, error);
}

/** flow_hub_sync_save: keep what is known of the account. */
gboolean
flow_hub_sync_save (FlowHubSync *self)
{
  g_autoptr (GError) error = NULL;

  if (flow_sync_account_save (self->account, self->setup.context, &error))
    return TRUE;
  flow_hub_sync_set_error (self, error);
  return FALSE;
}

/** flow_hub_sync_check_signed_in: whether somebody has signed in, and the cloud still knows that. */
gboolean
flow_hub_sync_check_signed_in (FlowHubSync *self, GError **error)
{
  if (self->session != NULL && flow_remote_session_get_refresh (self->session) != NULL)
    return TRUE;
  /* A keyring that is locked is no reason to sign in again. */
  if (self->error != NULL && self->account->server != NULL && !self->account->left)
    g_propagate_error (error, g_error_copy (self->error));
  else
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_SIGNED_OUT, _ ("Nobody is signed in to a cloud"));
  return FALSE;
}

/** flow_hub_sync_check_open: whether somebody has signed in and this device has the keys. */
gboolean
flow_hub_sync_check_open (FlowHubSync *self, GError **error)
{
  if (!flow_hub_sync_check_signed_in (self, error))
    return FALSE;
  if (flow_sync_keyring_get (self->keyring) != NULL)
    return TRUE;
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NEEDS_PASSPHRASE,
                       _ ("This device does not have the key of your account"));
  return FALSE;
}

/* What is on the writer thread when it begins. */
typedef struct
{
  FlowHubSync *sync;
  guint8 device[FLOW_SYNC_DEVICE_SIZE];
  gboolean on;
  FlowSyncCounts counts;
} Begin;

static gboolean
begin_run (FlowSync *sync, sqlite3 *db, gpointer data, GError **error)
{
  Begin *begin = data;

  memcpy (begin->device, flow_sync_get_device (sync), sizeof begin->device);
  begin->on = flow_sync_is_on (sync);
  return flow_sync_count (sync, &begin->counts, error);
}

static void
begin_done (gpointer data, const GError *error)
{
  g_autofree Begin *begin = data;
  FlowHubSync *self = begin->sync;
  char hex[2 * FLOW_SYNC_DEVICE_SIZE + 1];

  if (self->stopped)
    return;
  if (error != NULL)
    {
      flow_hub_sync_set_error (self, error);
      return;
    }
  flow_id_to_hex (begin->device, sizeof begin->device, hex);
  self->device = g_strdup (hex);
  self->counts = begin->counts;
  flow_sync_pairing_set_device (self->pairing, hex);
  if (self->account->server != NULL && !self->account->left && !flow_hub_sync_finish_roll_back (self, begin->on))
    flow_hub_sync_open_account (self);
}

static void
changed_cb (gpointer data)
{
  FlowHubSync *self = data;

  flow_sync_link_upload (&self->link);
  flow_hub_sync_changed (self);
}

static void
load_account (FlowHubSync *self)
{
  g_autoptr (GError) error = NULL;

  self->account = flow_sync_account_load (self->setup.context, &error);
  if (self->account != NULL)
    return;
  self->account = flow_sync_account_new ();
  flow_hub_sync_set_error (self, error);
}

/**
 * flow_hub_sync_new:
 * @setup: what it works with
 * @settings: the settings
 *
 * Begin to sync, if somebody has signed in. On the hub thread.
 *
 * Returns: (transfer full): syncing
 */
FlowHubSync *
flow_hub_sync_new (const FlowHubSyncSetup *setup, FlowSettingsSnapshot *settings)
{
  FlowHubSync *self = g_new0 (FlowHubSync, 1);
  Begin *begin = g_new0 (Begin, 1);

  self->setup = *setup;
  self->settings = flow_settings_snapshot_ref (settings);
  self->instance = flow_id_new_token (INSTANCE_BITS);
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->devices = g_ptr_array_new_with_free_func (flow_sync_device_row_free);
  self->jobs = g_ptr_array_new ();
  self->pairing = flow_hub_sync_new_pairing (self);
  self->setting_up = flow_hub_sync_new_setup (self);
  flow_hub_sync_drive_init (self);
  load_account (self);
  flow_sync_engine_set_changed (setup->engine, changed_cb, self);
  begin->sync = self;
  flow_sync_engine_run (setup->engine, begin_run, begin_done, begin);
  return self;
}

/**
 * flow_hub_sync_stop:
 * @self: syncing
 *
 * Speak with nobody any more. Who waits for an answer gets one.
 */
void
flow_hub_sync_stop (FlowHubSync *self)
{
  g_autoptr (GError) error = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_STOPPING, _ ("The hub is stopping"));

  if (self->stopped)
    return;
  self->stopped = TRUE;
  flow_sync_engine_set_changed (self->setup.engine, NULL, NULL);
  flow_hub_sync_close_account (self, error);
  flow_hub_sync_drive_clear (self);
}

/**
 * flow_hub_sync_free:
 * @self: (transfer full): syncing in a hub whose store is closed, and that has heard everything of it
 *
 * Free it.
 */
void
flow_hub_sync_free (FlowHubSync *self)
{
  flow_hub_sync_stop (self);
  flow_sync_setup_free (self->setting_up);
  flow_sync_pairing_free (self->pairing);
  flow_sync_link_clear (&self->link);
  flow_sync_tidy_clear (&self->tidy);
  g_ptr_array_unref (self->waits);
  g_ptr_array_unref (self->pushed);
  g_ptr_array_unref (self->devices);
  g_ptr_array_unref (self->jobs);
  g_hash_table_unref (self->names);
  flow_sync_account_free (self->account);
  flow_settings_snapshot_unref (self->settings);
  g_clear_error (&self->error);
  g_free (self->conflict);
  g_free (self->device);
  g_free (self->instance);
  g_free (self);
}

/* Who says that nobody is to be spoken with means also whom somebody is signing in to. */
static void
stop_login (FlowHubSync *self)
{
  g_autoptr (GError) error = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_LOCAL_ONLY,
                                                  _ ("The setting privacy.local-only is on"));

  flow_hub_sync_stop_login (self, error);
}

/**
 * flow_hub_sync_set_settings:
 * @self: syncing
 * @settings: other settings
 *
 * Go by other settings. On the hub thread.
 */
void
flow_hub_sync_set_settings (FlowHubSync *self, FlowSettingsSnapshot *settings)
{
  FlowSettingsSnapshot *before = self->settings;
  gboolean before_local = before->local_only;
  gboolean same = settings->local_only == before->local_only && settings->auto_sync == before->auto_sync &&
                  settings->sync_interval == before->sync_interval;

  self->settings = flow_settings_snapshot_ref (settings);
  flow_settings_snapshot_unref (before);
  if (settings->local_only && !before_local && !self->stopped)
    stop_login (self);
  if (self->stopped || self->remote == NULL || same)
    return;
  flow_remote_set_forbidden (self->remote, settings->local_only);
  if (settings->local_only)
    flow_hub_sync_halt (self);
  else
    flow_hub_sync_schedule (self, "start", 0);
  flow_hub_sync_tell (self);
}

/** flow_hub_sync_get_keys: (nullable) (transfer none): the keys of the account. */
FlowSecretKeys *
flow_hub_sync_get_keys (FlowHubSync *self)
{
  return self->keyring != NULL ? flow_sync_keyring_get (self->keyring) : NULL;
}
