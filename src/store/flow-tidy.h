/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/**
 * FlowTidy:
 * @db: the writing connection
 * @reserve_path: the reserve file
 * @idle_us: how long nothing must be committed before it begins
 * @due_us: monotonic time of the next step, %G_MAXINT64 when all is tidy
 * @wal_frames: pages in the WAL after the last commit
 * @checkpoint_at: pages in the WAL that start a checkpoint
 * @working: whether its own commits are going on
 * @vacuum_failed: whether vacuuming failed this time
 * @scrub_wanted: whether what was erased must still be overwritten
 * @blocked_by_reader: whether it was a reader that kept the last checkpoint from finishing
 * @told: whether a reader that blocks was logged
 * @reserve_ready: whether the reserve file is in place
 * @checkpoints: checkpoints that moved the whole WAL
 * @blocked: checkpoints that a reader kept from it
 * @rounds: times that everything was done
 *
 * The housekeeping of the file: it keeps the WAL short while much is written, and when nothing is, gives free pages
 * back to the disk and empties the WAL. Belongs to the writer thread.
 */
typedef struct
{
  sqlite3 *db;
  char *reserve_path;
  gint64 idle_us;
  gint64 due_us;
  int wal_frames;
  int checkpoint_at;
  gboolean working;
  gboolean vacuum_failed;
  gboolean scrub_wanted;
  gboolean blocked_by_reader;
  gboolean told;
  gboolean reserve_ready;
  guint64 checkpoints;
  guint64 blocked;
  guint64 rounds;
} FlowTidy;

void flow_tidy_start (FlowTidy *self, sqlite3 *db);
void flow_tidy_after_commit (FlowTidy *self);
void flow_tidy_step (FlowTidy *self);
gboolean flow_tidy_everything (FlowTidy *self, guint wait_ms, GError **error);

G_END_DECLS
