/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <math.h>

#include "app-test.h"
#include "app/shell/flow-page.h"
#include "app/shell/flow-toast.h"
#include "app/traces/flow-filter-bar.h"
#include "app/traces/flow-overview-strip.h"
#include "app/traces/flow-service-colour.h"
#include "app/traces/flow-trace-cell-text.h"
#include "app/traces/flow-trace-cell.h"
#include "app/traces/flow-trace-list-view.h"
#include "app/traces/flow-trace-view.h"
#include "app/traces/flow-traces-page.h"
#include "app/welcome/flow-welcome-page.h"
#include "store/flow-debug-session.h"
#include "store/flow-workspace.h"

/* The page of all traces over a hub that runs, fed through its port as programs feed it. */

typedef struct
{
  FlowServices *services;
  FlowHub *hub;
  GtkWidget *page;
  GtkWindow *window;
  guint sent;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  const FlowHubOptions options = { 0 };
  g_autoptr (GError) error = NULL;

  self->services = app_test_services_new ();
  self->hub = flow_hub_new (flow_services_get_context (self->services), flow_services_get_settings (self->services),
                            &options);
  flow_hub_start (self->hub, &error);
  g_assert_no_error (error);
  flow_services_set_hub (self->services, self->hub);
  self->page = flow_traces_page_new (self->services);
  self->window = app_test_show (adw_toast_overlay_new (), 900, 600);
  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (gtk_window_get_child (self->window)), self->page);
  app_test_wait (gtk_widget_get_mapped (self->page));
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  flow_toast_settle ();
  gtk_window_destroy (self->window);
  app_test_settle ();
  flow_services_set_hub (self->services, NULL);
  flow_hub_stop (self->hub);
  g_object_unref (self->hub);
  g_object_unref (self->services);
}

static void
post (Fixture *self, const char *body)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GUri) uri = g_uri_parse (flow_hub_get_otlp_endpoint (self->hub), G_URI_FLAGS_NONE, &error);
  g_autofree char *request = NULL;
  g_autoptr (GSocketConnection) connection = NULL;
  char answer[256] = { 0 };

  g_assert_no_error (error);
  request = g_strdup_printf ("POST /v1/traces HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\n"
                             "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
                             g_uri_get_port (uri), strlen (body), body);
  connection = g_socket_client_connect_to_host (client, "127.0.0.1", (guint16) g_uri_get_port (uri), NULL, &error);
  g_assert_no_error (error);
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), request, strlen (request), NULL,
                             NULL, &error);
  g_assert_no_error (error);
  g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)), answer, sizeof answer - 1, NULL,
                       &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 200"));
}

/* A trace of one span; each is a minute later than the one before. */
static void
send (Fixture *self, const char *name, const char *service, guint ms, gboolean failed)
{
  gint64 start = (G_GINT64_CONSTANT (1700000000) + 60 * (gint64) ++self->sent) * 1000000000;
  g_autofree char *body = NULL;

  body = g_strdup_printf (
      "{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\"%s\"}}"
      "]},\"scopeSpans\":[{\"spans\":[{\"traceId\":\"%032x\",\"spanId\":\"%016x\",\"name\":\"%s\",\"kind\":2,"
      "\"startTimeUnixNano\":\"%" G_GINT64_FORMAT "\",\"endTimeUnixNano\":\"%" G_GINT64_FORMAT
      "\",\"status\":{\"code\":%d}}]}]}]}",
      service, self->sent, self->sent, name, start, start + ms * G_GINT64_CONSTANT (1000000), failed ? 2 : 0);
  post (self, body);
}

static FlowTraceListView *
list_of (Fixture *self)
{
  return FLOW_TRACE_LIST_VIEW (app_test_find (self->page, FLOW_TYPE_TRACE_LIST_VIEW, NULL));
}

static GListModel *
model_of (Fixture *self)
{
  GtkWidget *list = app_test_find (GTK_WIDGET (list_of (self)), GTK_TYPE_LIST_VIEW, NULL);

  return G_LIST_MODEL (gtk_list_view_get_model (GTK_LIST_VIEW (list)));
}

static FlowFilterBar *
filter_of (Fixture *self)
{
  return FLOW_FILTER_BAR (app_test_find (self->page, FLOW_TYPE_FILTER_BAR, NULL));
}

