/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-application"

#include "app/shell/flow-application.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>

#include "app/desktop/flow-desktop.h"
#include "app/desktop/flow-questions-bar.h"
#include "app/desktop/flow-search-provider.h"
#include "app/edits/flow-edit-actions.h"
#include "app/flow-app-resources.h"
#include "app/shell/flow-about.h"
#include "app/shell/flow-command-line.h"
#include "app/shell/flow-import-dialog.h"
#include "app/shell/flow-importer.h"
#include "app/shell/flow-job-reporter.h"
#include "app/shell/flow-log-lines.h"
#include "app/shell/flow-quit-dialog.h"
#include "app/shell/flow-renderer.h"
#include "app/shell/flow-shortcuts.h"
#include "app/shell/flow-start-error.h"
#include "app/shell/flow-theme.h"
#include "app/shell/flow-toast.h"
#include "app/shell/flow-unit.h"
#include "app/shell/flow-window.h"
#include "base/flow-log.h"

#define APP_ID "org.flowscope.FlowScope"
#define APP_PATH "/org/flowscope/FlowScope"
/* So long the hub waits for a window that may never be drawn, on a locked screen for example. */
#define DRAWN_MS 1000

/**
 * FlowApplication:
 *
 * The program on the desktop: one instance for each data folder, with the hub inside. The hub starts with the first
 * window, file, link or `--background`, not when the desktop only asks for search results; it goes on without a window
 * when the settings say so, and ends when the user quits. A hub that ran as a service of the user and had to give way
 * is started again then.
 */
struct _FlowApplication
{
  AdwApplication parent_instance;

  FlowCommandLine *command_line;
  FlowServices *services;
  FlowHubKeeper *keeper;
  FlowImporter *importer;
  FlowJobReporter *reporter;
  FlowDesktop *desktop;
  FlowSearchProvider *search_provider;
  GtkWindow *quit_dialog; /* weak */
  GError *start_error;
  guint term_source;
  guint interrupt_source;
  guint start_source; /* when nothing is drawn */
  gboolean held;
  gboolean quitting;
  int status;
};

G_DEFINE_FINAL_TYPE (FlowApplication, flow_application, ADW_TYPE_APPLICATION)

/* --- The window ------------------------------------------------------------------------------------------ */

static FlowWindow *
find_window (FlowApplication *self)
{
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self)); l != NULL; l = l->next)
    {
      if (FLOW_IS_WINDOW (l->data))
        return l->data;
    }
  return NULL;
}

static void
start_hub (FlowApplication *self)
{
  g_clear_handle_id (&self->start_source, g_source_remove);
  if (!self->quitting && flow_hub_keeper_get_state (self->keeper) == FLOW_HUB_STATE_STOPPED)
    flow_hub_keeper_start (self->keeper);
}

static void
not_drawn_cb (gpointer data)
{
  FlowApplication *self = data;

  self->start_source = 0;
  start_hub (self);
}

static void
drawn_cb (GdkFrameClock *clock, FlowApplication *self)
{
  g_signal_handlers_disconnect_by_func (clock, drawn_cb, self);
  start_hub (self);
}

/* The first picture comes first: opening the store would only delay it. */
static void
start_hub_when_drawn (FlowApplication *self, FlowWindow *window)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (window));

  if (self->start_source != 0 || flow_hub_keeper_get_state (self->keeper) != FLOW_HUB_STATE_STOPPED)
    return;
  g_signal_connect_object (clock, "after-paint", G_CALLBACK (drawn_cb), self, 0);
  self->start_source = g_timeout_add_once (DRAWN_MS, not_drawn_cb, self);
  g_source_set_name_by_id (self->start_source, "flow-application-not-drawn");
}

/* From now on the program runs until it is told to end. */
static void
stay (FlowApplication *self)
{
  if (!self->held)
    g_application_hold (G_APPLICATION (self));
  self->held = TRUE;
}

static FlowWindow *
raise_window (FlowApplication *self)
{
  FlowWindow *window = find_window (self);

  if (self->quitting)
    return NULL;
  stay (self);
  if (window == NULL)
    {
      window = flow_window_new (GTK_APPLICATION (self), self->services, self->keeper);
      flow_window_set_questions (window, flow_questions_bar_new (flow_desktop_get_questions (self->desktop)));
    }
  gtk_window_present (GTK_WINDOW (window));
  start_hub_when_drawn (self, window);
  return window;
}

