/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "edit/flow-edit-disk.h"
#include "edit/flow-edit-session.h"
#include "edit/flow-folder-watch.h"

G_BEGIN_DECLS

/**
 * FlowEditFile:
 *
 * A file as an endpoint of a session: what an editor saves in it goes to the other side, what the other side changes is
 * written into it. Editors save in place, by renaming another file over it, or by renaming it away and making it anew,
 * so it is known by its name in its folder, lives with the moments when it is not there, and is compared by what is in
 * it. A text is written by exchanging names: what comes out is the last that was saved, and when that was not seen
 * before it is taken like any save. It stays open for some seconds, for an editor that still writes to it.
 *
 * Belongs to the thread of its session.
 */
typedef struct _FlowEditFile FlowEditFile;

/**
 * FlowEditFileTimes:
 * @busy_ms: after what time a file is read although somebody has it open for writing
 * @missing_ms: how long a file may be away before it is made again for a text that waits
 * @retry_ms: after what time writing is tried again that failed
 * @hold_ms: how long a file that was replaced is held open
 *
 * How long to wait.
 */
typedef struct
{
  guint busy_ms;
  guint missing_ms;
  guint retry_ms;
  guint hold_ms;
} FlowEditFileTimes;

/**
 * FlowEditFileFuncs:
 * @writing: the file is about to get these bytes, the text of a revision
 * @written: the file has the text of a revision from then on
 * @saved: what was saved in the file is kept, as a revision
 * @complained: something is wrong with the file. The session goes on, and so does it when that is over
 * @editor_gone: no editor has the text; @error is set when it could not be opened
 * @let_go: the session has let go of the file, for a reason. The last call
 *
 * What the owner of a file hears.
 */
typedef struct
{
  void (*writing) (FlowEditFile *file, guint64 revision, GBytes *bytes, gpointer data);
  void (*written) (FlowEditFile *file, guint64 revision, gpointer data);
  void (*saved) (FlowEditFile *file, guint64 revision, gpointer data);
  void (*complained) (FlowEditFile *file, const GError *error, gpointer data);
  void (*editor_gone) (FlowEditFile *file, const GError *error, gpointer data);
  void (*let_go) (FlowEditFile *file, FlowEditReason reason, gpointer data);
} FlowEditFileFuncs;

/**
 * FlowEditFileSetup:
 * @side: %FLOW_EDIT_EDITOR for a file that is made for an editor, %FLOW_EDIT_FILE for one of the user's
 * @folder: (transfer full): the open folder
 * @path: the folder's path
 * @name: the file's name in it
 * @client: (nullable): id of the endpoint that stays, over a restart too
 * @kind: what its editor is, for people
 * @title: what people call that
 * @watch: watches the folder, lives longer, and tells flow_edit_file_look() and flow_edit_file_followed()
 * @context: where to wait
 * @times: (nullable): how long to wait
 * @no_exchange: do as where the file system cannot exchange two names
 * @funcs: what the owner hears
 * @data: for @funcs
 *
 * What a file needs.
 */
typedef struct
{
  FlowEditSide side;
  int folder;
  const char *path;
  const char *name;
  const char *client;
  const char *kind;
  const char *title;
  FlowFolderWatch *watch;
  GMainContext *context;
  const FlowEditFileTimes *times;
  gboolean no_exchange;
  const FlowEditFileFuncs *funcs;
  gpointer data;
} FlowEditFileSetup;

FlowEditFile *flow_edit_file_new (const FlowEditFileSetup *setup);
FlowEditFile *flow_edit_file_ref (FlowEditFile *self);
void flow_edit_file_unref (FlowEditFile *self);
const char *flow_edit_file_get_path (FlowEditFile *self);
GBytes *flow_edit_file_get_bytes (FlowEditFile *self);
FlowEditEndpoint *flow_edit_file_get_endpoint (FlowEditFile *self);
FlowEditSession *flow_edit_file_get_session (FlowEditFile *self);

gboolean flow_edit_file_has (FlowEditFile *self, FlowText *text);
FlowText *flow_edit_file_to_text (FlowEditFile *self, GBytes *bytes, GError **error);
void flow_edit_file_read (FlowEditFile *self, FlowEditDiskFile *file);
gboolean flow_edit_file_make (FlowEditFile *self, FlowText *text, GError **error);
FlowText *flow_edit_file_begin (FlowEditFile *self, FlowEditDiskFile *file, GError **error);
void flow_edit_file_start (FlowEditFile *self, guint64 revision);
void flow_edit_file_set_eager (FlowEditFile *self, gboolean eager);
gboolean flow_edit_file_was_saved (FlowEditFile *self);
void flow_edit_file_look (FlowEditFile *self);
gboolean flow_edit_file_followed (FlowEditFile *self, guint token);
void flow_edit_file_close (FlowEditFile *self, FlowEditReason reason);
gboolean flow_edit_file_remove (FlowEditFile *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowEditFile, flow_edit_file_unref)

G_END_DECLS
