/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-desktop"

#include "app/desktop/flow-desktop.h"

#include <glib/gi18n-lib.h>

#include "app/desktop/flow-tray-host.h"
#include "app/desktop/flow-tray.h"

#define NOTIFICATION_INTERVAL_MS 4000

/**
 * FlowDesktop:
 *
 * What the program shows and does outside its window: the tray icon, notifications, questions that wait, and starting
 * with the desktop. Each of these may be missing on a desktop; the program then does without.
 */
struct _FlowDesktop
{
  GObject parent_instance;

  GtkApplication *application;
  FlowServices *services;
  GListModel *jobs;
  FlowQuestions *questions;
  FlowNotificationService *notifications;
  FlowNotifier *notifier;
  FlowTray *tray;
  FlowTrayHost *tray_host;
  GtkWindow *window; /* the active one */
};

G_DEFINE_FINAL_TYPE (FlowDesktop, flow_desktop, G_TYPE_OBJECT)

/* The one of this process; pages that are far from the application ask for it. */
static FlowDesktop *the_desktop;

static void
answer_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  FlowDesktop *self = data;
  const char *id;
  const char *answer;

  g_variant_get (parameter, "(&s&s)", &id, &answer);
  flow_questions_answer (self->questions, id, answer);
}

static gboolean
is_capturing (FlowDesktop *self)
{
  g_autoptr (GVariant) on = flow_settings_get (flow_services_get_settings (self->services), "capture.enabled", NULL);

  return on == NULL || g_variant_get_boolean (on);
}

/* The state follows the setting, which others may change too. */
static void
pause_cb (GSimpleAction *action, GVariant *wanted, gpointer data)
{
  FlowDesktop *self = data;
  g_autoptr (GError) error = NULL;

  if (!flow_settings_set (flow_services_get_settings (self->services), "capture.enabled",
                          g_variant_new_boolean (!g_variant_get_boolean (wanted)), &error))
    flow_notifier_show (self->notifier, "settings", _ ("The setting was not changed"), error->message, NULL, 0);
}

static void
capture_cb (FlowDesktop *self)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self->application), "pause-capture");

  g_simple_action_set_state (G_SIMPLE_ACTION (action), g_variant_new_boolean (!is_capturing (self)));
}

static void
focus_cb (FlowDesktop *self)
{
  flow_notifier_set_focused (self->notifier, self->window != NULL && gtk_window_is_active (self->window));
}

static void
drop_window (FlowDesktop *self)
{
  if (self->window == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->window, self);
  g_clear_weak_pointer (&self->window);
}

static void
active_window_cb (FlowDesktop *self)
{
  GtkWindow *window = gtk_application_get_active_window (self->application);

  drop_window (self);
  g_set_weak_pointer (&self->window, window);
  if (window != NULL)
    g_signal_connect_swapped (window, "notify::is-active", G_CALLBACK (focus_cb), self);
  focus_cb (self);
}

static void
activate_detailed (FlowDesktop *self, const char *detailed, const char *token)
{
  g_autofree char *name = NULL;
  g_autoptr (GVariant) target = NULL;
  g_autoptr (GError) error = NULL;

  if (token != NULL && self->window != NULL)
    gtk_window_set_startup_id (self->window, token);
  if (!g_action_parse_detailed_name (detailed, &name, &target, &error))
    g_warning ("%s", error->message);
  else
    g_action_group_activate_action (G_ACTION_GROUP (self->application), name + strlen ("app."), target);
}

static void
activated_cb (FlowDesktop *self, const char *kind, const char *action, const char *token)
{
  activate_detailed (self, action, token);
}

static void
flow_desktop_dispose (GObject *object)
{
  FlowDesktop *self = FLOW_DESKTOP (object);

  if (the_desktop == self)
    the_desktop = NULL;
  drop_window (self);
  if (self->application != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->application, self);
      g_action_map_remove_action (G_ACTION_MAP (self->application), "answer-question");
      g_action_map_remove_action (G_ACTION_MAP (self->application), "pause-capture");
    }
  if (self->notifications != NULL)
    g_signal_handlers_disconnect_by_data (self->notifications, self);
  if (self->services != NULL)
    g_signal_handlers_disconnect_by_data (flow_services_get_settings (self->services), self);
  g_clear_object (&self->tray_host);
  g_clear_object (&self->tray);
  g_clear_object (&self->notifier);
  g_clear_object (&self->notifications);
  g_clear_object (&self->questions);
  g_clear_object (&self->jobs);
  g_clear_object (&self->services);
  g_clear_object (&self->application);

  G_OBJECT_CLASS (flow_desktop_parent_class)->dispose (object);
}

