/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-spawn"

#include "launch/flow-spawn.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/flow-error.h"
#include "launch/flow-host.h"

/* What a program that raised its own limit wants its children to have; 0: as it is. */
static guint64 open_files;

/* What a child has to undo between fork and exec. */
typedef struct
{
  rlim_t open_files;
  sigset_t mask;
  gboolean detach;
} Child;

/**
 * flow_spawn_set_open_files:
 * @soft_limit: soft limit of open files
 *
 * Say what the limit was before this program raised its own, so that children start with it: many programs close or
 * poll every descriptor up to the limit. Call it before threads start.
 */
void
flow_spawn_set_open_files (guint64 soft_limit)
{
  open_files = soft_limit;
}

/* Runs in the child after fork: async-signal-safe calls only. */
static void
child_setup_cb (gpointer data)
{
  const Child *child = data;
  struct rlimit limit;

  if (child->open_files > 0 && getrlimit (RLIMIT_NOFILE, &limit) == 0)
    {
      limit.rlim_cur = MIN (child->open_files, limit.rlim_max);
      (void) setrlimit (RLIMIT_NOFILE, &limit);
    }
  (void) signal (SIGPIPE, SIG_DFL);
  (void) sigprocmask (SIG_SETMASK, &child->mask, NULL);
  if (child->detach)
    (void) setsid ();
}

static gboolean
fail (const char *program, GError *cause, GError **error)
{
  gboolean missing = g_error_matches (cause, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT);

  if (missing)
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND, "there is no program “%s” on this machine", program);
  else
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED, "“%s” cannot be started: %s", program, cause->message);
  return FALSE;
}

/**
 * flow_spawn_detached:
 * @argv: (array zero-terminated=1): a program, looked for in `$PATH`, and its arguments
 * @error: return location
 *
 * Start a program with a session of its own and leave it: it stays when this one ends or its terminal closes. It reads
 * nothing and what it prints is dropped. From inside a sandbox of Flatpak it is started outside.
 *
 * Returns: %FALSE with %FLOW_ERROR_NOT_FOUND or %FLOW_ERROR_FAILED when it did not start
 */
gboolean
flow_spawn_detached (const char *const *argv, GError **error)
{
  Child child = { .open_files = (rlim_t) open_files, .detach = TRUE };
  g_auto (GStrv) command = flow_host_command (argv, flow_host_is_outside ());
  g_autoptr (GError) local = NULL;

  sigemptyset (&child.mask);
  if (g_spawn_async (NULL, command, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                     child_setup_cb, &child, NULL, &local))
    return TRUE;
  return fail (argv[0], local, error);
}

/**
 * flow_spawn_watched:
 * @argv: (array zero-terminated=1): a program, looked for in `$PATH`, and its arguments
 * @pid: (out): the process; watch it with g_child_watch_source_new()
 * @error: return location
 *
 * Start a program as flow_spawn_detached() does, to be told when it ends.
 *
 * Returns: %FALSE with %FLOW_ERROR_NOT_FOUND or %FLOW_ERROR_FAILED when it did not start
 */
gboolean
flow_spawn_watched (const char *const *argv, GPid *pid, GError **error)
{
  Child child = { .open_files = (rlim_t) open_files, .detach = TRUE };
  g_auto (GStrv) command = flow_host_command (argv, flow_host_is_outside ());
  g_autoptr (GError) local = NULL;

  sigemptyset (&child.mask);
  if (g_spawn_async (NULL, command, NULL,
                     G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL |
                         G_SPAWN_DO_NOT_REAP_CHILD,
                     child_setup_cb, &child, pid, &local))
    return TRUE;
  return fail (argv[0], local, error);
}

/**
 * flow_spawn_get_birth:
 * @pid: a process
 *
 * Tell when a process began. With its number it names one process, also after the number was given to another one.
 *
 * Returns: a time of the system's own, 0 when there is no such process
 */
guint64
flow_spawn_get_birth (GPid pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", pid);
  g_autofree char *text = NULL;
  g_auto (GStrv) fields = NULL;
  const char *name_end;

  /* proc(5): the name in parentheses may hold anything; the time is the 20th field after it. */
  if (!g_file_get_contents (path, &text, NULL, NULL) || (name_end = strrchr (text, ')')) == NULL)
    return 0;
  fields = g_strsplit (name_end + 1, " ", 22);
  return g_strv_length (fields) > 20 ? g_ascii_strtoull (fields[20], NULL, 10) : 0;
}

/**
 * flow_spawn_open_process:
 * @pid: a process, which need not be a child of this one
 * @birth: from flow_spawn_get_birth()
 *
 * Get hold of a process to hear when it ends.
 *
 * Returns: a descriptor that is readable when the process has ended, -1 when it has already
 */
int
flow_spawn_open_process (GPid pid, guint64 birth)
{
  int handle = (int) syscall (SYS_pidfd_open, pid, 0);

  if (handle < 0)
    return -1;
  /* Looked at after it was opened: from here on the number cannot be another one's. */
  if (birth != 0 && flow_spawn_get_birth (pid) == birth)
    return handle;
  (void) close (handle);
  return -1;
}

static const int forwarded[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2 };

/* Waits until the child is gone. A signal that came from the terminal has reached the child already. */
static int
supervise (GPid pid, const sigset_t *signals)
{
  int status = 0;

  for (;;)
    {
      siginfo_t info;
      int number = sigwaitinfo (signals, &info);

      if (number == SIGCHLD && waitpid (pid, &status, WNOHANG) == pid)
        return status;
      if (number > 0 && number != SIGCHLD && info.si_code <= 0)
        (void) kill (pid, number);
    }
}

/**
 * flow_spawn_supervised:
 * @argv: (array zero-terminated=1): a program, looked for in `$PATH`, and its arguments
 * @environment: (nullable) (array zero-terminated=1): its environment, %NULL for ours
 * @exit_status: (out): what it returned, 128 and its number when a signal ended it
 * @error: return location
 *
 * Run a program in our place, with our terminal, and wait for it. Signals that somebody sends to us go on to it.
 * Call it from a program without other threads.
 *
 * Returns: %FALSE with %FLOW_ERROR_NOT_FOUND or %FLOW_ERROR_FAILED when it did not start
 */
gboolean
flow_spawn_supervised (const char *const *argv, const char *const *environment, int *exit_status, GError **error)
{
  Child child = { .open_files = (rlim_t) open_files };
  g_autoptr (GError) local = NULL;
  sigset_t signals;
  gboolean started;
  GPid pid;

  sigemptyset (&signals);
  sigaddset (&signals, SIGCHLD);
  for (gsize i = 0; i < G_N_ELEMENTS (forwarded); i++)
    sigaddset (&signals, forwarded[i]);
  if (sigprocmask (SIG_BLOCK, &signals, &child.mask) != 0)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED, "signals cannot be blocked: %s", g_strerror (errno));
      return FALSE;
    }

  started = g_spawn_async (NULL, (char **) argv, (char **) environment,
                           G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_CHILD_INHERITS_STDIN |
                               G_SPAWN_LEAVE_DESCRIPTORS_OPEN,
                           child_setup_cb, &child, &pid, &local);
  if (started)
    {
      int status = supervise (pid, &signals);

      *exit_status = WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status);
      g_spawn_close_pid (pid);
    }
  (void) sigprocmask (SIG_SETMASK, &child.mask, NULL);
  return started || fail (argv[0], local, error);
}
