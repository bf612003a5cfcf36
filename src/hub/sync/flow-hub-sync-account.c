/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-sync"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "hub/flow-json-read.h"
#include "hub/sync/flow-hub-sync-private.h"
#include "hub/sync/flow-remote-url.h"
#include "message/flow-json-member.h"

/* Signing in and out, and what is known of it from one start of the program to the next. */

/* A keyring that is locked may be unlocked at any time. */
#define SECRETS_AGAIN_MS (30 * 1000)

static void
kept_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!flow_secrets_store_finish (FLOW_SECRETS (object), result, &error))
    g_warning ("A secret could not be kept: %s", error->message);
}

/* Nobody waits for it: when it cannot be kept, the user has to sign in again some day, and is told where keys are. */
static void
renewed_cb (const char *refresh, gpointer data)
{
  FlowHubSync *self = data;
  g_autoptr (GBytes) secret = g_bytes_new (refresh, strlen (refresh));

  flow_secrets_store_async (self->secrets, FLOW_SYNC_SECRET_REFRESH, _ ("FlowScope: signed in to a cloud"), secret,
                            NULL, kept_cb, NULL);
}

static void
ended_cb (const GError *error, gpointer data)
{
  FlowHubSync *self = data;

  flow_hub_sync_close_socket (self);
  flow_hub_sync_set_signed_out (self, error);
  flow_hub_sync_say (self, "signed_out", error->message, "");
}

static void
keys_changed_cb (gpointer data)
{
  FlowHubSync *self = data;
  FlowSecretKeys *keys = flow_sync_keyring_get (self->keyring);

  if (keys == NULL)
    return;
  flow_sync_account_set (&self->account->envelope, flow_secret_keys_get_envelope (keys));
  self->account->envelope_version = flow_sync_keyring_get_version (self->keyring);
  flow_hub_sync_save (self);
}

/* Whoever asked for it has heard that it failed, and has not seen the words. */
static void
replaced_cb (gpointer data)
{
  FlowHubSync *self = data;
  FlowSecretKeys *keys = flow_sync_keyring_get (self->keyring);
  g_autoptr (GBytes) secret = g_bytes_new (flow_secret_keys_get_account_key (keys), FLOW_SECRET_KEY_SIZE);

  flow_secrets_store_async (self->secrets, FLOW_SYNC_SECRET_KEY, _ ("FlowScope: the key of your synced data"), secret,
                            NULL, kept_cb, NULL);
  flow_hub_sync_say (self, "keys",
                     _ ("The key of your account was replaced after all. Get other recovery words: those that you have "
                        "are of no use."),
                     "");
}

/**
 * flow_hub_sync_connect:
 * @self: syncing with an account
 * @remote: (transfer full): its cloud
 * @access: (nullable): an access token
 * @refresh: a refresh token
 * @expires_in_s: seconds that @access is good for
 *
 * Be signed in. There are no keys yet.
 */
void
flow_hub_sync_connect (FlowHubSync *self, FlowRemote *remote, const char *access, const char *refresh,
                       guint expires_in_s)
{
  static const FlowRemoteSessionFuncs funcs = { renewed_cb, ended_cb };

  self->remote = remote;
  self->session = flow_remote_session_new (remote, self->setup.clock, self->setup.mark, &funcs, self);
  flow_remote_session_set_tokens (self->session, access, refresh, expires_in_s);
  self->keyring = flow_sync_keyring_new (self->session, keys_changed_cb, replaced_cb, self);
  flow_remote_set_forbidden (remote, self->settings->local_only);
  flow_hub_sync_trust_socket (self);
  flow_hub_sync_watch_network (self);
}

/* What secrets say; asked one after the other. */
typedef struct
{
  FlowHubSync *sync; /* (nullable): nobody wants to know any more */
  FlowSecrets *secrets;
  GBytes *refresh;
} Opening;

static void
forget_opening (FlowHubSync *self)
{
  Opening *opening = g_steal_pointer (&self->opening);

  if (opening != NULL)
    opening->sync = NULL;
}

/**
 * flow_hub_sync_close_account:
 * @self: syncing
 * @error: what those hear who wait
 *
 * Speak with nobody any more.
 */
