/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-nvim"

#include "launch/flow-nvim.h"

#include <string.h>

#include "base/flow-error.h"

/* A Neovim that waits for a key answers nobody. */
#define PATIENCE_S 10
#define DONE "ok"

/* Lua for Neovim 0.7 and later. It stands between single quotes, so it has none of its own. What came from outside is
 * only ever in _A. Columns count UTF-16 units, as in the protocol; Neovim counts bytes. */
#define LUA_BYTES                                                                      \
  "local function bytes(buffer, line, column) "                                        \
  "local text = vim.api.nvim_buf_get_lines(buffer, line - 1, line, false)[1] or [[]] " \
  "local done, byte = pcall(vim.str_byteindex, text, column, true) "                   \
  "return done and byte or #text end "

static const char open_lua[] =
    "(function(a) " LUA_BYTES
    /* A swap file that is there is no reason to ask. */
    "local before = vim.o.shortmess "
    "vim.o.shortmess = before .. \"A\" "
    "local done, problem = pcall(vim.cmd, \"silent keepalt drop \" .. vim.fn.fnameescape(a[1])) "
    "vim.o.shortmess = before "
    "if not done then return tostring(problem) end "
    "local line = math.min(a[2], vim.api.nvim_buf_line_count(0)) "
    "vim.api.nvim_win_set_cursor(0, {line, bytes(0, line, a[3] - 1)}) "
    "vim.cmd(\"normal! zvzz\") "
    "return \"" DONE "\" end)(_A)";

static const char highlight_lua[] =
    "(function(a) " LUA_BYTES "local space = vim.api.nvim_create_namespace(\"flowscope\") "
    /* Which mark of the buffer is the last: an older one that ends leaves it alone. */
    "local function last(buffer) local done, n = pcall(vim.api.nvim_buf_get_var, buffer, \"flowscope_mark\") "
    "return done and n or 0 end "
    "for _, buffer in ipairs(vim.api.nvim_list_bufs()) do "
    "if vim.api.nvim_buf_is_loaded(buffer) and vim.loop.fs_realpath(vim.api.nvim_buf_get_name(buffer)) == a[1] then "
    "local mark = last(buffer) + 1 "
    "vim.api.nvim_buf_set_var(buffer, \"flowscope_mark\", mark) "
    "vim.api.nvim_buf_clear_namespace(buffer, space, 0, -1) "
    "for line = a[2], math.min(a[4], vim.api.nvim_buf_line_count(buffer)) do "
    "local from = (line == a[2] and a[3] > 0) and bytes(buffer, line, a[3] - 1) or 0 "
    "local to = (line == a[4] and a[5] > 0) and bytes(buffer, line, a[5]) or -1 "
    "vim.api.nvim_buf_add_highlight(buffer, space, \"Search\", line - 1, from, to) end "
    "vim.defer_fn(function() if vim.api.nvim_buf_is_valid(buffer) and last(buffer) == mark then "
    "vim.api.nvim_buf_clear_namespace(buffer, space, 0, -1) end end, a[6]) "
    "return \"" DONE "\" end end "
    "return \"the file is not open\" end)(_A)";

typedef struct
{
  GSubprocess *process;
  GSource *timeout;
  gboolean late;
} Remote;

static void
remote_free (gpointer data)
{
  Remote *remote = data;

  if (remote->timeout != NULL)
    {
      g_source_destroy (remote->timeout);
      g_source_unref (remote->timeout);
    }
  g_clear_object (&remote->process);
  g_free (remote);
}

static gboolean
late_cb (gpointer data)
{
  Remote *remote = data;

  remote->late = TRUE;
  g_subprocess_force_exit (remote->process);
  return G_SOURCE_REMOVE;
}

static void
ended_cb (GObject *process, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Remote *remote = g_task_get_task_data (task);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_subprocess_communicate_utf8_finish (G_SUBPROCESS (process), result, &text, NULL, &error))
    {
      g_subprocess_force_exit (remote->process);
      g_task_return_new_error (task, FLOW_ERROR, FLOW_ERROR_FAILED, "Neovim's answer was not read: %s", error->message);
      return;
    }
  g_strstrip (text);
  if (remote->late)
    g_task_return_new_error (task, FLOW_ERROR, FLOW_ERROR_TIMEOUT, "Neovim does not answer; does it wait for a key?");
  else if (strcmp (text, DONE) == 0)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_new_error (task, FLOW_ERROR, FLOW_ERROR_FAILED, "Neovim: %s", *text != '\0' ? text : "no answer");
}

