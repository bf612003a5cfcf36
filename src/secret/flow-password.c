/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-secret"

#include "secret/flow-password.h"

#include <string.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "secret/flow-digest.h"
#include "secret/flow-gcrypt-private.h"

#define HASH_SIZE 32
/* A hash that somebody else wrote must not make this process do a day's work. */
#define MAX_MEMORY_KIB (1024 * 1024)
#define MAX_PASSES 64
#define MAX_LANES 16
/* RFC 9106, section 3.1. */
#define MIN_SALT_SIZE 8
#define MAX_SALT_SIZE 64
#define MAX_HASH_SIZE 64
/* The version of Argon2 that libgcrypt has: 1.3. */
#define PREFIX "$argon2id$v=19$"

/* RFC 9106, section 4: the second recommended option. */
const FlowPasswordCost flow_password_floor = { .memory_kib = 64 * 1024, .passes = 3, .lanes = 4 };
/* A server computes many of them: 19 MiB and two passes (OWASP's password storage cheat sheet). */
const FlowPasswordCost flow_password_login = { .memory_kib = 19 * 1024, .passes = 2, .lanes = 1 };

/* A hash as text, taken apart: $argon2id$v=19$m=M,t=T,p=P$SALT$HASH */
typedef struct
{
  FlowPasswordCost cost;
  guint8 salt[MAX_SALT_SIZE];
  gsize salt_size;
  guint8 hash[MAX_HASH_SIZE];
  gsize hash_size;
} Parsed;

static gboolean
is_possible (const FlowPasswordCost *cost)
{
  return cost->lanes >= 1 && cost->lanes <= MAX_LANES && cost->passes >= 1 && cost->passes <= MAX_PASSES &&
         cost->memory_kib >= 8 * cost->lanes && cost->memory_kib <= MAX_MEMORY_KIB;
}

/**
 * flow_password_derive:
 * @cost: what it is to cost
 * @password: the password, at most %FLOW_PASSWORD_MAX_SIZE bytes
 * @salt: (array length=salt_size): the salt
 * @salt_size: how many bytes, at least 8
 * @out: (out caller-allocates) (array length=out_size): the key
 * @out_size: how many bytes are wanted, at least 4
 * @error: a return location; %FLOW_ERROR_BAD_ARGUMENT for a cost out of range or a password that is too long,
 *   %FLOW_ERROR_FAILED without the memory for it
 *
 * Make a key of a password (Argon2id, RFC 9106). Takes as long as @cost says, a tenth of a second and more: not for a
 * thread that others wait for.
 *
 * Returns: whether it worked
 */
gboolean
flow_password_derive (const FlowPasswordCost *cost, const char *password, const guint8 *salt, gsize salt_size,
                      guint8 *out, gsize out_size, GError **error)
{
  unsigned long parameters[] = { out_size, cost->passes, cost->memory_kib, cost->lanes };
  /* libgcrypt refuses no bytes at all; a NUL is in no other password. */
  gsize password_size = MAX (strlen (password), 1);
  g_auto (gcry_kdf_hd_t) kdf = NULL;
  gcry_error_t result;

  g_return_val_if_fail (out != NULL && out_size >= 4, FALSE);

  if (!is_possible (cost) || salt_size < MIN_SALT_SIZE || password_size > FLOW_PASSWORD_MAX_SIZE)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT,
                           "the password is too long, or what it is to cost is out of range");
      return FALSE;
    }
  flow_gcrypt_init ();
  result = gcry_kdf_open (&kdf, GCRY_KDF_ARGON2, GCRY_KDF_ARGON2ID, parameters, G_N_ELEMENTS (parameters), password,
                          password_size, salt, salt_size, NULL, 0, NULL, 0);
  if (result == 0)
    result = gcry_kdf_compute (kdf, NULL);
  if (result == 0)
    result = gcry_kdf_final (kdf, out_size, out);
  if (result == 0)
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED, "Argon2id: %s", gcry_strerror (result));
  return FALSE;
}

/* Base64 without padding, as in the strings of the Password Hashing Competition. */
static char *
to_base64 (const guint8 *bytes, gsize size)
{
  char *text = g_base64_encode (bytes, size);
  char *padding = strchr (text, '=');

  if (padding != NULL)
    *padding = '\0';
  return text;
}

