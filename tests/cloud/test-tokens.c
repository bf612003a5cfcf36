/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <glib/gstdio.h>
#include <jwt.h>
#include <stdlib.h>
#include <string.h>

#include "base/flow-error.h"
#include "cloud/flow-cloud-error.h"
#include "cloud/flow-cloud-keys.h"
#include "cloud/flow-cloud-tokens.h"
#include "support/test-folder.h"

#define ISSUER "https://cloud.example.org"
#define NOW G_GINT64_CONSTANT (1800000000)

typedef struct
{
  char *folder;
  FlowCloudTokens *tokens;
  FlowCloudClaims claims;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("flow-cloud-XXXXXX", NULL);
  fixture->tokens = flow_cloud_tokens_new (fixture->folder, ISSUER, NULL);
  g_assert_nonnull (fixture->tokens);
  memset (fixture->claims.user, 1, FLOW_CLOUD_ID_SIZE);
  memset (fixture->claims.device, 2, FLOW_CLOUD_ID_SIZE);
  memset (fixture->claims.session, 3, FLOW_CLOUD_ID_SIZE);
  fixture->claims.expires_s = NOW + FLOW_CLOUD_ACCESS_S;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  flow_cloud_tokens_free (fixture->tokens);
  test_remove_tree (fixture->folder);
  g_free (fixture->folder);
}

static char *
issue (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  char *token = flow_cloud_tokens_issue (fixture->tokens, &fixture->claims, NOW, &error);

  g_assert_no_error (error);
  return token;
}

static void
assert_refused (Fixture *fixture, const char *token, gint64 now_s, FlowCloudError code)
{
  g_autoptr (GError) error = NULL;
  FlowCloudClaims claims;

  g_assert_false (flow_cloud_tokens_verify (fixture->tokens, token, now_s, &claims, &error));
  g_assert_error (error, FLOW_CLOUD_ERROR, (gint) code);
}

static void
assert_believed (Fixture *fixture, const char *token)
{
  g_autoptr (GError) error = NULL;
  FlowCloudClaims claims;

  g_assert_true (flow_cloud_tokens_verify (fixture->tokens, token, NOW, &claims, &error));
  g_assert_no_error (error);
  g_assert_cmpmem (claims.user, FLOW_CLOUD_ID_SIZE, fixture->claims.user, FLOW_CLOUD_ID_SIZE);
  g_assert_cmpmem (claims.device, FLOW_CLOUD_ID_SIZE, fixture->claims.device, FLOW_CLOUD_ID_SIZE);
  g_assert_cmpmem (claims.session, FLOW_CLOUD_ID_SIZE, fixture->claims.session, FLOW_CLOUD_ID_SIZE);
  g_assert_cmpint (claims.expires_s, ==, fixture->claims.expires_s);
}

static void
test_good (Fixture *fixture, gconstpointer data)
{
  g_autofree char *token = issue (fixture);

  assert_believed (fixture, token);
  /* The second time it is known, and expires nevertheless. */
  assert_believed (fixture, token);
  assert_refused (fixture, token, NOW + FLOW_CLOUD_ACCESS_S, FLOW_CLOUD_ERROR_TOKEN_EXPIRED);
}

static void
test_noise (Fixture *fixture, gconstpointer data)
{
  g_autofree char *token = issue (fixture);
  g_autofree char *longer = g_strnfill (3000, 'a');

  assert_refused (fixture, "", NOW, FLOW_CLOUD_ERROR_TOKEN_INVALID);
  assert_refused (fixture, "..", NOW, FLOW_CLOUD_ERROR_TOKEN_INVALID);
  assert_refused (fixture, longer, NOW, FLOW_CLOUD_ERROR_TOKEN_INVALID);
  for (gsize i = 0; i < strlen (token); i += 7)
    {
      g_autofree char *changed = g_strdup (token);

      /* The last letter of a part has bits that mean nothing. */
      if (token[i] == '.' || token[i + 1] == '.' || token[i + 1] == '\0')
        continue;
      changed[i] = token[i] == 'A' ? 'B' : 'A';
      assert_refused (fixture, changed, NOW, FLOW_CLOUD_ERROR_TOKEN_INVALID);
    }
}

