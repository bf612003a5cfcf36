/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-code"

#include "app/code/flow-code-jump.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "app/code/flow-candidates-dialog.h"
#include "app/code/flow-code-editor.h"
#include "app/code/flow-code-folders.h"
#include "app/code/flow-where-dialog.h"
#include "app/shell/flow-toast.h"
#include "base/flow-error.h"
#include "hub/flow-json-read.h"
#include "launch/flow-function-name.h"
#include "trace/flow-extra-lookup.h"
#include "trace/flow-span-location.h"

struct _FlowCodeJump
{
  gatomicrefcount references;
  FlowServices *services;
  GWeakRef from; /* GtkWidget */

  /* Where to: a span, or else a file. */
  FlowTrace *trace;
  guint span;
  char *service;
  char *file;
  guint line;
  guint column;

  FlowLocator *locator; /* the thread's, while it looks */
  FlowSpanLocation location;
};

static FlowCodeJump *
jump_ref (FlowCodeJump *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

static void
jump_unref (gpointer data)
{
  FlowCodeJump *self = data;

  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_object_unref (self->services);
  g_weak_ref_clear (&self->from);
  g_clear_pointer (&self->trace, flow_trace_unref);
  g_clear_pointer (&self->locator, flow_locator_free);
  flow_span_location_clear (&self->location);
  g_free (self->service);
  g_free (self->file);
  g_free (self);
}

static void
closure_unref (gpointer data, GClosure *closure)
{
  jump_unref (data);
}

static GtkWindow *
get_window (FlowCodeJump *self)
{
  g_autoptr (GtkWidget) from = g_weak_ref_get (&self->from);
  GtkRoot *root = from != NULL ? gtk_widget_get_root (from) : NULL;

  return GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL;
}

static void
complain (FlowCodeJump *self, const char *text)
{
  g_autoptr (GtkWidget) from = g_weak_ref_get (&self->from);

  flow_toast (from, text);
}

static void
complain_of_editor (FlowCodeJump *self, const char *text)
{
  g_autoptr (GtkWidget) from = g_weak_ref_get (&self->from);

  flow_toast_action (from, text, _ ("Choose Editor"), "app.preferences", g_variant_new_string ("editor"));
  /* The search for the place may have taken long enough for the user to look elsewhere. */
  flow_services_editor_missing (self->services, text);
}

/* --- The editor --------------------------------------------------------------------------------------------- */

static void
say_opening (FlowCodeJump *self, const char *file, guint line, const char *editor)
{
  g_autofree char *base = g_path_get_basename (file);
  g_autofree char *shown = g_filename_display_name (base);
  g_autofree char *text = NULL;

  text = line > 0 ? g_strdup_printf (_ ("Opening %s:%u in %s"), shown, line, editor)
                  : g_strdup_printf (_ ("Opening %s in %s"), shown, editor);
  complain (self, text);
}

/* The one of the settings. */
static void
start_command (FlowCodeJump *self, const char *file, guint line, guint column)
{
  g_autofree char *command = flow_code_editor_get_command (self->services);
  g_autofree char *name = NULL;
  g_autoptr (GError) error = NULL;

  if (command == NULL)
    {
      complain_of_editor (self, _ ("No editor was found on this computer"));
      return;
    }
  if (!flow_code_editor_start (command, file, line, column, &error))
    {
      complain_of_editor (self, error->message);
      return;
    }
  name = flow_code_editor_get_name (command);
  say_opening (self, file, line, name);
}

/* A place on its way to an editor that is connected. */
typedef struct
{
  FlowCodeJump *jump;
  char *file;
  guint line;
  guint column;
} Showing;

static void
shown_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Showing *showing = data;
  g_autoptr (JsonObject) answer = flow_hub_run_verb_finish (FLOW_HUB (source), result, NULL);

  if (answer != NULL)
    say_opening (showing->jump, showing->file, showing->line, flow_json_get_string (answer, "editor"));
  else
    start_command (showing->jump, showing->file, showing->line, showing->column);
  jump_unref (showing->jump);
  g_free (showing->file);
  g_free (showing);
}

