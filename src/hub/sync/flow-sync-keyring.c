/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-sync"

#include "hub/sync/flow-sync-keyring.h"

#include <glib/gi18n-lib.h>

#include "base/flow-error.h"
#include "hub/flow-json-read.h"
#include "message/flow-json-member.h"

#define KEYS_PATH "/api/keys"
#define MAX_TRIES 5

struct _FlowSyncKeyring
{
  FlowRemoteSession *session;
  FlowSyncKeyringChanged changed;
  FlowSyncKeyringReplaced replaced;
  gpointer data;
  FlowSecretKeys *keys; /* (nullable) */
  guint64 version;
  FlowSecretKeys *sent; /* (nullable): they may be the cloud's, and nobody knows */
  GPtrArray *works;     /* Work: under way */
};

/* A refresh, and what is done to the keys then. */
typedef struct
{
  gatomicrefcount count;
  FlowSyncKeyring *keyring; /* NULL when it was freed meanwhile */
  guint tries;
  gboolean in_thread;
  FlowSyncKeysChange change; /* (nullable) */
  gpointer change_data;
  GDestroyNotify destroy;
  FlowSecretKeys *made; /* (nullable) */
  gboolean sent;        /* these, and it is asked whether they arrived */
  GError *why;          /* (nullable): what there was instead of an answer */
  FlowSyncKeyringDone done;
  gpointer data;
} Work;

static void
work_unref (Work *work)
{
  if (!g_atomic_ref_count_dec (&work->count))
    return;
  if (work->destroy != NULL)
    work->destroy (work->change_data);
  g_clear_pointer (&work->made, flow_secret_keys_unref);
  g_clear_error (&work->why);
  g_free (work);
}

static void
work_end (Work *work, const GError *error)
{
  if (work->keyring != NULL)
    {
      g_ptr_array_remove_fast (work->keyring->works, work);
      work->keyring = NULL;
      work->done (error, work->data);
    }
  work_unref (work);
}

/**
 * flow_sync_keyring_read_get:
 * @answer: the cloud's answer to `GET /api/keys`
 * @version: (out): which version it is, 0 when there is none
 * @error: return location
 *
 * Returns: (transfer full): the envelope; %NULL without an error when the account has no keys yet
 */
char *
flow_sync_keyring_read_get (const FlowRemoteAnswer *answer, guint64 *version, GError **error)
{
  g_autoptr (JsonObject) body = NULL;
  JsonNode *envelope;

  *version = 0;
  if (answer->status == SOUP_STATUS_NOT_FOUND)
    return NULL;
  if (answer->status != SOUP_STATUS_OK)
    {
      g_propagate_error (error, flow_remote_read_error (answer));
      return NULL;
    }
  body = flow_json_read_object (g_bytes_get_data (answer->body, NULL), g_bytes_get_size (answer->body), error);
  if (body == NULL)
    return NULL;
  envelope = json_object_get_member (body, "envelope");
  *version = (guint64) flow_json_get_int (body, "version");
  if (envelope == NULL || *version == 0)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ANSWER, _ ("The cloud sent no keys"));
      return NULL;
    }
  return json_to_string (envelope, FALSE);
}

/**
 * flow_sync_keyring_write_put:
 * @keys: the keys
 * @version: the version that they replace, 0: there are none
 *
 * Returns: (transfer full): the body of `PUT /api/keys`
 */
GBytes *
flow_sync_keyring_write_put (FlowSecretKeys *keys, guint64 version)
{
  GString *text = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, text);
  flow_json_writer_begin_object (&writer);
  flow_json_member_uint (&writer, "version", version);
  flow_json_writer_key (&writer, "envelope");
  flow_json_writer_raw (&writer, flow_secret_keys_get_envelope (keys), -1);
  flow_json_writer_end_object (&writer);
  return g_string_free_to_bytes (text);
}

