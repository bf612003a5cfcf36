/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The details of a span: every line that there is to show, what the lines do, and the user's own words. */

#include "app-test.h"
#include "trace-fixture.h"

#include "app/code/flow-detail-builder.h"
#include "app/code/flow-detail-row.h"
#include "app/code/flow-facts-editor.h"
#include "app/code/flow-span-details.h"
#include "hub/flow-hub.h"

#define TRACE "000000000000000000000000000000b2"

#define TEXT(key, value) "{\"key\":\"" key "\",\"value\":{\"stringValue\":\"" value "\"}}"
#define INT(key, value) "{\"key\":\"" key "\",\"value\":{\"intValue\":" value "}}"

static const char
    spans[] =
        "{\"resourceSpans\":[{\"resource\":{\"attributes\":[" TEXT ("service.name", "shop one") "," TEXT ("host.name", "box") "," TEXT ("telemetry.sdk.name", "x") "," TEXT (
            "telemetry.sdk.language",
            "y") "]},\"scopeSpans\":[{\"scope\":{"
                 "\"name\":\"tests\",\"version\":\"2\"},\"spans\":["
                 "{\"traceId\":\"" TRACE "\",\"spanId\":\"0000000000000001\",\"name\":\"root\",\"kind\":2,"
                 "\"startTimeUnixNano\":\"1700000000000000000\",\"endTimeUnixNano\":\"1700000000100000000\"},"
                 "{\"traceId\":\"" TRACE "\",\"spanId\":\"0000000000000002\",\"parentSpanId\":\"0000000000000001\","
                 "\"name\":\"GET /users\",\"kind\":3,\"startTimeUnixNano\":\"1700000000010000000\","
                 "\"endTimeUnixNano\":\"1700000000050000000\",\"status\":{\"code\":2,\"message\":\"it broke\"},\"attributes\":[" TEXT (
                     "http.route",
                     "/users/:id") "," INT ("http.status",
                                            "500") "," TEXT ("alone",
                                                             "two words") "," TEXT ("code.file.path",
                                                                                    "/app/users.ts") "," INT ("code.line.number",
                                                                                                              "7") "," TEXT ("body", "{\\\"a\\\":[1,2],\\\"b\\\":null}") "," TEXT ("long", "LONG") "],\"events\":[{\"timeUnixNano\":"
                                                                                                                                                                                                   "\"1700000000020000000\",\"name\":\"exception\",\"attributes\":[" TEXT ("exception.type", "Error") "," TEXT ("exception.stacktrace", "Error: x\\n    at f (/app/a.js:3:5)\\n    at g (/app/b.js:4:1)") "]}],\"links\":["
                                                                                                                                                                                                                                                                                                                                                                                                          "{\"traceId\":\"000000000000000000000000000000ff\",\"spanId\":\"00000000000000aa\"},"
                                                                                                                                                                                                                                                                                                                                                                                                          "{\"traceId\":\"" TRACE
                                                                                                                                                                                                                                                                                                                                                                                                          "\",\"spanId\":\"0000000000000001\"}]},"
                                                                                                                                                                                                                                                                                                                                                                                                          "{\"traceId\":\"" TRACE
                                                                                                                                                                                                                                                                                                                                                                                                          "\",\"spanId\":\"0000000000000003\",\"parentSpanId\":\"0000000000000009\","
                                                                                                                                                                                                                                                                                                                                                                                                          "\"name\":\"backwards\",\"startTimeUnixNano\":\"1700000000010000000\","
                                                                                                                                                                                                                                                                                                                                                                                                          "\"endTimeUnixNano\":\"1700000000000000000\",\"attributes\":[" TEXT ("code.function.name",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                               "Users.load") "]}]}]}]}";

static const char logs[] =
    "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"timeUnixNano\":\"1700000000030000000\",\"traceId\":\"" TRACE
    "\",\"spanId\":\"0000000000000002\",\"severityNumber\":17,\"body\":{\"stringValue\":\"no such user\"},"
    "\"attributes\":[" TEXT ("user", "7") "," TEXT ("code.file.path", "/app/log.ts") "]}]}]}]}";

typedef struct
{
  FlowServices *services;
  FlowHub *hub;
  FlowTrace *trace;
  GtkWidget *details;
  AdwToastOverlay *toasts;
  GtkWindow *window;
  char *asked;
} Fixture;

static void
committed_cb (FlowServices *services, FlowCommit *commit)
{
  flow_services_committed (services, commit);
}

