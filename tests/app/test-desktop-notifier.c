/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app-test.h"

#include "app/desktop/flow-notifier.h"
#include "app/desktop/flow-sync-notices.h"
#include "verbs-fixture.h"

/* As short as can be told from none. */
#define INTERVAL_MS 60

/* A service that writes down what it is told. */
#define TYPE_PAPER (paper_get_type ())
G_DECLARE_FINAL_TYPE (Paper, paper, TEST, PAPER, GObject)

struct _Paper
{
  GObject parent_instance;

  GString *lines;
  guint n_shown;
};

static void
paper_show (FlowNotificationService *service, const char *kind, const char *title, const char *body,
            const FlowNotificationButton *buttons, gsize n_buttons)
{
  Paper *self = TEST_PAPER (service);

  self->n_shown++;
  g_string_append_printf (self->lines, "show %s '%s' '%s'", kind, title, body);
  for (gsize i = 0; i < n_buttons; i++)
    g_string_append_printf (self->lines, " %s%s", buttons[i].is_default ? "*" : "", buttons[i].label);
  g_string_append_c (self->lines, '\n');
}

static void
paper_withdraw (FlowNotificationService *service, const char *kind)
{
  g_string_append_printf (TEST_PAPER (service)->lines, "withdraw %s\n", kind);
}

