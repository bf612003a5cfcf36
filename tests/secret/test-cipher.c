/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <string.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "secret/flow-cipher.h"

/* The Galois/Counter Mode of Operation (McGrew, Viega), test case 16. */
#define KEY "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"
#define NONCE "cafebabefacedbaddecaf888"
#define PLAIN                                                        \
  "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" \
  "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
#define ASSOCIATED "feedfacedeadbeeffeedfacedeadbeefabaddad2"
#define SEALED                                                       \
  "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa" \
  "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"

#define PLAIN_SIZE 60

static FlowCipher *
make_cipher (void)
{
  guint8 key[FLOW_CIPHER_KEY_SIZE];

  g_assert_true (flow_id_from_hex (KEY, sizeof key, key));
  return flow_cipher_new (key);
}

static void
test_vector (void)
{
  g_autoptr (FlowCipher) cipher = make_cipher ();
  g_autoptr (GError) error = NULL;
  guint8 nonce[FLOW_CIPHER_NONCE_SIZE];
  guint8 plain[PLAIN_SIZE];
  guint8 associated[20];
  guint8 sealed[PLAIN_SIZE + FLOW_CIPHER_TAG_SIZE];
  guint8 expected[sizeof sealed];

  g_assert_true (flow_id_from_hex (NONCE, sizeof nonce, nonce));
  g_assert_true (flow_id_from_hex (PLAIN, sizeof plain, plain));
  g_assert_true (flow_id_from_hex (ASSOCIATED, sizeof associated, associated));
  g_assert_true (flow_id_from_hex (SEALED, sizeof expected, expected));

  flow_cipher_seal (cipher, nonce, associated, sizeof associated, plain, sizeof plain, sealed);
  g_assert_cmpmem (sealed, sizeof sealed, expected, sizeof expected);
  /* In place, and with the cipher that has just sealed. */
  g_assert_true (
      flow_cipher_open (cipher, nonce, associated, sizeof associated, sealed, sizeof sealed, sealed, &error));
  g_assert_no_error (error);
  g_assert_cmpmem (sealed, sizeof plain, plain, sizeof plain);
}

/* Each bit of the box and of what is beside it counts, and what does not open is not shown. */
static void
test_tampered (void)
{
  g_autoptr (FlowCipher) cipher = make_cipher ();
  guint8 box[5 + FLOW_CIPHER_BOX_OVERHEAD];
  guint8 out[5];

  flow_cipher_seal_box (cipher, "beside", 6, "plain", 5, box);
  g_assert_true (flow_cipher_open_box (cipher, "beside", 6, box, sizeof box, out, NULL));
  g_assert_cmpmem (out, sizeof out, "plain", 5);
  for (guint bit = 0; bit < 8 * sizeof box; bit++)
    {
      g_autoptr (GError) error = NULL;

      box[bit / 8] ^= (guint8) (1 << bit % 8);
      g_assert_false (flow_cipher_open_box (cipher, "beside", 6, box, sizeof box, out, &error));
      g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_AUTHENTIC);
      g_assert_cmpmem (out, sizeof out, "\0\0\0\0\0", 5);
      box[bit / 8] ^= (guint8) (1 << bit % 8);
    }
  g_assert_false (flow_cipher_open_box (cipher, "Beside", 6, box, sizeof box, out, NULL));
  g_assert_false (flow_cipher_open_box (cipher, NULL, 0, box, sizeof box, out, NULL));
}

static void
test_short (void)
{
  g_autoptr (FlowCipher) cipher = make_cipher ();
  guint8 box[FLOW_CIPHER_BOX_OVERHEAD];
  guint8 out[1];

  flow_cipher_seal_box (cipher, NULL, 0, NULL, 0, box);
  g_assert_true (flow_cipher_open_box (cipher, NULL, 0, box, sizeof box, out, NULL));
  for (gsize size = 0; size < sizeof box; size++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (flow_cipher_open_box (cipher, NULL, 0, box, size, out, &error));
      g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_AUTHENTIC);
    }
  g_assert_false (flow_cipher_open (cipher, box, NULL, 0, box, FLOW_CIPHER_TAG_SIZE - 1, out, NULL));
}

static void
test_other_key (void)
{
  g_autoptr (FlowCipher) cipher = make_cipher ();
  g_autoptr (FlowCipher) other = NULL;
  guint8 key[FLOW_CIPHER_KEY_SIZE] = { 0 };
  guint8 box[5 + FLOW_CIPHER_BOX_OVERHEAD];
  guint8 again[sizeof box];
  guint8 out[5];

  other = flow_cipher_new (key);
  flow_cipher_seal_box (cipher, NULL, 0, "plain", 5, box);
  flow_cipher_seal_box (cipher, NULL, 0, "plain", 5, again);
  g_assert_cmpint (memcmp (box, again, sizeof box), !=, 0);
  g_assert_false (flow_cipher_open_box (other, NULL, 0, box, sizeof box, out, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/cipher/vector", test_vector);
  g_test_add_func ("/cipher/tampered", test_tampered);
  g_test_add_func ("/cipher/short", test_short);
  g_test_add_func ("/cipher/other-key", test_other_key);
  return g_test_run ();
}
