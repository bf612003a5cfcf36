/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <string.h>

#include "base/flow-id.h"
#include "secret/flow-digest.h"

static void
assert_hex (const guint8 *bytes, gsize size, const char *hex)
{
  g_autofree char *text = g_malloc (2 * size + 1);

  flow_id_to_hex (bytes, size, text);
  g_assert_cmpstr (text, ==, hex);
}

/* FIPS 180-4: the example of one block, once whole and once in parts. */
static void
test_hash (void)
{
  const FlowDigestPart whole = { "abc", 3 };
  const FlowDigestPart parts[] = { { "a", 1 }, { NULL, 0 }, { "bc", 2 } };
  guint8 hash[FLOW_DIGEST_SIZE];

  flow_digest (&whole, 1, hash);
  assert_hex (hash, sizeof hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  flow_digest (parts, G_N_ELEMENTS (parts), hash);
  assert_hex (hash, sizeof hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* RFC 4231, test case 2. */
static void
test_keyed (void)
{
  const FlowDigestPart part = { "what do ya want for nothing?", 28 };
  guint8 hash[FLOW_DIGEST_SIZE];

  flow_digest_keyed ((const guint8 *) "Jefe", 4, &part, 1, hash);
  assert_hex (hash, sizeof hash, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

/* RFC 5869, test cases 1 and 3. */
static void
test_derive (void)
{
  guint8 key[22];
  guint8 salt[13];
  guint8 info[10];
  guint8 out[42];
  FlowDigestPart parts[] = { { info, 4 }, { info + 4, sizeof info - 4 } };

  memset (key, 0x0b, sizeof key);
  for (guint i = 0; i < sizeof salt; i++)
    salt[i] = (guint8) i;
  for (guint i = 0; i < sizeof info; i++)
    info[i] = (guint8) (0xf0 + i);
  flow_digest_derive (key, sizeof key, salt, sizeof salt, parts, G_N_ELEMENTS (parts), out, sizeof out);
  assert_hex (out, sizeof out, "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  flow_digest_derive (key, sizeof key, NULL, 0, NULL, 0, out, sizeof out);
  assert_hex (out, sizeof out, "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

static void
test_equal (void)
{
  char text[] = "a secret";

  g_assert_true (flow_digest_equal ("a secret", text, sizeof text));
  g_assert_false (flow_digest_equal ("a Secret", text, sizeof text));
  flow_digest_wipe (text, sizeof text);
  g_assert_true (flow_digest_equal ("\0\0\0\0\0\0\0\0", text, sizeof text));
  flow_digest_wipe (NULL, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/digest/hash", test_hash);
  g_test_add_func ("/digest/keyed", test_keyed);
  g_test_add_func ("/digest/derive", test_derive);
  g_test_add_func ("/digest/equal", test_equal);
  return g_test_run ();
}
