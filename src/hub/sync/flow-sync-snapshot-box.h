/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "secret/flow-secret-keys.h"

G_BEGIN_DECLS

/** FLOW_SYNC_SNAPSHOT_MAX: bytes of a sealed snapshot at most: what the cloud takes as a blob. */
#define FLOW_SYNC_SNAPSHOT_MAX (64u << 20)

GBytes *flow_sync_snapshot_seal (GBytes *snapshot, FlowSecretKeys *keys, const char *scope, const guint8 *device,
                                 gint64 now_ms, GError **error);
GBytes *flow_sync_snapshot_open (GBytes *sealed, FlowSecretKeys *keys, const char *scope, GError **error);

G_END_DECLS
