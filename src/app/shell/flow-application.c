/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-application"

#include "app/shell/flow-application.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>

#include "app/flow-app-resources.h"
#include "app/shell/flow-about.h"
#include "app/shell/flow-command-line.h"
#include "app/shell/flow-importer.h"
#include "app/shell/flow-log-lines.h"
#include "app/shell/flow-quit-dialog.h"
#include "app/shell/flow-renderer.h"
#include "app/shell/flow-shortcuts.h"
#include "app/shell/flow-toast.h"
#include "app/shell/flow-unit.h"
#include "app/shell/flow-window.h"
#include "base/flow-log.h"

#define APP_ID "org.flowscope.FlowScope"
#define APP_PATH "/org/flowscope/FlowScope"

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
  GtkFileChooserNative *chooser;
  GtkWindow *quit_dialog;
  GError *start_error;
  char *replaced_unit;
  guint inhibit_cookie;
  guint term_source;
  guint interrupt_source;
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

/* There is nothing to work with: say why. */
static void
show_start_error (FlowApplication *self)
{
  GtkWidget *window = adw_application_window_new (GTK_APPLICATION (self));
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *page = adw_status_page_new ();
  g_autofree char *text = g_markup_escape_text (self->start_error->message, -1);

  adw_status_page_set_icon_name (ADW_STATUS_PAGE (page), "dialog-error-symbolic");
  adw_status_page_set_title (ADW_STATUS_PAGE (page), _ ("FlowScope Cannot Start"));
  adw_status_page_set_description (ADW_STATUS_PAGE (page), text);
  gtk_widget_set_vexpand (page, TRUE);
  gtk_box_append (GTK_BOX (box), adw_header_bar_new ());
  gtk_box_append (GTK_BOX (box), page);
  gtk_window_set_title (GTK_WINDOW (window), "FlowScope");
  gtk_window_set_default_size (GTK_WINDOW (window), 480, 400);
  adw_application_window_set_content (ADW_APPLICATION_WINDOW (window), box);
  gtk_window_present (GTK_WINDOW (window));
}

static FlowWindow *
ensure_window (FlowApplication *self)
{
  FlowWindow *window = find_window (self);

  if (window == NULL)
    window = flow_window_new (GTK_APPLICATION (self), self->services, self->keeper);
  gtk_window_present (GTK_WINDOW (window));
  return window;
}

/* From now on the program runs until it is told to end. */
static void
ensure_hub (FlowApplication *self)
{
  if (self->quitting)
    return;
  if (!self->held)
    g_application_hold (G_APPLICATION (self));
  self->held = TRUE;
  if (flow_hub_keeper_get_state (self->keeper) == FLOW_HUB_STATE_STOPPED)
    flow_hub_keeper_start (self->keeper);
}

static FlowWindow *
raise_window (FlowApplication *self)
{
  ensure_hub (self);
  return self->quitting ? NULL : ensure_window (self);
}

/* --- The end --------------------------------------------------------------------------------------------- */

static void
hand_back (FlowApplication *self)
{
  g_autoptr (GError) error = NULL;

  if (self->replaced_unit == NULL)
    return;
  if (flow_unit_start (self->replaced_unit, &error))
    g_message ("%s takes the data folder again", self->replaced_unit);
  else
    g_warning ("%s was not started again: %s", self->replaced_unit, error->message);
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
  while ((window = gtk_application_get_windows (GTK_APPLICATION (self))) != NULL)
    gtk_window_destroy (GTK_WINDOW (window->data));
  flow_toast_settle ();
  flow_jobs_cancel (flow_services_get_jobs (self->services));
  flow_hub_keeper_stop (self->keeper);
  end_if_stopped (self);
}

static void
quit_response_cb (AdwMessageDialog *dialog, const char *response, FlowApplication *self)
{
  self->quit_dialog = NULL;
  if (g_str_equal (response, "quit"))
    begin_quit (self);
}

