/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <string.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "secret/flow-password.h"

/* The least that Argon2 takes, for tests of what is around it. */
static const FlowPasswordCost cheap = { .memory_kib = 8, .passes = 1, .lanes = 1 };

/* From the tests of the reference implementation, phc-winner-argon2. */
static void
test_vectors (void)
{
  static const struct
  {
    FlowPasswordCost cost;
    const char *hash;
  } vectors[] = {
    { { 256, 2, 1 }, "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe" },
    { { 256, 2, 2 }, "6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      guint8 key[32];
      char hex[65];

      g_assert_true (
          flow_password_derive (&vectors[i].cost, "password", (const guint8 *) "somesalt", 8, key, sizeof key, NULL));
      flow_id_to_hex (key, sizeof key, hex);
      g_assert_cmpstr (hex, ==, vectors[i].hash);
    }
}

static void
assert_verifies (const char *hash, const char *password, gboolean expected)
{
  g_autoptr (GError) error = NULL;
  gboolean matches;

  g_assert_true (flow_password_verify (hash, password, &matches, &error));
  g_assert_no_error (error);
  g_assert_cmpint (matches, ==, expected);
}

static void
test_hash (void)
{
  g_autofree char *hash = flow_password_hash (&cheap, "correct horse", NULL);
  g_autofree char *again = flow_password_hash (&cheap, "correct horse", NULL);

  g_assert_true (g_str_has_prefix (hash, "$argon2id$v=19$m=8,t=1,p=1$"));
  g_assert_cmpstr (hash, !=, again);
  assert_verifies (hash, "correct horse", TRUE);
  assert_verifies (hash, "correct horse ", FALSE);
  assert_verifies (hash, "", FALSE);
  /* What another program wrote. */
  assert_verifies ("$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4", "password",
                   TRUE);
}

static void
test_no_hash (void)
{
  static const char *const texts[] = {
    "",
    "password",
    "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
    "$argon2id$v=16$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
    "$argon2id$v=19$m=256,t=2$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
    "$argon2id$v=19$m=256,t=2,p=1,x=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
    "$argon2id$v=19$m=-256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
    "$argon2id$v=19$m=99999999999999999999,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
    "$argon2id$v=19$m=4000000,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
    "$argon2id$v=19$m=256,t=999,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
    "$argon2id$v=19$m=256,t=2,p=0$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
    "$argon2id$v=19$m=256,t=2,p=1$c29t$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
    "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65",
    "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR!uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
    "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$",
    "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ",
    "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4$",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean matches = TRUE;

      g_assert_false (flow_password_verify (texts[i], "password", &matches, &error));
      g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT);
      g_assert_false (matches);
      g_assert_true (flow_password_needs_hash (texts[i], &cheap));
    }
}

static void
test_bounds (void)
{
  const FlowPasswordCost wrong[] = { { 7, 1, 1 }, { 8, 0, 1 }, { 8, 1, 0 }, { 8, 1, 2 }, { 2000000, 1, 1 } };
  g_autofree char *longest = g_strnfill (FLOW_PASSWORD_MAX_SIZE, 'a');
  g_autofree char *longer = g_strnfill (FLOW_PASSWORD_MAX_SIZE + 1, 'a');
  g_autofree char *hash = flow_password_hash (&cheap, longest, NULL);
  g_autoptr (GError) error = NULL;
  gboolean matches;
  guint8 key[32];

  assert_verifies (hash, longest, TRUE);
  g_assert_false (flow_password_verify (hash, longer, &matches, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT);
  g_assert_null (flow_password_hash (&cheap, longer, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_false (
        flow_password_derive (&wrong[i], "password", (const guint8 *) "somesalt", 8, key, sizeof key, NULL));
  g_assert_false (flow_password_derive (&cheap, "password", (const guint8 *) "short", 5, key, sizeof key, NULL));
}

static void
test_weaker (void)
{
  const FlowPasswordCost more_memory = { 16, 1, 1 };
  const FlowPasswordCost more_passes = { 8, 2, 1 };
  const FlowPasswordCost more_lanes = { 16, 1, 2 };
  g_autofree char *hash = flow_password_hash (&cheap, "password", NULL);

  g_assert_true (flow_password_is_weaker (&cheap, &more_memory));
  g_assert_true (flow_password_is_weaker (&cheap, &more_passes));
  g_assert_false (flow_password_is_weaker (&more_memory, &cheap));
  g_assert_false (flow_password_is_weaker (&more_lanes, &more_memory));
  g_assert_false (flow_password_needs_hash (hash, &cheap));
  g_assert_true (flow_password_needs_hash (hash, &more_passes));
  g_assert_false (flow_password_is_weaker (&flow_password_floor, &(FlowPasswordCost) { 65536, 3, 1 }));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/password/vectors", test_vectors);
  g_test_add_func ("/password/hash", test_hash);
  g_test_add_func ("/password/no-hash", test_no_hash);
  g_test_add_func ("/password/bounds", test_bounds);
  g_test_add_func ("/password/weaker", test_weaker);
  return g_test_run ();
}
