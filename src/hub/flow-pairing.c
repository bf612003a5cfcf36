/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-pairing"

#include "hub/flow-pairing.h"

#include <string.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "message/flow-channel-kind.h"

#define ID_BITS 128
#define MINUTE_US (60 * G_USEC_PER_SEC)
#define MAX_NAME 200
/* Characters that nobody takes for others. */
#define CODE_LETTERS "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
#define CODE_HALF 3

/**
 * FlowPairing:
 *
 * Programs that cannot read the discovery file and ask the user for a token of their own (protocol.md, "Finding the
 * hub"). Nothing is typed: both sides show the same code, and the user compares. Belongs to the hub thread.
 */
struct _FlowPairing
{
  const FlowClock *clock;
  GQueue requests;                     /* of FlowPairingRequest, the oldest first */
  gint64 asked[FLOW_PAIRING_A_MINUTE]; /* when the last ones came, a ring */
  guint next;
};

static void
request_free (gpointer data)
{
  FlowPairingRequest *request = data;

  g_free (request->id);
  g_free (request->code);
  g_free (request->name);
  g_free (request->kind);
  g_free (request);
}

/**
 * flow_pairing_new:
 * @clock: what time it is
 *
 * Returns: (transfer full): no requests
 */
FlowPairing *
flow_pairing_new (const FlowClock *clock)
{
  FlowPairing *self = g_new0 (FlowPairing, 1);

  self->clock = clock;
  g_queue_init (&self->requests);
  for (guint i = 0; i < FLOW_PAIRING_A_MINUTE; i++)
    self->asked[i] = -MINUTE_US;
  return self;
}

/**
 * flow_pairing_free:
 * @self: (transfer full): requests
 *
 * Free them.
 */
void
flow_pairing_free (FlowPairing *self)
{
  g_queue_clear_full (&self->requests, request_free);
  g_free (self);
}

static gint64
prune (FlowPairing *self)
{
  gint64 now_us = flow_clock_monotonic_us (self->clock);
  FlowPairingRequest *first;

  while ((first = g_queue_peek_head (&self->requests)) != NULL && first->expires_us <= now_us)
    request_free (g_queue_pop_head (&self->requests));
  return now_us;
}

static char *
make_code (void)
{
  GString *code = g_string_new (NULL);
  guint8 bytes[2 * CODE_HALF];

  flow_id_random (bytes, sizeof bytes);
  for (guint i = 0; i < sizeof bytes; i++)
    {
      if (i == CODE_HALF)
        g_string_append_c (code, '-');
      g_string_append_c (code, CODE_LETTERS[bytes[i] % strlen (CODE_LETTERS)]);
    }
  return g_string_free (code, FALSE);
}

/* The name is shown to people: one line of text, nothing that moves a cursor. */
static gboolean
check (const char *name, const char *kind, GError **error)
{
  FlowChannelKind number;
  gboolean ok = name != NULL && *name != '\0' && g_utf8_validate (name, -1, NULL) &&
                g_utf8_strlen (name, -1) <= MAX_NAME;

  for (const char *at = name; ok && *at != '\0'; at = g_utf8_next_char (at))
    ok = g_unichar_isprint (g_utf8_get_char (at));
  if (!ok)
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "\"name\" must be a short line of text");
  else if (kind == NULL || !flow_channel_kind_from_name (kind, strlen (kind), &number) ||
           number == FLOW_CHANNEL_KIND_DESKTOP_APP || number == FLOW_CHANNEL_KIND_BROWSER_PAGE)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "\"kind\" is none that can be paired");
      ok = FALSE;
    }
  return ok;
}

static guint
count_open (FlowPairing *self)
{
  guint n = 0;

  for (GList *link = self->requests.head; link != NULL; link = link->next)
    n += ((FlowPairingRequest *) link->data)->state == FLOW_PAIRING_ASKED;
  return n;
}

/**
 * flow_pairing_ask:
 * @self: requests
 * @name: (nullable): what the program calls itself
 * @kind: (nullable): what it wants to be
 * @error: return location
 *
 * A program wants to be paired.
 *
 * Errors: %FLOW_ERROR_BAD_REQUEST, %FLOW_ERROR_TOO_MANY_REQUESTS.
 *
 * Returns: (nullable): the request, valid until the next call
 */
