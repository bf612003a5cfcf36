/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "cloud/flow-cloud-terminal.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/flow-error.h"

#define MAX_LINE 2048

/**
 * flow_cloud_terminal_read_password:
 * @prompt: what to show on a terminal
 * @error: return location
 *
 * Read a line from standard input; on a terminal what is typed is not shown.
 *
 * Returns: (transfer full): the line, or %NULL with %FLOW_ERROR_BAD_ARGUMENT when there is none
 */
char *
flow_cloud_terminal_read_password (const char *prompt, GError **error)
{
  struct termios before, silent;
  gboolean is_terminal = tcgetattr (STDIN_FILENO, &before) == 0;
  char line[MAX_LINE];
  char *read;

  if (is_terminal)
    {
      silent = before;
      silent.c_lflag &= ~(tcflag_t) ECHO;
      fputs (prompt, stderr);
      tcsetattr (STDIN_FILENO, TCSAFLUSH, &silent);
    }
  read = fgets (line, sizeof line, stdin);
  if (is_terminal)
    {
      tcsetattr (STDIN_FILENO, TCSAFLUSH, &before);
      fputs ("\n", stderr);
    }
  if (read != NULL && g_utf8_validate (line, -1, NULL))
    {
      line[strcspn (line, "\r\n")] = '\0';
      return g_strdup (line);
    }
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT,
                       "A password is read from the first line of standard input, and there is none");
  return NULL;
}
