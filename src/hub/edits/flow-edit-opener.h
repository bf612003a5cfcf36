/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "edit/flow-edit-files.h"
#include "hub/edits/flow-hub-edits.h"

G_BEGIN_DECLS

/**
 * FlowEditOpener:
 *
 * Finds an editor for a text: the one that the user chose for it, for its site or for its type; else the connected one
 * whose window had the focus last; else the command of the settings. Belongs to the hub thread.
 */
typedef struct _FlowEditOpener FlowEditOpener;

/**
 * FlowEditOpenerFuncs:
 * @lend: a session would get an editor that draws in a terminal, or, without @command, none: give it to somebody who
 *   has a terminal. %FALSE when nobody has
 * @failed: no editor could be opened for a session
 *
 * What an opener asks and tells.
 */
typedef struct
{
  gboolean (*lend) (FlowEditSession *session, const char *command, gpointer data);
  void (*failed) (FlowEditSession *session, FlowError code, const char *message, gpointer data);
} FlowEditOpenerFuncs;

FlowEditOpener *flow_edit_opener_new (const FlowHubEditsSetup *setup, FlowEdits *edits, FlowEditChannels *channels,
                                      FlowSettingsSnapshot *settings);
void flow_edit_opener_free (FlowEditOpener *self);
void flow_edit_opener_set_funcs (FlowEditOpener *self, const FlowEditOpenerFuncs *funcs, gpointer data);
void flow_edit_opener_start (FlowEditOpener *self);
FlowEditFiles *flow_edit_opener_get_files (FlowEditOpener *self);
void flow_edit_opener_set_settings (FlowEditOpener *self, FlowSettingsSnapshot *settings);
void flow_edit_opener_add_editor (FlowEditOpener *self, const FlowHubEditor *editor, gpointer data);
void flow_edit_opener_open (FlowEditOpener *self, FlowEditSession *session);
void flow_edit_opener_show (FlowEditOpener *self, FlowEditSession *session, FlowEditEndpoint *editor);
void flow_edit_opener_declined (FlowEditOpener *self, FlowEditSession *session, const char *channel, FlowError code,
                                const char *message);
void flow_edit_opener_write (FlowEditOpener *self, FlowJsonWriter *writer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowEditOpener, flow_edit_opener_free)

G_END_DECLS
