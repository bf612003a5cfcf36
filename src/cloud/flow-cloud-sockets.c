/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "cloud/flow-cloud-sockets.h"

#include <string.h>

#include "cloud/flow-cloud-wire-private.h"
#include "hub/flow-json-read.h"
#include "message/flow-json-member.h"

/* A connection without a token says who it is within so long. */
#define HELLO_US (10 * G_USEC_PER_SEC)
/* How often it is looked whether the sessions of connections have ended. */
#define LOOK_AGAIN_US (15 * G_USEC_PER_SEC)

typedef enum
{
  SOCKET_SILENT,   /* has not said who it is */
  SOCKET_CHECKING, /* has said so, and the storage is asked */
  SOCKET_OPEN,     /* is among those that hear */
} SocketState;

/* A connection as the cloud's thread knows it. */
typedef struct
{
  guint64 connection;
  SocketState state;
  gboolean waits; /* is not open before it is known */
  char *instance;
  FlowCloudClaims claims;
  FlowCloudCaller caller;
  gint64 deadline_us;
} FlowCloudSocket;

/* A question to the storage: who is that? */
typedef struct
{
  FlowCall call;
  FlowCloudWire *wire;
  guint64 connection;
  FlowCloudClaims claims;
  FlowCloudCaller caller;
  GError *error;
} Check;

/* Another one: are they all still who they were? */
typedef struct
{
  FlowCall call;
  FlowCloudWire *wire;
  GPtrArray *checks;
} Round;

static void
socket_free (gpointer data)
{
  FlowCloudSocket *socket = data;

  g_free (socket->instance);
  g_free (socket);
}

/** flow_cloud_sockets_init: there is no connection. */
void
flow_cloud_sockets_init (FlowCloudWire *self)
{
  self->sockets = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, socket_free);
}

/** flow_cloud_sockets_clear: forget all connections. */
void
flow_cloud_sockets_clear (FlowCloudWire *self)
{
  g_clear_pointer (&self->sockets, g_hash_table_unref);
}

/* Whoever is not welcome is let in too: the code with which he is closed says why. */
static void
let_in (FlowCloudWire *self, FlowCloudSocket *socket)
{
  static const FlowWireVerdict verdict = { .answer = FLOW_WIRE_ACCEPT };

  if (socket->waits)
    flow_wire_post_verdict (self->wire, socket->connection, &verdict);
  socket->waits = FALSE;
}

static void
close_socket (FlowCloudWire *self, guint64 connection, guint code, const char *reason)
{
  FlowCloudSocket *socket = g_hash_table_lookup (self->sockets, &connection);

  if (socket != NULL)
    let_in (self, socket);
  flow_cloud_registry_leave (self->cloud->registry, connection);
  flow_wire_post_close (self->wire, connection, code, reason);
}

static void
close_for (FlowCloudWire *self, guint64 connection, const GError *error)
{
  switch (flow_cloud_error_from (error))
    {
    case FLOW_CLOUD_ERROR_TOKEN_EXPIRED:
    case FLOW_CLOUD_ERROR_TOKEN_INVALID:
      close_socket (self, connection, FLOW_CLOUD_CLOSE_EXPIRED, "the token has expired, or its session has ended");
      break;
    case FLOW_CLOUD_ERROR_FORBIDDEN:
      close_socket (self, connection, FLOW_CLOUD_CLOSE_DISABLED, "the account is disabled");
      break;
    case FLOW_CLOUD_ERROR_DEVICE_REMOVED:
      close_socket (self, connection, FLOW_CLOUD_CLOSE_REMOVED, "the device was removed");
      break;
    default:
      close_socket (self, connection, 1013, "try again later");
      break;
    }
}

static gint64
until_expired (FlowCloudWire *self, const FlowCloudClaims *claims)
{
  return (claims->expires_s * 1000 - flow_cloud_now_ms (self->cloud)) * 1000;
}

/* From here on it hears everything; what happened before it asks for. */
static void
welcome (FlowCloudWire *self, FlowCloudSocket *socket)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GBytes) bytes = NULL;
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, out);
  flow_json_writer_begin_object (&writer);
  flow_json_member_text (&writer, "type", "welcome", -1);
  flow_json_member_text (&writer, "device", socket->caller.device_hex, -1);
  flow_json_member_int (&writer, "expires_in", MAX (until_expired (self, &socket->claims), 0) / G_USEC_PER_SEC);
  flow_json_writer_end_object (&writer);
  bytes = g_bytes_new (out->str, out->len);
  flow_wire_post_message (self->wire, socket->connection, FLOW_WIRE_TEXT, bytes, FLOW_WIRE_SEND_NORMAL);
}

