/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "base/flow-id.h"

#include <string.h>

static gint64 now_ns;

static gint64
fake_wall_ns (const FlowClock *clock)
{
  return now_ns;
}

static void
test_uuid (void)
{
  const FlowClock clock = { fake_wall_ns, NULL };
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *later = NULL;

  /* The example of RFC 9562, appendix A.6: 2022-02-22T19:22:22.000Z. */
  now_ns = G_GINT64_CONSTANT (1645557742000) * 1000000;
  first = flow_id_new_uuid (&clock);
  second = flow_id_new_uuid (&clock);
  g_assert_cmpint (strlen (first), ==, FLOW_ID_UUID_SIZE);
  g_assert_true (g_str_has_prefix (first, "017f22e2-79b0-7"));
  g_assert_true (strchr ("89ab", first[19]) != NULL);
  g_assert_true (g_uuid_string_is_valid (first));
  g_assert_cmpstr (first, !=, second);

  now_ns += 1000000;
  later = flow_id_new_uuid (&clock);
  g_assert_cmpstr (later, >, first);
  g_assert_cmpstr (later, >, second);
}

static void
test_random (void)
{
  guint8 bytes[600] = { 0 };
  guint8 other[600] = { 0 };

  flow_id_random (bytes, sizeof bytes);
  flow_id_random (other, sizeof other);
  g_assert_cmpint (memcmp (bytes, other, sizeof bytes), !=, 0);
  g_assert_false (flow_id_is_zero (bytes + 512, sizeof bytes - 512));
  flow_id_random (NULL, 0);
}

static void
test_token (void)
{
  g_autofree char *small = flow_id_new_token (128);

  g_assert_cmpint (strlen (small), ==, 22);
  for (int i = 0; i < 64; i++)
    {
      g_autofree char *token = flow_id_new_token (256);

      g_assert_cmpint (strlen (token), ==, 43);
      for (const char *c = token; *c != '\0'; c++)
        g_assert_true (g_ascii_isalnum (*c) || *c == '-' || *c == '_');
    }
}

static void
test_hex (void)
{
  const guint8 id[] = { 0x00, 0x01, 0xab, 0xff };
  guint8 back[4];
  char hex[9];

  flow_id_to_hex (id, sizeof id, hex);
  g_assert_cmpstr (hex, ==, "0001abff");
  g_assert_true (flow_id_from_hex ("0001ABff and more", 4, back));
  g_assert_cmpmem (back, 4, id, 4);
  g_assert_false (flow_id_from_hex ("0001abf", 4, back));
  g_assert_false (flow_id_from_hex ("0001abfg", 4, back));
  g_assert_false (flow_id_from_hex ("", 1, back));
  g_assert_false (flow_id_from_hex ("-1", 1, back));
}

static void
test_zero (void)
{
  const guint8 zero[8] = { 0 };
  const guint8 last[8] = { 0, 0, 0, 0, 0, 0, 0, 1 };

  g_assert_true (flow_id_is_zero (zero, sizeof zero));
  g_assert_false (flow_id_is_zero (last, sizeof last));
}

static void
test_equal (void)
{
  g_assert_true (flow_id_equal_constant_time ("secret", "secret"));
  g_assert_true (flow_id_equal_constant_time ("", ""));
  g_assert_false (flow_id_equal_constant_time ("secre", "secret"));
  g_assert_false (flow_id_equal_constant_time ("secrets", "secret"));
  g_assert_false (flow_id_equal_constant_time ("secretsecret", "secret"));
  g_assert_false (flow_id_equal_constant_time ("Secret", "secret"));
  g_assert_false (flow_id_equal_constant_time ("a", ""));
  g_assert_false (flow_id_equal_constant_time (NULL, "secret"));
  g_assert_false (flow_id_equal_constant_time ("secret", NULL));
  g_assert_false (flow_id_equal_constant_time (NULL, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/id/uuid", test_uuid);
  g_test_add_func ("/base/id/random", test_random);
  g_test_add_func ("/base/id/token", test_token);
  g_test_add_func ("/base/id/hex", test_hex);
  g_test_add_func ("/base/id/zero", test_zero);
  g_test_add_func ("/base/id/equal", test_equal);
  return g_test_run ();
}