/**
 * flow_sync_keyring_may_have_arrived:
 * @answer: (nullable): what the cloud said to `PUT /api/keys`
 * @error: (nullable): why it said nothing
 *
 * An answer can be lost behind the cloud, or be one to the same request that was sent again.
 *
 * Returns: whether the cloud may have the keys although it did not say so
 */
gboolean
flow_sync_keyring_may_have_arrived (const FlowRemoteAnswer *answer, const GError *error)
{
  if (error != NULL)
    return g_error_matches (error, FLOW_ERROR, FLOW_ERROR_OFFLINE) ||
           g_error_matches (error, FLOW_ERROR, FLOW_ERROR_BAD_ANSWER);
  return answer->status == SOUP_STATUS_CONFLICT || answer->status >= SOUP_STATUS_INTERNAL_SERVER_ERROR;
}

/**
 * flow_sync_keyring_has_arrived:
 * @envelope: (nullable): what the cloud has
 * @sent: keys that were sent
 *
 * Returns: whether it is these
 */
gboolean
flow_sync_keyring_has_arrived (const char *envelope, FlowSecretKeys *sent)
{
  g_autoptr (FlowSecretKeys) there = NULL;

  if (envelope != NULL)
    there = flow_secret_keys_open_account_key (envelope, flow_secret_keys_get_account_key (sent), NULL);
  return there != NULL && g_str_equal (flow_secret_keys_get_envelope (there), flow_secret_keys_get_envelope (sent));
}

static void fetch (Work *work);

/* What was made is held on to: when the network is gone, it turns out much later that the cloud has it. */
static void
ask_whether_arrived (Work *work, const FlowRemoteAnswer *answer, const GError *error)
{
  FlowSyncKeyring *self = work->keyring;

  g_clear_pointer (&self->sent, flow_secret_keys_unref);
  self->sent = flow_secret_keys_ref (work->made);
  work->sent = TRUE;
  g_clear_error (&work->why);
  if (error != NULL)
    work->why = g_error_copy (error);
  else if (answer->status != SOUP_STATUS_CONFLICT)
    work->why = flow_remote_read_error (answer);
  fetch (work);
}

static void
put_cb (const FlowRemoteAnswer *answer, const GError *error, gpointer data)
{
  Work *work = data;
  g_autoptr (GError) problem = NULL;
  g_autoptr (JsonObject) body = NULL;

  if (flow_sync_keyring_may_have_arrived (answer, error) && ++work->tries < MAX_TRIES)
    {
      ask_whether_arrived (work, answer, error);
      return;
    }
  if (error == NULL && answer->status == SOUP_STATUS_OK)
    body = flow_json_read_object (g_bytes_get_data (answer->body, NULL), g_bytes_get_size (answer->body), &problem);
  else
    problem = error != NULL ? g_error_copy (error) : flow_remote_read_error (answer);
  if (body != NULL)
    flow_sync_keyring_set (work->keyring, work->made, (guint64) flow_json_get_int (body, "version"));
  work_end (work, problem);
}

static void
put (Work *work)
{
  g_autoptr (GBytes) body = flow_sync_keyring_write_put (work->made, work->keyring->version);
  const FlowRemoteCall call = {
    .method = SOUP_METHOD_PUT,
    .path = KEYS_PATH,
    .content_type = FLOW_REMOTE_JSON,
    .body = body,
    .max_answer = FLOW_REMOTE_MAX_JSON,
  };

  flow_remote_session_send (work->keyring->session, &call, put_cb, work);
}

/* Keys from a passphrase take long: on a thread of their own. */
static void
change_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work *work = data;
  GError *error = NULL;
  FlowSecretKeys *made = work->change (work->made, work->change_data, &error);

  if (made != NULL)
    g_task_return_pointer (task, made, (GDestroyNotify) flow_secret_keys_unref);
  else
    g_task_return_error (task, error);
}

static void
changed_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  Work *work = data;
  g_autoptr (GError) error = NULL;
  FlowSecretKeys *made = g_task_propagate_pointer (G_TASK (result), &error);

  g_clear_pointer (&work->made, flow_secret_keys_unref);
  work->made = made;
  work->in_thread = FALSE;
  if (work->keyring == NULL || made == NULL)
    work_end (work, error);
  else
    put (work);
}

