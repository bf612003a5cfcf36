/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-sync"

#include "hub/sync/flow-sync-pairing.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "message/flow-json-member.h"
#include "secret/flow-digest.h"
#include "secret/flow-key-pairing.h"

#define KIND_PAIR "pair"
#define KIND_CODE "pair_code"

struct _FlowSyncPairing
{
  const FlowSyncPairingFuncs *funcs;
  gpointer data;
  guint8 device[FLOW_SECRET_DEVICE_SIZE];
  FlowKeyPairing *pairing; /* (nullable) */
  gboolean joins;          /* this device is the one that wants in */
  char *peer;              /* (nullable): the other device */
  GBytes *request;         /* (nullable): what a device sent that wants in, until somebody accepts */
  GBytes *sealed;          /* (nullable): the key as it was sent for a typed code */
  char *code;              /* (nullable): to be typed on the other device */
  guint round;             /* what belongs to another one comes too late */
  guint unsent;            /* messages of which nobody knows yet whether they arrived */
  gboolean handed;         /* the key was given away, when they have */
  gboolean opening;        /* the key is here; what it opens is fetched */
  const char *ended;       /* (nullable): how the last one ended: done or failed */
  char *reason;            /* (nullable): why it failed */
};

/**
 * flow_sync_pairing_new:
 * @funcs: (scope notified): what others do
 * @data: for @funcs
 *
 * Returns: (transfer full): nobody wants in
 */
FlowSyncPairing *
flow_sync_pairing_new (const FlowSyncPairingFuncs *funcs, gpointer data)
{
  FlowSyncPairing *self = g_new0 (FlowSyncPairing, 1);

  self->funcs = funcs;
  self->data = data;
  return self;
}

static void
forget (FlowSyncPairing *self)
{
  g_clear_pointer (&self->pairing, flow_key_pairing_free);
  g_clear_pointer (&self->request, g_bytes_unref);
  g_clear_pointer (&self->sealed, g_bytes_unref);
  if (self->code != NULL)
    flow_digest_wipe (self->code, strlen (self->code));
  g_clear_pointer (&self->code, g_free);
  g_clear_pointer (&self->reason, g_free);
  self->handed = self->opening = FALSE;
  self->unsent = 0;
  self->round++;
}

/** flow_sync_pairing_free: free it, and what secrets it has. */
void
flow_sync_pairing_free (FlowSyncPairing *self)
{
  forget (self);
  g_free (self->peer);
  g_free (self);
}

/** flow_sync_pairing_set_device: say which device this is, 32 hex digits. */
void
flow_sync_pairing_set_device (FlowSyncPairing *self, const char *device)
{
  flow_id_from_hex (device, sizeof self->device, self->device);
}

static void
set_peer (FlowSyncPairing *self, const char *device)
{
  char *before = self->peer;

  self->peer = g_strdup (device);
  g_free (before);
}

static void
end (FlowSyncPairing *self, const char *how)
{
  forget (self);
  self->ended = how;
  self->funcs->moved (self->data);
}

static gboolean
fail (GError **error, FlowError code, const char *message)
{
  g_set_error_literal (error, FLOW_ERROR, (int) code, message);
  return FALSE;
}

static void
end_badly (FlowSyncPairing *self, const GError *error)
{
  g_autofree char *reason = g_strdup (error->message);

  forget (self);
  self->reason = g_steal_pointer (&reason);
  self->ended = "failed";
  self->funcs->moved (self->data);
}

static void
send_message (FlowSyncPairing *self, const char *to, const char *kind, GBytes *body)
{
  self->unsent++;
  self->funcs->send (to, kind, body, self->round, self->data);
}

/* Nobody is let in before what the key opens is here, and the key is kept. */
static void
join (FlowSyncPairing *self, const guint8 key[FLOW_SECRET_KEY_SIZE])
{
  self->opening = TRUE;
  self->funcs->moved (self->data);
  self->funcs->joined (key, self->round, self->data);
}

/* A device with keys shows a code to be typed; one without asks the others. */
static void
offer_code (FlowSyncPairing *self, FlowSecretKeys *keys)
{
  g_autoptr (GBytes) message = NULL;

  self->code = flow_key_pairing_new_code (flow_secret_keys_get_account_key (keys), &message);
  send_message (self, FLOW_SYNC_PAIRING_ALL, KIND_CODE, message);
}

