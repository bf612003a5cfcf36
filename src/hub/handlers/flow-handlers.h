/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-call-queue.h"
#include "base/flow-settings-snapshot.h"
#include "hub/edits/flow-hub-edits.h"
#include "router/flow-router.h"
#include "trace/flow-trace-store.h"

G_BEGIN_DECLS

/**
 * FlowHandlersFuncs:
 * @focus: show a trace, and one of its spans (0: none), to the user; %FALSE when there is no app to show it in
 * @focus_edit: show a text that is edited; the same
 * @jump_failed: a file could not be shown in any editor, although somebody asked for it
 *
 * What the handlers have the hub tell its owner.
 */
typedef struct
{
  gboolean (*focus) (const guint8 trace_id[16], guint64 span_id, gpointer data);
  gboolean (*focus_edit) (const char *id, gpointer data);
  void (*jump_failed) (const char *file, guint line, const char *reason, gpointer data);
} FlowHandlersFuncs;

/**
 * FlowHandlersSetup:
 * @router: an open router
 * @calls: the hub thread's calls
 * @store: an open store
 * @traces: its traces
 * @edits: texts that are edited
 * @database: path of the database
 * @trusted_file: where the folders are remembered that the user said yes to
 * @funcs: what they have the hub do
 * @data: for @funcs
 *
 * What the handlers work with. Everything outlives them.
 */
typedef struct
{
  FlowRouter *router;
  FlowCallQueue *calls;
  FlowStore *store;
  FlowTraceStore *traces;
  FlowHubEdits *edits;
  const char *database;
  const char *trusted_file;
  FlowHandlersFuncs funcs;
  gpointer data;
} FlowHandlersSetup;

/**
 * FlowHandlers:
 *
 * What the hub itself does about messages: one file in this folder for each group of types. Belongs to the hub thread.
 */
typedef struct _FlowHandlers FlowHandlers;

FlowHandlers *flow_handlers_new (const FlowHandlersSetup *setup, FlowSettingsSnapshot *settings, GError **error);
void flow_handlers_free (FlowHandlers *self);
void flow_handlers_set_settings (FlowHandlers *self, FlowSettingsSnapshot *settings);
void flow_handlers_joined (FlowHandlers *self, FlowChannel *channel);
void flow_handlers_left (FlowHandlers *self, FlowChannel *channel);
void flow_handlers_unroutable (FlowHandlers *self, FlowMessage *message);
void flow_handlers_places_changed (FlowHandlers *self);
void flow_handlers_committed (FlowHandlers *self, FlowCommit *commit);
void flow_handlers_erased (FlowHandlers *self, const guint8 trace_id[16]);
char *flow_handlers_show_code (FlowHandlers *self, const char *file, guint line, guint column, GError **error);
void flow_handlers_write_settings (FlowHandlers *self, FlowChannelKind kind, FlowJsonWriter *writer);
void flow_handlers_write_workspaces (FlowHandlers *self, FlowJsonWriter *writer);
void flow_handlers_write_sessions (FlowHandlers *self, FlowJsonWriter *writer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowHandlers, flow_handlers_free)

G_END_DECLS