static void
paper_service_init (FlowNotificationServiceInterface *iface)
{
  iface->show = paper_show;
  iface->withdraw = paper_withdraw;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (Paper, paper, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (FLOW_TYPE_NOTIFICATION_SERVICE, paper_service_init))

static void
paper_finalize (GObject *object)
{
  g_string_free (TEST_PAPER (object)->lines, TRUE);
  G_OBJECT_CLASS (paper_parent_class)->finalize (object);
}

static void
paper_class_init (PaperClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = paper_finalize;
}

static void
paper_init (Paper *self)
{
  self->lines = g_string_new (NULL);
}

typedef struct
{
  FlowServices *services;
  FlowQuestions *questions;
  Paper *paper;
  FlowNotifier *notifier;
} World;

static void
world_init (World *world)
{
  world->services = app_test_services_new ();
  world->questions = flow_questions_new ();
  world->paper = g_object_new (TYPE_PAPER, NULL);
  world->notifier = flow_notifier_new (FLOW_NOTIFICATION_SERVICE (world->paper),
                                       flow_services_get_settings (world->services), world->questions, INTERVAL_MS);
}

static void
world_clear (World *world)
{
  g_object_unref (world->notifier);
  g_object_unref (world->paper);
  g_object_unref (world->questions);
  g_object_unref (world->services);
}

static void
say (World *world, const char *kind, const char *title)
{
  flow_notifier_show (world->notifier, kind, title, "", NULL, 0);
}

static void
ask (World *world, const char *id)
{
  const FlowAnswer answers[] = { { "allow", "_Allow" }, { "deny", "_Deny" } };
  g_autoptr (FlowQuestion) question = flow_question_new (id, id, NULL, answers, G_N_ELEMENTS (answers));

  flow_questions_add (world->questions, question);
}

/* What comes too fast is shown as one, the newest; other kinds do not wait for it. */
static void
test_interval (void)
{
  World world;
  gint64 before_us;

  world_init (&world);
  say (&world, "disk", "1");
  before_us = g_get_monotonic_time ();
  say (&world, "disk", "2");
  say (&world, "disk", "3");
  say (&world, "editor", "4");
  g_assert_cmpstr (world.paper->lines->str, ==, "show disk '1' ''\nshow editor '4' ''\n");
  app_test_wait (world.paper->n_shown == 3);
  g_assert_cmpint (g_get_monotonic_time () - before_us, >=, (INTERVAL_MS - 10) * 1000);
  g_assert_true (g_str_has_suffix (world.paper->lines->str, "show disk '3' ''\n"));
  world_clear (&world);
}

/* What became untrue while it waited is not shown. */
static void
test_withdrawn (void)
{
  World world;

  world_init (&world);
  say (&world, "disk", "1");
  say (&world, "disk", "2");
  flow_notifier_withdraw (world.notifier, "disk");
  flow_notifier_withdraw (world.notifier, "disk");
  flow_notifier_withdraw (world.notifier, "never");
  say (&world, "disk", "3");
  app_test_wait (world.paper->n_shown == 2);
  g_assert_cmpstr (world.paper->lines->str, ==, "show disk '1' ''\nwithdraw disk\nshow disk '3' ''\n");
  world_clear (&world);
}

static void
test_focused (void)
{
  World world;

  world_init (&world);
  say (&world, "disk", "1");
  flow_notifier_set_focused (world.notifier, TRUE);
  say (&world, "disk", "2");
  ask (&world, "one");
  g_assert_cmpstr (world.paper->lines->str, ==, "show disk '1' ''\nwithdraw disk\n");
  flow_notifier_set_focused (world.notifier, FALSE);
  g_assert_cmpuint (world.paper->n_shown, ==, 1);
  world_clear (&world);
}

static void
test_switched_off (void)
{
  g_autoptr (GError) error = NULL;
  World world;

  world_init (&world);
  flow_settings_set (flow_services_get_settings (world.services), "ui.notifications", g_variant_new_boolean (FALSE),
                     &error);
  g_assert_no_error (error);
  say (&world, "disk", "1");
  ask (&world, "one");
  g_assert_cmpstr (world.paper->lines->str, ==, "");
  world_clear (&world);
}

/* One question has its answers as buttons; several are one notification; none is no notification. */
static void
test_questions (void)
{
  World world;

  world_init (&world);
  ask (&world, "one");
  ask (&world, "two");
  app_test_wait (world.paper->n_shown == 2);
  flow_questions_answer (world.questions, "one", "allow");
  app_test_wait (world.paper->n_shown == 3);
  flow_questions_answer (world.questions, "two", "allow");
  g_assert_cmpstr (world.paper->lines->str, ==,
                   "show questions 'one' '' Allow Deny *Open\n"
                   "show questions '2 questions' 'one\ntwo' *Open\n"
                   "show questions 'two' '' Allow Deny *Open\n"
                   "withdraw questions\n");
  world_clear (&world);
}

/* Nothing fires after the end. */
static void
test_end (void)
{
  World world;

  world_init (&world);
  say (&world, "disk", "1");
  say (&world, "disk", "2");
  world_clear (&world);
  app_test_settle ();
}

/* A conflict is told, and no more when nobody has to decide: here or on another device. */
static void
test_sync (void)
{
  g_autoptr (GtkApplication) application = gtk_application_new ("org.flowscope.Test", G_APPLICATION_DEFAULT_FLAGS);
  g_autoptr (VerbsFixture) verbs = verbs_fixture_new ();
  g_autoptr (FlowSyncNotices) notices = NULL;
  FlowBoard *board;
  World world;

  world_init (&world);
  board = FLOW_BOARD (flow_services_get_sync (world.services));
  flow_board_set_verbs (board, FLOW_VERBS (verbs));
  app_test_wait (flow_sync_board_count_conflicts (FLOW_SYNC_BOARD (board)) == 2);
  notices = flow_sync_notices_new (application, world.services, world.notifier);
  flow_sync_notices_tell (notices, "conflict", "in the hub's words", "c1");
  flow_sync_notices_tell (notices, "failed", "the disk is full", "");
  g_assert_cmpstr (
      world.paper->lines->str, ==,
      "show sync-conflict 'A conflict needs your decision' 'Two devices changed the same. Both versions are "
      "kept until you decide.' Show *Open\n"
      "show sync-failed 'Your data did not all go to your account' 'the disk is full' Show *Open\n");
  verbs_fixture_set_answer (verbs, "sync-status", "{\"state\":\"idle\",\"conflicts\":0}");
  flow_board_refresh (board);
  app_test_wait (g_str_has_suffix (world.paper->lines->str, "withdraw sync-conflict\n"));
  g_clear_object (&notices);
  world_clear (&world);
  app_test_settle ();
}

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  g_test_add_func ("/app/notifier/interval", test_interval);
  g_test_add_func ("/app/notifier/withdrawn", test_withdrawn);
  g_test_add_func ("/app/notifier/focused", test_focused);
  g_test_add_func ("/app/notifier/switched-off", test_switched_off);
  g_test_add_func ("/app/notifier/questions", test_questions);
  g_test_add_func ("/app/notifier/end", test_end);
  g_test_add_func ("/app/notifier/sync", test_sync);
  return g_test_run ();
}
