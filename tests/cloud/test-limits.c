/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <string.h>

#include "base/flow-error.h"
#include "cloud/flow-cloud-accounts.h"
#include "cloud/flow-cloud-address.h"
#include "cloud/flow-cloud-error.h"
#include "cloud/flow-cloud-limiter.h"
#include "cloud/flow-cloud-options.h"

#define SECOND G_USEC_PER_SEC

static const FlowCloudRate rate = { .burst = 3, .every_ms = 10000 };

static guint
count_taken (FlowCloudLimiter *limiter, const char *key, gint64 now_us, guint n)
{
  guint taken = 0;
  guint retry_s;

  for (guint i = 0; i < n; i++)
    taken += flow_cloud_limiter_take (limiter, &rate, key, now_us, &retry_s);
  return taken;
}

static void
test_buckets (void)
{
  g_autoptr (FlowCloudLimiter) limiter = flow_cloud_limiter_new (100);
  guint retry_s = 0;

  g_assert_cmpuint (count_taken (limiter, "a", 0, 10), ==, 3);
  g_assert_cmpuint (count_taken (limiter, "b", 0, 1), ==, 1);
  g_assert_false (flow_cloud_limiter_take (limiter, &rate, "a", 1 * SECOND, &retry_s));
  g_assert_cmpuint (retry_s, ==, 10);
  g_assert_cmpuint (count_taken (limiter, "a", 10 * SECOND, 10), ==, 1);
  g_assert_cmpuint (count_taken (limiter, "a", 1000 * SECOND, 10), ==, 3);
  /* A clock that goes back gives nothing. */
  g_assert_cmpuint (count_taken (limiter, "a", 0, 1), ==, 0);
  flow_cloud_limiter_give_back (limiter, "a");
  flow_cloud_limiter_give_back (limiter, "never seen");
  g_assert_cmpuint (count_taken (limiter, "a", 0, 10), ==, 1);
}

static void
test_many_keys (void)
{
  g_autoptr (FlowCloudLimiter) limiter = flow_cloud_limiter_new (10);

  count_taken (limiter, "kept", 0, 3);
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *key = g_strdup_printf ("key %u", i);

      count_taken (limiter, key, 0, 1);
      g_assert_cmpuint (count_taken (limiter, "kept", 0, 1), ==, 0);
    }
  g_assert_cmpuint (flow_cloud_limiter_get_size (limiter), ==, 10);
}

static char *
find (FlowCloudAddresses *addresses, const char *peer, const char *forwarded)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (peer, 1234);

  return flow_cloud_addresses_find (addresses, address, FALSE, forwarded);
}

static void
assert_found (FlowCloudAddresses *addresses, const char *peer, const char *forwarded, const char *expected)
{
  g_autofree char *found = find (addresses, peer, forwarded);

  g_assert_cmpstr (found, ==, expected);
}

static void
test_forwarded (void)
{
  static const char *const proxies[] = { "127.0.0.1", "10.0.0.0/8", "::1", NULL };
  g_autoptr (FlowCloudAddresses) addresses = flow_cloud_addresses_new (proxies, NULL);
  g_autoptr (FlowCloudAddresses) none = flow_cloud_addresses_new (NULL, NULL);

  assert_found (addresses, "127.0.0.1", NULL, "127.0.0.1");
  assert_found (addresses, "127.0.0.1", "203.0.113.7", "203.0.113.7");
  assert_found (addresses, "::1", "2001:db8::7", "2001:db8::7");
  assert_found (addresses, "127.0.0.1", "198.51.100.1, 203.0.113.7, 10.1.2.3", "203.0.113.7");
  assert_found (addresses, "127.0.0.1", "10.9.9.9, 10.1.2.3", "10.9.9.9");
  assert_found (addresses, "127.0.0.1", "nonsense", "127.0.0.1");
  assert_found (addresses, "127.0.0.1", "203.0.113.7, nonsense", "127.0.0.1");
  assert_found (addresses, "127.0.0.1", "", "127.0.0.1");
  assert_found (addresses, "203.0.113.9", "198.51.100.1", "203.0.113.9");
  assert_found (none, "127.0.0.1", "198.51.100.1", "127.0.0.1");
}

