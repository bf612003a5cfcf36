/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sim-cloud.h"
#include "sim-event.h"
#include "sim-replica.h"

G_BEGIN_DECLS

/** SIM_NODES_MAX: devices of a run at most, with those that are copies of others. */
#define SIM_NODES_MAX 7

/**
 * SimNode:
 * @replica: (not owned): its computer
 * @gone: it was removed from the account
 * @linked: it has said hello since it was connected
 * @instance: which run of its program it is
 * @plans: (element-type FlowSyncPlan): what is to be done for each scope
 * @acknowledge: it has taken something in that it has not acknowledged
 * @deaf: nothing reaches it
 * @mute: nothing of it reaches the cloud
 * @restored: what it knew may be less than it was
 * @look: it is to look whether a digest is due
 *
 * A device and its connection.
 */
typedef struct
{
  SimReplica *replica;
  gboolean gone;
  gboolean linked;
  guint instance;
  GArray *plans;
  gboolean acknowledge;
  gboolean deaf;
  gboolean mute;
  gboolean restored;
  gboolean look;
} SimNode;

/**
 * SimMessage:
 * @node: to whom
 * @batch: (not owned): what
 *
 * Something that the cloud sent by itself and that has not arrived.
 */
typedef struct
{
  guint node;
  SimBatch *batch;
} SimMessage;

/**
 * SimFigures:
 * @made: operations that people made
 * @decided: conflicts that the rules decided
 * @asked: conflicts that asked a person
 * @batches: that the cloud accepted
 * @snapshots: that a device took in, as the cloud had no more what was in them
 * @repairs: that a device took in
 *
 * What happened in some runs.
 */
typedef struct
{
  guint64 made;
  guint64 decided;
  guint64 asked;
  guint64 batches;
  guint64 snapshots;
  guint64 repairs;
} SimFigures;

/**
 * SimWorld:
 * @script: (not owned): what happens
 * @random: for what happens besides
 * @now_ms: what time it is
 * @cloud: the cloud
 * @nodes: (array length=n): the devices
 * @messages: (element-type SimMessage): what is on its way
 * @perfect: nothing goes wrong any more
 * @mishaps: something happened that takes away what a device knew
 * @damaged: a disk lost or spoilt something
 * @tidied: something was forgotten that nobody needs any more
 * @values: counts edits, so that each is another one
 * @blobs: counts blobs
 * @failure: (nullable): what is wrong; the rest does not matter any more
 * @figures: what happened
 *
 * Devices, a cloud and what is between them.
 */
typedef struct
{
  const SimScript *script;
  SimRandom random;
  gint64 now_ms;
  SimCloud *cloud;
  SimNode nodes[SIM_NODES_MAX];
  guint n;
  GArray *messages;
  gboolean perfect;
  gboolean mishaps;
  gboolean damaged;
  gboolean tidied;
  guint values;
  guint blobs;
  char *failure;
  SimFigures figures;
} SimWorld;

SimWorld *sim_world_new (const SimScript *script, GPtrArray *pool);
void sim_world_free (SimWorld *self);
void sim_world_fail (SimWorld *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
gboolean sim_world_check (SimWorld *self, GError *error);
void sim_world_happen (SimWorld *self, const SimEvent *event);
void sim_world_damage (SimWorld *self, SimNode *node, gboolean loses, SimRandom *random);
void sim_world_settle (SimWorld *self);

/* sim-pass.c */
void sim_node_lose_link (SimWorld *world, SimNode *node);
void sim_node_pass (SimWorld *world, SimNode *node, guint steps, SimRandom *random);
void sim_node_take (SimWorld *world, SimNode *node, SimBatch *const *batches, guint n, SimRandom *random);
void sim_node_tidy (SimWorld *world, SimNode *node);
void sim_node_compact (SimWorld *world, SimNode *node);
FlowSyncOps *sim_batch_open (const SimBatch *batch);

/* sim-oracle.c */
void sim_world_check_history (SimWorld *self);

/* sim-check.c */
void sim_world_check_all (SimWorld *self, SimReplica *spare);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimWorld, sim_world_free)

G_END_DECLS
