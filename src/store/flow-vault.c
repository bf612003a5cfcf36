/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-store"

#include "store/flow-vault.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "secret/flow-secrets.h"
#include "store/flow-statement.h"

#define SECRET_NAME FLOW_SECRETS_OF_USER "store-key/"
#define SECRET_SIZE (FLOW_VAULT_ID_SIZE + FLOW_CIPHER_KEY_SIZE)
#define NONCE_AT (1 + FLOW_VAULT_ID_SIZE)
#define PLAIN_AT (NONCE_AT + FLOW_CIPHER_NONCE_SIZE)
/* What a value is sealed beside: what it is, and the row. */
#define MAX_BESIDE 48
/* Values that a statement may have at once without memory of their own, unless they are large. */
#define N_SLOTS 4
#define MAX_SLOT (1024 * 1024)

struct _FlowVault
{
  guint8 id[FLOW_VAULT_ID_SIZE];
  guint8 key[FLOW_CIPHER_KEY_SIZE];
};

struct _FlowVaultSealer
{
  FlowVault *vault;
  FlowCipher *cipher;
  guint8 nonce[FLOW_CIPHER_NONCE_SIZE];
  guint32 count; /* the last four bytes of the nonce; the others are random */
  GByteArray *slots[N_SLOTS];
  guint next_slot;
};

/* A vault that was needed, with its cipher. */
typedef struct
{
  FlowVault *vault;
  FlowCipher *cipher;
} Opener;

G_DEFINE_BOXED_TYPE (FlowVault, flow_vault, flow_vault_ref, flow_vault_unref)

/* The vaults of this process. A few: one for each store that was encrypted. */
static GMutex published_lock;
static GHashTable *published; /* id to FlowVault */

static FlowVault *
vault_new (const guint8 *id, const guint8 *key)
{
  FlowVault *self = g_atomic_rc_box_new (FlowVault);

  memcpy (self->id, id, sizeof self->id);
  memcpy (self->key, key, sizeof self->key);
  return self;
}

/**
 * flow_vault_new:
 *
 * Make a vault that nobody has had before.
 *
 * Returns: (transfer full): the vault
 */
FlowVault *
flow_vault_new (void)
{
  guint8 bytes[SECRET_SIZE];
  FlowVault *self;

  flow_id_random (bytes, sizeof bytes);
  self = vault_new (bytes, bytes + FLOW_VAULT_ID_SIZE);
  flow_digest_wipe (bytes, sizeof bytes);
  return self;
}

/**
 * flow_vault_new_from_secret:
 * @secret: what flow_vault_get_secret() said
 * @error: a return location; %FLOW_ERROR_NOT_AUTHENTIC when it is something else
 *
 * Make a vault that was kept.
 *
 * Returns: (transfer full): the vault, or %NULL
 */
FlowVault *
flow_vault_new_from_secret (GBytes *secret, GError **error)
{
  gsize size;
  const guint8 *bytes = g_bytes_get_data (secret, &size);

  if (size == SECRET_SIZE)
    return vault_new (bytes, bytes + FLOW_VAULT_ID_SIZE);
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NOT_AUTHENTIC, "this is no key of a database");
  return NULL;
}

/**
 * flow_vault_ref:
 * @self: a vault
 *
 * Hold on to a vault.
 *
 * Returns: (transfer full): @self
 */
FlowVault *
flow_vault_ref (FlowVault *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
vault_clear (gpointer data)
{
  flow_digest_wipe (data, sizeof (FlowVault));
}

/**
 * flow_vault_unref:
 * @self: (transfer full): a vault
 *
 * Let go of a vault; the last one overwrites its key.
 */
void
flow_vault_unref (FlowVault *self)
{
  g_atomic_rc_box_release_full (self, vault_clear);
}

/**
 * flow_vault_get_id:
 * @self: a vault
 *
 * Get its name, which is no secret.
 *
 * Returns: (transfer none) (array fixed-size=8): the name
 */
const guint8 *
flow_vault_get_id (const FlowVault *self)
{
  return self->id;
}

/**
 * flow_vault_get_secret:
 * @self: a vault
 *
 * Get what is to be kept where secrets are.
 *
 * Returns: (transfer full): name and key
 */
GBytes *
flow_vault_get_secret (const FlowVault *self)
{
  return g_bytes_new (self, sizeof *self);
}

/**
 * flow_vault_get_secret_name:
 * @id: the name of a vault
 *
 * Get the name under which [class@Secrets] keeps it. It is one of the user's, not of a data directory, so that a copy
 * of the database opens elsewhere on this computer as well.
 *
 * Returns: (transfer full): the name
 */
char *
flow_vault_get_secret_name (const guint8 id[FLOW_VAULT_ID_SIZE])
{
  char hex[2 * FLOW_VAULT_ID_SIZE + 1];

  flow_id_to_hex (id, FLOW_VAULT_ID_SIZE, hex);
  return g_strconcat (SECRET_NAME, hex, NULL);
}

/* --- Those of this process -------------------------------------------------------------------------- */

static guint
id_hash (gconstpointer id)
{
  guint hash;

  memcpy (&hash, id, sizeof hash);
  return hash;
}

static gboolean
id_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, FLOW_VAULT_ID_SIZE) == 0;
}

