/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-clock"

#include "base/flow-clock.h"

#include <time.h>

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
