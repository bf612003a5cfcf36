/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-secret"

#include "secret/flow-secrets.h"

#include <glib/gi18n-lib.h>

#include "base/flow-error.h"
#include "secret/flow-secrets-private.h"

#define FILE_NAME "secrets.json"
/* A keyring that is there answers in milliseconds; a busy machine gets more. */
#define TIMEOUT_MS 10000
/* A person who is asked for a password. */
#define UNLOCK_TIMEOUT_MS 120000

/**
 * FlowSecrets:
 *
 * Where this device keeps secrets: the sign-in, the account key, the key of the store. Usually that is the keyring of
 * the desktop. Where there is none it is a file that only its owner may read, or, when the user wants nothing on the
 * disk, the memory of this process.
 *
 * Each secret is looked for where it was stored, whatever the choice is by then; `secrets.json` in the data directory
 * says where. A keyring that is locked, missing or refuses is never taken for an empty one, and nothing moves to the
 * file by itself once it was in the keyring.
 *
 * Only flow_secrets_unlock_async() makes a window appear. Belongs to one thread; callbacks come on its thread-default
 * main context.
 */
struct _FlowSecrets
{
  GObject parent_instance;

  char *directory;
  char *path;
  FlowSecretsKind wanted;
  FlowSecretsKind kind;
  FlowSecretsState state;
  char *message;
  guint timeout_ms;
  GHashTable *session; /* of name to GBytes */
};

G_DEFINE_FINAL_TYPE (FlowSecrets, flow_secrets, G_TYPE_OBJECT)

static const char *const kind_texts[] = { "auto", "keyring", "file", "session" };
static const char *const state_texts[] = { "unknown", "ok", "locked", "missing", "refused" };

/**
 * flow_secrets_kind_from_text:
 * @text: `auto`, `keyring`, `file` or `session`
 * @kind: (out): the kind
 * @error: a return location; %FLOW_ERROR_BAD_ARGUMENT
 *
 * Read a kind.
 *
 * Returns: whether it is one
 */
gboolean
flow_secrets_kind_from_text (const char *text, FlowSecretsKind *kind, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (kind_texts); i++)
    if (g_str_equal (text, kind_texts[i]))
      {
        *kind = (FlowSecretsKind) i;
        return TRUE;
      }
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "“%s” is no place for secrets: keyring, file or session",
               text);
  return FALSE;
}

/**
 * flow_secrets_kind_to_text:
 * @kind: a kind
 *
 * Write a kind.
 *
 * Returns: (transfer none): the text
 */
const char *
flow_secrets_kind_to_text (FlowSecretsKind kind)
{
  return kind_texts[kind];
}

/**
 * flow_secrets_state_to_text:
 * @state: a state
 *
 * Write a state.
 *
 * Returns: (transfer none): the text
 */
const char *
flow_secrets_state_to_text (FlowSecretsState state)
{
  return state_texts[state];
}

static void
flow_secrets_finalize (GObject *object)
{
  FlowSecrets *self = FLOW_SECRETS (object);

  g_clear_pointer (&self->directory, g_free);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->message, g_free);
  g_clear_pointer (&self->session, g_hash_table_unref);

  G_OBJECT_CLASS (flow_secrets_parent_class)->finalize (object);
}

static void
flow_secrets_class_init (FlowSecretsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = flow_secrets_finalize;
}

static void
flow_secrets_init (FlowSecrets *self)
{
  self->timeout_ms = TIMEOUT_MS;
  self->session = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
}

/**
 * flow_secrets_new:
 * @context: where files live
 * @kind: where secrets go
 *
 * Make a place for secrets. Nothing is asked yet.
 *
 * Returns: (transfer full): the place
 */
FlowSecrets *
flow_secrets_new (FlowContext *context, FlowSecretsKind kind)
{
  FlowSecrets *self = g_object_new (FLOW_TYPE_SECRETS, NULL);

  self->directory = g_canonicalize_filename (flow_context_get_data_dir (context), NULL);
  self->path = flow_context_build_path (context, FILE_NAME);
  self->wanted = kind;
  self->kind = kind;
  return self;
}

/**
 * flow_secrets_get_kind:
 * @self: the place
 *
 * Get where the last secret was, or would go.
 *
 * Returns: the kind; %FLOW_SECRETS_AUTO before anything decided
 */