void
flow_hub_sync_close_account (FlowHubSync *self, const GError *error)
{
  FlowHubSyncAnswer done = self->login_done;

  self->login_done = NULL;
  g_clear_pointer (&self->login, flow_sync_login_detach);
  g_clear_pointer (&self->pass, flow_sync_pass_detach);
  self->missed = NULL;
  flow_hub_sync_close_socket (self);
  forget_opening (self);
  flow_hub_sync_stop_mail (self);
  self->opening_socket = self->asking_devices = FALSE;
  g_clear_pointer (&self->session, flow_remote_session_free);
  g_clear_pointer (&self->keyring, flow_sync_keyring_free);
  g_clear_pointer (&self->remote, flow_remote_free);
  g_clear_object (&self->secrets);
  flow_sync_link_lost (&self->link);
  g_array_set_size (self->link.scopes, 0);
  g_ptr_array_set_size (self->pushed, 0);
  g_ptr_array_set_size (self->devices, 0);
  self->due_us = G_MAXINT64;
  flow_hub_sync_end_jobs (self, error);
  flow_hub_sync_end_waits (self, error);
  if (done != NULL)
    done (NULL, error, self->login_data);
}

/** flow_hub_sync_lose_device: the cloud does not know this device any more, or another computer is it. */
void
flow_hub_sync_lose_device (FlowHubSync *self, const GError *error)
{
  self->new_device = TRUE;
  flow_remote_session_set_tokens (self->session, NULL, NULL, 0);
  flow_hub_sync_close_socket (self);
  flow_hub_sync_set_error (self, error);
  flow_hub_sync_say (self, "signed_out", error->message, "");
}

static void
opening_free (Opening *opening)
{
  if (opening->sync != NULL)
    opening->sync->opening = NULL;
  g_object_unref (opening->secrets);
  g_clear_pointer (&opening->refresh, g_bytes_unref);
  g_free (opening);
}

static void
fail_opening (Opening *opening, const GError *error)
{
  FlowHubSync *self = opening->sync;

  /* It is asked again and again, and told once. */
  if (self->error == NULL || !g_str_equal (self->error->message, error->message))
    flow_hub_sync_say (self, "secrets", error->message, "");
  flow_hub_sync_set_error (self, error);
  self->due_us = flow_clock_monotonic_us (self->setup.clock) + SECRETS_AGAIN_MS * 1000;
  g_source_set_ready_time (self->timer, self->due_us);
}

static void
open_keys (FlowHubSync *self, GBytes *secret)
{
  g_autoptr (FlowSecretKeys) keys = NULL;

  if (secret != NULL && g_bytes_get_size (secret) == FLOW_SECRET_KEY_SIZE && self->account->envelope != NULL)
    keys = flow_secret_keys_open_account_key (self->account->envelope, g_bytes_get_data (secret, NULL), NULL);
  if (keys != NULL)
    flow_sync_keyring_set (self->keyring, keys, self->account->envelope_version);
}

static void
go (FlowHubSync *self, GBytes *refresh, GBytes *key)
{
  g_autofree char *token = g_strndup (g_bytes_get_data (refresh, NULL), g_bytes_get_size (refresh));
  g_autoptr (GError) error = NULL;
  FlowRemote *remote;

  remote = flow_remote_new (self->account->server, self->account->ca_file, &flow_remote_default_limits, &error);
  if (remote == NULL)
    {
      flow_hub_sync_set_error (self, error);
      return;
    }
  flow_hub_sync_set_error (self, NULL);
  flow_hub_sync_connect (self, remote, NULL, token, 0);
  open_keys (self, key);
  if (flow_hub_sync_check_open (self, &error))
    flow_hub_sync_go_on_with_setup (self);
  else
    flow_hub_sync_set_error (self, error);
  flow_hub_sync_schedule (self, "start", 0);
}

static void
key_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  Opening *opening = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) key = flow_secrets_lookup_finish (FLOW_SECRETS (object), result, &error);

  if (opening->sync != NULL && error != NULL)
    fail_opening (opening, error);
  else if (opening->sync != NULL)
    go (opening->sync, opening->refresh, key);
  opening_free (opening);
}

static void
refresh_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  Opening *opening = data;
  g_autoptr (GError) error = NULL;

  opening->refresh = flow_secrets_lookup_finish (FLOW_SECRETS (object), result, &error);
  if (opening->sync != NULL && error == NULL && opening->refresh == NULL)
    error = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_SIGNED_OUT, _ ("The sign-in was not kept: sign in again"));
  if (opening->sync != NULL && error == NULL)
    {
      flow_secrets_lookup_async (opening->secrets, FLOW_SYNC_SECRET_KEY, NULL, key_cb, opening);
      return;
    }
  if (opening->sync != NULL && g_error_matches (error, FLOW_ERROR, FLOW_ERROR_SIGNED_OUT))
    flow_hub_sync_set_signed_out (opening->sync, error);
  else if (opening->sync != NULL)
    fail_opening (opening, error);
  opening_free (opening);
}