static const char *
state_of (Fixture *self)
{
  return gtk_stack_get_visible_child_name (GTK_STACK (app_test_find (self->page, GTK_TYPE_STACK, "states")));
}

static const char *
name_at (Fixture *self, guint position)
{
  g_autoptr (FlowTraceItem) item = g_list_model_get_item (model_of (self), position);

  if (item == NULL)
    return NULL;
  app_test_wait (flow_trace_item_get_info (item) != NULL);
  return flow_trace_item_get_info (item)->name;
}

static gboolean
is_shown (Fixture *self, const char *state, guint count)
{
  return g_strcmp0 (state_of (self), state) == 0 && g_list_model_get_n_items (model_of (self)) == count;
}

static void
test_live (Fixture *self, gconstpointer data)
{
  app_test_wait (is_shown (self, "welcome", 0));
  g_assert_nonnull (app_test_find (self->page, FLOW_TYPE_WELCOME_PAGE, NULL));
  send (self, "GET /first", "shop", 10, FALSE);
  app_test_wait (is_shown (self, "list", 1));
  g_assert_cmpstr (name_at (self, 0), ==, "GET /first");
  send (self, "GET /second", "cart", 20, TRUE);
  app_test_wait (is_shown (self, "list", 2));
  g_assert_cmpstr (name_at (self, 0), ==, "GET /second");
  app_test_wait (app_test_find (GTK_WIDGET (list_of (self)), FLOW_TYPE_TRACE_CELL, NULL) != NULL);
}

static void
test_filter (Fixture *self, gconstpointer data)
{
  GtkWidget *problem = app_test_find (self->page, GTK_TYPE_LABEL, "problem");

  send (self, "GET /a", "shop", 10, FALSE);
  send (self, "GET /b", "cart", 500, TRUE);
  send (self, "POST /b", "shop", 900, FALSE);
  app_test_wait (is_shown (self, "list", 3));
  flow_filter_bar_set_text (filter_of (self), "service:shop");
  app_test_wait (is_shown (self, "list", 2));
  flow_filter_bar_set_text (filter_of (self), "/b >200ms");
  app_test_wait (is_shown (self, "list", 2));
  flow_filter_bar_set_text (filter_of (self), "status:error");
  app_test_wait (is_shown (self, "list", 1));
  g_assert_cmpstr (name_at (self, 0), ==, "GET /b");
  /* A mistake is told, and changes nothing. */
  flow_filter_bar_set_text (filter_of (self), "status:wrong");
  g_assert_true (gtk_widget_get_visible (problem));
  g_assert_cmpuint (g_list_model_get_n_items (model_of (self)), ==, 1);
  flow_filter_bar_set_text (filter_of (self), "nobody");
  g_assert_false (gtk_widget_get_visible (problem));
  app_test_wait (is_shown (self, "no-match", 0));
  gtk_widget_activate_action (self->page, "traces.clear-filter", NULL);
  app_test_wait (is_shown (self, "list", 3));
  /* What comes and matches is shown, what does not is not. */
  flow_filter_bar_set_text (filter_of (self), "service:cart");
  app_test_wait (is_shown (self, "list", 1));
  send (self, "GET /c", "shop", 10, FALSE);
  send (self, "GET /d", "cart", 10, FALSE);
  app_test_wait (is_shown (self, "list", 2));
  g_assert_cmpstr (name_at (self, 0), ==, "GET /d");
}

static void
test_menus (Fixture *self, gconstpointer data)
{
  GtkWidget *bar;

  send (self, "GET /a", "shop", 10, FALSE);
  send (self, "GET /b", "cart", 500, TRUE);
  send (self, "GET /c", "shop", 300, FALSE);
  app_test_wait (is_shown (self, "list", 3));
  bar = GTK_WIDGET (filter_of (self));
  gtk_widget_activate_action (bar, "filter.sort", "s", "duration");
  app_test_wait (g_strcmp0 (name_at (self, 0), "GET /b") == 0 && g_strcmp0 (name_at (self, 2), "GET /a") == 0);
  gtk_widget_activate_action (bar, "filter.sort", "s", "newest");
  app_test_wait (g_strcmp0 (name_at (self, 0), "GET /c") == 0);
  gtk_widget_activate_action (bar, "filter.status", "s", "error");
  g_assert_cmpstr (flow_filter_bar_get_text (filter_of (self)), ==, "status:error");
  gtk_widget_activate_action (bar, "filter.service", "s", "cart");
  gtk_widget_activate_action (bar, "filter.duration", "s", ">100ms");
  g_assert_cmpstr (flow_filter_bar_get_text (filter_of (self)), ==, "status:error service:cart >100ms");
  gtk_widget_activate_action (bar, "filter.status", "s", "");
  gtk_widget_activate_action (bar, "filter.has-logs", NULL);
  g_assert_cmpstr (flow_filter_bar_get_text (filter_of (self)), ==, "service:cart >100ms has:logs");
  gtk_widget_activate_action (bar, "filter.clear", NULL);
  g_assert_cmpstr (flow_filter_bar_get_text (filter_of (self)), ==, "");
  app_test_wait (is_shown (self, "list", 3));
}

