/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-sync"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "hub/sync/flow-hub-sync-private.h"
#include "message/flow-json-member.h"
#include "secret/flow-recovery-words.h"

/* What people do about the account: sign in, sign out, delete it, unlock the keyring. */

/* What is done on the writer thread before and after signing in. */
typedef struct
{
  FlowHubSync *sync;
  FlowSyncLogin login;
  gpointer data;
  gboolean become_new;
  gboolean reset; /* forget also what was synced */
  guint8 device[FLOW_SYNC_DEVICE_SIZE];
} Work;

static void
work_free (Work *work)
{
  flow_sync_login_clear (&work->login);
  g_free (work);
}

static gboolean
turn_off_run (FlowSync *sync, sqlite3 *db, gpointer data, GError **error)
{
  Work *work = data;

  if (!(work->reset ? flow_sync_reset (sync, error) : flow_sync_turn_off (sync, error)))
    return FALSE;
  flow_record_tables_set_device (flow_sync_engine_get_records (work->sync->setup.engine), NULL);
  return TRUE;
}

static char *
write_login (const FlowSyncLoggedIn *result)
{
  GString *text = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, text);
  flow_json_writer_begin_object (&writer);
  flow_json_member_text (&writer, "user", result->account->user, -1);
  flow_json_member_text (&writer, "device", result->account->device, -1);
  flow_json_member_flag (&writer, "created_keys", result->words != NULL);
  flow_json_writer_key (&writer, "recovery");
  if (result->words != NULL)
    flow_json_writer_strv (&writer, (const char *const *) result->words);
  else
    flow_json_writer_null (&writer);
  flow_json_writer_key (&writer, "notice");
  flow_json_writer_string (&writer, result->notice, -1);
  flow_json_writer_end_object (&writer);
  return g_string_free (text, FALSE);
}

static void
answer_login (FlowHubSync *self, const char *answer, const GError *error)
{
  FlowHubSyncAnswer done = self->login_done;

  self->login_done = NULL;
  self->login = NULL;
  if (done != NULL)
    done (answer, error, self->login_data);
}

static void
fail_login (FlowHubSync *self, const GError *error)
{
  answer_login (self, NULL, error);
  flow_hub_sync_tell (self);
  /* Who was signed in without keys, or can be again, still is. */
  if (self->account->server != NULL && !self->account->left)
    flow_hub_sync_open_account (self);
}

/* Everything is known; from here on it syncs. */
static void
begin (FlowHubSync *self, FlowSyncLoggedIn *result)
{
  flow_hub_sync_connect (self, g_steal_pointer (&result->remote), result->access, result->refresh,
                         result->expires_in_s);
  if (result->keys != NULL)
    flow_sync_keyring_set (self->keyring, result->keys, result->account->envelope_version);
}

static gboolean
is_same_account (const FlowSyncAccount *a, const FlowSyncAccount *b)
{
  return g_strcmp0 (a->server, b->server) == 0 && g_strcmp0 (a->user, b->user) == 0;
}

static void
logged_in_cb (FlowSyncLoggedIn *result, const GError *error, gpointer data)
{
  FlowHubSync *self = data;
  g_autofree char *answer = NULL;
  g_autoptr (GError) keyless = NULL;
  FlowSyncAccount *account;
  gboolean reset;

  self->login = NULL;
  if (error != NULL)
    {
      /* A device that was removed stays so: the next try is another one. */
      self->new_device |= g_error_matches (error, FLOW_ERROR, FLOW_ERROR_DEVICE_REMOVED);
      fail_login (self, error);
      return;
    }
  answer = write_login (result);
  reset = self->account->reset || (self->account->server != NULL && !is_same_account (self->account, result->account));
  account = self->account;
  self->account = flow_sync_account_copy (result->account);
  flow_sync_account_free (account);
  self->secrets = g_steal_pointer (&result->secrets);
  flow_sync_account_set (&self->account->setup, "running");
  self->account->reset = reset;
  flow_hub_sync_save (self);
  begin (self, result);
  flow_hub_sync_check_open (self, &keyless);
  flow_hub_sync_set_error (self, keyless);
  self->setup.funcs->signed_in (self->setup.data);
  answer_login (self, answer, NULL);
  if (flow_hub_sync_check_open (self, NULL))
    flow_hub_sync_begin_setup (self);
  flow_hub_sync_schedule (self, "start", 0);
}

