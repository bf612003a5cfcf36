/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

#include "cloud/flow-cloud-accounts.h"
#include "cloud/flow-cloud-records.h"

G_BEGIN_DECLS

/**
 * FlowCloudData:
 * @accounts: users, devices and sessions
 * @records: what devices exchange: batches, vectors, snapshots, conflicts, keys, messages, blobs
 *
 * What a job of the storage works with, in the transaction that it is in: `data->accounts->find_user (data, …)`.
 * Belongs to the thread that runs the job, during the job.
 */
struct _FlowCloudData
{
  const FlowCloudAccounts *accounts;
  const FlowCloudRecords *records;
};

/**
 * FlowCloudFunc:
 * @data: the storage, in a transaction
 * @user_data: what was pushed with it
 * @error: return location
 *
 * Does a job on one of the storage's threads, in a transaction.
 *
 * Returns: %FALSE with @error set when nothing of the job must be kept
 */
typedef gboolean (*FlowCloudFunc) (FlowCloudData *data, gpointer user_data, GError **error);

/**
 * FlowCloudDone:
 * @user_data: what was pushed with the job
 * @error: (nullable): why nothing of the job was kept; %NULL when it is durable
 *
 * Learns on a thread of the storage how a job ended. Must not block.
 */
typedef void (*FlowCloudDone) (gpointer user_data, const GError *error);

/**
 * FlowCloudJob:
 * @writes: whether the job writes; those that only read don't wait for those that write
 * @bytes: what it counts for in the bound of what may wait
 * @run: the work
 * @done: (nullable): hears how it ended
 * @data: for both
 *
 * One thing for the storage to do.
 */
typedef struct
{
  gboolean writes;
  gsize bytes;
  FlowCloudFunc run;
  FlowCloudDone done;
  gpointer data;
} FlowCloudJob;

/**
 * FlowCloudStorageStats:
 * @waiting: jobs pushed and not yet answered
 * @commits: transactions that wrote
 * @jobs: jobs of these
 * @failed: jobs that failed
 * @bytes: bytes of what is stored
 */
typedef struct
{
  guint64 waiting;
  guint64 commits;
  guint64 jobs;
  guint64 failed;
  guint64 bytes;
} FlowCloudStorageStats;

typedef struct _FlowCloudStorage FlowCloudStorage;

/**
 * FlowCloudStorageClass:
 * @open: open it, bring its schema up to date, start its threads
 * @push: queue a job from any thread without waiting; %FALSE with `FLOW_CLOUD_ERROR_BUSY` when too much waits
 * @forget: make sure that what was deleted is in no file any more; may take its time, and happens later
 * @get_stats: what it has done so far; any thread
 * @close: finish what waits, stop the threads
 * @free: free it
 *
 * Where the cloud keeps everything: the one seam between it and a database.
 */
typedef struct
{
  gboolean (*open) (FlowCloudStorage *self, GError **error);
  gboolean (*push) (FlowCloudStorage *self, const FlowCloudJob *job, GError **error);
  void (*forget) (FlowCloudStorage *self);
  void (*get_stats) (FlowCloudStorage *self, FlowCloudStorageStats *stats);
  void (*close) (FlowCloudStorage *self);
  void (*free) (FlowCloudStorage *self);
} FlowCloudStorageClass;

struct _FlowCloudStorage
{
  const FlowCloudStorageClass *klass;
};

gboolean flow_cloud_storage_run (FlowCloudStorage *self, gboolean writes, FlowCloudFunc run, gpointer data,
                                 GError **error);
void flow_cloud_storage_free (FlowCloudStorage *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowCloudStorage, flow_cloud_storage_free)

G_END_DECLS
