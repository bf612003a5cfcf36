/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-port-holder"

#include "cli/flow-port-holder.h"

#include <stdio.h>
#include <string.h>

/* State of a listening socket in /proc/net/tcp. */
#define TCP_LISTEN 0x0a

/* Columns: number, local address:port in hex, remote one, state, queues, timers, retries, uid, timeout, inode. */
static gboolean
find_inode (const char *table, guint port, guint64 *inode)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (table, &text, NULL, NULL))
    return FALSE;
  lines = g_strsplit (text, "\n", -1);
  for (gsize i = 1; lines[0] != NULL && lines[i] != NULL; i++)
    {
      char address[64];
      guint local;
      guint state;

      if (sscanf (lines[i], " %*u: %63[^:]:%x %*63[^:]:%*x %x %*s %*s %*s %*u %*u %" G_GUINT64_FORMAT, address, &local,
                  &state, inode) == 4 &&
          local == port && state == TCP_LISTEN)
        return TRUE;
    }
  return FALSE;
}

static gboolean
holds (const char *pid, const char *wanted)
{
  g_autofree char *folder = g_build_filename ("/proc", pid, "fd", NULL);
  g_autoptr (GDir) descriptors = g_dir_open (folder, 0, NULL);
  const char *name;

  while (descriptors != NULL && (name = g_dir_read_name (descriptors)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *target = g_file_read_link (path, NULL);

      if (g_strcmp0 (target, wanted) == 0)
        return TRUE;
    }
  return FALSE;
}

/**
 * flow_port_holder_find:
 * @port: a TCP port
 * @holder: (out) (nullable): the name of the program that listens there, %NULL when it cannot be seen, as for programs
 *   of other users
 * @pid: (out): its process id, 0 when it cannot be seen
 *
 * Find out who listens on a port of this machine.
 *
 * Returns: %FALSE when nobody does
 */
gboolean
flow_port_holder_find (guint port, char **holder, gint64 *pid)
{
  g_autofree char *wanted = NULL;
  g_autoptr (GDir) processes = NULL;
  const char *name;
  guint64 inode;

  *holder = NULL;
  *pid = 0;
  if (!find_inode ("/proc/net/tcp", port, &inode) && !find_inode ("/proc/net/tcp6", port, &inode))
    return FALSE;

  wanted = g_strdup_printf ("socket:[%" G_GUINT64_FORMAT "]", inode);
  processes = g_dir_open ("/proc", 0, NULL);
  while (processes != NULL && (name = g_dir_read_name (processes)) != NULL)
    {
      g_autofree char *comm = NULL;

      if (!g_ascii_isdigit (name[0]) || !holds (name, wanted))
        continue;
      comm = g_build_filename ("/proc", name, "comm", NULL);
      if (g_file_get_contents (comm, holder, NULL, NULL))
        g_strchomp (*holder);
      *pid = g_ascii_strtoll (name, NULL, 10);
      break;
    }
  return TRUE;
}