static gboolean
prepare_run (FlowSync *sync, sqlite3 *db, gpointer data, GError **error)
{
  Work *work = data;

  if (work->become_new && !flow_sync_become_new (sync, error))
    return FALSE;
  memcpy (work->device, flow_sync_get_device (sync), sizeof work->device);
  return TRUE;
}

/* What it was it is no more, also when it cannot sign in as another one. */
static void
forget_device (FlowHubSync *self)
{
  flow_sync_account_set (&self->account->device, NULL);
  if (self->account->server != NULL)
    flow_hub_sync_save (self);
}

static void
prepared_done (gpointer data, const GError *error)
{
  Work *work = data;
  FlowHubSync *self = work->sync;
  char hex[2 * FLOW_SYNC_DEVICE_SIZE + 1];

  if (!self->stopped && self->login_work == work && error != NULL)
    answer_login (self, NULL, error);
  else if (!self->stopped && self->login_work == work)
    {
      g_autoptr (GError) other = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_CANCELLED, _ ("Somebody signs in again"));
      FlowHubSyncAnswer done = g_steal_pointer (&self->login_done);

      flow_hub_sync_close_account (self, other);
      self->login_done = done;
      self->new_device = FALSE;
      if (work->become_new)
        forget_device (self);
      flow_id_to_hex (work->device, sizeof work->device, hex);
      g_free (self->device);
      self->device = g_strdup (hex);
      flow_sync_pairing_set_device (self->pairing, hex);
      work->login.device = g_strdup (hex);
      self->login = flow_sync_login_start (&work->login, self->setup.context, logged_in_cb, self);
    }
  if (self->login_work == work)
    self->login_work = NULL;
  work_free (work);
}

/**
 * flow_hub_sync_log_in:
 * @self: syncing
 * @login: what to sign in with, but for the device; emptied
 * @done: hears the answer, a JSON object
 * @data: for @done
 *
 * Sign in, and begin to sync.
 */
void
flow_hub_sync_log_in (FlowHubSync *self, FlowSyncLogin *login, FlowHubSyncAnswer done, gpointer data)
{
  g_autoptr (GError) error = NULL;
  Work *work;

  if (self->login_done != NULL)
    error = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_BUSY, _ ("Somebody is signing in already"));
  else if (flow_sync_setup_get_state (self->setting_up) == FLOW_SYNC_SETUP_ROLLING_BACK)
    error = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_BUSY, _ ("It is being undone already"));
  else if (flow_hub_sync_check_open (self, NULL))
    error = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("Sign out first: somebody is signed in"));
  if (error != NULL)
    {
      done (NULL, error, data);
      return;
    }
  self->login_done = done;
  self->login_data = data;
  work = g_new0 (Work, 1);
  work->sync = self;
  work->login = *login;
  *login = (FlowSyncLogin) { 0 };
  self->login_work = work;
  work->become_new = self->new_device;
  work->login.again = !self->new_device && self->account->device != NULL && self->account->server != NULL &&
                      !self->account->left && g_strcmp0 (self->account->server, work->login.url) == 0 &&
                      g_strcmp0 (self->account->user, work->login.user) == 0;
  flow_sync_engine_run (self->setup.engine, prepare_run, prepared_done, work);
}

/** flow_hub_sync_stop_login: who is signing in hears why not. */
void
flow_hub_sync_stop_login (FlowHubSync *self, const GError *error)
{
  if (self->login_done == NULL)
    return;
  self->login_work = NULL;
  g_clear_pointer (&self->login, flow_sync_login_detach);
  fail_login (self, error);
}