static void
test_other_cloud (Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = g_dir_make_tmp ("flow-cloud-XXXXXX", NULL);
  g_autoptr (FlowCloudTokens) foreign = flow_cloud_tokens_new (folder, ISSUER, NULL);
  g_autoptr (FlowCloudTokens) renamed = flow_cloud_tokens_new (fixture->folder, "https://evil.example.org", NULL);
  g_autofree char *first = flow_cloud_tokens_issue (foreign, &fixture->claims, NOW, NULL);
  g_autofree char *second = flow_cloud_tokens_issue (renamed, &fixture->claims, NOW, NULL);

  assert_refused (fixture, first, NOW, FLOW_CLOUD_ERROR_TOKEN_INVALID);
  assert_refused (fixture, second, NOW, FLOW_CLOUD_ERROR_TOKEN_INVALID);
  test_remove_tree (folder);
}

/* A token as somebody would make it who knows everything but the private key; or with it, for other purposes. */
static char *
forge (const FlowCloudKey *key, jwt_alg_t alg, const char *secret, const char *audience, const char *device)
{
  jwt_t *jwt = NULL;
  char *token, *copy;

  g_assert_cmpint (jwt_new (&jwt), ==, 0);
  g_assert_cmpint (jwt_set_alg (jwt, alg, (const guint8 *) secret, secret != NULL ? (int) strlen (secret) : 0), ==, 0);
  jwt_add_header (jwt, "kid", key->kid);
  jwt_add_grant (jwt, "iss", ISSUER);
  jwt_add_grant (jwt, "aud", audience);
  jwt_add_grant (jwt, "sub", "01010101010101010101010101010101");
  jwt_add_grant (jwt, "dev", device);
  jwt_add_grant (jwt, "sid", "03030303030303030303030303030303");
  jwt_add_grant_int (jwt, "exp", NOW + 1000);
  token = jwt_encode_str (jwt);
  g_assert_nonnull (token);
  copy = g_strdup (token);
  free (token);
  jwt_free (jwt);
  return copy;
}

static void
test_forged (Fixture *fixture, gconstpointer data)
{
  static const char device[] = "02020202020202020202020202020202";
  g_autoptr (GPtrArray) keys = flow_cloud_keys_load (fixture->folder, NULL);
  const FlowCloudKey *key = g_ptr_array_index (keys, 0);
  g_autofree char *none = forge (key, JWT_ALG_NONE, NULL, "flowscope", device);
  g_autofree char *confused = forge (key, JWT_ALG_HS256, key->public_pem, "flowscope", device);
  g_autofree char *elsewhere = forge (key, JWT_ALG_ES256, key->private_pem, "another service", device);
  g_autofree char *nobody = forge (key, JWT_ALG_ES256, key->private_pem, "flowscope", "02");
  g_autofree char *good = forge (key, JWT_ALG_ES256, key->private_pem, "flowscope", device);

  assert_refused (fixture, none, NOW, FLOW_CLOUD_ERROR_TOKEN_INVALID);
  assert_refused (fixture, confused, NOW, FLOW_CLOUD_ERROR_TOKEN_INVALID);
  assert_refused (fixture, elsewhere, NOW, FLOW_CLOUD_ERROR_TOKEN_INVALID);
  assert_refused (fixture, nobody, NOW, FLOW_CLOUD_ERROR_TOKEN_INVALID);
  fixture->claims.expires_s = NOW + 1000;
  assert_believed (fixture, good);
}

