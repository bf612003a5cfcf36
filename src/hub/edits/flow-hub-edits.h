/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-settings-snapshot.h"
#include "edit/flow-edit-journal-sqlite.h"
#include "edit/flow-edit-files.h"
#include "edit/flow-edits.h"
#include "hub/edits/flow-edit-channels.h"
#include "hub/flow-hub-news.h"
#include "message/flow-json-writer.h"
#include "router/flow-router.h"

G_BEGIN_DECLS

/**
 * FlowHubEditor:
 * @choice: what the user chooses it by: `foreign`, `atomic-chrome`
 * @name: what people call it
 * @is_connected: whether it is there
 * @open: attach an endpoint of it to a session that has no editor; fails with %FLOW_ERROR_EDITOR_NOT_FOUND when it is
 *   not there
 * @show: (nullable): an endpoint of it has the session, and the user wants to see it
 *
 * A kind of editor that a doorway brings. On the hub thread.
 */
typedef struct
{
  const char *choice;
  const char *name;
  gboolean (*is_connected) (gpointer data);
  gboolean (*open) (FlowEditSession *session, gpointer data, GError **error);
  void (*show) (FlowEditSession *session, FlowEditEndpoint *editor, gpointer data);
} FlowHubEditor;

/**
 * FlowHubEditsSetup:
 * @router: an open router
 * @journal: where texts are kept
 * @runtime_dir: where files for editors may be
 * @news: who is told
 *
 * What edits in the hub work with. Everything outlives them.
 */
typedef struct
{
  FlowRouter *router;
  FlowEditJournal *journal;
  const char *runtime_dir;
  FlowHubNews *news;
} FlowHubEditsSetup;

/**
 * FlowHubEdits:
 *
 * The texts that are edited, in the hub: it wakes them when something is due, finds an editor for those that need one,
 * and tells the owner what changes. Belongs to the hub thread.
 */
typedef struct _FlowHubEdits FlowHubEdits;

typedef struct _FlowEditUserFiles FlowEditUserFiles;

FlowHubEdits *flow_hub_edits_new (const FlowHubEditsSetup *setup, FlowSettingsSnapshot *settings, GError **error);
void flow_hub_edits_stop (FlowHubEdits *self);
void flow_hub_edits_free (FlowHubEdits *self);
void flow_hub_edits_set_settings (FlowHubEdits *self, FlowSettingsSnapshot *settings);
FlowEdits *flow_hub_edits_get_edits (FlowHubEdits *self);
FlowEditChannels *flow_hub_edits_get_channels (FlowHubEdits *self);
FlowEditUserFiles *flow_hub_edits_get_user_files (FlowHubEdits *self);
FlowEditFiles *flow_hub_edits_get_files (FlowHubEdits *self);
void flow_hub_edits_add_editor (FlowHubEdits *self, const FlowHubEditor *editor, gpointer data);
void flow_hub_edits_left (FlowHubEdits *self, FlowChannel *channel);
void flow_hub_edits_write_editors (FlowHubEdits *self, FlowJsonWriter *writer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowHubEdits, flow_hub_edits_free)

G_END_DECLS