/* Signing out: what is still to be done before it is answered. */
typedef struct
{
  FlowSyncJob *job;
  guint left;
  GError *error; /* (nullable): what went wrong first */
} Leaving;

static void
leaving_step (Leaving *self, const GError *error)
{
  if (error != NULL && self->error == NULL)
    self->error = g_error_copy (error);
  if (--self->left > 0)
    return;
  flow_sync_job_end (self->job, NULL, NULL, self->error);
  g_clear_error (&self->error);
  g_free (self);
}

/* Whoever signs out on a computer of somebody else relies on the key being gone. */
static void
cleared_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  Leaving *leaving = data;
  g_autoptr (GError) error = NULL;

  if (!flow_secrets_clear_finish (FLOW_SECRETS (object), result, &error))
    {
      g_prefix_error (
          &error, "%s: ",
          _ ("You are signed out, but the key of your data is still on this computer; remove the entries of "
             "FlowScope from the keyring"));
      if (leaving->job->sync != NULL && leaving->error == NULL)
        flow_hub_sync_say (leaving->job->sync, "secrets", error->message, "");
    }
  leaving_step (leaving, error);
}

static void
off_done (gpointer data, const GError *error)
{
  Work *work = data;
  FlowHubSync *self = work->sync;

  /* Until the log is forgotten the file says that it is to be. */
  if (!self->stopped && error == NULL && work->reset)
    {
      flow_sync_account_forget (self->setup.context, NULL);
      flow_sync_account_free (self->account);
      self->account = flow_sync_account_new ();
    }
  leaving_step (work->data, error);
  work_free (work);
}

/* (nullable): where the secrets of the account are, also when nothing was asked of them so far. */
static FlowSecrets *
find_secrets (FlowHubSync *self)
{
  FlowSecretsKind kind = FLOW_SECRETS_AUTO;

  if (self->secrets != NULL)
    return g_object_ref (self->secrets);
  if (self->account->server == NULL || self->account->left)
    return NULL;
  if (self->account->secrets != NULL)
    flow_secrets_kind_from_text (self->account->secrets, &kind, NULL);
  return flow_secrets_new (self->setup.context, kind);
}

/* Nobody is signed in from here on. What was synced is remembered unless @erase. */
static void
leave (FlowHubSync *self, gboolean erase, FlowHubSyncDone done, gpointer data)
{
  g_autoptr (GError) error = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_SIGNED_OUT, _ ("The user has signed out"));
  Work *work = g_new0 (Work, 1);
  g_autoptr (FlowSecrets) secrets = find_secrets (self);
  Leaving *leaving = g_new0 (Leaving, 1);

  flow_hub_sync_close_account (self, error);
  leaving->job = flow_sync_job_new (self, done, NULL, data);
  leaving->job->busy = TRUE;
  leaving->left = secrets != NULL ? 3 : 1;
  if (secrets != NULL)
    {
      flow_secrets_clear_async (secrets, FLOW_SYNC_SECRET_REFRESH, NULL, cleared_cb, leaving);
      flow_secrets_clear_async (secrets, FLOW_SYNC_SECRET_KEY, NULL, cleared_cb, leaving);
    }
  flow_sync_setup_reset (self->setting_up);
  self->account->left = TRUE;
  flow_sync_account_set (&self->account->envelope, NULL);
  flow_hub_sync_set_error (self, NULL);
  self->setup.funcs->state (FALSE, FALSE, self->setup.data);
  self->account->reset |= erase;
  flow_hub_sync_save (self);
  work->sync = self;
  work->reset = erase;
  work->data = leaving;
  flow_sync_engine_run (self->setup.engine, turn_off_run, off_done, work);
}

