/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit-file"

#include <glib/gi18n-lib.h>

#include "edit/flow-edit-file-private.h"

/* How many files that were replaced are kept open at the same time. */
#define MAX_HELD 8
/* After what time the session has nothing to say to a text that was saved; it waits for 50 ms between two texts. */
#define REPEAT_MS 250

static gint64
us (guint ms)
{
  return (gint64) ms * 1000;
}

static void
complain (FlowEditFile *self, const GError *error)
{
  FlowEditSession *session = flow_edit_file_get_session (self);
  FlowError code = error->domain == FLOW_ERROR ? (FlowError) error->code : FLOW_ERROR_EDITOR_FAILED;

  if (g_strcmp0 (self->complaint, error->message) == 0 || session == NULL)
    return;
  g_free (self->complaint);
  self->complaint = g_strdup (error->message);
  flow_edit_session_hampered (session, self->endpoint, code, error->message);
  if (flow_edit_file_get_session (self) != NULL)
    self->funcs->complained (self, error, self->data);
}

static void
stop_complaining (FlowEditFile *self)
{
  if (self->complaint == NULL)
    return;
  g_clear_pointer (&self->complaint, g_free);
  if (flow_edit_file_get_session (self) != NULL)
    flow_edit_session_opened (flow_edit_file_get_session (self), self->endpoint);
}

static void
save_again (FlowEditFile *self)
{
  FlowEditSession *session = flow_edit_file_get_session (self);

  stop_complaining (self);
  self->saved = TRUE;
  if (session != NULL && self->eager)
    flow_edit_session_take_saved (session, self->endpoint, NULL);
}

/* Somebody saved this. What waits to be written is out of date by it: the session says what it makes of it. */
static void
take (FlowEditFile *self, GBytes *bytes)
{
  FlowEditSession *session = flow_edit_file_get_session (self);
  g_autoptr (FlowText) text = NULL;
  g_autoptr (GError) error = NULL;

  if (session == NULL)
    return;
  text = flow_edit_file_to_text (self, bytes, &error);
  self->has_pending = self->has_pending && text == NULL;
  if (text != NULL)
    stop_complaining (self);
  /* The session may take it for a late echo and say nothing, but what was written is gone by it. */
  self->repeat_us = g_get_monotonic_time () + us (REPEAT_MS);
  if (text == NULL || !flow_edit_session_take_text (session, self->endpoint, text, NULL, &error))
    {
      complain (self, error);
      return;
    }
  save_again (self);
}

/* What could not be done. Files that are away or busy are waited for. */
static void
wait_for (FlowEditFile *self, const FlowEditDiskFile *file)
{
  gint64 now = g_get_monotonic_time ();

  if (file->state == FLOW_EDIT_DISK_BUSY)
    {
      self->busy_us = self->busy_us != 0 ? self->busy_us : now;
      return;
    }
  self->busy_us = 0;
  if (file->state == FLOW_EDIT_DISK_MISSING)
    {
      self->missing_us = self->missing_us != 0 ? self->missing_us : now;
      return;
    }
  self->missing_us = 0;
  self->retry_us = now + us (self->times.retry_ms);
  complain (self, file->error);
}

static void
set_seen (FlowEditFile *self, GBytes *bytes, const FlowEditDiskStamp *stamp)
{
  g_bytes_ref (bytes);
  g_clear_pointer (&self->seen, g_bytes_unref);
  self->seen = bytes;
  self->stamp = *stamp;
}

static void
has_read (FlowEditFile *self, FlowEditDiskFile *file)
{
  gboolean same;

  if (file->state != FLOW_EDIT_DISK_DONE)
    {
      wait_for (self, file);
      return;
    }
  self->busy_us = 0;
  self->missing_us = 0;
  same = self->seen != NULL && g_bytes_equal (self->seen, file->bytes);
  if (same && flow_edit_disk_stamp_equal (&self->stamp, &file->stamp))
    {
      if (!self->has_pending)
        stop_complaining (self);
      return;
    }
  set_seen (self, file->bytes, &file->stamp);
  if (same)
    save_again (self);
  else
    take (self, file->bytes);
}

/* An editor that has the replaced file open does not know that it was. */
static void
hold (FlowEditFile *self, FlowEditDiskFile *file)
{
  g_autoptr (FlowEditHeld) held = NULL;

  if (file->file < 0 || file->stamp.inode == self->stamp.inode)
    return;
  held = g_new0 (FlowEditHeld, 1);
  held->file = *file;
  *file = (FlowEditDiskFile) FLOW_EDIT_DISK_FILE_INIT;
  held->until_us = g_get_monotonic_time () + us (self->times.hold_ms);
  held->token = flow_folder_watch_follow (self->watch, held->file.file, NULL);
  if (self->held->len == MAX_HELD)
    g_ptr_array_remove_index (self->held, 0);
  g_ptr_array_add (self->held, g_steal_pointer (&held));
}