static void
asked_cb (Fixture *self, const char *text)
{
  g_free (self->asked);
  self->asked = g_strdup (text);
}

static void
asked_span_cb (Fixture *self, guint64 span_id)
{
  g_free (self->asked);
  self->asked = g_strdup_printf ("%016" G_GINT64_MODIFIER "x", GUINT64_FROM_BE (span_id));
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autofree char *long_value = g_strnfill (3000, 'z');
  g_auto (GStrv) parts = g_strsplit (spans, "LONG", 2);
  g_autofree char *json = g_strjoinv (long_value, parts);

  self->services = app_test_services_new ();
  trace_fixture_store (self->services, json, logs);
  self->trace = trace_fixture_load (self->services, TRACE);
  self->details = flow_span_details_new (self->services);
  g_signal_connect_swapped (self->details, "filter-requested", G_CALLBACK (asked_cb), self);
  g_signal_connect_swapped (self->details, "trace-requested", G_CALLBACK (asked_cb), self);
  g_signal_connect_swapped (self->details, "span-requested", G_CALLBACK (asked_span_cb), self);
  self->toasts = ADW_TOAST_OVERLAY (adw_toast_overlay_new ());
  adw_toast_overlay_set_child (self->toasts, self->details);
  self->window = app_test_show (GTK_WIDGET (self->toasts), 360, 640);
}

static void
start_hub (Fixture *self)
{
  FlowHubOptions options = { 0 };
  g_autoptr (GError) error = NULL;

  self->hub = flow_hub_new (flow_services_get_context (self->services), flow_services_get_settings (self->services),
                            &options);
  flow_hub_start (self->hub, &error);
  g_assert_no_error (error);
  g_signal_connect_swapped (self->hub, "committed", G_CALLBACK (committed_cb), self->services);
  flow_services_set_hub (self->services, self->hub);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  gtk_window_destroy (self->window);
  app_test_settle ();
  if (self->hub != NULL)
    {
      flow_services_set_hub (self->services, NULL);
      flow_hub_stop (self->hub);
      g_clear_object (&self->hub);
    }
  flow_trace_unref (self->trace);
  g_free (self->asked);
  g_object_unref (self->services);
}

static FlowSpanDetails *
show (Fixture *self, const char *name)
{
  FlowSpanDetails *details = FLOW_SPAN_DETAILS (self->details);

  flow_span_details_set_span (details, self->trace,
                              name != NULL ? trace_fixture_span (self->trace, name) : FLOW_SPAN_DETAILS_TRACE);
  app_test_settle ();
  return details;
}

/* All lines as text, "kind key=value". */
static char *
describe (GPtrArray *items)
{
  static const char *const kinds[] = { "TITLE", "SECTION", "GROUP", "value", "ERROR", "place", "find", "link", "span" };
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < items->len; i++)
    {
      FlowDetailItem *item = items->pdata[i];
      g_autofree char *text = g_strndup (flow_detail_item_get_value (item), 60);

      g_string_append_printf (out, "%*s%s %s=%s\n", (int) flow_detail_item_get_depth (item) * 2, "",
                              kinds[flow_detail_item_get_kind (item)], flow_detail_item_get_key (item), text);
    }
  return g_string_free (out, FALSE);
}

static void
assert_line (const char *text, const char *line)
{
  g_autofree char *with_end = g_strconcat (line, "\n", NULL);

  if (strstr (text, with_end) == NULL)
    g_error ("there is no line “%s” in\n%s", line, text);
}

