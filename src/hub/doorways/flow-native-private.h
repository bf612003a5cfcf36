/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/doorways/flow-native-doorway.h"
#include "hub/doorways/flow-native-peer.h"
#include "message/flow-message.h"
#include "router/flow-channel.h"
#include "wire/flow-wire-names.h"

G_BEGIN_DECLS

struct _FlowNativeDoorway
{
  FlowNativeParts parts;

  /* The wire thread's */
  FlowWireNames *names;

  /* The hub thread's */
  FlowRouter *router; /* (nullable): until it is opened */
  const FlowSettingsSnapshot *settings;
  FlowNativeFuncs funcs;
  gpointer data;
  GQueue strangers;    /* of FlowNativePeer: who has not said hello, the first to be given up first */
  GSource *timer;      /* gives them up */
  GQueue channels;     /* of FlowNativeChannel */
  gsize waiting_bytes; /* of messages that wait in all channels */
  gboolean closed;
};

/**
 * FlowNativeCall:
 * @call: first
 * @doorway: whose
 * @peer: about whom
 * @bytes: (nullable): a message
 * @number: a code, an error or a time
 * @text: (nullable): what belongs to it; static
 *
 * What the wire's thread tells the hub's.
 */
typedef struct
{
  FlowCall call;
  FlowNativeDoorway *doorway;
  FlowNativePeer *peer;
  GBytes *bytes;
  guint64 number;
  const char *text;
} FlowNativeCall;

void flow_native_call_free (FlowNativeCall *self);

/* flow-native-doorway.c: run on the hub thread */
void flow_native_note_refusal (FlowNativeDoorway *self, FlowNativePeer *peer, FlowError error, const char *message);
void flow_native_opened_call (FlowCall *call);
void flow_native_hello_call (FlowCall *call);
void flow_native_message_call (FlowCall *call);
void flow_native_refused_call (FlowCall *call);
void flow_native_drained_call (FlowCall *call);
void flow_native_pong_call (FlowCall *call);
void flow_native_closed_call (FlowCall *call);

/* flow-native-wire.c: the hub thread has it done on the wire's */
gboolean flow_native_wire_join (FlowNativeDoorway *self, FlowNativePeer *peer, FlowChannel *channel, GBytes *welcome);
gboolean flow_native_wire_send (FlowNativeDoorway *self, FlowNativePeer *peer, GBytes *bytes, FlowWireSendFlags flags);

G_END_DECLS