static void
left_cb (const FlowRemoteAnswer *answer, const GError *error, gpointer data)
{
  FlowSyncJob *job = data;
  FlowHubSync *self = job->sync;
  FlowHubSyncDone done = g_steal_pointer (&job->done);
  gpointer done_data = job->data;
  gboolean erase = job->flag;

  /* When the cloud does not hear of it, its token ends by itself. */
  flow_sync_job_end (job, NULL, NULL, NULL);
  leave (self, erase, done, done_data);
}

static GBytes *
write_member (const char *key, const char *text)
{
  GString *body = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, body);
  flow_json_writer_begin_object (&writer);
  flow_json_member_text (&writer, key, text, -1);
  flow_json_writer_end_object (&writer);
  return g_string_free_to_bytes (body);
}

/**
 * flow_hub_sync_log_out:
 * @self: syncing
 * @erase: whether to forget also what was synced, so that signing in again begins anew
 * @done: hears when nobody is signed in any more
 * @data: for @done
 *
 * Sign out. Records stay as they are, here and on other devices.
 */
void
flow_hub_sync_log_out (FlowHubSync *self, gboolean erase, FlowHubSyncDone done, gpointer data)
{
  FlowSyncJob *job;
  g_autoptr (GBytes) body = NULL;

  if (!flow_hub_sync_check_signed_in (self, NULL) || self->settings->local_only)
    {
      leave (self, erase, done, data);
      return;
    }
  job = flow_sync_job_new (self, done, NULL, data);
  job->flag = erase;
  body = write_member ("refresh", flow_remote_session_get_refresh (self->session));
  flow_sync_job_send (job, SOUP_METHOD_POST, "/api/auth/logout", FLOW_REMOTE_JSON, body, FLOW_REMOTE_MAX_JSON, left_cb);
}

static void
deleted_cb (const FlowRemoteAnswer *answer, const GError *error, gpointer data)
{
  FlowSyncJob *job = data;
  FlowHubSync *self = job->sync;
  FlowHubSyncDone done = job->done;
  gpointer done_data = job->data;

  if (!flow_sync_job_is_well (job, answer, error))
    return;
  job->done = NULL;
  flow_sync_job_end (job, NULL, NULL, NULL);
  leave (self, TRUE, done, done_data);
}

/**
 * flow_hub_sync_delete_account:
 * @self: syncing
 * @password: opens the account
 * @done: hears how it ended
 * @data: for @done
 *
 * Delete the account and all that the cloud keeps for it. Records stay on the devices.
 */
void
flow_hub_sync_delete_account (FlowHubSync *self, const char *password, FlowHubSyncDone done, gpointer data)
{
  g_autoptr (GBytes) body = write_member ("password", password);

  flow_sync_job_send (flow_sync_job_new (self, done, NULL, data), SOUP_METHOD_DELETE, "/api/auth/me", FLOW_REMOTE_JSON,
                      body, FLOW_REMOTE_MAX_JSON, deleted_cb);
}

static void
unlocked_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  FlowSyncJob *job = data;
  g_autoptr (GError) error = NULL;

  job->busy = FALSE;
  if (flow_secrets_unlock_finish (FLOW_SECRETS (object), result, &error) && job->sync != NULL &&
      job->sync->account->server != NULL)
    flow_hub_sync_open_account (job->sync);
  flow_sync_job_end (job, NULL, NULL, error);
}

/**
 * flow_hub_sync_unlock:
 * @self: syncing
 * @done: hears whether the keyring is open
 * @data: for @done
 *
 * Have the desktop ask the user to unlock the keyring, and go on with what is in it.
 */
void
flow_hub_sync_unlock (FlowHubSync *self, FlowHubSyncDone done, gpointer data)
{
  FlowSyncJob *job = flow_sync_job_new (self, done, NULL, data);

  if (self->secrets == NULL)
    self->secrets = flow_secrets_new (self->setup.context, FLOW_SECRETS_AUTO);
  job->busy = TRUE;
  flow_secrets_unlock_async (self->secrets, NULL, unlocked_cb, job);
}