/* --- The end --------------------------------------------------------------------------------------------- */

static void
hand_back (FlowApplication *self)
{
  const char *unit = flow_hub_keeper_get_replaced_unit (self->keeper);
  g_autoptr (GError) error = NULL;

  if (unit == NULL)
    return;
  if (flow_unit_start (unit, &error))
    g_message ("%s takes the data folder again", unit);
  else
    g_warning ("%s was not started again: %s", unit, error->message);
}

static void
end_if_stopped (FlowApplication *self)
{
  FlowHubState state = flow_hub_keeper_get_state (self->keeper);

  if (state == FLOW_HUB_STATE_RUNNING || state == FLOW_HUB_STATE_STARTING || state == FLOW_HUB_STATE_STOPPING)
    return;
  if (state != FLOW_HUB_STATE_TAKEN)
    hand_back (self);
  g_application_quit (G_APPLICATION (self));
}

/* What can still be undone is done while there is a hub to do it; windows keep what was typed when they go. */
static void
begin_quit (FlowApplication *self)
{
  GList *window;

  if (self->quitting)
    return;
  self->quitting = TRUE;
  g_clear_handle_id (&self->start_source, g_source_remove);
  g_clear_object (&self->reporter);
  while ((window = gtk_application_get_windows (GTK_APPLICATION (self))) != NULL)
    gtk_window_destroy (GTK_WINDOW (window->data));
  flow_toast_settle ();
  flow_jobs_cancel (flow_services_get_jobs (self->services));
  flow_hub_keeper_stop (self->keeper);
  end_if_stopped (self);
}

static gboolean
quit_idle_cb (gpointer data)
{
  begin_quit (data);
  return G_SOURCE_REMOVE;
}

/* The dialog still needs its window when it has told the answer. */
static void
quit_response_cb (AdwMessageDialog *dialog, const char *response, FlowApplication *self)
{
  guint source;

  g_clear_weak_pointer (&self->quit_dialog);
  if (!g_str_equal (response, "quit"))
    return;
  source = g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, quit_idle_cb, g_object_ref (self), g_object_unref);
  g_source_set_name_by_id (source, "flow-application-quit");
}

static void
ask_to_quit (FlowApplication *self)
{
  GtkWindow *parent = gtk_application_get_active_window (GTK_APPLICATION (self));

  if (self->quit_dialog == NULL)
    {
      g_set_weak_pointer (&self->quit_dialog, flow_quit_dialog_new (parent, flow_services_get_jobs (self->services)));
      gtk_window_set_application (self->quit_dialog, GTK_APPLICATION (self));
      g_signal_connect_object (self->quit_dialog, "response", G_CALLBACK (quit_response_cb), self, 0);
    }
  gtk_window_present (self->quit_dialog);
}

static void
quit_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  FlowApplication *self = data;

  if (self->services == NULL)
    g_application_quit (G_APPLICATION (self));
  else if (flow_jobs_get_keep (flow_services_get_jobs (self->services)) && !self->quitting)
    ask_to_quit (self);
  else
    begin_quit (self);
}

/* Who sends a signal does not wait for an answer; the next signal ends the process at once. */
static gboolean
signal_cb (gpointer data)
{
  FlowApplication *self = data;

  signal (SIGTERM, SIG_DFL);
  signal (SIGINT, SIG_DFL);
  if (self->services != NULL)
    begin_quit (self);
  else
    g_application_quit (G_APPLICATION (self));
  return G_SOURCE_CONTINUE;
}

static void
state_cb (FlowApplication *self)
{
  FlowHubState state = flow_hub_keeper_get_state (self->keeper);

  if (self->quitting)
    end_if_stopped (self);
  else if (state == FLOW_HUB_STATE_TAKEN && find_window (self) == NULL)
    begin_quit (self);
}

/* --- Actions --------------------------------------------------------------------------------------------- */

static void
raise_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  raise_window (data);
}