static void
test_rotated (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = issue (fixture);
  g_autofree char *kid = NULL;
  g_autofree char *after = NULL;
  g_autoptr (GPtrArray) keys = flow_cloud_keys_load (fixture->folder, NULL);
  gint64 made_s = ((FlowCloudKey *) g_ptr_array_index (keys, 0))->created_s;

  g_assert_true (flow_cloud_keys_rotate (fixture->folder, made_s + 10, &kid, NULL));
  g_assert_true (flow_cloud_tokens_reload (fixture->tokens, NULL));
  after = issue (fixture);
  assert_believed (fixture, before);
  assert_believed (fixture, after);
  g_clear_pointer (&keys, g_ptr_array_unref);
  keys = flow_cloud_keys_load (fixture->folder, NULL);
  g_assert_cmpuint (keys->len, ==, 2);
  g_assert_cmpstr (((FlowCloudKey *) g_ptr_array_index (keys, 0))->kid, ==, kid);

  /* What was replaced more than an hour ago is not believed any more. */
  g_assert_true (flow_cloud_keys_rotate (fixture->folder, made_s + 10000, NULL, NULL));
  g_assert_true (flow_cloud_tokens_reload (fixture->tokens, NULL));
  assert_refused (fixture, before, NOW, FLOW_CLOUD_ERROR_TOKEN_INVALID);
  assert_believed (fixture, after);
  /* Even when the clock stands still the newest is the newest. */
  g_assert_true (flow_cloud_keys_rotate (fixture->folder, 0, NULL, NULL));
}

static char *
find_key_file (const char *folder)
{
  g_autofree char *keys = g_build_filename (folder, "keys", NULL);
  g_autoptr (GDir) dir = g_dir_open (keys, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".pem"))
      return g_build_filename (keys, name, NULL);
  g_assert_not_reached ();
}

static void
test_files (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = find_key_file (fixture->folder);
  g_autofree char *refresh = g_build_filename (fixture->folder, "keys", "refresh.key", NULL);
  g_autofree char *token = issue (fixture);
  g_autoptr (GError) error = NULL;
  GStatBuf info;

  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0600);
  g_assert_cmpint (g_stat (refresh, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0600);

  g_assert_true (g_file_set_contents (path, "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END", -1, NULL));
  g_assert_false (flow_cloud_tokens_reload (fixture->tokens, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_CORRUPT);
  /* Those from before are still there. */
  assert_believed (fixture, token);
  g_clear_error (&error);
  g_assert_true (g_file_set_contents (refresh, "short", -1, NULL));
  g_assert_null (flow_cloud_tokens_new (fixture->folder, ISSUER, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_CORRUPT);
}

static void
test_refresh (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowCloudTokens) again = flow_cloud_tokens_new (fixture->folder, ISSUER, NULL);
  g_autofree char *token = flow_cloud_tokens_make_refresh (fixture->tokens, fixture->claims.session, 77);
  g_autofree char *next = flow_cloud_tokens_make_refresh (fixture->tokens, fixture->claims.session, 78);
  guint8 session[FLOW_CLOUD_ID_SIZE];
  guint32 generation = 0;

  g_assert_cmpstr (token, !=, next);
  g_assert_cmpuint (strspn (token, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."), ==,
                    strlen (token));
  g_assert_true (flow_cloud_tokens_read_refresh (again, token, session, &generation));
  g_assert_cmpmem (session, sizeof session, fixture->claims.session, sizeof session);
  g_assert_cmpuint (generation, ==, 77);
  for (gsize i = 0; token[i] != '\0'; i++)
    {
      g_autofree char *changed = g_strdup (token);

      changed[i] = token[i] == 'A' ? 'B' : 'A';
      if (token[i + 1] != '\0')
        g_assert_false (flow_cloud_tokens_read_refresh (again, changed, session, &generation));
      changed[i] = '\0';
      g_assert_false (flow_cloud_tokens_read_refresh (again, changed, session, &generation));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
#define ADD(name, func) g_test_add ("/cloud/tokens/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("good", test_good);
  ADD ("noise", test_noise);
  ADD ("other-cloud", test_other_cloud);
  ADD ("forged", test_forged);
  ADD ("rotated", test_rotated);
  ADD ("files", test_files);
  ADD ("refresh", test_refresh);
  return g_test_run ();
}
