/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-terminal"

#include "cli/flow-terminal.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* What ends the program while a password is typed. */
static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

static struct sigaction before_ends[G_N_ELEMENTS (ends)];
static struct termios before;
static int quiet = -1;

/* Only what a signal handler may do: the terminal is as it was, and the signal does what it does. */
static void
end_cb (int number)
{
  tcsetattr (quiet, TCSANOW, &before);
  raise (number);
}

/**
 * flow_terminal_is_terminal:
 * @descriptor: an open file
 *
 * Tell whether a person reads or writes there.
 *
 * Returns: %TRUE for a terminal
 */
gboolean
flow_terminal_is_terminal (int descriptor)
{
  return isatty (descriptor);
}

/**
 * flow_terminal_get_width:
 * @descriptor: an open file
 *
 * Get the width of a terminal.
 *
 * Returns: columns, 0 when it has no width
 */
guint
flow_terminal_get_width (int descriptor)
{
  struct winsize size;

  return ioctl (descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static void
be_quiet (int descriptor)
{
  struct sigaction action = { .sa_handler = end_cb, .sa_flags = (int) SA_RESETHAND };
  struct termios settings;

  if (quiet >= 0 || tcgetattr (descriptor, &before) != 0)
    return;
  quiet = descriptor;
  sigemptyset (&action.sa_mask);
  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    sigaction (ends[i], &action, &before_ends[i]);
  settings = before;
  settings.c_lflag &= ~(tcflag_t) ECHO;
  tcsetattr (descriptor, TCSAFLUSH, &settings);
}

static void
be_loud (int descriptor)
{
  if (quiet != descriptor)
    return;
  tcsetattr (descriptor, TCSAFLUSH, &before);
  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    sigaction (ends[i], &before_ends[i], NULL);
  quiet = -1;
}

/**
 * flow_terminal_set_echo:
 * @descriptor: an open file
 * @echo: whether to show what is typed
 *
 * Show what is typed on a terminal, or do not; a signal that ends the program meanwhile has it shown first. Does
 * nothing for another file.
 */
void
flow_terminal_set_echo (int descriptor, gboolean echo)
{
  if (echo)
    be_loud (descriptor);
  else
    be_quiet (descriptor);
}
