/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "edit-test.h"

#include "base/flow-error.h"

/* A session in memory, as the database would have it. */
typedef struct
{
  FlowEditRecord *record;
  GPtrArray *entries;   /* of FlowEditEntry; places without holes */
  guint64 missing;      /* places before them: it was erased, and is kept again */
  GPtrArray *snapshots; /* of Snapshot */
  GPtrArray *conflicts; /* of FlowEditConflict */
} Kept;

typedef struct
{
  guint64 place;
  guint64 revision;
  FlowText *text;
} Snapshot;

struct _TestJournal
{
  FlowEditJournal journal;
  GHashTable *kept; /* of Kept, by number */
  GQueue waiting;   /* of FlowEditJob */
  gboolean fail;
};

static void
kept_free (gpointer data)
{
  Kept *self = data;

  flow_edit_record_free (self->record);
  g_ptr_array_unref (self->entries);
  g_ptr_array_unref (self->snapshots);
  g_ptr_array_unref (self->conflicts);
  g_free (self);
}

static void
snapshot_free (gpointer data)
{
  flow_text_unref (((Snapshot *) data)->text);
  g_free (data);
}

static int
compare_changed (gconstpointer a, gconstpointer b)
{
  const FlowEditRecord *x = *(FlowEditRecord *const *) a;
  const FlowEditRecord *y = *(FlowEditRecord *const *) b;

  return (x->changed_ns < y->changed_ns) - (x->changed_ns > y->changed_ns);
}

static GPtrArray *
memory_load (FlowEditJournal *journal, GError **error)
{
  GPtrArray *records = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_edit_record_free);
  GHashTableIter iter;
  gpointer kept;

  g_hash_table_iter_init (&iter, ((TestJournal *) journal)->kept);
  while (g_hash_table_iter_next (&iter, NULL, &kept))
    g_ptr_array_add (records, flow_edit_record_copy (((Kept *) kept)->record));
  g_ptr_array_sort (records, compare_changed);
  return records;
}

static Kept *
find (FlowEditJournal *journal, guint64 number, GError **error)
{
  Kept *kept = g_hash_table_lookup (((TestJournal *) journal)->kept, &number);

  if (kept == NULL)
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND, "no such session");
  return kept;
}

static FlowText *
text_at (Kept *kept, guint64 revision, guint64 *at)
{
  const Snapshot *snapshot = NULL;
  g_autoptr (FlowText) text = NULL;

  for (guint i = 0; i < kept->snapshots->len; i++)
    if (((Snapshot *) g_ptr_array_index (kept->snapshots, i))->revision <= revision)
      snapshot = g_ptr_array_index (kept->snapshots, i);
  if (snapshot == NULL)
    return NULL;
  text = flow_text_ref (snapshot->text);
  *at = snapshot->revision;
  for (guint i = (guint) (snapshot->place - kept->missing); i < kept->entries->len; i++)
    {
      const FlowEditEntry *entry = g_ptr_array_index (kept->entries, i);
      FlowText *after;

      if (entry->change->revision > revision)
        break;
      *at = entry->change->revision;
      if (entry->change->operation == NULL)
        continue;
      after = flow_text_operation_apply (entry->change->operation, text, NULL);
      g_assert_nonnull (after);
      flow_text_unref (text);
      text = after;
    }
  return g_steal_pointer (&text);
}

static FlowEditStored *
memory_read (FlowEditJournal *journal, guint64 number, GError **error)
{
  Kept *kept = find (journal, number, error);
  FlowEditStored *stored;

  if (kept == NULL)
    return NULL;
  stored = g_new0 (FlowEditStored, 1);
  stored->text = text_at (kept, G_MAXUINT64, &stored->revision);
  stored->places = kept->missing + kept->entries->len;
  stored->conflicts = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_edit_conflict_free);
  for (guint i = 0; i < kept->conflicts->len; i++)
    g_ptr_array_add (stored->conflicts, flow_edit_conflict_copy (g_ptr_array_index (kept->conflicts, i)));
  return stored;
}

static FlowText *
memory_read_text (FlowEditJournal *journal, guint64 number, guint64 revision, guint64 *at, GError **error)
{
  Kept *kept = find (journal, number, error);

  FlowText *text = kept != NULL ? text_at (kept, revision, at) : NULL;

  if (kept != NULL && text == NULL)
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND, "no such revision");
  return text;
}

static GPtrArray *
memory_read_changes (FlowEditJournal *journal, guint64 number, guint64 after, GError **error)
{
  guint64 at = 0;
  g_autoptr (FlowText) text = memory_read_text (journal, number, after, &at, error);
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_edit_change_free);
  Kept *kept = find (journal, number, NULL);

  if (text == NULL)
    return NULL;
  if (at != after)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND, "no such revision");
      return NULL;
    }
  for (guint i = 0; i < kept->entries->len; i++)
    {
      const FlowEditChange *change = ((FlowEditEntry *) g_ptr_array_index (kept->entries, i))->change;

      if (change->revision > after && change->operation != NULL)
        g_ptr_array_add (changes, flow_edit_change_new (change->revision, change->operation, change->client,
                                                        change->op_id, change->by));
    }
  return g_steal_pointer (&changes);
}