/* An editor that is connected shows it; without one the editor of the settings is started. */
static void
start_editor (FlowCodeJump *self, const char *file, guint line, guint column)
{
  FlowHub *hub = flow_services_get_hub (self->services);
  g_autoptr (JsonObject) arguments = NULL;
  Showing *showing;

  if (hub == NULL || !flow_hub_is_running (hub))
    {
      start_command (self, file, line, column);
      return;
    }
  arguments = json_object_new ();
  json_object_set_string_member (arguments, "file", file);
  json_object_set_int_member (arguments, "line", line);
  json_object_set_int_member (arguments, "column", column);
  showing = g_new (Showing, 1);
  *showing = (Showing) { jump_ref (self), g_strdup (file), line, column };
  flow_hub_run_verb_async (hub, "show-code", arguments, NULL, shown_cb, showing);
}

/* --- A file outside every known folder ---------------------------------------------------------------------- */

static void
trust_answered_cb (AdwMessageDialog *dialog, const char *response, gpointer data)
{
  FlowCodeJump *self = data;
  g_autoptr (FlowTrustedPaths) trusted = NULL;
  g_autofree char *scope = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_str_equal (response, "trust"))
    return;
  trusted = flow_code_trusted_paths_new (self->services);
  scope = flow_trusted_paths_scope (self->location.outside);
  if (!flow_trusted_paths_add (trusted, scope, &error))
    complain (self, error->message);
  start_editor (self, self->location.outside, self->location.line, self->location.column);
}