/* Whether a menu has an item with this label, however deep. */
static gboolean
has_item (GMenuModel *menu, const char *label)
{
  for (int i = 0; i < g_menu_model_get_n_items (menu); i++)
    {
      g_autofree char *found = NULL;
      g_autoptr (GMenuModel) section = g_menu_model_get_item_link (menu, i, G_MENU_LINK_SECTION);
      g_autoptr (GMenuModel) below = g_menu_model_get_item_link (menu, i, G_MENU_LINK_SUBMENU);

      g_menu_model_get_item_attribute (menu, i, G_MENU_ATTRIBUTE_LABEL, "s", &found);
      if (g_strcmp0 (found, label) == 0 || (section != NULL && has_item (section, label)) ||
          (below != NULL && has_item (below, label)))
        return TRUE;
    }
  return FALSE;
}

/* Folders and sessions are offered once there are any; two folders of one name are told apart. */
static void
test_places (Fixture *self, gconstpointer data)
{
  static const char *const folders[] = { "/home/anna/shop", "/srv/shop", "/home/anna/my_api" };
  g_autoptr (FlowDebugSession) session = flow_debug_session_new ("s1", "", "", "login fails", 1);
  GtkWidget *bar = GTK_WIDGET (filter_of (self));
  GtkMenuButton *button = GTK_MENU_BUTTON (app_test_find (bar, GTK_TYPE_MENU_BUTTON, "filter_button"));
  GMenuModel *menu = gtk_menu_button_get_menu_model (button);
  sqlite3 *db;

  send (self, "GET /a", "shop", 10, FALSE);
  app_test_wait (is_shown (self, "list", 1));
  gtk_menu_button_popup (button);
  app_test_wait (has_item (menu, "shop"));
  g_assert_false (has_item (menu, "_Workspace"));
  gtk_menu_button_popdown (button);

  g_assert_cmpint (sqlite3_open (flow_context_get_database_path (flow_services_get_context (self->services)), &db), ==,
                   SQLITE_OK);
  sqlite3_busy_timeout (db, 10000);
  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autoptr (FlowWorkspace) workspace = flow_workspace_new (folders[i], folders[i], (gint64) i + 1);

      g_assert_true (flow_workspace_write (workspace, db, NULL));
    }
  g_assert_true (flow_debug_session_write (session, db, NULL));
  sqlite3_close (db);
  gtk_menu_button_popup (button);
  app_test_wait (has_item (menu, "_Workspace"));
  g_assert_true (has_item (menu, "/srv/shop"));
  g_assert_true (has_item (menu, "my__api"));
  g_assert_true (has_item (menu, "login fails"));
  gtk_menu_button_popdown (button);
  gtk_widget_activate_action (bar, "filter.workspace", "s", "my_api");
  gtk_widget_activate_action (bar, "filter.session", "s", "s1");
  g_assert_cmpstr (flow_filter_bar_get_text (filter_of (self)), ==, "workspace:my_api session:s1");
  app_test_wait (is_shown (self, "no-match", 0));
}

