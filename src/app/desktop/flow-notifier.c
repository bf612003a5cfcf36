/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-notifier"

#include "app/desktop/flow-notifier.h"

#include <glib/gi18n-lib.h>

#define QUESTIONS "questions"
#define MAX_LISTED 3

/**
 * FlowNotifier:
 *
 * Decides what is worth a notification: nothing while the window is in front, where the user sees it anyway, and at
 * most one of a kind every few seconds. What comes faster is shown as one, the newest. Questions that wait are one
 * kind; their answers are the buttons.
 */
struct _FlowNotifier
{
  GObject parent_instance;

  FlowNotificationService *service;
  FlowSettings *settings;
  FlowQuestions *questions;
  guint interval_ms;
  gboolean focused;
  GHashTable *kinds; /* name -> Kind */
};

typedef struct
{
  FlowNotifier *notifier;
  char *name;
  gint64 shown_us; /* monotonic, 0: never */
  gboolean visible;
  GSource *later;
  char *title;
  char *body;
  GArray *buttons; /* FlowNotificationButton */
} Kind;

G_DEFINE_FINAL_TYPE (FlowNotifier, flow_notifier, G_TYPE_OBJECT)

static void
button_clear (gpointer data)
{
  FlowNotificationButton *button = data;

  g_free ((char *) button->label);
  g_free ((char *) button->action);
}

static void
kind_cancel (Kind *kind)
{
  if (kind->later != NULL)
    g_source_destroy (kind->later);
  g_clear_pointer (&kind->later, g_source_unref);
}

static void
kind_free (gpointer data)
{
  Kind *kind = data;

  kind_cancel (kind);
  g_array_unref (kind->buttons);
  g_free (kind->body);
  g_free (kind->title);
  g_free (kind->name);
  g_free (kind);
}

static Kind *
find_kind (FlowNotifier *self, const char *name)
{
  Kind *kind = g_hash_table_lookup (self->kinds, name);

  if (kind != NULL)
    return kind;
  kind = g_new0 (Kind, 1);
  kind->notifier = self;
  kind->name = g_strdup (name);
  kind->buttons = g_array_new (FALSE, TRUE, sizeof (FlowNotificationButton));
  g_array_set_clear_func (kind->buttons, button_clear);
  g_hash_table_insert (self->kinds, kind->name, kind);
  return kind;
}

static void
send (Kind *kind)
{
  FlowNotifier *self = kind->notifier;

  kind->shown_us = g_get_monotonic_time ();
  kind->visible = TRUE;
  flow_notification_service_show (self->service, kind->name, kind->title, kind->body,
                                  (const FlowNotificationButton *) (gpointer) kind->buttons->data, kind->buttons->len);
}

static gboolean
later_cb (gpointer data)
{
  Kind *kind = data;

  g_clear_pointer (&kind->later, g_source_unref);
  send (kind);
  return G_SOURCE_REMOVE;
}

static void
send_or_wait (Kind *kind)
{
  gint64 wait_ms;

  if (kind->later != NULL)
    return;
  wait_ms = kind->notifier->interval_ms - (g_get_monotonic_time () - kind->shown_us) / 1000;
  if (kind->shown_us == 0 || wait_ms <= 0)
    {
      send (kind);
      return;
    }
  kind->later = g_timeout_source_new ((guint) wait_ms);
  g_source_set_name (kind->later, "flow-notifier-later");
  g_source_set_callback (kind->later, later_cb, kind, NULL);
  g_source_attach (kind->later, NULL);
}

static gboolean
is_wanted (FlowNotifier *self)
{
  g_autoptr (GVariant) on = flow_settings_get (self->settings, "ui.notifications", NULL);

  return !self->focused && on != NULL && g_variant_get_boolean (on);
}

static void
show_question (FlowNotifier *self, FlowQuestion *question)
{
  gsize n_answers;
  const FlowAnswer *answers = flow_question_get_answers (question, &n_answers);
  const char *detail = flow_question_get_detail (question);
  g_autoptr (GArray) buttons = g_array_new (FALSE, TRUE, sizeof (FlowNotificationButton));
  FlowNotificationButton open = { _ ("Open"), "app.raise", TRUE };

  g_array_set_clear_func (buttons, button_clear);
  for (gsize i = 0; i < n_answers; i++)
    {
      g_autoptr (GVariant) target = NULL;
      g_auto (GStrv) parts = g_strsplit (answers[i].label, "_", -1);
      FlowNotificationButton button = { 0 };

      target = g_variant_ref_sink (g_variant_new ("(ss)", flow_question_get_id (question), answers[i].id));
      button.label = g_strjoinv ("", parts);
      button.action = g_action_print_detailed_name ("app.answer-question", target);
      g_array_append_val (buttons, button);
    }
  open.label = g_strdup (open.label);
  open.action = g_strdup (open.action);
  g_array_append_val (buttons, open);
  flow_notifier_show (self, QUESTIONS, flow_question_get_text (question), detail != NULL ? detail : "",
                      (const FlowNotificationButton *) (gpointer) buttons->data, buttons->len);
}

