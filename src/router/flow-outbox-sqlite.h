/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "router/flow-outbox-store.h"
#include "store/flow-store.h"

G_BEGIN_DECLS

/** FLOW_OUTBOX_SEEN_NS: how long it is remembered that a message was here. */
#define FLOW_OUTBOX_SEEN_NS (G_GINT64_CONSTANT (24) * 3600 * 1000000000)
/** FLOW_OUTBOX_MAX_SEEN: of how many messages it is remembered. */
#define FLOW_OUTBOX_MAX_SEEN 50000
/** FLOW_OUTBOX_MAX_NAMES: for how many channels that are away it is remembered how far they were counted. */
#define FLOW_OUTBOX_MAX_NAMES 10000

/**
 * FlowOutboxSqlite:
 *
 * The outbox in the database.
 */
typedef struct _FlowOutboxSqlite FlowOutboxSqlite;

FlowOutboxSqlite *flow_outbox_sqlite_new (FlowStore *store, const char *path, FlowCallQueue *calls);
void flow_outbox_sqlite_free (FlowOutboxSqlite *self);
FlowOutboxStore *flow_outbox_sqlite_get_store (FlowOutboxSqlite *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowOutboxSqlite, flow_outbox_sqlite_free)

G_END_DECLS
