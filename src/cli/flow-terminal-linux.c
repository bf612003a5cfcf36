/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-terminal"

#include "cli/flow-terminal.h"

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

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

/**
 * flow_terminal_set_echo:
 * @descriptor: an open file
 * @echo: whether to show what is typed
 *
 * Show what is typed on a terminal, or do not. Does nothing for another file.
 */
void
flow_terminal_set_echo (int descriptor, gboolean echo)
{
  struct termios settings;

  if (tcgetattr (descriptor, &settings) != 0)
    return;
  if (echo)
    settings.c_lflag |= ECHO;
  else
    settings.c_lflag &= ~(tcflag_t) ECHO;
  tcsetattr (descriptor, TCSAFLUSH, &settings);
}
