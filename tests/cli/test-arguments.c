/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "cli/flow-arguments.h"

#include "base/flow-error.h"

#define NOW G_GINT64_CONSTANT (1700000000000000000)

static const FlowOption first[] = {
  { "flag", 'f', FLOW_OPTION_FLAG, NULL, "A flag", NULL },
  { "text", 't', FLOW_OPTION_TEXT, "TEXT", "A text", NULL },
  { "list", 'l', FLOW_OPTION_LIST, "TEXT", "Texts", NULL },
  { "pair", 'p', FLOW_OPTION_PAIR, "KEY=VALUE", "Pairs", NULL },
  { NULL },
};

static const FlowOption second[] = {
  { "number", 'n', FLOW_OPTION_NUMBER, "N", "A number", NULL },
  { "took", 0, FLOW_OPTION_DURATION, "DURATION", "A duration", NULL },
  { "since", 0, FLOW_OPTION_TIME, "TIME", "A time", NULL },
  { "sort", 0, FLOW_OPTION_CHOICE, "ORDER", "A choice", "up|down" },
  { "file", 'o', FLOW_OPTION_FILE, "FILE", "A file", NULL },
  { NULL },
};

static const FlowOption *const tables[] = { first, second, NULL };

static FlowArguments *
parse (const char *line, gboolean stop, GError **error)
{
  g_auto (GStrv) argv = NULL;

  if (*line == '\0')
    argv = g_new0 (char *, 1);
  else
    g_assert_true (g_shell_parse_argv (line, NULL, &argv, NULL));
  return flow_arguments_parse (tables, (const char *const *) argv, stop, NOW, error);
}

static void
test_all_forms (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowArguments) arguments = parse (
      "one --flag -t a --text=b --text 'c d' -n5 -fo out --list x -l y --pair a=b=c -- --two -", FALSE, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (flow_arguments_n_words (arguments), ==, 3);
  g_assert_cmpstr (flow_arguments_word (arguments, 0), ==, "one");
  g_assert_cmpstr (flow_arguments_word (arguments, 1), ==, "--two");
  g_assert_cmpstr (flow_arguments_word (arguments, 2), ==, "-");
  g_assert_null (flow_arguments_word (arguments, 3));
  g_assert_null (flow_arguments_word (arguments, 4));
  g_assert_true (flow_arguments_has (arguments, "flag"));
  g_assert_cmpstr (flow_arguments_text (arguments, "text"), ==, "c d");
  g_assert_cmpstr (flow_arguments_text (arguments, "file"), ==, "out");
  g_assert_cmpint (flow_arguments_number (arguments, "number", 9), ==, 5);
  g_assert_cmpstr (flow_arguments_list (arguments, "list")[1], ==, "y");
  g_assert_null (flow_arguments_list (arguments, "list")[2]);
  g_assert_cmpstr (flow_arguments_list (arguments, "pair")[0], ==, "a=b=c");
}

static void
test_nothing (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowArguments) arguments = parse ("", FALSE, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (flow_arguments_n_words (arguments), ==, 0);
  g_assert_false (flow_arguments_has (arguments, "flag"));
  g_assert_null (flow_arguments_text (arguments, "text"));
  g_assert_null (flow_arguments_list (arguments, "list"));
  g_assert_cmpint (flow_arguments_number (arguments, "number", 9), ==, 9);
}

static void
test_values (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowArguments) arguments = parse ("--took 1.5s --since 10m --sort down", FALSE, &error);

  g_assert_no_error (error);
  g_assert_cmpint (flow_arguments_number (arguments, "took", 0), ==, 1500000000);
  g_assert_cmpint (flow_arguments_number (arguments, "since", 0), ==, NOW - G_GINT64_CONSTANT (600000000000));
  g_assert_cmpstr (flow_arguments_text (arguments, "sort"), ==, "down");
}

static void
test_command (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowArguments) arguments = parse ("-f ls -l --text", TRUE, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (flow_arguments_n_words (arguments), ==, 3);
  g_assert_cmpstr (flow_arguments_word (arguments, 1), ==, "-l");
}

static void
test_wrong (void)
{
  static const char *const lines[] = {
    "--none",         "-x",    "--flag=1", "--text",   "-t",          "-n x",       "-n -1",
    "-n 99999999999", "-p ab", "-p =b",    "--took 5", "--took long", "--since 5y", "--since blue",
    "--sort left",    "-fx",   "--flagg",  "--took=",  "--since=",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", lines[i]);
      g_assert_null (parse (lines[i], FALSE, &error));
      g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/cli/arguments/all-forms", test_all_forms);
  g_test_add_func ("/cli/arguments/nothing", test_nothing);
  g_test_add_func ("/cli/arguments/values", test_values);
  g_test_add_func ("/cli/arguments/command", test_command);
  g_test_add_func ("/cli/arguments/wrong", test_wrong);
  return g_test_run ();
}
