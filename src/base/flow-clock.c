/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-clock"

#include "base/flow-clock.h"

#include <time.h>

#define NS_PER_S G_GINT64_CONSTANT (1000000000)

static gint64
system_wall_ns (const FlowClock *clock)
{
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  return (gint64) now.tv_sec * G_GINT64_CONSTANT (1000000000) + now.tv_nsec;
}

static gint64
system_monotonic_us (const FlowClock *clock)
{
  return g_get_monotonic_time ();
}

/**
 * flow_clock_system:
 *
 * Get the clock of the machine.
 *
 * Returns: (transfer none): a clock that is never freed
 */
const FlowClock *
flow_clock_system (void)
{
  static const FlowClock clock = { system_wall_ns, system_monotonic_us };

  return &clock;
}

/**
 * flow_clock_wall_ns:
 * @clock: (nullable): a clock, or %NULL for the machine's
 *
 * Read the wall clock, which the user may set back.
 *
 * Returns: nanoseconds since 1970-01-01 00:00:00 UTC
 */
gint64
flow_clock_wall_ns (const FlowClock *clock)
{
  if (clock == NULL)
    clock = flow_clock_system ();
  return clock->wall_ns (clock);
}

/**
 * flow_clock_monotonic_us:
 * @clock: (nullable): a clock, or %NULL for the machine's
 *
 * Read the monotonic clock, for durations and deadlines.
 *
 * Returns: microseconds since an arbitrary start
 */
gint64
flow_clock_monotonic_us (const FlowClock *clock)
{
  if (clock == NULL)
    clock = flow_clock_system ();
  return clock->monotonic_us (clock);
}

/**
 * flow_clock_format_utc:
 * @wall_ns: nanoseconds since 1970-01-01 00:00:00 UTC
 *
 * Write a time as RFC 3339 has it (section 5.6), in UTC and to the microsecond: `2026-11-20T08:30:00.123456Z`.
 *
 * Returns: (transfer full): the text
 */
char *
flow_clock_format_utc (gint64 wall_ns)
{
  gint64 rest = wall_ns % NS_PER_S;
  gint64 second = wall_ns / NS_PER_S - (rest < 0);
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (second);
  g_autofree char *text = g_date_time_format (time, "%Y-%m-%dT%H:%M:%S");

  return g_strdup_printf ("%s.%06dZ", text, (int) ((rest < 0 ? rest + NS_PER_S : rest) / 1000));
}
