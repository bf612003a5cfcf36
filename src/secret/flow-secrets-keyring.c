/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-secret"

#include "secret/flow-secrets-private.h"

#include <glib/gi18n-lib.h>
#include <libsecret/secret.h>
#include <string.h>

#include "base/flow-error.h"
#include "secret/flow-digest.h"

/*
 * Each call has a connection of its own to the Secret Service: the one that libsecret shares is bound to the main
 * context that was first, and outlives a keyring that was restarted.
 *
 * A keyring that is locked answers a search with nothing, or with an item that has no secret; so what is not found is
 * only taken as absent when its collection is open.
 */
typedef struct
{
  const FlowSecretsCall *call; /* of the caller's task, which waits for this one */
  SecretService *service;
  GCancellable *cancellable; /* the caller's, and the timeout's */
  GCancellable *outer;
  gulong outer_handler;
  GSource *timeout;
  gboolean timed_out;
  GHashTable *attributes;
} Op;

static const SecretSchema schema = {
  "org.flowscope.Secret",
  SECRET_SCHEMA_NONE,
  {
      { "name", SECRET_SCHEMA_ATTRIBUTE_STRING },
      { "directory", SECRET_SCHEMA_ATTRIBUTE_STRING },
      { NULL, 0 },
  },
};

static void
op_free (gpointer data)
{
  Op *op = data;

  g_source_destroy (op->timeout);
  g_source_unref (op->timeout);
  g_cancellable_disconnect (op->outer, op->outer_handler);
  g_clear_object (&op->outer);
  g_clear_object (&op->cancellable);
  g_clear_object (&op->service);
  g_clear_pointer (&op->attributes, g_hash_table_unref);
  g_free (op);
}

static void
return_error (GTask *task, FlowError code, const char *why)
{
  g_task_return_new_error (task, FLOW_ERROR, (int) code, "%s", why);
  g_object_unref (task);
}

/* What the Secret Service and D-Bus say, in the three words that lead somewhere. Takes the task. */
static void
return_failure (GTask *task, const GError *error)
{
  const Op *op = g_task_get_task_data (task);

  if (op->timed_out && op->call->action == FLOW_SECRETS_UNLOCK)
    return_error (task, FLOW_ERROR_SECRETS_LOCKED, _ ("Nobody has unlocked the keyring"));
  else if (op->timed_out)
    return_error (task, FLOW_ERROR_SECRETS_MISSING, _ ("The keyring does not answer"));
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return_error (task, FLOW_ERROR_CANCELLED, error->message);
  else if (g_error_matches (error, SECRET_ERROR, SECRET_ERROR_IS_LOCKED))
    return_error (task, FLOW_ERROR_SECRETS_LOCKED, _ ("The keyring is locked"));
  else if (g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED))
    return_error (task, FLOW_ERROR_SECRETS_REFUSED, _ ("The keyring refuses FlowScope"));
  else if (error->domain == SECRET_ERROR)
    return_error (task, FLOW_ERROR_SECRETS_REFUSED, error->message);
  else
    return_error (task, FLOW_ERROR_SECRETS_MISSING, _ ("There is no keyring"));
}

static gboolean
timeout_cb (gpointer data)
{
  Op *op = data;

  op->timed_out = TRUE;
  g_cancellable_cancel (op->cancellable);
  return G_SOURCE_CONTINUE;
}

static void
outer_cancelled_cb (GCancellable *outer, gpointer data)
{
  g_cancellable_cancel (data);
}

static void
return_done (GTask *task, GBytes *secret)
{
  g_task_return_pointer (task, secret, (GDestroyNotify) g_bytes_unref);
  g_object_unref (task);
}

/* --- The last step ---------------------------------------------------------------------------------- */

static void
stored_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  g_autoptr (GError) error = NULL;

  if (secret_service_store_finish (SECRET_SERVICE (source), result, &error))
    return_done (task, NULL);
  else
    return_failure (task, error);
}

static void
store (GTask *task)
{
  Op *op = g_task_get_task_data (task);
  g_autofree char *text = NULL;
  g_autoptr (SecretValue) value = NULL;

  /* As text, so that people can look at it in the program that shows the keyring. */
  text = g_base64_encode (g_bytes_get_data (op->call->secret, NULL), g_bytes_get_size (op->call->secret));
  value = secret_value_new (text, -1, "text/plain");
  flow_digest_wipe (text, strlen (text));
  secret_service_store (op->service, &schema, op->attributes, SECRET_COLLECTION_DEFAULT, op->call->label, value,
                        op->cancellable, stored_cb, task);
}

static void
cleared_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  g_autoptr (GError) error = NULL;

  secret_service_clear_finish (SECRET_SERVICE (source), result, &error);
  if (error == NULL)
    return_done (task, NULL);
  else
    return_failure (task, error);
}

/* The collection of the secret is open, or there is none. */
static void
go_on (GTask *task, gboolean has_collection)
{
  Op *op = g_task_get_task_data (task);

  if (op->call->action == FLOW_SECRETS_LOOKUP)
    return_done (task, NULL);
  else if (op->call->action == FLOW_SECRETS_CLEAR)
    secret_service_clear (op->service, &schema, op->attributes, op->cancellable, cleared_cb, task);
  else if (has_collection)
    store (task);
  else
    return_error (task, FLOW_ERROR_SECRETS_MISSING, _ ("There is a keyring, but it was never set up"));
}

/* --- Whether it is open ----------------------------------------------------------------------------- */

static void
unlocked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  g_autoptr (GError) error = NULL;
  int n = secret_service_unlock_finish (SECRET_SERVICE (source), result, NULL, &error);

  if (error != NULL)
    return_failure (task, error);
  else if (n == 0)
    return_error (task, FLOW_ERROR_SECRETS_REFUSED, _ ("The keyring was not unlocked"));
  else
    return_done (task, NULL);
}

