/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit-file"

#include "edit/flow-edit-file.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#include "edit/flow-edit-file-private.h"

static const FlowEditFileTimes default_times = {
  .busy_ms = 5000,
  .missing_ms = 2000,
  .retry_ms = 1000,
  .hold_ms = 5000,
};

/* Why an editor could not be opened; what this file itself has said comes back here too. */
static void
hear_state (FlowEditFile *self, const FlowEditPush *push)
{
  g_autoptr (GError) error = NULL;

  if (self->eager || (push->state != FLOW_EDIT_STATE_EDITOR_FAILED && push->state != FLOW_EDIT_STATE_EDITOR_CLOSED) ||
      self->complaint != NULL)
    return;
  if (push->state == FLOW_EDIT_STATE_EDITOR_FAILED)
    g_set_error_literal (&error, FLOW_ERROR, FLOW_ERROR_EDITOR_FAILED,
                         push->message != NULL ? push->message : "the editor could not be opened");
  self->funcs->editor_gone (self, error, self->data);
}

static void
hear_saved (FlowEditFile *self, const FlowEditPush *push)
{
  if (push->own)
    self->funcs->saved (self, push->revision, self->data);
  if (push->own || self->eager)
    return;
  /* The text itself may come a moment later. */
  self->wanted_revision = push->revision;
  if (self->latest != NULL)
    flow_edit_file_want (self, self->latest, self->latest_revision);
}

static void
push_cb (FlowEditEndpoint *endpoint, const FlowEditPush *push, gpointer data)
{
  FlowEditFile *self = data;

  switch (push->kind)
    {
    case FLOW_EDIT_PUSH_TEXT:
      self->repeat_us = 0;
      flow_edit_file_want (self, push->text, push->revision);
      break;
    case FLOW_EDIT_PUSH_SAVED:
      hear_saved (self, push);
      break;
    case FLOW_EDIT_PUSH_STATE:
      hear_state (self, push);
      return;
    case FLOW_EDIT_PUSH_CLOSED:
      self->closing_reason = push->reason;
      return;
    default:
      return;
    }
  if (self->has_pending)
    flow_edit_file_wake (self, 0);
}

static void
detached_cb (FlowEditEndpoint *endpoint, gpointer data)
{
  FlowEditFile *self = data;

  flow_edit_file_wake (self, G_MAXINT64);
  self->funcs->let_go (self, self->closing_reason, self->data);
}

static const FlowEditEndpointFuncs endpoint_funcs = {
  .push = push_cb,
  .detached = detached_cb,
};

/**
 * flow_edit_file_new:
 * @setup: what it needs
 *
 * Make an endpoint for a file. Nothing is read or written so far.
 *
 * Returns: (transfer full): the file
 */
FlowEditFile *
flow_edit_file_new (const FlowEditFileSetup *setup)
{
  FlowEditFile *self = g_new0 (FlowEditFile, 1);

  self->refs = 1;
  self->folder_path = g_strdup (setup->path);
  self->name = g_strdup (setup->name);
  self->path = g_build_filename (setup->path, setup->name, NULL);
  self->place = (FlowEditDiskPlace) {
    .folder = setup->folder,
    .path = self->folder_path,
    .name = self->name,
    .durable = setup->side == FLOW_EDIT_FILE,
    .no_exchange = setup->no_exchange,
  };
  self->watch = setup->watch;
  self->context = g_main_context_ref (setup->context);
  self->times = setup->times != NULL ? *setup->times : default_times;
  self->funcs = setup->funcs;
  self->data = setup->data;
  self->eager = setup->side == FLOW_EDIT_EDITOR;
  self->pads = setup->side == FLOW_EDIT_EDITOR;
  self->format = flow_text_format_new (NULL);
  self->held = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_edit_held_free);
  self->closing_reason = FLOW_EDIT_LEFT;
  self->endpoint = flow_edit_endpoint_new (setup->side, FLOW_EDIT_WHOLE, setup->client, setup->kind, setup->title,
                                           &endpoint_funcs, self);
  return self;
}

/**
 * flow_edit_file_ref:
 * @self: a file
 *
 * Returns: (transfer full): one more reference
 */
FlowEditFile *
flow_edit_file_ref (FlowEditFile *self)
{
  self->refs++;
  return self;
}

/**
 * flow_edit_file_unref:
 * @self: (transfer full): a file, which is not attached
 *
 * Drop a reference; the last one frees it. The file itself stays.
 */