static void
make (Work *work)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, changed_cb, work);

  g_clear_pointer (&work->made, flow_secret_keys_unref);
  work->made = flow_secret_keys_ref (work->keyring->keys);
  work->sent = FALSE;
  work->in_thread = TRUE;
  g_atomic_ref_count_inc (&work->count);
  g_task_set_source_tag (task, make);
  g_task_set_task_data (task, work, (GDestroyNotify) work_unref);
  g_task_run_in_thread (task, change_thread);
}

/* By the account's key, which this device has, or by the one that it made and sent without an answer. */
static FlowSecretKeys *
open_envelope (FlowSyncKeyring *self, const char *envelope, gboolean *replaced, GError **error)
{
  g_autoptr (GError) why = NULL;
  FlowSecretKeys *keys;

  keys = flow_secret_keys_open_account_key (envelope, flow_secret_keys_get_account_key (self->keys), &why);
  if (keys == NULL && self->sent != NULL && g_error_matches (why, FLOW_ERROR, FLOW_ERROR_NEEDS_PASSPHRASE))
    keys = flow_secret_keys_open_account_key (envelope, flow_secret_keys_get_account_key (self->sent), NULL);
  *replaced = keys != NULL && why != NULL;
  if (keys == NULL)
    g_propagate_error (error, g_steal_pointer (&why));
  return keys;
}

static gboolean
take_envelope (FlowSyncKeyring *self, const char *envelope, guint64 version, GError **error)
{
  g_autoptr (FlowSecretKeys) keys = NULL;
  g_autoptr (GError) why = NULL;
  gboolean replaced;

  if (envelope == NULL || self->keys == NULL)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NEEDS_PASSPHRASE,
                           _ ("This device does not have the key of your account"));
      return FALSE;
    }
  if (version == self->version)
    return TRUE;
  keys = open_envelope (self, envelope, &replaced, &why);
  /* What no device of the account wrote is no reason to give up the keys that are. */
  if (keys == NULL && !g_error_matches (why, FLOW_ERROR, FLOW_ERROR_NEEDS_PASSPHRASE))
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  if (keys != NULL && flow_secret_keys_get_generation (keys) < flow_secret_keys_get_generation (self->keys))
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ANSWER,
                           _ ("The cloud sent keys that were replaced before"));
      return FALSE;
    }
  flow_sync_keyring_set (self, keys, keys != NULL ? version : 0);
  if (replaced)
    self->replaced (self->data);
  if (keys == NULL)
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NEEDS_PASSPHRASE,
                         _ ("The key of your account was changed on another device"));
  return keys != NULL;
}

/* What was sent without an answer has arrived, or has not, or nobody can tell. */
static void
settle (Work *work, const char *envelope, guint64 version, const GError *error)
{
  if (error == NULL && flow_sync_keyring_has_arrived (envelope, work->made))
    {
      flow_sync_keyring_set (work->keyring, work->made, version);
      g_clear_error (&work->why);
    }
  else if (error != NULL)
    g_prefix_error (&work->why, "%s: ", _ ("It is not known whether the keys of the account were changed"));
  work_end (work, work->why);
}

static void
fetched_cb (const FlowRemoteAnswer *answer, const GError *error, gpointer data)
{
  Work *work = data;
  g_autoptr (GError) problem = error != NULL ? g_error_copy (error) : NULL;
  g_autofree char *envelope = NULL;
  guint64 version = 0;

  if (problem == NULL)
    envelope = flow_sync_keyring_read_get (answer, &version, &problem);
  if (work->sent && (work->why != NULL || (problem == NULL && flow_sync_keyring_has_arrived (envelope, work->made))))
    {
      settle (work, envelope, version, problem);
      return;
    }
  if (problem == NULL)
    take_envelope (work->keyring, envelope, version, &problem);
  if (problem != NULL || work->change == NULL)
    work_end (work, problem);
  else
    make (work);
}

