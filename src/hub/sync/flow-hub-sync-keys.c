/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-sync"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/flow-error.h"
#include "hub/sync/flow-hub-sync-private.h"
#include "message/flow-json-member.h"
#include "secret/flow-recovery-words.h"

/* What people do about the keys of the account. */

static void
key_change_clear (gpointer data)
{
  FlowSyncKeyChange *change = data;

  if (change->passphrase != NULL)
    explicit_bzero (change->passphrase, strlen (change->passphrase));
  g_free (change->passphrase);
  g_clear_pointer (&change->words, flow_recovery_words_free);
}

/** flow_sync_key_change_unref: give a reference back. */
void
flow_sync_key_change_unref (gpointer change)
{
  g_atomic_rc_box_release_full (change, key_change_clear);
}

/** flow_sync_key_change_new: (transfer full): a change, with a passphrase or without. */
FlowSyncKeyChange *
flow_sync_key_change_new (const char *passphrase)
{
  FlowSyncKeyChange *change = g_atomic_rc_box_new0 (FlowSyncKeyChange);

  change->passphrase = g_strdup (passphrase);
  return change;
}

static char *
write_keys (FlowHubSync *self, char **words)
{
  GString *text = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, text);
  flow_json_writer_begin_object (&writer);
  flow_json_member_uint (&writer, "generation",
                         flow_secret_keys_get_generation (flow_sync_keyring_get (self->keyring)));
  flow_json_writer_key (&writer, "recovery");
  if (words != NULL)
    flow_json_writer_strv (&writer, (const char *const *) words);
  else
    flow_json_writer_null (&writer);
  flow_json_writer_end_object (&writer);
  return g_string_free (text, FALSE);
}

static void
changed_cb (const GError *error, gpointer data)
{
  FlowSyncJob *job = data;
  g_autofree char *answer = error == NULL ? write_keys (job->sync, job->change->words) : NULL;

  flow_sync_job_end (job, answer, NULL, error);
}

static void
change_keys_then (FlowHubSync *self, FlowSyncKeysChange func, const char *passphrase, FlowSyncKeyringDone then,
                  FlowHubSyncAnswer done, gpointer data)
{
  g_autoptr (GError) error = NULL;
  FlowSyncJob *job;

  if (!flow_hub_sync_check_open (self, &error))
    {
      done (NULL, error, data);
      return;
    }
  job = flow_sync_job_new (self, NULL, done, data);
  job->change = flow_sync_key_change_new (passphrase);
  flow_sync_keyring_change (self->keyring, func, g_atomic_rc_box_acquire (job->change), flow_sync_key_change_unref,
                            then, job);
}

static void
change_keys (FlowHubSync *self, FlowSyncKeysChange func, const char *passphrase, FlowHubSyncAnswer done, gpointer data)
{
  change_keys_then (self, func, passphrase, changed_cb, done, data);
}

static FlowSecretKeys *
rotate (FlowSecretKeys *keys, gpointer data, GError **error)
{
  return flow_secret_keys_rotate (keys, g_get_real_time () / 1000, error);
}

/**
 * flow_hub_sync_rotate_keys:
 * @self: syncing
 * @done: hears the answer, a JSON object
 * @data: for @done
 *
 * Make other data keys, which seal what comes from here on.
 */
void
flow_hub_sync_rotate_keys (FlowHubSync *self, FlowHubSyncAnswer done, gpointer data)
{
  change_keys (self, rotate, NULL, done, data);
}

static FlowSecretKeys *
change_passphrase (FlowSecretKeys *keys, gpointer data, GError **error)
{
  return flow_secret_keys_change_passphrase (keys, ((FlowSyncKeyChange *) data)->passphrase, error);
}

/**
 * flow_hub_sync_set_passphrase:
 * @self: syncing
 * @passphrase: what opens the keys from here on
 * @done: hears the answer, a JSON object
 * @data: for @done
 *
 * Choose another passphrase.
 */
void
flow_hub_sync_set_passphrase (FlowHubSync *self, const char *passphrase, FlowHubSyncAnswer done, gpointer data)
{
  change_keys (self, change_passphrase, passphrase, done, data);
}

static FlowSecretKeys *
change_recovery (FlowSecretKeys *keys, gpointer data, GError **error)
{
  FlowSyncKeyChange *change = data;

  g_clear_pointer (&change->words, flow_recovery_words_free);
  return flow_secret_keys_change_recovery (keys, &change->words);
}

/**
 * flow_hub_sync_set_recovery:
 * @self: syncing
 * @done: hears the answer, a JSON object with the words
 * @data: for @done
 *
 * Make other recovery words.
 */
void
flow_hub_sync_set_recovery (FlowHubSync *self, FlowHubSyncAnswer done, gpointer data)
{
  change_keys (self, change_recovery, NULL, done, data);
}

/* The passphrase stays the same: one that was mistyped must not become the account's. */
static FlowSecretKeys *
replace (FlowSecretKeys *keys, gpointer data, GError **error)
{
  FlowSyncKeyChange *change = data;
  g_autoptr (FlowSecretKeys) same = flow_secret_keys_open_passphrase (flow_secret_keys_get_envelope (keys),
                                                                      change->passphrase, error);

  g_clear_pointer (&change->words, flow_recovery_words_free);
  if (same == NULL)
    return NULL;
  return flow_secret_keys_replace_account_key (keys, change->passphrase, g_get_real_time () / 1000, &change->words,
                                               error);
}

