/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "secret/flow-secret-keys.h"

G_BEGIN_DECLS

/** FLOW_KEY_PAIRING_DIGITS: digits that people compare. */
#define FLOW_KEY_PAIRING_DIGITS 6
/** FLOW_KEY_PAIRING_MESSAGE_MAX: the longest message between the two, in bytes. */
#define FLOW_KEY_PAIRING_MESSAGE_MAX 256

/**
 * FlowKeyPairing:
 *
 * How a device that has the account key gives it to one that does not, through a mailbox that may lie. The one that
 * joins commits itself to its public key, then both show theirs (X25519), so nobody between them can choose keys that
 * give the six digits both screens show. Only after people have said on both sides that the digits are the same, the
 * account key goes over, sealed.
 *
 * It does no input or output: it says what to send and takes what came. Used by one thread at a time.
 */
typedef struct _FlowKeyPairing FlowKeyPairing;

/**
 * FlowKeyPairingState:
 * @FLOW_KEY_PAIRING_WAITING: messages are still under way
 * @FLOW_KEY_PAIRING_COMPARING: the digits are there; people must compare them
 * @FLOW_KEY_PAIRING_CONFIRMED: it was confirmed here, and the other side has not yet
 * @FLOW_KEY_PAIRING_DONE: the account key was sent, or is there
 * @FLOW_KEY_PAIRING_FAILED: somebody cheated or something was damaged; start again
 */
typedef enum
{
  FLOW_KEY_PAIRING_WAITING,
  FLOW_KEY_PAIRING_COMPARING,
  FLOW_KEY_PAIRING_CONFIRMED,
  FLOW_KEY_PAIRING_DONE,
  FLOW_KEY_PAIRING_FAILED,
} FlowKeyPairingState;

FlowKeyPairing *flow_key_pairing_new_joining (const guint8 device[FLOW_SECRET_DEVICE_SIZE]);
FlowKeyPairing *flow_key_pairing_new_helping (const guint8 device[FLOW_SECRET_DEVICE_SIZE],
                                              const guint8 account_key[FLOW_SECRET_KEY_SIZE]);
void flow_key_pairing_free (FlowKeyPairing *self);
GBytes *flow_key_pairing_start (FlowKeyPairing *self);
gboolean flow_key_pairing_receive (FlowKeyPairing *self, const guint8 from[FLOW_SECRET_DEVICE_SIZE], GBytes *message,
                                   GBytes **reply, GError **error);
GBytes *flow_key_pairing_confirm (FlowKeyPairing *self);
FlowKeyPairingState flow_key_pairing_get_state (const FlowKeyPairing *self);
const char *flow_key_pairing_get_digits (const FlowKeyPairing *self);
const guint8 *flow_key_pairing_get_account_key (const FlowKeyPairing *self);

char *flow_key_pairing_new_code (const guint8 account_key[FLOW_SECRET_KEY_SIZE], GBytes **message);
gboolean flow_key_pairing_open_code (const char *code, GBytes *message, guint8 account_key[FLOW_SECRET_KEY_SIZE],
                                     GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowKeyPairing, flow_key_pairing_free)

G_END_DECLS