/**
 * flow_hub_sync_open_account:
 * @self: syncing with an account, whose device is known
 *
 * Ask for the secrets of the account, and begin with them.
 */
void
flow_hub_sync_open_account (FlowHubSync *self)
{
  Opening *opening;
  FlowSecretsKind kind = FLOW_SECRETS_AUTO;

  if (self->opening != NULL || self->session != NULL)
    return;
  if (self->account->device == NULL)
    {
      g_autoptr (GError) error = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_SIGNED_OUT,
                                                      _ ("This device is not signed in any more: sign in again"));

      flow_hub_sync_set_signed_out (self, error);
      return;
    }
  if (g_strcmp0 (self->account->device, self->device) != 0)
    {
      g_autoptr (GError) error = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_CLONED,
                                                      _ ("This data was copied from another computer: sign in again"));

      flow_hub_sync_set_error (self, error);
      return;
    }
  if (self->account->secrets != NULL)
    flow_secrets_kind_from_text (self->account->secrets, &kind, NULL);
  if (self->secrets == NULL)
    self->secrets = flow_secrets_new (self->setup.context, kind);
  self->opening = opening = g_new0 (Opening, 1);
  opening->sync = self;
  opening->secrets = g_object_ref (self->secrets);
  flow_secrets_lookup_async (self->secrets, FLOW_SYNC_SECRET_REFRESH, NULL, refresh_cb, opening);
}

static void
key_kept_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  FlowSyncJob *job = data;
  g_autoptr (GError) error = NULL;
  FlowHubSync *self = job->sync;

  job->busy = FALSE;
  flow_secrets_store_finish (FLOW_SECRETS (object), result, &error);
  if (self != NULL && error == NULL)
    {
      flow_hub_sync_set_error (self, NULL);
      flow_hub_sync_go_on_with_setup (self);
      flow_hub_sync_schedule (self, "start", 0);
    }
  flow_sync_job_end (job, "", NULL, error);
}

static void
envelope_cb (const FlowRemoteAnswer *answer, const GError *error, gpointer data)
{
  FlowSyncJob *job = data;
  FlowHubSync *self = job->sync;
  guint8 key[FLOW_SECRET_KEY_SIZE];
  guint64 version;
  g_autoptr (GBytes) secret = NULL;
  g_autoptr (GError) problem = NULL;
  g_autofree char *envelope = NULL;
  g_autoptr (FlowSecretKeys) keys = NULL;

  if (!flow_sync_job_is_well (job, answer, error))
    return;
  flow_id_from_hex (job->text, sizeof key, key);
  envelope = flow_sync_keyring_read_get (answer, &version, &problem);
  if (envelope != NULL)
    keys = flow_secret_keys_open_account_key (envelope, key, &problem);
  if (keys == NULL)
    {
      flow_sync_job_end (job, NULL, NULL, problem);
      return;
    }
  flow_sync_keyring_set (self->keyring, keys, version);
  secret = g_bytes_new (key, sizeof key);
  explicit_bzero (key, sizeof key);
  job->busy = TRUE;
  flow_secrets_store_async (self->secrets, FLOW_SYNC_SECRET_KEY, _ ("FlowScope: the key of your synced data"), secret,
                            NULL, key_kept_cb, job);
}

/**
 * flow_hub_sync_use_account_key:
 * @self: syncing, signed in
 * @key: the account's key
 * @job: who waits
 *
 * Open the cloud's envelope with a key, keep it, and begin to sync.
 */
void
flow_hub_sync_use_account_key (FlowHubSync *self, const guint8 key[FLOW_SECRET_KEY_SIZE], FlowSyncJob *job)
{
  if (job->text != NULL)
    explicit_bzero (job->text, strlen (job->text));
  g_free (job->text);
  job->text = g_malloc (2 * FLOW_SECRET_KEY_SIZE + 1);
  flow_id_to_hex (key, FLOW_SECRET_KEY_SIZE, job->text);
  flow_sync_job_send (job, SOUP_METHOD_GET, "/api/keys", NULL, NULL, FLOW_REMOTE_MAX_JSON, envelope_cb);
}
