/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub"

#include "hub/flow-hub-vault.h"

#include "base/flow-error.h"
#include "base/flow-worker.h"
#include "message/flow-json-member.h"
#include "trace/flow-trace-key.h"
#include "trace/flow-trace-vault.h"

/* At the start the doors are closed until the keyring has answered. */
#define START_TIMEOUT_MS 3000
#define TIMEOUT_MS 10000
#define CONVERTING_MS 250
#define RETRY_MS 5000

struct _FlowHubVault
{
  FlowContext *context;
  FlowTraceStore *traces;
  FlowHubVaultChanged changed;
  gpointer changed_data;
  FlowWorker *worker;
  GCancellable *cancellable;
  int wanted; /* atomic */
  int open;   /* atomic: the store takes jobs */
  int busy;   /* atomic: it was not looked at since something else is wanted */

  /* The vault's thread */
  FlowSecrets *secrets;
  GSource *timer;

  GMutex lock;
  char *message;          /* (nullable): why it is not as it should be */
  FlowSecretsKind kind;   /* of the place of secrets */
  FlowSecretsState state; /* the same */
};

static gboolean
is_settled (FlowHubVault *self, const FlowTraceEncryption *encryption)
{
  return !encryption->locked &&
         encryption->state == (g_atomic_int_get (&self->wanted) ? FLOW_TRACE_ENCRYPTED : FLOW_TRACE_PLAIN);
}

static void
set_message (FlowHubVault *self, const GError *error)
{
  g_mutex_lock (&self->lock);
  g_free (self->message);
  self->message = error == NULL ? NULL : g_strdup (error->message);
  self->kind = flow_secrets_get_kind (self->secrets);
  self->state = flow_secrets_get_state (self->secrets);
  g_mutex_unlock (&self->lock);
}

static gboolean
unlock (FlowHubVault *self, const FlowTraceEncryption *encryption, GError **error)
{
  return flow_trace_key_find (self->secrets, encryption->vault, self->cancellable, error) &&
         flow_trace_store_unlock (self->traces, error);
}

static gboolean
encrypt (FlowHubVault *self, const FlowTraceEncryption *encryption, GError **error)
{
  g_autoptr (FlowVault) vault = NULL;

  if (encryption->state == FLOW_TRACE_PLAIN)
    vault = flow_trace_key_make (self->secrets, self->cancellable, error);
  else
    vault = flow_vault_find (encryption->vault);
  return vault != NULL && flow_trace_store_encrypt (self->traces, vault, error);
}

/* The next thing to do; what the store does by itself is only looked at again later. */
static gboolean
take_step (FlowHubVault *self, const FlowTraceEncryption *encryption, GError **error)
{
  gboolean wanted = g_atomic_int_get (&self->wanted) != 0;

  if (encryption->locked)
    return unlock (self, encryption, error);
  if (wanted && (encryption->state == FLOW_TRACE_PLAIN || encryption->state == FLOW_TRACE_DECRYPTING))
    return encrypt (self, encryption, error);
  if (!wanted && encryption->state != FLOW_TRACE_PLAIN && encryption->state != FLOW_TRACE_DECRYPTING)
    return flow_trace_store_decrypt (self->traces, error);
  return encryption->state != FLOW_TRACE_WIPING || flow_trace_store_wipe (self->traces, error);
}

static void check_call (gpointer data);

static gboolean
timer_cb (gpointer data)
{
  check_call (data);
  return G_SOURCE_CONTINUE;
}

static void
set_timer (FlowHubVault *self, guint after_ms)
{
  if (self->timer != NULL)
    {
      g_source_destroy (self->timer);
      g_clear_pointer (&self->timer, g_source_unref);
    }
  if (after_ms == 0)
    return;
  self->timer = g_timeout_source_new (after_ms);
  g_source_set_static_name (self->timer, "flow-hub-vault");
  g_source_set_callback (self->timer, timer_cb, self, NULL);
  g_source_attach (self->timer, flow_worker_get_context (self->worker));
}