static void
test_pause (Fixture *self, gconstpointer data)
{
  GtkWidget *pill = app_test_find (self->page, GTK_TYPE_BUTTON, "pill");
  GtkWidget *follow = flow_page_get_end (FLOW_PAGE (self->page));

  send (self, "GET /a", "shop", 10, FALSE);
  app_test_wait (is_shown (self, "list", 1));
  g_assert_true (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (follow)));
  gtk_widget_activate_action (self->page, "traces.follow", NULL);
  g_assert_false (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (follow)));
  send (self, "GET /b", "shop", 10, FALSE);
  send (self, "GET /c", "shop", 10, FALSE);
  app_test_wait (gtk_widget_get_visible (pill) && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (pill)), "2 new") == 0);
  g_assert_cmpuint (g_list_model_get_n_items (model_of (self)), ==, 1);
  g_signal_emit_by_name (pill, "clicked");
  app_test_wait (is_shown (self, "list", 3));
  g_assert_false (gtk_widget_get_visible (pill));
  g_assert_true (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (follow)));
}

static guint
count_stored (Fixture *self)
{
  FlowHubSummary summary;

  flow_hub_get_summary (self->hub, &summary);
  return (guint) summary.traces;
}

/* Erased at once for the eye, in the store when the offer to undo it is gone. */
static void
test_erase (Fixture *self, gconstpointer data)
{
  GtkWidget *undo;

  send (self, "GET /a", "shop", 10, FALSE);
  send (self, "GET /b", "shop", 10, FALSE);
  app_test_wait (is_shown (self, "list", 2));
  g_assert_cmpstr (name_at (self, 1), ==, "GET /a");
  flow_trace_list_view_select (list_of (self), 1);
  gtk_widget_activate_action (self->page, "traces.erase", NULL);
  g_assert_cmpuint (g_list_model_get_n_items (model_of (self)), ==, 1);
  /* The next one is at hand. */
  g_assert_nonnull (flow_trace_list_view_get_selected (list_of (self)));
  app_test_wait ((undo = app_test_find (GTK_WIDGET (self->window), g_type_from_name ("AdwToastWidget"), NULL)) != NULL);
  undo = app_test_find (undo, GTK_TYPE_BUTTON, "action_button");
  g_assert_nonnull (undo);
  g_signal_emit_by_name (undo, "clicked");
  app_test_wait (is_shown (self, "list", 2));
  g_assert_cmpuint (count_stored (self), ==, 2);
  flow_trace_list_view_select (list_of (self), 1);
  gtk_widget_activate_action (self->page, "traces.erase", NULL);
  flow_toast_settle ();
  app_test_wait (count_stored (self) == 1);
  g_assert_cmpuint (g_list_model_get_n_items (model_of (self)), ==, 1);
  g_assert_cmpstr (name_at (self, 0), ==, "GET /b");
}

static void
test_open (Fixture *self, gconstpointer data)
{
  FlowTraceView *view;

  send (self, "GET /a", "shop", 10, FALSE);
  app_test_wait (is_shown (self, "list", 1));
  g_assert_false (flow_page_go_back (FLOW_PAGE (self->page)));
  name_at (self, 0);
  flow_trace_list_view_select (list_of (self), 0);
  gtk_widget_activate_action (self->page, "traces.open", NULL);
  view = FLOW_TRACE_VIEW (app_test_find (self->page, FLOW_TYPE_TRACE_VIEW, NULL));
  app_test_wait (flow_trace_view_get_trace (view) != NULL);
  g_assert_cmpstr (flow_page_get_title (FLOW_PAGE (self->page)), ==, "GET /a");
  g_assert_true (gtk_widget_get_visible (flow_page_get_start (FLOW_PAGE (self->page))));
  g_assert_true (flow_page_go_back (FLOW_PAGE (self->page)));
  g_assert_null (flow_page_get_title (FLOW_PAGE (self->page)));
  g_assert_false (gtk_widget_get_visible (flow_page_get_start (FLOW_PAGE (self->page))));
  g_assert_false (flow_page_go_back (FLOW_PAGE (self->page)));
  /* A value in the trace becomes the list's filter. */
  gtk_widget_activate_action (self->page, "traces.open", NULL);
  g_signal_emit_by_name (view, "filter-requested", "service:shop");
  g_assert_cmpstr (flow_filter_bar_get_text (filter_of (self)), ==, "service:shop");
  g_assert_false (flow_page_go_back (FLOW_PAGE (self->page)));
}

static const char *
focused_name (Fixture *self)
{
  GtkWidget *focus = gtk_window_get_focus (self->window);
  GtkWidget *cell = focus != NULL ? app_test_find (focus, FLOW_TYPE_TRACE_CELL, NULL) : NULL;
  FlowTraceItem *item = cell != NULL ? flow_trace_cell_get_item (FLOW_TRACE_CELL (cell)) : NULL;

  return item != NULL && flow_trace_item_get_info (item) != NULL ? flow_trace_item_get_info (item)->name : NULL;
}

