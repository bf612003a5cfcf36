/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "cloud/flow-cloud-shares.h"

static void
test_take (void)
{
  g_autoptr (FlowCloudShares) shares = flow_cloud_shares_new (10, 4);

  g_assert_true (flow_cloud_shares_take (shares, "a", 3));
  g_assert_false (flow_cloud_shares_take (shares, "a", 2));
  g_assert_true (flow_cloud_shares_take (shares, "a", 1));
  g_assert_true (flow_cloud_shares_take (shares, "a", 0));
  g_assert_true (flow_cloud_shares_take (shares, "b", 4));
  /* What one may have is more than there is. */
  g_assert_false (flow_cloud_shares_take (shares, "c", 3));
  g_assert_true (flow_cloud_shares_take (shares, "c", 2));
  g_assert_false (flow_cloud_shares_take (shares, NULL, 1));
  g_assert_cmpuint (flow_cloud_shares_get_taken (shares), ==, 10);
  flow_cloud_shares_give_back (shares, "a", 4);
  g_assert_cmpuint (flow_cloud_shares_get_taken (shares), ==, 6);
  g_assert_true (flow_cloud_shares_take (shares, "a", 4));
  flow_cloud_shares_give_back (shares, "b", 1);
  g_assert_true (flow_cloud_shares_take (shares, NULL, 1));
}

static void
test_nobody_is_bounded_by_the_whole (void)
{
  g_autoptr (FlowCloudShares) shares = flow_cloud_shares_new (10, 4);

  g_assert_true (flow_cloud_shares_take (shares, NULL, 10));
  g_assert_false (flow_cloud_shares_has_room (shares, "a"));
  flow_cloud_shares_give_back (shares, NULL, 10);
  g_assert_true (flow_cloud_shares_has_room (shares, "a"));
}

static void
test_add (void)
{
  g_autoptr (FlowCloudShares) shares = flow_cloud_shares_new (10, 4);

  flow_cloud_shares_add (shares, "a", 6);
  g_assert_false (flow_cloud_shares_has_room (shares, "a"));
  g_assert_false (flow_cloud_shares_take (shares, "a", 1));
  g_assert_true (flow_cloud_shares_has_room (shares, "b"));
  flow_cloud_shares_add (shares, "b", 6);
  g_assert_cmpuint (flow_cloud_shares_get_taken (shares), ==, 12);
  g_assert_false (flow_cloud_shares_has_room (shares, "c"));
  g_assert_false (flow_cloud_shares_has_room (shares, NULL));
  flow_cloud_shares_give_back (shares, "a", 6);
  g_assert_true (flow_cloud_shares_has_room (shares, "a"));
  g_assert_false (flow_cloud_shares_has_room (shares, "b"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/cloud/shares/take", test_take);
  g_test_add_func ("/cloud/shares/nobody", test_nobody_is_bounded_by_the_whole);
  g_test_add_func ("/cloud/shares/add", test_add);
  return g_test_run ();
}
