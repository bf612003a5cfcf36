/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-sync"

#include "hub/sync/flow-sync-login.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/flow-error.h"
#include "hub/flow-json-read.h"
#include "hub/sync/flow-sync-keyring.h"
#include "message/flow-json-member.h"
#include "secret/flow-recovery-words.h"
#include "sync/flow-sync-dot.h"

/*
 * The place for secrets is tried first, so that nobody signs in whose secrets could not be kept. Then the account is
 * made if that is wanted, the password is shown, and the keys are opened or made. The account's key is kept before the
 * cloud gets the envelope: there is no moment in which only the cloud has keys.
 */
struct _FlowSyncLoginRun
{
  gatomicrefcount count;
  gboolean detached;
  FlowSyncLogin login;
  FlowContext *context;
  FlowSyncLoginDone done;
  gpointer data;

  FlowRemote *remote;
  FlowSecrets *secrets;
  char *access;
  guint expires_in_s;
  char *refresh;
  char *envelope; /* (nullable): the cloud has none */
  guint64 version;
  gboolean made; /* the keys are new, and not at the cloud yet */
  gboolean sent; /* these were sent, and it is asked whether they arrived */
  GError *lost;  /* (nullable): what there was instead of an answer */
  GError *taken; /* (nullable): the account that was to be made is there already */
  FlowSecretKeys *keys;
  char **words;
  GError *failure; /* (nullable): what it ends with when the sign-in is kept */
};

static void
free_secret (char *text)
{
  if (text != NULL)
    explicit_bzero (text, strlen (text));
  g_free (text);
}

/** flow_sync_login_clear: overwrite and free what somebody signs in with. */
void
flow_sync_login_clear (FlowSyncLogin *self)
{
  g_free (self->url);
  g_free (self->ca_file);
  g_free (self->user);
  free_secret (self->password);
  free_secret (self->passphrase);
  free_secret (self->recovery);
  g_free (self->device);
  g_free (self->device_name);
  *self = (FlowSyncLogin) { 0 };
}

static void
login_unref (FlowSyncLoginRun *self)
{
  if (!g_atomic_ref_count_dec (&self->count))
    return;
  flow_sync_login_clear (&self->login);
  flow_context_unref (self->context);
  g_clear_pointer (&self->remote, flow_remote_free);
  g_clear_object (&self->secrets);
  g_free (self->access);
  free_secret (self->refresh);
  g_free (self->envelope);
  g_clear_pointer (&self->keys, flow_secret_keys_unref);
  g_clear_pointer (&self->words, flow_recovery_words_free);
  g_clear_error (&self->lost);
  g_clear_error (&self->taken);
  g_clear_error (&self->failure);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowSyncLoginRun, login_unref)

static FlowSyncLoginRun *
login_ref (FlowSyncLoginRun *self)
{
  g_atomic_ref_count_inc (&self->count);
  return self;
}

static void
fail (FlowSyncLoginRun *self, const GError *error)
{
  self->done (NULL, error, self->data);
  login_unref (self);
}

static gboolean
has_failed (FlowSyncLoginRun *self, const GError *error)
{
  if (self->detached)
    return TRUE;
  if (error != NULL)
    fail (self, error);
  return error != NULL;
}

static void
send (FlowSyncLoginRun *self, const char *method, const char *path, GBytes *body, FlowRemoteDone done)
{
  const FlowRemoteCall call = {
    .method = method,
    .path = path,
    .bearer = self->access,
    .content_type = body != NULL ? FLOW_REMOTE_JSON : NULL,
    .body = body,
    .max_answer = FLOW_REMOTE_MAX_JSON,
  };

  flow_remote_send (self->remote, &call, done, self);
}

/* Whether the cloud did it; if not, that is the end. */
static gboolean
is_well (FlowSyncLoginRun *self, const FlowRemoteAnswer *answer, const GError *error)
{
  g_autoptr (GError) problem = NULL;

  if (error == NULL && SOUP_STATUS_IS_SUCCESSFUL (answer->status))
    return TRUE;
  problem = error != NULL ? g_error_copy (error) : flow_remote_read_error (answer);
  fail (self, problem);
  return FALSE;
}

static char *
make_notice (FlowSyncLoginRun *self)
{
  g_autoptr (GPtrArray) notices = g_ptr_array_new ();

  if (flow_secrets_get_kind (self->secrets) == FLOW_SECRETS_FILE)
    g_ptr_array_add (notices, _ ("There is no keyring in use: keys are kept in a file that only you can read."));
  if (flow_secrets_get_kind (self->secrets) == FLOW_SECRETS_SESSION)
    g_ptr_array_add (notices, _ ("Keys are kept in memory alone: sign in again when FlowScope was started again."));
  if (self->keys == NULL)
    g_ptr_array_add (notices, _ ("This device cannot read your data yet: give the passphrase or the recovery words, or "
                                 "let it in from another device."));
  g_ptr_array_add (notices, _ ("The setting privacy.local-only is off from here on."));
  g_ptr_array_add (notices, NULL);
  return g_strjoinv ("\n", (char **) notices->pdata);
}

