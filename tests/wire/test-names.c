/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <string.h>

#include "wire/flow-wire-names.h"

#define N_NAMES 3000

/* Any pointer that is not NULL: the table never looks at what it is. */
static FlowWireConnection *
fake (guint i)
{
  return GUINT_TO_POINTER (i + 1);
}

static char *
name_of (guint i)
{
  return g_strdup_printf ("%s/%u", i % 2 == 0 ? "vscode_extension" : "cli", i);
}

/* What a hash table of GLib holds after the same steps. */
static void
test_against_glib (void)
{
  g_autoptr (FlowWireNames) names = flow_wire_names_new ();
  g_autoptr (GHashTable) model = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint step = 0; step < 60000; step++)
    {
      guint i = (guint) g_test_rand_int_range (0, N_NAMES);
      g_autofree char *name = name_of (i);
      gboolean there = g_hash_table_contains (model, name);

      if (g_test_rand_int_range (0, step < 20000 ? 3 : 8) > 1)
        {
          g_assert_cmpint (flow_wire_names_remove (names, name, strlen (name)), ==, there);
          g_hash_table_remove (model, name);
        }
      else
        {
          g_assert_cmpint (flow_wire_names_add (names, name, strlen (name), fake (i)), ==, !there);
          g_hash_table_add (model, g_steal_pointer (&name));
        }
      g_assert_cmpuint (flow_wire_names_get_size (names), ==, g_hash_table_size (model));
    }
  for (guint i = 0; i < N_NAMES; i++)
    {
      g_autofree char *name = name_of (i);
      gboolean there = g_hash_table_contains (model, name);

      g_assert_true (flow_wire_names_find (names, name, strlen (name)) == (there ? fake (i) : NULL));
      g_assert_null (flow_wire_names_find (names, name, strlen (name) + 1));
    }
  g_assert_null (flow_wire_names_find (names, NULL, 0));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/names/against-glib", test_against_glib);
  return g_test_run ();
}
