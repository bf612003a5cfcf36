/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <string.h>

#include "doorway-test.h"
#include "http-client.h"
#include "hub/flow-discovery.h"

/* The doorways for texts of pages, asked of a whole hub. */

#define SYNC FLOW_HUB_DOORWAY_WEB_DEV_SYNC
#define GHOST FLOW_HUB_DOORWAY_GHOSTTEXT
#define ATOMIC FLOW_HUB_DOORWAY_ATOMIC_CHROME
#define HUB FLOW_HUB_DOORWAY_HUB
#define EXTENSION "chrome-extension://abcdefghijklmnopabcdefghijklmnop"
#define CLOSE 8

typedef struct
{
  FlowContext *context;
  HubTest test;
} Fixture;

static void
set (Fixture *f, const char *key, const char *value)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (flow_settings_from_text (f->test.settings, key, value, &error));
  g_assert_no_error (error);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->context = test_context_new ();
  hub_test_init (&f->test, f->context, FALSE);
  set (f, "edit.editors-by-type", "[('md', 'foreign')]");
  hub_test_start (&f->test);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  hub_test_stop (&f->test);
  hub_test_clear (&f->test);
  test_context_remove (f->context);
}

static void
test_places (Fixture *f, gconstpointer data)
{
  static const struct
  {
    FlowHubDoorway doorway;
    const char *path;
    guint status;
  } rows[] = {
    { HUB, "/web-dev-sync/ws", 101 },
    { HUB, "/ghosttext", 101 },
    { HUB, "/atomic-chrome", 101 },
    { HUB, "/", 404 },
    { HUB, "/web-dev-sync", 404 },
    { HUB, "/ghosttext/", 404 },
    { SYNC, "/web-dev-sync/ws", 101 },
    { SYNC, "/ws", 101 },
    { SYNC, "/", 101 },
    { SYNC, "/ws/", 404 },
    { SYNC, "/ghosttext", 404 },
    { SYNC, "/ws?token=1", 101 },
    { GHOST, "/", 101 },
    { GHOST, "/ws", 404 },
    { GHOST, "/ghosttext", 404 },
    { ATOMIC, "/", 101 },
    { ATOMIC, "/ws", 404 },
    { ATOMIC, "/x", 404 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (WsClient) client = { 0 };
      guint status = doorway_try (&client, &f->test, rows[i].doorway, rows[i].path, "");

      if (status != rows[i].status)
        g_error ("%u %s: %u instead of %u", rows[i].doorway, rows[i].path, status, rows[i].status);
    }
}

static void
test_guard_of_each (Fixture *f, gconstpointer data)
{
  static const FlowHubDoorway doorways[] = { SYNC, GHOST, ATOMIC };
  static const struct
  {
    const char *headers;
    guint status;
  } rows[] = {
    { "Origin: " EXTENSION "\r\n", 403 },
    { "Origin: null\r\n", 403 },
    { "Origin: https://evil.example\r\n", 403 },
    { "Origin: http://127.0.0.1:3000\r\n", 403 },
    { "Host: evil.example\r\n", 421 },
    { "Host: 0.0.0.0\r\n", 421 },
    { "Sec-Fetch-Site: cross-site\r\n", 403 },
    { "Authorization: Bearer wrong\r\n", 401 },
    { "", 101 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (doorways); i++)
    {
      for (gsize row = 0; row < G_N_ELEMENTS (rows); row++)
        {
          g_auto (WsClient) client = { 0 };
          guint status = doorway_try (&client, &f->test, doorways[i], "/", rows[row].headers);

          if (status != rows[row].status)
            g_error ("%u %s: %u instead of %u", doorways[i], rows[row].headers, status, rows[row].status);
        }
    }
}

/* The page of an own port speaks without being asked about. */
static void
test_own_pages (Fixture *f, gconstpointer data)
{
  g_autofree char *own = g_strdup_printf ("Origin: http://127.0.0.1:%u\r\n", doorway_port (&f->test, SYNC));
  g_autofree char *hub = g_strdup_printf ("Origin: http://localhost:%u\r\n", doorway_port (&f->test, HUB));
  g_auto (WsClient) first = { 0 };
  g_auto (WsClient) second = { 0 };

  g_assert_cmpuint (doorway_try (&first, &f->test, SYNC, "/ws", own), ==, 101);
  g_assert_cmpuint (doorway_try (&second, &f->test, HUB, "/web-dev-sync/ws", hub), ==, 101);
}

/* What a message is answered with; each on a connection of its own. */
static void
test_web_sync_malformed (Fixture *f, gconstpointer data)
{
  static const char *const rows[][2] = {
    { "", "BAD_REQUEST" },
    { "x", "BAD_REQUEST" },
    { "[]", "BAD_REQUEST" },
    { "{}", "BAD_REQUEST" },
    { "{\"type\":7}", "BAD_REQUEST" },
    { "{\"type\":\"nothing\"}", "BAD_REQUEST" },
    { "{\"type\":\"edit_request\"}", "BAD_REQUEST" },
    { "{\"type\":\"edit_request\",\"payload\":[]}", "BAD_REQUEST" },
    { "{\"type\":\"edit_request\",\"payload\":{\"id\":\"a\"}}", "BAD_REQUEST" },
    { "{\"type\":\"edit_request\",\"payload\":{\"id\":\"\",\"code\":\"x\"}}", "BAD_REQUEST" },
    { "{\"type\":\"edit_request\",\"payload\":{\"id\":\"a\",\"code\":7}}", "BAD_REQUEST" },
    { "{\"type\":\"code_update\",\"payload\":{\"id\":\"a\",\"code\":\"x\"}}", "SESSION_NOT_FOUND" },
    { "{\"type\":\"code_update\",\"sessionId\":\"a\",\"payload\":{\"code\":\"x\"}}", "SESSION_NOT_FOUND" },
    { "{\"type\":\"edit_saved\",\"payload\":{\"editId\":\"a\"}}", "SESSION_NOT_FOUND" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (WsClient) client = { 0 };
      g_autoptr (JsonObject) error = NULL;

      doorway_open (&client, &f->test, SYNC, "/ws");
      doorway_send (&client, rows[i][0]);
      error = doorway_expect (&client, "error");
      g_assert_cmpstr (doorway_string (error, "payload.code"), ==, rows[i][1]);
      g_assert_nonnull (doorway_string (error, "payload.message"));
      doorway_send (&client, "{\"type\":\"ping\"}");
      json_object_unref (doorway_expect (&client, "pong"));
    }
}

#define CONNECT "{\"type\":\"browser_connect\",\"payload\":{\"protocol\":2,\"url\":\"http://localhost/page\"}}"
#define REQUEST(members) "{\"type\":\"edit_request\",\"payload\":{\"requestId\":\"r\"" members "}}"
#define UPDATE(members) "{\"type\":\"code_update\",\"payload\":{\"client\":\"c\"" members "}}"

static void
test_web_sync_2_malformed (Fixture *f, gconstpointer data)
{
  static const char *const rows[][2] = {
    { REQUEST (""), "BAD_REQUEST" },
    { REQUEST (",\"text\":\"x\""), "BAD_REQUEST" },
    { REQUEST (",\"client\":\"\",\"text\":\"x\""), "BAD_REQUEST" },
    { REQUEST (",\"client\":\"c\",\"text\":[]"), "BAD_REQUEST" },
    { REQUEST (",\"client\":\"c\",\"text\":\"x\",\"selection\":{\"start\":-1}"), "BAD_REQUEST" },
    { REQUEST (",\"client\":\"c\",\"text\":\"x\",\"resume\":{}"), "BAD_REQUEST" },
    { REQUEST (",\"client\":\"c\",\"text\":\"x\",\"resume\":{\"editId\":\"e\",\"revision\":0.5}"), "BAD_REQUEST" },
    { REQUEST (",\"client\":\"c\",\"text\":\"x\",\"resume\":{\"editId\":\"e\",\"revision\":0,\"pending\":{}}"),
      "BAD_REQUEST" },
    { REQUEST (",\"client\":\"c\",\"text\":\"x\",\"field\":{\"inputType\":\"password\"}"), "NOT_EDITABLE" },
    { REQUEST (",\"client\":\"c\",\"text\":\"x\",\"field\":{\"inputType\":\"one-time-code\"}"), "NOT_EDITABLE" },
    { UPDATE (",\"base\":0,\"opId\":\"1\",\"op\":[\"x\"]"), "SESSION_NOT_FOUND" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (WsClient) client = { 0 };
      g_autoptr (JsonObject) error = NULL;

      doorway_open (&client, &f->test, SYNC, "/ws");
      doorway_send (&client, CONNECT);
      doorway_send (&client, rows[i][0]);
      error = doorway_expect (&client, "error");
      if (g_strcmp0 (doorway_string (error, "payload.code"), rows[i][1]) != 0)
        g_error ("%s: %s", rows[i][0], doorway_string (error, "payload.code"));
    }
}

/* Changes that make no sense, in a session that is there; it goes on. */
static void
test_web_sync_2_updates (Fixture *f, gconstpointer data)
{
  static const char *const rows[] = {
    UPDATE (""),
    UPDATE (",\"op\":[\"x\"]"),
    UPDATE (",\"base\":0,\"op\":[\"x\"]"),
    UPDATE (",\"base\":0,\"opId\":\"1\",\"op\":{}"),
    UPDATE (",\"base\":0,\"opId\":\"1\",\"op\":[-1]"),
    UPDATE (",\"base\":0,\"opId\":\"1\",\"op\":[true]"),
    UPDATE (",\"base\":0,\"opId\":\"1\",\"op\":[{\"d\":\"1\"}]"),
    UPDATE (",\"base\":99,\"opId\":\"1\",\"op\":[\"x\"]"),
    UPDATE (",\"base\":-1,\"opId\":\"1\",\"op\":[\"x\"]"),
    UPDATE (",\"text\":\"whole\""),
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (WsClient) client = { 0 };
      g_autoptr (JsonObject) opened = NULL;
      g_autoptr (JsonObject) error = NULL;

      doorway_open (&client, &f->test, SYNC, "/ws");
      doorway_send (&client, CONNECT);
      doorway_send (&client, REQUEST (",\"client\":\"c\",\"text\":\"abc\",\"fileType\":\"md\""));
      opened = doorway_expect (&client, "code_update");
      g_assert_cmpstr (doorway_string (opened, "payload.requestId"), ==, "r");
      doorway_send (&client, rows[i]);
      error = doorway_expect (&client, "error");
      g_assert_nonnull (doorway_string (error, "payload.code"));
      doorway_send (&client, "{\"type\":\"ping\"}");
      json_object_unref (doorway_expect (&client, "pong"));
    }
}

static guint
expect_close (WsClient *client)
{
  g_auto (WsFrame) frame = { 0 };

  while (ws_client_receive (client, &frame))
    {
      if (frame.opcode == CLOSE)
        return frame.length >= 2 ? (guint) frame.data[0] << 8 | frame.data[1] : 1005;
      ws_frame_clear (&frame);
    }
  return 1006;
}

static void
check_closed (Fixture *f, FlowHubDoorway doorway, const char *message)
{
  g_auto (WsClient) client = { 0 };
  guint code;

  doorway_open (&client, &f->test, doorway, "/");
  doorway_send (&client, message);
  code = expect_close (&client);
  if (code < 1007 || code > 4499)
    g_error ("%s: closed with %u", message, code);
}

static void
test_fields_malformed (Fixture *f, gconstpointer data)
{
  static const char *const ghost[] = { "", "x", "[]", "{}", "{\"text\":1}", "\"text\"", "{\"text\":{}}" };
  static const char *const atomic[] = {
    "",
    "x",
    "[]",
    "{}",
    "{\"type\":\"register\"}",
    "{\"type\":\"register\",\"payload\":{}}",
    "{\"type\":\"register\",\"payload\":{\"text\":1}}",
    "{\"type\":\"updateText\",\"payload\":{\"text\":\"before it is registered\"}}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (ghost); i++)
    check_closed (f, GHOST, ghost[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (atomic); i++)
    check_closed (f, ATOMIC, atomic[i]);
}

/* Whole texts on both sides, by the ids that the first version of the protocol has. */
static void
test_web_sync_1 (Fixture *f, gconstpointer data)
{
  g_auto (WsClient) desktop = { 0 };
  g_auto (WsClient) page = { 0 };
  g_autoptr (JsonObject) ack = NULL;
  g_autoptr (JsonObject) request = NULL;
  g_autoptr (JsonObject) update = NULL;
  g_autoptr (JsonObject) back = NULL;
  g_autofree char *answer = NULL;

  doorway_open (&desktop, &f->test, SYNC, "/ws");
  doorway_send (&desktop, "{\"type\":\"desktop_connect\",\"userId\":\"u\",\"payload\":{}}");
  ack = doorway_expect (&desktop, "connection_ack");
  g_assert_cmpstr (doorway_string (ack, "payload.status"), ==, "connected");
  g_assert_cmpint (doorway_number (ack, "payload.protocol"), ==, 1);
  g_assert_nonnull (doorway_string (ack, "connectionId"));

  doorway_open (&page, &f->test, HUB, "/web-dev-sync/ws");
  doorway_send (&page, "{\"type\":\"browser_connect\",\"userId\":\"u\",\"payload\":{}}");
  json_object_unref (doorway_expect (&page, "connection_ack"));
  doorway_send (&page,
                "{\"type\":\"edit_request\",\"payload\":{\"id\":\"s\",\"code\":\"one\\n\",\"fileType\":\"md\"}}");
  request = doorway_expect (&desktop, "edit_request");
  g_assert_cmpstr (doorway_string (request, "payload.code"), ==, "one\n");
  g_assert_cmpstr (doorway_string (request, "payload.fileType"), ==, "md");

  answer = g_strdup_printf ("{\"type\":\"code_update\",\"sessionId\":\"%s\",\"payload\":{\"id\":\"%s\","
                            "\"code\":\"one\\ntwo 😀\\n\"}}",
                            doorway_string (request, "sessionId"), doorway_string (request, "payload.id"));
  doorway_send (&desktop, answer);
  update = doorway_expect (&page, "code_update");
  g_assert_cmpstr (doorway_string (update, "payload.code"), ==, "one\ntwo 😀\n");
  g_assert_cmpstr (doorway_string (update, "payload.id"), ==, "s");

  doorway_send (&page, "{\"type\":\"code_update\",\"payload\":{\"id\":\"s\",\"code\":\"zero\\none\\ntwo 😀\\n\"}}");
  back = doorway_expect (&desktop, "code_update");
  g_assert_cmpstr (doorway_string (back, "payload.code"), ==, "zero\none\ntwo 😀\n");
}

/* Two pages have a snippet of the same name, and one of them asks twice. */
static void
test_snippets_of_one_name (Fixture *f, gconstpointer data)
{
  static const char request[] =
      "{\"type\":\"edit_request\",\"payload\":{\"id\":\"s\",\"code\":\"%s\",\"fileType\":\"md\"}}";
  g_auto (WsClient) desktop = { 0 };
  g_auto (WsClient) first = { 0 };
  g_auto (WsClient) second = { 0 };
  g_autoptr (JsonObject) of_first = NULL;
  g_autoptr (JsonObject) of_second = NULL;
  g_autoptr (JsonObject) again = NULL;
  g_autofree char *one = g_strdup_printf (request, "one");
  g_autofree char *two = g_strdup_printf (request, "two");
  g_autofree char *three = g_strdup_printf (request, "three");

  doorway_open (&desktop, &f->test, SYNC, "/ws");
  doorway_send (&desktop, "{\"type\":\"desktop_connect\",\"payload\":{}}");
  json_object_unref (doorway_expect (&desktop, "connection_ack"));
  doorway_open (&first, &f->test, SYNC, "/ws");
  doorway_open (&second, &f->test, SYNC, "/ws");
  doorway_send (&first, one);
  of_first = doorway_expect (&desktop, "edit_request");
  doorway_send (&second, two);
  of_second = doorway_expect (&desktop, "edit_request");
  g_assert_cmpstr (doorway_string (of_second, "payload.code"), ==, "two");
  g_assert_cmpstr (doorway_string (of_first, "sessionId"), !=, doorway_string (of_second, "sessionId"));
  doorway_send (&first, three);
  again = doorway_expect (&desktop, "code_update");
  g_assert_cmpstr (doorway_string (again, "sessionId"), ==, doorway_string (of_first, "sessionId"));
  g_assert_cmpstr (doorway_string (again, "payload.code"), ==, "three");
  /* It is still there. */
  doorway_send (&first, "{\"type\":\"code_update\",\"payload\":{\"id\":\"s\",\"code\":\"four\"}}");
  json_object_unref (g_steal_pointer (&again));
  again = doorway_expect (&desktop, "code_update");
  g_assert_cmpstr (doorway_string (again, "payload.code"), ==, "four");
}

/* A program that is no editor is not asked; a page is none. */
static void
test_desktops (Fixture *f, gconstpointer data)
{
  g_autofree char *own = g_strdup_printf ("Origin: http://127.0.0.1:%u\r\n", doorway_port (&f->test, SYNC));
  g_auto (WsClient) page = { 0 };
  g_auto (WsClient) other = { 0 };
  g_autoptr (JsonObject) refused = NULL;
  g_autoptr (JsonObject) nobody = NULL;

  g_assert_cmpuint (doorway_try (&page, &f->test, SYNC, "/ws", own), ==, 101);
  doorway_send (&page, "{\"type\":\"desktop_connect\",\"payload\":{}}");
  refused = doorway_expect (&page, "error");
  g_assert_cmpstr (doorway_string (refused, "payload.code"), ==, "FORBIDDEN");

  doorway_open (&other, &f->test, SYNC, "/ws");
  doorway_send (&other, "{\"type\":\"edit_request\",\"payload\":{\"id\":\"s\",\"code\":\"x\",\"fileType\":\"md\"}}");
  nobody = doorway_expect (&other, "error");
  g_assert_cmpstr (doorway_string (nobody, "payload.code"), ==, "NO_DESKTOP");
  g_assert_cmpstr (doorway_string (nobody, "payload.message"), ==, "No desktop connection found");
}

/* Operations on both sides; the page's own are acknowledged, the other's arrive at once. */
static void
test_web_sync_2 (Fixture *f, gconstpointer data)
{
  g_auto (WsClient) desktop = { 0 };
  g_auto (WsClient) page = { 0 };
  g_autoptr (JsonObject) opened = NULL;
  g_autoptr (JsonObject) request = NULL;
  g_autoptr (JsonObject) ack = NULL;
  g_autoptr (JsonObject) there = NULL;
  g_autoptr (JsonObject) here = NULL;
  g_autofree char *open = NULL;
  g_autofree char *edit = NULL;
  g_autofree char *change = NULL;
  const char *id;

  doorway_open (&desktop, &f->test, SYNC, "/ws");
  doorway_send (&desktop, "{\"type\":\"desktop_connect\",\"payload\":{\"protocol\":2}}");
  json_object_unref (doorway_expect (&desktop, "connection_ack"));
  doorway_open (&page, &f->test, SYNC, "/ws");
  doorway_send (&page, CONNECT);
  doorway_send (&page, REQUEST (",\"client\":\"c\",\"text\":\"a😀b\",\"fileType\":\"md\""));
  opened = doorway_expect (&page, "code_update");
  id = doorway_string (opened, "payload.editId");
  g_assert_cmpstr (doorway_string (opened, "payload.text"), ==, "a😀b");

  request = doorway_expect (&desktop, "edit_request");
  g_assert_cmpstr (doorway_string (request, "payload.editId"), ==, id);
  g_assert_cmpstr (doorway_string (request, "payload.text"), ==, "a😀b");
  open = g_strdup_printf ("{\"type\":\"code_update\",\"payload\":{\"editId\":\"%s\",\"state\":\"open\"}}", id);
  doorway_send (&desktop, open);

  edit = g_strdup_printf (UPDATE (",\"base\":%" G_GINT64_FORMAT ",\"opId\":\"1\",\"op\":[2,\"X\"]"),
                          doorway_number (opened, "payload.revision"));
  doorway_send (&page, edit);
  do
    {
      g_clear_pointer (&ack, json_object_unref);
      ack = doorway_expect (&page, "code_update");
    }
  while (doorway_string (ack, "payload.opId") == NULL);
  g_assert_cmpstr (doorway_string (ack, "payload.opId"), ==, "1");
  do
    {
      g_clear_pointer (&there, json_object_unref);
      there = doorway_expect (&desktop, "code_update");
    }
  while (!json_object_has_member (json_object_get_object_member (there, "payload"), "op"));
  g_assert_cmpint (doorway_number (there, "payload.revision"), ==, doorway_number (ack, "payload.revision"));

  change = g_strdup_printf ("{\"type\":\"code_update\",\"payload\":{\"editId\":\"%s\",\"base\":%" G_GINT64_FORMAT
                            ",\"opId\":\"e1\",\"op\":[\"Y\"]}}",
                            id, doorway_number (there, "payload.revision"));
  doorway_send (&desktop, change);
  do
    {
      g_clear_pointer (&here, json_object_unref);
      here = doorway_expect (&page, "code_update");
    }
  while (!json_object_has_member (json_object_get_object_member (here, "payload"), "op"));
  g_assert_cmpint (doorway_number (here, "payload.revision"), ==, doorway_number (there, "payload.revision") + 1);
}

/* A page that asks again, by the same connection, is not told that it was replaced. */
static void
test_web_sync_2_again (Fixture *f, gconstpointer data)
{
  g_auto (WsClient) page = { 0 };
  g_autofree char *first = NULL;

  doorway_open (&page, &f->test, SYNC, "/ws");
  doorway_send (&page, CONNECT);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (JsonObject) opened = NULL;

      doorway_send (&page, REQUEST (",\"client\":\"c\",\"text\":\"abc\",\"fileType\":\"md\",\"focus\":true"));
      do
        {
          g_clear_pointer (&opened, json_object_unref);
          opened = doorway_receive (&page);
          g_assert_cmpstr (doorway_string (opened, "type"), !=, "edit_closed");
        }
      while (doorway_string (opened, "payload.requestId") == NULL);
      if (first == NULL)
        first = g_strdup (doorway_string (opened, "payload.editId"));
      g_assert_cmpstr (doorway_string (opened, "payload.editId"), ==, first);
    }
  doorway_send (&page, "{\"type\":\"ping\"}");
  while (TRUE)
    {
      g_autoptr (JsonObject) message = doorway_receive (&page);

      g_assert_cmpstr (doorway_string (message, "type"), !=, "edit_closed");
      if (g_strcmp0 (doorway_string (message, "type"), "pong") == 0)
        break;
    }
}

static char *
open_field (WsClient *page, const char *field)
{
  g_autofree char *request = g_strdup_printf (REQUEST (",\"client\":\"c\",\"text\":\"abc\",\"field\":{\"id\":\"%s\"}"),
                                              field);
  g_autoptr (JsonObject) opened = NULL;

  doorway_send (page, request);
  do
    {
      g_clear_pointer (&opened, json_object_unref);
      opened = doorway_expect (page, "code_update");
    }
  while (doorway_string (opened, "payload.requestId") == NULL);
  return g_strdup (doorway_string (opened, "payload.editId"));
}

/* A page that gives the name of one field to another leaves the first one, which others can have then. */
static void
test_web_sync_2_other_field (Fixture *f, gconstpointer data)
{
  g_auto (WsClient) page = { 0 };
  g_auto (WsClient) other = { 0 };
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *third = NULL;

  doorway_open (&page, &f->test, SYNC, "/ws");
  doorway_send (&page, CONNECT);
  doorway_open (&other, &f->test, SYNC, "/ws");
  doorway_send (&other, CONNECT);
  first = open_field (&page, "one");
  second = open_field (&page, "two");
  third = open_field (&other, "one");
  g_assert_cmpstr (first, !=, second);
  g_assert_cmpstr (first, ==, third);
}

/* A field that was begun with operations is not changed by whole texts. */
static void
test_web_sync_other_version (Fixture *f, gconstpointer data)
{
  g_auto (WsClient) page = { 0 };
  g_autofree char *id = NULL;
  g_autoptr (JsonObject) error = NULL;

  doorway_open (&page, &f->test, SYNC, "/ws");
  doorway_send (&page, CONNECT);
  id = open_field (&page, "one");
  doorway_send (&page, "{\"type\":\"browser_connect\",\"payload\":{\"protocol\":1}}");
  doorway_send (&page, "{\"type\":\"code_update\",\"payload\":{\"id\":\"c\",\"code\":\"x\"}}");
  error = doorway_expect (&page, "error");
  g_assert_cmpstr (doorway_string (error, "payload.code"), ==, "BAD_REQUEST");
}

/* The editor's change comes to a field as its whole text, with the cursor in the field's units. */
static void
test_ghost_text (Fixture *f, gconstpointer data)
{
  g_auto (WsClient) desktop = { 0 };
  g_auto (WsClient) page = { 0 };
  g_autoptr (JsonObject) request = NULL;
  g_autoptr (JsonObject) update = NULL;
  g_autofree char *answer = NULL;
  JsonArray *selections;

  doorway_open (&desktop, &f->test, SYNC, "/ws");
  doorway_send (&desktop, "{\"type\":\"desktop_connect\",\"payload\":{}}");
  json_object_unref (doorway_expect (&desktop, "connection_ack"));
  doorway_open (&page, &f->test, GHOST, "/");
  doorway_send (&page, "{\"title\":\"T\",\"url\":\"example.org\",\"syntax\":\"md\",\"text\":\"😀x\","
                       "\"selections\":[{\"start\":3,\"end\":3}]}");
  request = doorway_expect (&desktop, "edit_request");
  g_assert_cmpstr (doorway_string (request, "payload.code"), ==, "😀x");
  g_assert_cmpstr (doorway_string (request, "payload.title"), ==, "T");
  answer = g_strdup_printf ("{\"type\":\"code_update\",\"payload\":{\"id\":\"%s\",\"code\":\"😀😀x\"}}",
                            doorway_string (request, "payload.id"));
  doorway_send (&desktop, answer);
  update = doorway_receive (&page);
  g_assert_cmpstr (doorway_string (update, "text"), ==, "😀😀x");
  selections = json_object_get_array_member (update, "selections");
  g_assert_cmpint (json_object_get_int_member (json_array_get_object_element (selections, 0), "start"), ==, 5);
}

static void
test_atomic_chrome (Fixture *f, gconstpointer data)
{
  g_auto (WsClient) desktop = { 0 };
  g_auto (WsClient) page = { 0 };
  g_autoptr (JsonObject) request = NULL;
  g_autoptr (JsonObject) update = NULL;
  g_autoptr (JsonObject) back = NULL;
  g_autofree char *answer = NULL;

  doorway_open (&desktop, &f->test, SYNC, "/ws");
  doorway_send (&desktop, "{\"type\":\"desktop_connect\",\"payload\":{}}");
  json_object_unref (doorway_expect (&desktop, "connection_ack"));
  doorway_open (&page, &f->test, ATOMIC, "/");
  doorway_send (&page, "{\"type\":\"register\",\"payload\":{\"url\":\"https://example.org/a\",\"title\":\"T\","
                       "\"text\":\"a\\nb\",\"extension\":\".md\",\"lineNumber\":2,\"column\":2}}");
  request = doorway_expect (&desktop, "edit_request");
  g_assert_cmpstr (doorway_string (request, "payload.code"), ==, "a\nb");
  doorway_send (&page, "{\"type\":\"keepalive\"}");
  doorway_send (&page, "{\"type\":\"clickElement\",\"payload\":{\"selector\":\"#x\"}}");
  answer = g_strdup_printf ("{\"type\":\"code_update\",\"payload\":{\"id\":\"%s\",\"code\":\"new\\na\\nb\"}}",
                            doorway_string (request, "payload.id"));
  doorway_send (&desktop, answer);
  update = doorway_expect (&page, "updateText");
  g_assert_cmpstr (doorway_string (update, "payload.text"), ==, "new\na\nb");
  g_assert_cmpint (doorway_number (update, "payload.lineNumber"), ==, 3);
  g_assert_cmpint (doorway_number (update, "payload.column"), ==, 2);
  doorway_send (&page, "{\"type\":\"updateText\",\"payload\":{\"text\":\"new\\na\\nbc\"}}");
  back = doorway_expect (&desktop, "code_update");
  g_assert_cmpstr (doorway_string (back, "payload.code"), ==, "new\na\nbc");
}

static void
assert_answer (Fixture *f, FlowHubDoorway doorway, const char *path, const char *headers, const char *wanted)
{
  g_autoptr (Client) client = client_new (doorway_port (&f->test, doorway));
  g_autofree char *request = g_strdup_printf ("GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n", path, headers);
  g_autoptr (Answer) answer = client_ask (client, request);

  if (strstr (answer->headers, wanted) == NULL && strstr (answer->body->str, wanted) == NULL)
    g_error ("%s %s: %s%s without %s", path, headers, answer->headers, answer->body->str, wanted);
}

static void
test_http (Fixture *f, gconstpointer data)
{
  g_autoptr (FlowDiscovery) info = flow_discovery_read (flow_hub_get_discovery_path (f->test.hub), NULL);
  g_autofree char *token = g_strdup_printf ("Authorization: Bearer %s\r\n", info->token);
  g_autofree char *port = g_strdup_printf ("{\"ProtocolVersion\":1,\"WebSocketPort\":%u}",
                                           doorway_port (&f->test, GHOST));

  assert_answer (f, GHOST, "/", "", port);
  assert_answer (f, GHOST, "/", "Sec-Fetch-Site: cross-site\r\n", port);
  assert_answer (f, GHOST, "/", "Origin: " EXTENSION "\r\n", " 403 ");
  assert_answer (f, GHOST, "/x", "", " 404 ");
  assert_answer (f, GHOST, "/control/status", token, " 404 ");
  assert_answer (f, HUB, "/ghosttext", "", port);
  assert_answer (f, ATOMIC, "/", "", " 404 ");
  assert_answer (f, SYNC, "/control/status", token, " 404 ");
  assert_answer (f, SYNC, "/", "", " 404 ");
  assert_answer (f, SYNC, "/a.js", "", " 404 ");
  assert_answer (f, SYNC, "/web-dev-sync.js", "", " 404 ");
  assert_answer (f, SYNC, "/web-dev-sync/status", "", "\"connections\":{\"browser\":0,\"desktop\":0}");
  assert_answer (f, HUB, "/web-dev-sync/status", "", "\"active\":true");
  assert_answer (f, HUB, "/web-dev-sync/status", "Sec-Fetch-Site: cross-site\r\n", " 403 ");
  assert_answer (f, HUB, "/web-dev-sync/debug", "", " 401 ");
  assert_answer (f, HUB, "/web-dev-sync/debug", token, "\"browserConnections\":{}");
  assert_answer (f, HUB, "/web-dev-sync/../control/status", token, " 404 ");
  assert_answer (f, HUB, "/web-dev-sync/nothing.js", "", " 404 ");
  assert_answer (f, HUB, "/web-dev-sync/web-dev-sync.js", "Sec-Fetch-Site: cross-site\r\n", "nosniff");
  assert_answer (f, HUB, "/web-dev-sync/demo", "", "default-src 'none'");
  assert_answer (f, HUB, "/favicon.ico", "", " 204 ");
  assert_answer (f, SYNC, "/web-dev-sync/demo.html", "", "frame-ancestors 'none'");
  assert_answer (f, HUB, "/web-dev-sync/demo", "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Dest: iframe\r\n", " 403 ");
  assert_answer (f, HUB, "/web-dev-sync/demo", "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Dest: document\r\n", " 200 ");
  assert_answer (f, HUB, "/metrics", "", " 401 ");
  assert_answer (f, HUB, "/metrics", token, "flowscope_edit_sessions{state=\"open\"} 0\n");
  assert_answer (f, HUB, "/metrics", token, "flowscope_doorway_connections{doorway=\"ghosttext\"} 0\n");
}

/* A hub that stops says so. */
static void
test_going_away (Fixture *f, gconstpointer data)
{
  g_auto (WsClient) sync = { 0 };
  g_auto (WsClient) ghost = { 0 };
  g_auto (WsClient) atomic = { 0 };
  WsClient *clients[] = { &sync, &ghost, &atomic };
  HubWait wait = { f->test.hub, NULL };
  g_autoptr (GAsyncResult) stopped = NULL;

  doorway_open (&sync, &f->test, SYNC, "/ws");
  doorway_open (&ghost, &f->test, GHOST, "/");
  doorway_open (&atomic, &f->test, ATOMIC, "/");
  doorway_send (&sync, "{\"type\":\"ping\"}");
  json_object_unref (doorway_expect (&sync, "pong"));
  flow_hub_stop_async (f->test.hub, hub_wait_cb, &wait);
  for (gsize i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      g_assert_cmpuint (expect_close (clients[i]), ==, 1001);
      ws_client_clear (clients[i]);
    }
  stopped = hub_wait (&wait);
  g_assert_true (flow_hub_stop_finish (f->test.hub, stopped, NULL));
}

#define TEST(name) g_test_add ("/doorways/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  TEST (places);
  TEST (guard_of_each);
  TEST (own_pages);
  TEST (web_sync_malformed);
  TEST (web_sync_2_malformed);
  TEST (web_sync_2_updates);
  TEST (fields_malformed);
  TEST (web_sync_1);
  TEST (snippets_of_one_name);
  TEST (desktops);
  TEST (web_sync_2);
  TEST (web_sync_2_again);
  TEST (web_sync_2_other_field);
  TEST (web_sync_other_version);
  TEST (ghost_text);
  TEST (atomic_chrome);
  TEST (http);
  TEST (going_away);
  return g_test_run ();
}