static void
test_passed_on (void)
{
  g_autoptr (FlowCloudAddresses) addresses = flow_cloud_addresses_new (NULL, NULL);
  g_autoptr (GSocketAddress) inner = g_inet_socket_address_new_from_string ("127.0.0.1", 4000);
  g_autoptr (GSocketAddress) outer = g_inet_socket_address_new_from_string ("203.0.113.7", 5000);
  g_autofree char *before = NULL, *during = NULL, *plain = NULL, *after = NULL, *nobody = NULL;

  before = flow_cloud_addresses_find (addresses, inner, TRUE, NULL);
  g_assert_cmpstr (before, ==, "127.0.0.1");
  flow_cloud_addresses_add (addresses, 4000, outer);
  during = flow_cloud_addresses_find (addresses, inner, TRUE, NULL);
  g_assert_cmpstr (during, ==, "203.0.113.7");
  plain = flow_cloud_addresses_find (addresses, inner, FALSE, NULL);
  g_assert_cmpstr (plain, ==, "127.0.0.1");
  flow_cloud_addresses_remove (addresses, 4000);
  after = flow_cloud_addresses_find (addresses, inner, TRUE, NULL);
  g_assert_cmpstr (after, ==, "127.0.0.1");
  nobody = flow_cloud_addresses_find (addresses, NULL, FALSE, NULL);
  g_assert_cmpstr (nobody, ==, "unknown");
  g_assert_null (flow_cloud_address_of_peer (-1));
}

static void
assert_bounded (FlowCloudAddresses *addresses, const char *peer, gboolean passed_on, const char *expected)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (peer, 4000);
  g_autofree char *key = flow_cloud_addresses_find_bounded (addresses, address, passed_on);

  g_assert_cmpstr (key, ==, expected);
}

static void
test_bounded (void)
{
  static const char *const proxies[] = { "198.51.100.0/24", NULL };
  g_autoptr (FlowCloudAddresses) addresses = flow_cloud_addresses_new (proxies, NULL);
  g_autoptr (GSocketAddress) outer = g_inet_socket_address_new_from_string ("203.0.113.7", 5000);

  assert_bounded (addresses, "203.0.113.7", FALSE, "203.0.113.7");
  assert_bounded (addresses, "2001:db8:1:2:3:4:5:6", FALSE, "2001:db8:1:2::");
  assert_bounded (addresses, "127.0.0.1", FALSE, NULL);
  assert_bounded (addresses, "::1", FALSE, NULL);
  assert_bounded (addresses, "198.51.100.9", FALSE, NULL);
  assert_bounded (addresses, "127.0.0.1", TRUE, NULL);
  flow_cloud_addresses_add (addresses, 4000, outer);
  assert_bounded (addresses, "127.0.0.1", TRUE, "203.0.113.7");
}

static void
assert_group (const char *address, const char *expected)
{
  g_autofree char *group = flow_cloud_address_group (address);

  g_assert_cmpstr (group, ==, expected);
}

static void
test_groups (void)
{
  assert_group ("203.0.113.7", "203.0.113.7");
  assert_group ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::");
  assert_group ("unknown", "unknown");
  g_assert_true (flow_cloud_address_is_loopback ("127.3.2.1"));
  g_assert_true (flow_cloud_address_is_loopback ("::1"));
  g_assert_false (flow_cloud_address_is_loopback ("203.0.113.7"));
  g_assert_false (flow_cloud_address_is_loopback ("unknown"));
}

static void
assert_same_name (const char *first, const char *second, gboolean same)
{
  g_autofree char *a = flow_cloud_name_key (first, NULL);
  g_autofree char *b = flow_cloud_name_key (second, NULL);

  g_assert_nonnull (a);
  g_assert_nonnull (b);
  g_assert_cmpint (strcmp (a, b) == 0, ==, same);
}

