/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "message/flow-envelope.h"
#include "wire/flow-listen.h"
#include "wire/flow-wire-names.h"

/* A wire for clients that are other programs. "echo" sends back what comes, and tells of pongs who says "pongs"; "route"
 * sends to whoever opened the path that is the target, and to all when it is "*". A second argument is the milliseconds
 * between pings. Prints its port, and ends when nobody has its standard input open. */

typedef struct
{
  FlowWireNames *names;
  GPtrArray *all;
} Server;

static void
echo_cb (FlowWireConnection *connection, FlowWireMessage *message, gpointer data)
{
  if (message->length == 5 && memcmp (message->data, "close", 5) == 0)
    flow_wire_connection_close (connection, 4000, "as you wish");
  else if (message->length == 5 && memcmp (message->data, "pongs", 5) == 0)
    flow_wire_connection_set_data (connection, data);
  else
    flow_wire_connection_forward (connection, message, FLOW_WIRE_SEND_NORMAL);
}

static void
pong_cb (FlowWireConnection *connection, guint64 round_trip_us, gpointer data)
{
  if (flow_wire_connection_get_data (connection) != NULL)
    flow_wire_connection_send (connection, FLOW_WIRE_TEXT, "pong", 4, FLOW_WIRE_SEND_NORMAL);
}

static FlowWireVerdict
upgrade_cb (FlowWireConnection *connection, const FlowWireHead *head, gpointer data)
{
  flow_wire_connection_set_data (connection, g_strdup (head->target + 1));
  return (FlowWireVerdict) { .answer = FLOW_WIRE_ACCEPT };
}

static void
opened_cb (FlowWireConnection *connection, gpointer data)
{
  Server *self = data;
  const char *name = flow_wire_connection_get_data (connection);

  flow_wire_names_add (self->names, name, strlen (name), connection);
  g_ptr_array_add (self->all, connection);
}

static void
closed_cb (FlowWireConnection *connection, guint code, const char *reason, gpointer data)
{
  Server *self = data;
  g_autofree char *name = flow_wire_connection_get_data (connection);

  if (flow_wire_names_find (self->names, name, strlen (name)) == connection)
    flow_wire_names_remove (self->names, name, strlen (name));
  g_ptr_array_remove_fast (self->all, connection);
}

static void
route_cb (FlowWireConnection *connection, FlowWireMessage *message, gpointer data)
{
  Server *self = data;
  FlowEnvelope envelope;
  FlowWireConnection *target;

  if (flow_envelope_scan (&envelope, (const char *) message->data, message->length) != NULL)
    {
      flow_wire_connection_close (connection, 1008, "bad envelope");
      return;
    }
  if (flow_slice_equal (envelope.target, "*"))
    {
      for (guint i = 0; i < self->all->len; i++)
        flow_wire_connection_forward (g_ptr_array_index (self->all, i), message, FLOW_WIRE_SEND_NORMAL);
      return;
    }
  target = flow_wire_names_find (self->names, envelope.target.text, envelope.target.length);
  if (target != NULL)
    flow_wire_connection_forward (target, message, FLOW_WIRE_SEND_NORMAL);
}

static void
raise_open_files (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) == 0)
    {
      limit.rlim_cur = limit.rlim_max;
      (void) setrlimit (RLIMIT_NOFILE, &limit);
    }
}

int
main (int argc, char **argv)
{
  static const FlowWireHooks echo = { .message = echo_cb, .pong = pong_cb };
  static const FlowWireHooks route = {
    .upgrade = upgrade_cb, .opened = opened_cb, .message = route_cb, .closed = closed_cb
  };
  gboolean routes = argc > 1 && g_str_equal (argv[1], "route");
  FlowWireLimits limits = flow_wire_default_limits;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) sockets = NULL;
  Server server = { flow_wire_names_new (), g_ptr_array_new () };
  FlowWire *wire;
  guint port;
  char byte;

  raise_open_files ();
  limits.connections = 20000;
  if (argc > 2)
    {
      limits.ping_ms = (guint) g_ascii_strtoull (argv[2], NULL, 10);
      limits.pong_ms = limits.ping_ms * 9 / 10;
    }
  wire = flow_wire_new ("flow-wire", &limits, routes ? &route : &echo, &server, &error);
  sockets = wire != NULL ? flow_listen_loopback (0, &port, &error) : NULL;
  if (sockets == NULL)
    g_error ("%s", error->message);
  flow_wire_listen (wire, 0, sockets);
  printf ("%u\n", port);
  fflush (stdout);
  while (read (STDIN_FILENO, &byte, 1) > 0)
    continue;
  flow_wire_free (wire);
  flow_wire_names_free (server.names);
  g_ptr_array_unref (server.all);
  return 0;
}
