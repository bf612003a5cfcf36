/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "store/flow-store.h"

G_BEGIN_DECLS

/**
 * FlowJob:
 * @next: the job pushed after it
 * @bytes: what it counts for
 * @outside: runs after the group's transaction, not in it
 * @run: the work
 * @done: (nullable): hears how it ended
 * @data: for both
 * @destroy: (nullable): frees @data
 * @error: (nullable): how it failed
 *
 * One thing for the writer to do.
 */
typedef struct _FlowJob FlowJob;

struct _FlowJob
{
  FlowJob *next;
  gsize bytes;
  gboolean outside;
  FlowStoreFunc run;
  FlowStoreDoneFunc done;
  gpointer data;
  GDestroyNotify destroy;
  GError *error;
};

void flow_job_free (FlowJob *job);

/**
 * FlowJobQueue:
 *
 * What waits for the writer: any thread pushes, the writer takes everything at once. A job counts against the limits
 * until it is answered, so they bound the memory of the group at work too.
 */
typedef struct _FlowJobQueue FlowJobQueue;

FlowJobQueue *flow_job_queue_new (void);
void flow_job_queue_free (FlowJobQueue *self);
void flow_job_queue_set_limits (FlowJobQueue *self, guint max_jobs, gsize max_bytes);
gboolean flow_job_queue_push (FlowJobQueue *self, FlowJob *job, gboolean bounded, GError **error);
FlowJob *flow_job_queue_take_all (FlowJobQueue *self, gint64 until_us, gboolean *stopped);
void flow_job_queue_settle (FlowJobQueue *self, guint jobs, gsize bytes);
void flow_job_queue_start (FlowJobQueue *self);
void flow_job_queue_stop (FlowJobQueue *self);
void flow_job_queue_get_stats (FlowJobQueue *self, FlowStoreStats *stats);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowJobQueue, flow_job_queue_free)

G_END_DECLS
