/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <json-glib/json-glib.h>
#include <string.h>

#include "base/flow-error.h"
#include "secret/flow-recovery-words.h"
#include "secret/flow-secret-keys.h"

#define PASSPHRASE \
  "gr\xc3\xbc"     \
  "ne Wiese am Fluss"
#define DAY 20777

static const guint8 device[FLOW_SECRET_DEVICE_SIZE] = "the device at ha";

/* Keys cost a tenth of a second and more, so the tests share them; they are immutable. */
typedef struct
{
  FlowSecretKeys *keys;
  char *words;
} Made;

static const Made *
get_made (void)
{
  static Made made;
  g_autoptr (FlowSecretKeys) bare = NULL;
  char **words;

  if (made.keys != NULL)
    return &made;
  bare = flow_secret_keys_create (PASSPHRASE, NULL, &words, NULL);
  made.keys = flow_secret_keys_add_scope (bare, "account", 1000, NULL);
  made.words = g_strjoinv (" ", words);
  flow_recovery_words_free (words);
  return &made;
}

static void
get_batch_key (FlowSecretKeys *keys, guint8 out[FLOW_SECRET_KEY_SIZE])
{
  const guint8 *id = flow_secret_keys_get_current (keys, "account");

  g_assert_nonnull (id);
  g_assert_true (flow_secret_keys_get_batch_key (keys, "account", id, DAY, device, out));
}

static void
assert_same_keys (FlowSecretKeys *a, FlowSecretKeys *b)
{
  guint8 left[FLOW_SECRET_KEY_SIZE];
  guint8 right[FLOW_SECRET_KEY_SIZE];

  get_batch_key (a, left);
  get_batch_key (b, right);
  g_assert_cmpmem (left, sizeof left, right, sizeof right);
}

static void
test_open (void)
{
  const Made *made = get_made ();
  const char *envelope = flow_secret_keys_get_envelope (made->keys);
  g_autoptr (FlowSecretKeys) by_passphrase = flow_secret_keys_open_passphrase (envelope, PASSPHRASE, NULL);
  g_autoptr (FlowSecretKeys) decomposed = flow_secret_keys_open_passphrase (envelope, "gru\xcc\x88ne Wiese am Fluss",
                                                                            NULL);
  g_autoptr (FlowSecretKeys) by_recovery = flow_secret_keys_open_recovery (envelope, made->words, NULL);
  g_autoptr (FlowSecretKeys) by_key = flow_secret_keys_open_account_key (
      envelope, flow_secret_keys_get_account_key (by_recovery), NULL);

  assert_same_keys (made->keys, by_passphrase);
  assert_same_keys (made->keys, decomposed);
  assert_same_keys (made->keys, by_recovery);
  assert_same_keys (made->keys, by_key);
  g_assert_cmpuint (flow_secret_keys_get_generation (by_key), ==, 2);
  g_assert_cmpstr (flow_secret_keys_get_envelope (by_key), ==, envelope);
}

static void
test_wrong (void)
{
  const Made *made = get_made ();
  const char *envelope = flow_secret_keys_get_envelope (made->keys);
  guint8 other[FLOW_SECRET_KEY_SIZE] = { 0 };
  g_autoptr (GError) passphrase = NULL;
  g_autoptr (GError) encoding = NULL;
  g_autoptr (GError) words = NULL;
  g_autoptr (GError) key = NULL;

  g_assert_null (flow_secret_keys_open_passphrase (envelope, PASSPHRASE " ", &passphrase));
  g_assert_error (passphrase, FLOW_ERROR, FLOW_ERROR_BAD_PASSPHRASE);
  g_assert_null (flow_secret_keys_open_passphrase (envelope, "\xff\xff", &encoding));
  g_assert_error (encoding, FLOW_ERROR, FLOW_ERROR_BAD_PASSPHRASE);
  g_assert_null (flow_secret_keys_open_recovery (
      envelope, "legal winner thank year wave sausage worth useful legal winner thank yellow", &words));
  g_assert_error (words, FLOW_ERROR, FLOW_ERROR_BAD_PASSPHRASE);
  g_assert_null (flow_secret_keys_open_account_key (envelope, other, &key));
  g_assert_error (key, FLOW_ERROR, FLOW_ERROR_NEEDS_PASSPHRASE);
}