/* Moving takes the focus along: what Enter opens is what is selected. */
static void
test_keys (Fixture *self, gconstpointer data)
{
  send (self, "GET /a", "shop", 10, FALSE);
  send (self, "GET /b", "shop", 10, FALSE);
  send (self, "GET /c", "shop", 10, FALSE);
  app_test_wait (is_shown (self, "list", 3));
  gtk_widget_activate_action (self->page, "traces.focus-list", NULL);
  app_test_wait (g_strcmp0 (focused_name (self), "GET /c") == 0);
  gtk_widget_activate_action (GTK_WIDGET (list_of (self)), "row.move", "i", 1);
  g_assert_cmpstr (focused_name (self), ==, "GET /b");
  gtk_widget_activate_action (GTK_WIDGET (list_of (self)), "row.move", "i", 1);
  gtk_widget_activate_action (GTK_WIDGET (list_of (self)), "row.move", "i", 1);
  g_assert_cmpstr (focused_name (self), ==, "GET /a");
  gtk_widget_activate_action (GTK_WIDGET (list_of (self)), "row.move", "i", -1);
  g_assert_cmpstr (focused_name (self), ==, "GET /b");
  gtk_widget_activate_action (self->page, "traces.search", NULL);
  g_assert_null (focused_name (self));
}

static void
test_range (Fixture *self, gconstpointer data)
{
  FlowOverviewStrip *strip;
  GtkWidget *range;
  gint64 since, until, first = G_GINT64_CONSTANT (1700000060) * 1000000000, minute = G_GINT64_CONSTANT (60000000000);

  for (guint i = 0; i < 10; i++)
    send (self, "GET /a", "shop", 10, FALSE);
  app_test_wait (is_shown (self, "list", 10));
  strip = FLOW_OVERVIEW_STRIP (app_test_find (self->page, FLOW_TYPE_OVERVIEW_STRIP, NULL));
  range = app_test_find (GTK_WIDGET (filter_of (self)), GTK_TYPE_BUTTON, "range");
  g_assert_false (flow_overview_strip_get_selection (strip, &since, &until));
  g_signal_emit_by_name (strip, "range-selected", first + 2 * minute, first + 4 * minute);
  app_test_wait (is_shown (self, "list", 3));
  g_assert_true (gtk_widget_get_visible (range));
  g_signal_emit_by_name (range, "clicked");
  app_test_wait (is_shown (self, "list", 10));
  g_assert_false (gtk_widget_get_visible (range));
}

static void
test_saved (Fixture *self, gconstpointer data)
{
  FlowSettings *settings = flow_services_get_settings (self->services);
  GtkWidget *popover, *name, *list, *toast;
  g_autofree char *text = NULL;
  g_autofree char *replaced = NULL;
  g_autofree char *back = NULL;

  send (self, "GET /a", "shop", 10, FALSE);
  app_test_wait (is_shown (self, "list", 1));
  flow_filter_bar_set_text (filter_of (self), "service:shop >1ms");
  popover = app_test_find (self->page, g_type_from_name ("FlowFilterSaved"), NULL);
  name = app_test_find (popover, GTK_TYPE_ENTRY, "name");
  list = app_test_find (popover, GTK_TYPE_LIST_BOX, "list");
  gtk_editable_set_text (GTK_EDITABLE (name), " Slow shop ");
  g_signal_emit_by_name (name, "activate");
  text = flow_settings_to_text (settings, "ui.saved-filters", NULL);
  g_assert_cmpstr (text, ==, "[('Slow shop', 'service:shop >1ms')]");
  /* One that is written over can be had back. */
  flow_filter_bar_set_text (filter_of (self), ">5s");
  gtk_editable_set_text (GTK_EDITABLE (name), "Slow shop");
  g_signal_emit_by_name (name, "activate");
  replaced = flow_settings_to_text (settings, "ui.saved-filters", NULL);
  g_assert_cmpstr (replaced, ==, "[('Slow shop', '>5s')]");
  app_test_wait ((toast = app_test_find (GTK_WIDGET (self->window), g_type_from_name ("AdwToastWidget"), NULL)) !=
                 NULL);
  g_signal_emit_by_name (app_test_find (toast, GTK_TYPE_BUTTON, "action_button"), "clicked");
  back = flow_settings_to_text (settings, "ui.saved-filters", NULL);
  g_assert_cmpstr (back, ==, text);
  flow_filter_bar_set_text (filter_of (self), "");
  g_signal_emit_by_name (list, "row-activated", gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), 0));
  g_assert_cmpstr (flow_filter_bar_get_text (filter_of (self)), ==, "service:shop >1ms");
  g_signal_emit_by_name (
      app_test_find (GTK_WIDGET (gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), 0)), GTK_TYPE_BUTTON, NULL),
      "clicked");
  g_assert_true (flow_settings_is_default (settings, "ui.saved-filters") ||
                 gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), 0) == NULL);
}