static void
open_link (FlowApplication *self, const char *text)
{
  FlowWindow *window = raise_window (self);
  g_autoptr (GError) error = NULL;
  FlowLink link;

  if (window == NULL)
    return;
  if (flow_link_is_sync (text))
    flow_window_show_page (window, "sync");
  else if (flow_link_parse (text, &link, &error))
    flow_window_open_trace (window, &link);
  else
    flow_toast (GTK_WIDGET (window), error->message);
}

static void
open_trace_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  open_link (data, g_variant_get_string (parameter, NULL));
}

static void
search_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  FlowWindow *window = raise_window (data);

  if (window != NULL)
    flow_window_search (window, g_variant_get_string (parameter, NULL));
}

static void
preferences_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  FlowWindow *window = raise_window (data);

  if (window != NULL)
    flow_window_show_preferences (window, g_variant_get_string (parameter, NULL));
}

static void
show_page (FlowApplication *self, const char *name)
{
  FlowWindow *window = raise_window (self);

  if (window != NULL)
    flow_window_show_page (window, name);
}

static void
show_connections_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  show_page (data, "connections");
}

static void
show_sync_cb (GSimpleAction *action, GVariant *conflict, gpointer data)
{
  FlowWindow *window = raise_window (data);
  const char *id = g_variant_get_string (conflict, NULL);

  if (window != NULL && *id != '\0')
    gtk_widget_activate_action (GTK_WIDGET (window), "win.conflict", "s", id);
  else if (window != NULL)
    flow_window_show_page (window, "sync");
}

static void
show_log_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  show_page (data, "log");
}

static void
about_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  flow_about_show (gtk_application_get_active_window (data));
}

static void
import_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  FlowApplication *self = data;
  FlowWindow *window = raise_window (self);

  if (window != NULL)
    flow_import_dialog_show (GTK_WINDOW (window), self->importer);
}

static void
set_setting (FlowApplication *self, const char *key, GVariant *value)
{
  g_autoptr (GError) error = NULL;

  if (flow_settings_set (flow_services_get_settings (self->services), key, value, &error))
    return;
  g_warning ("%s: %s", key, error->message);
  flow_toast (GTK_WIDGET (find_window (self)), error->message);
}

static void
capture_cb (GSimpleAction *action, GVariant *state, gpointer data)
{
  set_setting (data, "capture.enabled", state);
}

static void
add_actions (FlowApplication *self)
{
  static const GActionEntry entries[] = {
    { "raise", raise_cb, NULL, NULL, NULL, { 0 } },
    { "open-trace", open_trace_cb, "s", NULL, NULL, { 0 } },
    { "search", search_cb, "s", NULL, NULL, { 0 } },
    { "import", import_cb, NULL, NULL, NULL, { 0 } },
    { "preferences", preferences_cb, "s", NULL, NULL, { 0 } },
    { "show-connections", show_connections_cb, NULL, NULL, NULL, { 0 } },
    { "show-sync", show_sync_cb, "s", NULL, NULL, { 0 } },
    { "show-log", show_log_cb, NULL, NULL, NULL, { 0 } },
    { "about", about_cb, NULL, NULL, NULL, { 0 } },
    { "capture-enabled", NULL, NULL, "true", capture_cb, { 0 } },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  flow_edit_actions_add (GTK_APPLICATION (self), self->services);
}

/* --- Settings -------------------------------------------------------------------------------------------- */

static void
apply_capture (FlowApplication *self)
{
  g_autoptr (GVariant) value = flow_settings_get (flow_services_get_settings (self->services), "capture.enabled", NULL);
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self), "capture-enabled");

  if (value != NULL)
    g_simple_action_set_state (G_SIMPLE_ACTION (action), value);
}

static void
setting_cb (FlowSettings *settings, const char *key, FlowApplication *self)
{
  if (g_str_equal (key, "capture.enabled"))
    apply_capture (self);
}

/* --- The life of the program ----------------------------------------------------------------------------- */

