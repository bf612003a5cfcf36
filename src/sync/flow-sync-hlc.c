/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "sync/flow-sync-hlc.h"

#define COUNTER_BITS 16

/**
 * flow_sync_hlc_make:
 * @ms: ms since 1970, not negative
 * @counter: 0 to 65535
 *
 * Returns: the clock
 */
guint64
flow_sync_hlc_make (gint64 ms, guint counter)
{
  return (guint64) MAX (ms, 0) << COUNTER_BITS | (counter & 0xffff);
}

/**
 * flow_sync_hlc_get_ms:
 * @hlc: a clock
 *
 * Returns: its ms since 1970
 */
gint64
flow_sync_hlc_get_ms (guint64 hlc)
{
  return (gint64) (hlc >> COUNTER_BITS);
}

/**
 * flow_sync_hlc_tick:
 * @last: the clock so far
 * @now_ms: what time it is
 *
 * Move the clock on for something that happens here. A counter that is full moves the ms.
 *
 * Returns: the clock, later than @last
 */
guint64
flow_sync_hlc_tick (guint64 last, gint64 now_ms)
{
  return MAX (last + 1, flow_sync_hlc_make (now_ms, 0));
}

/**
 * flow_sync_hlc_receive:
 * @last: the clock so far
 * @message: the clock of what came
 * @now_ms: what time it is
 *
 * Move the clock behind something that came, but never further than FLOW_SYNC_AHEAD_MS before @now_ms: a wrong clock
 * elsewhere must not become a wrong clock here.
 *
 * Returns: the clock, not earlier than @last
 */
guint64
flow_sync_hlc_receive (guint64 last, guint64 message, gint64 now_ms)
{
  return MAX (last, MIN (message, flow_sync_hlc_make (now_ms + FLOW_SYNC_AHEAD_MS, 0)));
}

/**
 * flow_sync_hlc_is_ahead:
 * @hlc: the clock of an operation
 * @now_ms: what time it is
 *
 * Returns: whether it is further ahead than anybody's clock may be
 */
gboolean
flow_sync_hlc_is_ahead (guint64 hlc, gint64 now_ms)
{
  return flow_sync_hlc_get_ms (hlc) > now_ms + FLOW_SYNC_AHEAD_MS;
}