static FlowSyncAccount *
make_account (FlowSyncLoginRun *self)
{
  FlowSyncAccount *account = flow_sync_account_new ();

  account->server = g_strdup (self->login.url);
  account->ca_file = g_strdup (self->login.ca_file);
  account->user = g_strdup (self->login.user);
  account->device = g_strdup (self->login.device);
  account->device_name = g_strdup (self->login.device_name);
  account->secrets = g_strdup (flow_secrets_kind_to_text (flow_secrets_get_kind (self->secrets)));
  account->envelope = self->keys != NULL ? g_strdup (flow_secret_keys_get_envelope (self->keys)) : NULL;
  account->envelope_version = self->version;
  return account;
}

static void
succeed (FlowSyncLoginRun *self)
{
  FlowSyncLoggedIn result = {
    .account = make_account (self),
    .notice = make_notice (self),
    .expires_in_s = self->expires_in_s,
  };

  result.remote = g_steal_pointer (&self->remote);
  result.access = g_steal_pointer (&self->access);
  result.refresh = g_steal_pointer (&self->refresh);
  result.words = g_steal_pointer (&self->words);
  result.keys = g_steal_pointer (&self->keys);
  result.secrets = g_steal_pointer (&self->secrets);
  self->done (&result, NULL, self->data);
  g_clear_pointer (&result.account, flow_sync_account_free);
  g_clear_pointer (&result.remote, flow_remote_free);
  g_free (result.access);
  free_secret (result.refresh);
  g_clear_pointer (&result.keys, flow_secret_keys_unref);
  g_clear_pointer (&result.words, flow_recovery_words_free);
  g_clear_object (&result.secrets);
  g_free (result.notice);
  login_unref (self);
}

static void
refresh_kept_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (FlowSyncLoginRun) self = data;
  g_autoptr (GError) error = NULL;

  flow_secrets_store_finish (FLOW_SECRETS (object), result, &error);
  if (!has_failed (self, error != NULL ? error : self->failure))
    succeed (self);
}

static void
keep_refresh (FlowSyncLoginRun *self)
{
  g_autoptr (GBytes) secret = g_bytes_new (self->refresh, strlen (self->refresh));

  flow_secrets_store_async (self->secrets, FLOW_SYNC_SECRET_REFRESH, _ ("FlowScope: signed in to a cloud"), secret,
                            NULL, refresh_kept_cb, login_ref (self));
}

static void fetch_keys (FlowSyncLoginRun *self);

static void
put_cb (const FlowRemoteAnswer *answer, const GError *error, gpointer data)
{
  FlowSyncLoginRun *self = data;
  g_autoptr (JsonObject) body = NULL;

  if (flow_sync_keyring_may_have_arrived (answer, error))
    {
      self->sent = TRUE;
      if (error != NULL)
        self->lost = g_error_copy (error);
      else if (answer->status != SOUP_STATUS_CONFLICT)
        self->lost = flow_remote_read_error (answer);
      fetch_keys (self);
      return;
    }
  /* The password is none of its: it is somebody else's. */
  if (self->taken != NULL && error == NULL && answer->status == SOUP_STATUS_UNAUTHORIZED)
    {
      fail (self, self->taken);
      return;
    }
  if (!is_well (self, answer, error))
    return;
  body = flow_json_read_object (g_bytes_get_data (answer->body, NULL), g_bytes_get_size (answer->body), NULL);
  self->version = body != NULL ? (guint64) flow_json_get_int (body, "version") : 0;
  keep_refresh (self);
}

static void
key_kept_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (FlowSyncLoginRun) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = NULL;

  flow_secrets_store_finish (FLOW_SECRETS (object), result, &error);
  if (has_failed (self, error))
    return;
  if (!self->made)
    {
      keep_refresh (self);
      return;
    }
  body = flow_sync_keyring_write_put (self->keys, 0);
  send (self, SOUP_METHOD_PUT, "/api/keys", body, put_cb);
}

static void
keep_key (FlowSyncLoginRun *self)
{
  g_autoptr (GBytes) secret = g_bytes_new (flow_secret_keys_get_account_key (self->keys), FLOW_SECRET_KEY_SIZE);

  flow_secrets_store_async (self->secrets, FLOW_SYNC_SECRET_KEY, _ ("FlowScope: the key of your synced data"), secret,
                            NULL, key_kept_cb, login_ref (self));
}