static double
channel (double value)
{
  return value <= 0.03928 ? value / 12.92 : pow ((value + 0.055) / 1.055, 2.4);
}

static double
luminance (const GdkRGBA *colour)
{
  return 0.2126 * channel (colour->red) + 0.7152 * channel (colour->green) + 0.0722 * channel (colour->blue);
}

/* Text on a colour, and a colour on the page, can be told apart; none looks like an error. */
static void
test_colours (void)
{
  GdkRGBA colour;
  guint seen = 0;

  for (guint i = 0; i < FLOW_SERVICE_COLOURS; i++)
    {
      flow_service_colour_at (i, FALSE, &colour);
      g_assert_cmpfloat (1.05 / (luminance (&colour) + 0.05), >=, 4.5);
      g_assert_false (colour.red > 0.6f && colour.green < 0.25f && colour.blue < 0.25f);
      flow_service_colour_at (i, TRUE, &colour);
      g_assert_cmpfloat ((luminance (&colour) + 0.05) / 0.05, >=, 4.5);
    }
  /* The same in every run and on every machine. */
  g_assert_cmpuint (flow_service_colour_index ("frontend", 8), ==, 9);
  g_assert_cmpuint (flow_service_colour_index ("", 0), <, FLOW_SERVICE_COLOURS);
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *name = g_strdup_printf ("service-%u", i);

      seen |= 1u << flow_service_colour_index (name, strlen (name));
    }
  g_assert_cmphex (seen, ==, (1u << FLOW_SERVICE_COLOURS) - 1);
}

static void
assert_age (gint64 seconds, const char *wanted)
{
  gint64 now = G_GINT64_CONSTANT (1700000000) * 1000000000;
  g_autofree char *age = flow_trace_cell_text_age (now - seconds * 1000000000, now);

  g_assert_cmpstr (age, ==, wanted);
}

static void
test_ages (void)
{
  assert_age (0, "now");
  assert_age (-3, "now");
  assert_age (3, "3 s ago");
  assert_age (59, "59 s ago");
  assert_age (60, "1 min ago");
  assert_age (3600, "1 h ago");
  assert_age (86399, "23 h ago");
  assert_age (86400 * 2, "12 Nov 22:13");
  assert_age (86400 * 400, "10 Oct 2022");
  assert_age (-86400, "15 Nov 2023");
}

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);

  g_test_add_func ("/app/traces/colours", test_colours);
  g_test_add_func ("/app/traces/ages", test_ages);
  g_test_add ("/app/traces/live", Fixture, NULL, set_up, test_live, tear_down);
  g_test_add ("/app/traces/filter", Fixture, NULL, set_up, test_filter, tear_down);
  g_test_add ("/app/traces/menus", Fixture, NULL, set_up, test_menus, tear_down);
  g_test_add ("/app/traces/places", Fixture, NULL, set_up, test_places, tear_down);
  g_test_add ("/app/traces/pause", Fixture, NULL, set_up, test_pause, tear_down);
  g_test_add ("/app/traces/erase", Fixture, NULL, set_up, test_erase, tear_down);
  g_test_add ("/app/traces/open", Fixture, NULL, set_up, test_open, tear_down);
  g_test_add ("/app/traces/keys", Fixture, NULL, set_up, test_keys, tear_down);
  g_test_add ("/app/traces/range", Fixture, NULL, set_up, test_range, tear_down);
  g_test_add ("/app/traces/saved", Fixture, NULL, set_up, test_saved, tear_down);
  return g_test_run ();
}
