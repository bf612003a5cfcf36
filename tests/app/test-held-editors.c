/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Command lines of another device: they are shown as a whole, and count only after the user has said so here. */

#include "app-test.h"

#include "app/edits/flow-held-editors.h"
#include "app/sync/flow-sync-board.h"
#include "verbs-fixture.h"

#define BY_SITE "edit.editors-by-site"
#define BY_TYPE "edit.editors-by-type"
#define COMMAND "sh -c '<b>evil</b> & {file}'"
#define WIKI "{\"kind\":\"site\",\"subject\":\"wiki.example\",\"command\":\"" COMMAND "\"}"
#define MD "{\"kind\":\"type\",\"subject\":\"md\",\"command\":\"/opt/md {file}\"}"

typedef struct
{
  FlowServices *services;
  VerbsFixture *verbs;
  GtkWidget *group;
  GtkWindow *window;
} Fixture;

static void
tell (Fixture *self, const char *editors)
{
  FlowBoard *board = FLOW_BOARD (flow_services_get_sync (self->services));
  g_autofree char *answer = g_strdup_printf ("{\"editors\":[%s]}", editors);

  verbs_fixture_set_answer (self->verbs, "sync-editors", answer);
  flow_board_refresh (board);
  app_test_wait (flow_board_is_current (board));
  app_test_settle ();
}

static void
set_up (Fixture *self, gconstpointer data)
{
  GtkWidget *toasts = adw_toast_overlay_new ();

  self->services = app_test_services_new ();
  self->verbs = verbs_fixture_new ();
  flow_board_set_verbs (FLOW_BOARD (flow_services_get_sync (self->services)), FLOW_VERBS (self->verbs));
  self->group = flow_held_editors_new (self->services);
  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (toasts), self->group);
  self->window = GTK_WINDOW (gtk_window_new ());
  gtk_window_set_child (self->window, toasts);
  gtk_window_present (self->window);
  tell (self, "");
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  gtk_window_destroy (self->window);
  app_test_settle ();
  g_object_unref (self->services);
  g_object_unref (self->verbs);
}

static void
assert_setting (Fixture *self, const char *key, const char *expected)
{
  g_autoptr (GVariant) value = flow_settings_get (flow_services_get_settings (self->services), key, NULL);
  g_autofree char *text = g_variant_print (value, FALSE);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_use (Fixture *self, gconstpointer data)
{
  FlowSettings *settings = flow_services_get_settings (self->services);

  g_assert_false (gtk_widget_get_visible (self->group));
  g_assert_true (flow_settings_from_text (settings, BY_SITE, "[('wiki.example', 'vim'), ('.example', 'code')]", NULL));
  tell (self, WIKI "," MD);
  app_test_wait (app_test_says (self->group, COMMAND));
  g_assert_true (app_test_says (self->group, "Pages of wiki.example"));
  assert_setting (self, BY_SITE, "[('wiki.example', 'vim'), ('.example', 'code')]");
  app_test_press (self->group, "_Use Here");
  assert_setting (self, BY_SITE, "[('wiki.example', \"" COMMAND "\"), ('.example', 'code')]");
  assert_setting (self, BY_TYPE, "[]");
  g_assert_false (app_test_says (self->group, COMMAND));
  g_assert_true (app_test_says (self->group, "Texts of the type md"));
  app_test_press (self->group, "_Use Here");
  assert_setting (self, BY_TYPE, "[('md', '/opt/md {file}')]");
  g_assert_false (gtk_widget_get_visible (self->group));
}

/* Another command than the one that is shown is never taken; without a hub nothing is offered. */
static void
test_changes (Fixture *self, gconstpointer data)
{
  GtkWidget *button;

  tell (self, MD);
  app_test_wait (app_test_says (self->group, "/opt/md {file}"));
  button = app_test_find_button (self->group, "_Use Here");
  tell (self, MD);
  g_assert_true (app_test_find_button (self->group, "_Use Here") == button);
  tell (self, "{\"kind\":\"type\",\"subject\":\"md\",\"command\":\"/opt/other {file}\"}");
  app_test_wait (app_test_says (self->group, "/opt/other {file}"));
  g_assert_false (app_test_says (self->group, "/opt/md {file}"));
  app_test_press (self->group, "_Use Here");
  assert_setting (self, BY_TYPE, "[('md', '/opt/other {file}')]");
  tell (self, WIKI);
  app_test_wait (app_test_says (self->group, COMMAND));
  flow_board_set_verbs (FLOW_BOARD (flow_services_get_sync (self->services)), NULL);
  app_test_wait (!gtk_widget_get_visible (self->group));
}

#define ADD(name, func) g_test_add ("/app/held-editors/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  ADD ("use", test_use);
  ADD ("changes", test_changes);
  return g_test_run ();
}
