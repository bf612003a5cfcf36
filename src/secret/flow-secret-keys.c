/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-secret"

#include "secret/flow-secret-keys.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "secret/flow-key-envelope.h"
#include "secret/flow-recovery-words.h"

/* What each sealed key is, so that none can stand in the place of another. */
#define BY_PASSPHRASE "flowscope account key by passphrase"
#define BY_RECOVERY "flowscope account key by recovery key"
#define NAMES "flowscope key of names"
#define DATA_KEY "flowscope data key"
#define BATCH "flowscope batch"
#define PURPOSE "flowscope purpose"
#define WORKSPACE "workspace scope"
#define MAX_SCOPE 64
/* Of the hash that names a workspace for the cloud. */
#define WORKSPACE_HASH 16

/* A data key, opened. */
typedef struct
{
  const char *scope; /* of the envelope */
  guint8 id[FLOW_SECRET_KEY_ID_SIZE];
  guint8 key[FLOW_SECRET_KEY_SIZE];
} DataKey;

struct _FlowSecretKeys
{
  FlowKeyEnvelope *envelope;
  char *text;
  GArray *data_keys; /* DataKey, as they stand in the envelope */
  guint8 account_key[FLOW_SECRET_KEY_SIZE];
  guint8 names[FLOW_SECRET_KEY_SIZE];
};

G_DEFINE_BOXED_TYPE (FlowSecretKeys, flow_secret_keys, flow_secret_keys_ref, flow_secret_keys_unref)

static void
clear_keys (gpointer data)
{
  FlowSecretKeys *self = data;

  flow_digest_wipe (self->account_key, sizeof self->account_key);
  flow_digest_wipe (self->names, sizeof self->names);
  flow_digest_wipe (self->data_keys->data, self->data_keys->len * sizeof (DataKey));
  g_array_unref (self->data_keys);
  g_clear_pointer (&self->envelope, flow_key_envelope_free);
  g_free (self->text);
}

/**
 * flow_secret_keys_ref:
 * @self: keys
 *
 * Hold on to keys.
 *
 * Returns: (transfer full): @self
 */
FlowSecretKeys *
flow_secret_keys_ref (FlowSecretKeys *self)
{
  return g_atomic_rc_box_acquire (self);
}

/**
 * flow_secret_keys_unref:
 * @self: (transfer full): keys
 *
 * Let go of keys; the last one overwrites them.
 */
void
flow_secret_keys_unref (FlowSecretKeys *self)
{
  g_atomic_rc_box_release_full (self, clear_keys);
}

/* --- Sealing keys by keys --------------------------------------------------------------------------- */

static void
seal_key (const guint8 *by, const char *what, const guint8 *key, guint8 *out)
{
  g_autoptr (FlowCipher) cipher = flow_cipher_new (by);

  flow_cipher_seal_box (cipher, what, strlen (what), key, FLOW_SECRET_KEY_SIZE, out);
}

static gboolean
open_key (const guint8 *by, const char *what, const guint8 *sealed, guint8 *out, GError **error)
{
  g_autoptr (FlowCipher) cipher = flow_cipher_new (by);

  return flow_cipher_open_box (cipher, what, strlen (what), sealed, FLOW_KEY_ENVELOPE_SEALED, out, error);
}

/* A data key cannot be moved to another scope, nor be given another name. */
static char *
say_data_key (const char *scope, const guint8 *id)
{
  char hex[2 * FLOW_SECRET_KEY_ID_SIZE + 1];

  flow_id_to_hex (id, FLOW_SECRET_KEY_ID_SIZE, hex);
  return g_strdup_printf (DATA_KEY " %s %s", scope, hex);
}

static gboolean
derive_from_passphrase (const FlowKeyEnvelope *envelope, const char *passphrase, guint8 *out, GError **error)
{
  /* What is typed on another keyboard may be composed in another way. */
  g_autofree char *normal = g_utf8_normalize (passphrase, -1, G_NORMALIZE_NFKC);
  gboolean derived;

  if (normal == NULL)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_PASSPHRASE, _ ("the passphrase is not UTF-8"));
      return FALSE;
    }
  derived = flow_password_derive (&envelope->cost, normal, envelope->salt, sizeof envelope->salt, out,
                                  FLOW_SECRET_KEY_SIZE, error);
  flow_digest_wipe (normal, strlen (normal));
  return derived;
}