static gboolean
make_services (FlowApplication *self, GError **error)
{
  g_autoptr (FlowContext) context = flow_context_new (flow_command_line_get_data_dir (self->command_line), error);
  g_autoptr (FlowSettings) settings = context != NULL ? flow_settings_new (context, error) : NULL;

  if (settings == NULL)
    return FALSE;
  self->services = flow_services_new (context, settings);
  self->keeper = flow_hub_keeper_new (self->services);
  self->importer = flow_importer_new (self->services);
  self->reporter = flow_job_reporter_new (GTK_APPLICATION (self), flow_services_get_jobs (self->services));
  g_signal_connect_object (self->keeper, "notify::state", G_CALLBACK (state_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed", G_CALLBACK (setting_cb), self, 0);
  return TRUE;
}

static void
flow_application_startup (GApplication *application)
{
  static const GActionEntry quit[] = { { "quit", quit_cb, NULL, NULL, NULL, { 0 } } };
  FlowApplication *self = FLOW_APPLICATION (application);

  flow_renderer_choose ();
  flow_app_resources_ensure ();
  flow_log_lines_listen (flow_log_lines_get_default ());
  G_APPLICATION_CLASS (flow_application_parent_class)->startup (application);
  gtk_window_set_default_icon_name (APP_ID);
  self->term_source = g_unix_signal_add (SIGTERM, signal_cb, self);
  self->interrupt_source = g_unix_signal_add (SIGINT, signal_cb, self);
  g_action_map_add_action_entries (G_ACTION_MAP (self), quit, G_N_ELEMENTS (quit), self);
  if (!make_services (self, &self->start_error))
    {
      g_printerr ("flowscope: %s\n", self->start_error->message);
      self->status = 1;
      flow_search_provider_start (self->search_provider, NULL);
      return;
    }
  add_actions (self);
  flow_search_provider_start (self->search_provider, self->services);
  self->desktop = flow_desktop_new (GTK_APPLICATION (self), self->services, self->keeper);
  g_signal_connect_object (self->services, "editor-missing", G_CALLBACK (flow_desktop_editor_missing), self->desktop,
                           G_CONNECT_SWAPPED);
  flow_shortcuts_install (GTK_APPLICATION (self));
  flow_theme_follow (flow_services_get_settings (self->services));
  apply_capture (self);
}

static void
flow_application_activate (GApplication *application)
{
  FlowApplication *self = FLOW_APPLICATION (application);

  if (self->services == NULL)
    flow_start_error_show (GTK_APPLICATION (self), self->start_error);
  else
    raise_window (self);
}

static void
flow_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  FlowApplication *self = FLOW_APPLICATION (application);

  flow_application_activate (application);
  for (int i = 0; i < n_files && self->services != NULL && !self->quitting; i++)
    {
      g_autofree char *uri = g_file_get_uri (files[i]);

      if (flow_link_is_ours (uri))
        open_link (self, uri);
      else
        flow_importer_add (self->importer, files[i]);
    }
}

static int
flow_application_command_line (GApplication *application, GApplicationCommandLine *invocation)
{
  FlowApplication *self = FLOW_APPLICATION (application);
  g_autoptr (FlowInvocation) wanted = flow_invocation_parse (invocation);

  if (wanted == NULL)
    return 2;
  if (wanted->files->len > 0)
    flow_application_open (application, (GFile **) wanted->files->pdata, (int) wanted->files->len, "");
  else if (!wanted->background)
    flow_application_activate (application);
  else if (self->services != NULL && !self->quitting)
    {
      stay (self);
      start_hub (self);
    }
  return self->status;
}

static int
flow_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  FlowApplication *self = FLOW_APPLICATION (application);
  int status = flow_command_line_read (self->command_line, options);
  g_autofree char *id = flow_command_line_get_application_id (self->command_line, APP_ID);

  g_application_set_application_id (application, id);
  return status;
}

/* Who started the program by a search asks as soon as it has its name. */
static gboolean
flow_application_dbus_register (GApplication *application, GDBusConnection *connection, const char *path,
                                GError **error)
{
  FlowApplication *self = FLOW_APPLICATION (application);
  g_autofree char *provider = g_strconcat (path, "/SearchProvider", NULL);

  return G_APPLICATION_CLASS (flow_application_parent_class)->dbus_register (application, connection, path, error) &&
         flow_search_provider_export (self->search_provider, connection, provider, error);
}