void
flow_edit_file_unref (FlowEditFile *self)
{
  if (--self->refs > 0)
    return;
  flow_edit_file_wake (self, G_MAXINT64);
  g_ptr_array_unref (self->held);
  g_clear_pointer (&self->format, flow_text_format_free);
  g_clear_pointer (&self->seen, g_bytes_unref);
  g_clear_pointer (&self->latest, flow_text_unref);
  flow_edit_endpoint_unref (self->endpoint);
  g_main_context_unref (self->context);
  (void) close (self->place.folder);
  g_free (self->folder_path);
  g_free (self->name);
  g_free (self->path);
  g_free (self->complaint);
  g_free (self);
}

/**
 * flow_edit_file_get_path:
 * @self: a file
 *
 * Returns: (transfer none): its path, for an editor
 */
const char *
flow_edit_file_get_path (FlowEditFile *self)
{
  return self->path;
}

/**
 * flow_edit_file_get_bytes:
 * @self: a file
 *
 * Returns: (transfer none) (nullable): what is in the file, as far as is known
 */
GBytes *
flow_edit_file_get_bytes (FlowEditFile *self)
{
  return self->seen;
}

/**
 * flow_edit_file_get_endpoint:
 * @self: a file
 *
 * Returns: (transfer none): the endpoint, to be attached to a session before flow_edit_file_start()
 */
FlowEditEndpoint *
flow_edit_file_get_endpoint (FlowEditFile *self)
{
  return self->endpoint;
}

/**
 * flow_edit_file_get_session:
 * @self: a file
 *
 * Returns: (transfer none) (nullable): the session that has it
 */
FlowEditSession *
flow_edit_file_get_session (FlowEditFile *self)
{
  return flow_edit_endpoint_get_session (self->endpoint);
}

/**
 * flow_edit_file_has:
 * @self: a file
 * @text: a text
 *
 * Returns: whether the file has just that text, as far as is known
 */
gboolean
flow_edit_file_has (FlowEditFile *self, FlowText *text)
{
  g_autoptr (GBytes) bytes = flow_edit_file_to_bytes (self, text);

  return self->seen != NULL && g_bytes_equal (self->seen, bytes);
}

/**
 * flow_edit_file_read:
 * @self: a file
 * @file: (out caller-allocates): what is on the disk; flow_edit_disk_file_clear() it
 *
 * Read the file as it is, at once.
 */
void
flow_edit_file_read (FlowEditFile *self, FlowEditDiskFile *file)
{
  flow_edit_disk_read (&self->place, FALSE, file);
}

/**
 * flow_edit_file_make:
 * @self: a file
 * @text: what it is to have
 * @error: return location
 *
 * Make the file on the disk.
 *
 * Returns: %FALSE with %FLOW_ERROR_FOLDER_NOT_WRITABLE, %FLOW_ERROR_DISK_FULL or %FLOW_ERROR_EDITOR_FAILED
 */
gboolean
flow_edit_file_make (FlowEditFile *self, FlowText *text, GError **error)
{
  g_auto (FlowEditDiskFile) out = FLOW_EDIT_DISK_FILE_INIT;
  g_auto (FlowEditDiskFile) displaced = FLOW_EDIT_DISK_FILE_INIT;

  g_clear_pointer (&self->seen, g_bytes_unref);
  self->seen = flow_edit_file_to_bytes (self, text);
  flow_edit_disk_write (&self->place, self->seen, FLOW_EDIT_DISK_CREATE | FLOW_EDIT_DISK_BUSY_TOO, &out, &displaced);
  self->stamp = out.stamp;
  if (out.state == FLOW_EDIT_DISK_DONE)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&out.error));
  return FALSE;
}

/**
 * flow_edit_file_begin:
 * @self: a file
 * @file: the file as it was read
 * @error: return location
 *
 * Begin with what is in the file.
 *
 * Returns: (transfer full): its text, or %NULL with an error when it is none; a file that is not there has an empty one
 */
FlowText *
flow_edit_file_begin (FlowEditFile *self, FlowEditDiskFile *file, GError **error)
{
  if (file->state == FLOW_EDIT_DISK_MISSING)
    return flow_text_new_empty ();
  if (file->bytes == NULL)
    {
      if (file->error != NULL)
        g_propagate_error (error, g_steal_pointer (&file->error));
      else
        g_set_error (error, FLOW_ERROR, FLOW_ERROR_BUSY, _ ("%s is being written"), self->path);
      return NULL;
    }
  self->seen = g_bytes_ref (file->bytes);
  self->stamp = file->stamp;
  return flow_edit_file_to_text (self, file->bytes, error);
}

/**
 * flow_edit_file_start:
 * @self: a file that is attached
 * @revision: which text it has
 *
 * Begin to look at the file and to write it.
 */
void
flow_edit_file_start (FlowEditFile *self, guint64 revision)
{
  self->revision = revision;
  if (flow_edit_file_get_session (self) != NULL)
    flow_edit_session_opened (flow_edit_file_get_session (self), self->endpoint);
  flow_edit_file_look (self);
}