static void
derive_from_recovery (const guint8 recovery[FLOW_RECOVERY_KEY_SIZE], guint8 *out)
{
  const FlowDigestPart info = { BY_RECOVERY, strlen (BY_RECOVERY) };

  flow_digest_derive (recovery, FLOW_RECOVERY_KEY_SIZE, NULL, 0, &info, 1, out, FLOW_SECRET_KEY_SIZE);
}

static gboolean
seal_by_passphrase (FlowKeyEnvelope *envelope, const guint8 *account_key, const char *passphrase, GError **error)
{
  guint8 key[FLOW_SECRET_KEY_SIZE];

  flow_id_random (envelope->salt, sizeof envelope->salt);
  if (!derive_from_passphrase (envelope, passphrase, key, error))
    return FALSE;
  seal_key (key, BY_PASSPHRASE, account_key, envelope->by_passphrase);
  flow_digest_wipe (key, sizeof key);
  return TRUE;
}

static char **
seal_by_recovery (FlowKeyEnvelope *envelope, const guint8 *account_key)
{
  guint8 recovery[FLOW_RECOVERY_KEY_SIZE];
  guint8 key[FLOW_SECRET_KEY_SIZE];
  char **words;

  flow_id_random (recovery, sizeof recovery);
  derive_from_recovery (recovery, key);
  seal_key (key, BY_RECOVERY, account_key, envelope->by_recovery);
  words = flow_recovery_words_from_key (recovery);
  flow_digest_wipe (recovery, sizeof recovery);
  flow_digest_wipe (key, sizeof key);
  return words;
}

/* --- Opening ---------------------------------------------------------------------------------------- */

static guint
count_keys (const FlowKeyEnvelope *envelope)
{
  guint n = 0;

  for (guint i = 0; i < envelope->scopes->len; i++)
    n += ((const FlowKeyEnvelopeScope *) g_ptr_array_index (envelope->scopes, i))->keys->len;
  return n;
}

static FlowSecretKeys *
keys_new (FlowKeyEnvelope *envelope, const guint8 *account_key)
{
  FlowSecretKeys *self = g_atomic_rc_box_new0 (FlowSecretKeys);

  self->envelope = envelope;
  /* With room for all: growing would leave keys in what is freed. */
  self->data_keys = g_array_sized_new (FALSE, FALSE, sizeof (DataKey), count_keys (envelope));
  memcpy (self->account_key, account_key, sizeof self->account_key);
  return self;
}

static gboolean
open_scope (FlowSecretKeys *self, const FlowKeyEnvelopeScope *scope, GError **error)
{
  for (guint i = 0; i < scope->keys->len; i++)
    {
      const FlowKeyEnvelopeKey *sealed = &g_array_index (scope->keys, FlowKeyEnvelopeKey, i);
      g_autofree char *what = say_data_key (scope->name, sealed->id);
      DataKey key = { .scope = scope->name };

      if (!open_key (self->account_key, what, sealed->sealed, key.key, error))
        return FALSE;
      memcpy (key.id, sealed->id, sizeof key.id);
      g_array_append_val (self->data_keys, key);
      flow_digest_wipe (&key, sizeof key);
    }
  return TRUE;
}

/* Takes the envelope. */
static FlowSecretKeys *
open_envelope (FlowKeyEnvelope *envelope, const guint8 *account_key, GError **error)
{
  g_autoptr (FlowSecretKeys) self = keys_new (envelope, account_key);
  guint8 id[FLOW_SECRET_KEY_ID_SIZE];
  guint8 mac[FLOW_DIGEST_SIZE];

  flow_key_envelope_get_account_id (account_key, id);
  if (!flow_digest_equal (id, envelope->account_id, sizeof id))
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NEEDS_PASSPHRASE,
                           _ ("the account has another key by now: the passphrase is needed again"));
      return NULL;
    }
  flow_key_envelope_get_mac (envelope, account_key, mac);
  if (!flow_digest_equal (mac, envelope->mac, sizeof mac))
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NOT_AUTHENTIC,
                           _ ("the keys from the cloud are not as a device of this account wrote them"));
      return NULL;
    }
  if (!open_key (account_key, NAMES, envelope->names, self->names, error))
    return NULL;
  for (guint i = 0; i < envelope->scopes->len; i++)
    if (!open_scope (self, g_ptr_array_index (envelope->scopes, i), error))
      return NULL;
  self->text = flow_key_envelope_print (envelope);
  return g_steal_pointer (&self);
}

