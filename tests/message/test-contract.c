/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <string.h>

#include "base/flow-error.h"
#include "message/flow-json-check.h"
#include "message/flow-message-type.h"
#include "message/flow-message-validate.h"
#include "message/flow-schema.h"

/* The contract of all clients: the same fixtures are read by the tests of each of them. A fixture is a message. What
 * is invalid says in the name of its file where: invalid-data.line-zero.json is wrong at /data/line. */

static char *
fixtures (const char *name)
{
  return g_test_build_filename (G_TEST_DIST, "fixtures", "protocol", name, NULL);
}

static gboolean
take (const char *path, GError **error)
{
  g_autoptr (FlowMessage) message = NULL;
  g_autoptr (GBytes) bytes = NULL;
  gsize length;
  char *text;

  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  bytes = g_bytes_new_take (text, length);
  message = flow_message_new_from_bytes (bytes, error);
  return message != NULL && flow_message_validate (message, error);
}

/* invalid-data.line-zero.json: "/data/line " */
static char *
place_of (const char *name)
{
  const char *from = name + strlen ("invalid-");
  g_autofree char *place = g_strndup (from, strcspn (from, "-"));

  return g_strdup_printf ("/%s ", g_strdelimit (place, ".", '/'));
}

static void
check_fixture (const char *folder, const char *name, guint counts[2])
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  gboolean valid = take (path, &error);

  g_test_message ("%s: %s", name, valid ? "valid" : error->message);
  if (g_str_has_prefix (name, "valid"))
    {
      g_assert_no_error (error);
      counts[0]++;
      return;
    }
  g_assert_true (g_str_has_prefix (name, "invalid-"));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST);
  if (strstr (folder, "envelope") == NULL)
    {
      g_autofree char *place = place_of (name);

      g_assert_true (g_str_has_prefix (error->message, place));
    }
  counts[1]++;
}

/* At least one of each for every type. */
static void
check_folder (const char *type)
{
  g_autofree char *folder = fixtures (type);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &error);
  guint counts[2] = { 0 };
  const char *name;

  g_assert_no_error (error);
  while ((name = g_dir_read_name (dir)) != NULL)
    check_fixture (folder, name, counts);
  g_assert_cmpuint (counts[0], >=, 1);
  g_assert_cmpuint (counts[1], >=, 1);
}

static void
test_types (void)
{
  guint n_types;
  const FlowMessageType *types = flow_message_type_list (&n_types);

  for (guint i = 0; i < n_types; i++)
    check_folder (types[i].name);
}

/* What people read has all of them. */
static void
test_read_me (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "data", "protocol", "README.md", NULL);
  g_autofree char *text = NULL;
  guint n_types;
  const FlowMessageType *types = flow_message_type_list (&n_types);

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  for (guint i = 0; i < n_types; i++)
    {
      g_autofree char *quoted = g_strdup_printf ("`%s", types[i].name);

      g_test_message ("%s", types[i].name);
      g_assert_nonnull (strstr (text, quoted));
    }
}

static void
test_envelope (void)
{
  check_folder ("envelope");
}

static void
test_no_other_fixtures (void)
{
  g_autofree char *folder = fixtures (".");
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    g_assert_true (strcmp (name, "envelope") == 0 || flow_message_type_find (name, strlen (name)) != NULL);
}

/* A keyword that nobody checks would promise what is not so. */
static void
test_keywords (void)
{
  guint n_types;
  const FlowMessageType *types = flow_message_type_list (&n_types);

  g_assert_null (flow_schema_find_unknown (flow_message_schema (NULL)));
  for (guint i = 0; i < n_types; i++)
    {
      g_autofree char *unknown = flow_schema_find_unknown (flow_message_schema (&types[i]));

      g_assert_cmpstr (unknown, ==, NULL);
    }
}

static JsonNode *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = json_from_string (text, &error);

  g_assert_no_error (error);
  return node;
}