static void
test_lines (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) items = flow_detail_build_span (self->trace, trace_fixture_span (self->trace, "GET /users"));
  g_autoptr (GPtrArray) other = flow_detail_build_span (self->trace, trace_fixture_span (self->trace, "backwards"));
  g_autoptr (GPtrArray) root = flow_detail_build_span (self->trace, trace_fixture_span (self->trace, "root"));
  g_autoptr (GPtrArray) whole = flow_detail_build_trace (self->trace);
  g_autofree char *text = describe (items);
  g_autofree char *other_text = describe (other);
  g_autofree char *root_text = describe (root);
  g_autofree char *whole_text = describe (whole);
  static const char *const lines[] = {
    "TITLE =GET /users",
    "ERROR Status=it broke",
    "place Code=/app/users.ts:7",
    "value Service=shop one",
    "value Kind=client",
    "value Duration=40.0ms",
    "span Parent=root",
    "value Span id=0000000000000002",
    "SECTION Events=1",
    "ERROR +20.0ms=exception",
    "  place Called from=/app/a.js:3",
    "  place =/app/b.js:4",
    "  value exception.type=Error",
    "SECTION Attributes=7",
    "value alone=two words",
    "GROUP http=",
    "value http.route=/users/:id",
    "value http.status=500",
    "SECTION Logs=1",
    "ERROR +30.0ms ERROR=no such user",
    "  place Written in=/app/log.ts",
    "  value user=7",
    "SECTION Links=2",
    "link Trace=000000000000000000000000000000ff",
    "span Span of this trace=0000000000000001",
    "SECTION Resource=4",
    "GROUP telemetry=",
    "SECTION Scope=",
    "value Name=tests",
    "value Version=2",
  };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    assert_line (text, lines[i]);
  assert_line (other_text, "ERROR Duration=ends 10.0ms before it starts");
  assert_line (other_text, "value Parent, not received=0000000000000009");
  assert_line (other_text, "find Users.load=Find the code");
  assert_line (root_text, "value Self time=60.0ms (60 %)");
  assert_line (whole_text, "value Link=flowscope://trace/" TRACE);
  assert_line (whole_text, "value =shop one");
}

static void
assert_filter (const char *key, const char *value, const char *expected)
{
  g_autofree char *filter = flow_detail_filter_for (key, value);

  g_assert_cmpstr (filter, ==, expected);
}

static void
test_filters (void)
{
  g_autofree char *long_value = g_strnfill (300, 'x');

  assert_filter ("http.route", "/users", "http.route=/users");
  assert_filter ("alone", "two words", "alone=\"two words\"");
  assert_filter ("q", "say \"a\\b\"", "q=\"say \\\"a\\\\b\\\"\"");
  assert_filter ("empty", "", "empty=\"\"");
  assert_filter ("odd key", "x", NULL);
  assert_filter ("a=b", "x", NULL);
  assert_filter ("", "x", NULL);
  assert_filter ("key", "two\nlines", NULL);
  assert_filter ("key", long_value, NULL);
}

static void
test_folding (void)
{
  g_autoptr (FlowDetailItem) item = flow_detail_item_new (FLOW_DETAIL_VALUE, "k", g_strdup ("{\"a\":[1,2]}"));
  g_autoptr (FlowDetailItem) lines = flow_detail_item_new (FLOW_DETAIL_VALUE, "k", g_strdup ("1\n2\n3\n4\n5\n6\n7\n8"));
  g_autoptr (FlowDetailItem) brief = flow_detail_item_new (FLOW_DETAIL_VALUE, "k", g_strdup ("brief"));
  g_autoptr (FlowDetailItem) bad = flow_detail_item_new (FLOW_DETAIL_VALUE, "k\xff", g_strdup ("\xff\xfe"));
  g_autoptr (FlowDetailItem) huge = flow_detail_item_new (FLOW_DETAIL_VALUE, "k", g_strnfill (1 << 20, '['));
  g_autofree char *pretty = NULL;
  g_autofree char *folded = NULL;
  g_autofree char *cut = NULL;

  g_assert_true (flow_detail_item_is_long (item));
  flow_detail_item_set_unfolded (item, TRUE);
  pretty = flow_detail_item_get_text (item);
  g_assert_nonnull (strchr (pretty, '\n'));
  g_assert_true (flow_detail_item_is_long (lines));
  folded = flow_detail_item_get_text (lines);
  g_assert_null (strstr (folded, "8"));
  g_assert_false (flow_detail_item_is_long (brief));
  g_assert_true (g_utf8_validate (flow_detail_item_get_value (bad), -1, NULL));
  g_assert_true (g_utf8_validate (flow_detail_item_get_key (bad), -1, NULL));
  flow_detail_item_set_unfolded (huge, TRUE);
  cut = flow_detail_item_get_text (huge);
  g_assert_cmpuint (strlen (cut), <, 50000);
}