/* Takes the envelope, which was changed, and writes it anew. */
static FlowSecretKeys *
finish_change (FlowKeyEnvelope *envelope, const guint8 *account_key, GError **error)
{
  g_autoptr (FlowSecretKeys) self = NULL;

  envelope->generation++;
  flow_key_envelope_get_account_id (account_key, envelope->account_id);
  flow_key_envelope_get_mac (envelope, account_key, envelope->mac);
  self = open_envelope (envelope, account_key, error);
  if (self == NULL || strlen (self->text) <= FLOW_SECRET_ENVELOPE_MAX)
    return g_steal_pointer (&self);
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_TOO_LARGE, "the account has more keys than its envelope holds");
  return NULL;
}

/**
 * flow_secret_keys_check_passphrase:
 * @passphrase: a passphrase
 * @password: (nullable): the password of the account, which the server gets to see; %NULL when it is not known
 * @error: a return location; %FLOW_ERROR_WEAK_PASSPHRASE when it is too short or the password, or too long
 *
 * Find out whether a passphrase will do.
 *
 * Returns: whether it will
 */
gboolean
flow_secret_keys_check_passphrase (const char *passphrase, const char *password, GError **error)
{
  const char *why = NULL;

  if (!g_utf8_validate (passphrase, -1, NULL) || strlen (passphrase) > FLOW_PASSWORD_MAX_SIZE / 4)
    why = _ ("the passphrase is too long, or not UTF-8");
  else if (g_utf8_strlen (passphrase, -1) < FLOW_SECRET_PASSPHRASE_MIN)
    why = _ ("the passphrase is too short: ten characters are the least");
  else if (g_strcmp0 (passphrase, password) == 0)
    why = _ ("the passphrase is the password, which the server gets to see");
  if (why == NULL)
    return TRUE;
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_WEAK_PASSPHRASE, why);
  return FALSE;
}

/**
 * flow_secret_keys_create:
 * @passphrase: what the user chose
 * @cost: (nullable): what a guess is to cost, or %NULL for %flow_password_floor
 * @words: (out) (transfer full): the recovery key, to be shown once; free it with flow_recovery_words_free()
 * @error: a return location; %FLOW_ERROR_WEAK_PASSPHRASE, or %FLOW_ERROR_WEAK_KEYS when @cost is below the floor
 *
 * Make the keys of an account that has none. Takes as long as flow_password_derive().
 *
 * Returns: (transfer full): the keys, of generation 1 and without a scope, or %NULL
 */
FlowSecretKeys *
flow_secret_keys_create (const char *passphrase, const FlowPasswordCost *cost, char ***words, GError **error)
{
  g_autoptr (FlowKeyEnvelope) envelope = flow_key_envelope_new ();
  guint8 account_key[FLOW_SECRET_KEY_SIZE];
  guint8 names[FLOW_SECRET_KEY_SIZE];
  FlowSecretKeys *self;

  envelope->cost = cost == NULL ? flow_password_floor : *cost;
  if (flow_password_is_weaker (&envelope->cost, &flow_password_floor))
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_WEAK_KEYS, "a guess of the passphrase would cost too little");
      return NULL;
    }
  flow_id_random (account_key, sizeof account_key);
  flow_id_random (names, sizeof names);
  if (!flow_secret_keys_check_passphrase (passphrase, NULL, error) ||
      !seal_by_passphrase (envelope, account_key, passphrase, error))
    return NULL;
  *words = seal_by_recovery (envelope, account_key);
  seal_key (account_key, NAMES, names, envelope->names);
  self = finish_change (g_steal_pointer (&envelope), account_key, error);
  flow_digest_wipe (account_key, sizeof account_key);
  flow_digest_wipe (names, sizeof names);
  return self;
}

