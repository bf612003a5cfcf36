/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The switch that has a trace on the user's other devices: how it is, what it does, and when it cannot. */

#include "app-test.h"

#include <adwaita.h>

#include "app/sync/flow-share-row.h"
#include "app/sync/flow-trace-share.h"
#include "verbs-fixture.h"

#define ONE "00000000000000000000000000000001"
#define TWO "00000000000000000000000000000002"
#define ANSWER(trace, shared) "{\"trace_id\":\"" trace "\",\"shared\":" shared "}"

static const guint8 one[16] = { [15] = 1 };
static const guint8 two[16] = { [15] = 2 };

typedef struct
{
  FlowSyncBoard *board;
  VerbsFixture *verbs;
  GtkWindow *window;
  FlowShareRow *row;
} Fixture;

static void
set_status (Fixture *self, const char *state)
{
  g_autofree char *text = g_strdup_printf ("{\"state\":\"%s\"}", state);

  verbs_fixture_set_answer (self->verbs, "sync-status", text);
  flow_board_refresh (FLOW_BOARD (self->board));
  app_test_wait (flow_board_is_current (FLOW_BOARD (self->board)));
}

static void
set_up (Fixture *self, gconstpointer data)
{
  GtkWidget *toasts = adw_toast_overlay_new ();
  GtkWidget *list = gtk_list_box_new ();

  self->board = flow_sync_board_new ();
  self->verbs = verbs_fixture_new ();
  flow_board_set_verbs (FLOW_BOARD (self->board), FLOW_VERBS (self->verbs));
  set_status (self, "idle");
  verbs_fixture_set_answer (self->verbs, "trace-shared", ANSWER (ONE, "true"));
  verbs_fixture_set_answer (self->verbs, "trace-share", "{}");
  self->row = FLOW_SHARE_ROW (flow_share_row_new (self->board));
  gtk_list_box_append (GTK_LIST_BOX (list), GTK_WIDGET (self->row));
  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (toasts), list);
  self->window = app_test_show (toasts, 360, 300);
  g_free (verbs_fixture_take_calls (self->verbs));
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  gtk_window_destroy (self->window);
  app_test_settle ();
  g_object_unref (self->board);
  g_object_unref (self->verbs);
}

static GtkSwitch *
find_switch (Fixture *self)
{
  return GTK_SWITCH (app_test_find (GTK_WIDGET (self->row), GTK_TYPE_SWITCH, NULL));
}

static gboolean
is_on (Fixture *self)
{
  return gtk_switch_get_active (find_switch (self));
}

static gboolean
spins (Fixture *self)
{
  return gtk_widget_get_mapped (app_test_find (GTK_WIDGET (self->row), GTK_TYPE_SPINNER, NULL));
}

static void
press (Fixture *self)
{
  gtk_switch_set_active (find_switch (self), !is_on (self));
}

static void
assert_calls (Fixture *self, const char *expected)
{
  g_autofree char *calls = verbs_fixture_take_calls (self->verbs);

  g_assert_cmpstr (calls, ==, expected);
}

static void
test_switch (Fixture *self, gconstpointer data)
{
  g_assert_false (is_on (self));
  flow_share_row_set_trace (self->row, one);
  app_test_wait (is_on (self));
  assert_calls (self, "trace-shared{\"trace_id\":\"" ONE "\"} ");
  press (self);
  g_assert_false (is_on (self));
  app_test_settle ();
  assert_calls (self, "trace-share{\"trace_id\":\"" ONE "\",\"stop\":true} ");
  press (self);
  app_test_settle ();
  g_assert_true (is_on (self));
  assert_calls (self, "trace-share{\"trace_id\":\"" ONE "\",\"stop\":false} ");
}

/* The answer about another trace is not taken for this one's. */
static void
test_other_trace (Fixture *self, gconstpointer data)
{
  verbs_fixture_set_silent (self->verbs, TRUE);
  flow_share_row_set_trace (self->row, one);
  flow_share_row_set_trace (self->row, two);
  verbs_fixture_set_silent (self->verbs, FALSE);
  app_test_settle ();
  g_assert_false (is_on (self));
  verbs_fixture_set_answer (self->verbs, "trace-shared", ANSWER (TWO, "true"));
  flow_share_row_set_trace (self->row, NULL);
  flow_share_row_set_trace (self->row, two);
  app_test_wait (is_on (self));
}

/* What takes long is seen to be under way, and nothing else can be wanted meanwhile. */
static void
test_slow (Fixture *self, gconstpointer data)
{
  flow_share_row_set_trace (self->row, one);
  app_test_wait (is_on (self));
  g_assert_false (spins (self));
  verbs_fixture_set_silent (self->verbs, TRUE);
  press (self);
  app_test_wait (spins (self));
  press (self);
  g_assert_false (is_on (self));
  g_assert_cmpuint (verbs_fixture_count (self->verbs, "trace-share"), ==, 1);
  verbs_fixture_set_silent (self->verbs, FALSE);
  app_test_wait (!spins (self));
  g_assert_false (is_on (self));
}

static void
test_failed (Fixture *self, gconstpointer data)
{
  flow_share_row_set_trace (self->row, one);
  app_test_wait (is_on (self));
  verbs_fixture_set_error (self->verbs, "trace-share", FLOW_ERROR_DISK_FULL, "the disk is full");
  press (self);
  app_test_wait (app_test_says (GTK_WIDGET (self->window), "The trace stays as it was: the disk is full"));
  g_assert_true (is_on (self));
}

/* Why it cannot be is said where the switch is; it can be as soon as somebody is signed in. */
static void
test_off (Fixture *self, gconstpointer data)
{
  set_status (self, "off");
  flow_share_row_set_trace (self->row, one);
  g_assert_false (gtk_widget_is_sensitive (GTK_WIDGET (self->row)));
  g_assert_true (app_test_says (GTK_WIDGET (self->row), "Nobody is signed in; see the page Sync"));
  g_assert_cmpuint (verbs_fixture_count (self->verbs, "trace-shared"), ==, 0);
  set_status (self, "signed_out");
  g_assert_true (app_test_says (GTK_WIDGET (self->row), "This device was signed out; see the page Sync"));
  set_status (self, "offline");
  g_assert_true (gtk_widget_is_sensitive (GTK_WIDGET (self->row)));
  app_test_wait (is_on (self));
  flow_board_set_verbs (FLOW_BOARD (self->board), NULL);
  g_assert_false (gtk_widget_is_sensitive (GTK_WIDGET (self->row)));
  g_assert_true (app_test_says (GTK_WIDGET (self->row), "The hub does not run"));
  g_assert_false (is_on (self));
}

#define ADD(name, func) g_test_add ("/app/share/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  ADD ("switch", test_switch);
  ADD ("other-trace", test_other_trace);
  ADD ("slow", test_slow);
  ADD ("failed", test_failed);
  ADD ("off", test_off);
  return g_test_run ();
}
