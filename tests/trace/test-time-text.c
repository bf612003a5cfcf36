/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "trace/flow-time-text.h"

#include "base/flow-error.h"

/* 2023-11-14 22:13:20 UTC; tests run in UTC. */
#define NOW G_GINT64_CONSTANT (1700000000000000000)
#define SECOND G_GINT64_CONSTANT (1000000000)

static const struct
{
  const char *text;
  gint64 ns; /* -1: none */
} durations[] = {
  { "0", 0 },
  { "1ns", 1 },
  { "2us", 2000 },
  { "2µs", 2000 },
  { "200ms", 200000000 },
  { "1.5s", 1500000000 },
  { "1 s", SECOND },
  { "1m30s", 90 * SECOND },
  { "1m 30s", 90 * SECOND },
  { "2 hours", 7200 * SECOND },
  { "1d", 86400 * SECOND },
  { "1w", 604800 * SECOND },
  { "5", -1 },
  { "s", -1 },
  { "", -1 },
  { "-5s", -1 },
  { "5x", -1 },
  { "5s!", -1 },
  { "1..2s", -1 },
  { "999999999999d", -1 },
};

static void
test_durations (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (durations); i++)
    {
      g_autoptr (GError) error = NULL;
      gint64 ns = -1;
      gboolean done = flow_duration_parse (durations[i].text, &ns, &error);

      g_test_message ("%s", durations[i].text);
      g_assert_cmpint (done, ==, durations[i].ns >= 0);
      if (done)
        g_assert_cmpint (ns, ==, durations[i].ns);
      else
        g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT);
    }
}

static const struct
{
  gint64 ns;
  const char *text;
} formats[] = {
  { 0, "0ns" },
  { 850, "850ns" },
  { 1234, "1.23µs" },
  { 12345, "12.3µs" },
  { 123456, "123µs" },
  { 12345678, "12.3ms" },
  { 1530000000, "1.53s" },
  { 59000000000, "59.0s" },
  { 123 * SECOND, "2m 03s" },
  { 11045 * SECOND, "3h 04m" },
  { -1500, "-1.50µs" },
};

static void
test_format (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autofree char *text = flow_duration_format (formats[i].ns);

      g_assert_cmpstr (text, ==, formats[i].text);
    }
}

static const struct
{
  const char *text;
  gint64 ns; /* -1: none */
} times[] = {
  { "now", NOW },
  { "10m", NOW - 600 * SECOND },
  { "2h ago", NOW - 7200 * SECOND },
  { "2 hours ago", NOW - 7200 * SECOND },
  { "yesterday", NOW - 86400 * SECOND },
  { "today", 1699920000 * SECOND },
  { "2023-11-14", 1699920000 * SECOND },
  { "2023-11-14T22:13:20Z", NOW },
  { "2023-11-14 22:13:20", NOW },
  { "2023-11-14 22:13", NOW - 20 * SECOND },
  { "22:13", NOW - 20 * SECOND },
  { "22:13:20", NOW },
  { "2023-11-15T00:13:20+02:00", NOW },
  { "2023-11-14T22:13:20.25Z", NOW + SECOND / 4 },
  { "1700000000", NOW },
  { "1700000000.5", NOW + SECOND / 2 },
  { "1700000000000", NOW },
  { "1700000000000000", NOW },
  { "1700000000000000000", NOW },
  { "9999999999999", -1 },
  { "99999999999999", -1 },
  { "99999999999999999", -1 },
  { "9999999999999999999", -1 },
  { "blue", -1 },
  { "", -1 },
  { "2023-13-40", -1 },
  { "25:99", -1 },
  { "12345678901234567890", -1 },
  { "10m later", -1 },
};

static void
test_times (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_autoptr (GError) error = NULL;
      gint64 ns = -1;
      gboolean done = flow_time_parse (times[i].text, NOW, &ns, &error);

      g_test_message ("%s", times[i].text);
      g_assert_cmpint (done, ==, times[i].ns >= 0);
      if (done)
        g_assert_cmpint (ns, ==, times[i].ns);
      else
        g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT);
    }
}

static void
test_format_time (void)
{
  g_autofree char *today = flow_time_format (NOW + 5000000, NOW);
  g_autofree char *before = flow_time_format (NOW - 86400 * SECOND, NOW);
  g_autofree char *odd = flow_time_format (-1, NOW);

  g_assert_cmpstr (today, ==, "22:13:20.005");
  g_assert_cmpstr (before, ==, "2023-11-13 22:13:20.000");
  g_assert_cmpstr (odd, ==, "?");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/cli/time-text/durations", test_durations);
  g_test_add_func ("/cli/time-text/format", test_format);
  g_test_add_func ("/cli/time-text/times", test_times);
  g_test_add_func ("/cli/time-text/format-time", test_format_time);
  return g_test_run ();
}
