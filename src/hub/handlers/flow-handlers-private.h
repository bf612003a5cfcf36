/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-worker.h"
#include "hub/handlers/flow-handlers.h"
#include "hub/handlers/flow-sessions.h"
#include "hub/handlers/flow-trace-watch.h"
#include "hub/handlers/flow-workspaces.h"
#include "message/flow-message-builder.h"
#include "trace/flow-trace-queries.h"

G_BEGIN_DECLS

typedef struct _FlowMetricsHandler FlowMetricsHandler;

struct _FlowHandlers
{
  FlowRouter *router;
  FlowCallQueue *calls;
  FlowStore *store;
  FlowTraceStore *traces;
  FlowHubEdits *edits;
  char *trusted_file;
  FlowHandlersFuncs funcs;
  gpointer data;

  const FlowClock *clock;
  FlowSettingsSnapshot *settings;
  char *database;
  FlowTraceQueries *queries;
  FlowWorker *worker;        /* for what may wait for disks and programs */
  GCancellable *cancellable; /* cancelled when the handlers go */
  guint under_way;           /* asked of other threads and not answered yet */
  guint asked;               /* of these, questions of channels */
  gsize asked_bytes;         /* in the messages that ask them */
  FlowWorkspaces *workspaces;
  FlowSessions *sessions;
  FlowTraceWatch *watch;
  FlowMetricsHandler *metrics;
  GPtrArray *registrations; /* what the router calls */
};

/** FLOW_HANDLERS_SMALL: content that is longer is OTLP, a text, or nothing that the hub handles. */
#define FLOW_HANDLERS_SMALL (256 * 1024)
/** FLOW_HANDLERS_ASKED: questions of channels that may wait for an answer at once. */
#define FLOW_HANDLERS_ASKED 1024
/** FLOW_HANDLERS_ASKED_BYTES: bytes in the messages that ask them. */
#define FLOW_HANDLERS_ASKED_BYTES (64 * 1024 * 1024)

/* flow-handlers.c */
void flow_handlers_add (FlowHandlers *self, const char *type, FlowRouterHandler handler);
gboolean flow_handlers_is_large (FlowMessage *message);

/* Each file registers the types that it handles. */
void flow_code_handler_register (FlowHandlers *self);
void flow_edit_handler_register (FlowHandlers *self);
void flow_focus_handler_register (FlowHandlers *self);
void flow_session_handler_register (FlowHandlers *self);
void flow_sync_handler_register (FlowHandlers *self);
void flow_trace_handler_register (FlowHandlers *self);
void flow_workspace_handler_register (FlowHandlers *self);

/* flow-code-handler.c */
void flow_code_handler_open (FlowHandlers *self, FlowMessage *message);

/* flow-sync-handler.c */
void flow_sync_handler_greet (FlowHandlers *self, FlowChannel *channel);
void flow_sync_handler_send (FlowHandlers *self, FlowChannel *channel);

/* flow-settings-handler.c */
void flow_settings_handler_write (const FlowSettingsSnapshot *settings, FlowChannelKind kind, FlowJsonWriter *writer);
void flow_settings_handler_changed (FlowHandlers *self, const FlowSettingsSnapshot *before);

/* flow-workspace-handler.c */
void flow_workspace_handler_joined (FlowHandlers *self, FlowChannel *channel);
void flow_workspace_handler_update (FlowHandlers *self);
const FlowWorkspace *flow_workspace_handler_of (FlowHandlers *self, FlowChannel *channel);

/* flow-handlers-ask.c */

/**
 * FlowHandlersAnswer:
 * @self: the handlers
 * @message: (nullable): what the question was about
 * @answer: (transfer full) (nullable): the answer
 * @error: (nullable): why there is none
 * @data: the asker's
 *
 * Hears the answer on the hub thread, unless the handlers go before.
 */
typedef void (*FlowHandlersAnswer) (FlowHandlers *self, FlowMessage *message, gpointer answer, const GError *error,
                                    gpointer data);

/** FlowHandlersWork: does something that may take its time, on a thread of its own. */
typedef gpointer (*FlowHandlersWork) (gpointer data, GError **error);

void flow_handlers_query (FlowHandlers *self, FlowMessage *message, FlowTraceQueryFunc func, gpointer data,
                          GDestroyNotify destroy, GDestroyNotify free_answer, FlowHandlersAnswer answer);
void flow_handlers_work (FlowHandlers *self, FlowMessage *message, FlowHandlersWork func, gpointer data,
                         GDestroyNotify destroy, GDestroyNotify free_answer, FlowHandlersAnswer answer);
gboolean flow_handlers_has_room (FlowHandlers *self, FlowMessage *message, GError **error);
void flow_handlers_wait (FlowHandlers *self);
void flow_handlers_fail (FlowHandlers *self, FlowMessage *message, const GError *error);

G_END_DECLS
