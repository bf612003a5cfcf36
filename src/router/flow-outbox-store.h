/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-call-queue.h"

G_BEGIN_DECLS

/**
 * FlowOutboxRecord:
 * @number: order of arrival; also what people call it by
 * @source: full name of the sender
 * @id: the sender's id for it
 * @target: a kind, or the full name of one channel
 * @type: its type
 * @priority: 0 to 9, 9 goes first
 * @stored_ns: when it came, ns since 1970
 * @expires_ns: when it is worth nothing any more, ns since 1970, 0: never
 * @size: bytes of the message
 *
 * What is known about a message that is kept. Immutable and reference-counted, for any thread.
 */
typedef struct
{
  guint64 number;
  const char *source;
  const char *id;
  const char *target;
  const char *type;
  int priority;
  gint64 stored_ns;
  gint64 expires_ns;
  gsize size;
} FlowOutboxRecord;

FlowOutboxRecord *flow_outbox_record_new (const FlowOutboxRecord *values);
FlowOutboxRecord *flow_outbox_record_ref (FlowOutboxRecord *self);
void flow_outbox_record_unref (FlowOutboxRecord *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowOutboxRecord, flow_outbox_record_unref)

/**
 * FlowOutboxItem:
 * @record: the message
 * @channel: (nullable): whom it is delivered to
 * @seq: its number among what that channel was sent, from 1; 0 with no @channel
 * @attempts: how often it was sent
 * @payload: (nullable): the message as its sender sent it; what is taken without one comes back with it
 *
 * A message, and where it stands.
 */
typedef struct
{
  FlowOutboxRecord *record;
  char *channel;
  guint64 seq;
  guint attempts;
  GBytes *payload;
} FlowOutboxItem;

FlowOutboxItem *flow_outbox_item_new (FlowOutboxRecord *record, const char *channel, guint64 seq, guint attempts,
                                      GBytes *payload);

/**
 * FlowDeadLetter:
 * @record: the message
 * @reason: code of an error
 * @died_ns: when, ns since 1970
 *
 * A message that could not be delivered.
 */
typedef struct
{
  FlowOutboxRecord *record;
  char *reason;
  gint64 died_ns;
} FlowDeadLetter;

FlowDeadLetter *flow_dead_letter_new (FlowOutboxRecord *record, const char *reason, gint64 died_ns);
void flow_dead_letter_free (FlowDeadLetter *self);

/**
 * FlowOutboxAction:
 * @FLOW_OUTBOX_PUT: keep the one item; `known` says whether it was before
 * @FLOW_OUTBOX_TAKE: the items are what their channel is sent next: keep channel, seq and attempts, bring the payloads
 * @FLOW_OUTBOX_ACKED: the one item was handled: remove it
 * @FLOW_OUTBOX_DIE: the items become dead letters for `reason`
 * @FLOW_OUTBOX_DROP: the items, or dead letters, are removed
 * @FLOW_OUTBOX_REVIVE: the dead letter `number` becomes the one item
 * @FLOW_OUTBOX_PRUNE: forget what left long ago
 *
 * What a store is asked for. Each is done as a whole or not at all.
 */
typedef enum
{
  FLOW_OUTBOX_PUT,
  FLOW_OUTBOX_TAKE,
  FLOW_OUTBOX_ACKED,
  FLOW_OUTBOX_DIE,
  FLOW_OUTBOX_DROP,
  FLOW_OUTBOX_REVIVE,
  FLOW_OUTBOX_PRUNE,
} FlowOutboxAction;

/**
 * FlowOutboxKnown:
 * @FLOW_OUTBOX_NEW: nothing was known of the message, which is kept
 * @FLOW_OUTBOX_KEPT: it is kept already, or was and has been given up
 * @FLOW_OUTBOX_HANDLED: it was kept and acknowledged
 *
 * What a store knew of a message from this sender with this id.
 */
typedef enum
{
  FLOW_OUTBOX_NEW,
  FLOW_OUTBOX_KEPT,
  FLOW_OUTBOX_HANDLED,
} FlowOutboxKnown;

typedef struct _FlowOutboxJob FlowOutboxJob;

/**
 * FlowOutboxJob:
 * @call: the way back
 * @action: what to do
 * @items: (element-type FlowOutboxItem): with what
 * @number: for %FLOW_OUTBOX_REVIVE
 * @reason: for %FLOW_OUTBOX_DIE: an error code; a literal
 * @now_ns: when, ns since 1970
 * @known: (out): for %FLOW_OUTBOX_PUT: unless it is new, nothing was done
 * @error: (out): why nothing of it was kept
 * @done: hears how it ended, on the outbox's thread
 * @owner: (nullable): the outbox's
 *
 * One thing for a store to do. It belongs to the store from flow_outbox_store_push() until @done.
 */
struct _FlowOutboxJob
{
  FlowCall call;
  FlowOutboxAction action;
  GPtrArray *items;
  guint64 number;
  const char *reason;
  gint64 now_ns;
  FlowOutboxKnown known;
  GError *error;
  void (*done) (FlowOutboxJob *job);
  gpointer owner;
};

FlowOutboxJob *flow_outbox_job_new (FlowOutboxAction action, gint64 now_ns);
void flow_outbox_job_free (FlowOutboxJob *self);
void flow_outbox_job_add (FlowOutboxJob *self, FlowOutboxItem *item);
FlowOutboxItem *flow_outbox_job_get (FlowOutboxJob *self, guint i);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowOutboxJob, flow_outbox_job_free)

/**
 * FlowOutboxState:
 * @epoch: names the store: a random id made when it was
 * @waiting: (element-type FlowOutboxItem): what is kept, without payloads, in order of arrival
 * @dead: (element-type FlowDeadLetter): in order of arrival
 * @seqs: (element-type utf8 guint64): the highest seq of each channel
 * @first_seq: the highest seq of a channel that is not among @seqs
 *
 * What a store has at start.
 */
typedef struct
{
  char *epoch;
  GPtrArray *waiting;
  GPtrArray *dead;
  GHashTable *seqs;
  guint64 first_seq;
} FlowOutboxState;

FlowOutboxState *flow_outbox_state_new (void);
void flow_outbox_state_free (FlowOutboxState *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowOutboxState, flow_outbox_state_free)

/**
 * FlowOutboxStore:
 * @load: read what is there, before the first job
 * @push: (transfer full): do a job: in order, each as a whole, then `done` on the outbox's thread, never before @push
 *   has returned
 *
 * Where the outbox keeps messages: the database, or what a test has for one. What begins with this struct is a store.
 */
typedef struct _FlowOutboxStore FlowOutboxStore;

struct _FlowOutboxStore
{
  FlowOutboxState *(*load) (FlowOutboxStore *self, GError **error);
  void (*push) (FlowOutboxStore *self, FlowOutboxJob *job);
};

FlowOutboxState *flow_outbox_store_load (FlowOutboxStore *self, GError **error);
void flow_outbox_store_push (FlowOutboxStore *self, FlowOutboxJob *job);

G_END_DECLS