static guint64
memory_read_back (FlowEditJournal *journal, guint64 number, guint entries, GError **error)
{
  Kept *kept = find (journal, number, error);

  if (kept == NULL)
    return 0;
  return kept->entries->len > entries
             ? ((FlowEditEntry *) g_ptr_array_index (kept->entries, kept->entries->len - 1 - entries))->change->revision
             : 1;
}

static void
memory_push (FlowEditJournal *journal, FlowEditJob *job)
{
  g_queue_push_tail (&((TestJournal *) journal)->waiting, job);
}

static Kept *
get_kept (TestJournal *self, FlowEditJob *job)
{
  Kept *kept = g_hash_table_lookup (self->kept, &job->number);

  if (kept != NULL || !job->is_new)
    return kept;
  kept = g_new0 (Kept, 1);
  kept->record = flow_edit_record_copy (job->record);
  kept->missing = job->record->places - job->entries->len;
  kept->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_edit_entry_free);
  kept->snapshots = g_ptr_array_new_with_free_func (snapshot_free);
  kept->conflicts = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_edit_conflict_free);
  g_hash_table_insert (self->kept, g_memdup2 (&job->number, sizeof job->number), kept);
  return kept;
}

static void
write_job (TestJournal *self, FlowEditJob *job)
{
  Kept *kept = get_kept (self, job);

  /* Of what was erased there is nothing to change. */
  if (kept == NULL)
    return;
  flow_edit_record_free (kept->record);
  kept->record = flow_edit_record_copy (job->record);
  for (guint i = 0; i < job->entries->len; i++)
    {
      const FlowEditEntry *entry = g_ptr_array_index (job->entries, i);
      FlowEditChange *change = flow_edit_change_new (entry->change->revision, entry->change->operation,
                                                     entry->change->client, entry->change->op_id, entry->change->by);

      g_assert_cmpuint (entry->place, ==, kept->missing + kept->entries->len + 1);
      g_ptr_array_add (kept->entries, flow_edit_entry_new (entry->what, entry->side, change, entry->time_ns));
    }
  if (job->snapshot != NULL)
    {
      Snapshot *snapshot = g_new (Snapshot, 1);

      *snapshot = (Snapshot) { job->record->places, job->record->revision, flow_text_ref (job->snapshot) };
      g_assert_cmpuint (job->record->places, ==, kept->missing + kept->entries->len);
      g_ptr_array_add (kept->snapshots, snapshot);
    }
  if (job->conflicts == NULL)
    return;
  g_ptr_array_set_size (kept->conflicts, 0);
  for (guint i = 0; i < job->conflicts->len; i++)
    g_ptr_array_add (kept->conflicts, flow_edit_conflict_copy (g_ptr_array_index (job->conflicts, i)));
}

static gboolean
is_pruned (gpointer key, gpointer value, gpointer data)
{
  const FlowEditRecord *record = ((Kept *) value)->record;
  FlowEditJob *job = data;

  for (guint i = 0; i < job->limits.open->len; i++)
    if (g_array_index (job->limits.open, FlowEditOpen, i).number == record->number)
      return FALSE;
  if (record->changed_ns >= job->limits.changed_before_ns &&
      (record->forgotten_ns == 0 || record->forgotten_ns >= job->limits.forgotten_before_ns))
    return FALSE;
  g_array_append_val (job->removed, record->number);
  return TRUE;
}

/* Do the next job. Returns: whether there was one. */
gboolean
test_journal_commit (TestJournal *self)
{
  FlowEditJob *job = g_queue_pop_head (&self->waiting);

  if (job == NULL)
    return FALSE;
  if (self->fail)
    g_set_error_literal (&job->error, FLOW_ERROR, FLOW_ERROR_DISK_FULL, "the disk is full");
  else if (job->action == FLOW_EDIT_WRITE)
    write_job (self, job);
  else
    {
      job->removed = g_array_new (FALSE, FALSE, sizeof (guint64));
      g_hash_table_foreach_remove (self->kept, is_pruned, job);
    }
  job->done (job);
  return TRUE;
}

void
test_journal_commit_all (TestJournal *self)
{
  while (test_journal_commit (self))
    continue;
}

void
test_journal_fail (TestJournal *self, gboolean fail)
{
  self->fail = fail;
}

/* The power goes off: what was not committed never was. */
void
test_journal_crash (TestJournal *self)
{
  FlowEditJob *job;

  while ((job = g_queue_pop_head (&self->waiting)) != NULL)
    flow_edit_job_free (job);
}

guint
test_journal_get_waiting (TestJournal *self)
{
  return self->waiting.length;
}

/* Returns: how many sessions are kept. */
guint
test_journal_count (TestJournal *self)
{
  return g_hash_table_size (self->kept);
}

TestJournal *
test_journal_new (void)
{
  TestJournal *self = g_new0 (TestJournal, 1);

  self->journal = (FlowEditJournal) { memory_load,         memory_read,      memory_read_text,
                                      memory_read_changes, memory_read_back, memory_push };
  self->kept = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, kept_free);
  return self;
}

void
test_journal_free (TestJournal *self)
{
  test_journal_crash (self);
  g_hash_table_unref (self->kept);
  g_free (self);
}

FlowEditJournal *
test_journal_get (TestJournal *self)
{
  return &self->journal;
}