static void
fetch (Work *work)
{
  const FlowRemoteCall call = { .method = SOUP_METHOD_GET, .path = KEYS_PATH, .max_answer = FLOW_REMOTE_MAX_JSON };

  flow_remote_session_send (work->keyring->session, &call, fetched_cb, work);
}

/**
 * flow_sync_keyring_new:
 * @session: who has signed in; lives longer
 * @changed: hears that the keys are others
 * @replaced: hears that the account's key is another one after all
 * @data: for both
 *
 * Returns: (transfer full): a keyring without keys
 */
FlowSyncKeyring *
flow_sync_keyring_new (FlowRemoteSession *session, FlowSyncKeyringChanged changed, FlowSyncKeyringReplaced replaced,
                       gpointer data)
{
  FlowSyncKeyring *self = g_new0 (FlowSyncKeyring, 1);

  self->session = session;
  self->changed = changed;
  self->replaced = replaced;
  self->data = data;
  self->works = g_ptr_array_new ();
  return self;
}

/**
 * flow_sync_keyring_free:
 * @self: (transfer full): a keyring whose session has been freed
 *
 * Forget the keys. Nobody is told of anything any more.
 */
void
flow_sync_keyring_free (FlowSyncKeyring *self)
{
  for (guint i = 0; i < self->works->len; i++)
    {
      Work *work = self->works->pdata[i];

      work->keyring = NULL;
      if (!work->in_thread)
        work_unref (work);
    }
  g_ptr_array_unref (self->works);
  g_clear_pointer (&self->keys, flow_secret_keys_unref);
  g_clear_pointer (&self->sent, flow_secret_keys_unref);
  g_free (self);
}

/** flow_sync_keyring_get: (nullable) (transfer none): the keys. */
FlowSecretKeys *
flow_sync_keyring_get (FlowSyncKeyring *self)
{
  return self->keys;
}

/** flow_sync_keyring_get_version: which version of the envelope they are. */
guint64
flow_sync_keyring_get_version (FlowSyncKeyring *self)
{
  return self->version;
}

/**
 * flow_sync_keyring_set:
 * @self: a keyring
 * @keys: (nullable): other keys
 * @version: which version of the envelope they are
 *
 * Use other keys.
 */
void
flow_sync_keyring_set (FlowSyncKeyring *self, FlowSecretKeys *keys, guint64 version)
{
  FlowSecretKeys *before = self->keys;

  self->keys = keys != NULL ? flow_secret_keys_ref (keys) : NULL;
  g_clear_pointer (&before, flow_secret_keys_unref);
  g_clear_pointer (&self->sent, flow_secret_keys_unref);
  self->version = version;
  self->changed (self->data);
}

/**
 * flow_sync_keyring_refresh:
 * @self: a keyring
 * @done: hears how it ended
 * @data: for @done
 *
 * Fetch the keys as the cloud has them.
 */
void
flow_sync_keyring_refresh (FlowSyncKeyring *self, FlowSyncKeyringDone done, gpointer data)
{
  flow_sync_keyring_change (self, NULL, NULL, NULL, done, data);
}

/**
 * flow_sync_keyring_change:
 * @self: a keyring
 * @change: (nullable): makes other keys
 * @change_data: for @change
 * @destroy: (nullable): frees @change_data
 * @done: hears how it ended
 * @data: for @done
 *
 * Change the keys here and in the cloud's envelope. What other devices changed meanwhile is kept.
 */
void
flow_sync_keyring_change (FlowSyncKeyring *self, FlowSyncKeysChange change, gpointer change_data,
                          GDestroyNotify destroy, FlowSyncKeyringDone done, gpointer data)
{
  Work *work = g_new0 (Work, 1);

  g_atomic_ref_count_init (&work->count);
  work->keyring = self;
  work->change = change;
  work->change_data = change_data;
  work->destroy = destroy;
  work->done = done;
  work->data = data;
  g_ptr_array_add (self->works, work);
  fetch (work);
}
