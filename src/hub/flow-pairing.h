/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-clock.h"
#include "message/flow-json-writer.h"

G_BEGIN_DECLS

/** FLOW_PAIRING_SECONDS: how long a request is open. */
#define FLOW_PAIRING_SECONDS 120
/** FLOW_PAIRING_OPEN: most requests that are open at once. */
#define FLOW_PAIRING_OPEN 3
/** FLOW_PAIRING_A_MINUTE: most requests in a minute. */
#define FLOW_PAIRING_A_MINUTE 5

/**
 * FlowPairingState:
 * @FLOW_PAIRING_ASKED: the user has not answered
 * @FLOW_PAIRING_ALLOWED: the client may fetch its token
 * @FLOW_PAIRING_DENIED: the user does not want it
 *
 * How far a request is.
 */
typedef enum
{
  FLOW_PAIRING_ASKED,
  FLOW_PAIRING_ALLOWED,
  FLOW_PAIRING_DENIED,
} FlowPairingState;

/**
 * FlowPairingRequest:
 * @id: 128 random bits: whoever knows it gets the token
 * @code: what the client and the app both show, so that the user can compare
 * @name: what the client calls itself
 * @kind: what it wants to be
 * @state: how far it is
 * @expires_us: when it ends, monotonic
 *
 * A program that wants to be paired.
 */
typedef struct
{
  char *id;
  char *code;
  char *name;
  char *kind;
  FlowPairingState state;
  gint64 expires_us;
} FlowPairingRequest;

typedef struct _FlowPairing FlowPairing;

FlowPairing *flow_pairing_new (const FlowClock *clock);
void flow_pairing_free (FlowPairing *self);
const FlowPairingRequest *flow_pairing_ask (FlowPairing *self, const char *name, const char *kind, GError **error);
const FlowPairingRequest *flow_pairing_find (FlowPairing *self, const char *id);
gboolean flow_pairing_answer (FlowPairing *self, const char *id_or_code, gboolean allow, GError **error);
void flow_pairing_remove (FlowPairing *self, const char *id);
void flow_pairing_write (FlowPairing *self, FlowJsonWriter *writer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowPairing, flow_pairing_free)

G_END_DECLS
