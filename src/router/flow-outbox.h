/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-clock.h"
#include "base/flow-error.h"
#include "message/flow-json-writer.h"
#include "message/flow-message.h"
#include "router/flow-channel.h"
#include "router/flow-outbox-store.h"

G_BEGIN_DECLS

/** FLOW_OUTBOX_TARGET_MESSAGES: how many messages may wait for one target. */
#define FLOW_OUTBOX_TARGET_MESSAGES 10000
/** FLOW_OUTBOX_TARGET_BYTES: how many bytes. */
#define FLOW_OUTBOX_TARGET_BYTES (64 * 1024 * 1024)
/** FLOW_OUTBOX_ALL_MESSAGES: how many messages may wait for all targets together. */
#define FLOW_OUTBOX_ALL_MESSAGES 50000
/** FLOW_OUTBOX_ALL_BYTES: how many bytes. */
#define FLOW_OUTBOX_ALL_BYTES (512 * 1024 * 1024)
/** FLOW_OUTBOX_DEAD_LETTERS: how many dead letters are kept. */
#define FLOW_OUTBOX_DEAD_LETTERS 1000
/** FLOW_OUTBOX_DEAD_BYTES: how many bytes in them. */
#define FLOW_OUTBOX_DEAD_BYTES (64 * 1024 * 1024)
/** FLOW_OUTBOX_WINDOW: how many messages may be under way to one channel. */
#define FLOW_OUTBOX_WINDOW 64
/** FLOW_OUTBOX_WINDOW_BYTES: after how many bytes no more is sent before an acknowledgement comes. */
#define FLOW_OUTBOX_WINDOW_BYTES (8 * 1024 * 1024)
/** FLOW_OUTBOX_RETRY_US: when a delivery is repeated first; each time later by twice as much. */
#define FLOW_OUTBOX_RETRY_US (30 * G_USEC_PER_SEC)
/** FLOW_OUTBOX_MAX_RETRY_US: the longest wait before a repetition. */
#define FLOW_OUTBOX_MAX_RETRY_US (600 * G_USEC_PER_SEC)
/** FLOW_OUTBOX_MAX_TRIES: how often a message is sent on one connection. */
#define FLOW_OUTBOX_MAX_TRIES 8
/** FLOW_OUTBOX_STICKY_US: how long a message for a kind waits for the channel that it was sent to. */
#define FLOW_OUTBOX_STICKY_US (60 * G_USEC_PER_SEC)

/**
 * FlowOutboxFuncs:
 * @best: the channel of a kind that should have the next message, %NULL when none is there
 * @stored: a message is kept; @handled when it is known to have been acknowledged before
 * @handled: a message was acknowledged by its receiver
 * @refused: a message is not kept
 * @died: a message became a dead letter for a reason
 * @due: flow_outbox_tick() must be called at this time at the latest
 * @changed: what waits is not what it was
 *
 * What the outbox asks and tells, on its thread.
 */
typedef struct
{
  FlowChannel *(*best) (FlowChannelKind kind, gpointer data);
  void (*stored) (const FlowOutboxRecord *record, gboolean handled, gpointer data);
  void (*handled) (const FlowOutboxRecord *record, gpointer data);
  void (*refused) (const FlowOutboxRecord *record, const GError *error, gpointer data);
  void (*died) (const FlowOutboxRecord *record, FlowError reason, gpointer data);
  void (*due) (gint64 due_us, gpointer data);
  void (*changed) (gpointer data);
} FlowOutboxFuncs;

/**
 * FlowOutboxStats:
 * @waiting: messages that are kept
 * @bytes: bytes in them
 * @dead: dead letters
 * @died: messages that became one since start
 * @repeated: deliveries that were repeated since start
 * @oldest_ns: when the oldest was stored, ns since 1970, 0 when there is none
 *
 * What the outbox has and did.
 */
typedef struct
{
  guint64 waiting;
  guint64 bytes;
  guint64 dead;
  guint64 died;
  guint64 repeated;
  gint64 oldest_ns;
} FlowOutboxStats;

typedef struct _FlowOutbox FlowOutbox;

FlowOutbox *flow_outbox_new (const FlowClock *clock, FlowOutboxStore *store, const FlowOutboxFuncs *funcs,
                             gpointer data, GError **error);
void flow_outbox_free (FlowOutbox *self);

const char *flow_outbox_get_epoch (FlowOutbox *self);
guint64 flow_outbox_get_seq (FlowOutbox *self, const char *name);
gboolean flow_outbox_put (FlowOutbox *self, FlowMessage *message, GError **error);
gboolean flow_outbox_ack (FlowOutbox *self, FlowChannel *channel, const char *id);
gboolean flow_outbox_decline (FlowOutbox *self, FlowChannel *channel, const char *id);
void flow_outbox_add_channel (FlowOutbox *self, FlowChannel *channel);
void flow_outbox_remove_channel (FlowOutbox *self, FlowChannel *channel);
void flow_outbox_drained (FlowOutbox *self, FlowChannel *channel);
gint64 flow_outbox_tick (FlowOutbox *self);

gboolean flow_outbox_resend (FlowOutbox *self, guint64 number, GError **error);
gboolean flow_outbox_drop (FlowOutbox *self, guint64 number, GError **error);
guint flow_outbox_count_for (FlowOutbox *self, const char *name);
void flow_outbox_get_stats (FlowOutbox *self, FlowOutboxStats *stats);
void flow_outbox_write (FlowOutbox *self, FlowJsonWriter *writer, const char *target);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowOutbox, flow_outbox_free)

G_END_DECLS
