/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <json-glib/json-glib.h>

#include "hub/flow-http-exchange.h"
#include "hub/flow-hub.h"
#include "message/flow-json-writer.h"

G_BEGIN_DECLS

/**
 * FlowControlThread:
 * @FLOW_CONTROL_HUB: the hub thread, for what is quick
 * @FLOW_CONTROL_MAIN: the thread that owns the settings
 * @FLOW_CONTROL_WORKER: a thread of its own, for what waits for the writer
 * @FLOW_CONTROL_LATER: the hub thread, for what is answered when something has happened
 *
 * Where a verb runs.
 */
typedef enum
{
  FLOW_CONTROL_HUB,
  FLOW_CONTROL_MAIN,
  FLOW_CONTROL_WORKER,
  FLOW_CONTROL_LATER,
} FlowControlThread;

/**
 * FlowControlReply:
 *
 * The answer of a verb, as long as it is owed. Belongs to the hub thread.
 */
typedef struct _FlowControlReply FlowControlReply;

/**
 * FlowControlVerb:
 * @name: the last part of the path
 * @thread: where @run is called
 * @run: does it; writes the members of the answer's object, or sets the error
 * @begin: begins it, for %FLOW_CONTROL_LATER; @reply must be ended, at once or later, before the hub stops
 */
typedef struct
{
  const char *name;
  FlowControlThread thread;
  gboolean (*run) (FlowHub *hub, JsonObject *arguments, FlowJsonWriter *answer, GError **error);
  void (*begin) (FlowHub *hub, JsonObject *arguments, FlowControlReply *reply);
} FlowControlVerb;

extern const FlowHttpHandler flow_control_handler;

/* Each ends with a verb without a name. */
extern const FlowControlVerb flow_control_cloud_verbs[];
extern const FlowControlVerb flow_control_edit_verbs[];
extern const FlowControlVerb flow_control_pair_verbs[];
extern const FlowControlVerb flow_control_router_verbs[];
extern const FlowControlVerb flow_control_sync_verbs[];
extern const FlowControlVerb flow_control_trace_verbs[];
extern const FlowControlVerb flow_control_vault_verbs[];

/**
 * FlowControlDone:
 * @answer: (nullable): one JSON object, %NULL when it failed
 * @error: (nullable): why
 * @data: what was given with it
 *
 * Hears on the hub thread what a verb answers.
 */
typedef void (*FlowControlDone) (GBytes *answer, const GError *error, gpointer data);

const FlowControlVerb *flow_control_find_verb (const char *name);
const char *flow_control_require_string (JsonObject *arguments, const char *name, GError **error);
FlowJsonWriter *flow_control_reply_get_writer (FlowControlReply *self);
void flow_control_reply_end (FlowControlReply *self, const GError *error);
void flow_control_run (FlowHub *hub, const FlowControlVerb *verb, JsonObject *arguments, FlowControlDone done,
                       gpointer data);

G_END_DECLS