static void
ask_to_trust (FlowCodeJump *self)
{
  g_autofree char *scope = flow_trusted_paths_scope (self->location.outside);
  g_autofree char *shown_scope = g_filename_display_name (scope);
  g_autofree char *shown_file = g_filename_display_name (self->location.outside);
  GtkWidget *dialog = adw_message_dialog_new (get_window (self), _ ("Open This File?"), NULL);

  adw_message_dialog_format_body (ADW_MESSAGE_DIALOG (dialog),
                                  _ ("“%s” is outside every folder that you work in. Files in “%s” will be opened "
                                     "without asking from now on."),
                                  shown_file, shown_scope);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "trust", _ ("_Open"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "trust", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "trust");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (trust_answered_cb), jump_ref (self), closure_unref, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* --- A name without a place --------------------------------------------------------------------------------- */

static void
candidate_chosen_cb (FlowCandidatesDialog *dialog, const char *file, guint line, guint column, gpointer data)
{
  FlowCodeJump *self = data;
  g_autoptr (FlowLocator) locator = flow_code_locator_new (self->services);
  g_autoptr (GError) error = NULL;
  g_autofree char *real = flow_locator_resolve (locator, "", file, NULL, &error);

  if (real != NULL)
    start_editor (self, real, line, column);
  else
    complain (self, error->message);
}

/* What the span calls its function, else its own name when that can be one. */
static char *
find_function (FlowCodeJump *self)
{
  const FlowTraceSpan *span = &self->trace->spans[self->span];
  FlowExtra extra = flow_extra_of_span (span);
  g_autofree char *function = flow_extra_find_function (&extra);
  g_autofree char *name = g_strndup (span->name.data, span->name.length);
  g_auto (FlowFunctionName) parsed = { NULL };

  if (function[0] != '\0' && flow_function_name_parse (function, &parsed))
    return g_steal_pointer (&function);
  flow_function_name_clear (&parsed);
  return flow_function_name_parse (name, &parsed) ? g_steal_pointer (&name) : NULL;
}

static void
offer_candidates (FlowCodeJump *self)
{
  g_autofree char *function = find_function (self);
  FlowCandidatesDialog *dialog;

  if (function == NULL)
    {
      complain (self, _ ("The span does not say where it is from; set code.file.path and code.line.number on it"));
      return;
    }
  dialog = flow_candidates_dialog_new (self->services, get_window (self), function);
  g_signal_connect_data (dialog, "chosen", G_CALLBACK (candidate_chosen_cb), jump_ref (self), closure_unref, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* --- Looking ------------------------------------------------------------------------------------------------ */

/* On a thread of its own: it reads disks, which may be far away, and all log records. */
static void
look_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  FlowCodeJump *self = data;
  GError *error = NULL;

  if (self->trace != NULL)
    {
      if (flow_span_location_find (self->trace, self->span, self->locator, &self->location, &error))
        g_task_return_boolean (task, TRUE);
      else
        g_task_return_error (task, error);
      return;
    }
  self->location = (FlowSpanLocation) { .line = self->line, .column = self->column };
  self->location.file = flow_locator_resolve (self->locator, self->service, self->file, &self->location.outside,
                                              &error);
  if (self->location.file != NULL)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  if (g_error_matches (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND))
    self->location.missing = g_strdup (self->file);
  g_task_return_error (task, error);
}

static void look (FlowCodeJump *self);

static void
where_answered_cb (FlowWhereDialog *dialog, gpointer data)
{
  look (data);
}

static void
ask_where (FlowCodeJump *self)
{
  FlowWhereDialog *dialog = flow_where_dialog_new (self->services, get_window (self), self->service,
                                                   self->location.missing);

  g_signal_connect_data (dialog, "answered", G_CALLBACK (where_answered_cb), jump_ref (self), closure_unref, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  FlowCodeJump *self = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    start_editor (self, self->location.file, self->location.line, self->location.column);
  else if (get_window (self) == NULL)
    g_debug ("Nobody is there to be asked any more: %s", error->message);
  else if (self->location.outside != NULL)
    ask_to_trust (self);
  else if (self->location.missing != NULL && self->location.missing[0] != '\0')
    ask_where (self);
  else if (self->trace != NULL && g_error_matches (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND))
    offer_candidates (self);
  else
    complain (self, error->message);
}

static void
look (FlowCodeJump *self)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, looked_cb, NULL);

  flow_span_location_clear (&self->location);
  g_clear_pointer (&self->locator, flow_locator_free);
  self->locator = flow_code_locator_new (self->services);
  g_task_set_source_tag (task, look);
  g_task_set_task_data (task, jump_ref (self), jump_unref);
  g_task_run_in_thread (task, look_thread);
}

static FlowCodeJump *
jump_new (FlowServices *services, GtkWidget *from)
{
  FlowCodeJump *self = g_new0 (FlowCodeJump, 1);

  g_atomic_ref_count_init (&self->references);
  self->services = g_object_ref (services);
  g_weak_ref_init (&self->from, from);
  return self;
}

/**
 * flow_code_jump_span:
 * @services: what pages work with
 * @from: the widget that asks
 * @trace: a trace
 * @span: which of its spans
 *
 * Go to the source of a span.
 */
void
flow_code_jump_span (FlowServices *services, GtkWidget *from, FlowTrace *trace, guint span)
{
  FlowCodeJump *self = jump_new (services, from);
  FlowString name = trace->spans[span].service;

  self->trace = flow_trace_ref (trace);
  self->span = span;
  self->service = g_strndup (name.data, name.length);
  look (self);
  jump_unref (self);
}

/**
 * flow_code_jump_file:
 * @services: what pages work with
 * @from: the widget that asks
 * @service: (nullable): the service that the file belongs to
 * @file: what the program says
 * @line: 1-based, 0 when unknown
 * @column: 1-based, 0 when unknown
 *
 * Go to a place.
 */
void
flow_code_jump_file (FlowServices *services, GtkWidget *from, const char *service, const char *file, guint line,
                     guint column)
{
  FlowCodeJump *self = jump_new (services, from);

  self->service = g_strdup (service != NULL ? service : "");
  self->file = g_strdup (file);
  self->line = line;
  self->column = column;
  look (self);
  jump_unref (self);
}
