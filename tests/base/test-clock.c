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

static void
assert_utc (gint64 wall_ns, const char *expected)
{
  g_autofree char *text = flow_clock_format_utc (wall_ns);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_format (void)
{
  assert_utc (G_GINT64_CONSTANT (1795163400123456789), "2026-11-20T08:30:00.123456Z");
  assert_utc (0, "1970-01-01T00:00:00.000000Z");
  assert_utc (-1, "1969-12-31T23:59:59.999999Z");
  assert_utc (G_MAXINT64, "2262-04-11T23:47:16.854775Z");
  assert_utc (G_MININT64, "1677-09-21T00:12:43.145224Z");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/base/clock/system", test_system);
  g_test_add_func ("/base/clock/injected", test_injected);
  g_test_add_func ("/base/clock/format", test_format);
  return g_test_run ();
}
