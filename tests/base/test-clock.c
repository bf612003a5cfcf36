/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "base/flow-clock.h"

static gint64
fixed_wall_ns (const FlowClock *clock)
{
  return 42;
}

static gint64
fixed_monotonic_us (const FlowClock *clock)
{
  return 7;
}

static void
test_system (void)
{
  gint64 before = g_get_real_time ();
  gint64 wall = flow_clock_wall_ns (NULL);
  gint64 first = flow_clock_monotonic_us (flow_clock_system ());

  g_assert_cmpint (wall / 1000, >=, before);
  g_assert_cmpint (wall / 1000, <=, g_get_real_time ());
  g_assert_cmpint (flow_clock_monotonic_us (NULL), >=, first);
}

static void
test_injected (void)
{
  const FlowClock clock = { fixed_wall_ns, fixed_monotonic_us };

  g_assert_cmpint (flow_clock_wall_ns (&clock), ==, 42);
  g_assert_cmpint (flow_clock_monotonic_us (&clock), ==, 7);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/base/clock/system", test_system);
  g_test_add_func ("/base/clock/injected", test_injected);
  return g_test_run ();
}