static gboolean
from_base64 (const char *text, guint8 *out, gsize max, gsize *size)
{
  gsize length = strlen (text);
  g_autofree char *padded = NULL;
  g_autofree guint8 *bytes = NULL;

  if (length == 0 || length % 4 == 1 || length > max * 4 / 3 + 4 ||
      strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") != length)
    return FALSE;
  padded = g_strdup_printf ("%s%.*s", text, (int) ((4 - length % 4) % 4), "==");
  bytes = g_base64_decode (padded, size);
  if (*size > max)
    return FALSE;
  memcpy (out, bytes, *size);
  return TRUE;
}

static gboolean
read_parameter (const char **at, const char *name, guint *value)
{
  const char *digits;
  char *end;
  guint64 number;

  if (!g_str_has_prefix (*at, name))
    return FALSE;
  digits = *at + strlen (name);
  if (!g_ascii_isdigit (*digits))
    return FALSE;
  number = g_ascii_strtoull (digits, &end, 10);
  *value = (guint) MIN (number, G_MAXUINT);
  *at = end;
  return TRUE;
}

static gboolean
parse (const char *text, Parsed *parsed)
{
  g_auto (GStrv) fields = NULL;
  const char *at;

  if (!g_str_has_prefix (text, PREFIX))
    return FALSE;
  fields = g_strsplit (text + strlen (PREFIX), "$", 4);
  if (g_strv_length (fields) != 3)
    return FALSE;
  at = fields[0];
  return read_parameter (&at, "m=", &parsed->cost.memory_kib) && read_parameter (&at, ",t=", &parsed->cost.passes) &&
         read_parameter (&at, ",p=", &parsed->cost.lanes) && *at == '\0' && is_possible (&parsed->cost) &&
         from_base64 (fields[1], parsed->salt, MAX_SALT_SIZE, &parsed->salt_size) &&
         parsed->salt_size >= MIN_SALT_SIZE &&
         from_base64 (fields[2], parsed->hash, MAX_HASH_SIZE, &parsed->hash_size) && parsed->hash_size >= 16;
}

/**
 * flow_password_hash:
 * @cost: what a guess is to cost
 * @password: the password
 * @error: a return location; as for flow_password_derive()
 *
 * Hash a password to be kept, with a random salt: `$argon2id$v=19$m=…,t=…,p=…$SALT$HASH`.
 *
 * Returns: (transfer full): the hash as ASCII text, or %NULL
 */
char *
flow_password_hash (const FlowPasswordCost *cost, const char *password, GError **error)
{
  guint8 salt[FLOW_PASSWORD_SALT_SIZE];
  guint8 hash[HASH_SIZE];
  g_autofree char *salt_text = NULL;
  g_autofree char *hash_text = NULL;

  flow_id_random (salt, sizeof salt);
  if (!flow_password_derive (cost, password, salt, sizeof salt, hash, sizeof hash, error))
    return NULL;
  salt_text = to_base64 (salt, sizeof salt);
  hash_text = to_base64 (hash, sizeof hash);
  return g_strdup_printf (PREFIX "m=%u,t=%u,p=%u$%s$%s", cost->memory_kib, cost->passes, cost->lanes, salt_text,
                          hash_text);
}

/**
 * flow_password_verify:
 * @hash: what flow_password_hash() made, or another program in the same form
 * @password: what somebody typed
 * @matches: (out): whether it is the password
 * @error: a return location; %FLOW_ERROR_BAD_ARGUMENT when @hash is none, or @password is too long, and
 *   %FLOW_ERROR_FAILED without the memory for it
 *
 * Compare a password with its hash. Takes the same time whether it is right or wrong.
 *
 * Returns: whether it could be compared
 */
gboolean
flow_password_verify (const char *hash, const char *password, gboolean *matches, GError **error)
{
  guint8 typed[MAX_HASH_SIZE];
  Parsed parsed;

  *matches = FALSE;
  if (!parse (hash, &parsed))
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "this is no hash of a password");
      return FALSE;
    }
  if (!flow_password_derive (&parsed.cost, password, parsed.salt, parsed.salt_size, typed, parsed.hash_size, error))
    return FALSE;
  *matches = flow_digest_equal (typed, parsed.hash, parsed.hash_size);
  flow_digest_wipe (typed, sizeof typed);
  return TRUE;
}

/**
 * flow_password_is_weaker:
 * @cost: a cost
 * @floor: what it is compared with
 *
 * Find out whether a guess costs less memory or fewer passes than it should.
 *
 * Returns: whether it is below @floor
 */
gboolean
flow_password_is_weaker (const FlowPasswordCost *cost, const FlowPasswordCost *floor)
{
  return cost->memory_kib < floor->memory_kib || cost->passes < floor->passes;
}

/**
 * flow_password_needs_hash:
 * @hash: the hash of a password that was right
 * @cost: what a guess is to cost
 *
 * Find out whether the password should be hashed again, since hashes cost more than when this one was made.
 *
 * Returns: whether it should
 */
gboolean
flow_password_needs_hash (const char *hash, const FlowPasswordCost *cost)
{
  Parsed parsed;

  return !parse (hash, &parsed) || flow_password_is_weaker (&parsed.cost, cost);
}