static GtkWidget *
find_by_action (GtkWidget *root, const char *action, const char *target)
{
  GtkWidget *found = NULL;

  if (GTK_IS_BUTTON (root) && gtk_widget_get_visible (root) &&
      g_strcmp0 (gtk_actionable_get_action_name (GTK_ACTIONABLE (root)), action) == 0)
    {
      GVariant *value = gtk_actionable_get_action_target_value (GTK_ACTIONABLE (root));
      g_autofree char *text = value != NULL ? g_variant_print (value, FALSE) : g_strdup ("");

      if (strstr (text, target) != NULL)
        return root;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_by_action (child, action, target);
  return found;
}

static void
press (Fixture *self, const char *action, const char *target)
{
  GtkWidget *button = find_by_action (self->details, action, target);

  if (button == NULL)
    g_error ("there is no button %s %s", action, target);
  g_signal_emit_by_name (button, "clicked");
}

static void
test_actions (Fixture *self, gconstpointer data)
{
  GtkWidget *details = self->details;

  show (self, "GET /users");
  gtk_window_set_default_size (self->window, 360, 4000);
  app_test_wait (find_by_action (details, "details.open-trace", "ff/") != NULL);
  press (self, "details.filter", "http.route");
  g_assert_cmpstr (self->asked, ==, "http.route=/users/:id");
  press (self, "details.filter", "service:");
  g_assert_cmpstr (self->asked, ==, "service:\"shop one\"");
  press (self, "details.open-trace", "ff");
  g_assert_cmpstr (self->asked, ==, "000000000000000000000000000000ff/00000000000000aa");
  gtk_widget_activate_action (details, "details.open-span", "t", GUINT64_TO_BE (1));
  g_assert_cmpstr (self->asked, ==, "0000000000000001");
  press (self, "details.copy", "it broke");
  g_assert_nonnull (find_by_action (details, "details.open-place", "users.ts"));

  /* Enter on a line. */
  g_signal_emit_by_name (app_test_find (details, GTK_TYPE_LIST_VIEW, "list"), "activate", 2);
  show (self, NULL);
  show (self, "backwards");
  gtk_widget_activate_action (details, "details.open-code", NULL);
  flow_span_details_set_span (FLOW_SPAN_DETAILS (details), NULL, 0);
  app_test_settle ();
}

/* Whoever is at a line is in the details still when the lines are others, and does not have to find the way back. */
static void
test_focus (Fixture *self, gconstpointer data)
{
  GtkWidget *list = app_test_find (self->details, GTK_TYPE_LIST_VIEW, "list");

  show (self, "GET /users");
  g_assert_true (gtk_widget_child_focus (list, GTK_DIR_TAB_FORWARD));
  g_assert_true (gtk_widget_is_ancestor (gtk_window_get_focus (self->window), list));
  show (self, "backwards");
  g_assert_nonnull (gtk_window_get_focus (self->window));
  g_assert_true (gtk_widget_is_ancestor (gtk_window_get_focus (self->window), list));
  show (self, NULL);
  g_assert_nonnull (gtk_window_get_focus (self->window));
  g_assert_true (gtk_widget_is_ancestor (gtk_window_get_focus (self->window), self->details));
  show (self, "root");
  flow_span_details_set_span (FLOW_SPAN_DETAILS (self->details), NULL, 0);
  app_test_settle ();
}

/* A trace so large that its lines are made on a thread; the one that was asked for last is shown. */
static void
test_many (Fixture *self, gconstpointer data)
{
  FlowSpanDetails *details = FLOW_SPAN_DETAILS (self->details);
  GString *json = g_string_new ("{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[");
  GtkWidget *list = app_test_find (self->details, GTK_TYPE_LIST_VIEW, "list");
  GListModel *model = G_LIST_MODEL (gtk_list_view_get_model (GTK_LIST_VIEW (list)));
  g_autoptr (FlowTrace) trace = NULL;
  g_autoptr (FlowDetailItem) title = NULL;

  for (guint i = 1; i <= 20500; i++)
    g_string_append_printf (json,
                            "%s{\"traceId\":\"000000000000000000000000000000c3\",\"spanId\":\"%016x\",\"name\":\"s%u\","
                            "\"startTimeUnixNano\":\"%u\",\"endTimeUnixNano\":\"%u\"}",
                            i > 1 ? "," : "", i, i, 1000 + i, 2000 + i);
  g_string_append (json, "]}]}]}");
  trace_fixture_store (self->services, json->str, NULL);
  g_string_free (json, TRUE);
  trace = trace_fixture_load (self->services, "000000000000000000000000000000c3");
  for (guint i = 0; i < 20; i++)
    flow_span_details_set_span (details, trace, i);
  flow_span_details_set_span (details, trace, trace_fixture_span (trace, "s777"));
  app_test_wait (g_list_model_get_n_items (model) > 0);
  title = g_list_model_get_item (model, 0);
  g_assert_cmpstr (flow_detail_item_get_value (title), ==, "s777");
  flow_span_details_set_span (details, trace, 5);
}

/* --- The user's own words ----------------------------------------------------------------------------------- */

static GtkWidget *
find (Fixture *self, const char *id)
{
  return app_test_find (self->details, GTK_TYPE_WIDGET, id);
}

static const FlowTraceFacts *
reload (Fixture *self)
{
  flow_trace_unref (self->trace);
  self->trace = trace_fixture_load (self->services, TRACE);
  return self->trace->info->facts;
}

static gboolean
has_title (Fixture *self, const char *title)
{
  const FlowTraceFacts *facts = reload (self);

  return g_strcmp0 (facts != NULL ? facts->title : "", title) == 0;
}

static gboolean
has_tags (Fixture *self, const char *expected)
{
  const FlowTraceFacts *facts = reload (self);
  g_autofree char *tags = facts != NULL ? g_strjoinv ("|", facts->tags) : g_strdup ("");

  return g_str_equal (tags, expected);
}

static gboolean
has_note (Fixture *self, const char *note)
{
  const FlowTraceFacts *facts = reload (self);

  return g_strcmp0 (facts != NULL ? facts->note : "", note) == 0;
}

static GtkWidget *
find_button (GtkWidget *root, const char *label)
{
  GtkWidget *found = NULL;

  if (GTK_IS_BUTTON (root) && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (root)), label) == 0)
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_button (child, label);
  return found;
}

