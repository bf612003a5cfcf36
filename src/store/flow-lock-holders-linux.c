/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-store"

#include "store/flow-lock-holders.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <unistd.h>

typedef struct
{
  int pid;
  guint64 inode;
  gint64 first;
  gint64 last;
} Lock;

/* A line of proc(5) /proc/locks: "3: POSIX  ADVISORY  READ 1234 fd:00:5678 124 124"; the end may be "EOF". */
static gboolean
parse_lock (const char *line, Lock *lock)
{
  char end[24] = { 0 };

  if (sscanf (line, "%*d: POSIX %*s %*s %d %*x:%*x:%" G_GUINT64_FORMAT " %" G_GINT64_FORMAT " %23s", &lock->pid,
              &lock->inode, &lock->first, end) != 4)
    return FALSE;
  lock->last = strcmp (end, "EOF") == 0 ? G_MAXINT64 : g_ascii_strtoll (end, NULL, 10);
  return TRUE;
}

static char *
describe_process (int pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/comm", pid);
  g_autofree char *name = NULL;

  if (pid == getpid ())
    return g_strdup ("this program");
  if (!g_file_get_contents (path, &name, NULL, NULL))
    return g_strdup_printf ("process %d", pid);
  return g_strdup_printf ("%s (process %d)", g_strstrip (name), pid);
}

/**
 * flow_lock_holders_describe:
 * @path: a file
 * @first: first byte
 * @last: last byte
 *
 * Name the processes that hold a POSIX lock on any of the bytes, for people.
 *
 * The kernel's list is read instead of asking with fcntl(): that would need an open file, and closing it would lose the
 * locks that this process has on it.
 *
 * Returns: (nullable): "sqlite3 (process 12), process 13", or %NULL when nobody is known
 */
char *
flow_lock_holders_describe (const char *path, gint64 first, gint64 last)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  g_autoptr (GString) names = g_string_new (NULL);
  GStatBuf info;

  if (g_stat (path, &info) != 0 || !g_file_get_contents ("/proc/locks", &text, NULL, NULL))
    return NULL;
  lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    {
      g_autofree char *name = NULL;
      Lock lock;

      if (!parse_lock (*line, &lock) || lock.inode != info.st_ino || lock.first > last || lock.last < first ||
          !g_hash_table_add (seen, GINT_TO_POINTER (lock.pid)))
        continue;
      name = describe_process (lock.pid);
      g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", name);
    }
  return names->len > 0 ? g_strdup (names->str) : NULL;
}
