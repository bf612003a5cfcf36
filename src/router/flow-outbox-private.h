/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "router/flow-outbox.h"

G_BEGIN_DECLS

typedef struct _FlowOutboxEntry FlowOutboxEntry;
typedef struct _FlowOutboxPeer FlowOutboxPeer;
typedef struct _FlowOutboxQueue FlowOutboxQueue;

/**
 * FlowOutboxEntryState:
 * @FLOW_ENTRY_STORING: the store has been told of it
 * @FLOW_ENTRY_WAITING: it is kept, for nobody in particular so far
 * @FLOW_ENTRY_TAKING: the store is told whom it is for
 * @FLOW_ENTRY_READY: it has its place in what its peer is sent, and was not sent since the peer came
 * @FLOW_ENTRY_SENT: it was; the acknowledgement is missing
 *
 * Where a message stands.
 */
typedef enum
{
  FLOW_ENTRY_STORING,
  FLOW_ENTRY_WAITING,
  FLOW_ENTRY_TAKING,
  FLOW_ENTRY_READY,
  FLOW_ENTRY_SENT,
} FlowOutboxEntryState;

/**
 * FlowOutboxEntry:
 *
 * A message that is kept. With a peer it is in that peer's flight; without, and kept, in its queue's waiting. The
 * message itself is in memory only while it is being stored or sent.
 */
struct _FlowOutboxEntry
{
  FlowOutboxRecord *record;
  FlowOutboxEntryState state;
  FlowOutboxQueue *queue;
  FlowOutboxPeer *peer; /* nullable */
  GBytes *payload;      /* nullable */
  guint64 seq;
  gboolean asked;         /* its sender waits to hear that it is kept */
  guint attempts;         /* in its life */
  guint tries;            /* on this connection */
  gint64 due_us;          /* when it is sent again */
  FlowDeadLetter *letter; /* (nullable): what it was, while the store revives it */
  GSequenceIter *in_waiting;
  GSequenceIter *in_expiry;
  GSequenceIter *in_retries;
};

/**
 * FlowOutboxPeer:
 *
 * A channel by its name, there or away, and what is under way to it.
 */
struct _FlowOutboxPeer
{
  char *name;
  FlowChannelKind kind;
  FlowChannel *channel; /* nullable: away */
  gint64 lost_us;
  guint64 seq;       /* the highest that was given */
  GPtrArray *flight; /* of FlowOutboxEntry, ascending by seq */
  gsize flight_bytes;
  guint n_unsent;   /* of these, not SENT */
  gboolean blocked; /* takes nothing before it has drained, or is gone */
  gboolean taking;  /* a TAKE is on its way */
};

/**
 * FlowOutboxQueue:
 *
 * What is for one target. Messages for a kind go to one channel at a time: its holder, as long as it has not
 * acknowledged all of them, so that their order holds.
 */
struct _FlowOutboxQueue
{
  char *target;
  gboolean is_kind;
  FlowChannelKind kind;
  guint n;
  gsize bytes;
  GSequence *waiting;     /* of FlowOutboxEntry: by priority, then in order of arrival */
  guint n_pending;        /* entries on their way into waiting, or out of it */
  FlowOutboxPeer *holder; /* nullable; only for kinds */
  guint n_held;
};

struct _FlowOutbox
{
  const FlowClock *clock;
  FlowOutboxStore *store;
  const FlowOutboxFuncs *funcs;
  gpointer data;
  char *epoch;

  GHashTable *entries; /* of FlowOutboxEntry, by number */
  GHashTable *queues;  /* of FlowOutboxQueue, by target */
  GHashTable *peers;   /* of FlowOutboxPeer, by name */
  GHashTable *dead;    /* of GList in dead_list, by number */
  GQueue dead_list;    /* of FlowDeadLetter, the oldest first */
  GSequence *expiry;   /* of FlowOutboxEntry, by time */
  GSequence *retries;  /* of FlowOutboxEntry that are SENT, by time */
  GHashTable *jobs;    /* of FlowOutboxJob that the store has */
  GQueue failed;       /* of FlowOutboxJob that must be done in the end */
  guint64 next_number;
  guint64 first_seq; /* of peers that are not known */
  gsize bytes;
  gsize dead_bytes;
  guint64 died;
  guint64 repeated;
  gint64 due_us;   /* when a tick is due, G_MAXINT64: never */
  gint64 retry_us; /* when what did not work is tried again, 0: no need */
  gint64 prune_us;
};