/**
 * flow_nvim_quote:
 * @text: any text
 *
 * Make a string literal of Vim: between single quotes nothing is special but the quote itself.
 *
 * Returns: (transfer full): the literal
 */
char *
flow_nvim_quote (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "'", -1);
  g_autofree char *doubled = g_strjoinv ("''", parts);

  return g_strconcat ("'", doubled, "'", NULL);
}

/* Control characters have no place in an expression, and no sensible file has them in its name. */
static gboolean
is_plain (const char *file)
{
  for (; *file != '\0'; file++)
    {
      if (g_ascii_iscntrl (*file))
        return FALSE;
    }
  return TRUE;
}

static void
run (const char *server, const char *lua, const char *file, const char *numbers, GTask *task)
{
  g_autofree char *quoted = flow_nvim_quote (file);
  g_autofree char *expression = g_strdup_printf ("luaeval('%s', [%s, %s])", lua, quoted, numbers);
  const char *const argv[] = { "nvim", "--server", server, "--remote-expr", expression, NULL };
  g_autoptr (GError) error = NULL;
  Remote *remote = g_new0 (Remote, 1);

  g_task_set_task_data (task, remote, remote_free);
  if (!is_plain (file))
    {
      g_task_return_new_error (task, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "the file's name has control characters");
      return;
    }
  remote->process = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE, &error);
  if (remote->process == NULL)
    {
      g_task_return_new_error (task, FLOW_ERROR, FLOW_ERROR_NOT_FOUND, "nvim cannot be started: %s", error->message);
      return;
    }
  remote->timeout = g_timeout_source_new_seconds (PATIENCE_S);
  g_source_set_name (remote->timeout, "flow-nvim-late");
  g_source_set_callback (remote->timeout, late_cb, remote, NULL);
  g_source_attach (remote->timeout, g_task_get_context (task));
  g_subprocess_communicate_utf8_async (remote->process, NULL, g_task_get_cancellable (task), ended_cb,
                                       g_object_ref (task));
}

/**
 * flow_nvim_open_async:
 * @server: the address of a running Neovim (`v:servername`)
 * @file: an absolute path
 * @line: from 1; beyond the end it is the last one
 * @column: UTF-16 units from 1
 * @cancellable: (nullable): what ends the waiting
 * @callback: called on this thread
 * @data: for @callback
 *
 * Show a place in a file. A window that shows the file is used, else it is opened in the current one, or in a new one
 * if that has changes. The path goes in as data: nothing in it is a command or a key.
 */
void
flow_nvim_open_async (const char *server, const char *file, guint line, guint column, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  g_autofree char *numbers = g_strdup_printf ("%u, %u", MAX (line, 1), MAX (column, 1));

  g_task_set_source_tag (task, flow_nvim_open_async);
  run (server, open_lua, file, numbers, task);
}

/**
 * flow_nvim_highlight_async:
 * @server: the address of a running Neovim
 * @file: an absolute real path
 * @range: what to mark
 * @ms: for how long
 * @cancellable: (nullable): what ends the waiting
 * @callback: called on this thread
 * @data: for @callback
 *
 * Mark a part of a file that is open.
 */
void
flow_nvim_highlight_async (const char *server, const char *file, const FlowNvimRange *range, guint ms,
                           GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  g_autofree char *numbers = g_strdup_printf ("%u, %u, %u, %u, %u", range->start_line, range->start_column,
                                              range->end_line, range->end_column, ms);

  g_task_set_source_tag (task, flow_nvim_highlight_async);
  run (server, highlight_lua, file, numbers, task);
}

/**
 * flow_nvim_finish:
 * @result: what the callback got
 * @error: return location
 *
 * Find out what Neovim did.
 *
 * Returns: %FALSE with %FLOW_ERROR_NOT_FOUND without `nvim`, %FLOW_ERROR_TIMEOUT when it waits for a key, or
 *   %FLOW_ERROR_FAILED with what it said
 */
gboolean
flow_nvim_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