static void
test_unknown_keywords (void)
{
  static const char *const cases[][2] = {
    { "{\"type\":\"string\",\"pattern\":\"(a\"}", "(a" },
    { "{\"type\":\"string\",\"format\":\"a\"}", "format" },
    { "{\"properties\":{\"a\":{\"items\":{\"uniqueItems\":true}}}}", "uniqueItems" },
    { "{\"$defs\":{\"a\":{\"oneOf\":[]}}}", "oneOf" },
    { "{\"anyOf\":[{},{\"not\":{}}]}", "not" },
    { "{\"additionalProperties\":{\"$ref\":\"other.json\"}}", "other.json" },
    { "{\"properties\":{\"pattern\":{\"const\":{\"not\":1}}}}", "not" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonNode) schema = parse (cases[i][0]);
      g_autofree char *unknown = flow_schema_find_unknown (json_node_get_object (schema));

      g_assert_cmpstr (unknown, ==, cases[i][1]);
    }
}

/* Keyword by keyword: a schema, what fits, what does not, and where. */
static void
test_rules (void)
{
  static const struct
  {
    const char *schema;
    const char *fits;
    const char *fits_not;
    const char *where;
  } cases[] = {
    { "{\"type\":\"integer\"}", "7.0", "7.5", "" },
    { "{\"type\":\"integer\"}", "-3", "\"7\"", "" },
    { "{\"type\":\"number\"}", "7.5", "true", "" },
    { "{\"type\":\"boolean\"}", "false", "0", "" },
    { "{\"type\":\"null\"}", "null", "0", "" },
    { "{\"type\":[\"string\",\"null\"]}", "null", "0", "" },
    { "{\"const\":\"a\"}", "\"a\"", "\"b\"", "" },
    { "{\"enum\":[\"a\",1]}", "1", "\"1\"", "" },
    { "{\"minimum\":2}", "2", "1.9", "" },
    { "{\"maximum\":2}", "\"a text is no number\"", "3", "" },
    { "{\"minLength\":2}", "\"\xc3\xa4\xc3\xa4\"", "\"a\"", "" },
    { "{\"maxLength\":2}", "\"\xf0\x9f\x99\x82\xc3\xa4\"", "\"abc\"", "" },
    { "{\"pattern\":\"^[ab]+$\"}", "\"ab\"", "\"ab\\n\"", "" },
    { "{\"pattern\":\"b\"}", "\"abc\"", "\"\"", "" },
    { "{\"pattern\":\"b\"}", "7", NULL, NULL },
    { "{\"maxItems\":1}", "[1]", "[1,2]", "" },
    { "{\"required\":[\"a\"]}", "{\"a\":null}", "{}", "/a" },
    { "{\"properties\":{\"a\":{\"type\":\"string\"}}}", "{\"b\":1}", "{\"a\":1}", "/a" },
    { "{\"items\":{\"items\":{\"type\":\"string\"}}}", "[[\"a\"],[]]", "[[],[\"a\",1]]", "/1/1" },
    { "{\"properties\":{\"a\":{}},\"additionalProperties\":false}", "{\"a\":1}", "{\"b\":1}", "" },
    { "{\"additionalProperties\":{\"type\":\"string\"}}", "{\"b\":\"\"}", "{\"b\":1}", "/b" },
    { "{\"additionalProperties\":true}", "{\"b\":\"\"}", NULL, NULL },
    { "{\"anyOf\":[{\"required\":[\"a\"]},{\"type\":\"string\"}]}", "\"\"", "{\"b\":1}", "" },
    { "{\"$ref\":\"#/$defs/x\",\"$defs\":{\"x\":{\"items\":{\"$ref\":\"#/$defs/x\"},\"type\":\"array\"}}}", "[[],[[]]]",
      "[[[1]]]", "/0/0/0" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonNode) schema = parse (cases[i].schema);
      g_autoptr (JsonNode) fits = parse (cases[i].fits);
      g_autofree char *path = NULL;
      g_autofree char *problem = NULL;

      g_test_message ("%s", cases[i].schema);
      g_assert_true (flow_schema_check (json_node_get_object (schema), fits, "", &path, &problem));
      g_assert_null (path);
      if (cases[i].fits_not != NULL)
        {
          g_autoptr (JsonNode) fits_not = parse (cases[i].fits_not);

          g_assert_false (flow_schema_check (json_node_get_object (schema), fits_not, "", &path, &problem));
          g_assert_cmpstr (path, ==, cases[i].where);
          g_assert_nonnull (problem);
        }
    }
}