/**
 * flow_secret_keys_open_passphrase:
 * @envelope: the envelope, as the cloud gave it
 * @passphrase: what somebody typed
 * @error: a return location; %FLOW_ERROR_BAD_PASSPHRASE, %FLOW_ERROR_WEAK_KEYS when a guess costs less than
 *   %flow_password_floor, and what flow_key_envelope_parse() says
 *
 * Open the keys of an account by its passphrase. Takes as long as flow_password_derive().
 *
 * Returns: (transfer full): the keys, or %NULL
 */
FlowSecretKeys *
flow_secret_keys_open_passphrase (const char *envelope, const char *passphrase, GError **error)
{
  g_autoptr (FlowKeyEnvelope) parsed = flow_key_envelope_parse (envelope, error);
  guint8 key[FLOW_SECRET_KEY_SIZE];
  guint8 account_key[FLOW_SECRET_KEY_SIZE];
  FlowSecretKeys *self = NULL;

  if (parsed == NULL)
    return NULL;
  if (flow_password_is_weaker (&parsed->cost, &flow_password_floor))
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_WEAK_KEYS,
                           _ ("the keys of this account are protected less than they must be: the server is not to "
                              "be trusted"));
      return NULL;
    }
  if (!derive_from_passphrase (parsed, passphrase, key, error))
    return NULL;
  if (open_key (key, BY_PASSPHRASE, parsed->by_passphrase, account_key, NULL))
    self = open_envelope (g_steal_pointer (&parsed), account_key, error);
  else
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_PASSPHRASE,
                         _ ("the passphrase is not the one of this account"));
  flow_digest_wipe (key, sizeof key);
  flow_digest_wipe (account_key, sizeof account_key);
  return self;
}

/**
 * flow_secret_keys_open_recovery:
 * @envelope: the envelope, as the cloud gave it
 * @words: the recovery key as somebody typed it
 * @error: a return location; %FLOW_ERROR_BAD_PASSPHRASE, and what flow_key_envelope_parse() says
 *
 * Open the keys of an account by its recovery key.
 *
 * Returns: (transfer full): the keys, or %NULL
 */
FlowSecretKeys *
flow_secret_keys_open_recovery (const char *envelope, const char *words, GError **error)
{
  g_autoptr (FlowKeyEnvelope) parsed = flow_key_envelope_parse (envelope, error);
  guint8 recovery[FLOW_RECOVERY_KEY_SIZE];
  guint8 key[FLOW_SECRET_KEY_SIZE];
  guint8 account_key[FLOW_SECRET_KEY_SIZE];
  FlowSecretKeys *self = NULL;

  if (parsed == NULL || !flow_recovery_words_to_key (words, recovery, error))
    return NULL;
  derive_from_recovery (recovery, key);
  if (open_key (key, BY_RECOVERY, parsed->by_recovery, account_key, NULL))
    self = open_envelope (g_steal_pointer (&parsed), account_key, error);
  else
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_PASSPHRASE,
                         _ ("the recovery key is not the one of this account"));
  flow_digest_wipe (recovery, sizeof recovery);
  flow_digest_wipe (key, sizeof key);
  flow_digest_wipe (account_key, sizeof account_key);
  return self;
}

/**
 * flow_secret_keys_open_account_key:
 * @envelope: the envelope, as the cloud gave it
 * @account_key: the account key that this device keeps, or got from another one
 * @error: a return location; %FLOW_ERROR_NEEDS_PASSPHRASE when the account has another key by now,
 *   %FLOW_ERROR_NOT_AUTHENTIC when somebody without the key changed the envelope, and what
 *   flow_key_envelope_parse() says
 *
 * Open the keys of an account. That an envelope is not an older one than was seen before, the caller finds out by
 * flow_secret_keys_get_generation().
 *
 * Returns: (transfer full): the keys, or %NULL
 */
FlowSecretKeys *
flow_secret_keys_open_account_key (const char *envelope, const guint8 account_key[FLOW_SECRET_KEY_SIZE], GError **error)
{
  FlowKeyEnvelope *parsed = flow_key_envelope_parse (envelope, error);

  return parsed == NULL ? NULL : open_envelope (parsed, account_key, error);
}

