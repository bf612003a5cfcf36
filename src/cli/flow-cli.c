/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cli"

#include "cli/flow-cli-key.h"
#include "cli/flow-cli.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "base/flow-clock.h"
#include "base/flow-error.h"
#include "cli/flow-terminal.h"

#define FLUSH_BYTES (64 * 1024)

struct _FlowCli
{
  char *data_dir; /* (nullable): as given */
  gboolean json;
  gboolean colours;
  gboolean interactive;
  guint width;
  int exit_status;
  int output_error; /* errno of a write that failed */
  GString *out;
  FlowJsonWriter writer;
  FlowContext *context;
  FlowTraceReader *reader;
  FlowSettings *settings;
  FlowDiscovery *hub;
};

static gboolean
want_colours (FlowCliColour colour)
{
  const char *no_color = g_getenv ("NO_COLOR");

  if (colour != FLOW_CLI_COLOUR_AUTO)
    return colour == FLOW_CLI_COLOUR_ALWAYS;
  return (no_color == NULL || *no_color == '\0') && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0 &&
         flow_terminal_is_terminal (fileno (stdout));
}

/**
 * flow_cli_new:
 * @data_dir: (nullable): the data directory, %NULL for the usual one
 * @json: whether to print JSON
 * @colour: when to use colours
 *
 * Make what the verbs work with.
 *
 * Returns: (transfer full): the object
 */
FlowCli *
flow_cli_new (const char *data_dir, gboolean json, FlowCliColour colour)
{
  FlowCli *self = g_new0 (FlowCli, 1);

  self->data_dir = g_strdup (data_dir);
  self->json = json;
  self->colours = want_colours (colour);
  self->interactive = flow_terminal_is_terminal (fileno (stdin)) && flow_terminal_is_terminal (fileno (stderr));
  self->width = flow_terminal_is_terminal (fileno (stdout)) ? flow_terminal_get_width (fileno (stdout)) : 0;
  self->out = g_string_sized_new (4096);
  return self;
}

/**
 * flow_cli_free:
 * @self: (transfer full): the object
 *
 * Free it. What was printed must have been flushed.
 */
void
flow_cli_free (FlowCli *self)
{
  g_free (self->data_dir);
  g_string_free (self->out, TRUE);
  g_clear_pointer (&self->reader, flow_trace_reader_free);
  g_clear_pointer (&self->hub, flow_discovery_free);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->context, flow_context_unref);
  g_free (self);
}

/**
 * flow_cli_is_json:
 * @self: the object
 *
 * Tell whether `--json` was given.
 *
 * Returns: %TRUE when it was
 */
gboolean
flow_cli_is_json (FlowCli *self)
{
  return self->json;
}

/**
 * flow_cli_is_interactive:
 * @self: the object
 *
 * Tell whether there is somebody to ask: standard input and error are a terminal.
 *
 * Returns: %TRUE when there is
 */
gboolean
flow_cli_is_interactive (FlowCli *self)
{
  return self->interactive;
}

/**
 * flow_cli_get_width:
 * @self: the object
 *
 * Get the width of the terminal that is printed on.
 *
 * Returns: columns, 0 when it is no terminal
 */
guint
flow_cli_get_width (FlowCli *self)
{
  return self->width;
}

/**
 * flow_cli_now:
 * @self: the object
 *
 * Get the time.
 *
 * Returns: nanoseconds since 1970
 */
gint64
flow_cli_now (FlowCli *self)
{
  return flow_clock_wall_ns (flow_clock_system ());
}

/**
 * flow_cli_set_exit_status:
 * @self: the object
 * @status: exit status of the program
 *
 * Choose what the program returns when the verb succeeds.
 */
void
flow_cli_set_exit_status (FlowCli *self, int status)
{
  self->exit_status = status;
}

/**
 * flow_cli_get_exit_status:
 * @self: the object
 *
 * Get what the program returns when the verb succeeds.
 *
 * Returns: exit status
 */
int
flow_cli_get_exit_status (FlowCli *self)
{
  return self->exit_status;
}

/* Writes what has gathered; a failure is kept for flow_cli_flush(). */
static void
write_out (GString *out, gpointer data)
{
  FlowCli *self = data;

  errno = 0;
  if (fwrite (out->str, 1, out->len, stdout) < out->len && self->output_error == 0)
    self->output_error = errno != 0 ? errno : EIO;
}

static void
write_when_full (FlowCli *self)
{
  if (self->out->len < FLUSH_BYTES)
    return;
  write_out (self->out, self);
  g_string_truncate (self->out, 0);
}