static FlowSecretKeys *
create_keys (FlowSyncLoginRun *self, GError **error)
{
  g_autoptr (FlowSecretKeys) keys = flow_secret_keys_create (self->login.passphrase, NULL, &self->words, error);

  self->made = TRUE;
  return keys != NULL ? flow_secret_keys_add_scope (keys, FLOW_SYNC_SCOPE_ACCOUNT, g_get_real_time () / 1000, error)
                      : NULL;
}

/* Takes as long as a guess of the passphrase is meant to take. */
static void
open_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  FlowSyncLoginRun *self = data;
  GError *error = NULL;
  FlowSecretKeys *keys;

  if (self->envelope == NULL)
    keys = create_keys (self, &error);
  else if (self->login.recovery != NULL)
    keys = flow_secret_keys_open_recovery (self->envelope, self->login.recovery, &error);
  else
    keys = flow_secret_keys_open_passphrase (self->envelope, self->login.passphrase, &error);
  if (keys != NULL)
    g_task_return_pointer (task, keys, (GDestroyNotify) flow_secret_keys_unref);
  else
    g_task_return_error (task, error);
}

static void
opened_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  FlowSyncLoginRun *self = data;
  g_autoptr (GError) error = NULL;

  self->keys = g_task_propagate_pointer (G_TASK (result), &error);
  if (error != NULL && self->login.again && !self->detached)
    {
      self->failure = g_steal_pointer (&error);
      keep_refresh (self);
    }
  else if (!has_failed (self, error))
    keep_key (self);
}

static void
open_keys (FlowSyncLoginRun *self)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, opened_cb, self);

  g_task_set_source_tag (task, open_keys);
  g_task_set_task_data (task, login_ref (self), (GDestroyNotify) login_unref);
  g_task_run_in_thread (task, open_thread);
}

/* Returns whether it goes on with what the cloud has, as if nothing had been made. */
static gboolean
settle (FlowSyncLoginRun *self, GError **error)
{
  gboolean arrived = *error == NULL && flow_sync_keyring_has_arrived (self->envelope, self->keys);

  self->sent = FALSE;
  if (!arrived && *error != NULL)
    g_prefix_error (error, "%s: ",
                    _ ("It is not known whether the server has your keys. When you are signed in, get other recovery "
                       "words"));
  else if (!arrived && self->lost != NULL)
    g_propagate_error (error, g_steal_pointer (&self->lost));
  if (arrived)
    keep_refresh (self);
  if (arrived || *error != NULL)
    return FALSE;
  /* Another device was quicker: its keys are the account's. */
  g_clear_pointer (&self->keys, flow_secret_keys_unref);
  g_clear_pointer (&self->words, flow_recovery_words_free);
  self->made = FALSE;
  return TRUE;
}

static void
keys_cb (const FlowRemoteAnswer *answer, const GError *error, gpointer data)
{
  FlowSyncLoginRun *self = data;
  g_autoptr (GError) problem = error != NULL ? g_error_copy (error) : NULL;

  g_clear_pointer (&self->envelope, g_free);
  if (problem == NULL)
    self->envelope = flow_sync_keyring_read_get (answer, &self->version, &problem);
  if (self->sent && !settle (self, &problem) && problem == NULL)
    return;
  if (problem == NULL && self->envelope == NULL && self->login.passphrase == NULL)
    problem = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_NEEDS_PASSPHRASE,
                                   _ ("This is the first device of the account: choose a passphrase for your data"));
  if (has_failed (self, problem))
    return;
  if (self->login.passphrase == NULL && self->login.recovery == NULL)
    keep_refresh (self);
  else
    open_keys (self);
}

static void
fetch_keys (FlowSyncLoginRun *self)
{
  send (self, SOUP_METHOD_GET, "/api/keys", NULL, keys_cb);
}

static void
logged_in_cb (const FlowRemoteAnswer *answer, const GError *error, gpointer data)
{
  FlowSyncLoginRun *self = data;
  g_autoptr (JsonObject) body = NULL;
  g_autoptr (GError) problem = NULL;

  /* The password is none of its: it is somebody else's. */
  if (self->taken != NULL && error == NULL && answer->status == SOUP_STATUS_UNAUTHORIZED)
    {
      fail (self, self->taken);
      return;
    }
  if (!is_well (self, answer, error))
    return;
  body = flow_json_read_object (g_bytes_get_data (answer->body, NULL), g_bytes_get_size (answer->body), NULL);
  if (body != NULL)
    {
      self->access = g_strdup (flow_json_get_string (body, "access"));
      self->refresh = g_strdup (flow_json_get_string (body, "refresh"));
      self->expires_in_s = (guint) CLAMP (flow_json_get_int (body, "expires_in"), 1, 86400);
    }
  if (self->access == NULL || self->refresh == NULL || *self->refresh == '\0')
    problem = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_BAD_ANSWER, _ ("That server is no cloud of FlowScope"));
  if (!has_failed (self, problem))
    fetch_keys (self);
}

