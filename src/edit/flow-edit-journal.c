/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit"

#include "edit/flow-edit-journal.h"

#include <string.h>

/* What a job counts for in a queue besides its texts. */
#define JOB_BYTES 512

/** flow_edit_record_copy: Returns: (transfer full): a copy, for another thread. */
FlowEditRecord *
flow_edit_record_copy (const FlowEditRecord *self)
{
  FlowEditRecord *copy = g_memdup2 (self, sizeof *self);

  copy->id = g_strdup (self->id);
  copy->identity = g_strdup (self->identity);
  copy->title = g_strdup (self->title);
  copy->url = g_strdup (self->url);
  copy->site = g_strdup (self->site);
  copy->type = g_strdup (self->type);
  copy->choice = g_strdup (self->choice);
  copy->reason = g_strdup (self->reason);
  return copy;
}

/** flow_edit_record_free: free it. */
void
flow_edit_record_free (FlowEditRecord *self)
{
  g_free (self->id);
  g_free (self->identity);
  g_free (self->title);
  g_free (self->url);
  g_free (self->site);
  g_free (self->type);
  g_free (self->choice);
  g_free (self->reason);
  g_free (self);
}

/** flow_edit_what_name: Returns: the name of what happened, as JSON and the journal have it. */
const char *
flow_edit_what_name (FlowEditWhat what)
{
  static const char *const names[] = { "open",    "change",  "save",  "undo",    "redo",
                                       "resolve", "recover", "close", "conflict" };

  return names[what];
}

/**
 * flow_edit_entry_new:
 * @what: what happened
 * @side: a literal: whose it is
 * @change: (transfer full): what it changed
 * @time_ns: when, ns since 1970
 *
 * Returns: (transfer full): an entry that has no place so far
 */
FlowEditEntry *
flow_edit_entry_new (FlowEditWhat what, const char *side, FlowEditChange *change, gint64 time_ns)
{
  FlowEditEntry *self = g_new (FlowEditEntry, 1);

  *self = (FlowEditEntry) { .time_ns = time_ns, .side = side, .what = what, .change = change };
  return self;
}

/** flow_edit_entry_free: free it. */
void
flow_edit_entry_free (FlowEditEntry *self)
{
  flow_edit_change_free (self->change);
  g_free (self);
}

/** flow_edit_conflict_copy: Returns: (transfer full): a copy, for another thread. */
FlowEditConflict *
flow_edit_conflict_copy (const FlowEditConflict *self)
{
  FlowEditConflict *copy = g_new (FlowEditConflict, 1);

  *copy = (FlowEditConflict) {
    .start = self->start,
    .length = self->length,
    .base = g_strdup (self->base),
    .mine = g_strdup (self->mine),
    .theirs = g_strdup (self->theirs),
    .mine_by = g_strdup (self->mine_by),
    .theirs_by = g_strdup (self->theirs_by),
  };
  return copy;
}

/** flow_edit_conflict_free: free it. */
void
flow_edit_conflict_free (FlowEditConflict *self)
{
  g_free (self->base);
  g_free (self->mine);
  g_free (self->theirs);
  g_free (self->mine_by);
  g_free (self->theirs_by);
  g_free (self);
}

/** flow_edit_job_new: Returns: (transfer full): a job, to be filled in. */
FlowEditJob *
flow_edit_job_new (FlowEditJobAction action)
{
  FlowEditJob *self = g_new0 (FlowEditJob, 1);

  self->action = action;
  self->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_edit_entry_free);
  return self;
}

/** flow_edit_job_free: free it. */
void
flow_edit_job_free (FlowEditJob *self)
{
  g_clear_pointer (&self->record, flow_edit_record_free);
  g_ptr_array_unref (self->entries);
  g_clear_pointer (&self->snapshot, flow_text_unref);
  g_clear_pointer (&self->conflicts, g_ptr_array_unref);
  g_clear_pointer (&self->limits.open, g_array_unref);
  g_clear_pointer (&self->removed, g_array_unref);
  g_clear_pointer (&self->cuts, g_array_unref);
  g_clear_error (&self->error);
  g_free (self);
}