/* The storage knows it. Nothing that is published from here on comes before the connection is open. */
static void
admit (FlowCloudWire *self, FlowCloudSocket *socket, const Check *check)
{
  gboolean was_open = socket->state == SOCKET_OPEN;
  guint64 replaced = 0;
  FlowCloudEntered entered = FLOW_CLOUD_ENTERED;

  let_in (self, socket);
  if (!was_open)
    entered = flow_cloud_registry_enter (self->cloud->registry, socket->connection, check->caller.user,
                                         check->caller.device_id, socket->instance, g_get_monotonic_time (), &replaced);
  if (entered == FLOW_CLOUD_NOT_ENTERED)
    {
      close_socket (self, socket->connection, FLOW_CLOUD_CLOSE_CLONED, "another computer is connected as this device");
      return;
    }
  if (entered == FLOW_CLOUD_NOT_ENTERED_YET)
    {
      close_socket (self, socket->connection, 1013, "an earlier connection of this device may not be gone yet");
      return;
    }
  if (entered == FLOW_CLOUD_ENTERED_INSTEAD)
    flow_wire_post_close (self->wire, replaced, 1000, "there is a newer connection");
  socket->state = SOCKET_OPEN;
  socket->claims = check->claims;
  socket->caller = check->caller;
  socket->deadline_us = g_get_monotonic_time () + until_expired (self, &check->claims);
  welcome (self, socket);
  if (!was_open && self->handler->opened != NULL)
    self->handler->opened (self->cloud, &socket->caller);
}

static void
check_free (Check *check)
{
  g_clear_error (&check->error);
  g_free (check);
}

static void
checked_call (FlowCall *call)
{
  Check *check = (Check *) call;
  FlowCloudWire *self = check->wire;
  FlowCloudSocket *socket = g_hash_table_lookup (self->sockets, &check->connection);

  if (socket != NULL && check->error != NULL)
    close_for (self, check->connection, check->error);
  else if (socket != NULL)
    admit (self, socket, check);
  check_free (check);
}

static gboolean
check_run (FlowCloudData *data, gpointer user_data, GError **error)
{
  Check *check = user_data;

  return flow_cloud_pipeline_identify (&check->claims, data, &check->caller, error);
}

static void
check_done (gpointer user_data, const GError *error)
{
  Check *check = user_data;

  check->error = error != NULL ? g_error_copy (error) : NULL;
  flow_call_queue_push (check->wire->cloud->calls, &check->call);
}

static void
start_check (FlowCloudWire *self, FlowCloudSocket *socket, const FlowCloudClaims *claims)
{
  FlowCloudStorage *storage = self->cloud->storage;
  Check *check = g_new0 (Check, 1);
  FlowCloudJob job = { FALSE, 0, check_run, check_done, check };
  g_autoptr (GError) error = NULL;

  check->call.run = checked_call;
  check->wire = self;
  check->connection = socket->connection;
  check->claims = *claims;
  if (storage->klass->push (storage, &job, &error))
    return;
  close_for (self, socket->connection, error);
  check_free (check);
}

static void
hear_new (FlowCloudWire *self, FlowCloudNews *news)
{
  FlowCloudSocket *socket = g_new0 (FlowCloudSocket, 1);

  socket->connection = news->connection;
  socket->instance = g_steal_pointer (&news->instance);
  socket->deadline_us = g_get_monotonic_time () + HELLO_US;
  g_hash_table_insert (self->sockets, &socket->connection, socket);
  if (news->kind == FLOW_CLOUD_NEWS_OPENED)
    return;
  socket->waits = TRUE;
  socket->state = SOCKET_CHECKING;
  start_check (self, socket, &news->claims);
}

/* Who is open says it again with a fresh token, and stays; nobody becomes somebody else by it. */
static gboolean
hear_hello (FlowCloudWire *self, FlowCloudSocket *socket, JsonObject *message)
{
  const char *token = flow_json_get_string (message, "access");
  g_autoptr (GError) error = NULL;
  FlowCloudClaims claims;

  if (token == NULL || socket->state == SOCKET_CHECKING)
    return FALSE;
  if (!flow_cloud_tokens_verify (self->cloud->tokens, token, flow_cloud_now_ms (self->cloud) / 1000, &claims, &error))
    {
      close_for (self, socket->connection, error);
      return TRUE;
    }
  if (socket->state == SOCKET_OPEN && (memcmp (claims.user, socket->claims.user, sizeof claims.user) != 0 ||
                                       memcmp (claims.device, socket->claims.device, sizeof claims.device) != 0))
    return FALSE;
  if (socket->state == SOCKET_SILENT)
    socket->state = SOCKET_CHECKING;
  start_check (self, socket, &claims);
  return TRUE;
}

