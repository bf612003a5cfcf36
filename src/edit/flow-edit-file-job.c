/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit-file"

#include "edit/flow-edit-file-private.h"

/* Files of the user's may be on a disk that is far away. */
static void
work (FlowEditFileJob *self)
{
  const FlowEditDiskPlace *place = &self->owner->place;

  switch (self->kind)
    {
    case FLOW_EDIT_FILE_READ:
      flow_edit_disk_read (place, self->busy_too, &self->out);
      break;
    case FLOW_EDIT_FILE_WRITE:
      flow_edit_disk_write (place, self->bytes, self->flags, &self->out, &self->displaced);
      break;
    case FLOW_EDIT_FILE_HELD:
      flow_edit_disk_read_again (&self->held->file, self->busy_too);
      break;
    }
}

static void
work_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  work (data);
  g_task_return_boolean (task, TRUE);
}

static void
worked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  void (*done) (FlowEditFileJob *) = data;
  FlowEditFileJob *job = g_task_get_task_data (G_TASK (result));

  done (job);
  /* The other thread may be the last to let go of the task, and the file belongs to this one. */
  g_clear_pointer (&job->owner, flow_edit_file_unref);
}

/*
 * flow_edit_file_job_run:
 * @self: (transfer full): a job
 * @done: gets it back when it is done; at once for a file in memory
 */
void
flow_edit_file_job_run (FlowEditFileJob *self, void (*done) (FlowEditFileJob *job))
{
  GTask *task;

  if (!self->owner->place.durable)
    {
      g_autoptr (FlowEditFileJob) own = self;

      work (own);
      done (own);
      return;
    }
  task = g_task_new (NULL, NULL, worked_cb, done);
  g_task_set_source_tag (task, flow_edit_file_job_run);
  g_task_set_name (task, "flow-edit-file");
  g_task_set_task_data (task, self, (GDestroyNotify) flow_edit_file_job_free);
  g_task_run_in_thread (task, work_thread);
  g_object_unref (task);
}

void
flow_edit_file_job_free (FlowEditFileJob *self)
{
  flow_edit_disk_file_clear (&self->out);
  flow_edit_disk_file_clear (&self->displaced);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_pointer (&self->text, flow_text_unref);
  g_clear_pointer (&self->held, flow_edit_held_free);
  g_clear_pointer (&self->owner, flow_edit_file_unref);
  g_free (self);
}

void
flow_edit_held_free (FlowEditHeld *self)
{
  flow_edit_disk_file_clear (&self->file);
  g_free (self);
}