static void
created_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SecretCollection) collection = secret_collection_create_finish (result, &error);

  if (collection != NULL)
    return_done (task, NULL);
  else if (error == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return_error (task, FLOW_ERROR_SECRETS_REFUSED, _ ("No keyring was made"));
  else
    return_failure (task, error);
}

static void
unlock (GTask *task, SecretCollection *collection)
{
  Op *op = g_task_get_task_data (task);
  GList objects = { .data = collection };

  if (collection == NULL)
    secret_collection_create (op->service, _ ("Login"), SECRET_COLLECTION_DEFAULT, SECRET_COLLECTION_CREATE_NONE,
                              op->cancellable, created_cb, task);
  else if (secret_collection_get_locked (collection))
    secret_service_unlock (op->service, &objects, op->cancellable, unlocked_cb, task);
  else
    return_done (task, NULL);
}

static void
collection_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  const Op *op = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (SecretCollection) collection = secret_collection_for_alias_finish (result, &error);

  if (error != NULL)
    return_failure (task, error);
  else if (op->call->action == FLOW_SECRETS_UNLOCK)
    unlock (task, collection);
  else if (collection != NULL && secret_collection_get_locked (collection))
    return_error (task, FLOW_ERROR_SECRETS_LOCKED, _ ("The keyring is locked"));
  else
    go_on (task, collection != NULL);
}

static void
find_collection (GTask *task)
{
  Op *op = g_task_get_task_data (task);

  secret_collection_for_alias (op->service, SECRET_COLLECTION_DEFAULT, SECRET_COLLECTION_NONE, op->cancellable,
                               collection_cb, task);
}

/* --- Finding it ------------------------------------------------------------------------------------- */

static void
return_item (GTask *task, SecretItem *item)
{
  g_autoptr (SecretValue) value = secret_item_get_secret (item);
  const char *text = value == NULL ? NULL : secret_value_get_text (value);
  guint8 *bytes;
  gsize size;

  if (secret_item_get_locked (item))
    return_error (task, FLOW_ERROR_SECRETS_LOCKED, _ ("The keyring is locked"));
  else if (text == NULL)
    return_error (task, FLOW_ERROR_SECRETS_REFUSED, _ ("The keyring does not say the secret"));
  else
    {
      bytes = g_base64_decode (text, &size);
      return_done (task, g_bytes_new_take (bytes, size));
    }
}

static void
searched_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  g_autoptr (GError) error = NULL;
  GList *items = secret_service_search_finish (SECRET_SERVICE (source), result, &error);

  if (error != NULL)
    return_failure (task, error);
  else if (items != NULL)
    return_item (task, items->data);
  else
    find_collection (task);
  g_list_free_full (items, g_object_unref);
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Op *op = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  op->service = secret_service_open_finish (result, &error);
  if (op->service == NULL)
    return_failure (task, error);
  else if (op->call->action == FLOW_SECRETS_LOOKUP)
    secret_service_search (op->service, &schema, op->attributes, SECRET_SEARCH_LOAD_SECRETS, op->cancellable,
                           searched_cb, task);
  else
    find_collection (task);
}

/**
 * flow_secrets_keyring_run:
 * @call: what to do; stays until the callback
 * @timeout_ms: how long it may take; a window that waits for the user counts as well
 * @cancellable: (nullable): to give up
 * @callback: called on the thread-default main context
 * @user_data: passed to @callback
 *
 * Ask the keyring of the desktop.
 */
void
flow_secrets_keyring_run (const FlowSecretsCall *call, guint timeout_ms, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  Op *op = g_new0 (Op, 1);

  g_task_set_source_tag (task, flow_secrets_keyring_run);
  op->call = call;
  op->cancellable = g_cancellable_new ();
  if (cancellable != NULL)
    {
      op->outer = g_object_ref (cancellable);
      op->outer_handler = g_cancellable_connect (cancellable, G_CALLBACK (outer_cancelled_cb),
                                                 g_object_ref (op->cancellable), g_object_unref);
    }
  op->timeout = g_timeout_source_new (timeout_ms);
  g_source_set_static_name (op->timeout, "flow-secrets-timeout");
  g_source_set_callback (op->timeout, timeout_cb, op, NULL);
  g_source_attach (op->timeout, g_main_context_get_thread_default ());
  op->attributes = g_hash_table_new (g_str_hash, g_str_equal);
  if (call->name != NULL)
    g_hash_table_insert (op->attributes, (gpointer) "name", call->name);
  if (call->directory != NULL)
    g_hash_table_insert (op->attributes, (gpointer) "directory", call->directory);
  g_task_set_task_data (task, op, op_free);
  secret_service_open (SECRET_TYPE_SERVICE, NULL, SECRET_SERVICE_OPEN_SESSION, op->cancellable, opened_cb, task);
}

/**
 * flow_secrets_keyring_finish:
 * @result: what the callback got
 * @secret: (out) (transfer full) (nullable): the secret that was looked up, %NULL when there is none
 * @error: a return location; %FLOW_ERROR_SECRETS_LOCKED, %FLOW_ERROR_SECRETS_MISSING, %FLOW_ERROR_SECRETS_REFUSED or
 *   %FLOW_ERROR_CANCELLED
 *
 * Get how it ended.
 *
 * Returns: whether the keyring did it
 */
gboolean
flow_secrets_keyring_finish (GAsyncResult *result, GBytes **secret, GError **error)
{
  GTask *task = G_TASK (result);
  gboolean failed = g_task_had_error (task);

  *secret = g_task_propagate_pointer (task, error);
  return !failed;
}
