/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sim-random.h"

G_BEGIN_DECLS

/**
 * SimEventKind:
 * @SIM_EDIT: somebody changes some records in one transaction
 * @SIM_DELETE: somebody deletes a record
 * @SIM_PASS: a device sends and fetches, as far as the network lets it
 * @SIM_PUSH: something that the cloud sent by itself arrives, in whatever order and now and then twice
 * @SIM_WAIT: time passes
 * @SIM_SKEW: a clock is set wrong, or right
 * @SIM_CUT: a device loses its network, one way or both ways, or gets it back
 * @SIM_CRASH: a program ends and begins again
 * @SIM_SAVE: a backup is made
 * @SIM_RESTORE: a backup is restored
 * @SIM_CLONE: a disk is copied into another machine, or unnoticed
 * @SIM_REMOVE: a device is removed from the account
 * @SIM_DECIDE: somebody decides a conflict
 * @SIM_UNDO: somebody takes back what was decided
 * @SIM_UPGRADE: a device gets the newer version
 * @SIM_RESOLUTION: somebody sets who decides conflicts
 * @SIM_DAMAGE: a disk loses or spoils some of what holds
 * @SIM_SNAPSHOT: a device writes a snapshot, and forgets what nobody needs any more
 *
 * What can happen in a simulation.
 */
typedef enum
{
  SIM_EDIT,
  SIM_DELETE,
  SIM_PASS,
  SIM_PUSH,
  SIM_WAIT,
  SIM_SKEW,
  SIM_CUT,
  SIM_CRASH,
  SIM_SAVE,
  SIM_RESTORE,
  SIM_CLONE,
  SIM_REMOVE,
  SIM_DECIDE,
  SIM_UNDO,
  SIM_UPGRADE,
  SIM_RESOLUTION,
  SIM_SNAPSHOT,
  SIM_DAMAGE,
  SIM_N_KINDS,
} SimEventKind;

/**
 * SimEvent:
 * @kind: what happens
 * @node: to whom, modulo how many there are
 * @seed: all else that is random about it
 *
 * One thing that happens; it means something whatever happened before it, so that any of them can be left out.
 */
typedef struct
{
  SimEventKind kind;
  guint node;
  guint64 seed;
} SimEvent;

/**
 * SimScript:
 * @seed: what it was made of
 * @n_nodes: how many devices begin
 * @noise: of 100 requests so many go wrong
 * @sealed: batches are sealed
 * @usual: what people do who are not out to break something: no mishaps, few deletions
 * @damage: disks lose or spoil something now and then
 * @events: (element-type SimEvent): what happens
 *
 * A whole run.
 */
typedef struct
{
  guint64 seed;
  guint n_nodes;
  guint noise;
  gboolean sealed;
  gboolean usual;
  gboolean damage;
  GArray *events;
} SimScript;

/**
 * SimRunFunc:
 * @script: a run
 *
 * Returns: whether it fails
 */
typedef gboolean (*SimRunFunc) (const SimScript *script);

SimScript *sim_script_new (guint64 seed);
void sim_script_free (SimScript *self);
void sim_script_shrink (SimScript *self, SimRunFunc fails);
void sim_script_print (const SimScript *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimScript, sim_script_free)

G_END_DECLS
