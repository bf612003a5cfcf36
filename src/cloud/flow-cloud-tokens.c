/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "cloud/flow-cloud-tokens.h"

#include <jwt.h>
#include <stdlib.h>
#include <string.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "cloud/flow-cloud-error.h"
#include "cloud/flow-cloud-keys.h"
#include "secret/flow-digest.h"

#define AUDIENCE "flowscope"
#define MAX_TOKEN 2048
/* Tokens that were verified and need not be so again until they expire. */
#define MAX_KNOWN 16384
#define REFRESH_PREFIX "fsr1."

typedef jwt_t FlowJwt;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowJwt, jwt_free)

/* A refresh token: whose it is, and the proof that this cloud made it. */
typedef struct
{
  guint8 session[FLOW_CLOUD_ID_SIZE];
  guint8 generation[4]; /* big-endian */
  guint8 proof[FLOW_DIGEST_SIZE];
} RefreshToken;

/* 52 bytes are 70 digits, and two that Base64 fills up with. */
#define REFRESH_LENGTH (strlen (REFRESH_PREFIX) + 70)
#define REFRESH_PADDING "=="

G_STATIC_ASSERT (sizeof (RefreshToken) == 52);

/**
 * FlowCloudTokens:
 *
 * Access tokens are JWTs (RFC 7519) signed with ES256: who somebody is, for ten minutes; nothing has to be looked up to
 * believe one. Refresh tokens are a session and a generation with a keyed hash over both, so that the cloud keeps
 * nothing that could be stolen from its database, and knows its own old ones for ever. For any thread.
 */
struct _FlowCloudTokens
{
  char *data_dir;
  char *issuer;
  guint8 refresh_key[FLOW_CLOUD_REFRESH_KEY_SIZE];
  GMutex mutex;
  GPtrArray *keys;   /* of FlowCloudKey, the newest first; replaced as a whole */
  GHashTable *known; /* token -> FlowCloudClaims */
};

/**
 * flow_cloud_tokens_new:
 * @data_dir: where the keys are; made when there are none
 * @issuer: whose tokens these are
 * @error: return location
 *
 * Returns: (transfer full): what makes and checks tokens, or %NULL with the codes of flow_cloud_keys_load()
 */
