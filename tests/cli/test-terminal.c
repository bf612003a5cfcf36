/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "cli/flow-terminal.h"
#include "cli/flow-text-table.h"

static const struct
{
  const char *text;
  gssize length;
  const char *safe;
} texts[] = {
  { "plain äöü 日本 🙂", -1, "plain äöü 日本 🙂" },
  { "\033[31mred\033[0m", -1, "\\x1b[31mred\\x1b[0m" },
  { "a\nb\tc\rd", -1, "a\\nb\\tc\\rd" },
  { "\a\b\177", -1, "\\x07\\x08\\x7f" },
  { "\302\233"
    "31m",
    -1, "\\x9b31m" },
  { "\342\200\256abc", -1, "\\u202eabc" },
  { "\357\273\277", -1, "\\ufeff" },
  { "bad \377 \303", -1, "bad \\xff \\xc3" },
  { "a\0b", 3, "a\\x00b" },
  { "", -1, "" },
};

static void
test_escape (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *safe = flow_terminal_escaped (texts[i].text, texts[i].length);

      g_assert_cmpstr (safe, ==, texts[i].safe);
    }
}

static void
test_columns (void)
{
  g_assert_cmpuint (flow_terminal_columns (""), ==, 0);
  g_assert_cmpuint (flow_terminal_columns ("äb"), ==, 2);
  g_assert_cmpuint (flow_terminal_columns ("日本"), ==, 4);
  g_assert_cmpuint (flow_terminal_columns ("e\314\201"), ==, 1);
  g_assert_cmpuint (flow_terminal_columns ("\033[1mab\033[0m"), ==, 2);
}

static void
test_table (void)
{
  const char *const titles[] = { "N", "NAME", "LAST" };
  g_autoptr (FlowTextTable) table = flow_text_table_new (titles, "rll");
  g_autofree char *whole = NULL;
  g_autofree char *narrow = NULL;

  flow_text_table_add (table, g_strdup ("1"));
  flow_text_table_add_outside (table, "日\n");
  flow_text_table_add (table, g_strdup ("x"));
  flow_text_table_add (table, g_strdup ("23"));
  flow_text_table_add (table, g_strdup (""));
  flow_text_table_add (table, g_strdup ("a long last cell that has to be cut"));

  g_assert_cmpuint (flow_text_table_get_n_rows (table), ==, 2);
  whole = flow_text_table_to_text (table, 0, "", "");
  g_assert_cmpstr (whole, ==,
                   " N  NAME  LAST\n"
                   " 1  日\\n  x\n"
                   "23        a long last cell that has to be cut\n");
  narrow = flow_text_table_to_text (table, 20, "<", ">");
  g_assert_cmpstr (narrow, ==,
                   "< N  NAME  LAST>\n"
                   " 1  日\\n  x\n"
                   "23        a long la…\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/cli/terminal/escape", test_escape);
  g_test_add_func ("/cli/terminal/columns", test_columns);
  g_test_add_func ("/cli/terminal/table", test_table);
  return g_test_run ();
}