/**
 * flow_cli_print:
 * @self: the object
 * @format: printf format; a text from outside goes through flow_cli_print_outside() instead
 * @...: its arguments
 *
 * Print on standard output.
 */
void
flow_cli_print (FlowCli *self, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_string_append_vprintf (self->out, format, arguments);
  va_end (arguments);
  write_when_full (self);
}

/**
 * flow_cli_print_outside:
 * @self: the object
 * @text: (array length=length): a text that somebody else wrote
 * @length: bytes, or -1 when it ends with a zero
 *
 * Print a text from outside with its control characters escaped.
 */
void
flow_cli_print_outside (FlowCli *self, const char *text, gssize length)
{
  flow_terminal_escape (self->out, text, length);
  write_when_full (self);
}

/**
 * flow_cli_style:
 * @self: the object
 * @style: how the text behind it is to look
 *
 * Get the escape sequence of a style, for printing before a text; %FLOW_STYLE_PLAIN ends it.
 *
 * Returns: (transfer none): the sequence, empty where there are no colours
 */
const char *
flow_cli_style (FlowCli *self, FlowStyle style)
{
  static const char *const sequences[] = {
    [FLOW_STYLE_PLAIN] = "\033[0m",  [FLOW_STYLE_BOLD] = "\033[1m",     [FLOW_STYLE_DIM] = "\033[2m",
    [FLOW_STYLE_ERROR] = "\033[31m", [FLOW_STYLE_WARNING] = "\033[33m", [FLOW_STYLE_GOOD] = "\033[32m",
    [FLOW_STYLE_NAME] = "\033[36m",
  };

  return self->colours ? sequences[style] : "";
}

/**
 * flow_cli_note:
 * @self: the object
 * @format: printf format
 * @...: its arguments
 *
 * Say something on standard error, as a line of its own. Control characters are escaped.
 */
void
flow_cli_note (FlowCli *self, const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autofree char *safe = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  safe = flow_terminal_escaped (text, -1);
  fprintf (stderr, "%s\n", safe);
}

/**
 * flow_cli_begin_json:
 * @self: the object
 *
 * Start a JSON document on standard output.
 *
 * Returns: (transfer none): the writer
 */
FlowJsonWriter *
flow_cli_begin_json (FlowCli *self)
{
  flow_json_writer_init (&self->writer, self->out);
  flow_json_writer_set_flush (&self->writer, FLUSH_BYTES, write_out, self);
  return &self->writer;
}

/**
 * flow_cli_end_json:
 * @self: the object
 *
 * End the document with a new line.
 */
void
flow_cli_end_json (FlowCli *self)
{
  g_string_append_c (self->out, '\n');
}

/**
 * flow_cli_print_json_array:
 * @self: the object
 * @items: what to print
 * @write: (scope call): writes one of them
 *
 * Print an array as a JSON document.
 */
void
flow_cli_print_json_array (FlowCli *self, GPtrArray *items, FlowCliWriteFunc write)
{
  FlowJsonWriter *writer = flow_cli_begin_json (self);

  flow_json_writer_begin_array (writer);
  for (guint i = 0; i < items->len; i++)
    write (writer, g_ptr_array_index (items, i));
  flow_json_writer_end_array (writer);
  flow_cli_end_json (self);
}

/**
 * flow_cli_flush:
 * @self: the object
 * @error: return location
 *
 * Write everything that was printed.
 *
 * Returns: %FALSE with %FLOW_ERROR_FAILED when something could not be written
 */
gboolean
flow_cli_flush (FlowCli *self, GError **error)
{
  write_out (self->out, self);
  g_string_truncate (self->out, 0);
  if (fflush (stdout) != 0 && self->output_error == 0)
    self->output_error = errno;
  if (self->output_error == 0)
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED, _ ("the output cannot be written: %s"),
               g_strerror (self->output_error));
  return FALSE;
}

/**
 * flow_cli_ask:
 * @self: the object
 * @question: what to ask
 *
 * Ask on the terminal; only a clear yes is one.
 *
 * Returns: %TRUE for yes; %FALSE also when there is nobody to ask
 */
gboolean
flow_cli_ask (FlowCli *self, const char *question)
{
  char answer[16] = "";
  g_autofree char *safe = flow_terminal_escaped (question, -1);

  if (!self->interactive)
    return FALSE;
  fprintf (stderr, "%s [y/N] ", safe);
  fflush (stderr);
  if (fgets (answer, sizeof answer, stdin) == NULL)
    return FALSE;
  g_strstrip (answer);
  return g_ascii_strcasecmp (answer, "y") == 0 || g_ascii_strcasecmp (answer, "yes") == 0 ||
         g_strcmp0 (answer, _ ("y")) == 0;
}

