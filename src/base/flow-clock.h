/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FlowClock:
 * @wall_ns: nanoseconds since the Unix epoch
 * @monotonic_us: microseconds on a clock that never goes back
 *
 * Where time comes from. What needs the time takes a clock, so that tests decide what time it is.
 * Both functions may be called from any thread.
 */
typedef struct _FlowClock FlowClock;

struct _FlowClock
{
  gint64 (*wall_ns) (const FlowClock *clock);
  gint64 (*monotonic_us) (const FlowClock *clock);
};

const FlowClock *flow_clock_system (void);
gint64 flow_clock_wall_ns (const FlowClock *clock);
gint64 flow_clock_monotonic_us (const FlowClock *clock);
char *flow_clock_format_utc (gint64 wall_ns);

G_END_DECLS
