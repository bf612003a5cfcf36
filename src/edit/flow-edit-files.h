/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "edit/flow-edit-file.h"
#include "edit/flow-edits.h"

G_BEGIN_DECLS

/**
 * FlowEditFiles:
 *
 * Texts in files, for editors that know nothing of us: a folder of our own with a file for each text that such an
 * editor has, and files of the user's that are edited themselves. It starts editors and hears when they end. Files
 * that are left from before are taken up again: what an editor saved in one meanwhile is taken, and when the editor
 * still runs it goes on. Belongs to the thread of its #FlowEdits.
 */
typedef struct _FlowEditFiles FlowEditFiles;

/**
 * FlowEditFilesReady:
 * @session: (nullable): the session that has the file, %NULL when it cannot be edited
 * @error: (nullable): why
 *
 * Hears of a file of the user's that was to be opened.
 */
typedef void (*FlowEditFilesReady) (FlowEditFiles *files, FlowEditSession *session, const GError *error, gpointer data);

/**
 * FlowEditFilesDone:
 * @error: (nullable): the editor could not be opened, or it ended with a failure
 *
 * Hears that the editor of a file has closed it, and that the file has all that was saved.
 */
typedef void (*FlowEditFilesDone) (FlowEditFiles *files, const GError *error, gpointer data);

FlowEditFiles *flow_edit_files_new (FlowEdits *edits, const char *runtime_dir, GMainContext *context);
void flow_edit_files_free (FlowEditFiles *self);
gboolean flow_edit_files_start (FlowEditFiles *self, GError **error);
void flow_edit_files_stop (FlowEditFiles *self);
void flow_edit_files_set_times (FlowEditFiles *self, const FlowEditFileTimes *times);
const char *flow_edit_files_get_folder (FlowEditFiles *self);

gboolean flow_edit_files_open (FlowEditFiles *self, FlowEditSession *session, const char *command, GError **error);
void flow_edit_files_open_user (FlowEditFiles *self, const char *path, const char *choice, FlowEditFilesReady ready,
                                gpointer data);
void flow_edit_files_join_user (FlowEditFiles *self, FlowEditSession *session, FlowEditFilesReady ready, gpointer data);
gboolean flow_edit_files_wait (FlowEditFiles *self, FlowEditSession *session, FlowEditFilesDone done, gpointer data);
gboolean flow_edit_files_lend (FlowEditFiles *self, FlowEditSession *session, const char *command, GPid pid,
                               GError **error);
void flow_edit_files_sweep (FlowEditFiles *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowEditFiles, flow_edit_files_free)

G_END_DECLS
