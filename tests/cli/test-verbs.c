/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "cli/flow-verb.h"

#include <string.h>

/* Help, completions, the manual page and the parser all trust these tables. */
static void
check_option (const FlowVerb *verb, const FlowOption *option, GHashTable *names, GHashTable *letters)
{
  g_test_message ("%s --%s", verb->name, option->name);
  g_assert_true (g_hash_table_add (names, (char *) option->name));
  if (option->letter != 0)
    g_assert_true (g_hash_table_add (letters, GINT_TO_POINTER (option->letter)));
  g_assert_nonnull (option->summary);
  g_assert_false (g_str_has_suffix (option->summary, "."));
  g_assert_cmpint (option->type == FLOW_OPTION_FLAG, ==, option->value == NULL);
  g_assert_cmpint (option->type == FLOW_OPTION_CHOICE, ==, option->choices != NULL);
}

static void
test_options (void)
{
  for (const FlowVerb *const *verb = flow_verbs (); *verb != NULL; verb++)
    {
      const FlowOption *tables[FLOW_VERB_TABLES];
      g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
      g_autoptr (GHashTable) letters = g_hash_table_new (NULL, NULL);

      flow_verb_get_tables (*verb, tables);
      for (gsize i = 0; tables[i] != NULL; i++)
        for (const FlowOption *option = tables[i]; option->name != NULL; option++)
          check_option (*verb, option, names, letters);
    }
}

static void
test_verbs (void)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  for (const FlowVerb *const *verb = flow_verbs (); *verb != NULL; verb++)
    {
      g_assert_true (g_hash_table_add (names, (char *) (*verb)->name));
      g_assert_true (flow_verb_find ((*verb)->name) == *verb);
      g_assert_nonnull ((*verb)->summary);
      g_assert_false (g_str_has_suffix ((*verb)->summary, "."));
      g_assert_true ((*verb)->run != NULL || (*verb)->commands != NULL);
      g_assert_cmpuint ((*verb)->min, <=, (*verb)->max);
      g_assert_true ((*verb)->commands != NULL || (*verb)->max > 0 || (*verb)->synopsis[0] == '\0');
      for (const FlowCommand *command = (*verb)->commands; command != NULL && command->name != NULL; command++)
        g_assert_cmpuint (command->min, <=, command->max);
    }
  g_assert_null (flow_verb_find ("no-such-verb"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/cli/verbs/verbs", test_verbs);
  g_test_add_func ("/cli/verbs/options", test_options);
  return g_test_run ();
}
