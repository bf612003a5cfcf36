/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "cloud/flow-cloud-terminal.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/flow-error.h"
#include "secret/flow-digest.h"

#define MAX_LINE 2048

/* What ends the program while a password is typed. */
static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

static struct sigaction before_ends[G_N_ELEMENTS (ends)];
static struct termios before;

/* Only what a signal handler may do: the terminal is as it was, and the signal does what it does. */
static void
end_cb (int number)
{
  tcsetattr (STDIN_FILENO, TCSANOW, &before);
  raise (number);
}

static void
be_quiet (void)
{
  struct sigaction action = { .sa_handler = end_cb, .sa_flags = (int) SA_RESETHAND };
  struct termios silent = before;

  sigemptyset (&action.sa_mask);
  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    sigaction (ends[i], &action, &before_ends[i]);
  silent.c_lflag &= ~(tcflag_t) ECHO;
  tcsetattr (STDIN_FILENO, TCSAFLUSH, &silent);
}

static void
be_loud (void)
{
  tcsetattr (STDIN_FILENO, TCSAFLUSH, &before);
  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    sigaction (ends[i], &before_ends[i], NULL);
}

/**
 * flow_cloud_terminal_read_password:
 * @prompt: what to show on a terminal
 * @error: return location
 *
 * Read a line from standard input; on a terminal what is typed is not shown.
 *
 * Returns: (transfer full): the line, to be wiped, or %NULL with %FLOW_ERROR_BAD_ARGUMENT when there is none
 */
char *
flow_cloud_terminal_read_password (const char *prompt, GError **error)
{
  gboolean is_terminal = tcgetattr (STDIN_FILENO, &before) == 0;
  char line[MAX_LINE] = "";
  char *password = NULL;
  char *read;

  /* A buffer of stdio would keep what was typed. */
  setvbuf (stdin, NULL, _IONBF, 0);
  if (is_terminal)
    {
      fputs (prompt, stderr);
      be_quiet ();
    }
  read = fgets (line, sizeof line, stdin);
  if (is_terminal)
    {
      be_loud ();
      fputs ("\n", stderr);
    }
  if (read != NULL && g_utf8_validate (line, -1, NULL))
    password = g_strndup (line, strcspn (line, "\r\n"));
  else
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT,
                         "A password is read from the first line of standard input, and there is none");
  flow_digest_wipe (line, sizeof line);
  return password;
}