static void
show_many (FlowNotifier *self, guint n)
{
  g_autofree char *title = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u question", "%u questions", n), n);
  g_autoptr (GString) body = g_string_new (NULL);
  const FlowNotificationButton buttons[] = { { _ ("Open"), "app.raise", TRUE } };

  for (guint i = 0; i < MIN (n, MAX_LISTED); i++)
    {
      g_autoptr (FlowQuestion) question = g_list_model_get_item (G_LIST_MODEL (self->questions), i);

      g_string_append_printf (body, "%s%s", i > 0 ? "\n" : "", flow_question_get_text (question));
    }
  if (n > MAX_LISTED)
    g_string_append (body, "\n…");
  flow_notifier_show (self, QUESTIONS, title, body->str, buttons, G_N_ELEMENTS (buttons));
}

static void
questions_cb (FlowNotifier *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->questions));
  g_autoptr (FlowQuestion) first = g_list_model_get_item (G_LIST_MODEL (self->questions), 0);

  if (n == 0)
    flow_notifier_withdraw (self, QUESTIONS);
  else if (n == 1)
    show_question (self, first);
  else
    show_many (self, n);
}

static void
activated_cb (FlowNotifier *self, const char *name, const char *action, const char *token)
{
  Kind *kind = g_hash_table_lookup (self->kinds, name);

  if (kind != NULL)
    kind->visible = FALSE;
}

static void
flow_notifier_dispose (GObject *object)
{
  FlowNotifier *self = FLOW_NOTIFIER (object);

  if (self->questions != NULL)
    g_signal_handlers_disconnect_by_data (self->questions, self);
  if (self->service != NULL)
    g_signal_handlers_disconnect_by_data (self->service, self);
  g_hash_table_remove_all (self->kinds);
  g_clear_object (&self->questions);
  g_clear_object (&self->settings);
  g_clear_object (&self->service);

  G_OBJECT_CLASS (flow_notifier_parent_class)->dispose (object);
}

static void
flow_notifier_finalize (GObject *object)
{
  g_hash_table_unref (FLOW_NOTIFIER (object)->kinds);

  G_OBJECT_CLASS (flow_notifier_parent_class)->finalize (object);
}

static void
flow_notifier_class_init (FlowNotifierClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_notifier_dispose;
  G_OBJECT_CLASS (klass)->finalize = flow_notifier_finalize;
}

static void
flow_notifier_init (FlowNotifier *self)
{
  self->kinds = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, kind_free);
}

/**
 * flow_notifier_new:
 * @service: what shows them
 * @settings: `ui.notifications` is heeded
 * @questions: what waits for the user
 * @interval_ms: milliseconds between two of a kind
 *
 * Returns: (transfer full): the notifier
 */
FlowNotifier *
flow_notifier_new (FlowNotificationService *service, FlowSettings *settings, FlowQuestions *questions,
                   guint interval_ms)
{
  FlowNotifier *self = g_object_new (FLOW_TYPE_NOTIFIER, NULL);

  self->service = g_object_ref (service);
  self->settings = g_object_ref (settings);
  self->questions = g_object_ref (questions);
  self->interval_ms = interval_ms;
  g_signal_connect_swapped (service, "activated", G_CALLBACK (activated_cb), self);
  g_signal_connect_swapped (questions, "items-changed", G_CALLBACK (questions_cb), self);
  return self;
}

/**
 * flow_notifier_set_focused:
 * @self: the notifier
 * @focused: whether a window of the program has the focus
 *
 * Say whether the user looks at the window. When they do, what was shown has done its work and goes away.
 */
void
flow_notifier_set_focused (FlowNotifier *self, gboolean focused)
{
  GHashTableIter iter;
  gpointer name;

  g_return_if_fail (FLOW_IS_NOTIFIER (self));

  self->focused = focused;
  if (!focused)
    return;
  g_hash_table_iter_init (&iter, self->kinds);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    flow_notifier_withdraw (self, name);
}

/**
 * flow_notifier_show:
 * @self: the notifier
 * @kind: what it is about; a later one of the same kind replaces it
 * @title: one line
 * @body: plain text, may be empty
 * @buttons: (array length=n_buttons): what can be done
 * @n_buttons: how many
 *
 * Tell the user something, unless they look at the window or want no notifications.
 */
void
flow_notifier_show (FlowNotifier *self, const char *kind, const char *title, const char *body,
                    const FlowNotificationButton *buttons, gsize n_buttons)
{
  Kind *known;

  g_return_if_fail (FLOW_IS_NOTIFIER (self));
  g_return_if_fail (kind != NULL && title != NULL && body != NULL);

  if (!is_wanted (self))
    return;
  known = find_kind (self, kind);
  g_free (known->title);
  g_free (known->body);
  known->title = g_strdup (title);
  known->body = g_strdup (body);
  g_array_set_size (known->buttons, 0);
  for (gsize i = 0; i < n_buttons; i++)
    {
      FlowNotificationButton button = { g_strdup (buttons[i].label), g_strdup (buttons[i].action),
                                        buttons[i].is_default };

      g_array_append_val (known->buttons, button);
    }
  send_or_wait (known);
}

/**
 * flow_notifier_withdraw:
 * @self: the notifier
 * @kind: what it was about
 *
 * Take a notification away that is no longer true.
 */
void
flow_notifier_withdraw (FlowNotifier *self, const char *kind)
{
  Kind *known;

  g_return_if_fail (FLOW_IS_NOTIFIER (self));
  g_return_if_fail (kind != NULL);

  known = g_hash_table_lookup (self->kinds, kind);
  if (known == NULL)
    return;
  kind_cancel (known);
  if (!known->visible)
    return;
  known->visible = FALSE;
  flow_notification_service_withdraw (self->service, kind);
}