static void
undo (Fixture *self)
{
  GtkWidget *button = NULL;

  app_test_wait ((button = find_button (GTK_WIDGET (self->toasts), "Undo")) != NULL);
  gtk_widget_activate (button);
}

static void
type (Fixture *self, const char *id, const char *text)
{
  GtkWidget *row = find (self, id);

  gtk_editable_set_text (GTK_EDITABLE (row), text);
  g_signal_emit_by_name (row, "apply");
}

static void
test_facts (Fixture *self, gconstpointer data)
{
  GtkTextBuffer *note;

  start_hub (self);
  show (self, NULL);
  type (self, "title_row", "  My title ");
  app_test_wait (has_title (self, "My title"));
  undo (self);
  app_test_wait (has_title (self, ""));
  app_test_wait (g_str_equal (gtk_editable_get_text (GTK_EDITABLE (find (self, "title_row"))), ""));

  type (self, "tag_row", "slow");
  app_test_wait (has_tags (self, "slow"));
  type (self, "tag_row", "again");
  app_test_wait (has_tags (self, "again|slow"));
  app_test_wait (find_by_action (self->details, "facts.remove-tag", "again") != NULL);
  press (self, "facts.remove-tag", "slow");
  app_test_wait (has_tags (self, "again"));

  gtk_switch_set_active (GTK_SWITCH (find (self, "pin_switch")), TRUE);
  app_test_wait (reload (self)->pinned);

  note = gtk_text_view_get_buffer (GTK_TEXT_VIEW (find (self, "note_view")));
  gtk_text_buffer_set_text (note, "line\nother", -1);
  g_assert_true (gtk_widget_get_visible (find (self, "note_button")));
  gtk_widget_activate (find (self, "note_button"));
  app_test_wait (has_note (self, "line\nother"));
  app_test_wait (!gtk_widget_get_visible (find (self, "note_button")));

  /* What is typed stays when the trace grows, and is saved when another one is shown. */
  gtk_text_buffer_set_text (note, "typed", -1);
  show (self, "root");
  show (self, NULL);
  g_assert_true (gtk_widget_get_visible (find (self, "note_button")));
  flow_span_details_set_span (FLOW_SPAN_DETAILS (self->details), NULL, 0);
  app_test_wait (has_note (self, "typed"));
}

static void
test_facts_refused (Fixture *self, gconstpointer data)
{
  g_autofree char *long_title = g_strnfill (300, 'x');

  /* Without a hub nothing can be saved; what was typed stays. */
  show (self, NULL);
  type (self, "title_row", "My title");
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (find (self, "title_row"))), ==, "My title");
  g_assert_null (reload (self));
  start_hub (self);
  type (self, "title_row", long_title);
  type (self, "tag_row", " ");
  g_assert_null (reload (self));
  type (self, "title_row", "");
}

#define ADD(name, func) g_test_add ("/app/details/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  g_test_add_func ("/app/details/filters", test_filters);
  g_test_add_func ("/app/details/folding", test_folding);
  ADD ("lines", test_lines);
  ADD ("actions", test_actions);
  ADD ("focus", test_focus);
  ADD ("many", test_many);
  ADD ("facts", test_facts);
  ADD ("facts-refused", test_facts_refused);
  return g_test_run ();
}