/**
 * flow_edit_file_set_eager:
 * @self: a file of the user's
 * @eager: whether an editor has the file itself
 *
 * Say who has the file. When an editor has it, each change goes into it, and what is written into it counts as saved.
 * Otherwise it gets the text when somebody saves it.
 */
void
flow_edit_file_set_eager (FlowEditFile *self, gboolean eager)
{
  self->eager = eager;
}

/**
 * flow_edit_file_was_saved:
 * @self: a file
 *
 * Returns: whether anybody else has written to it
 */
gboolean
flow_edit_file_was_saved (FlowEditFile *self)
{
  return self->saved;
}

/**
 * flow_edit_file_look:
 * @self: a file
 *
 * Look at the file: something may have happened to it.
 */
void
flow_edit_file_look (FlowEditFile *self)
{
  self->look = TRUE;
  flow_edit_file_wake (self, 0);
}

/**
 * flow_edit_file_followed:
 * @self: a file
 * @token: which of the files that were replaced
 *
 * Hear that somebody wrote to a file that was replaced.
 *
 * Returns: %FALSE when it was not this one's
 */
gboolean
flow_edit_file_followed (FlowEditFile *self, guint token)
{
  for (guint i = 0; i < self->held->len; i++)
    {
      FlowEditHeld *held = self->held->pdata[i];

      if (held->token != token)
        continue;
      held->due = TRUE;
      flow_edit_file_wake (self, 0);
      return TRUE;
    }
  return FALSE;
}

/**
 * flow_edit_file_close:
 * @self: a file
 * @reason: why
 *
 * Let go of the file once what was saved last has been seen and what waits is written. The owner then hears it.
 */
void
flow_edit_file_close (FlowEditFile *self, FlowEditReason reason)
{
  if (flow_edit_file_get_session (self) == NULL)
    return;
  self->closing = TRUE;
  self->closing_us = g_get_monotonic_time ();
  self->closing_reason = reason;
  for (guint i = 0; i < self->held->len; i++)
    ((FlowEditHeld *) self->held->pdata[i])->until_us = 0;
  flow_edit_file_look (self);
}

/**
 * flow_edit_file_remove:
 * @self: a file that was made for an editor
 *
 * Remove the file, if what is in it is known.
 *
 * Returns: %FALSE when something is in it that nobody has seen
 */
gboolean
flow_edit_file_remove (FlowEditFile *self)
{
  g_auto (FlowEditDiskFile) file = FLOW_EDIT_DISK_FILE_INIT;

  flow_edit_disk_read (&self->place, FALSE, &file);
  if (file.state == FLOW_EDIT_DISK_MISSING)
    return TRUE;
  if (file.state != FLOW_EDIT_DISK_DONE || self->seen == NULL || !g_bytes_equal (file.bytes, self->seen))
    return FALSE;
  return unlinkat (self->place.folder, self->name, 0) == 0;
}

/*
 * flow_edit_file_to_bytes:
 * @self: a file
 * @text: a text
 *
 * A file that was made for an editor ends its last line, as editors do and some insist on; a text of a page need not.
 *
 * Returns: (transfer full): how the file has it
 */
GBytes *
flow_edit_file_to_bytes (FlowEditFile *self, FlowText *text)
{
  g_autoptr (FlowText) padded = NULL;
  gsize size = flow_text_get_size (text);
  char *data;

  if (!self->pads)
    return flow_text_format_write (self->format, text);
  if (size == 0)
    return g_bytes_new_static ("", 0);
  data = g_malloc (size + 2);
  memcpy (data, flow_text_get_data (text), size);
  memcpy (data + size, "\n", 2);
  padded = flow_text_new_take (data, size + 1, NULL);
  return flow_text_format_write (self->format, padded);
}

/**
 * flow_edit_file_to_text:
 * @self: a file
 * @bytes: what is in it
 * @error: return location
 *
 * Returns: (transfer full): its text, or %NULL with an error
 */
FlowText *
flow_edit_file_to_text (FlowEditFile *self, GBytes *bytes, GError **error)
{
  g_autoptr (FlowText) padded = NULL;
  g_autofree char *copy = NULL;
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  if (!self->pads)
    return flow_text_format_read (self->format, data, size, error);
  if (size == 0)
    return flow_text_new_empty ();
  if (data[size - 1] != '\n' && data[size - 1] != '\r')
    {
      copy = g_malloc (size + 1);
      memcpy (copy, data, size);
      copy[size++] = '\n';
      data = copy;
    }
  padded = flow_text_format_read (self->format, data, size, error);
  if (padded == NULL)
    return NULL;
  return flow_text_new (flow_text_get_data (padded), (gssize) flow_text_get_size (padded) - 1, error);
}