static void
has_written (FlowEditFile *self, FlowEditFileJob *job)
{
  g_autoptr (GBytes) before = self->seen != NULL ? g_bytes_ref (self->seen) : NULL;
  g_autoptr (GBytes) unseen = NULL;

  if (job->displaced.bytes != NULL && (before == NULL || !g_bytes_equal (job->displaced.bytes, before)) &&
      !g_bytes_equal (job->displaced.bytes, job->bytes))
    unseen = g_bytes_ref (job->displaced.bytes);
  if (job->out.state == FLOW_EDIT_DISK_DONE)
    {
      set_seen (self, job->bytes, &job->out.stamp);
      self->busy_us = self->missing_us = self->retry_us = 0;
      self->revision = job->revision;
      self->has_pending = self->has_pending && self->latest != job->text;
      hold (self, &job->displaced);
      stop_complaining (self);
      self->funcs->written (self, job->revision, self->data);
    }
  else
    {
      wait_for (self, &job->out);
    }
  if (unseen != NULL)
    take (self, unseen);
  else if (!self->eager && job->out.state == FLOW_EDIT_DISK_DONE && flow_edit_file_get_session (self) != NULL)
    flow_edit_session_take_text (flow_edit_file_get_session (self), self->endpoint, job->text, NULL, NULL);
}

/* A replaced file after somebody wrote to it, or when its time is over. */
static void
has_read_held (FlowEditFile *self, FlowEditFileJob *job, gboolean other)
{
  gint64 now = g_get_monotonic_time ();
  FlowEditHeld *held = job->held;

  if (other && held->file.state == FLOW_EDIT_DISK_DONE)
    take (self, held->file.bytes);
  else if (held->file.state == FLOW_EDIT_DISK_FAILED)
    complain (self, held->file.error);
  if (held->file.state == FLOW_EDIT_DISK_BUSY)
    held->until_us = now + us (self->times.hold_ms);
  if (held->until_us > now)
    g_ptr_array_add (self->held, g_steal_pointer (&job->held));
  else if (held->token != 0)
    flow_folder_watch_unfollow (self->watch, held->token);
}

static void
done_cb (FlowEditFileJob *job)
{
  FlowEditFile *self = flow_edit_file_ref (job->owner);

  self->running = NULL;
  /* The owner is not interested any more, and may be gone. */
  if (flow_edit_file_get_session (self) == NULL)
    {
      flow_edit_file_unref (self);
      return;
    }
  switch (job->kind)
    {
    case FLOW_EDIT_FILE_READ:
      has_read (self, &job->out);
      break;
    case FLOW_EDIT_FILE_WRITE:
      has_written (self, job);
      break;
    case FLOW_EDIT_FILE_HELD:
      has_read_held (self, job,
                     job->bytes == NULL || job->held->file.bytes == NULL ||
                         !g_bytes_equal (job->bytes, job->held->file.bytes));
      break;
    }
  flow_edit_file_step (self);
  flow_edit_file_unref (self);
}

static FlowEditFileJob *
new_job (FlowEditFile *self, FlowEditFileJobKind kind)
{
  FlowEditFileJob *job = g_new0 (FlowEditFileJob, 1);

  job->kind = kind;
  job->owner = flow_edit_file_ref (self);
  job->out.file = -1;
  job->displaced.file = -1;
  return job;
}

static FlowEditFileJob *
make_held_job (FlowEditFile *self, gint64 now)
{
  for (guint i = 0; i < self->held->len; i++)
    {
      FlowEditHeld *held = self->held->pdata[i];
      FlowEditFileJob *job;

      if (!held->due && held->until_us > now)
        continue;
      held->due = FALSE;
      job = new_job (self, FLOW_EDIT_FILE_HELD);
      job->held = g_ptr_array_steal_index (self->held, i);
      job->bytes = held->file.bytes != NULL ? g_bytes_ref (held->file.bytes) : NULL;
      return job;
    }
  return NULL;
}

static gboolean
is_over (gint64 since, guint ms, gint64 now)
{
  return since != 0 && now >= since + us (ms);
}

static FlowEditFileJob *
make_write_job (FlowEditFile *self, gint64 now)
{
  gboolean patient = !is_over (self->busy_us, self->times.busy_ms, now);
  gboolean create = self->seen == NULL || is_over (self->missing_us, self->times.missing_ms, now);
  g_autoptr (GBytes) bytes = NULL;
  FlowEditFileJob *job;

  if (!self->has_pending || (self->busy_us != 0 && patient) || (self->missing_us != 0 && !create) ||
      self->retry_us > now)
    return NULL;
  bytes = flow_edit_file_to_bytes (self, self->latest);
  if (self->seen != NULL && self->missing_us == 0 && g_bytes_equal (bytes, self->seen))
    {
      self->has_pending = FALSE;
      self->revision = self->latest_revision;
      return NULL;
    }
  job = new_job (self, FLOW_EDIT_FILE_WRITE);
  job->flags = (patient ? 0 : FLOW_EDIT_DISK_BUSY_TOO) | (create ? FLOW_EDIT_DISK_CREATE : 0);
  job->text = flow_text_ref (self->latest);
  job->revision = self->latest_revision;
  job->bytes = g_steal_pointer (&bytes);
  self->funcs->writing (self, job->revision, job->bytes, self->data);
  return job;
}

