/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sim-world.h"

/* The first line in which two dumps differ. */
static gboolean
is_equal (SimWorld *self, const char *what, guint node, const GString *first, const GString *second)
{
  g_auto (GStrv) a = NULL;
  g_auto (GStrv) b = NULL;
  guint i = 0;

  if (g_string_equal (first, second))
    return TRUE;
  a = g_strsplit (first->str, "\n", -1);
  b = g_strsplit (second->str, "\n", -1);
  while (a[i] != NULL && b[i] != NULL && g_str_equal (a[i], b[i]))
    i++;
  sim_world_fail (self, "%s of device %u differs: %s and %s", what, node, a[i] != NULL ? a[i] : "nothing",
                  b[i] != NULL ? b[i] : "nothing");
  return FALSE;
}

/* What all know is the same, and so is what they make of it. */
static void
check_equal (SimWorld *self)
{
  g_autoptr (GString) cells = NULL;
  g_autoptr (GString) domain = NULL;
  g_autoptr (GString) old = NULL;

  for (guint i = 0; i < self->n; i++)
    {
      SimReplica *replica = self->nodes[i].replica;
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GString) more = g_string_new (NULL);
      GString **known = replica->old ? &old : &domain;

      if (self->nodes[i].gone)
        continue;
      sim_replica_dump_cells (replica, text);
      sim_replica_dump_domain (replica, replica->old, more);
      if ((cells != NULL && !is_equal (self, "what holds", i, text, cells)) ||
          (*known != NULL && !is_equal (self, "the domain", i, more, *known)))
        return;
      if (cells == NULL)
        cells = g_steal_pointer (&text);
      if (*known == NULL)
        *known = g_steal_pointer (&more);
    }
}

void
sim_world_check_all (SimWorld *self, SimReplica *spare)
{
  check_equal (self);
}
