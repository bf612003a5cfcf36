/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app-test.h"

#include "app/desktop/flow-questions-bar.h"
#include "app/shell/flow-button-flow.h"

static FlowQuestion *
make_question (const char *id)
{
  const FlowAnswer answers[] = { { "allow", "_Allow" }, { "deny", "_Deny" } };

  return flow_question_new (id, id, "Detail", answers, G_N_ELEMENTS (answers));
}

static void
keep_answer_cb (FlowQuestion *question, const char *answer, GString *answers)
{
  g_string_append_printf (answers, "%s=%s ", flow_question_get_id (question), answer);
}

static void
test_answered_once (void)
{
  g_autoptr (FlowQuestions) questions = flow_questions_new ();
  g_autoptr (FlowQuestion) question = make_question ("one");
  g_autoptr (GString) answers = g_string_new (NULL);

  g_signal_connect (question, "answered", G_CALLBACK (keep_answer_cb), answers);
  g_assert_true (flow_questions_add (questions, question));
  g_assert_false (flow_questions_answer (questions, "one", "perhaps"));
  g_assert_false (flow_questions_answer (questions, "two", "allow"));
  g_assert_true (flow_questions_answer (questions, "one", "allow"));
  g_assert_false (flow_questions_answer (questions, "one", "deny"));
  g_assert_false (flow_question_answer (question, "deny"));
  g_assert_cmpstr (answers->str, ==, "one=allow ");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (questions)), ==, 0);
}

static void
test_asked_once (void)
{
  g_autoptr (FlowQuestions) questions = flow_questions_new ();
  g_autoptr (FlowQuestion) question = make_question ("one");
  g_autoptr (FlowQuestion) again = make_question ("one");

  g_assert_true (flow_questions_add (questions, question));
  g_assert_false (flow_questions_add (questions, again));
  flow_questions_withdraw (questions, "one");
  flow_questions_withdraw (questions, "one");
  g_assert_null (flow_questions_find (questions, "one"));
  g_assert_true (flow_questions_add (questions, again));
}

/* The bar is gone, the list is gone, and then the question is answered. */
static void
test_outlives (void)
{
  g_autoptr (FlowQuestion) question = make_question ("one");
  FlowQuestions *questions = flow_questions_new ();

  flow_questions_add (questions, question);
  g_object_unref (questions);
  g_assert_true (flow_question_answer (question, "allow"));
}

static GtkButton *
find_button (GtkWidget *bar, const char *label)
{
  GtkWidget *box = app_test_find (bar, FLOW_TYPE_BUTTON_FLOW, "buttons");

  for (GtkWidget *child = gtk_widget_get_first_child (box); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      if (g_str_equal (gtk_button_get_label (GTK_BUTTON (child)), label))
        return GTK_BUTTON (child);
    }
  return NULL;
}

static const char *
read_label (GtkWidget *bar, const char *id)
{
  return gtk_label_get_label (GTK_LABEL (app_test_find (bar, GTK_TYPE_LABEL, id)));
}

/* Oldest first, one at a time, and not there when nothing is asked. */
static void
test_bar (void)
{
  g_autoptr (FlowQuestions) questions = flow_questions_new ();
  g_autoptr (FlowQuestion) first = make_question ("one");
  g_autoptr (FlowQuestion) second = make_question ("two");
  g_autoptr (GString) answers = g_string_new (NULL);
  GtkWidget *bar = flow_questions_bar_new (questions);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *revealer = app_test_find (bar, GTK_TYPE_REVEALER, NULL);
  GtkWindow *window;

  gtk_box_append (GTK_BOX (box), bar);
  window = app_test_show (box, 360, 300);
  g_signal_connect (first, "answered", G_CALLBACK (keep_answer_cb), answers);
  g_signal_connect (second, "answered", G_CALLBACK (keep_answer_cb), answers);
  g_assert_false (gtk_widget_get_visible (revealer));

  flow_questions_add (questions, first);
  flow_questions_add (questions, second);
  g_assert_true (gtk_widget_get_visible (revealer));
  g_assert_cmpstr (read_label (bar, "text"), ==, "one");
  g_assert_cmpstr (read_label (bar, "more"), ==, "1 more question");
  app_test_settle ();
  g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (window)), <=, 360);

  g_signal_emit_by_name (find_button (bar, "_Deny"), "clicked");
  g_assert_cmpstr (read_label (bar, "text"), ==, "two");
  g_assert_cmpstr (read_label (bar, "more"), ==, "");
  g_signal_emit_by_name (find_button (bar, "_Allow"), "clicked");
  g_assert_cmpstr (answers->str, ==, "one=deny two=allow ");
  app_test_wait (!gtk_widget_get_visible (revealer));
  gtk_window_destroy (window);
}

/* At 200 % text and on the narrowest window there is room for all of it: lines wrap. */
static void
test_large_text (void)
{
  const FlowAnswer answers[] = { { "allow", "_Allow" }, { "allow-once", "Allow _Once" }, { "deny", "_Deny" } };
  g_autoptr (FlowQuestions) questions = flow_questions_new ();
  g_autoptr (FlowQuestion) question = NULL;
  GtkWidget *bar = flow_questions_bar_new (questions);
  GtkWindow *window = app_test_show (bar, 360, 300);
  GtkSettings *settings = gtk_settings_get_default ();
  int before, minimum;

  question = flow_question_new ("one", "May https://a-rather-long-name.of-a-page.example.com:8443 send traces?",
                                "A web page of this origin wants to send what it does to FlowScope.", answers, 3);
  flow_questions_add (questions, question);
  g_object_get (settings, "gtk-xft-dpi", &before, NULL);
  g_object_set (settings, "gtk-xft-dpi", 2 * 96 * 1024, NULL);
  gtk_widget_measure (app_test_find (bar, GTK_TYPE_REVEALER, NULL), GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL,
                      NULL, NULL);
  g_object_set (settings, "gtk-xft-dpi", before, NULL);
  g_assert_cmpint (minimum, >, 0);
  g_assert_cmpint (minimum, <=, 360);
  gtk_window_destroy (window);
}

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  g_test_add_func ("/app/questions/answered-once", test_answered_once);
  g_test_add_func ("/app/questions/asked-once", test_asked_once);
  g_test_add_func ("/app/questions/outlives", test_outlives);
  g_test_add_func ("/app/questions/bar", test_bar);
  g_test_add_func ("/app/questions/large-text", test_large_text);
  return g_test_run ();
}
