/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

#include "base/flow-clock.h"

G_BEGIN_DECLS

/**
 * FLOW_ID_UUID_SIZE:
 *
 * Characters of a UUID in text, without the terminating zero.
 */
#define FLOW_ID_UUID_SIZE 36

void flow_id_random (guint8 *out, gsize n);
char *flow_id_new_uuid (const FlowClock *clock);
char *flow_id_new_token (guint bits);
void flow_id_to_hex (const guint8 *id, gsize n, char *out);
gboolean flow_id_from_hex (const char *hex, gsize n, guint8 *out);
gboolean flow_id_is_zero (const guint8 *id, gsize n);
gboolean flow_id_equal_constant_time (const char *a, const char *b);

G_END_DECLS
