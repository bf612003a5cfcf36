/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-wire"

#include "wire/flow-wire-names.h"

#include <string.h>

#define FIRST_CAPACITY 64

/* A place is free when it has no name. */
typedef struct
{
  guint64 hash;
  FlowWireConnection *connection;
  char *name;
  gsize length;
} Place;

/**
 * FlowWireNames:
 *
 * Who is called what: the routing table that a message's target is looked up in, by name and length as they stand
 * in the message. Belongs to the wire's thread. Names are the hub's own, so nobody can make them collide.
 */
struct _FlowWireNames
{
  Place *places; /* a power of two of them, at most half of it taken */
  guint capacity;
  guint size;
};

static guint64
hash_name (const char *name, gsize length)
{
  guint64 hash = length * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  guint64 word;

  for (; length >= 8; name += 8, length -= 8)
    {
      memcpy (&word, name, 8);
      hash = (hash ^ word) * G_GUINT64_CONSTANT (0xff51afd7ed558ccd);
      hash ^= hash >> 32;
    }
  word = 0;
  for (gsize i = 0; i < length; i++)
    word = word << 8 | (guint8) name[i];
  hash = (hash ^ word) * G_GUINT64_CONSTANT (0xc4ceb9fe1a85ec53);
  return hash ^ hash >> 32;
}

/* The place of a name, or the free one where it belongs. */
static Place *
find_place (const FlowWireNames *self, guint64 hash, const char *name, gsize length)
{
  guint i = (guint) hash & (self->capacity - 1);

  for (;; i = (i + 1) & (self->capacity - 1))
    {
      Place *place = &self->places[i];

      if (place->name == NULL)
        return place;
      if (place->hash == hash && place->length == length && memcmp (place->name, name, length) == 0)
        return place;
    }
}

static void
resize (FlowWireNames *self, guint capacity)
{
  Place *before = self->places;
  guint n = self->capacity;

  self->places = g_new0 (Place, capacity);
  self->capacity = capacity;
  for (guint i = 0; i < n; i++)
    {
      if (before[i].name != NULL)
        *find_place (self, before[i].hash, before[i].name, before[i].length) = before[i];
    }
  g_free (before);
}

/**
 * flow_wire_names_new:
 *
 * Make a table in which nobody is.
 *
 * Returns: (transfer full): the table
 */
FlowWireNames *
flow_wire_names_new (void)
{
  FlowWireNames *self = g_new0 (FlowWireNames, 1);

  resize (self, FIRST_CAPACITY);
  return self;
}

/** flow_wire_names_free: free a table. */
void
flow_wire_names_free (FlowWireNames *self)
{
  for (guint i = 0; i < self->capacity; i++)
    g_free (self->places[i].name);
  g_free (self->places);
  g_free (self);
}

/**
 * flow_wire_names_add:
 * @self: a table
 * @name: a name, which need not end in a zero
 * @length: its length in bytes
 * @connection: who is called so, until flow_wire_names_remove()
 *
 * Give a connection a name. It can have several.
 *
 * Returns: %FALSE when another has the name
 */
gboolean
flow_wire_names_add (FlowWireNames *self, const char *name, gsize length, FlowWireConnection *connection)
{
  guint64 hash = hash_name (name, length);
  Place *place;

  g_return_val_if_fail (self != NULL && connection != NULL, FALSE);

  if (2 * (self->size + 1) > self->capacity)
    resize (self, 2 * self->capacity);
  place = find_place (self, hash, name, length);
  if (place->name != NULL)
    return FALSE;
  *place = (Place) { hash, connection, g_strndup (name, length), length };
  self->size++;
  return TRUE;
}

/**
 * flow_wire_names_remove:
 * @self: a table
 * @name: a name, which need not end in a zero
 * @length: its length in bytes
 *
 * Take a name back.
 *
 * Returns: %FALSE when nobody had it
 */
gboolean
flow_wire_names_remove (FlowWireNames *self, const char *name, gsize length)
{
  Place *place;
  guint hole;

  g_return_val_if_fail (self != NULL, FALSE);

  place = find_place (self, hash_name (name, length), name, length);
  if (place->name == NULL)
    return FALSE;
  g_free (place->name);
  self->size--;
  hole = (guint) (place - self->places);
  *place = (Place) { 0 };
  /* Those behind that had to give way come nearer to where they belong, or they would not be found. */
  for (guint i = (hole + 1) & (self->capacity - 1); self->places[i].name != NULL; i = (i + 1) & (self->capacity - 1))
    {
      guint home = (guint) self->places[i].hash & (self->capacity - 1);

      if (((i - home) & (self->capacity - 1)) < ((i - hole) & (self->capacity - 1)))
        continue;
      self->places[hole] = self->places[i];
      self->places[i] = (Place) { 0 };
      hole = i;
    }
  return TRUE;
}

/**
 * flow_wire_names_find:
 * @self: a table
 * @name: (nullable): a name, which need not end in a zero
 * @length: its length in bytes
 *
 * Find out who is called so.
 *
 * Returns: (nullable): the connection
 */
FlowWireConnection *
flow_wire_names_find (FlowWireNames *self, const char *name, gsize length)
{
  return find_place (self, hash_name (name, length), name, length)->connection;
}

/** flow_wire_names_get_size: how many names there are. */
guint
flow_wire_names_get_size (FlowWireNames *self)
{
  return self->size;
}