static void
flow_application_dbus_unregister (GApplication *application, GDBusConnection *connection, const char *path)
{
  flow_search_provider_unexport (FLOW_APPLICATION (application)->search_provider);
  G_APPLICATION_CLASS (flow_application_parent_class)->dbus_unregister (application, connection, path);
}

static void
flow_application_shutdown (GApplication *application)
{
  FlowApplication *self = FLOW_APPLICATION (application);

  flow_log_set_sink (NULL, NULL);
  g_clear_handle_id (&self->term_source, g_source_remove);
  g_clear_handle_id (&self->interrupt_source, g_source_remove);
  g_clear_handle_id (&self->start_source, g_source_remove);
  g_clear_object (&self->desktop);
  g_clear_object (&self->reporter);
  g_clear_object (&self->importer);
  g_clear_object (&self->keeper);
  g_clear_object (&self->services);
  G_APPLICATION_CLASS (flow_application_parent_class)->shutdown (application);
}

static void
flow_application_finalize (GObject *object)
{
  FlowApplication *self = FLOW_APPLICATION (object);

  g_clear_object (&self->search_provider);
  flow_command_line_free (self->command_line);
  g_clear_weak_pointer (&self->quit_dialog);
  g_clear_error (&self->start_error);

  G_OBJECT_CLASS (flow_application_parent_class)->finalize (object);
}

static void
flow_application_class_init (FlowApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = flow_application_finalize;
  application_class->startup = flow_application_startup;
  application_class->activate = flow_application_activate;
  application_class->open = flow_application_open;
  application_class->command_line = flow_application_command_line;
  application_class->handle_local_options = flow_application_handle_local_options;
  application_class->dbus_register = flow_application_dbus_register;
  application_class->dbus_unregister = flow_application_dbus_unregister;
  application_class->shutdown = flow_application_shutdown;
}

static void
flow_application_init (FlowApplication *self)
{
  self->command_line = flow_command_line_new ();
  self->search_provider = flow_search_provider_new (G_APPLICATION (self));
  flow_command_line_add_options (G_APPLICATION (self));
}

/**
 * flow_application_new:
 *
 * Returns: (transfer full): the program
 */
FlowApplication *
flow_application_new (void)
{
  return g_object_new (FLOW_TYPE_APPLICATION, "application-id", APP_ID, "resource-base-path", APP_PATH, "flags",
                       G_APPLICATION_HANDLES_OPEN | G_APPLICATION_HANDLES_COMMAND_LINE, NULL);
}

/**
 * flow_application_get_services:
 * @self: the program
 *
 * Returns: (transfer none) (nullable): what it works with, after `startup`
 */
FlowServices *
flow_application_get_services (FlowApplication *self)
{
  return self->services;
}

/**
 * flow_application_get_keeper:
 * @self: the program
 *
 * Returns: (transfer none) (nullable): what starts and stops its hub, after `startup`
 */
FlowHubKeeper *
flow_application_get_keeper (FlowApplication *self)
{
  return self->keeper;
}

/**
 * flow_application_ask_to_close:
 * @self: the program
 *
 * Find out what closing the last window means. When the settings say that the program should not go on without one, or
 * there is no hub that could, it is asked to quit, which may ask the user.
 *
 * Returns: %TRUE when the window should close and the program go on
 */
gboolean
flow_application_ask_to_close (FlowApplication *self)
{
  FlowSettings *settings = flow_services_get_settings (self->services);
  g_autoptr (GVariant) goes_on = flow_settings_get (settings, "ui.run-in-background", NULL);
  FlowHubState state = flow_hub_keeper_get_state (self->keeper);
  /* There would be nothing that goes on, and no sign of it where there is no tray. */
  gboolean is_down = state == FLOW_HUB_STATE_FAILED || state == FLOW_HUB_STATE_TAKEN;

  if (!is_down && (goes_on == NULL || g_variant_get_boolean (goes_on)))
    {
      flow_desktop_went_to_background (self->desktop);
      return TRUE;
    }
  g_action_group_activate_action (G_ACTION_GROUP (self), "quit", NULL);
  return FALSE;
}