static void
test_names (void)
{
  static const char *const bad[] = { "", " ", " a", "a ", "a\nb", "a\tb", "\xff", "a\xe2\x80\x8b" };
  g_autofree char *longest = g_strnfill (128, 'a');
  g_autofree char *longer = g_strnfill (129, 'a');
  g_autofree char *key = flow_cloud_name_key (longest, NULL);

  assert_same_name ("anna", "ANNA", TRUE);
  assert_same_name ("anna", "bob", FALSE);
  assert_same_name ("J\xc3\xbcrgen", "ju\xcc\x88RGEN", TRUE);
  assert_same_name ("anna smith", "Anna Smith", TRUE);
  g_assert_nonnull (key);
  g_assert_null (flow_cloud_name_key (longer, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (flow_cloud_name_key (bad[i], &error));
      g_assert_error (error, FLOW_CLOUD_ERROR, FLOW_CLOUD_ERROR_BAD_REQUEST);
    }
}

static gboolean
parse (FlowCloudOptions *options, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  g_autofree char **argv = g_memdup2 (words, (g_strv_length (words) + 1) * sizeof *words);
  int argc = (int) g_strv_length (words);
  char **given = argv;

  return flow_cloud_options_parse (options, &argc, &given, NULL);
}

static void
test_options (void)
{
  static const char *const bad[] = { "cloud --port 65536",     "cloud --port x",    "cloud --quota -1",
                                     "cloud --log xml",        "cloud --tls-key a", "cloud --rate-limits 1",
                                     "cloud --connections -2", "cloud --nonsense" };
  g_auto (FlowCloudOptions) plain = { 0 };
  g_auto (FlowCloudOptions) full = { 0 };

  g_assert_true (parse (&plain, "cloud"));
  g_assert_true (g_str_has_suffix (plain.data_dir, "/flowscope-cloud"));
  g_assert_cmpuint (plain.port, ==, FLOW_CLOUD_PORT);
  g_assert_true (plain.registration && plain.limits && !plain.log_json);
  g_assert_cmpuint (plain.connections, >, 0);
  g_assert_true (parse (&full,
                        "cloud --data-dir /d --port 0 --listen ::1 --listen 127.0.0.1 --registration closed "
                        "--rate-limits off --quota 1000 --connections 5 --log json --log-requests "
                        "--trusted-proxy 10.0.0.0/8 --url https://x --metrics-token t --tls-cert c --tls-key k"));
  g_assert_cmpstr (full.data_dir, ==, "/d");
  g_assert_cmpuint (g_strv_length (full.listen), ==, 2);
  g_assert_true (!full.registration && !full.limits && full.log_json && full.log_requests);
  g_assert_cmpint (full.max_bytes, ==, 1000);
  g_assert_cmpuint (full.connections, ==, 5);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_auto (FlowCloudOptions) options = { 0 };

      g_assert_false (parse (&options, bad[i]));
    }
}

static void
test_errors (void)
{
  g_autoptr (GError) full = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_DISK_FULL, "x");
  g_autoptr (GError) busy = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_STOPPING, "x");
  g_autoptr (GError) other = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "x");
  g_autoptr (GBytes) body = flow_cloud_error_write (FLOW_CLOUD_ERROR_QUOTA, "a \"message\"");

  for (FlowCloudError i = 0; i < FLOW_CLOUD_N_ERRORS; i++)
    {
      g_assert_nonnull (flow_cloud_error_get_info (i)->code);
      g_assert_cmpuint (flow_cloud_error_get_info (i)->status, >=, 400);
    }
  g_assert_cmpint (flow_cloud_error_from (full), ==, FLOW_CLOUD_ERROR_DISK_FULL);
  g_assert_cmpint (flow_cloud_error_from (busy), ==, FLOW_CLOUD_ERROR_BUSY);
  g_assert_cmpint (flow_cloud_error_from (other), ==, FLOW_CLOUD_ERROR_FAILED);
  g_assert_nonnull (g_strstr_len (g_bytes_get_data (body, NULL), (gssize) g_bytes_get_size (body),
                                  "{\"error\":{\"code\":\"quota\",\"message\":\"a \\\"message\\\"\""));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/cloud/limits/buckets", test_buckets);
  g_test_add_func ("/cloud/limits/many-keys", test_many_keys);
  g_test_add_func ("/cloud/address/forwarded", test_forwarded);
  g_test_add_func ("/cloud/address/passed-on", test_passed_on);
  g_test_add_func ("/cloud/address/bounded", test_bounded);
  g_test_add_func ("/cloud/address/groups", test_groups);
  g_test_add_func ("/cloud/names", test_names);
  g_test_add_func ("/cloud/options", test_options);
  g_test_add_func ("/cloud/errors", test_errors);
  return g_test_run ();
}