static void
ask_to_quit (FlowApplication *self)
{
  GtkWindow *parent = gtk_application_get_active_window (GTK_APPLICATION (self));

  if (self->quit_dialog == NULL)
    {
      self->quit_dialog = flow_quit_dialog_new (parent, flow_services_get_jobs (self->services));
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

  if (state == FLOW_HUB_STATE_RUNNING && flow_hub_keeper_get_replaced_unit (self->keeper) != NULL)
    {
      g_free (self->replaced_unit);
      self->replaced_unit = g_strdup (flow_hub_keeper_get_replaced_unit (self->keeper));
    }
  if (self->quitting)
    end_if_stopped (self);
  else if (state == FLOW_HUB_STATE_TAKEN && find_window (self) == NULL)
    begin_quit (self);
}

/* --- Jobs ------------------------------------------------------------------------------------------------ */

static void
jobs_changed_cb (FlowApplication *self)
{
  gboolean keep = flow_jobs_get_keep (flow_services_get_jobs (self->services));

  if (keep && self->inhibit_cookie == 0)
    self->inhibit_cookie = gtk_application_inhibit (
        GTK_APPLICATION (self), gtk_application_get_active_window (GTK_APPLICATION (self)),
        GTK_APPLICATION_INHIBIT_LOGOUT | GTK_APPLICATION_INHIBIT_SUSPEND, _ ("Work is under way"));
  else if (!keep && self->inhibit_cookie != 0)
    {
      gtk_application_uninhibit (GTK_APPLICATION (self), self->inhibit_cookie);
      self->inhibit_cookie = 0;
    }
}

static void
show_failure (FlowApplication *self, FlowJob *job)
{
  GtkWindow *parent = gtk_application_get_active_window (GTK_APPLICATION (self));
  g_autofree char *heading = g_strdup_printf (_ ("%s Failed"), flow_job_get_title (job));
  GtkWidget *dialog = adw_message_dialog_new (parent, heading, flow_job_get_error (job)->message);

  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _ ("_Close"));
  gtk_window_present (GTK_WINDOW (dialog));
}

/* Everything that a person waited for is told; the start has its own page. */
static void
job_finished_cb (FlowJobs *jobs, FlowJob *job, FlowApplication *self)
{
  const char *detail = flow_job_get_detail (job);
  FlowWindow *window = find_window (self);
  g_autofree char *text = NULL;

  if (!flow_job_get_keep (job) || self->quitting)
    return;
  if (flow_job_get_state (job) == FLOW_JOB_FAILED)
    {
      g_message ("%s: %s", flow_job_get_title (job), flow_job_get_error (job)->message);
      if (window != NULL)
        show_failure (self, job);
      return;
    }
  if (flow_job_get_state (job) == FLOW_JOB_CANCELLED)
    text = g_strdup_printf (_ ("%s: cancelled"), flow_job_get_title (job));
  else if (detail != NULL)
    text = g_strdup_printf ("%s: %s", flow_job_get_title (job), detail);
  else
    text = g_strdup_printf (_ ("%s: done"), flow_job_get_title (job));
  g_message ("%s", text);
  if (window != NULL)
    flow_toast (GTK_WIDGET (window), text);
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
  if (flow_link_parse (text, &link, &error))
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
preferences_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  FlowWindow *window = raise_window (data);

  if (window != NULL)
    flow_window_show_preferences (window, g_variant_get_string (parameter, NULL));
}

static void
show_log_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  FlowWindow *window = raise_window (data);

  if (window != NULL)
    flow_window_show_page (window, "log");
}

static void
about_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  flow_about_show (gtk_application_get_active_window (data));
}

static void
chosen_cb (GtkNativeDialog *dialog, int response, FlowApplication *self)
{
  g_autoptr (GListModel) files = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    {
      files = gtk_file_chooser_get_files (GTK_FILE_CHOOSER (dialog));
      for (guint i = 0; i < g_list_model_get_n_items (files); i++)
        {
          g_autoptr (GFile) file = g_list_model_get_item (files, i);

          flow_importer_add (self->importer, file);
        }
    }
  g_clear_object (&self->chooser);
}

static void
add_filter (GtkFileChooser *chooser, const char *name, const char *const *patterns)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, name);
  for (gsize i = 0; patterns[i] != NULL; i++)
    gtk_file_filter_add_pattern (filter, patterns[i]);
  gtk_file_chooser_add_filter (chooser, filter);
}