FlowSecretsKind
flow_secrets_get_kind (FlowSecrets *self)
{
  return self->kind;
}

/**
 * flow_secrets_get_state:
 * @self: the place
 *
 * Get how the last question ended.
 *
 * Returns: the state
 */
FlowSecretsState
flow_secrets_get_state (FlowSecrets *self)
{
  return self->state;
}

/**
 * flow_secrets_get_message:
 * @self: the place
 *
 * Get what to tell people about the state.
 *
 * Returns: (transfer none): a sentence in the user's language, or an empty text
 */
const char *
flow_secrets_get_message (FlowSecrets *self)
{
  return self->message == NULL ? "" : self->message;
}

/**
 * flow_secrets_uses_file:
 * @self: the place
 *
 * Find out whether any secret of this data directory is in the file, so that whoever can read it has them.
 *
 * Returns: whether one is
 */
gboolean
flow_secrets_uses_file (FlowSecrets *self)
{
  g_autoptr (FlowSecretsFile) file = flow_secrets_file_load (self->path, NULL);
  GHashTableIter iter;
  gpointer secret;

  if (file == NULL)
    return FALSE;
  g_hash_table_iter_init (&iter, file->items);
  while (g_hash_table_iter_next (&iter, NULL, &secret))
    if (g_bytes_get_size (secret) > 0)
      return TRUE;
  return FALSE;
}

/**
 * flow_secrets_set_timeout:
 * @self: the place
 * @timeout_ms: how long the keyring may take to answer, in ms
 *
 * Change how long is waited; 10 s at first. Who is asked to unlock has two minutes.
 */
void
flow_secrets_set_timeout (FlowSecrets *self, guint timeout_ms)
{
  self->timeout_ms = timeout_ms;
}

/* --- Calls ------------------------------------------------------------------------------------------ */

static void
call_free (gpointer data)
{
  FlowSecretsCall *call = data;

  g_free (call->name);
  g_free (call->label);
  g_free (call->directory);
  g_clear_pointer (&call->secret, g_bytes_unref);
  g_free (call);
}

static void
set_state (FlowSecrets *self, const GError *error)
{
  static const struct
  {
    FlowError code;
    FlowSecretsState state;
  } states[] = {
    { FLOW_ERROR_SECRETS_LOCKED, FLOW_SECRETS_LOCKED },
    { FLOW_ERROR_SECRETS_MISSING, FLOW_SECRETS_MISSING },
    { FLOW_ERROR_SECRETS_REFUSED, FLOW_SECRETS_REFUSED },
  };

  self->state = FLOW_SECRETS_OK;
  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (g_error_matches (error, FLOW_ERROR, (int) states[i].code))
      self->state = states[i].state;
  g_free (self->message);
  self->message = g_strdup (error == NULL ? "" : error->message);
}

static void
return_result (GTask *task, GBytes *secret, GError *error)
{
  set_state (g_task_get_source_object (task), error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, secret, (GDestroyNotify) g_bytes_unref);
  g_object_unref (task);
}

/* Where a call goes. */
static FlowSecretsKind
find_place (FlowSecrets *self, const FlowSecretsFile *file, const FlowSecretsCall *call)
{
  GBytes *known = call->name == NULL ? NULL : g_hash_table_lookup (file->items, call->name);
  FlowSecretsKind chosen = self->wanted == FLOW_SECRETS_AUTO ? file->kind : self->wanted;

  if (call->action == FLOW_SECRETS_UNLOCK)
    return FLOW_SECRETS_KEYRING;
  if (call->action == FLOW_SECRETS_STORE)
    return chosen;
  if (g_hash_table_contains (self->session, call->name))
    return FLOW_SECRETS_SESSION;
  if (known == NULL)
    return chosen;
  return g_bytes_get_size (known) == 0 ? FLOW_SECRETS_KEYRING : FLOW_SECRETS_FILE;
}