static void
check_call (gpointer data)
{
  FlowHubVault *self = data;
  FlowTraceEncryption encryption;
  g_autoptr (GError) error = NULL;

  if (!g_atomic_int_get (&self->open) || g_cancellable_is_cancelled (self->cancellable))
    return;
  flow_trace_store_get_encryption (self->traces, &encryption);
  if (!is_settled (self, &encryption))
    take_step (self, &encryption, &error);
  if (error != NULL)
    g_debug ("The traces are not as encrypted as they should be: %s", error->message);
  set_message (self, error);
  g_atomic_int_set (&self->busy, FALSE);
  flow_trace_store_get_encryption (self->traces, &encryption);
  set_timer (self, is_settled (self, &encryption) ? 0 : error != NULL ? RETRY_MS : CONVERTING_MS);
  self->changed (self->changed_data);
}

static void
make_call (gpointer data)
{
  FlowHubVault *self = data;

  self->secrets = flow_secrets_new (self->context, FLOW_SECRETS_AUTO);
}

/**
 * flow_hub_vault_new:
 * @context: whose data
 * @traces: the store, not open yet
 * @changed: hears of changes
 * @data: for @changed
 *
 * Make a vault that does nothing yet.
 *
 * Returns: (transfer full): the vault
 */
FlowHubVault *
flow_hub_vault_new (FlowContext *context, FlowTraceStore *traces, FlowHubVaultChanged changed, gpointer data)
{
  FlowHubVault *self = g_new0 (FlowHubVault, 1);

  g_mutex_init (&self->lock);
  self->context = flow_context_ref (context);
  self->traces = traces;
  self->changed = changed;
  self->changed_data = data;
  self->cancellable = g_cancellable_new ();
  self->worker = flow_worker_new ("flow-vault");
  flow_worker_call (self->worker, make_call, self);
  return self;
}

static void
close_call (gpointer data)
{
  FlowHubVault *self = data;

  set_timer (self, 0);
  g_clear_object (&self->secrets);
}

/**
 * flow_hub_vault_free:
 * @self: (transfer full): the vault
 *
 * End it. A window that waits for the user goes away; blocks until the store has answered.
 */