/**
 * flow_edit_job_get_bytes:
 * @self: a job
 *
 * Returns: how much memory it takes, about, and how much the journal grows by it
 */
gsize
flow_edit_job_get_bytes (FlowEditJob *self)
{
  gsize bytes = JOB_BYTES + (self->snapshot != NULL ? flow_text_get_size (self->snapshot) : 0);

  for (guint i = 0; i < self->entries->len; i++)
    {
      const FlowEditEntry *entry = g_ptr_array_index (self->entries, i);

      bytes += FLOW_EDIT_ENTRY_BYTES;
      if (entry->change->operation != NULL)
        bytes += flow_text_operation_get_memory (entry->change->operation);
    }
  return bytes;
}

/** flow_edit_stored_free: free it. */
void
flow_edit_stored_free (FlowEditStored *self)
{
  g_clear_pointer (&self->text, flow_text_unref);
  g_clear_pointer (&self->conflicts, g_ptr_array_unref);
  g_free (self);
}

/**
 * flow_edit_journal_load:
 * @self: a journal
 * @error: return location
 *
 * Read all records.
 *
 * Returns: (transfer full) (element-type FlowEditRecord): those that were changed last come first; %NULL with @error
 */
GPtrArray *
flow_edit_journal_load (FlowEditJournal *self, GError **error)
{
  return self->load (self, error);
}

/**
 * flow_edit_journal_read:
 * @self: a journal
 * @number: of a session
 * @error: return location
 *
 * Read what a session is.
 *
 * Returns: (transfer full): the session; %NULL with %FLOW_ERROR_NOT_FOUND or what the store says
 */
FlowEditStored *
flow_edit_journal_read (FlowEditJournal *self, guint64 number, GError **error)
{
  return self->read (self, number, error);
}

/**
 * flow_edit_journal_read_text:
 * @self: a journal
 * @number: of a session
 * @revision: any
 * @at: (out): the newest revision that the session had which is not after it
 * @error: return location
 *
 * Read a text as it was.
 *
 * Returns: (transfer full): the text; %NULL with %FLOW_ERROR_NOT_FOUND or what the store says
 */
FlowText *
flow_edit_journal_read_text (FlowEditJournal *self, guint64 number, guint64 revision, guint64 *at, GError **error)
{
  return self->read_text (self, number, revision, at, error);
}

/**
 * flow_edit_journal_read_changes:
 * @self: a journal
 * @number: of a session
 * @after: a revision that the session had
 * @error: return location
 *
 * Read what was changed since.
 *
 * Returns: (transfer full) (element-type FlowEditChange): the oldest first; %NULL with %FLOW_ERROR_NOT_FOUND, when it
 *   is not known that there was such a revision or what came after it, or what the store says
 */
GPtrArray *
flow_edit_journal_read_changes (FlowEditJournal *self, guint64 number, guint64 after, GError **error)
{
  return self->read_changes (self, number, after, error);
}

/**
 * flow_edit_journal_read_back:
 * @self: a journal
 * @number: of a session
 * @entries: how many
 * @error: return location
 *
 * Find out which revision a session had before its newest entries.
 *
 * Returns: a revision, the first one if there are less entries; 0 with what the store says
 */
guint64
flow_edit_journal_read_back (FlowEditJournal *self, guint64 number, guint entries, GError **error)
{
  return self->read_back (self, number, entries, error);
}

/**
 * flow_edit_journal_push:
 * @self: a journal
 * @job: (transfer full): what to do
 *
 * Have something kept.
 */
void
flow_edit_journal_push (FlowEditJournal *self, FlowEditJob *job)
{
  self->push (self, job);
}