FlowCloudTokens *
flow_cloud_tokens_new (const char *data_dir, const char *issuer, GError **error)
{
  g_autoptr (FlowCloudTokens) self = g_new0 (FlowCloudTokens, 1);

  g_mutex_init (&self->mutex);
  self->data_dir = g_strdup (data_dir);
  self->issuer = g_strdup (issuer);
  self->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (!flow_cloud_keys_load_refresh (data_dir, self->refresh_key, error) || !flow_cloud_tokens_reload (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

/** flow_cloud_tokens_free: free it. */
void
flow_cloud_tokens_free (FlowCloudTokens *self)
{
  g_clear_pointer (&self->keys, g_ptr_array_unref);
  g_hash_table_unref (self->known);
  flow_digest_wipe (self->refresh_key, sizeof self->refresh_key);
  g_mutex_clear (&self->mutex);
  g_free (self->data_dir);
  g_free (self->issuer);
  g_free (self);
}

/**
 * flow_cloud_tokens_reload:
 * @self: tokens
 * @error: return location
 *
 * Read the keys again, after somebody has made another one. Without any, one is made.
 *
 * Returns: %FALSE with the codes of flow_cloud_keys_load(); the keys are those from before then
 */
gboolean
flow_cloud_tokens_reload (FlowCloudTokens *self, GError **error)
{
  g_autoptr (GPtrArray) keys = flow_cloud_keys_load (self->data_dir, error);

  if (keys != NULL && keys->len == 0)
    {
      if (!flow_cloud_keys_rotate (self->data_dir, g_get_real_time () / G_USEC_PER_SEC, NULL, error))
        return FALSE;
      g_ptr_array_unref (keys);
      keys = flow_cloud_keys_load (self->data_dir, error);
    }
  if (keys == NULL)
    return FALSE;
  g_mutex_lock (&self->mutex);
  g_clear_pointer (&self->keys, g_ptr_array_unref);
  self->keys = g_steal_pointer (&keys);
  g_hash_table_remove_all (self->known);
  g_mutex_unlock (&self->mutex);
  return TRUE;
}

static GPtrArray *
get_keys (FlowCloudTokens *self)
{
  GPtrArray *keys;

  g_mutex_lock (&self->mutex);
  keys = g_ptr_array_ref (self->keys);
  g_mutex_unlock (&self->mutex);
  return keys;
}

static void
add_id (FlowJwt *jwt, const char *name, const guint8 *id)
{
  char hex[FLOW_CLOUD_ID_HEX];

  flow_id_to_hex (id, FLOW_CLOUD_ID_SIZE, hex);
  jwt_add_grant (jwt, name, hex);
}

/**
 * flow_cloud_tokens_issue:
 * @self: tokens
 * @claims: what it says
 * @now_s: the time, s since the epoch
 * @error: return location
 *
 * Make an access token.
 *
 * Returns: (transfer full): the token, or %NULL with %FLOW_ERROR_FAILED
 */
char *
flow_cloud_tokens_issue (FlowCloudTokens *self, const FlowCloudClaims *claims, gint64 now_s, GError **error)
{
  g_autoptr (GPtrArray) keys = get_keys (self);
  const FlowCloudKey *key = g_ptr_array_index (keys, 0);
  g_autoptr (FlowJwt) jwt = NULL;
  char *token = NULL;
  char *copy;

  if (jwt_new (&jwt) == 0 &&
      jwt_set_alg (jwt, JWT_ALG_ES256, (const guint8 *) key->private_pem, (int) strlen (key->private_pem)) == 0)
    {
      jwt_add_header (jwt, "kid", key->kid);
      jwt_add_grant (jwt, "iss", self->issuer);
      jwt_add_grant (jwt, "aud", AUDIENCE);
      add_id (jwt, "sub", claims->user);
      add_id (jwt, "dev", claims->device);
      add_id (jwt, "sid", claims->session);
      jwt_add_grant_int (jwt, "iat", (long) now_s);
      jwt_add_grant_int (jwt, "exp", (long) claims->expires_s);
      token = jwt_encode_str (jwt);
    }
  if (token == NULL)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_FAILED, "a token could not be signed");
      return NULL;
    }
  copy = g_strdup (token);
  free (token);
  return copy;
}

static gboolean
refuse (GError **error, FlowCloudError code, const char *message)
{
  g_set_error_literal (error, FLOW_CLOUD_ERROR, code, message);
  return FALSE;
}

/* The header alone; nothing of it is believed. */
static const FlowCloudKey *
find_key (GPtrArray *keys, const char *token)
{
  g_autoptr (FlowJwt) jwt = NULL;
  const char *alg, *kid;

  if (jwt_decode (&jwt, token, NULL, 0) != 0)
    return NULL;
  alg = jwt_get_header (jwt, "alg");
  kid = jwt_get_header (jwt, "kid");
  for (guint i = 0; g_strcmp0 (alg, "ES256") == 0 && kid != NULL && i < keys->len; i++)
    {
      const FlowCloudKey *key = g_ptr_array_index (keys, i);

      if (strcmp (key->kid, kid) == 0)
        return key;
    }
  return NULL;
}

static gboolean
read_id (FlowJwt *jwt, const char *name, guint8 *id)
{
  const char *hex = jwt_get_grant (jwt, name);

  return hex != NULL && strlen (hex) == 2 * FLOW_CLOUD_ID_SIZE && flow_id_from_hex (hex, FLOW_CLOUD_ID_SIZE, id);
}

static gboolean
decode (FlowCloudTokens *self, const char *token, FlowCloudClaims *claims)
{
  g_autoptr (GPtrArray) keys = get_keys (self);
  const FlowCloudKey *key = find_key (keys, token);
  g_autoptr (FlowJwt) jwt = NULL;

  if (key == NULL || jwt_decode (&jwt, token, (const guint8 *) key->public_pem, (int) strlen (key->public_pem)) != 0 ||
      jwt_get_alg (jwt) != JWT_ALG_ES256)
    return FALSE;
  claims->expires_s = jwt_get_grant_int (jwt, "exp");
  return g_strcmp0 (jwt_get_grant (jwt, "iss"), self->issuer) == 0 &&
         g_strcmp0 (jwt_get_grant (jwt, "aud"), AUDIENCE) == 0 && read_id (jwt, "sub", claims->user) &&
         read_id (jwt, "dev", claims->device) && read_id (jwt, "sid", claims->session);
}

static gboolean
is_known (FlowCloudTokens *self, const char *token, FlowCloudClaims *claims)
{
  const FlowCloudClaims *known;

  g_mutex_lock (&self->mutex);
  known = g_hash_table_lookup (self->known, token);
  if (known != NULL)
    *claims = *known;
  g_mutex_unlock (&self->mutex);
  return known != NULL;
}

static void
remember (FlowCloudTokens *self, const char *token, const FlowCloudClaims *claims)
{
  g_mutex_lock (&self->mutex);
  if (g_hash_table_size (self->known) >= MAX_KNOWN)
    g_hash_table_remove_all (self->known);
  g_hash_table_insert (self->known, g_strdup (token), g_memdup2 (claims, sizeof *claims));
  g_mutex_unlock (&self->mutex);
}

/**
 * flow_cloud_tokens_verify:
 * @self: tokens
 * @token: what came
 * @now_s: the time, s since the epoch
 * @claims: (out): what it says
 * @error: return location
 *
 * Check an access token: signed with ES256 by one of our keys, which its `kid` names, issued by us and for us, not
 * expired. Whether its session still is, is another question.
 *
 * Returns: %FALSE with %FLOW_CLOUD_ERROR_TOKEN_INVALID or %FLOW_CLOUD_ERROR_TOKEN_EXPIRED
 */
gboolean
flow_cloud_tokens_verify (FlowCloudTokens *self, const char *token, gint64 now_s, FlowCloudClaims *claims,
                          GError **error)
{
  if (strlen (token) > MAX_TOKEN)
    return refuse (error, FLOW_CLOUD_ERROR_TOKEN_INVALID, "the access token is not one of this cloud");
  if (!is_known (self, token, claims))
    {
      if (!decode (self, token, claims))
        return refuse (error, FLOW_CLOUD_ERROR_TOKEN_INVALID, "the access token is not one of this cloud");
      remember (self, token, claims);
    }
  if (claims->expires_s <= now_s)
    return refuse (error, FLOW_CLOUD_ERROR_TOKEN_EXPIRED, "the access token has expired");
  return TRUE;
}

static void
prove (FlowCloudTokens *self, RefreshToken *token, guint8 *proof)
{
  FlowDigestPart parts[] = { { REFRESH_PREFIX, strlen (REFRESH_PREFIX) },
                             { token->session, sizeof token->session },
                             { token->generation, sizeof token->generation } };

  flow_digest_keyed (self->refresh_key, sizeof self->refresh_key, parts, G_N_ELEMENTS (parts), proof);
}

/* Base64 for URLs (RFC 4648, section 5). */
static void
swap_letters (char *text, const char *from, const char *to)
{
  for (; *text != '\0'; text++)
    if (*text == from[0] || *text == from[1])
      *text = *text == from[0] ? to[0] : to[1];
}

/**
 * flow_cloud_tokens_make_refresh:
 * @self: tokens
 * @session: the id of a session
 * @generation: how often its token was replaced
 *
 * Returns: (transfer full): the refresh token; the same each time
 */
char *
flow_cloud_tokens_make_refresh (FlowCloudTokens *self, const guint8 *session, guint32 generation)
{
  guint32 big = GUINT32_TO_BE (generation);
  g_autofree char *text = NULL;
  RefreshToken token;

  memcpy (token.session, session, sizeof token.session);
  memcpy (token.generation, &big, sizeof token.generation);
  prove (self, &token, token.proof);
  text = g_base64_encode ((const guint8 *) &token, sizeof token);
  swap_letters (text, "+/", "-_");
  *strchrnul (text, '=') = '\0';
  return g_strconcat (REFRESH_PREFIX, text, NULL);
}

/**
 * flow_cloud_tokens_read_refresh:
 * @self: tokens
 * @token: what came
 * @session: (out): the id of its session
 * @generation: (out): its generation
 *
 * Check that a refresh token was made by this cloud.
 *
 * Returns: %FALSE when it was not
 */
gboolean
flow_cloud_tokens_read_refresh (FlowCloudTokens *self, const char *token, guint8 *session, guint32 *generation)
{
  g_autofree guint8 *bytes = NULL;
  g_autofree char *text = NULL;
  guint8 proof[FLOW_DIGEST_SIZE];
  RefreshToken *read;
  guint32 big;
  gsize size;

  if (!g_str_has_prefix (token, REFRESH_PREFIX) || strlen (token) != REFRESH_LENGTH)
    return FALSE;
  text = g_strconcat (token + strlen (REFRESH_PREFIX), REFRESH_PADDING, NULL);
  swap_letters (text, "-_", "+/");
  bytes = g_base64_decode (text, &size);
  read = (RefreshToken *) bytes;
  if (bytes == NULL || size != sizeof *read)
    return FALSE;
  prove (self, read, proof);
  if (!flow_digest_equal (proof, read->proof, sizeof proof))
    return FALSE;
  memcpy (session, read->session, FLOW_CLOUD_ID_SIZE);
  memcpy (&big, read->generation, sizeof big);
  *generation = GUINT32_FROM_BE (big);
  return TRUE;
}
