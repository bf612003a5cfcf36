/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-call-queue.h"
#include "hub/doorways/flow-native-peer.h"
#include "hub/flow-gate.h"
#include "hub/flow-guesses.h"
#include "hub/flow-refusals.h"
#include "router/flow-router.h"
#include "wire/flow-wire.h"

G_BEGIN_DECLS

/** FLOW_NATIVE_PATH: where the native protocol is spoken. */
#define FLOW_NATIVE_PATH "/ws"
/** FLOW_NATIVE_HELLO_MS: how long a connection may be silent before `hello`. */
#define FLOW_NATIVE_HELLO_MS (10 * 1000)

/**
 * FlowNativeFuncs:
 * @write_settings: write one JSON object: the settings that are meant for a kind
 * @client_used: a paired client says that it is of this kind; %FALSE when it may not
 *
 * What the hub knows about channels. Called on the hub thread.
 */
typedef struct
{
  void (*write_settings) (FlowChannelKind kind, FlowJsonWriter *writer, gpointer data);
  gboolean (*client_used) (const char *client, FlowChannelKind kind, gpointer data);
} FlowNativeFuncs;

/**
 * FlowNativeParts:
 * @wire: what carries it
 * @gate: who may speak
 * @calls: the way to the hub thread
 * @refusals: what was refused
 * @guesses: who guesses tokens
 *
 * What the doorway is built on; all of it lives longer.
 */
typedef struct
{
  FlowWire *wire;
  FlowGate *gate;
  FlowCallQueue *calls;
  FlowRefusals *refusals;
  FlowGuesses *guesses;
} FlowNativeParts;

typedef struct _FlowNativeDoorway FlowNativeDoorway;

/* On the hub thread. */
FlowNativeDoorway *flow_native_doorway_new (const FlowNativeParts *parts, const FlowNativeFuncs *funcs, gpointer data);
void flow_native_doorway_free (FlowNativeDoorway *self);
void flow_native_doorway_open (FlowNativeDoorway *self, FlowRouter *router);
void flow_native_doorway_set_settings (FlowNativeDoorway *self, const FlowSettingsSnapshot *settings);
void flow_native_doorway_close (FlowNativeDoorway *self);
void flow_native_doorway_close_client (FlowNativeDoorway *self, const char *client);
void flow_native_doorway_close_origin (FlowNativeDoorway *self, const char *origin);

/* The wire's thread goes by it. */
extern const FlowDoorwayClass flow_native_doorway_class;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowNativeDoorway, flow_native_doorway_free)

G_END_DECLS
