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
 * FlowHubDoorway:
 * @FLOW_HUB_DOORWAY_HUB: the hub's own port, where all of the others are served too, each by its path
 * @FLOW_HUB_DOORWAY_OTLP: OTLP over HTTP
 * @FLOW_HUB_DOORWAY_WEB_DEV_SYNC: the page library
 * @FLOW_HUB_DOORWAY_GHOSTTEXT: GhostText
 * @FLOW_HUB_DOORWAY_ATOMIC_CHROME: Atomic Chrome
 * @FLOW_HUB_N_DOORWAYS: how many there are
 *
 * The ports that a hub listens on.
 */
typedef enum
{
  FLOW_HUB_DOORWAY_HUB,
  FLOW_HUB_DOORWAY_OTLP,
  FLOW_HUB_DOORWAY_WEB_DEV_SYNC,
  FLOW_HUB_DOORWAY_GHOSTTEXT,
  FLOW_HUB_DOORWAY_ATOMIC_CHROME,
  FLOW_HUB_N_DOORWAYS,
} FlowHubDoorway;

/** FLOW_HUB_ALL_FROM_SETTINGS: the `ports` of [struct@HubOptions] when the settings say all of them. */
#define FLOW_HUB_ALL_FROM_SETTINGS                                                         \
  {                                                                                        \
    FLOW_HUB_PORT_FROM_SETTINGS, FLOW_HUB_PORT_FROM_SETTINGS, FLOW_HUB_PORT_FROM_SETTINGS, \
        FLOW_HUB_PORT_FROM_SETTINGS, FLOW_HUB_PORT_FROM_SETTINGS                           \
  }

/**
 * FlowHubOptions:
 * @ports: (array fixed-size=5): the port of each doorway, 0 for a free one
 * @allowed_origins: (nullable) (array zero-terminated=1): origins allowed for this run, beside those of the settings
 * @take_over: ask the hub that has the data directory to hand it over; only flow_hub_start_async() does
 * @sync_path: (nullable): one more path at which web-dev-sync is spoken on its own port
 * @sync_heartbeat_ms: milliseconds between two `ping` messages of web-dev-sync, 0 for none
 * @metrics_path: (nullable): one more path of `/metrics`
 *
 * What this run has otherwise than the settings say.
 */
typedef struct
{
  int ports[FLOW_HUB_N_DOORWAYS];
  const char *const *allowed_origins;
  gboolean take_over;
  const char *sync_path;
  guint sync_heartbeat_ms;
  const char *metrics_path;
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
 * @name: the doorway's name, see flow_hub_doorway_get_name()
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

const char *flow_hub_doorway_get_name (FlowHubDoorway doorway);
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