/* What is in the session is known there only; the file says the rest. */
static gboolean
remember_alone (FlowSecrets *self, FlowSecretsKind place, const FlowSecretsCall *call, GError **error)
{
  g_autoptr (FlowSecretsFile) file = flow_secrets_file_load (self->path, error);

  if (file == NULL)
    return FALSE;
  g_hash_table_remove (self->session, call->name);
  g_hash_table_remove (file->items, call->name);
  if (call->action == FLOW_SECRETS_STORE && place == FLOW_SECRETS_SESSION)
    g_hash_table_insert (self->session, g_strdup (call->name), g_bytes_ref (call->secret));
  if (call->action == FLOW_SECRETS_STORE && place == FLOW_SECRETS_KEYRING)
    g_hash_table_insert (file->items, g_strdup (call->name), g_bytes_new (NULL, 0));
  if (call->action == FLOW_SECRETS_STORE && place == FLOW_SECRETS_FILE)
    g_hash_table_insert (file->items, g_strdup (call->name), g_bytes_ref (call->secret));
  if (call->action == FLOW_SECRETS_STORE)
    self->kind = file->kind = place;
  return flow_secrets_file_save (file, self->path, error);
}

/* Places of other threads write the file too, each what it has just read. */
static gboolean
remember (FlowSecrets *self, FlowSecretsKind place, const FlowSecretsCall *call, GError **error)
{
  static GMutex writing;
  gboolean done;

  g_mutex_lock (&writing);
  done = remember_alone (self, place, call, error);
  g_mutex_unlock (&writing);
  return done;
}

static void
run_here (GTask *task, FlowSecretsKind place, const FlowSecretsFile *file)
{
  FlowSecrets *self = g_task_get_source_object (task);
  const FlowSecretsCall *call = g_task_get_task_data (task);
  GHashTable *items = place == FLOW_SECRETS_SESSION ? self->session : file->items;
  GBytes *secret = NULL;
  GError *error = NULL;

  self->kind = place;
  if (call->action != FLOW_SECRETS_LOOKUP)
    remember (self, place, call, &error);
  else
    secret = g_hash_table_lookup (items, call->name);
  return_result (task, secret == NULL ? NULL : g_bytes_ref (secret), error);
}

/* Without a keyring the file takes it, but only what nobody has put into the keyring before, nor wants there. */
static gboolean
may_use_file (FlowSecrets *self, const FlowSecretsCall *call, const GError *error)
{
  g_autoptr (FlowSecretsFile) file = NULL;

  if (self->wanted != FLOW_SECRETS_AUTO || !g_error_matches (error, FLOW_ERROR, FLOW_ERROR_SECRETS_MISSING))
    return FALSE;
  file = flow_secrets_file_load (self->path, NULL);
  return file != NULL && file->kind == FLOW_SECRETS_AUTO && call->action != FLOW_SECRETS_UNLOCK;
}

static void
keyring_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  FlowSecrets *self = g_task_get_source_object (task);
  const FlowSecretsCall *call = g_task_get_task_data (task);
  GBytes *secret = NULL;
  GError *error = NULL;

  if (flow_secrets_keyring_finish (result, &secret, &error))
    {
      self->kind = FLOW_SECRETS_KEYRING;
      if (call->action == FLOW_SECRETS_STORE || call->action == FLOW_SECRETS_CLEAR)
        remember (self, FLOW_SECRETS_KEYRING, call, &error);
    }
  else if (may_use_file (self, call, error))
    {
      g_clear_error (&error);
      self->kind = FLOW_SECRETS_FILE;
      if (call->action == FLOW_SECRETS_STORE)
        remember (self, FLOW_SECRETS_FILE, call, &error);
    }
  return_result (task, secret, error);
}

static void
run (FlowSecrets *self, FlowSecretsCall *call, gpointer tag, GCancellable *cancellable, GAsyncReadyCallback callback,
     gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (FlowSecretsFile) file = NULL;
  GError *error = NULL;
  FlowSecretsKind place;

  g_task_set_source_tag (task, tag);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, call, call_free);
  if (call->name != NULL && !g_str_has_prefix (call->name, FLOW_SECRETS_OF_USER))
    call->directory = g_strdup (self->directory);
  file = flow_secrets_file_load (self->path, &error);
  if (file == NULL)
    {
      return_result (task, NULL, error);
      return;
    }
  place = find_place (self, file, call);
  if (place == FLOW_SECRETS_FILE || place == FLOW_SECRETS_SESSION)
    run_here (task, place, file);
  else
    flow_secrets_keyring_run (call, call->action == FLOW_SECRETS_UNLOCK ? UNLOCK_TIMEOUT_MS : self->timeout_ms,
                              cancellable, keyring_cb, task);
}