/**
 * flow_secret_keys_get_envelope:
 * @self: keys
 *
 * Get the envelope that the cloud is to keep.
 *
 * Returns: (transfer none): a JSON document
 */
const char *
flow_secret_keys_get_envelope (const FlowSecretKeys *self)
{
  return self->text;
}

/**
 * flow_secret_keys_get_generation:
 * @self: keys
 *
 * Get how often these keys were changed. A device that remembers it notices when it is shown older ones.
 *
 * Returns: the generation, from 1
 */
guint64
flow_secret_keys_get_generation (const FlowSecretKeys *self)
{
  return self->envelope->generation;
}

/**
 * flow_secret_keys_get_account_key:
 * @self: keys
 *
 * Get the account key, for where this device keeps its secrets.
 *
 * Returns: (transfer none) (array fixed-size=32): the key
 */
const guint8 *
flow_secret_keys_get_account_key (const FlowSecretKeys *self)
{
  return self->account_key;
}

/* --- Changing --------------------------------------------------------------------------------------- */

static void
add_data_key (FlowKeyEnvelopeScope *scope, const guint8 *account_key, gint64 now_ms)
{
  FlowKeyEnvelopeKey added = { .since_ms = now_ms };
  guint8 key[FLOW_SECRET_KEY_SIZE];
  g_autofree char *what = NULL;

  flow_id_random (key, sizeof key);
  flow_id_random (added.id, sizeof added.id);
  what = say_data_key (scope->name, added.id);
  seal_key (account_key, what, key, added.sealed);
  g_array_append_val (scope->keys, added);
  flow_digest_wipe (key, sizeof key);
}

static gboolean
is_scope_name (const char *scope)
{
  gsize length = strlen (scope);

  return length > 0 && length <= MAX_SCOPE &&
         strspn (scope, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == length;
}

/**
 * flow_secret_keys_add_scope:
 * @self: keys
 * @scope: the name of a scope: letters, digits, `-` and `_`, at most 64
 * @now_ms: what time it is, ms since 1970
 * @error: a return location; %FLOW_ERROR_BAD_ARGUMENT when that is no name, %FLOW_ERROR_TOO_LARGE when there are too
 *   many keys
 *
 * Make a data key for a scope.
 *
 * Returns: (transfer full): other keys, or @self when the scope has one, or %NULL
 */
FlowSecretKeys *
flow_secret_keys_add_scope (FlowSecretKeys *self, const char *scope, gint64 now_ms, GError **error)
{
  FlowKeyEnvelope *envelope;

  if (flow_key_envelope_find (self->envelope, scope) != NULL)
    return flow_secret_keys_ref (self);
  if (!is_scope_name (scope))
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "“%s” is no name of a scope", scope);
      return NULL;
    }
  envelope = flow_key_envelope_copy (self->envelope);
  add_data_key (flow_key_envelope_add_scope (envelope, scope), self->account_key, now_ms);
  return finish_change (envelope, self->account_key, error);
}

static void
rotate_all (FlowKeyEnvelope *envelope, const guint8 *account_key, gint64 now_ms)
{
  for (guint i = 0; i < envelope->scopes->len; i++)
    add_data_key (g_ptr_array_index (envelope->scopes, i), account_key, now_ms);
}

/**
 * flow_secret_keys_rotate:
 * @self: keys
 * @now_ms: what time it is, ms since 1970
 * @error: a return location; %FLOW_ERROR_TOO_LARGE when there are too many keys
 *
 * Make another data key for each scope, which seals from then on; those before it stay for reading.
 *
 * Returns: (transfer full): other keys, or %NULL
 */
FlowSecretKeys *
flow_secret_keys_rotate (FlowSecretKeys *self, gint64 now_ms, GError **error)
{
  FlowKeyEnvelope *envelope = flow_key_envelope_copy (self->envelope);

  rotate_all (envelope, self->account_key, now_ms);
  return finish_change (envelope, self->account_key, error);
}

