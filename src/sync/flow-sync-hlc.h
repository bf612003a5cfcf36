/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** FLOW_SYNC_AHEAD_MS: how far the clock of an operation may be ahead of who gets it. */
#define FLOW_SYNC_AHEAD_MS (60 * 1000)

/* A hybrid logical clock: 48 bits of ms since 1970, 16 bits that count. It decides ties, never what is sent. */

guint64 flow_sync_hlc_make (gint64 ms, guint counter);
gint64 flow_sync_hlc_get_ms (guint64 hlc);
guint64 flow_sync_hlc_tick (guint64 last, gint64 now_ms);
guint64 flow_sync_hlc_receive (guint64 last, guint64 message, gint64 now_ms);
gboolean flow_sync_hlc_is_ahead (guint64 hlc, gint64 now_ms);

G_END_DECLS
