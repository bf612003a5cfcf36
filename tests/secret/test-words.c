/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <string.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "secret/flow-recovery-words.h"

/* The test vectors of BIP-39 for 128 bits. */
static const struct
{
  const char *hex;
  const char *words;
} vectors[] = {
  { "00000000000000000000000000000000",
    "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about" },
  { "7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f", "legal winner thank year wave sausage worth useful legal winner thank yellow" },
  { "80808080808080808080808080808080",
    "letter advice cage absurd amount doctor acoustic avoid letter advice cage above" },
  { "ffffffffffffffffffffffffffffffff", "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong" },
  { "9e885d952ad362caeb4efe34a8e91bd2",
    "ozone drill grab fiber curtain grace pudding thank cruise elder eight picnic" },
};

static void
test_vectors (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      guint8 key[FLOW_RECOVERY_KEY_SIZE];
      guint8 read[FLOW_RECOVERY_KEY_SIZE];
      g_autofree char *text = NULL;
      char **words;

      g_assert_true (flow_id_from_hex (vectors[i].hex, sizeof key, key));
      words = flow_recovery_words_from_key (key);
      text = g_strjoinv (" ", words);
      g_assert_cmpstr (text, ==, vectors[i].words);
      g_assert_true (flow_recovery_words_to_key (text, read, NULL));
      g_assert_cmpmem (read, sizeof read, key, sizeof key);
      flow_recovery_words_free (words);
    }
  flow_recovery_words_free (NULL);
}

/* How people write words down. */
static void
test_typed (void)
{
  static const char *const typed[] = {
    "Legal winner thank year wave sausage worth useful legal winner thank yellow",
    " lega\twinn than year\nwave saus wort usef lega winn than yell \n",
    "1. legal 2. winner 3. thank 4. year 5. wave 6. sausage\n7. worth 8. useful 9. legal 10. winner 11. thank 12. yellow",
  };

  for (guint i = 0; i < G_N_ELEMENTS (typed); i++)
    {
      g_autoptr (GError) error = NULL;
      guint8 key[FLOW_RECOVERY_KEY_SIZE];

      g_assert_true (flow_recovery_words_to_key (typed[i], key, &error));
      g_assert_no_error (error);
      g_assert_cmphex (key[0], ==, 0x7f);
    }
}

static void
assert_refused (const char *words, const char *why)
{
  g_autoptr (GError) error = NULL;
  guint8 key[FLOW_RECOVERY_KEY_SIZE];

  g_assert_false (flow_recovery_words_to_key (words, key, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_PASSPHRASE);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, why));
}

static void
test_wrong (void)
{
  assert_refused ("", "12");
  assert_refused ("legal winner thank", "12");
  assert_refused ("legal winner thank year wave sausage worth useful legal winner thank yellow yellow", "12");
  assert_refused ("legi winner thank year wave sausage worth useful legal winner thank yellow", "legi");
  assert_refused ("legally winner thank year wave sausage worth useful legal winner thank yellow", "legally");
  assert_refused ("legal winner thank year wave sausages worth useful legal winner thank yellow", "sausages");
  assert_refused ("legal winner thank year wave sausage worth useful legal thank winner yellow", "together");
  assert_refused ("legal winner thank year wave sausage worth useful legal winner thank zoo", "together");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/words/vectors", test_vectors);
  g_test_add_func ("/words/typed", test_typed);
  g_test_add_func ("/words/wrong", test_wrong);
  return g_test_run ();
}