/**
 * flow_vault_publish:
 * @self: a vault
 *
 * Have every connection of this process open what it sealed, from now on.
 */
void
flow_vault_publish (FlowVault *self)
{
  g_mutex_lock (&published_lock);
  if (published == NULL)
    published = g_hash_table_new_full (id_hash, id_equal, NULL, (GDestroyNotify) flow_vault_unref);
  g_hash_table_replace (published, self->id, flow_vault_ref (self));
  g_mutex_unlock (&published_lock);
}

/**
 * flow_vault_withdraw:
 * @id: the name of a vault
 *
 * Forget a vault. Connections that have used it may still open what it sealed.
 */
void
flow_vault_withdraw (const guint8 id[FLOW_VAULT_ID_SIZE])
{
  g_mutex_lock (&published_lock);
  if (published != NULL)
    g_hash_table_remove (published, id);
  g_mutex_unlock (&published_lock);
}

/**
 * flow_vault_find:
 * @id: the name of a vault
 *
 * Find a vault that was published.
 *
 * Returns: (transfer full) (nullable): the vault, or %NULL
 */
FlowVault *
flow_vault_find (const guint8 id[FLOW_VAULT_ID_SIZE])
{
  FlowVault *found;

  g_mutex_lock (&published_lock);
  found = published == NULL ? NULL : g_hash_table_lookup (published, id);
  if (found != NULL)
    flow_vault_ref (found);
  g_mutex_unlock (&published_lock);
  return found;
}

/* --- Sealing ---------------------------------------------------------------------------------------- */

static gsize
write_beside (guint8 beside[MAX_BESIDE], const char *what, gint64 row)
{
  gint64 big = GINT64_TO_BE (row);
  gsize size = strlen (what) + 1;

  g_assert (size + sizeof big <= MAX_BESIDE);
  memcpy (beside, what, size);
  memcpy (beside + size, &big, sizeof big);
  return size + sizeof big;
}

/**
 * flow_vault_sealer_new:
 * @vault: a vault
 *
 * Make a sealer.
 *
 * Returns: (transfer full): the sealer
 */
FlowVaultSealer *
flow_vault_sealer_new (FlowVault *vault)
{
  FlowVaultSealer *self = g_new0 (FlowVaultSealer, 1);

  self->vault = flow_vault_ref (vault);
  self->cipher = flow_cipher_new (vault->key);
  for (guint i = 0; i < N_SLOTS; i++)
    self->slots[i] = g_byte_array_new ();
  return self;
}

/**
 * flow_vault_sealer_free:
 * @self: (transfer full): a sealer
 *
 * Free a sealer.
 */
void
flow_vault_sealer_free (FlowVaultSealer *self)
{
  flow_cipher_free (self->cipher);
  flow_vault_unref (self->vault);
  for (guint i = 0; i < N_SLOTS; i++)
    g_byte_array_unref (self->slots[i]);
  g_free (self);
}

/**
 * flow_vault_sealer_get_vault:
 * @self: a sealer
 *
 * Get whose it is.
 *
 * Returns: (transfer none): the vault
 */
FlowVault *
flow_vault_sealer_get_vault (FlowVaultSealer *self)
{
  return self->vault;
}

/* 64 random bits for every 2^32 values, so that no nonce comes twice and few ask the system for randomness. */
static void
next_nonce (FlowVaultSealer *self)
{
  guint32 big;

  if (self->count == 0)
    flow_id_random (self->nonce, sizeof self->nonce - sizeof big);
  big = GUINT32_TO_BE (self->count);
  memcpy (self->nonce + sizeof self->nonce - sizeof big, &big, sizeof big);
  self->count++;
}

/**
 * flow_vault_sealer_seal:
 * @self: a sealer
 * @what: what the value is: table and column
 * @row: the row that it is in
 * @plain: (array length=size): the value
 * @size: how many bytes
 * @out: (out caller-allocates): room for @size + %FLOW_VAULT_OVERHEAD bytes
 *
 * Seal a value.
 */