void
flow_hub_vault_free (FlowHubVault *self)
{
  g_cancellable_cancel (self->cancellable);
  flow_worker_call (self->worker, close_call, self);
  flow_worker_free (self->worker);
  g_object_unref (self->cancellable);
  flow_context_unref (self->context);
  g_free (self->message);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
find_key_call (gpointer data)
{
  FlowHubVault *self = data;
  g_autoptr (GError) error = NULL;

  flow_secrets_set_timeout (self->secrets, START_TIMEOUT_MS);
  if (!flow_trace_key_need (flow_context_get_database_path (self->context), self->secrets, self->cancellable, &error))
    g_message ("The key of the traces is not at hand: %s", error->message);
  flow_secrets_set_timeout (self->secrets, TIMEOUT_MS);
  set_message (self, error);
}

/**
 * flow_hub_vault_find_key:
 * @self: the vault
 *
 * Look for the key before the store is opened, and wait some seconds for it. Without it the store opens all the same,
 * and takes nothing in.
 */
void
flow_hub_vault_find_key (FlowHubVault *self)
{
  flow_worker_call (self->worker, find_key_call, self);
}

/**
 * flow_hub_vault_start:
 * @self: a vault whose store is open
 *
 * Keep the store as it should be from now on.
 */
void
flow_hub_vault_start (FlowHubVault *self)
{
  g_atomic_int_set (&self->open, TRUE);
  flow_worker_invoke (self->worker, check_call, self, NULL);
}

/**
 * flow_hub_vault_set_wanted:
 * @self: the vault
 * @wanted: whether the traces are to be encrypted
 *
 * Say how it should be. On any thread.
 */
void
flow_hub_vault_set_wanted (FlowHubVault *self, gboolean wanted)
{
  if (g_atomic_int_get (&self->wanted) == wanted)
    return;
  g_atomic_int_set (&self->busy, TRUE);
  g_atomic_int_set (&self->wanted, wanted);
  flow_worker_invoke (self->worker, check_call, self, NULL);
}

static void
unlock_call (gpointer data)
{
  FlowHubVault *self = data;
  g_autoptr (GError) error = NULL;

  if (flow_secrets_unlock (self->secrets, self->cancellable, &error))
    check_call (self);
  else
    set_message (self, error);
  self->changed (self->changed_data);
}

/**
 * flow_hub_vault_unlock:
 * @self: the vault
 *
 * Have the desktop ask the user to unlock the keyring, which he has just wanted. On any thread.
 */
void
flow_hub_vault_unlock (FlowHubVault *self)
{
  flow_worker_invoke (self->worker, unlock_call, self, NULL);
}

/**
 * flow_hub_vault_is_locked:
 * @self: the vault
 *
 * Find out whether nothing is taken in since the key is not at hand. On any thread.
 *
 * Returns: whether it is so
 */
gboolean
flow_hub_vault_is_locked (FlowHubVault *self)
{
  FlowTraceEncryption encryption;

  flow_trace_store_get_encryption (self->traces, &encryption);
  return encryption.locked;
}

/**
 * flow_hub_vault_write:
 * @self: the vault
 * @writer: in an object
 *
 * Write how it is: `state` (`plain`, `encrypting`, `wiping`, `encrypted`, `decrypting`), `wanted`, `locked`, `settled`,
 * `busy` (somebody has just wanted something else), `done` of `total`, `message` or null, `secrets` with `kind` and
 * `state`. On any thread.
 */
void
flow_hub_vault_write (FlowHubVault *self, FlowJsonWriter *writer)
{
  FlowTraceEncryption encryption;

  flow_trace_store_get_encryption (self->traces, &encryption);
  flow_json_member_text (writer, "state", flow_trace_encryption_to_text (encryption.state), -1);
  flow_json_member_flag (writer, "wanted", g_atomic_int_get (&self->wanted) != 0);
  flow_json_member_flag (writer, "locked", encryption.locked);
  flow_json_member_flag (writer, "settled", is_settled (self, &encryption));
  flow_json_member_flag (writer, "busy", g_atomic_int_get (&self->busy) != 0);
  flow_json_member_uint (writer, "done", encryption.done);
  flow_json_member_uint (writer, "total", encryption.total);
  g_mutex_lock (&self->lock);
  flow_json_writer_key (writer, "message");
  if (self->message != NULL)
    flow_json_writer_string (writer, self->message, -1);
  else
    flow_json_writer_null (writer);
  flow_json_writer_key (writer, "secrets");
  flow_json_writer_begin_object (writer);
  flow_json_member_text (writer, "kind", flow_secrets_kind_to_text (self->kind), -1);
  flow_json_member_text (writer, "state", flow_secrets_state_to_text (self->state), -1);
  flow_json_writer_end_object (writer);
  g_mutex_unlock (&self->lock);
}

/**
 * flow_hub_vault_write_key:
 * @self: the vault
 * @writer: in an object
 * @error: return location; %FLOW_ERROR_SECRETS_LOCKED
 *
 * Write the key, `key` in base64 or null when nothing is encrypted, for a program of the same user that reads the
 * database where the keyring does not answer it.
 *
 * Returns: whether it is at hand
 */
gboolean
flow_hub_vault_write_key (FlowHubVault *self, FlowJsonWriter *writer, GError **error)
{
  FlowTraceEncryption encryption;
  g_autoptr (FlowVault) vault = NULL;
  g_autoptr (GBytes) secret = NULL;

  flow_trace_store_get_encryption (self->traces, &encryption);
  flow_json_writer_key (writer, "key");
  if (encryption.state == FLOW_TRACE_PLAIN)
    {
      flow_json_writer_null (writer);
      return TRUE;
    }
  vault = flow_vault_find (encryption.vault);
  if (vault == NULL)
    return flow_trace_vault_set_locked (error);
  secret = flow_vault_get_secret (vault);
  flow_json_writer_base64 (writer, g_bytes_get_data (secret, NULL), g_bytes_get_size (secret));
  return TRUE;
}
