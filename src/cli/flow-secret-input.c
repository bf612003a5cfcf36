/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-secret-input"

#include "cli/flow-secret-input.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "base/flow-error.h"
#include "cli/flow-terminal.h"

#define MAX_SECRET 1024

static gboolean
ends_line (const char *line)
{
  return *line != '\0' && line[strlen (line) - 1] == '\n';
}

/**
 * flow_secret_input_read:
 * @cli: the command line
 * @question: what is asked for, "Password"
 * @error: return location
 *
 * Read a password: on a terminal with a question and without showing what is typed, else the next line of standard
 * input, so that scripts can pass some one after the other.
 *
 * Returns: (transfer full): what was given, for flow_secret_input_free(); %NULL with %FLOW_ERROR_BAD_ARGUMENT
 */
char *
flow_secret_input_read (FlowCli *cli, const char *question, GError **error)
{
  gboolean asks = flow_terminal_is_terminal (fileno (stdin));
  char line[MAX_SECRET + 2] = "";
  char *secret = NULL;
  gboolean read;

  if (asks)
    {
      fprintf (stderr, "%s: ", question);
      fflush (stderr);
      flow_terminal_set_echo (fileno (stdin), FALSE);
    }
  read = fgets (line, sizeof line, stdin) != NULL;
  if (asks)
    {
      flow_terminal_set_echo (fileno (stdin), TRUE);
      fputc ('\n', stderr);
    }
  if (!read)
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("%s: nothing was given"), question);
  else if (!ends_line (line) && !feof (stdin))
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("%s: too long"), question);
  else if (!g_utf8_validate (line, -1, NULL))
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("%s: not UTF-8"), question);
  else
    {
      line[strcspn (line, "\r\n")] = '\0';
      secret = g_strdup (line);
    }
  explicit_bzero (line, sizeof line);
  return secret;
}

/**
 * flow_secret_input_read_twice:
 * @cli: the command line
 * @question: what is asked for
 * @error: return location
 *
 * flow_secret_input_read() for what is chosen now: on a terminal it must be typed twice.
 *
 * Returns: (transfer full): what was given, for flow_secret_input_free(); %NULL with %FLOW_ERROR_BAD_ARGUMENT
 */
char *
flow_secret_input_read_twice (FlowCli *cli, const char *question, GError **error)
{
  g_autofree char *again = g_strdup_printf (_ ("%s again"), question);
  char *first = flow_secret_input_read (cli, question, error);
  char *second = NULL;

  if (first == NULL || !flow_terminal_is_terminal (fileno (stdin)))
    return first;
  second = flow_secret_input_read (cli, again, error);
  if (second != NULL && !g_str_equal (first, second))
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("%s: the two are not the same"), question);
  if (second == NULL || !g_str_equal (first, second))
    g_clear_pointer (&first, flow_secret_input_free);
  flow_secret_input_free (second);
  return first;
}

/** flow_secret_input_free: overwrite a password and free it. */
void
flow_secret_input_free (char *secret)
{
  if (secret == NULL)
    return;
  explicit_bzero (secret, strlen (secret));
  g_free (secret);
}