/* With $FLOWSCOPE_HUB the data is where that hub keeps it. */
static char *
find_data_dir (FlowCli *self)
{
  const char *path = g_getenv ("FLOWSCOPE_HUB");
  g_autoptr (FlowDiscovery) hub = NULL;

  if (self->data_dir != NULL || path == NULL || *path == '\0')
    return g_strdup (self->data_dir);
  hub = flow_discovery_read (path, NULL);
  return hub != NULL ? g_strdup (hub->data_dir) : NULL;
}

/**
 * flow_cli_get_context:
 * @self: the object
 * @error: return location
 *
 * Find where files live.
 *
 * Returns: (transfer none): the context, or %NULL
 */
FlowContext *
flow_cli_get_context (FlowCli *self, GError **error)
{
  if (self->context == NULL)
    {
      g_autofree char *data_dir = find_data_dir (self);

      self->context = flow_context_new (data_dir, error);
    }
  return self->context;
}

/**
 * flow_cli_get_reader:
 * @self: the object
 * @error: return location
 *
 * Open the database for reading; no hub is needed.
 *
 * Returns: (transfer none): the reader, or %NULL with %FLOW_ERROR_NOT_FOUND when nothing was ever stored
 */
FlowTraceReader *
flow_cli_get_reader (FlowCli *self, GError **error)
{
  FlowContext *context = flow_cli_get_context (self, error);
  g_autoptr (GError) local = NULL;
  const char *path;

  if (context == NULL || self->reader != NULL)
    return self->reader;
  path = flow_context_get_database_path (context);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND,
                   _ ("nothing has been stored in %s yet; start the hub with flowscope-hub"),
                   flow_context_get_data_dir (context));
      return NULL;
    }
  self->reader = flow_trace_reader_open (path, &local);
  if (g_error_matches (local, FLOW_ERROR, FLOW_ERROR_SECRETS_LOCKED))
    {
      g_clear_error (&local);
      if (flow_cli_find_key (self, &local))
        self->reader = flow_trace_reader_open (path, &local);
    }
  if (self->reader == NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return self->reader;
}

/**
 * flow_cli_get_settings:
 * @self: the object
 * @error: return location
 *
 * Read the settings.
 *
 * Returns: (transfer none): the settings, or %NULL
 */
FlowSettings *
flow_cli_get_settings (FlowCli *self, GError **error)
{
  FlowContext *context = flow_cli_get_context (self, error);

  if (context != NULL && self->settings == NULL)
    self->settings = flow_settings_new (context, error);
  return self->settings;
}

/**
 * flow_cli_get_hub:
 * @self: the object
 * @error: return location
 *
 * Find the hub that runs on our data directory.
 *
 * Returns: (transfer none): where it is, or %NULL with %FLOW_ERROR_NOT_RUNNING
 */
const FlowDiscovery *
flow_cli_get_hub (FlowCli *self, GError **error)
{
  FlowContext *context = flow_cli_get_context (self, error);

  if (context != NULL && self->hub == NULL)
    self->hub = flow_discovery_find (context, flow_context_get_data_dir (context), error);
  return self->hub;
}

/**
 * flow_cli_forget_hub:
 * @self: the object
 *
 * Look for the hub anew when it is needed next.
 */
void
flow_cli_forget_hub (FlowCli *self)
{
  g_clear_pointer (&self->hub, flow_discovery_free);
}

/**
 * flow_cli_new_call:
 * @self: whose hub
 * @verb: what to do
 * @error: return location
 *
 * Begin a call of a control verb of the running hub.
 *
 * Returns: (transfer full): the call, or %NULL with %FLOW_ERROR_NOT_RUNNING when there is no hub
 */
FlowHubCall *
flow_cli_new_call (FlowCli *self, const char *verb, GError **error)
{
  const FlowDiscovery *hub = flow_cli_get_hub (self, error);

  return hub != NULL ? flow_hub_call_new (hub, verb) : NULL;
}

/**
 * flow_cli_call:
 * @self: whose hub
 * @verb: what to do
 * @text: (out) (optional): the answer as it came
 * @error: return location
 *
 * Call a verb that needs nothing.
 *
 * Returns: (transfer full): the answer, or %NULL
 */
JsonObject *
flow_cli_call (FlowCli *self, const char *verb, char **text, GError **error)
{
  g_autoptr (FlowHubCall) call = flow_cli_new_call (self, verb, error);

  return call != NULL ? flow_hub_call_run (call, text, error) : NULL;
}
