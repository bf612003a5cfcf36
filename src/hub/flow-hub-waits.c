/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub"

#include "hub/flow-hub-waits.h"

typedef struct
{
  FlowHubWaits *waits;
  guint64 connection;
  char *origin;  /* (nullable): who has to be allowed */
  GSource *late; /* (nullable): the answer to a wrong token is on its way */
} Wait;

/**
 * FlowHubWaits:
 *
 * Connections at the wire that are not answered yet: those about whose origin the user is asked, and those that sent a
 * wrong token once too often. Belongs to the hub thread.
 */
struct _FlowHubWaits
{
  FlowWire *wire;
  GQueue waits; /* of Wait */
};

static void
wait_free (gpointer data)
{
  Wait *wait = data;

  if (wait->late != NULL)
    {
      g_source_destroy (wait->late);
      g_source_unref (wait->late);
    }
  g_free (wait->origin);
  g_free (wait);
}

static Wait *
add (FlowHubWaits *self, guint64 connection)
{
  Wait *wait = g_new0 (Wait, 1);

  wait->waits = self;
  wait->connection = connection;
  g_queue_push_tail (&self->waits, wait);
  return wait;
}

static void
decide (FlowHubWaits *self, Wait *wait, FlowWireAnswer answer, FlowError error, const char *message)
{
  FlowWireVerdict verdict = { .answer = answer, .error = error, .message = message };

  flow_wire_post_verdict (self->wire, wait->connection, &verdict);
  g_queue_remove (&self->waits, wait);
  wait_free (wait);
}

static gboolean
late_cb (gpointer data)
{
  Wait *wait = data;

  decide (wait->waits, wait, FLOW_WIRE_REFUSE, FLOW_ERROR_UNAUTHORIZED,
          "the token of the discovery file is missing or wrong");
  return G_SOURCE_REMOVE;
}

/**
 * flow_hub_waits_new:
 * @wire: who is told
 *
 * Returns: (transfer full): a list of nobody
 */
FlowHubWaits *
flow_hub_waits_new (FlowWire *wire)
{
  FlowHubWaits *self = g_new0 (FlowHubWaits, 1);

  self->wire = wire;
  g_queue_init (&self->waits);
  return self;
}

/**
 * flow_hub_waits_free:
 * @self: (transfer full): a list
 *
 * Free it. Who waits is not answered.
 */
void
flow_hub_waits_free (FlowHubWaits *self)
{
  g_queue_clear_full (&self->waits, wait_free);
  g_free (self);
}

/**
 * flow_hub_waits_add:
 * @self: a list
 * @connection: who waits
 * @origin: for the user's word about this
 *
 * Keep a page waiting.
 */
void
flow_hub_waits_add (FlowHubWaits *self, guint64 connection, const char *origin)
{
  add (self, connection)->origin = g_strdup (origin);
}

/**
 * flow_hub_waits_delay:
 * @self: a list
 * @connection: who sent a wrong token
 * @ms: after how many milliseconds it is told, 0: at once
 *
 * Refuse somebody, late.
 */
void
flow_hub_waits_delay (FlowHubWaits *self, guint64 connection, guint ms)
{
  Wait *wait = add (self, connection);

  wait->late = g_timeout_source_new (ms);
  g_source_set_name (wait->late, "flow-hub-late");
  g_source_set_callback (wait->late, late_cb, wait, NULL);
  g_source_attach (wait->late, g_main_context_get_thread_default ());
}

/**
 * flow_hub_waits_remove:
 * @self: a list
 * @connection: who is gone
 *
 * Forget somebody who waits no more.
 */
void
flow_hub_waits_remove (FlowHubWaits *self, guint64 connection)
{
  for (GList *link = self->waits.head; link != NULL; link = link->next)
    {
      if (((Wait *) link->data)->connection != connection)
        continue;
      wait_free (link->data);
      g_queue_delete_link (&self->waits, link);
      return;
    }
}

/**
 * flow_hub_waits_settle:
 * @self: a list
 * @allowed: (array zero-terminated=1): origins that may speak
 * @denied: (array zero-terminated=1): origins that may not
 *
 * Answer those about whom the user has decided.
 */
void
flow_hub_waits_settle (FlowHubWaits *self, const char *const *allowed, const char *const *denied)
{
  GList *next;

  for (GList *link = self->waits.head; link != NULL; link = next)
    {
      Wait *wait = link->data;

      next = link->next;
      if (wait->origin == NULL)
        continue;
      if (g_strv_contains (denied, wait->origin))
        decide (self, wait, FLOW_WIRE_REFUSE, FLOW_ERROR_FORBIDDEN, "the user does not want this web origin");
      else if (g_strv_contains (allowed, wait->origin))
        decide (self, wait, FLOW_WIRE_ACCEPT, FLOW_ERROR_FAILED, NULL);
    }
}

/**
 * flow_hub_waits_refuse_all:
 * @self: a list
 *
 * Refuse everybody who waits for the user: there is nobody left to ask.
 */
void
flow_hub_waits_refuse_all (FlowHubWaits *self)
{
  GList *next;

  for (GList *link = self->waits.head; link != NULL; link = next)
    {
      next = link->next;
      if (((Wait *) link->data)->origin != NULL)
        decide (self, link->data, FLOW_WIRE_REFUSE, FLOW_ERROR_FORBIDDEN, "nobody is there to allow this web origin");
    }
}