static void
import_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  static const char *const known[] = { "*.json",    "*.jsonl",    "*.otlp",    "*.pb",    "*.binpb",
                                       "*.json.gz", "*.jsonl.gz", "*.otlp.gz", "*.pb.gz", NULL };
  static const char *const any[] = { "*", NULL };
  FlowApplication *self = data;
  FlowWindow *window = raise_window (self);

  if (window == NULL || self->chooser != NULL)
    return;
  self->chooser = gtk_file_chooser_native_new (_ ("Import Traces, Logs or Metrics"), GTK_WINDOW (window),
                                               GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Import"), NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (self->chooser), TRUE);
  add_filter (GTK_FILE_CHOOSER (self->chooser), _ ("OTLP files"), known);
  add_filter (GTK_FILE_CHOOSER (self->chooser), _ ("All files"), any);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
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
    { "import", import_cb, NULL, NULL, NULL, { 0 } },
    { "preferences", preferences_cb, "s", NULL, NULL, { 0 } },
    { "show-log", show_log_cb, NULL, NULL, NULL, { 0 } },
    { "about", about_cb, NULL, NULL, NULL, { 0 } },
    { "capture-enabled", NULL, NULL, "true", capture_cb, { 0 } },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}

/* --- Settings -------------------------------------------------------------------------------------------- */

static void
apply_theme (FlowApplication *self)
{
  g_autoptr (GVariant) value = flow_settings_get (flow_services_get_settings (self->services), "ui.theme", NULL);
  const char *theme = value != NULL ? g_variant_get_string (value, NULL) : "auto";
  AdwColorScheme scheme = ADW_COLOR_SCHEME_DEFAULT;

  if (g_str_equal (theme, "dark"))
    scheme = ADW_COLOR_SCHEME_FORCE_DARK;
  else if (g_str_equal (theme, "light"))
    scheme = ADW_COLOR_SCHEME_FORCE_LIGHT;
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), scheme);
}

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
  if (g_str_equal (key, "ui.theme"))
    apply_theme (self);
  else if (g_str_equal (key, "capture.enabled"))
    apply_capture (self);
}

/* --- The life of the program ----------------------------------------------------------------------------- */

static gboolean
make_services (FlowApplication *self, GError **error)
{
  g_autoptr (FlowContext) context = flow_context_new (flow_command_line_get_data_dir (self->command_line), error);
  g_autoptr (FlowSettings) settings = context != NULL ? flow_settings_new (context, error) : NULL;
  GListModel *jobs;

  if (settings == NULL)
    return FALSE;
  self->services = flow_services_new (context, settings);
  self->keeper = flow_hub_keeper_new (self->services);
  self->importer = flow_importer_new (self->services);
  jobs = G_LIST_MODEL (flow_services_get_jobs (self->services));
  g_signal_connect_object (self->keeper, "notify::state", G_CALLBACK (state_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (jobs, "items-changed", G_CALLBACK (jobs_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (jobs, "finished", G_CALLBACK (job_finished_cb), self, 0);
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
      return;
    }
  add_actions (self);
  flow_shortcuts_install (GTK_APPLICATION (self));
  apply_theme (self);
  apply_capture (self);
}

static void
flow_application_activate (GApplication *application)
{
  FlowApplication *self = FLOW_APPLICATION (application);

  if (self->services == NULL)
    show_start_error (self);
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
  else if (self->services != NULL)
    ensure_hub (self);
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

static void
flow_application_shutdown (GApplication *application)
{
  FlowApplication *self = FLOW_APPLICATION (application);

  flow_log_set_sink (NULL, NULL);
  g_clear_handle_id (&self->term_source, g_source_remove);
  g_clear_handle_id (&self->interrupt_source, g_source_remove);
  g_clear_object (&self->chooser);
  g_clear_object (&self->importer);
  g_clear_object (&self->keeper);
  g_clear_object (&self->services);
  G_APPLICATION_CLASS (flow_application_parent_class)->shutdown (application);
}

static void
flow_application_finalize (GObject *object)
{
  FlowApplication *self = FLOW_APPLICATION (object);

  flow_command_line_free (self->command_line);
  g_clear_error (&self->start_error);
  g_free (self->replaced_unit);

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
  application_class->shutdown = flow_application_shutdown;
}

static void
flow_application_init (FlowApplication *self)
{
  self->command_line = flow_command_line_new ();
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
 * Find out what closing the last window means. When the settings say that the program should not go on without one,
 * it is asked to quit, which may ask the user.
 *
 * Returns: %TRUE when the window should close and the program go on
 */
gboolean
flow_application_ask_to_close (FlowApplication *self)
{
  FlowSettings *settings = flow_services_get_settings (self->services);
  g_autoptr (GVariant) goes_on = flow_settings_get (settings, "ui.run-in-background", NULL);

  if (goes_on == NULL || g_variant_get_boolean (goes_on))
    return TRUE;
  g_action_group_activate_action (G_ACTION_GROUP (self), "quit", NULL);
  return FALSE;
}