static void
flow_desktop_class_init (FlowDesktopClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_desktop_dispose;
}

static void
flow_desktop_init (FlowDesktop *self)
{
  self->questions = flow_questions_new ();
  self->notifications = flow_notification_service_new ();
}

/**
 * flow_desktop_new:
 * @application: the program, which has the actions `raise`, `open-trace`, `preferences`, `capture-enabled` and `quit`
 * @services: what it works with
 * @jobs: (nullable): the long work that runs now
 *
 * Show the program on the desktop. To be called in `startup`, once; drop the last reference in `shutdown`.
 *
 * Returns: (transfer full): the desktop
 */
FlowDesktop *
flow_desktop_new (GtkApplication *application, FlowServices *services, GListModel *jobs)
{
  static const GActionEntry entries[] = {
    { .name = "answer-question", .activate = answer_cb, .parameter_type = "(ss)" },
    { .name = "pause-capture", .state = "false", .change_state = pause_cb },
  };
  FlowDesktop *self;

  g_return_val_if_fail (GTK_IS_APPLICATION (application), NULL);
  g_return_val_if_fail (FLOW_IS_SERVICES (services), NULL);

  self = g_object_new (FLOW_TYPE_DESKTOP, NULL);
  self->application = g_object_ref (application);
  self->services = g_object_ref (services);
  self->jobs = jobs != NULL ? g_object_ref (jobs) : NULL;
  self->notifier = flow_notifier_new (self->notifications, flow_services_get_settings (services), self->questions,
                                      NOTIFICATION_INTERVAL_MS);
  g_action_map_add_action_entries (G_ACTION_MAP (application), entries, G_N_ELEMENTS (entries), self);
  g_signal_connect_swapped (self->notifications, "activated", G_CALLBACK (activated_cb), self);
  g_signal_connect_swapped (application, "notify::active-window", G_CALLBACK (active_window_cb), self);
  g_signal_connect_swapped (flow_services_get_settings (services), "changed::capture.enabled", G_CALLBACK (capture_cb),
                            self);
  capture_cb (self);
  active_window_cb (self);
  self->tray = flow_tray_new (services, self->questions, jobs);
  self->tray_host = flow_tray_host_new (self->tray, application);
  the_desktop = self;
  return self;
}

/**
 * flow_desktop_get_default:
 *
 * Returns: (transfer none) (nullable): the desktop of this process, if the program runs as one
 */
FlowDesktop *
flow_desktop_get_default (void)
{
  return the_desktop;
}

/**
 * flow_desktop_get_questions:
 * @self: the desktop
 *
 * Returns: (transfer none): what waits for the user; show it with flow_questions_bar_new()
 */
FlowQuestions *
flow_desktop_get_questions (FlowDesktop *self)
{
  g_return_val_if_fail (FLOW_IS_DESKTOP (self), NULL);

  return self->questions;
}

/**
 * flow_desktop_get_notifier:
 * @self: the desktop
 *
 * Returns: (transfer none): what decides about notifications
 */
FlowNotifier *
flow_desktop_get_notifier (FlowDesktop *self)
{
  g_return_val_if_fail (FLOW_IS_DESKTOP (self), NULL);

  return self->notifier;
}

/**
 * flow_desktop_editor_missing:
 * @self: the desktop
 * @reason: why the file was not opened
 *
 * Tell that a jump to the code found no editor, with a way to choose one. Says nothing while the window is in front,
 * where a toast does.
 */
void
flow_desktop_editor_missing (FlowDesktop *self, const char *reason)
{
  const FlowNotificationButton buttons[] = { { _ ("Choose Editor"), "app.preferences::editor", FALSE },
                                             { _ ("Choose Editor"), "app.preferences::editor", TRUE } };

  g_return_if_fail (FLOW_IS_DESKTOP (self));
  g_return_if_fail (reason != NULL);

  flow_notifier_show (self->notifier, "editor", _ ("The file was not opened"), reason, buttons, G_N_ELEMENTS (buttons));
}

/**
 * flow_desktop_went_to_background:
 * @self: the desktop
 *
 * Tell, the first time only, that the program goes on without its window. To be called when the last one is closed.
 */
void
flow_desktop_went_to_background (FlowDesktop *self)
{
  const FlowNotificationButton buttons[] = { { _ ("Quit"), "app.quit", FALSE }, { _ ("Open"), "app.raise", TRUE } };

  g_return_if_fail (FLOW_IS_DESKTOP (self));

  flow_notifier_show (self->notifier, "background", _ ("FlowScope goes on in the background"),
                      _ ("Spans are still taken in. Open it again from the tray or the list of programs."), buttons,
                      G_N_ELEMENTS (buttons));
}
