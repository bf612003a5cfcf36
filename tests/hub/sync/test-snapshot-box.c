/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "base/flow-error.h"
#include "hub/sync/flow-sync-snapshot-box.h"

/* Snapshots as the cloud has them. */

#define DAY_MS G_GINT64_CONSTANT (86400000)

static const guint8 device[16] = { 7 };

static FlowSecretKeys *
make_keys (void)
{
  g_auto (GStrv) words = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowSecretKeys) bare = flow_secret_keys_create ("a passphrase that is long", NULL, &words, &error);
  FlowSecretKeys *keys;

  g_assert_no_error (error);
  keys = flow_secret_keys_add_scope (bare, "account", 1000, &error);
  g_assert_no_error (error);
  return keys;
}

static void
assert_closed (GBytes *sealed, FlowSecretKeys *keys, const char *scope, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (flow_sync_snapshot_open (sealed, keys, scope, &error));
  g_assert_error (error, FLOW_ERROR, code);
}

static void
test_box (void)
{
  g_autoptr (FlowSecretKeys) keys = make_keys ();
  g_autoptr (FlowSecretKeys) others = make_keys ();
  g_autofree char *text = g_strnfill (100000, 'a');
  g_autoptr (GBytes) plain = g_bytes_new (text, 100000);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) sealed = flow_sync_snapshot_seal (plain, keys, "account", device, 20000 * DAY_MS, &error);
  g_autoptr (GBytes) opened = NULL;
  gsize size;
  const guint8 *data;

  g_assert_no_error (error);
  data = g_bytes_get_data (sealed, &size);
  g_assert_cmpuint (size, <, 1000);
  opened = flow_sync_snapshot_open (sealed, keys, "account", &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (opened, plain));
  assert_closed (sealed, others, "account", FLOW_ERROR_NEEDS_PASSPHRASE);
  assert_closed (sealed, keys, "w-0123456789abcdefghijkl", FLOW_ERROR_NEEDS_PASSPHRASE);
  /* The head stands beside the box: nothing of it can be changed. */
  for (gsize at = 0; at < size; at += 5)
    {
      g_autofree guint8 *changed = g_memdup2 (data, size);
      g_autoptr (GBytes) bytes = NULL;

      changed[at] ^= 1;
      bytes = g_bytes_new (changed, size);
      g_assert_null (flow_sync_snapshot_open (bytes, keys, "account", NULL));
    }
  for (gsize cut = 0; cut < size; cut += 7)
    {
      g_autoptr (GBytes) part = g_bytes_new (data, cut);

      g_assert_null (flow_sync_snapshot_open (part, keys, "account", NULL));
    }
}

static void
test_no_key (void)
{
  g_autoptr (FlowSecretKeys) keys = make_keys ();
  g_autoptr (GBytes) plain = g_bytes_new_static ("x", 1);
  g_autoptr (GError) error = NULL;

  g_assert_null (flow_sync_snapshot_seal (plain, keys, "w-0123456789abcdefghijkl", device, DAY_MS, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NEEDS_PASSPHRASE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/hub/sync/snapshot-box/box", test_box);
  g_test_add_func ("/hub/sync/snapshot-box/no-key", test_no_key);
  return g_test_run ();
}