static void
test_json (void)
{
  static const char *const good[] = {
    "{}", " [ ] ", "0", "-1.5e+3", "\"\\u00e4\\ud83d\\ude42\\n\"", "[1,{\"a\":[null]}]", "true", "\"\x7f\""
  };
  static const char *const bad[] = {
    "",         "{",       "[1,]", "{\"a\"}", "{\"a\":1,}", "{a:1}",       "'a'",         "01",
    "1.",       "+1",      "nul",  "[1] 2",   "\"\\x\"",    "\"\\ud83d\"", "\"\\ude42\"", "\"\\ud83d\\u0041\"",
    "\"a\nb\"", "// a\n1", "\"a",  "\"\\",    "\"\\u12",    "[1 2]",       "NaN",         "truex"
  };
  g_autofree char *deep = g_strnfill (65, '[');
  GString *closed = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_test_message ("%s", good[i]);
      g_assert_true (flow_json_check (good[i], strlen (good[i])));
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_test_message ("%s", bad[i]);
      g_assert_false (flow_json_check (bad[i], strlen (bad[i])));
    }
  g_assert_false (flow_json_check (deep, 65));
  for (guint i = 0; i < 128; i++)
    g_string_append_c (closed, i < 64 ? '[' : ']');
  g_assert_true (flow_json_check (closed->str, closed->len));
  g_string_free (closed, TRUE);
}

/* Who may send what (protocol, "Guard", rule 6). */
static void
test_senders (void)
{
  static const char *const page[] = { "edit_request", "edit_update", "edit_saved", "edit_closed", "hello",
                                      "ping",         "pong",        "ack",        NULL };
  guint n_types;
  const FlowMessageType *types = flow_message_type_list (&n_types);

  for (guint i = 0; i < n_types; i++)
    {
      const FlowMessageType *type = &types[i];

      g_assert_true (flow_message_type_find (type->name, type->length) == type);
      g_assert_null (flow_message_type_find (type->name, type->length - 1));
      g_assert_cmpuint (strlen (type->name), ==, type->length);
      g_assert_true (flow_message_type_allows (type, FLOW_CHANNEL_KIND_DESKTOP_APP));
      g_assert_cmpint (flow_message_type_allows (type, FLOW_CHANNEL_KIND_BROWSER_PAGE), ==,
                       g_strv_contains (page, type->name));
      g_assert_cmpint (type->priority, >=, 0);
      g_assert_cmpint (type->priority, <=, 9);
    }
  g_assert_false (flow_message_type_allows (flow_message_type_find ("welcome", 7), FLOW_CHANNEL_KIND_CLI));
  g_assert_true (flow_message_type_allows (NULL, FLOW_CHANNEL_KIND_CLI));
  g_assert_false (flow_message_type_allows (NULL, FLOW_CHANNEL_KIND_BROWSER_PAGE));
  g_assert_null (flow_message_type_find ("", 0));
  g_assert_null (flow_message_type_find ("a_type_with_a_very_long_name_indeed", 35));
}

/* Rules that the protocol states by name. */
static void
test_what_is_kept (void)
{
  static const char *const never[] = { "jump_to_code", "highlight_code", "focus_trace", "cursor_moved", "ping",
                                       "edit_request", "edit_update",    "edit_saved",  "edit_closed" };
  static const char *const forever[] = { "trace_added", "trace_updated", "trace_deleted" };

  for (guint i = 0; i < G_N_ELEMENTS (never); i++)
    g_assert_true (flow_message_type_find (never[i], strlen (never[i]))->never_stored);
  for (guint i = 0; i < G_N_ELEMENTS (forever); i++)
    {
      const FlowMessageType *type = flow_message_type_find (forever[i], strlen (forever[i]));

      g_assert_false (type->never_stored);
      g_assert_cmpuint (type->expires_s, ==, 0);
    }
  g_assert_cmpuint (flow_message_type_find ("session_ended", 13)->expires_s, ==, FLOW_MESSAGE_DEFAULT_EXPIRY);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/message/contract/types", test_types);
  g_test_add_func ("/message/contract/read-me", test_read_me);
  g_test_add_func ("/message/contract/envelope", test_envelope);
  g_test_add_func ("/message/contract/no-other-fixtures", test_no_other_fixtures);
  g_test_add_func ("/message/contract/keywords", test_keywords);
  g_test_add_func ("/message/contract/unknown-keywords", test_unknown_keywords);
  g_test_add_func ("/message/contract/rules", test_rules);
  g_test_add_func ("/message/contract/json", test_json);
  g_test_add_func ("/message/contract/senders", test_senders);
  g_test_add_func ("/message/contract/what-is-kept", test_what_is_kept);
  return g_test_run ();
}