/**
 * flow_sync_pairing_offer:
 * @self: pairing
 * @error: return location
 *
 * Begin: on a device without keys ask the others to let it in, on one with keys make a code to be typed elsewhere.
 *
 * Returns: whether it was begun
 */
gboolean
flow_sync_pairing_offer (FlowSyncPairing *self, GError **error)
{
  FlowSecretKeys *keys = self->funcs->get_keys (self->data);
  g_autoptr (GBytes) message = NULL;

  forget (self);
  self->ended = NULL;
  set_peer (self, NULL);
  self->joins = keys == NULL;
  if (keys != NULL)
    offer_code (self, keys);
  else
    {
      self->pairing = flow_key_pairing_new_joining (self->device);
      message = flow_key_pairing_start (self->pairing);
      send_message (self, FLOW_SYNC_PAIRING_ALL, KIND_PAIR, message);
    }
  self->funcs->moved (self->data);
  return TRUE;
}

static void
look (FlowSyncPairing *self)
{
  const guint8 *key = flow_key_pairing_get_account_key (self->pairing);

  switch (flow_key_pairing_get_state (self->pairing))
    {
    case FLOW_KEY_PAIRING_DONE:
      self->handed = !self->joins;
      if (self->joins && key != NULL)
        join (self, key);
      else if (self->unsent == 0)
        end (self, "done");
      else
        self->funcs->moved (self->data);
      break;
    case FLOW_KEY_PAIRING_FAILED:
      end (self, "failed");
      break;
    case FLOW_KEY_PAIRING_WAITING:
    case FLOW_KEY_PAIRING_COMPARING:
    case FLOW_KEY_PAIRING_CONFIRMED:
    default:
      self->funcs->moved (self->data);
      break;
    }
}

static void
take (FlowSyncPairing *self, const char *from, GBytes *body)
{
  guint8 device[FLOW_SECRET_DEVICE_SIZE];
  g_autoptr (GBytes) reply = NULL;
  g_autoptr (GError) error = NULL;

  if (!flow_id_from_hex (from, sizeof device, device))
    return;
  if (!flow_key_pairing_receive (self->pairing, device, body, &reply, &error))
    g_info ("A pairing ended: %s", error->message);
  if (reply != NULL)
    send_message (self, from, KIND_PAIR, reply);
  look (self);
}

static gboolean
accept_code (FlowSyncPairing *self, const char *code, GError **error)
{
  guint8 key[FLOW_SECRET_KEY_SIZE];

  if (self->sealed == NULL)
    return fail (error, FLOW_ERROR_NOT_FOUND, _ ("No other device has shown a code in the last ten minutes"));
  if (!flow_key_pairing_open_code (code, self->sealed, key, error))
    return FALSE;
  forget (self);
  join (self, key);
  flow_digest_wipe (key, sizeof key);
  return TRUE;
}

/**
 * flow_sync_pairing_accept:
 * @self: pairing
 * @code: (nullable): what another device shows; %NULL: let in the device that has asked
 * @error: return location
 *
 * Returns: whether it goes on; %FLOW_ERROR_NOT_FOUND when there is nothing to accept, %FLOW_ERROR_BAD_PASSPHRASE and
 *   %FLOW_ERROR_NOT_AUTHENTIC for a code that is wrong
 */
gboolean
flow_sync_pairing_accept (FlowSyncPairing *self, const char *code, GError **error)
{
  FlowSecretKeys *keys = self->funcs->get_keys (self->data);
  g_autoptr (GBytes) request = NULL;

  if (code != NULL)
    return accept_code (self, code, error);
  if (self->request == NULL || keys == NULL)
    return fail (error, FLOW_ERROR_NOT_FOUND, _ ("No device has asked to be let in"));
  request = g_steal_pointer (&self->request);
  self->ended = NULL;
  self->joins = FALSE;
  forget (self);
  self->pairing = flow_key_pairing_new_helping (self->device, flow_secret_keys_get_account_key (keys));
  take (self, self->peer, request);
  return TRUE;
}

/**
 * flow_sync_pairing_confirm:
 * @self: pairing
 * @error: return location
 *
 * A person says that the digits are the same on both devices.
 *
 * Returns: whether there were some to compare
 */