const FlowPairingRequest *
flow_pairing_ask (FlowPairing *self, const char *name, const char *kind, GError **error)
{
  gint64 now_us = prune (self);
  FlowPairingRequest *request;

  if (!check (name, kind, error))
    return NULL;
  if (count_open (self) >= FLOW_PAIRING_OPEN || now_us - self->asked[self->next] < MINUTE_US)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_TOO_MANY_REQUESTS, "too many programs want to be paired");
      return NULL;
    }
  self->asked[self->next] = now_us;
  self->next = (self->next + 1) % FLOW_PAIRING_A_MINUTE;
  request = g_new0 (FlowPairingRequest, 1);
  request->id = flow_id_new_token (ID_BITS);
  request->code = make_code ();
  request->name = g_strdup (name);
  request->kind = g_strdup (kind);
  request->expires_us = now_us + FLOW_PAIRING_SECONDS * G_USEC_PER_SEC;
  g_queue_push_tail (&self->requests, request);
  return request;
}

/**
 * flow_pairing_find:
 * @self: requests
 * @id: the id of one
 *
 * Find a request. Takes as long whatever is wrong with the id.
 *
 * Returns: (nullable): the request, valid until the next call
 */
const FlowPairingRequest *
flow_pairing_find (FlowPairing *self, const char *id)
{
  const FlowPairingRequest *found = NULL;

  prune (self);
  for (GList *link = self->requests.head; link != NULL; link = link->next)
    {
      if (flow_id_equal_constant_time (id, ((FlowPairingRequest *) link->data)->id))
        found = link->data;
    }
  return found;
}

/**
 * flow_pairing_answer:
 * @self: requests
 * @id_or_code: which: its id, or the code that the user sees
 * @allow: what the user says
 * @error: return location
 *
 * Answer a request.
 *
 * Errors: %FLOW_ERROR_NOT_FOUND.
 *
 * Returns: %FALSE when there is none that is open
 */
gboolean
flow_pairing_answer (FlowPairing *self, const char *id_or_code, gboolean allow, GError **error)
{
  prune (self);
  for (GList *link = self->requests.head; link != NULL; link = link->next)
    {
      FlowPairingRequest *request = link->data;

      if (request->state != FLOW_PAIRING_ASKED ||
          (!g_str_equal (request->id, id_or_code) && g_ascii_strcasecmp (request->code, id_or_code) != 0))
        continue;
      request->state = allow ? FLOW_PAIRING_ALLOWED : FLOW_PAIRING_DENIED;
      return TRUE;
    }
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND, "no such program asks to be paired now");
  return FALSE;
}

/**
 * flow_pairing_remove:
 * @self: requests
 * @id: the id of one
 *
 * Forget a request: it has got its token.
 */
void
flow_pairing_remove (FlowPairing *self, const char *id)
{
  for (GList *link = self->requests.head; link != NULL; link = link->next)
    {
      if (!g_str_equal (((FlowPairingRequest *) link->data)->id, id))
        continue;
      request_free (link->data);
      g_queue_delete_link (&self->requests, link);
      return;
    }
}

/**
 * flow_pairing_write:
 * @self: requests
 * @writer: where an array of `{request, code, name, kind, expires_in}` goes
 *
 * Write the requests that the user has not answered, the oldest first; `expires_in` is seconds.
 */
void
flow_pairing_write (FlowPairing *self, FlowJsonWriter *writer)
{
  gint64 now_us = prune (self);

  flow_json_writer_begin_array (writer);
  for (GList *link = self->requests.head; link != NULL; link = link->next)
    {
      const FlowPairingRequest *request = link->data;

      if (request->state != FLOW_PAIRING_ASKED)
        continue;
      flow_json_writer_begin_object (writer);
      flow_json_writer_key (writer, "request");
      flow_json_writer_string (writer, request->id, -1);
      flow_json_writer_key (writer, "code");
      flow_json_writer_string (writer, request->code, -1);
      flow_json_writer_key (writer, "name");
      flow_json_writer_string (writer, request->name, -1);
      flow_json_writer_key (writer, "kind");
      flow_json_writer_string (writer, request->kind, -1);
      flow_json_writer_key (writer, "expires_in");
      flow_json_writer_int64 (writer, (request->expires_us - now_us) / G_USEC_PER_SEC);
      flow_json_writer_end_object (writer);
    }
  flow_json_writer_end_array (writer);
}