static void
test_passphrase_rules (void)
{
  g_autofree char *endless = g_strnfill (2000, 'x');
  const char *const weak[] = { "", "nine char", "the password", endless, "not UTF-8: \xff\xff" };
  char **words;

  for (guint i = 0; i < G_N_ELEMENTS (weak); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (flow_secret_keys_check_passphrase (weak[i], "the password", &error));
      g_assert_error (error, FLOW_ERROR, FLOW_ERROR_WEAK_PASSPHRASE);
    }
  g_assert_true (flow_secret_keys_check_passphrase ("ten of \xc3\xbc\xc3\xbc.", NULL, NULL));
  g_assert_null (flow_secret_keys_create ("short", NULL, &words, NULL));
}

static void
test_floor (void)
{
  const Made *made = get_made ();
  const FlowPasswordCost low[] = { { 32 * 1024, 3, 4 }, { 64 * 1024, 2, 4 } };
  g_autoptr (GRegex) passes = g_regex_new ("\"t\":3", 0, 0, NULL);
  g_autofree char *cheap = g_regex_replace_literal (passes, flow_secret_keys_get_envelope (made->keys), -1, 0,
                                                    "\"t\":1", 0, NULL);
  g_autoptr (GError) error = NULL;
  char **words;

  for (guint i = 0; i < G_N_ELEMENTS (low); i++)
    {
      g_autoptr (GError) lower = NULL;

      g_assert_null (flow_secret_keys_create (PASSPHRASE, &low[i], &words, &lower));
      g_assert_error (lower, FLOW_ERROR, FLOW_ERROR_WEAK_KEYS);
    }
  g_assert_null (flow_secret_keys_open_passphrase (cheap, PASSPHRASE, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_WEAK_KEYS);
}

/* --- An envelope that somebody changed -------------------------------------------------------------- */

typedef void (*ChangeFunc) (JsonObject *envelope);

static void
change_generation (JsonObject *envelope)
{
  json_object_set_int_member (envelope, "generation", 7);
}

static void
drop_scope (JsonObject *envelope)
{
  json_array_remove_element (json_object_get_array_member (envelope, "scopes"), 0);
}

static JsonObject *
get_scope (JsonObject *envelope)
{
  return json_array_get_object_element (json_object_get_array_member (envelope, "scopes"), 0);
}

static void
rename_scope (JsonObject *envelope)
{
  json_object_set_string_member (get_scope (envelope), "scope", "other");
}

static void
change_time (JsonObject *envelope)
{
  JsonArray *keys = json_object_get_array_member (get_scope (envelope), "keys");

  json_object_set_int_member (json_array_get_object_element (keys, 0), "since", 5);
}

static void
change_salt (JsonObject *envelope)
{
  json_object_set_string_member (json_object_get_object_member (envelope, "kdf"), "salt", "AAAAAAAAAAAAAAAAAAAAAA==");
}

static void
change_mac (JsonObject *envelope)
{
  json_object_set_string_member (envelope, "mac", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
}

static char *
change_envelope (const char *text, ChangeFunc change)
{
  g_autoptr (JsonNode) root = json_from_string (text, NULL);

  change (json_node_get_object (root));
  return json_to_string (root, FALSE);
}

static void
test_changed (void)
{
  const ChangeFunc changes[] = {
    change_generation, drop_scope, rename_scope, change_time, change_salt, change_mac,
  };
  const Made *made = get_made ();

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autofree char *changed = change_envelope (flow_secret_keys_get_envelope (made->keys), changes[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (
          flow_secret_keys_open_account_key (changed, flow_secret_keys_get_account_key (made->keys), &error));
      g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_AUTHENTIC);
    }
}

static void
remove_scopes (JsonObject *envelope)
{
  json_object_remove_member (envelope, "scopes");
}

static void
scopes_text (JsonObject *envelope)
{
  json_object_set_string_member (envelope, "scopes", "all");
}

static void
add_nothing (JsonObject *envelope)
{
  json_array_add_null_element (json_object_get_array_member (envelope, "scopes"));
}

static void
add_twice (JsonObject *envelope)
{
  json_array_add_object_element (json_object_get_array_member (envelope, "scopes"),
                                 json_object_ref (get_scope (envelope)));
}

static void
empty_keys (JsonObject *envelope)
{
  json_array_remove_element (json_object_get_array_member (get_scope (envelope), "keys"), 0);
}

static void
number_key (JsonObject *envelope)
{
  json_array_add_int_element (json_object_get_array_member (get_scope (envelope), "keys"), 3);
}

static void
other_algorithm (JsonObject *envelope)
{
  json_object_set_string_member (json_object_get_object_member (envelope, "kdf"), "alg", "pbkdf2");
}

static void
negative (JsonObject *envelope)
{
  json_object_set_int_member (json_object_get_object_member (envelope, "kdf"), "m_kib", -1);
}

static void
short_key (JsonObject *envelope)
{
  json_object_set_string_member (envelope, "names", "AAAA");
}

static void
number_mac (JsonObject *envelope)
{
  json_object_set_int_member (envelope, "mac", 3);
}

static void
test_malformed (void)
{
  const ChangeFunc changes[] = {
    remove_scopes, scopes_text,     add_nothing, add_twice, empty_keys,
    number_key,    other_algorithm, negative,    short_key, number_mac,
  };
  static const char *const texts[] = { "", "{}", "[]", "null", "{\"format\":1}", "{\"format\":\"1\"}", "{", "\xff" };
  const Made *made = get_made ();

  for (guint i = 0; i < G_N_ELEMENTS (changes) + G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *text = i < G_N_ELEMENTS (texts) ? g_strdup (texts[i])
                                                       : change_envelope (flow_secret_keys_get_envelope (made->keys),
                                                                          changes[i - G_N_ELEMENTS (texts)]);
      g_autoptr (GError) error = NULL;

      g_assert_null (flow_secret_keys_open_passphrase (text, PASSPHRASE, &error));
      g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_AUTHENTIC);
    }
}

static void
test_later_format (void)
{
  g_autofree char *endless = g_strnfill (FLOW_SECRET_ENVELOPE_MAX + 1, ' ');
  g_autoptr (GError) later = NULL;
  g_autoptr (GError) too_long = NULL;

  g_assert_null (flow_secret_keys_open_passphrase ("{\"format\":2}", PASSPHRASE, &later));
  g_assert_error (later, FLOW_ERROR, FLOW_ERROR_UNSUPPORTED);
  g_assert_null (flow_secret_keys_open_recovery (endless, "", &too_long));
  g_assert_error (too_long, FLOW_ERROR, FLOW_ERROR_TOO_LARGE);
}

/* --- Changes ---------------------------------------------------------------------------------------- */

static void
test_rotate (void)
{
  const Made *made = get_made ();
  g_autoptr (FlowSecretKeys) rotated = flow_secret_keys_rotate (made->keys, 2000, NULL);
  const guint8 *before = flow_secret_keys_get_current (made->keys, "account");
  guint8 old_key[FLOW_SECRET_KEY_SIZE];
  guint8 kept[FLOW_SECRET_KEY_SIZE];
  guint8 made_key[FLOW_SECRET_KEY_SIZE];

  get_batch_key (made->keys, old_key);
  get_batch_key (rotated, made_key);
  g_assert_cmpint (memcmp (old_key, made_key, sizeof old_key), !=, 0);
  g_assert_true (flow_secret_keys_get_batch_key (rotated, "account", before, DAY, device, kept));
  g_assert_cmpmem (kept, sizeof kept, old_key, sizeof old_key);
  /* Who has the keys of before does not know the one of now. */
  g_assert_false (flow_secret_keys_get_batch_key (
      made->keys, "account", flow_secret_keys_get_current (rotated, "account"), DAY, device, kept));
  g_assert_cmpuint (flow_secret_keys_get_generation (rotated), ==, flow_secret_keys_get_generation (made->keys) + 1);
}

static void
test_scopes (void)
{
  const Made *made = get_made ();
  g_autoptr (FlowSecretKeys) same = flow_secret_keys_add_scope (made->keys, "account", 2000, NULL);
  g_autofree char *scope = flow_secret_keys_get_workspace_scope (made->keys, "0191-2a");
  g_autofree char *again = flow_secret_keys_get_workspace_scope (made->keys, "0191-2a");
  g_autofree char *other = flow_secret_keys_get_workspace_scope (made->keys, "0191-2b");
  g_autoptr (FlowSecretKeys) two = flow_secret_keys_add_scope (made->keys, scope, 2000, NULL);
  guint8 key[FLOW_SECRET_KEY_SIZE];

  g_assert_true (same == made->keys);
  g_assert_cmpuint (strlen (scope), ==, 24);
  g_assert_cmpstr (scope, ==, again);
  g_assert_cmpstr (scope, !=, other);
  g_assert_null (strstr (scope, "0191"));
  g_assert_null (flow_secret_keys_get_current (made->keys, scope));
  g_assert_nonnull (flow_secret_keys_get_current (two, scope));
  /* The key of a scope is not one of another. */
  g_assert_false (
      flow_secret_keys_get_batch_key (two, scope, flow_secret_keys_get_current (two, "account"), DAY, device, key));
  g_assert_null (flow_secret_keys_add_scope (made->keys, "", 2000, NULL));
  g_assert_null (flow_secret_keys_add_scope (made->keys, "with \"quotes\"", 2000, NULL));
}

static void
test_batch_keys_differ (void)
{
  const Made *made = get_made ();
  const guint8 *id = flow_secret_keys_get_current (made->keys, "account");
  const guint8 other_device[FLOW_SECRET_DEVICE_SIZE] = "another device..";
  guint8 keys[3][FLOW_SECRET_KEY_SIZE];
  guint8 purposes[2][FLOW_SECRET_KEY_SIZE];

  g_assert_true (flow_secret_keys_get_batch_key (made->keys, "account", id, DAY, device, keys[0]));
  g_assert_true (flow_secret_keys_get_batch_key (made->keys, "account", id, DAY + 1, device, keys[1]));
  g_assert_true (flow_secret_keys_get_batch_key (made->keys, "account", id, DAY, other_device, keys[2]));
  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (memcmp (keys[i], keys[(i + 1) % 3], sizeof keys[i]), !=, 0);
  flow_secret_keys_get_purpose_key (made->keys, "tables", purposes[0]);
  flow_secret_keys_get_purpose_key (made->keys, "labels", purposes[1]);
  g_assert_cmpint (memcmp (purposes[0], purposes[1], sizeof purposes[0]), !=, 0);
}

static void
test_change_passphrase (void)
{
  const Made *made = get_made ();
  g_autoptr (FlowSecretKeys) changed = flow_secret_keys_change_passphrase (made->keys, "another passphrase", NULL);
  const char *envelope = flow_secret_keys_get_envelope (changed);
  g_autoptr (FlowSecretKeys) opened = flow_secret_keys_open_passphrase (envelope, "another passphrase", NULL);
  g_autoptr (FlowSecretKeys) recovered = flow_secret_keys_open_recovery (envelope, made->words, NULL);

  assert_same_keys (made->keys, opened);
  assert_same_keys (made->keys, recovered);
  g_assert_null (flow_secret_keys_open_passphrase (envelope, PASSPHRASE, NULL));
  g_assert_null (flow_secret_keys_change_passphrase (made->keys, "short", NULL));
}

static void
test_change_recovery (void)
{
  const Made *made = get_made ();
  char **list;
  g_autoptr (FlowSecretKeys) changed = flow_secret_keys_change_recovery (made->keys, &list);
  g_autofree char *words = g_strjoinv (" ", list);
  const char *envelope = flow_secret_keys_get_envelope (changed);
  g_autoptr (FlowSecretKeys) opened = flow_secret_keys_open_recovery (envelope, words, NULL);

  assert_same_keys (made->keys, opened);
  g_assert_null (flow_secret_keys_open_recovery (envelope, made->words, NULL));
  flow_recovery_words_free (list);
}

/* A stolen device has the account key; with another one it is shut out, and what was written stays readable. */
static void
test_replace (void)
{
  const Made *made = get_made ();
  char **list;
  g_autoptr (FlowSecretKeys) replaced = flow_secret_keys_replace_account_key (made->keys, PASSPHRASE, 3000, &list,
                                                                              NULL);
  const char *envelope = flow_secret_keys_get_envelope (replaced);
  g_autoptr (FlowSecretKeys) opened = flow_secret_keys_open_passphrase (envelope, PASSPHRASE, NULL);
  g_autofree char *scope = flow_secret_keys_get_workspace_scope (made->keys, "w");
  g_autofree char *same_scope = flow_secret_keys_get_workspace_scope (opened, "w");
  g_autoptr (GError) error = NULL;
  guint8 old_key[FLOW_SECRET_KEY_SIZE];
  guint8 kept[FLOW_SECRET_KEY_SIZE];

  assert_same_keys (replaced, opened);
  g_assert_cmpstr (scope, ==, same_scope);
  get_batch_key (made->keys, old_key);
  g_assert_true (flow_secret_keys_get_batch_key (
      opened, "account", flow_secret_keys_get_current (made->keys, "account"), DAY, device, kept));
  g_assert_cmpmem (kept, sizeof kept, old_key, sizeof old_key);
  g_assert_null (flow_secret_keys_open_account_key (envelope, flow_secret_keys_get_account_key (made->keys), &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NEEDS_PASSPHRASE);
  g_assert_null (flow_secret_keys_open_recovery (envelope, made->words, NULL));
  flow_recovery_words_free (list);
  g_assert_null (flow_secret_keys_replace_account_key (made->keys, "short", 3000, &list, NULL));
}

/* An account with many workspaces that was rotated often: the envelope has an end, and says so. */
static void
test_full (void)
{
  const Made *made = get_made ();
  g_autoptr (FlowSecretKeys) keys = flow_secret_keys_ref (made->keys);
  g_autoptr (GError) error = NULL;
  guint n = 0;

  for (; error == NULL; n++)
    {
      FlowSecretKeys *more = flow_secret_keys_rotate (keys, n, &error);

      if (more == NULL)
        break;
      flow_secret_keys_unref (keys);
      keys = more;
    }
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_TOO_LARGE);
  g_assert_cmpuint (n, >, 300);
  g_assert_cmpuint (strlen (flow_secret_keys_get_envelope (keys)), <=, FLOW_SECRET_ENVELOPE_MAX);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/keys/open", test_open);
  g_test_add_func ("/keys/wrong", test_wrong);
  g_test_add_func ("/keys/passphrase-rules", test_passphrase_rules);
  g_test_add_func ("/keys/floor", test_floor);
  g_test_add_func ("/keys/changed", test_changed);
  g_test_add_func ("/keys/malformed", test_malformed);
  g_test_add_func ("/keys/later-format", test_later_format);
  g_test_add_func ("/keys/rotate", test_rotate);
  g_test_add_func ("/keys/scopes", test_scopes);
  g_test_add_func ("/keys/batch-keys-differ", test_batch_keys_differ);
  g_test_add_func ("/keys/change-passphrase", test_change_passphrase);
  g_test_add_func ("/keys/change-recovery", test_change_recovery);
  g_test_add_func ("/keys/replace", test_replace);
  g_test_add_func ("/keys/full", test_full);
  return g_test_run ();
}
