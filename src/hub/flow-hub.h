/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "base/flow-settings.h"
#include "trace/flow-commit.h"

G_BEGIN_DECLS

#define FLOW_TYPE_HUB (flow_hub_get_type ())

G_DECLARE_FINAL_TYPE (FlowHub, flow_hub, FLOW, HUB, GObject)

/**
 * FLOW_HUB_PORT_FROM_SETTINGS:
 *
 * Take the port that the settings say.
 */
#define FLOW_HUB_PORT_FROM_SETTINGS (-1)

/**
 * FLOW_HUB_PORT_OFF:
 *
 * Do not open this doorway's port.
 */
#define FLOW_HUB_PORT_OFF (-2)

/**
 * FlowHubOptions:
 * @hub_port: the hub's own port, 0 for a free one
 * @otlp_port: the port of OTLP over HTTP, 0 for a free one
 * @allowed_origins: (nullable) (array zero-terminated=1): origins allowed for this run, beside those of the settings
 * @take_over: ask the hub that has the data directory to hand it over; only flow_hub_start_async() does
 *
 * What this run has otherwise than the settings say.
 */
typedef struct
{
  int hub_port;
  int otlp_port;
  const char *const *allowed_origins;
  gboolean take_over;
} FlowHubOptions;

/**
 * FlowOriginAnswer:
 * @FLOW_ORIGIN_DENY: its pages are refused without asking
 * @FLOW_ORIGIN_ALLOW: its pages may speak
 * @FLOW_ORIGIN_ALLOW_ONCE: those that ask now, and in the next minute; what they have opened stays open
 * @FLOW_ORIGIN_FORGET: as if it had never asked
 *
 * What becomes of a web origin.
 */
typedef enum
{
  FLOW_ORIGIN_DENY,
  FLOW_ORIGIN_ALLOW,
  FLOW_ORIGIN_ALLOW_ONCE,
  FLOW_ORIGIN_FORGET,
} FlowOriginAnswer;

/**
 * FlowHubPhase:
 * @FLOW_HUB_PHASE_TAKING_OVER: waiting for the hub that has the data directory to let go
 * @FLOW_HUB_PHASE_BACKING_UP: copying the database before its schema changes
 * @FLOW_HUB_PHASE_MIGRATING: changing its schema
 * @FLOW_HUB_PHASE_OPENING: reading what must be in memory
 *
 * What a start is at.
 */
typedef enum
{
  FLOW_HUB_PHASE_TAKING_OVER,
  FLOW_HUB_PHASE_BACKING_UP,
  FLOW_HUB_PHASE_MIGRATING,
  FLOW_HUB_PHASE_OPENING,
} FlowHubPhase;

/**
 * FlowHubPhaseFunc:
 * @phase: what the start is at
 * @fraction: how much of it is done, from 0 to 1, or -1 when that is not known
 * @data: the caller's
 *
 * Hears how far a start is, on the thread that began it, at most 20 times a second.
 */
typedef void (*FlowHubPhaseFunc) (FlowHubPhase phase, double fraction, gpointer data);

/**
 * FlowHubPort:
 * @name: the doorway's name: `hub`, `otlp-http`
 * @on: whether it listens
 * @port: where
 * @wanted: the port that it should have, 0 for any
 * @reason: (nullable): why it is off or elsewhere
 * @hint: (nullable): a line to copy
 *
 * One of the ports that the hub listens on.
 */
typedef struct
{
  const char *name;
  gboolean on;
  guint port;
  guint wanted;
  char *reason;
  char *hint;
} FlowHubPort;

/**
 * FlowHubSummary:
 * @running: whether the hub takes requests
 * @capturing: whether it takes data in, see the setting `capture.enabled`
 * @trouble: (nullable): what keeps it from storing: `starting`, `stopping`, or the code of an error (errors.json)
 * @refused: requests that were refused since the start
 * @traces: traces that are stored
 * @spans: spans that are stored
 * @logs: log records that are stored
 * @points: metric points that are stored
 * @database_bytes: size of the database with its write-ahead log
 * @reserve_ready: whether the space that is kept for erasing on a full disk is there
 *
 * How a hub is, for a status line.
 */
typedef struct
{
  gboolean running;
  gboolean capturing;
  const char *trouble;
  guint64 refused;
  guint64 traces;
  guint64 spans;
  guint64 logs;
  guint64 points;
  guint64 database_bytes;
  gboolean reserve_ready;
} FlowHubSummary;

FlowHub *flow_hub_new (FlowContext *context, FlowSettings *settings, const FlowHubOptions *options);
gboolean flow_hub_start (FlowHub *self, GError **error);
void flow_hub_start_async (FlowHub *self, FlowHubPhaseFunc progress, gpointer progress_data, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer data);
gboolean flow_hub_start_finish (FlowHub *self, GAsyncResult *result, GError **error);
void flow_hub_stop (FlowHub *self);
void flow_hub_stop_async (FlowHub *self, GAsyncReadyCallback callback, gpointer data);
gboolean flow_hub_stop_finish (FlowHub *self, GAsyncResult *result, GError **error);
gboolean flow_hub_is_running (FlowHub *self);
guint flow_hub_get_port (FlowHub *self);
const char *flow_hub_get_url (FlowHub *self);
const char *flow_hub_get_otlp_endpoint (FlowHub *self);
const char *flow_hub_get_discovery_path (FlowHub *self);
const char *flow_hub_get_replaced_unit (FlowHub *self);
const FlowHubPort *flow_hub_get_ports (FlowHub *self, guint *n_ports);
void flow_hub_get_summary (FlowHub *self, FlowHubSummary *summary);
void flow_hub_answer_origin (FlowHub *self, const char *origin, FlowOriginAnswer answer);
void flow_hub_set_has_window (FlowHub *self, gboolean has_window);
void flow_hub_run_verb_async (FlowHub *self, const char *verb, JsonObject *arguments, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer data);
JsonObject *flow_hub_run_verb_finish (FlowHub *self, GAsyncResult *result, GError **error);

G_END_DECLS