static GBytes *
write_credentials (FlowSyncLoginRun *self, gboolean device)
{
  GString *text = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, text);
  flow_json_writer_begin_object (&writer);
  flow_json_member_text (&writer, "user", self->login.user, -1);
  flow_json_member_text (&writer, "password", self->login.password, -1);
  if (device)
    flow_json_member_text (&writer, "device", self->login.device, -1);
  flow_json_writer_end_object (&writer);
  return g_string_free_to_bytes (text);
}

static void
log_in (FlowSyncLoginRun *self)
{
  g_autoptr (GBytes) body = write_credentials (self, TRUE);

  send (self, SOUP_METHOD_POST, "/api/auth/login", body, logged_in_cb);
}

static void
registered_cb (const FlowRemoteAnswer *answer, const GError *error, gpointer data)
{
  FlowSyncLoginRun *self = data;

  /* Made by a try that nobody heard the end of; whose it is the password says. */
  if (error == NULL && answer->status == SOUP_STATUS_CONFLICT)
    self->taken = flow_remote_read_error (answer);
  if (self->taken != NULL || is_well (self, answer, error))
    log_in (self);
}

static void
begin_account (FlowSyncLoginRun *self)
{
  g_autoptr (GBytes) body = NULL;

  if (!self->login.make_account)
    {
      log_in (self);
      return;
    }
  body = write_credentials (self, FALSE);
  send (self, SOUP_METHOD_POST, "/api/auth/register", body, registered_cb);
}

static void
tried_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (FlowSyncLoginRun) self = data;
  g_autoptr (GError) error = NULL;
  GBytes *before = flow_secrets_lookup_finish (FLOW_SECRETS (object), result, &error);

  g_clear_pointer (&before, g_bytes_unref);
  if (!has_failed (self, error))
    begin_account (self);
}

/* Who keeps secrets elsewhere from now on does not need what is in a keyring that is locked or gone. */
static gboolean
needs_keyring (FlowSyncLoginRun *self)
{
  return self->login.secrets != FLOW_SECRETS_FILE && self->login.secrets != FLOW_SECRETS_SESSION;
}

static gboolean
check (FlowSyncLoginRun *self, GError **error)
{
  if (self->login.passphrase != NULL &&
      !flow_secret_keys_check_passphrase (self->login.passphrase, self->login.password, error))
    return FALSE;
  self->remote = flow_remote_new (self->login.url, self->login.ca_file, &flow_remote_default_limits, error);
  return self->remote != NULL;
}

static gboolean
begin_cb (gpointer data)
{
  g_autoptr (FlowSyncLoginRun) self = data;
  g_autoptr (GError) error = NULL;

  if (self->detached)
    return G_SOURCE_REMOVE;
  check (self, &error);
  if (has_failed (self, error))
    return G_SOURCE_REMOVE;
  self->secrets = flow_secrets_new (self->context, self->login.secrets);
  if (needs_keyring (self))
    flow_secrets_lookup_async (self->secrets, FLOW_SYNC_SECRET_REFRESH, NULL, tried_cb, login_ref (self));
  else
    begin_account (self);
  return G_SOURCE_REMOVE;
}

/**
 * flow_sync_login_start:
 * @login: what to sign in with; emptied
 * @context: where files are
 * @done: hears how it ended, later
 * @data: for @done
 *
 * Sign in.
 *
 * Returns: (transfer none): the run, until @done was called
 */
FlowSyncLoginRun *
flow_sync_login_start (FlowSyncLogin *login, FlowContext *context, FlowSyncLoginDone done, gpointer data)
{
  FlowSyncLoginRun *self = g_new0 (FlowSyncLoginRun, 1);
  g_autoptr (GSource) source = g_idle_source_new ();

  g_atomic_ref_count_init (&self->count);
  self->login = *login;
  *login = (FlowSyncLogin) { 0 };
  self->context = flow_context_ref (context);
  self->done = done;
  self->data = data;
  g_source_set_name (source, "flow-sync-login");
  g_source_set_callback (source, begin_cb, login_ref (self), NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  return self;
}

/**
 * flow_sync_login_detach:
 * @self: (transfer full): a run
 *
 * Nobody wants to know any more. What is under way ends by itself.
 */
void
flow_sync_login_detach (FlowSyncLoginRun *self)
{
  self->detached = TRUE;
  g_clear_pointer (&self->remote, flow_remote_free);
  login_unref (self);
}
