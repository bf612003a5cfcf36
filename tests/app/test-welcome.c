/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app-test.h"

#include <json-glib/json-glib.h>

#include "app/traces/flow-traces-page.h"
#include "app/welcome/flow-sample.h"
#include "app/welcome/flow-welcome-page.h"
#include "app/welcome/flow-welcome-recipe.h"

#define TRACE_ID "0123456789abcdef0123456789abcdef"
#define END_NS G_GINT64_CONSTANT (1700000000000000000)

static const FlowHubOptions free_ports = { 0 };

static JsonObject *
get_attribute (JsonObject *span, const char *key)
{
  JsonArray *attributes = json_object_get_array_member (span, "attributes");

  for (guint i = 0; i < json_array_get_length (attributes); i++)
    {
      JsonObject *attribute = json_array_get_object_element (attributes, i);

      if (g_str_equal (json_object_get_string_member (attribute, "key"), key))
        return json_object_get_object_member (attribute, "value");
    }
  return NULL;
}

/* The line that a span names is where its function begins. */
static void
check_place (JsonObject *span, char **lines)
{
  JsonObject *function = get_attribute (span, "code.function.name");
  g_autofree char *expected = NULL;
  guint64 line;

  if (function == NULL)
    return;
  expected = g_strdup_printf ("def %s(", json_object_get_string_member (function, "stringValue"));
  line = g_ascii_strtoull (json_object_get_string_member (get_attribute (span, "code.line.number"), "intValue"), NULL,
                           10);
  g_assert_cmpuint (line, >, 0);
  g_assert_cmpuint (line, <=, g_strv_length (lines));
  g_assert_true (g_str_has_prefix (lines[line - 1], expected));
  g_assert_cmpstr (json_object_get_string_member (get_attribute (span, "code.file.path"), "stringValue"), ==,
                   "/a \"b\"/shop.py");
}

static void
check_span (JsonObject *span, char **lines)
{
  gint64 start = g_ascii_strtoll (json_object_get_string_member (span, "startTimeUnixNano"), NULL, 10);
  gint64 end = g_ascii_strtoll (json_object_get_string_member (span, "endTimeUnixNano"), NULL, 10);

  g_assert_cmpstr (json_object_get_string_member (span, "traceId"), ==, TRACE_ID);
  g_assert_cmpint (start, <=, end);
  g_assert_cmpint (end, <=, END_NS);
  g_assert_cmpint (END_NS - start, <, G_GINT64_CONSTANT (1000000000));
  check_place (span, lines);
}

static void
test_fill (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = flow_sample_fill ("traces.json", TRACE_ID, "/a \"b\"/shop.py", END_NS, &error);
  g_autoptr (GBytes) source = g_resources_lookup_data ("/org/flowscope/FlowScope/welcome/sample/shop.py",
                                                       G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  g_auto (GStrv) lines = g_strsplit (g_bytes_get_data (source, NULL), "\n", -1);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonArray *resources;
  guint n_spans = 0;

  g_assert_no_error (error);
  json_parser_load_from_data (parser, g_bytes_get_data (body, NULL), (gssize) g_bytes_get_size (body), &error);
  g_assert_no_error (error);
  resources = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)), "resourceSpans");
  for (guint i = 0; i < json_array_get_length (resources); i++)
    {
      JsonArray *scopes = json_object_get_array_member (json_array_get_object_element (resources, i), "scopeSpans");
      JsonArray *spans = json_object_get_array_member (json_array_get_object_element (scopes, 0), "spans");

      for (guint j = 0; j < json_array_get_length (spans); j++)
        check_span (json_array_get_object_element (spans, j), lines);
      n_spans += json_array_get_length (spans);
    }
  g_assert_cmpuint (n_spans, ==, 16);
}

static FlowHub *
start_hub (FlowServices *services)
{
  g_autoptr (GError) error = NULL;
  FlowHub *hub = flow_hub_new (flow_services_get_context (services), flow_services_get_settings (services),
                               &free_ports);

  flow_hub_start (hub, &error);
  g_assert_no_error (error);
  flow_services_set_hub (services, hub);
  return hub;
}

static void
result_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static void
count_cb (FlowServices *services, FlowCommit *commit, guint *n)
{
  *n += 1;
}