/* The words are shown also when this device could not keep its key: nobody can make them again. */
static void
replaced_kept_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  FlowSyncJob *job = data;
  g_autoptr (GError) error = NULL;

  job->busy = FALSE;
  if (!flow_secrets_store_finish (FLOW_SECRETS (object), result, &error) && job->sync != NULL)
    flow_hub_sync_say (job->sync, "secrets", error->message, "");
  flow_sync_job_end (job, job->text, NULL, NULL);
}

static void
replaced_cb (const GError *error, gpointer data)
{
  FlowSyncJob *job = data;
  FlowHubSync *self = job->sync;
  g_autoptr (GBytes) secret = NULL;

  if (error != NULL)
    {
      flow_sync_job_end (job, NULL, NULL, error);
      return;
    }
  job->text = write_keys (self, job->change->words);
  secret = g_bytes_new (flow_secret_keys_get_account_key (flow_sync_keyring_get (self->keyring)), FLOW_SECRET_KEY_SIZE);
  job->busy = TRUE;
  flow_secrets_store_async (self->secrets, FLOW_SYNC_SECRET_KEY, _ ("FlowScope: the key of your synced data"), secret,
                            NULL, replaced_kept_cb, job);
}

/**
 * flow_hub_sync_replace_keys:
 * @self: syncing
 * @passphrase: the account's, which stays the same
 * @done: hears the answer, a JSON object with recovery words
 * @data: for @done
 *
 * Make another account key and other data keys, because somebody else has the one before. Each other device needs the
 * passphrase again.
 */
void
flow_hub_sync_replace_keys (FlowHubSync *self, const char *passphrase, FlowHubSyncAnswer done, gpointer data)
{
  change_keys_then (self, replace, passphrase, replaced_cb, done, data);
}

/* Opening an envelope by what the user knows: on a thread of its own. */
typedef struct
{
  char *envelope;
  char *secret;
  gboolean is_words;
} Opening;

static void
opening_free (gpointer data)
{
  Opening *opening = data;

  g_free (opening->envelope);
  explicit_bzero (opening->secret, strlen (opening->secret));
  g_free (opening->secret);
  g_free (opening);
}

static void
open_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Opening *opening = data;
  GError *error = NULL;
  FlowSecretKeys *keys;

  if (opening->is_words)
    keys = flow_secret_keys_open_recovery (opening->envelope, opening->secret, &error);
  else
    keys = flow_secret_keys_open_passphrase (opening->envelope, opening->secret, &error);
  if (keys != NULL)
    g_task_return_pointer (task, keys, (GDestroyNotify) flow_secret_keys_unref);
  else
    g_task_return_error (task, error);
}

static void
opened_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  FlowSyncJob *job = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowSecretKeys) keys = g_task_propagate_pointer (G_TASK (result), &error);

  job->busy = FALSE;
  if (job->sync != NULL && keys != NULL && !job->checks)
    flow_hub_sync_use_account_key (job->sync, flow_secret_keys_get_account_key (keys), job);
  else
    flow_sync_job_end (job, NULL, NULL, error);
}

static void
fetched_cb (const FlowRemoteAnswer *answer, const GError *error, gpointer data)
{
  FlowSyncJob *job = data;
  g_autoptr (GError) problem = error != NULL ? g_error_copy (error) : NULL;
  g_autoptr (GTask) task = NULL;
  g_autofree char *envelope = NULL;
  Opening *opening;
  guint64 version;

  if (problem == NULL)
    envelope = flow_sync_keyring_read_get (answer, &version, &problem);
  if (problem == NULL && envelope == NULL)
    problem = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_NOT_FOUND, _ ("The account has no keys"));
  if (problem != NULL)
    {
      flow_sync_job_end (job, NULL, NULL, problem);
      return;
    }
  opening = g_new (Opening, 1);
  *opening = (Opening) { g_steal_pointer (&envelope), g_strdup (job->text), job->flag };
  job->busy = TRUE;
  task = g_task_new (NULL, NULL, opened_cb, job);
  g_task_set_source_tag (task, fetched_cb);
  g_task_set_task_data (task, opening, opening_free);
  g_task_run_in_thread (task, open_thread);
}

/**
 * flow_hub_sync_open_keys:
 * @self: syncing, signed in
 * @passphrase: (nullable): what opens the keys
 * @words: (nullable): or the recovery words
 * @done: hears the answer, an empty JSON object
 * @data: for @done
 *
 * Give this device the key of the account, and begin to sync.
 */
void
flow_hub_sync_open_keys (FlowHubSync *self, const char *passphrase, const char *words, FlowHubSyncAnswer done,
                         gpointer data)
{
  FlowSyncJob *job = flow_sync_job_new (self, NULL, done, data);

  job->text = g_strdup (words != NULL ? words : passphrase);
  job->flag = words != NULL;
  flow_sync_job_send (job, SOUP_METHOD_GET, "/api/keys", NULL, NULL, FLOW_REMOTE_MAX_JSON, fetched_cb);
}

/**
 * flow_hub_sync_check_passphrase:
 * @self: syncing, signed in
 * @passphrase: what may open the keys
 * @done: hears whether it does
 * @data: for @done
 *
 * Find out whether a passphrase is the account's, and do nothing with it.
 */
void
flow_hub_sync_check_passphrase (FlowHubSync *self, const char *passphrase, FlowHubSyncDone done, gpointer data)
{
  FlowSyncJob *job = flow_sync_job_new (self, done, NULL, data);

  job->text = g_strdup (passphrase);
  job->checks = TRUE;
  flow_sync_job_send (job, SOUP_METHOD_GET, "/api/keys", NULL, NULL, FLOW_REMOTE_MAX_JSON, fetched_cb);
}