static FlowSecretsCall *
call_new (FlowSecretsAction action, const char *name)
{
  FlowSecretsCall *call = g_new0 (FlowSecretsCall, 1);

  call->action = action;
  call->name = g_strdup (name);
  return call;
}

/**
 * flow_secrets_lookup_async:
 * @self: the place
 * @name: which secret; of this data directory, unless it begins with %FLOW_SECRETS_OF_USER
 * @cancellable: (nullable): to give up
 * @callback: called on the thread-default main context
 * @user_data: passed to @callback
 *
 * Look a secret up.
 */
void
flow_secrets_lookup_async (FlowSecrets *self, const char *name, GCancellable *cancellable, GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_return_if_fail (FLOW_IS_SECRETS (self) && name != NULL);

  run (self, call_new (FLOW_SECRETS_LOOKUP, name), flow_secrets_lookup_async, cancellable, callback, user_data);
}

/**
 * flow_secrets_lookup_finish:
 * @self: the place
 * @result: what the callback got
 * @error: a return location; %FLOW_ERROR_SECRETS_LOCKED, %FLOW_ERROR_SECRETS_MISSING, %FLOW_ERROR_SECRETS_REFUSED or
 *   %FLOW_ERROR_CANCELLED
 *
 * Get the secret.
 *
 * Returns: (transfer full) (nullable): the secret; %NULL without an error when there is none
 */
GBytes *
flow_secrets_lookup_finish (FlowSecrets *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * flow_secrets_store_async:
 * @self: the place
 * @name: which secret
 * @label: what people read beside it in the program that shows the keyring
 * @secret: the secret, at most %FLOW_SECRETS_MAX_SIZE bytes and at least one
 * @cancellable: (nullable): to give up
 * @callback: called on the thread-default main context
 * @user_data: passed to @callback
 *
 * Keep a secret, in the place of one with the same name.
 */
void
flow_secrets_store_async (FlowSecrets *self, const char *name, const char *label, GBytes *secret,
                          GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  FlowSecretsCall *call;

  g_return_if_fail (FLOW_IS_SECRETS (self) && name != NULL && label != NULL);
  g_return_if_fail (g_bytes_get_size (secret) > 0 && g_bytes_get_size (secret) <= FLOW_SECRETS_MAX_SIZE);

  call = call_new (FLOW_SECRETS_STORE, name);
  call->label = g_strdup (label);
  call->secret = g_bytes_ref (secret);
  run (self, call, flow_secrets_store_async, cancellable, callback, user_data);
}

static gboolean
finish (FlowSecrets *self, GAsyncResult *result, GError **error)
{
  gboolean failed;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  failed = g_task_had_error (G_TASK (result));
  g_task_propagate_pointer (G_TASK (result), error);
  return !failed;
}

/**
 * flow_secrets_store_finish:
 * @self: the place
 * @result: what the callback got
 * @error: a return location; as for flow_secrets_lookup_finish()
 *
 * Find out whether the secret is kept; flow_secrets_get_kind() says where.
 *
 * Returns: whether it is
 */
gboolean
flow_secrets_store_finish (FlowSecrets *self, GAsyncResult *result, GError **error)
{
  return finish (self, result, error);
}

/**
 * flow_secrets_clear_async:
 * @self: the place
 * @name: which secret
 * @cancellable: (nullable): to give up
 * @callback: called on the thread-default main context
 * @user_data: passed to @callback
 *
 * Forget a secret. That there is none is no error.
 */
void
flow_secrets_clear_async (FlowSecrets *self, const char *name, GCancellable *cancellable, GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_return_if_fail (FLOW_IS_SECRETS (self) && name != NULL);

  run (self, call_new (FLOW_SECRETS_CLEAR, name), flow_secrets_clear_async, cancellable, callback, user_data);
}

/**
 * flow_secrets_clear_finish:
 * @self: the place
 * @result: what the callback got
 * @error: a return location; as for flow_secrets_lookup_finish()
 *
 * Find out whether the secret is forgotten.
 *
 * Returns: whether it is
 */
gboolean
flow_secrets_clear_finish (FlowSecrets *self, GAsyncResult *result, GError **error)
{
  return finish (self, result, error);
}

/**
 * flow_secrets_unlock_async:
 * @self: the place
 * @cancellable: (nullable): to give up; the window goes away
 * @callback: called on the thread-default main context
 * @user_data: passed to @callback
 *
 * Ask the user to unlock the keyring, or to make one where there is none: the desktop shows a window. For when the user
 * has just asked for it.
 */
void
flow_secrets_unlock_async (FlowSecrets *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_return_if_fail (FLOW_IS_SECRETS (self));

  run (self, call_new (FLOW_SECRETS_UNLOCK, NULL), flow_secrets_unlock_async, cancellable, callback, user_data);
}

/**
 * flow_secrets_unlock_finish:
 * @self: the place
 * @result: what the callback got
 * @error: a return location; %FLOW_ERROR_SECRETS_REFUSED when the user said no, and as for flow_secrets_lookup_finish()
 *
 * Find out whether the keyring is open.
 *
 * Returns: whether it is
 */
gboolean
flow_secrets_unlock_finish (FlowSecrets *self, GAsyncResult *result, GError **error)
{
  return finish (self, result, error);
}

/* --- Waiting ---------------------------------------------------------------------------------------- */

static void
waited_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GAsyncResult **out = data;

  *out = g_object_ref (result);
}

