/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit"

#include "edit/flow-edit-private.h"

/*
 * What a session gives to the journal. One job at a time: what comes meanwhile is the next one, so a job that failed is
 * repeated before anything that builds on it.
 */

/* A whole text is kept when what was changed since the last one weighs as much as this, or as the text. */
#define SNAPSHOT_WEIGHT (64 * 1024)
#define ENTRY_WEIGHT 1024
/* After what time something is tried again that did not work, and how much waits as operations meanwhile. */
#define AGAIN_US (1 * G_USEC_PER_SEC)
#define MAX_WAITING (4 * 1024 * 1024)

void
flow_edit_session_add_entry (FlowEditSession *self, const FlowEditDoer *doer, guint64 revision,
                             FlowTextOperation *operation)
{
  FlowEditChange *change = flow_edit_change_new (revision, operation, doer->client, doer->op_id, doer->name);
  FlowEditEntry *entry = flow_edit_entry_new (doer->what, doer->side, change, flow_edits_now_ns (self->edits));
  gsize bytes = operation != NULL ? flow_text_operation_get_memory (operation) : 0;

  entry->place = ++self->record->places;
  if (self->entries->len == 0)
    self->entries_us = flow_edits_now_us (self->edits);
  g_ptr_array_add (self->entries, entry);
  self->entries_bytes += bytes;
  self->weight += bytes + ENTRY_WEIGHT;
}

/* The journal takes nothing for long: of what waits only that it happened is kept, and then the whole text. */
static void
give_up_steps (FlowEditSession *self)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      FlowEditEntry *entry = g_ptr_array_index (self->entries, i);

      g_clear_pointer (&entry->change->operation, flow_text_operation_unref);
    }
  self->entries_bytes = 0;
  self->snapshot_due = TRUE;
}

static gboolean
needs_snapshot (FlowEditSession *self)
{
  gsize size = flow_text_get_size (flow_text_server_get_text (self->server));

  return self->is_new || self->snapshot_due || self->weight >= MAX (SNAPSHOT_WEIGHT, size);
}

static GPtrArray *
copy_conflicts (FlowEditSession *self)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_edit_conflict_free);

  for (guint i = 0; i < self->conflicts->len; i++)
    g_ptr_array_add (copy, flow_edit_conflict_copy (g_ptr_array_index (self->conflicts, i)));
  return copy;
}

static void
take_back (FlowEditSession *self, FlowEditJob *job)
{
  GPtrArray *later = g_steal_pointer (&self->entries);

  self->entries = g_ptr_array_ref (job->entries);
  g_ptr_array_extend_and_steal (self->entries, later);
  self->entries_bytes = 0;
  for (guint i = 0; i < self->entries->len; i++)
    {
      const FlowEditEntry *entry = g_ptr_array_index (self->entries, i);

      if (entry->change->operation != NULL)
        self->entries_bytes += flow_text_operation_get_memory (entry->change->operation);
    }
  self->is_new |= job->is_new;
  self->snapshot_due |= job->snapshot != NULL;
  self->conflicts_moved |= job->conflicts != NULL;
  self->record_moved = TRUE;
  self->record->bytes -= MIN (self->record->bytes, flow_edit_job_get_bytes (job));
}

static void
kept_failed (FlowEditSession *self, FlowEditJob *job)
{
  g_info ("text %s: %s; trying again", self->short_id, job->error->message);
  take_back (self, job);
  self->not_kept = TRUE;
  self->code = job->error->domain == FLOW_ERROR ? (FlowError) job->error->code : FLOW_ERROR_FAILED;
  g_free (self->message);
  self->message = g_strdup (job->error->message);
  self->retry_us = flow_edits_now_us (self->edits) + AGAIN_US;
  flow_edits_wake_at (self->edits, self->retry_us);
}

static void
tell_saves (FlowEditSession *self, FlowEditJob *job)
{
  for (guint i = 0; i < job->entries->len; i++)
    {
      const FlowEditEntry *entry = g_ptr_array_index (job->entries, i);

      for (guint k = 0; entry->what == FLOW_EDIT_WHAT_SAVE && k < self->endpoints->len; k++)
        {
          FlowEditEndpoint *endpoint = g_ptr_array_index (self->endpoints, k);

          endpoint->saved = entry->change->revision;
          endpoint->saved_own = strcmp (endpoint->client, entry->change->client) == 0;
        }
    }
}

static void
written_cb (FlowEditJob *done)
{
  g_autoptr (FlowEditJob) job = done;
  FlowEditSession *self = job->owner;

  if (self == NULL)
    return;
  self->job = NULL;
  if (job->error != NULL)
    kept_failed (self, job);
  else
    {
      self->durable = job->record->revision;
      self->not_kept = FALSE;
      if (job->entries->len > 0)
        flow_latency_add (&self->edits->latency, (guint64) MAX (flow_edits_now_us (self->edits) - job->pushed_us, 0));
      tell_saves (self, job);
    }
  flow_edit_session_update_state (self);
  if (self->retry_us == 0)
    flow_edit_session_commit (self);
  flow_edit_session_flush (self);
  if (self->is_closed && self->job == NULL)
    flow_edits_wake_at (self->edits, flow_edits_now_us (self->edits));
}

static FlowEditJob *
make_job (FlowEditSession *self)
{
  FlowEditJob *job = flow_edit_job_new (FLOW_EDIT_WRITE);

  job->number = self->record->number;
  job->is_new = self->is_new;
  g_ptr_array_unref (job->entries);
  job->entries = g_steal_pointer (&self->entries);
  self->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_edit_entry_free);
  self->entries_bytes = 0;
  if (needs_snapshot (self))
    {
      job->snapshot = flow_text_ref (flow_text_server_get_text (self->server));
      self->weight = 0;
    }
  if (self->conflicts_moved)
    job->conflicts = copy_conflicts (self);
  self->record->bytes += flow_edit_job_get_bytes (job);
  flow_edits_grew (self->edits, flow_edit_job_get_bytes (job));
  job->record = flow_edit_record_copy (self->record);
  self->is_new = self->snapshot_due = self->conflicts_moved = self->record_moved = FALSE;
  return job;
}

/* Have kept what has not been. */
void
flow_edit_session_commit (FlowEditSession *self)
{
  if (self->job != NULL || self->retry_us != 0)
    {
      if (self->entries_bytes > MAX_WAITING)
        give_up_steps (self);
      return;
    }
  if (self->entries->len == 0 && !self->record_moved && !self->conflicts_moved)
    return;
  self->job = make_job (self);
  self->job->done = written_cb;
  self->job->owner = self;
  self->job->pushed_us = self->job->entries->len > 0 ? self->entries_us : flow_edits_now_us (self->edits);
  flow_edit_journal_push (self->edits->journal, self->job);
}

/* The same when there is no time to wait for a job: what comes after it begins with the whole text. */
void
flow_edit_session_commit_last (FlowEditSession *self)
{
  if (self->job != NULL)
    {
      self->job->owner = NULL;
      self->job = NULL;
      self->snapshot_due = TRUE;
    }
  self->retry_us = 0;
  flow_edit_session_commit (self);
}