static void
test_send (void)
{
  g_autoptr (FlowServices) services = app_test_services_new ();
  g_autoptr (FlowHub) hub = start_hub (services);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;
  guint n_commits = 0;

  g_signal_connect (services, "committed", G_CALLBACK (count_cb), &n_commits);
  flow_sample_send_async (services, NULL, result_cb, &result);
  app_test_wait (result != NULL);
  id = flow_sample_send_finish (result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (strlen (id), ==, 32);
  app_test_wait (n_commits > 0);
  flow_services_set_hub (services, NULL);
  flow_hub_stop (hub);
}

/* No hub, no sample: the error says so, and nothing hangs. */
static void
test_send_nowhere (void)
{
  g_autoptr (FlowServices) services = app_test_services_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  flow_sample_send_async (services, NULL, result_cb, &result);
  app_test_wait (result != NULL);
  g_assert_null (flow_sample_send_finish (result, &error));
  g_assert_nonnull (error);
}

static void
test_recipes (void)
{
  const char *const *names = flow_welcome_recipe_names ();

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *text = flow_welcome_recipe_text (i, "http://127.0.0.1:1");

      g_assert_nonnull (text);
      g_assert_null (strstr (text, "@ENDPOINT@"));
      g_assert_false (g_str_has_suffix (text, "\n"));
    }
}

static void
test_page (void)
{
  g_autoptr (FlowServices) services = app_test_services_new ();
  g_autoptr (FlowHub) hub = NULL;
  g_autoptr (GError) error = NULL;
  GtkWidget *page = flow_welcome_page_new (services);
  GtkWindow *window = app_test_show (page, 360, 640);
  GtkWidget *send = app_test_find (page, GTK_TYPE_BUTTON, "send");
  GtkWidget *repair = app_test_find (page, GTK_TYPE_BUTTON, "repair");
  GtkLabel *lines = GTK_LABEL (app_test_find (page, GTK_TYPE_LABEL, "lines"));
  GtkDropDown *recipes = GTK_DROP_DOWN (app_test_find (page, GTK_TYPE_DROP_DOWN, "recipes"));

  g_assert_false (gtk_widget_get_sensitive (send));
  gtk_drop_down_set_selected (recipes, 1);
  g_assert_nonnull (strstr (gtk_label_get_text (lines), "http://127.0.0.1:4318\n"));

  hub = start_hub (services);
  g_assert_true (gtk_widget_get_sensitive (send));
  g_assert_false (gtk_widget_get_visible (repair));
  g_assert_nonnull (strstr (gtk_label_get_text (lines), flow_hub_get_otlp_endpoint (hub)));

  flow_settings_set (flow_services_get_settings (services), "capture.enabled", g_variant_new_boolean (FALSE), &error);
  g_assert_no_error (error);
  app_test_wait (!gtk_widget_get_sensitive (send));
  g_assert_true (gtk_widget_get_visible (repair));

  flow_services_set_hub (services, NULL);
  g_assert_false (gtk_widget_get_visible (repair));
  flow_hub_stop (hub);
  gtk_window_destroy (window);
  app_test_settle ();
}

static void
check_still (GtkWidget *widget)
{
  if (GTK_IS_SPINNER (widget))
    g_assert_false (gtk_spinner_get_spinning (GTK_SPINNER (widget)));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    check_still (child);
}

/* A spinner has the window draw sixty times a second, also one that is hidden: while nothing comes, none turns. */
static void
test_still (void)
{
  g_autoptr (FlowServices) services = app_test_services_new ();
  g_autoptr (FlowHub) hub = start_hub (services);
  GtkWidget *page = flow_traces_page_new (services);
  GtkWindow *window = app_test_show (page, 800, 600);
  GtkWidget *send;

  app_test_wait ((send = app_test_find (page, GTK_TYPE_BUTTON, "send")) != NULL && gtk_widget_get_mapped (send));
  app_test_settle ();
  check_still (page);
  flow_services_set_hub (services, NULL);
  flow_hub_stop (hub);
  gtk_window_destroy (window);
  app_test_settle ();
}

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  g_test_add_func ("/app/welcome/fill", test_fill);
  g_test_add_func ("/app/welcome/send", test_send);
  g_test_add_func ("/app/welcome/send-nowhere", test_send_nowhere);
  g_test_add_func ("/app/welcome/recipes", test_recipes);
  g_test_add_func ("/app/welcome/page", test_page);
  g_test_add_func ("/app/welcome/still", test_still);
  return g_test_run ();
}