/* Runs a call on a main context of its own, so that nothing else happens meanwhile. */
static GBytes *
wait_for (FlowSecrets *self, FlowSecretsCall *call, GCancellable *cancellable, GError **error)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GAsyncResult) result = NULL;

  g_main_context_push_thread_default (context);
  run (self, call, wait_for, cancellable, waited_cb, &result);
  while (result == NULL)
    g_main_context_iteration (context, TRUE);
  /* What watched the keyring on this context is freed by it. */
  while (g_main_context_iteration (context, FALSE))
    ;
  g_main_context_pop_thread_default (context);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * flow_secrets_lookup:
 * @self: the place
 * @name: which secret
 * @cancellable: (nullable): to give up
 * @error: a return location; as for flow_secrets_lookup_finish()
 *
 * Look a secret up and wait for it.
 *
 * Returns: (transfer full) (nullable): the secret; %NULL without an error when there is none
 */
GBytes *
flow_secrets_lookup (FlowSecrets *self, const char *name, GCancellable *cancellable, GError **error)
{
  return wait_for (self, call_new (FLOW_SECRETS_LOOKUP, name), cancellable, error);
}

static gboolean
wait_for_done (FlowSecrets *self, FlowSecretsCall *call, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) lower = NULL;

  wait_for (self, call, cancellable, &lower);
  if (lower == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&lower));
  return FALSE;
}

/**
 * flow_secrets_store:
 * @self: the place
 * @name: which secret
 * @label: what people read beside it
 * @secret: the secret
 * @cancellable: (nullable): to give up
 * @error: a return location; as for flow_secrets_lookup_finish()
 *
 * Keep a secret and wait until it is.
 *
 * Returns: whether it is
 */
gboolean
flow_secrets_store (FlowSecrets *self, const char *name, const char *label, GBytes *secret, GCancellable *cancellable,
                    GError **error)
{
  FlowSecretsCall *call = call_new (FLOW_SECRETS_STORE, name);

  call->label = g_strdup (label);
  call->secret = g_bytes_ref (secret);
  return wait_for_done (self, call, cancellable, error);
}

/**
 * flow_secrets_clear:
 * @self: the place
 * @name: which secret
 * @cancellable: (nullable): to give up
 * @error: a return location; as for flow_secrets_lookup_finish()
 *
 * Forget a secret and wait until it is.
 *
 * Returns: whether it is
 */
gboolean
flow_secrets_clear (FlowSecrets *self, const char *name, GCancellable *cancellable, GError **error)
{
  return wait_for_done (self, call_new (FLOW_SECRETS_CLEAR, name), cancellable, error);
}

/**
 * flow_secrets_unlock:
 * @self: the place
 * @cancellable: (nullable): to give up; the window goes away
 * @error: a return location; as for flow_secrets_unlock_finish()
 *
 * Ask the user to unlock the keyring and wait for the answer.
 *
 * Returns: whether it is open
 */
gboolean
flow_secrets_unlock (FlowSecrets *self, GCancellable *cancellable, GError **error)
{
  return wait_for_done (self, call_new (FLOW_SECRETS_UNLOCK, NULL), cancellable, error);
}
