/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-recent"

#include "router/flow-recent.h"

typedef struct
{
  char *source;
  char *id;
  char *receiver; /* (nullable): whom it was passed on to */
  FlowRecentState state;
  GList *link;
} Known;

struct _FlowRecent
{
  guint size;
  GHashTable *known; /* a set of Known, by source and id */
  GQueue order;      /* of Known, the oldest first */
};

static guint
known_hash (gconstpointer key)
{
  const Known *known = key;

  return g_str_hash (known->source) * 31 + g_str_hash (known->id);
}

static gboolean
known_equal (gconstpointer a, gconstpointer b)
{
  const Known *x = a;
  const Known *y = b;

  return g_str_equal (x->id, y->id) && g_str_equal (x->source, y->source);
}

static void
known_free (gpointer data)
{
  Known *known = data;

  g_free (known->source);
  g_free (known->id);
  g_free (known->receiver);
  g_free (known);
}

static Known *
find (FlowRecent *self, const char *source, const char *id)
{
  const Known wanted = { .source = (char *) source, .id = (char *) id };

  return g_hash_table_lookup (self->known, &wanted);
}

static void
forget (FlowRecent *self, Known *known)
{
  g_queue_delete_link (&self->order, known->link);
  g_hash_table_remove (self->known, known);
}

/**
 * flow_recent_new:
 * @size: how many messages are remembered
 *
 * Make a memory.
 *
 * Returns: (transfer full): the memory
 */
FlowRecent *
flow_recent_new (guint size)
{
  FlowRecent *self = g_new0 (FlowRecent, 1);

  self->size = size;
  self->known = g_hash_table_new_full (known_hash, known_equal, known_free, NULL);
  return self;
}

/**
 * flow_recent_free:
 * @self: (transfer full): a memory
 *
 * Free it.
 */
void
flow_recent_free (FlowRecent *self)
{
  g_queue_clear (&self->order);
  g_hash_table_unref (self->known);
  g_free (self);
}

/**
 * flow_recent_add:
 * @self: a memory
 * @source: the sender
 * @id: the sender's id for it
 *
 * Note that a message came.
 *
 * Returns: what was known about it before
 */
FlowRecentState
flow_recent_add (FlowRecent *self, const char *source, const char *id)
{
  Known *known = find (self, source, id);

  if (known != NULL)
    return known->state;
  known = g_new0 (Known, 1);
  known->source = g_strdup (source);
  known->id = g_strdup (id);
  known->state = FLOW_RECENT_PENDING;
  g_queue_push_tail (&self->order, known);
  known->link = self->order.tail;
  g_hash_table_add (self->known, known);
  if (self->order.length > self->size)
    forget (self, self->order.head->data);
  return FLOW_RECENT_NEW;
}

/**
 * flow_recent_set_receiver:
 * @self: a memory
 * @source: the sender
 * @id: the sender's id for it
 * @receiver: a channel's full name
 *
 * Note whom a message was passed on to.
 */
void
flow_recent_set_receiver (FlowRecent *self, const char *source, const char *id, const char *receiver)
{
  Known *known = find (self, source, id);

  if (known == NULL)
    return;
  g_free (known->receiver);
  known->receiver = g_strdup (receiver);
}

/**
 * flow_recent_find_sender:
 * @self: a memory
 * @receiver: who acknowledges
 * @id: what
 *
 * Find out whose message was acknowledged.
 *
 * Returns: (transfer none) (nullable): its sender
 */
const char *
flow_recent_find_sender (FlowRecent *self, const char *receiver, const char *id)
{
  for (GList *at = self->order.tail; at != NULL; at = at->prev)
    {
      const Known *known = at->data;

      if (g_str_equal (known->id, id) && g_strcmp0 (known->receiver, receiver) == 0)
        return known->source;
    }
  return NULL;
}

/**
 * flow_recent_done:
 * @self: a memory
 * @source: the sender
 * @id: the sender's id for it
 *
 * Note that a message was handled.
 */
void
flow_recent_done (FlowRecent *self, const char *source, const char *id)
{
  Known *known = find (self, source, id);

  if (known != NULL)
    known->state = FLOW_RECENT_DONE;
}

/**
 * flow_recent_forget:
 * @self: a memory
 * @source: the sender
 * @id: the sender's id for it
 *
 * Forget a message, so that it may be tried again.
 */
void
flow_recent_forget (FlowRecent *self, const char *source, const char *id)
{
  Known *known = find (self, source, id);

  if (known != NULL)
    forget (self, known);
}

/**
 * flow_recent_forget_receiver:
 * @self: a memory
 * @receiver: a channel's full name
 *
 * Forget what a channel has not acknowledged that is gone: a repetition is for another one.
 */
void
flow_recent_forget_receiver (FlowRecent *self, const char *receiver)
{
  GList *next;

  for (GList *at = self->order.head; at != NULL; at = next)
    {
      Known *known = at->data;

      next = at->next;
      if (known->state == FLOW_RECENT_PENDING && g_strcmp0 (known->receiver, receiver) == 0)
        forget (self, known);
    }
}