void
flow_vault_sealer_seal (FlowVaultSealer *self, const char *what, gint64 row, gconstpointer plain, gsize size,
                        guint8 *out)
{
  guint8 beside[MAX_BESIDE];
  gsize beside_size = write_beside (beside, what, row);

  next_nonce (self);
  out[0] = FLOW_VAULT_MARK;
  memcpy (out + 1, self->vault->id, FLOW_VAULT_ID_SIZE);
  memcpy (out + NONCE_AT, self->nonce, sizeof self->nonce);
  flow_cipher_seal (self->cipher, self->nonce, beside, beside_size, plain, size, out + PLAIN_AT);
}

/* What is sealed stays for the next few values; a large one until @destroy. */
static guint8 *
seal (FlowVaultSealer *self, const char *what, gint64 row, gconstpointer plain, gsize size, GDestroyNotify *destroy)
{
  gsize length = size + FLOW_VAULT_OVERHEAD;
  guint8 *out;

  if (length > MAX_SLOT)
    {
      out = g_malloc (length);
      *destroy = g_free;
    }
  else
    {
      GByteArray *slot = self->slots[self->next_slot++ % N_SLOTS];

      g_byte_array_set_size (slot, (guint) length);
      out = slot->data;
      *destroy = SQLITE_STATIC;
    }
  flow_vault_sealer_seal (self, what, row, plain, size, out);
  return out;
}

/**
 * flow_vault_bind_text:
 * @sealer: (nullable): the sealer, or %NULL to leave the value plain
 * @stmt: a statement
 * @parameter: one of its parameters
 * @what: what the value is: table and column
 * @row: the row that it is in
 * @text: (array length=size) (nullable): a text, which must stay until the statement was stepped
 * @size: how many bytes
 *
 * Bind a text, sealed if there is a sealer. What is sealed stays until four values more are bound.
 */
void
flow_vault_bind_text (FlowVaultSealer *sealer, sqlite3_stmt *stmt, int parameter, const char *what, gint64 row,
                      const char *text, gsize size)
{
  GDestroyNotify destroy = NULL;
  guint8 *sealed;

  if (sealer == NULL)
    {
      sqlite3_bind_text64 (stmt, parameter, text != NULL ? text : "", size, SQLITE_STATIC, SQLITE_UTF8);
      return;
    }
  sealed = seal (sealer, what, row, text, size, &destroy);
  sqlite3_bind_blob64 (stmt, parameter, sealed, size + FLOW_VAULT_OVERHEAD, destroy);
}

/**
 * flow_vault_bind_blob:
 * @sealer: (nullable): the sealer, or %NULL to leave the value plain
 * @stmt: a statement
 * @parameter: one of its parameters
 * @what: what the value is: table and column
 * @row: the row that it is in
 * @data: (array length=size) (nullable): bytes, which must stay until the statement was stepped
 * @size: how many
 *
 * Bind bytes, sealed if there is a sealer. What is sealed stays until four values more are bound.
 */
void
flow_vault_bind_blob (FlowVaultSealer *sealer, sqlite3_stmt *stmt, int parameter, const char *what, gint64 row,
                      gconstpointer data, gsize size)
{
  GDestroyNotify destroy = NULL;
  guint8 *sealed;

  if (sealer != NULL)
    {
      sealed = seal (sealer, what, row, data, size, &destroy);
      sqlite3_bind_text64 (stmt, parameter, (char *) sealed, size + FLOW_VAULT_OVERHEAD, destroy, SQLITE_UTF8);
    }
  else if (size == 0)
    sqlite3_bind_zeroblob (stmt, parameter, 0);
  else
    sqlite3_bind_blob64 (stmt, parameter, data, size, SQLITE_STATIC);
}

/* --- Opening ---------------------------------------------------------------------------------------- */

static void
opener_clear (Opener *opener)
{
  g_clear_pointer (&opener->cipher, flow_cipher_free);
  g_clear_pointer (&opener->vault, flow_vault_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Opener, opener_clear)

static gboolean
opener_need (Opener *opener, const guint8 *id, GError **error)
{
  if (opener->vault != NULL && id_equal (opener->vault->id, id))
    return TRUE;
  opener_clear (opener);
  opener->vault = flow_vault_find (id);
  if (opener->vault == NULL)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_SECRETS_LOCKED,
                           _ ("The traces are encrypted and their key is not at hand: the keyring is locked or gone"));
      return FALSE;
    }
  opener->cipher = flow_cipher_new (opener->vault->key);
  return TRUE;
}

