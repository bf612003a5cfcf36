/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "cloud/flow-cloud-registry.h"

#define SECOND G_USEC_PER_SEC
#define USER 7

static const guint8 device[FLOW_CLOUD_ID_SIZE] = { 1 };
static const guint8 another[FLOW_CLOUD_ID_SIZE] = { 2 };

/* A newer connection of the same run takes the place, also at once. */
static void
test_same_run (void)
{
  g_autoptr (FlowCloudRegistry) registry = flow_cloud_registry_new ();
  FlowCloudFanout *fanout = flow_cloud_registry_get_fanout (registry);
  guint64 replaced = 0;

  g_assert_cmpint (flow_cloud_registry_enter (registry, 1, USER, device, "one", SECOND, &replaced), ==,
                   FLOW_CLOUD_ENTERED);
  g_assert_cmpint (flow_cloud_registry_enter (registry, 2, USER, another, "two", SECOND, &replaced), ==,
                   FLOW_CLOUD_ENTERED);
  g_assert_cmpint (flow_cloud_registry_enter (registry, 3, USER + 1, device, "two", SECOND, &replaced), ==,
                   FLOW_CLOUD_ENTERED);
  g_assert_cmpint (flow_cloud_registry_enter (registry, 4, USER, device, "one", SECOND, &replaced), ==,
                   FLOW_CLOUD_ENTERED_INSTEAD);
  g_assert_cmpuint (replaced, ==, 1);
  g_assert_cmpuint (flow_cloud_registry_get_size (registry), ==, 3);
  g_assert_cmpint (flow_cloud_fanout_find_other (fanout, USER, device, "one", SECOND), ==, FLOW_CLOUD_OTHER_NONE);
  flow_cloud_registry_leave (registry, 4);
  flow_cloud_registry_leave (registry, 4);
  g_assert_false (flow_cloud_fanout_is_connected (fanout, USER, device));
  g_assert_true (flow_cloud_fanout_is_connected (fanout, USER, another));
}

/* Who finds the place taken learns a minute later whether whoever has it lives. */
static void
test_cloned (void)
{
  g_autoptr (FlowCloudRegistry) registry = flow_cloud_registry_new ();
  FlowCloudFanout *fanout = flow_cloud_registry_get_fanout (registry);
  guint64 replaced = 0;

  flow_cloud_registry_enter (registry, 1, USER, device, "one", SECOND, &replaced);
  g_assert_cmpint (flow_cloud_fanout_find_other (fanout, USER, device, "two", 10 * SECOND), ==,
                   FLOW_CLOUD_OTHER_PERHAPS);
  g_assert_cmpint (flow_cloud_registry_enter (registry, 2, USER, device, "two", 69 * SECOND, &replaced), ==,
                   FLOW_CLOUD_NOT_ENTERED_YET);
  g_assert_cmpint (flow_cloud_registry_enter (registry, 3, USER, device, "two", 71 * SECOND, &replaced), ==,
                   FLOW_CLOUD_NOT_ENTERED);
  g_assert_cmpint (flow_cloud_fanout_find_other (fanout, USER, device, "two", 71 * SECOND), ==,
                   FLOW_CLOUD_OTHER_SURELY);
  g_assert_cmpint (flow_cloud_fanout_find_other (fanout, USER, device, "one", 71 * SECOND), ==, FLOW_CLOUD_OTHER_NONE);
}

static void
test_broke_off (void)
{
  g_autoptr (FlowCloudRegistry) registry = flow_cloud_registry_new ();
  guint64 replaced = 0;

  flow_cloud_registry_enter (registry, 1, USER, device, "one", SECOND, &replaced);
  g_assert_cmpint (flow_cloud_registry_enter (registry, 2, USER, device, "two", 10 * SECOND, &replaced), ==,
                   FLOW_CLOUD_NOT_ENTERED_YET);
  flow_cloud_registry_leave (registry, 1);
  g_assert_cmpint (flow_cloud_registry_enter (registry, 2, USER, device, "two", 40 * SECOND, &replaced), ==,
                   FLOW_CLOUD_ENTERED);
}

/* A minute of another day proves nothing. */
static void
test_asked_long_ago (void)
{
  g_autoptr (FlowCloudRegistry) registry = flow_cloud_registry_new ();
  guint64 replaced = 0;

  flow_cloud_registry_enter (registry, 1, USER, device, "one", SECOND, &replaced);
  flow_cloud_registry_enter (registry, 2, USER, device, "two", 10 * SECOND, &replaced);
  g_assert_cmpint (flow_cloud_registry_enter (registry, 3, USER, device, "two", 2000 * SECOND, &replaced), ==,
                   FLOW_CLOUD_NOT_ENTERED_YET);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/cloud/registry/same-run", test_same_run);
  g_test_add_func ("/cloud/registry/cloned", test_cloned);
  g_test_add_func ("/cloud/registry/broke-off", test_broke_off);
  g_test_add_func ("/cloud/registry/asked-long-ago", test_asked_long_ago);
  return g_test_run ();
}
