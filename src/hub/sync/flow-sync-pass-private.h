/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/sync/flow-sync-pass.h"
#include "sync/flow-sync-mend.h"

G_BEGIN_DECLS

/* Operations that the cloud has taken, up to one. */
typedef struct
{
  FlowSyncDot last;
  guint64 number;
} FlowSyncAccepted;

/*
 * One thing is under way at a time: something on the writer thread, on a thread of its own, or a request. What it works
 * on is here, and nobody else looks at it until it is done; a request has no other memory, as nobody hears of it any
 * more when the session was freed.
 */
struct _FlowSyncPass
{
  gatomicrefcount count;
  FlowSyncPassSetup setup;
  gboolean detached;  /* the owner has gone; nothing of the setup may be touched */
  gboolean cancelled; /* the owner wants no more */
  FlowSyncPassTotals totals;
  GError *error;     /* (nullable): what it ends with */
  gboolean said;     /* the cloud was spoken with */
  GPtrArray *pushed; /* (nullable) FlowSyncParcel: what came by itself */
  gboolean new_keys; /* the keys were fetched once more */
  guint hellos;      /* how often it said hello */
  gboolean greet;    /* it has to say hello again */
  gboolean gap;      /* the cloud has said where it stopped */
  gboolean late;     /* the cloud has said that our clock is wrong */
  gboolean refetch;  /* what was skipped is fetched too */
  gboolean look;     /* it is to look whether a digest is due */
  guint8 digest_key[FLOW_SYNC_DIGEST_KEY_SIZE];
  gboolean note;    /* the cloud may have to hear of conflicts */
  GHashTable *acks; /* scope -> vector in JSON: what is to be acknowledged */

  /* what is under way */
  FlowSyncCounts counts;
  gboolean untidy;
  char scope[FLOW_SYNC_SCOPE_MAX + 1];
  guint64 after;
  guint64 changes;    /* of the link, when sending began */
  gboolean exhausted; /* all there is was collected */
  gint64 now_ms;
  GString *text;            /* (nullable): JSON */
  FlowSyncWelcome *welcome; /* (nullable) */
  FlowSyncPlans plans;
  char blob[33];      /* of a snapshot that is written */
  GPtrArray *ops;     /* (nullable) FlowSyncOps: to be sent */
  GArray *accepted;   /* FlowSyncAccepted: of them */
  GPtrArray *parcels; /* (nullable) FlowSyncParcel: to be taken in */
  FlowSyncApplied applied;
  gboolean fetching; /* the parcels were asked for */
  guint lacking;     /* parcels that need others first */
  guint ahead;       /* parcels whose clock is wrong */
  guint unread;      /* parcels that do not open */
  guint keyless;     /* parcels whose key is not here */
  gboolean more;     /* the cloud has more of the same */
  gboolean moved;    /* something came that was not here */
  GArray *notes;     /* (nullable) FlowSyncConflictNote */
};

FlowSyncPass *flow_sync_pass_ref (FlowSyncPass *self);
void flow_sync_pass_unref (FlowSyncPass *self);
void flow_sync_pass_next (FlowSyncPass *self);
void flow_sync_pass_fail (FlowSyncPass *self, const GError *error);
void flow_sync_pass_run (FlowSyncPass *self, FlowSyncEngineRun run, FlowSyncEngineDone done);
void flow_sync_pass_start_thread (gpointer work, GTaskThreadFunc run, GAsyncReadyCallback done);
void flow_sync_pass_count (FlowSyncPass *self, const FlowSyncApplied *applied, guint received);
gboolean flow_sync_pass_is_over (FlowSyncPass *self, const GError *error);
void flow_sync_pass_post (FlowSyncPass *self, const char *path, const char *content_type, GBytes *body,
                          gsize max_answer, FlowRemoteDone done);
gboolean flow_sync_pass_is_well (FlowSyncPass *self, const FlowRemoteAnswer *answer, const GError *error);
FlowSyncPlan *flow_sync_pass_get_plan (FlowSyncPass *self);

void flow_sync_pass_hello (FlowSyncPass *self);
gboolean flow_sync_pass_may_greet (FlowSyncPass *self);
void flow_sync_pass_send (FlowSyncPass *self);
void flow_sync_pass_fetch (FlowSyncPass *self);
void flow_sync_pass_take (FlowSyncPass *self);
void flow_sync_pass_read_snapshot (FlowSyncPass *self);
gboolean flow_sync_pass_write_snapshot (FlowSyncPass *self);
void flow_sync_pass_read_repair (FlowSyncPass *self);
gboolean flow_sync_pass_mend (FlowSyncPass *self);
void flow_sync_pass_tell_conflicts (FlowSyncPass *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowSyncPass, flow_sync_pass_unref)

G_END_DECLS