/**
 * flow_secret_keys_change_passphrase:
 * @self: keys
 * @passphrase: the passphrase from then on
 * @error: a return location; %FLOW_ERROR_WEAK_PASSPHRASE
 *
 * Change the passphrase. Who knew the one before, and kept the envelope, can still open what it held then.
 *
 * Returns: (transfer full): other keys, or %NULL
 */
FlowSecretKeys *
flow_secret_keys_change_passphrase (FlowSecretKeys *self, const char *passphrase, GError **error)
{
  g_autoptr (FlowKeyEnvelope) envelope = flow_key_envelope_copy (self->envelope);

  if (!flow_secret_keys_check_passphrase (passphrase, NULL, error) ||
      !seal_by_passphrase (envelope, self->account_key, passphrase, error))
    return NULL;
  return finish_change (g_steal_pointer (&envelope), self->account_key, error);
}

/**
 * flow_secret_keys_change_recovery:
 * @self: keys
 * @words: (out) (transfer full): the recovery key from then on, to be shown once
 *
 * Make another recovery key; the one before does not open the envelope any more.
 *
 * Returns: (transfer full): other keys
 */
FlowSecretKeys *
flow_secret_keys_change_recovery (FlowSecretKeys *self, char ***words)
{
  FlowKeyEnvelope *envelope = flow_key_envelope_copy (self->envelope);

  *words = seal_by_recovery (envelope, self->account_key);
  return finish_change (envelope, self->account_key, NULL);
}

static gboolean
seal_again (FlowSecretKeys *self, FlowKeyEnvelope *envelope, const guint8 *account_key)
{
  guint n = 0;

  for (guint i = 0; i < envelope->scopes->len; i++)
    {
      FlowKeyEnvelopeScope *scope = g_ptr_array_index (envelope->scopes, i);

      for (guint j = 0; j < scope->keys->len; j++)
        {
          FlowKeyEnvelopeKey *key = &g_array_index (scope->keys, FlowKeyEnvelopeKey, j);
          g_autofree char *what = say_data_key (scope->name, key->id);

          seal_key (account_key, what, g_array_index (self->data_keys, DataKey, n++).key, key->sealed);
        }
    }
  return n == self->data_keys->len;
}

/**
 * flow_secret_keys_replace_account_key:
 * @self: keys
 * @passphrase: the passphrase, the same one or another
 * @now_ms: what time it is, ms since 1970
 * @words: (out) (transfer full): the recovery key from then on, to be shown once
 * @error: a return location; %FLOW_ERROR_WEAK_PASSPHRASE, or %FLOW_ERROR_TOO_LARGE when there are too many keys
 *
 * Make another account key, for when the one before is in wrong hands: a device was lost or stolen. Each other device
 * needs the passphrase or the recovery key again.
 *
 * Returns: (transfer full): other keys, or %NULL
 */
FlowSecretKeys *
flow_secret_keys_replace_account_key (FlowSecretKeys *self, const char *passphrase, gint64 now_ms, char ***words,
                                      GError **error)
{
  g_autoptr (FlowKeyEnvelope) envelope = flow_key_envelope_copy (self->envelope);
  guint8 account_key[FLOW_SECRET_KEY_SIZE];
  FlowSecretKeys *changed;

  flow_id_random (account_key, sizeof account_key);
  if (!flow_secret_keys_check_passphrase (passphrase, NULL, error) ||
      !seal_by_passphrase (envelope, account_key, passphrase, error))
    return NULL;
  g_assert (seal_again (self, envelope, account_key));
  seal_key (account_key, NAMES, self->names, envelope->names);
  rotate_all (envelope, account_key, now_ms);
  *words = seal_by_recovery (envelope, account_key);
  changed = finish_change (g_steal_pointer (&envelope), account_key, error);
  if (changed == NULL)
    g_clear_pointer (words, flow_recovery_words_free);
  flow_digest_wipe (account_key, sizeof account_key);
  return changed;
}

/* --- Using ------------------------------------------------------------------------------------------ */

/**
 * flow_secret_keys_get_current:
 * @self: keys
 * @scope: the name of a scope
 *
 * Get the name of the data key that seals in a scope.
 *
 * Returns: (transfer none) (nullable) (array fixed-size=16): the name, or %NULL when the scope has no key
 */