static guint8 *
opener_open (Opener *opener, const char *what, gint64 row, gconstpointer sealed, gsize size, gsize *plain_size,
             GError **error)
{
  const guint8 *bytes = sealed;
  guint8 beside[MAX_BESIDE];
  g_autofree guint8 *plain = NULL;

  if (size < FLOW_VAULT_OVERHEAD || bytes[0] != FLOW_VAULT_MARK)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_CORRUPT, "A sealed value is damaged (%s)", what);
      return NULL;
    }
  if (!opener_need (opener, bytes + 1, error))
    return NULL;
  *plain_size = size - FLOW_VAULT_OVERHEAD;
  plain = g_malloc (*plain_size + 1);
  plain[*plain_size] = '\0';
  if (flow_cipher_open (opener->cipher, bytes + NONCE_AT, beside, write_beside (beside, what, row), bytes + PLAIN_AT,
                        size - PLAIN_AT, plain, NULL))
    return g_steal_pointer (&plain);
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_CORRUPT, "A sealed value does not open (%s)", what);
  return NULL;
}

/**
 * flow_vault_open:
 * @what: what the value is: table and column
 * @row: the row that it is in
 * @sealed: (array length=size): a sealed value
 * @size: how many bytes
 * @plain_size: (out): how many bytes it has
 * @error: a return location; %FLOW_ERROR_SECRETS_LOCKED when its vault was not published, %FLOW_ERROR_CORRUPT when it
 *   is damaged
 *
 * Open a value. Makes a cipher of its own, so it is for large ones.
 *
 * Returns: (transfer full) (array length=plain_size): the value and a NUL, or %NULL
 */
guint8 *
flow_vault_open (const char *what, gint64 row, gconstpointer sealed, gsize size, gsize *plain_size, GError **error)
{
  g_auto (Opener) opener = { 0 };

  return opener_open (&opener, what, row, sealed, size, plain_size, error);
}

/* --- In SQL ----------------------------------------------------------------------------------------- */

static void
result_error (sqlite3_context *context, const GError *error)
{
  gboolean locked = g_error_matches (error, FLOW_ERROR, FLOW_ERROR_SECRETS_LOCKED);

  sqlite3_result_error (context, error->message, -1);
  sqlite3_result_error_code (context, locked ? SQLITE_AUTH : SQLITE_CORRUPT);
}

/* open_text (value, what, row), open_blob (value, what, row): the value as it is when it is plain. */
static void
open_value (sqlite3_context *context, sqlite3_value **arguments, int sealed_type)
{
  g_autoptr (GError) error = NULL;
  gsize size = 0;
  guint8 *plain;

  if (sqlite3_value_type (arguments[0]) != sealed_type)
    {
      sqlite3_result_value (context, arguments[0]);
      return;
    }
  plain = opener_open (sqlite3_user_data (context), (const char *) sqlite3_value_text (arguments[1]),
                       sqlite3_value_int64 (arguments[2]), sqlite3_value_blob (arguments[0]),
                       (gsize) sqlite3_value_bytes (arguments[0]), &size, &error);
  if (plain == NULL)
    result_error (context, error);
  else if (sealed_type == SQLITE_BLOB)
    sqlite3_result_text64 (context, (char *) plain, size, g_free, SQLITE_UTF8);
  else
    sqlite3_result_blob64 (context, plain, size, g_free);
}

static void
open_text_func (sqlite3_context *context, int n, sqlite3_value **arguments)
{
  open_value (context, arguments, SQLITE_BLOB);
}

static void
open_blob_func (sqlite3_context *context, int n, sqlite3_value **arguments)
{
  open_value (context, arguments, SQLITE_TEXT);
}

static void
opener_free (gpointer data)
{
  opener_clear (data);
  g_free (data);
}

/**
 * flow_vault_add_functions:
 * @db: a connection
 * @error: return location
 *
 * Give SQL the functions `open_text (value, what, row)` and `open_blob (value, what, row)`, which open what is sealed
 * and leave what is plain.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_vault_add_functions (sqlite3 *db, GError **error)
{
  static const struct
  {
    const char *name;
    void (*func) (sqlite3_context *context, int n, sqlite3_value **arguments);
  } functions[] = { { "open_text", open_text_func }, { "open_blob", open_blob_func } };

  for (guint i = 0; i < G_N_ELEMENTS (functions); i++)
    if (sqlite3_create_function_v2 (db, functions[i].name, 3, SQLITE_UTF8, g_new0 (Opener, 1), functions[i].func, NULL,
                                    NULL, opener_free) != SQLITE_OK)
      return flow_sql_error (db, error, "opening the database");
  return TRUE;
}