gboolean
flow_sync_pairing_confirm (FlowSyncPairing *self, GError **error)
{
  g_autoptr (GBytes) message = NULL;

  if (self->pairing == NULL || flow_key_pairing_get_state (self->pairing) != FLOW_KEY_PAIRING_COMPARING)
    return fail (error, FLOW_ERROR_NOT_FOUND, _ ("There are no digits to compare"));
  message = flow_key_pairing_confirm (self->pairing);
  if (message != NULL)
    send_message (self, self->peer, KIND_PAIR, message);
  look (self);
  return TRUE;
}

/** flow_sync_pairing_cancel: nobody is let in. */
void
flow_sync_pairing_cancel (FlowSyncPairing *self)
{
  end (self, NULL);
  set_peer (self, NULL);
}

/**
 * flow_sync_pairing_receive:
 * @self: pairing
 * @from: the device that the mailbox says it is from, 32 hex digits
 * @kind: what kind of message
 * @body: the message
 *
 * Take a message from the mailbox. What is no message of a pairing is ignored.
 */
void
flow_sync_pairing_receive (FlowSyncPairing *self, const char *from, const char *kind, GBytes *body)
{
  if (g_str_equal (kind, KIND_CODE) && self->funcs->get_keys (self->data) == NULL)
    {
      g_clear_pointer (&self->sealed, g_bytes_unref);
      self->sealed = g_bytes_ref (body);
    }
  if (!g_str_equal (kind, KIND_PAIR) || self->opening)
    return;
  if (self->pairing != NULL && (self->peer == NULL || g_str_equal (self->peer, from)))
    {
      set_peer (self, from);
      take (self, from, body);
    }
  else if (self->pairing == NULL && self->funcs->get_keys (self->data) != NULL)
    {
      set_peer (self, from);
      g_clear_pointer (&self->request, g_bytes_unref);
      self->request = g_bytes_ref (body);
      self->ended = NULL;
      self->funcs->asked (from, self->data);
    }
}

/**
 * flow_sync_pairing_sent:
 * @self: pairing
 * @round: what the message was sent with
 * @error: (nullable): why it does not arrive
 *
 * A message is in the mailbox, or never will be: then nobody has to wait for what comes of it.
 */
void
flow_sync_pairing_sent (FlowSyncPairing *self, guint round, const GError *error)
{
  if (round != self->round || self->unsent == 0)
    return;
  self->unsent--;
  if (error != NULL)
    end_badly (self, error);
  else if (self->handed && self->unsent == 0)
    end (self, "done");
}

/**
 * flow_sync_pairing_joined:
 * @self: pairing
 * @round: what the key was handed on with
 * @error: (nullable): why it opens nothing, or cannot be kept
 *
 * This device has the key of the account, or has not.
 */
void
flow_sync_pairing_joined (FlowSyncPairing *self, guint round, const GError *error)
{
  if (round != self->round || !self->opening)
    return;
  if (error != NULL)
    end_badly (self, error);
  else
    end (self, "done");
}

/** flow_sync_pairing_get_device: (nullable): the other device. */
const char *
flow_sync_pairing_get_device (FlowSyncPairing *self)
{
  return self->peer;
}

static const char *
name_state (FlowSyncPairing *self)
{
  if (self->opening)
    return "opening";
  if (self->handed)
    return "confirmed";
  if (self->pairing != NULL && flow_key_pairing_get_state (self->pairing) == FLOW_KEY_PAIRING_COMPARING)
    return "compare";
  if (self->pairing != NULL && flow_key_pairing_get_state (self->pairing) == FLOW_KEY_PAIRING_CONFIRMED)
    return "confirmed";
  if (self->pairing != NULL || self->code != NULL)
    return "waiting";
  if (self->request != NULL)
    return "asked";
  return self->ended != NULL ? self->ended : "none";
}

static void
write_text (FlowJsonWriter *writer, const char *key, const char *text)
{
  flow_json_writer_key (writer, key);
  flow_json_writer_string (writer, text, -1);
}

/**
 * flow_sync_pairing_write:
 * @self: pairing
 * @name: (nullable): what people call the other device
 * @writer: inside of an object
 *
 * Write how far it is.
 */
void
flow_sync_pairing_write (FlowSyncPairing *self, const char *name, FlowJsonWriter *writer)
{
  write_text (writer, "state", name_state (self));
  write_text (writer, "digits", self->pairing != NULL ? flow_key_pairing_get_digits (self->pairing) : NULL);
  write_text (writer, "code", self->code);
  write_text (writer, "device", self->peer);
  write_text (writer, "name", name);
  write_text (writer, "reason", self->reason);
}
