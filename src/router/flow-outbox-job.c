/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-outbox"

#include "router/flow-outbox-private.h"

/* After what time something is tried again that did not work. */
#define AGAIN_US (1 * G_USEC_PER_SEC)

/* A job of the outbox; whoever ends it begins with flow_outbox_finish_job(). */
FlowOutboxJob *
flow_outbox_new_job (FlowOutbox *self, FlowOutboxAction action, void (*done) (FlowOutboxJob *job))
{
  FlowOutboxJob *job = flow_outbox_job_new (action, flow_clock_wall_ns (self->clock));

  job->done = done;
  job->owner = self;
  return job;
}

void
flow_outbox_push_job (FlowOutbox *self, FlowOutboxJob *job)
{
  g_hash_table_add (self->jobs, job);
  flow_outbox_store_push (self->store, job);
}

/* The outbox that a job which has ended is of; %NULL when there is none any more. */
FlowOutbox *
flow_outbox_finish_job (FlowOutboxJob *job)
{
  FlowOutbox *self = job->owner;

  if (self != NULL)
    g_hash_table_remove (self->jobs, job);
  return self;
}

/* Tell the outbox' owner when it is needed. */
void
flow_outbox_wake_at (FlowOutbox *self, gint64 due_us)
{
  if (due_us >= self->due_us)
    return;
  self->due_us = due_us;
  self->funcs->due (due_us, self->data);
}

/* The store failed, or a channel took nothing: go on in a moment. */
void
flow_outbox_retry_soon (FlowOutbox *self)
{
  self->retry_us = flow_clock_monotonic_us (self->clock) + AGAIN_US;
  flow_outbox_wake_at (self, self->retry_us);
}

static void
insisted_cb (FlowOutboxJob *job)
{
  g_autoptr (FlowOutboxJob) owned = job;
  FlowOutbox *self = flow_outbox_finish_job (owned);

  if (self == NULL || owned->error == NULL)
    return;
  g_info ("outbox: %s; trying again", owned->error->message);
  g_clear_error (&owned->error);
  g_queue_push_tail (&self->failed, g_steal_pointer (&owned));
  flow_outbox_retry_soon (self);
}

/**
 * flow_outbox_insist:
 * @self: an outbox
 * @job: (transfer full): a job whose end nobody waits for
 *
 * Have a job done, again and again until it is. What the outbox has in memory is ahead of the store meanwhile; if the
 * hub dies before, the message is delivered again, with the number that its receiver knows.
 */
void
flow_outbox_insist (FlowOutbox *self, FlowOutboxJob *job)
{
  job->done = insisted_cb;
  flow_outbox_push_job (self, job);
}

/* Try again what did not work. */
void
flow_outbox_tick_jobs (FlowOutbox *self, gint64 now_us)
{
  guint n = self->failed.length;

  if (self->retry_us == 0 || self->retry_us > now_us)
    return;
  self->retry_us = 0;
  while (n-- > 0)
    flow_outbox_push_job (self, g_queue_pop_head (&self->failed));
  flow_outbox_pump_all (self);
}
