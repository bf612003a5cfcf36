/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit-run"

#include "edit/flow-edit-run.h"

#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/flow-error.h"
#include "launch/flow-editor-command.h"
#include "launch/flow-editor-terminal.h"
#include "launch/flow-host.h"
#include "launch/flow-spawn.h"

struct _FlowEditRun
{
  GPid pid;
  guint64 birth;
  gboolean stays; /* as long as the file is open */
  gboolean over;
  int handle; /* of a process that is not our child; -1 */
  GSource *source;
  FlowEditRunEnded ended;
  gpointer data;
};

static void
end (FlowEditRun *self, int status)
{
  self->over = TRUE;
  g_clear_pointer (&self->source, g_source_unref);
  self->ended (self, status, self->data);
}

static void
child_cb (GPid pid, int status, gpointer data)
{
  g_spawn_close_pid (pid);
  end (data, WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status));
}

static gboolean
gone_cb (int handle, GIOCondition condition, gpointer data)
{
  end (data, FLOW_EDIT_RUN_UNKNOWN);
  return G_SOURCE_REMOVE;
}

static void
watch (FlowEditRun *self, GMainContext *context, GSource *source, GSourceFunc callback)
{
  self->source = source;
  g_source_set_name (source, "flow-edit-run");
  g_source_set_callback (source, callback, self, NULL);
  g_source_attach (source, context);
}

static FlowEditRun *
run_new (GPid pid, guint64 birth, int handle, FlowEditRunEnded ended, gpointer data)
{
  FlowEditRun *self = g_new0 (FlowEditRun, 1);

  self->pid = pid;
  self->birth = birth;
  self->stays = TRUE;
  self->handle = handle;
  self->ended = ended;
  self->data = data;
  return self;
}

/* The editor with its terminal, if it needs one. An editor that is missing would be told by the terminal alone. */
static char **
build (const char *command, const char *file, guint line, gboolean *stays, GError **error)
{
  g_auto (GStrv) argv = flow_editor_command_build_waiting (command, file, line, 0, stays, error);
  g_autofree char *program = NULL;
  gboolean terminal_stays = TRUE;
  char **wrapped;

  if (argv == NULL)
    return NULL;
  program = flow_host_find_program (argv[0]);
  if (program == NULL)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_EDITOR_NOT_FOUND, _ ("“%s” is not on this machine"), argv[0]);
      return NULL;
    }
  if (!flow_editor_command_needs_terminal ((const char *const *) argv))
    return g_steal_pointer (&argv);
  wrapped = flow_editor_terminal_wrap_waiting ((const char *const *) argv, &terminal_stays, error);
  *stays = *stays && terminal_stays;
  return wrapped;
}

/**
 * flow_edit_run_start:
 * @command: a command line, as in the setting `edit.command`
 * @file: an absolute path
 * @line: 1-based, 0 when unknown
 * @context: where to hear of its end
 * @ended: hears of it
 * @data: for @ended
 * @error: return location
 *
 * Start an editor, in a terminal when it needs one. No shell reads anything of it. It stays when this process ends.
 *
 * Returns: (transfer full): the editor, or %NULL with %FLOW_ERROR_EDITOR_NOT_FOUND or %FLOW_ERROR_EDITOR_FAILED
 */
FlowEditRun *
flow_edit_run_start (const char *command, const char *file, guint line, GMainContext *context, FlowEditRunEnded ended,
                     gpointer data, GError **error)
{
  gboolean stays = FALSE;
  g_autoptr (GError) local = NULL;
  g_auto (GStrv) argv = build (command, file, line, &stays, &local);
  FlowEditRun *self;
  GPid pid;

  if (argv == NULL || !flow_spawn_watched ((const char *const *) argv, &pid, &local))
    {
      gboolean missing = g_error_matches (local, FLOW_ERROR, FLOW_ERROR_NOT_FOUND) ||
                         g_error_matches (local, FLOW_ERROR, FLOW_ERROR_EDITOR_NOT_FOUND);

      g_set_error_literal (error, FLOW_ERROR, missing ? FLOW_ERROR_EDITOR_NOT_FOUND : FLOW_ERROR_EDITOR_FAILED,
                           local->message);
      return NULL;
    }
  self = run_new (pid, flow_spawn_get_birth (pid), -1, ended, data);
  self->stays = stays;
  watch (self, context, g_child_watch_source_new (pid), G_SOURCE_FUNC (child_cb));
  return self;
}

/**
 * flow_edit_run_adopt:
 * @pid: a process that another one has started
 * @birth: from flow_edit_run_get_birth()
 * @context: where to hear of its end
 * @ended: hears of it
 * @data: for @ended
 *
 * Watch an editor from before.
 *
 * Returns: (transfer full) (nullable): the editor, %NULL when it has ended
 */
FlowEditRun *
flow_edit_run_adopt (GPid pid, guint64 birth, GMainContext *context, FlowEditRunEnded ended, gpointer data)
{
  int handle = pid > 0 ? flow_spawn_open_process (pid, birth) : -1;
  FlowEditRun *self;

  if (handle < 0)
    return NULL;
  self = run_new (pid, birth, handle, ended, data);
  watch (self, context, g_unix_fd_source_new (handle, G_IO_IN), G_SOURCE_FUNC (gone_cb));
  return self;
}

/**
 * flow_edit_run_free:
 * @self: (transfer full): an editor
 *
 * Leave the editor alone.
 */
void
flow_edit_run_free (FlowEditRun *self)
{
  if (self->source != NULL)
    {
      g_source_destroy (self->source);
      g_source_unref (self->source);
    }
  if (self->handle >= 0)
    (void) close (self->handle);
  g_free (self);
}

/**
 * flow_edit_run_stays:
 * @self: an editor
 *
 * Returns: whether the process stays until the file is closed, as far as is known
 */
gboolean
flow_edit_run_stays (FlowEditRun *self)
{
  return self->stays;
}

/** flow_edit_run_is_over: Returns: whether the process has ended. */
gboolean
flow_edit_run_is_over (FlowEditRun *self)
{
  return self->over;
}

/** flow_edit_run_get_pid: Returns: the number of the process. */
GPid
flow_edit_run_get_pid (FlowEditRun *self)
{
  return self->pid;
}

/** flow_edit_run_get_birth: Returns: when the process began, as flow_spawn_get_birth() says it. */
guint64
flow_edit_run_get_birth (FlowEditRun *self)
{
  return self->birth;
}