/* The file has an older text than the one that the session counts on. One that it has not told must not get into the
 * file: it would not know what is based on that. */
static void
repeat (FlowEditFile *self, gint64 now)
{
  FlowEditSession *session = flow_edit_file_get_session (self);

  if (self->repeat_us == 0 || self->repeat_us > now)
    return;
  self->repeat_us = 0;
  if (self->eager && !self->has_pending && self->latest != NULL &&
      self->latest_revision == flow_edit_session_get_revision (session) && !flow_edit_file_has (self, self->latest))
    self->has_pending = TRUE;
}

static FlowEditFileJob *
make_job (FlowEditFile *self)
{
  gint64 now = g_get_monotonic_time ();
  gboolean waited = is_over (self->busy_us, self->times.busy_ms, now);
  FlowEditFileJob *job = make_held_job (self, now);

  repeat (self, now);
  if (job != NULL)
    return job;
  if (!self->look && !(waited && !self->has_pending))
    return make_write_job (self, now);
  self->look = FALSE;
  job = new_job (self, FLOW_EDIT_FILE_READ);
  job->busy_too = waited;
  return job;
}

static gboolean
wake_cb (gpointer data)
{
  FlowEditFile *self = data;

  g_clear_pointer (&self->wake, g_source_unref);
  flow_edit_file_step (self);
  return G_SOURCE_REMOVE;
}

static gint64
next_due (FlowEditFile *self)
{
  gint64 due = G_MAXINT64;

  for (guint i = 0; i < self->held->len; i++)
    due = MIN (due, ((FlowEditHeld *) self->held->pdata[i])->until_us);
  if (self->busy_us != 0)
    due = MIN (due, self->busy_us + us (self->times.busy_ms));
  if (self->missing_us != 0 && self->has_pending)
    due = MIN (due, self->missing_us + us (self->times.missing_ms));
  if (self->retry_us != 0 && self->has_pending)
    due = MIN (due, self->retry_us);
  if (self->repeat_us != 0)
    due = MIN (due, self->repeat_us);
  if (self->closing)
    due = MIN (due, self->closing_us + us (self->times.retry_ms));
  return due;
}

/*
 * flow_edit_file_wake:
 * @self: a file
 * @due_us: when, monotonic
 *
 * Go on at a time, and not from within the call that is under way.
 */
void
flow_edit_file_wake (FlowEditFile *self, gint64 due_us)
{
  if (self->wake != NULL)
    g_source_destroy (self->wake);
  g_clear_pointer (&self->wake, g_source_unref);
  if (due_us == G_MAXINT64)
    return;
  self->wake = g_timeout_source_new (0);
  g_source_set_ready_time (self->wake, due_us);
  g_source_set_name (self->wake, "flow-edit-file");
  g_source_set_callback (self->wake, wake_cb, self, NULL);
  g_source_attach (self->wake, self->context);
}

/* A text that was saved is pushed a moment later. */
static gint64
patience_ends (FlowEditFile *self)
{
  return self->wanted_revision > self->revision ? self->closing_us + us (self->times.retry_ms) : 0;
}

/* Nothing is under way, and nothing more will come of waiting. */
static gboolean
is_settled (FlowEditFile *self)
{
  return self->running == NULL && !self->look && self->busy_us == 0 && (!self->has_pending || self->retry_us != 0) &&
         g_get_monotonic_time () >= patience_ends (self);
}

/*
 * flow_edit_file_step:
 * @self: a file
 *
 * Do the next thing that is to be done, if there is one.
 */
void
flow_edit_file_step (FlowEditFile *self)
{
  FlowEditFileJob *job;

  if (self->running != NULL || flow_edit_file_get_session (self) == NULL)
    return;
  job = make_job (self);
  if (job != NULL)
    {
      self->running = job;
      flow_edit_file_job_run (job, done_cb);
    }
  else if (self->closing && is_settled (self))
    {
      flow_edit_session_detach (flow_edit_file_get_session (self), self->endpoint, self->closing_reason);
    }
  else
    {
      flow_edit_file_wake (self, next_due (self));
    }
}

/*
 * flow_edit_file_want:
 * @self: a file
 * @text: what it is to have
 * @revision: which that is
 */
void
flow_edit_file_want (FlowEditFile *self, FlowText *text, guint64 revision)
{
  flow_text_ref (text);
  g_clear_pointer (&self->latest, flow_text_unref);
  self->latest = text;
  self->latest_revision = revision;
  self->has_pending = self->eager || (self->wanted_revision > self->revision && revision >= self->wanted_revision);
}
