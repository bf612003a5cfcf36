/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-http"

#include "hub/flow-http-private.h"

static void
expire (FlowHttpConnection *connection)
{
  if (connection->state == FLOW_HTTP_BODY && connection->exchange != NULL)
    flow_http_exchange_abort (connection->exchange, 408, FLOW_ERROR_TIMEOUT, "stalled", "the body came too slowly");
  else
    flow_http_connection_close (connection);
}

/**
 * flow_http_sweep:
 * @server: a server
 * @now_us: monotonic time
 *
 * End the connections whose time is over, and arm the server for the next one.
 */
void
flow_http_sweep (FlowHttpServer *server, gint64 now_us)
{
  GList *link = server->connections.head;
  gint64 next = G_MAXINT64;

  while (link != NULL)
    {
      FlowHttpConnection *connection = link->data;

      link = link->next;
      if (connection->deadline_us != 0 && connection->deadline_us <= now_us)
        expire (connection);
      else if (connection->deadline_us != 0)
        next = MIN (next, connection->deadline_us);
    }
  if (next != G_MAXINT64)
    flow_http_server_arm (server, next);
}

/**
 * flow_http_sweep_make_room:
 * @server: a server
 *
 * When there are more connections than allowed, close the one that has waited longest: an idle one if there is
 * one, else one that has not sent its head yet, else the newest. Requests under way are never dropped for a new one.
 */
void
flow_http_sweep_make_room (FlowHttpServer *server)
{
  static const FlowHttpState victims[] = { FLOW_HTTP_IDLE, FLOW_HTTP_LINGER, FLOW_HTTP_HEAD };

  if (server->stats.connections <= server->limits.connections)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (victims); i++)
    {
      for (GList *link = server->connections.head; link != NULL; link = link->next)
        {
          FlowHttpConnection *connection = link->data;

          if (connection->state == victims[i])
            {
              flow_http_connection_close (connection);
              return;
            }
        }
    }
}
