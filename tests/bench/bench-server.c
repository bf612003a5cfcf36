/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/bench-server.h"

#include <sys/wait.h>
#include <unistd.h>

void
bench_server_start (BenchServer *self)
{
  g_autoptr (GError) error = NULL;
  int out;
  char line[192];

  if (!g_spawn_async_with_pipes (NULL, self->argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
                                 &self->child, &self->stop, &out, NULL, &error))
    g_error ("%s", error->message);
  self->in = fdopen (out, "r");
  if (fgets (line, sizeof line, self->in) == NULL)
    g_error ("%s does not start", self->name);
  self->pid = self->child;
  sscanf (line, "%u %d %127s", &self->port, &self->pid, self->token);
}

void
bench_server_stop (BenchServer *self)
{
  close (self->stop);
  fclose (self->in);
  waitpid (self->child, NULL, 0);
  g_spawn_close_pid (self->child);
}