const guint8 *
flow_secret_keys_get_current (const FlowSecretKeys *self, const char *scope)
{
  const FlowKeyEnvelopeScope *found = flow_key_envelope_find (self->envelope, scope);

  return found == NULL ? NULL : g_array_index (found->keys, FlowKeyEnvelopeKey, found->keys->len - 1).id;
}

static const DataKey *
find_data_key (const FlowSecretKeys *self, const char *scope, const guint8 *id)
{
  for (guint i = 0; i < self->data_keys->len; i++)
    {
      const DataKey *key = &g_array_index (self->data_keys, DataKey, i);

      if (memcmp (key->id, id, sizeof key->id) == 0 && g_str_equal (key->scope, scope))
        return key;
    }
  return NULL;
}

/**
 * flow_secret_keys_get_batch_key:
 * @self: keys
 * @scope: the name of a scope
 * @key_id: the name of one of its data keys
 * @day: the day, days since 1970
 * @device: who seals
 * @out: (out caller-allocates): the key
 *
 * Get the key that seals batches of one device on one day. That no two devices have the same one, and none for long,
 * makes random nonces safe.
 *
 * Returns: whether the data key is known; if not, another device has made it and the envelope is to be fetched
 */
gboolean
flow_secret_keys_get_batch_key (const FlowSecretKeys *self, const char *scope,
                                const guint8 key_id[FLOW_SECRET_KEY_ID_SIZE], guint32 day,
                                const guint8 device[FLOW_SECRET_DEVICE_SIZE], guint8 out[FLOW_SECRET_KEY_SIZE])
{
  const DataKey *key = find_data_key (self, scope, key_id);
  guint32 big_day = GUINT32_TO_BE (day);
  /* The scope ends with its zero, so that no two sets of parts are the same bytes. */
  const FlowDigestPart info[] = {
    { BATCH, sizeof BATCH },
    { scope, strlen (scope) + 1 },
    { &big_day, sizeof big_day },
    { device, FLOW_SECRET_DEVICE_SIZE },
  };

  if (key == NULL)
    return FALSE;
  flow_digest_derive (key->key, sizeof key->key, NULL, 0, info, G_N_ELEMENTS (info), out, FLOW_SECRET_KEY_SIZE);
  return TRUE;
}

/**
 * flow_secret_keys_get_purpose_key:
 * @self: keys
 * @purpose: what for, a few words that nobody else uses
 * @out: (out caller-allocates): the key
 *
 * Get a key that all devices of the account have and that stays the same when others change: for keyed hashes of names,
 * for digests, for the names of devices.
 */
void
flow_secret_keys_get_purpose_key (const FlowSecretKeys *self, const char *purpose, guint8 out[FLOW_SECRET_KEY_SIZE])
{
  const FlowDigestPart info[] = { { PURPOSE, sizeof PURPOSE }, { purpose, strlen (purpose) } };

  flow_digest_derive (self->names, sizeof self->names, NULL, 0, info, G_N_ELEMENTS (info), out, FLOW_SECRET_KEY_SIZE);
}

/**
 * flow_secret_keys_get_workspace_scope:
 * @self: keys
 * @workspace_id: the id of a workspace
 *
 * Name the scope of a workspace so that the cloud cannot tell which one it is.
 *
 * Returns: (transfer full): `w-` and 22 characters
 */
char *
flow_secret_keys_get_workspace_scope (const FlowSecretKeys *self, const char *workspace_id)
{
  const FlowDigestPart part = { workspace_id, strlen (workspace_id) };
  guint8 key[FLOW_SECRET_KEY_SIZE];
  guint8 hash[FLOW_DIGEST_SIZE];
  g_autofree char *text = NULL;

  flow_secret_keys_get_purpose_key (self, WORKSPACE, key);
  flow_digest_keyed (key, sizeof key, &part, 1, hash);
  text = g_base64_encode (hash, WORKSPACE_HASH);
  g_strdelimit (g_strdelimit (text, "+", '-'), "/", '_');
  return g_strdup_printf ("w-%.22s", text);
}