/* flow-outbox-entry.c */
FlowOutboxEntry *flow_outbox_add_entry (FlowOutbox *self, FlowOutboxRecord *record, FlowOutboxEntryState state);
void flow_outbox_remove_entry (FlowOutbox *self, FlowOutboxEntry *entry);
FlowOutboxEntry *flow_outbox_find_entry (FlowOutbox *self, guint64 number);
void flow_outbox_enter_waiting (FlowOutbox *self, FlowOutboxEntry *entry);
void flow_outbox_enter_flight (FlowOutbox *self, FlowOutboxEntry *entry, FlowOutboxPeer *peer, guint64 seq);
void flow_outbox_leave_flight (FlowOutbox *self, FlowOutboxEntry *entry);
void flow_outbox_set_state (FlowOutbox *self, FlowOutboxEntry *entry, FlowOutboxEntryState state);
void flow_outbox_set_retry (FlowOutbox *self, FlowOutboxEntry *entry, gint64 due_us);
void flow_outbox_watch_expiry (FlowOutbox *self, FlowOutboxEntry *entry);
void flow_outbox_set_payload (FlowOutboxEntry *entry, GBytes *payload);
void flow_outbox_put_aside (FlowOutbox *self, FlowOutboxEntry *entry);
FlowOutboxQueue *flow_outbox_get_queue (FlowOutbox *self, const char *target);
FlowOutboxPeer *flow_outbox_get_peer (FlowOutbox *self, const char *name);
void flow_outbox_trim_peers (FlowOutbox *self);
void flow_outbox_entry_free (FlowOutboxEntry *entry);
void flow_outbox_queue_free (FlowOutboxQueue *queue);
void flow_outbox_peer_free (FlowOutboxPeer *peer);
int flow_outbox_compare_waiting (gconstpointer a, gconstpointer b, gpointer data);
int flow_outbox_compare_expiry (gconstpointer a, gconstpointer b, gpointer data);
int flow_outbox_compare_retries (gconstpointer a, gconstpointer b, gpointer data);

/* flow-outbox-job.c */
FlowOutboxJob *flow_outbox_new_job (FlowOutbox *self, FlowOutboxAction action, void (*done) (FlowOutboxJob *job));
void flow_outbox_push_job (FlowOutbox *self, FlowOutboxJob *job);
FlowOutbox *flow_outbox_finish_job (FlowOutboxJob *job);
void flow_outbox_insist (FlowOutbox *self, FlowOutboxJob *job);
void flow_outbox_tick_jobs (FlowOutbox *self, gint64 now_us);
void flow_outbox_wake_at (FlowOutbox *self, gint64 due_us);
void flow_outbox_retry_soon (FlowOutbox *self);

/* flow-outbox-deliver.c */
gboolean flow_outbox_peer_has_room (FlowOutboxPeer *peer, gsize size);
FlowOutboxPeer *flow_outbox_queue_peer (FlowOutbox *self, FlowOutboxQueue *queue);
void flow_outbox_pump (FlowOutbox *self, FlowOutboxPeer *peer);
void flow_outbox_pump_queue (FlowOutbox *self, FlowOutboxQueue *queue);
void flow_outbox_pump_all (FlowOutbox *self);
void flow_outbox_send_again (FlowOutbox *self, FlowOutboxEntry *entry);

/* flow-outbox-dead.c */
void flow_outbox_die (FlowOutbox *self, FlowOutboxEntry *entry, FlowError reason);
void flow_outbox_add_dead (FlowOutbox *self, FlowDeadLetter *letter);
FlowDeadLetter *flow_outbox_take_dead (FlowOutbox *self, guint64 number);
gboolean flow_outbox_make_room (FlowOutbox *self, const FlowOutboxRecord *record, GError **error);

G_END_DECLS
