/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sim-table.h"
#include "sync/flow-sync.h"

G_BEGIN_DECLS

/** SIM_USED_TABLES: so many tables a run leaves something in. */
#define SIM_USED_TABLES 17

/**
 * SimReplica:
 * @clock: what it thinks what time it is
 * @now_ms: (not owned): what time it is
 * @skew_ms: by how much its clock is wrong
 * @db: its database
 * @tables: the tables in it
 * @engine: the engine
 * @random: where its random bytes come from
 * @machine: what tells it from other machines
 * @old: the program is of the version before
 * @backup: a copy of the database
 * @has_backup: whether there is one of this run
 * @begin: (nullable): begins a transaction; it and what follows is prepared once for all runs
 * @commit: (nullable): ends it
 * @clear: (nullable): forgets what a run left
 * @vectors: (element-type utf8 FlowSyncVector): what it knew of each scope when somebody looked last
 *
 * A computer with a database. The database stays open from one run of the simulation to the next.
 */
typedef struct
{
  FlowClock clock;
  const gint64 *now_ms;
  gint64 skew_ms;
  sqlite3 *db;
  SimTables *tables;
  FlowSync *engine;
  SimRandom *random;
  char machine[16];
  gboolean old;
  sqlite3 *backup;
  gboolean has_backup;
  sqlite3_stmt *begin;
  sqlite3_stmt *commit;
  sqlite3_stmt *clear[SIM_USED_TABLES];
  GHashTable *vectors;
} SimReplica;

SimReplica *sim_replica_new (void);
void sim_replica_free (SimReplica *self);
void sim_replica_reset (SimReplica *self, const char *machine, gboolean old, const gint64 *now_ms, SimRandom *random);
void sim_replica_restart (SimReplica *self);
void sim_replica_save (SimReplica *self);
void sim_replica_load (SimReplica *self, SimReplica *from);
void sim_replica_begin (SimReplica *self);
gboolean sim_replica_end (SimReplica *self, gboolean crash);
void sim_replica_turn_on (SimReplica *self);
void sim_replica_damage (SimReplica *self, gboolean loses, SimRandom *random);
GPtrArray *sim_replica_make_digests (SimReplica *self);
void sim_replica_dump_domain (SimReplica *self, gboolean old, GString *out);
void sim_replica_dump_cells (SimReplica *self, GString *out);
gint64 sim_replica_ask (SimReplica *self, const char *sql);

G_END_DECLS