static gboolean
hear_message (FlowCloudWire *self, FlowCloudSocket *socket, GBytes *text)
{
  gsize size;
  const char *data = g_bytes_get_data (text, &size);
  g_autoptr (JsonObject) message = flow_json_read_object (data, size, NULL);
  const char *type = message != NULL ? flow_json_get_string (message, "type") : NULL;

  if (type == NULL)
    return FALSE;
  if (strcmp (type, "hello") == 0)
    return hear_hello (self, socket, message);
  return socket->state == SOCKET_OPEN && self->handler->message != NULL &&
         self->handler->message (self->cloud, &socket->caller, message);
}

/**
 * flow_cloud_sockets_hear:
 * @self: the wire
 * @news: what has happened to a connection
 *
 * Take note of it, and do what is to be done.
 */
void
flow_cloud_sockets_hear (FlowCloudWire *self, FlowCloudNews *news)
{
  FlowCloudSocket *socket = g_hash_table_lookup (self->sockets, &news->connection);

  if (news->kind == FLOW_CLOUD_NEWS_ARRIVED || news->kind == FLOW_CLOUD_NEWS_OPENED)
    hear_new (self, news);
  else if (news->kind == FLOW_CLOUD_NEWS_CLOSED)
    {
      flow_cloud_registry_leave (self->cloud->registry, news->connection);
      g_hash_table_remove (self->sockets, &news->connection);
    }
  else if (socket != NULL && !hear_message (self, socket, news->text))
    close_socket (self, news->connection, FLOW_CLOUD_CLOSE_BAD, "this makes no sense here");
}

static void
round_free (Round *round)
{
  g_ptr_array_unref (round->checks);
  g_free (round);
}

static void
round_call (FlowCall *call)
{
  Round *round = (Round *) call;

  for (guint i = 0; i < round->checks->len; i++)
    {
      const Check *check = g_ptr_array_index (round->checks, i);

      if (check->error != NULL)
        close_for (round->wire, check->connection, check->error);
    }
  round->wire->looking = FALSE;
  round_free (round);
}

/* Whose session has ended is one thing; a storage that cannot be asked is another, and ends nothing. */
static gboolean
round_run (FlowCloudData *data, gpointer user_data, GError **error)
{
  Round *round = user_data;

  for (guint i = 0; i < round->checks->len; i++)
    {
      Check *check = g_ptr_array_index (round->checks, i);

      if (!flow_cloud_pipeline_identify (&check->claims, data, &check->caller, &check->error) &&
          check->error->domain != FLOW_CLOUD_ERROR)
        {
          g_propagate_error (error, g_steal_pointer (&check->error));
          return FALSE;
        }
    }
  return TRUE;
}

static void
round_done (gpointer user_data, const GError *error)
{
  Round *round = user_data;

  if (error != NULL)
    g_ptr_array_set_size (round->checks, 0);
  flow_call_queue_push (round->wire->cloud->calls, &round->call);
}

static Round *
round_new (FlowCloudWire *self)
{
  Round *round = g_new0 (Round, 1);
  GHashTableIter iter;
  gpointer value;

  round->call.run = round_call;
  round->wire = self;
  round->checks = g_ptr_array_new_with_free_func ((GDestroyNotify) check_free);
  g_hash_table_iter_init (&iter, self->sockets);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const FlowCloudSocket *socket = value;
      Check *check;

      if (socket->state != SOCKET_OPEN)
        continue;
      check = g_new0 (Check, 1);
      check->connection = socket->connection;
      check->claims = socket->claims;
      g_ptr_array_add (round->checks, check);
    }
  return round;
}

/**
 * flow_cloud_wire_look_again:
 * @self: the wire
 *
 * Find out whether the sessions of those that are connected have ended, and close what has.
 */
void
flow_cloud_wire_look_again (FlowCloudWire *self)
{
  FlowCloudStorage *storage = self->cloud->storage;
  Round *round;
  FlowCloudJob job = { FALSE, 0, round_run, round_done, NULL };

  if (self->looking || g_hash_table_size (self->sockets) == 0)
    return;
  job.data = round = round_new (self);
  self->looking = storage->klass->push (storage, &job, NULL);
  if (!self->looking)
    round_free (round);
}

/**
 * flow_cloud_wire_sweep:
 * @self: the wire
 * @now_us: the monotonic time
 *
 * Close connections whose token has expired, or that have not said who they are.
 */
void
flow_cloud_wire_sweep (FlowCloudWire *self, gint64 now_us)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->sockets);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      FlowCloudSocket *socket = value;

      if (socket->deadline_us < now_us)
        close_socket (self, socket->connection, FLOW_CLOUD_CLOSE_EXPIRED, "the token has expired");
    }
  if (now_us < self->look_again_us)
    return;
  self->look_again_us = now_us + LOOK_AGAIN_US;
  flow_cloud_wire_look_again (self);
}
