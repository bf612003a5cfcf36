/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "router-test.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/flow-error.h"

typedef struct
{
  TestClock clock;
  TestStore *store;
  FlowRouter *router;
  gint64 due_us;
  TestChannel *cli; /* cli/s */
  guint changes;
  GString *news; /* "+NAME " and "-NAME " */
  FlowMessage *unroutable;
  FlowRouterHandled answer;
  guint handled;
} Fixture;

static void
wake_cb (FlowRouter *router, gint64 due_us, gpointer data)
{
  Fixture *f = data;

  g_assert_cmpint (due_us, <, f->due_us);
  f->due_us = due_us;
}

static void
changed_cb (FlowRouter *router, gpointer data)
{
  ((Fixture *) data)->changes++;
}

static void
joined_cb (FlowRouter *router, FlowChannel *channel, gpointer data)
{
  g_string_append_printf (((Fixture *) data)->news, "+%s ", flow_channel_get_name (channel));
}

static void
left_cb (FlowRouter *router, FlowChannel *channel, gpointer data)
{
  g_string_append_printf (((Fixture *) data)->news, "-%s ", flow_channel_get_name (channel));
}

static void
unroutable_cb (FlowRouter *router, FlowMessage *message, gpointer data)
{
  ((Fixture *) data)->unroutable = flow_message_ref (message);
}

static FlowRouterHandled
handle_cb (FlowRouter *router, FlowChannel *from, FlowMessage *message, gpointer data)
{
  Fixture *f = data;

  f->handled++;
  return f->answer;
}

/* As the hub's own: to the best channel, or, when nobody is there or comes, the fallback. */
static FlowRouterHandled
jump_cb (FlowRouter *router, FlowChannel *from, FlowMessage *message, gpointer data)
{
  Fixture *f = data;
  const char *file = NULL;

  flow_message_get_string (message, "file", &file);
  if (flow_router_send_to_kind (router, message, FLOW_CHANNEL_KIND_EDITOR, file) == FLOW_ROUTER_NOBODY)
    f->unroutable = flow_message_ref (message);
  return FLOW_ROUTER_LATER;
}

static TestChannel *
join_with (Fixture *f, const char *name, const char *capability)
{
  const char *const capabilities[] = { capability, NULL };
  TestChannel *channel = test_channel_new (name, capabilities);

  flow_router_add_channel (f->router, FLOW_CHANNEL (channel));
  return channel;
}

static TestChannel *
join (Fixture *f, const char *name)
{
  return join_with (f, name, NULL);
}

static void
leave (Fixture *f, TestChannel **channel)
{
  flow_router_remove_channel (f->router, FLOW_CHANNEL (*channel));
  g_clear_object (channel);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  static const FlowRouterFuncs funcs = { wake_cb, changed_cb, joined_cb, left_cb, unroutable_cb };

  test_clock_init (&f->clock);
  f->due_us = G_MAXINT64;
  f->store = test_store_new ();
  f->news = g_string_new (NULL);
  f->router = flow_router_new (&f->clock.clock, &funcs, f);
  g_assert_true (flow_router_open (f->router, test_store_get (f->store), NULL));
  flow_router_add_handler (f->router, "jump_to_code", jump_cb, f);
  flow_router_add_handler (f->router, "workspace_changed", handle_cb, f);
  f->cli = join (f, "cli/s");
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_object (&f->cli);
  flow_router_free (f->router);
  test_store_free (f->store);
  g_clear_pointer (&f->unroutable, flow_message_unref);
  g_string_free (f->news, TRUE);
}

static void
wait_s (Fixture *f, gint64 seconds)
{
  gint64 until_us = f->clock.now_us + seconds * G_USEC_PER_SEC;

  while (f->due_us <= until_us)
    {
      f->clock.now_us = MAX (f->clock.now_us, f->due_us);
      f->due_us = G_MAXINT64;
      f->due_us = flow_router_tick (f->router);
      test_store_settle (f->store);
    }
  f->clock.now_us = until_us;
}

static void
route (Fixture *f, const char *type, const char *id, const char *target, const char *members)
{
  g_autoptr (FlowMessage) message = test_message (type, "cli/s", id, target, members);

  flow_router_route (f->router, FLOW_CHANNEL (f->cli), message);
}

static void
test_to_channel (Fixture *f, gconstpointer data)
{
  g_autoptr (TestChannel) editor = join (f, "editor/a");

  route (f, "note", "1", "editor/a", ",\"more\":true");
  test_channel_assert_takes (editor, "note", NULL, NULL);
  route (f, "note", "2", "editor/b", "");
  test_channel_assert_takes (f->cli, "error", "code", "no_target");
  test_channel_set_limit (editor, 0);
  route (f, "note", "3", "editor/a", "");
  test_channel_assert_takes (f->cli, "error", "code", "queue_full");
  g_assert_cmpuint (flow_channel_get_messages_out (FLOW_CHANNEL (editor)), ==, 1);
}

static void
test_what_goes_nowhere (Fixture *f, gconstpointer data)
{
  route (f, "note", "1", "desktop_app", "");
  test_channel_assert_takes (f->cli, "error", "code", "unsupported");
  route (f, "note", "2", "desktop_app/hub", "");
  test_channel_assert_takes (f->cli, "error", "in_reply_to", "2");
  route (f, "note", "3", "no/such/thing", "");
  test_channel_assert_takes (f->cli, "error", "code", "bad_request");
  route (f, "note", "4", NULL, ",\"ack\":true");
  test_channel_assert_takes (f->cli, "error", "message", "a message with ack needs a target");
  route (f, "code_opened", "5", "web_portal", "");
  test_channel_assert_takes (f->cli, "error", "code", "no_target");
  /* An error is not answered with an error. */
  route (f, "error", "6", "editor/none", ",\"data\":{\"code\":\"failed\",\"message\":\"no\"}");
  g_assert_cmpuint (test_channel_get_n (f->cli), ==, 0);
}

static void
test_broadcast (Fixture *f, gconstpointer data)
{
  g_autoptr (TestChannel) editor = join_with (f, "editor/a", "traces");
  g_autoptr (TestChannel) portal = join (f, "web_portal/p");
  g_autoptr (TestChannel) page = join_with (f, "browser_page/b", "traces");
  g_autoptr (FlowMessage) added = test_message ("trace_added", FLOW_CHANNEL_HUB, "t", NULL, "");

  route (f, "note", "1", NULL, "");
  test_channel_assert_takes (editor, "note", NULL, NULL);
  test_channel_assert_takes (portal, "note", NULL, NULL);
  g_assert_cmpuint (test_channel_get_n (page) + test_channel_get_n (f->cli), ==, 0);

  g_assert_cmpuint (flow_router_broadcast (f->router, added, "traces"), ==, 1);
  test_channel_assert_takes (editor, "trace_added", NULL, NULL);
  g_assert_cmpuint (test_channel_get_n (portal) + test_channel_get_n (page), ==, 0);
}

static void
test_presence (Fixture *f, gconstpointer data)
{
  g_autoptr (TestChannel) watcher = join_with (f, "editor/w", "presence");
  TestChannel *other = join (f, "cloud_platform/c");
  TestChannel *page = join (f, "browser_page/p");

  test_channel_assert_takes (watcher, "channel_connected", "channel", "cloud_platform/c");
  g_assert_cmpuint (test_channel_get_n (watcher), ==, 0);
  leave (f, &page);
  leave (f, &other);
  test_channel_assert_takes (watcher, "channel_disconnected", "channelType", "cloud_platform");
  g_assert_cmpuint (test_channel_get_n (watcher), ==, 0);
  g_assert_cmpstr (f->news->str, ==,
                   "+cli/s +editor/w +cloud_platform/c +browser_page/p -browser_page/p -cloud_platform/c ");
  g_assert_cmpuint (f->changes, >=, 6);
}

static void
test_replaced (Fixture *f, gconstpointer data)
{
  g_autoptr (TestChannel) older = join (f, "editor/a");
  g_autoptr (TestChannel) newer = join (f, "editor/a");

  g_assert_cmpuint (test_channel_get_closed (older), ==, 4409);
  g_assert_true (flow_router_find (f->router, "editor/a") == FLOW_CHANNEL (newer));
  /* The older one's end changes nothing. */
  flow_router_remove_channel (f->router, FLOW_CHANNEL (older));
  g_assert_true (flow_router_find (f->router, "editor/a") == FLOW_CHANNEL (newer));
}

static void
test_handlers (Fixture *f, gconstpointer data)
{
  f->answer = FLOW_ROUTER_DONE;
  route (f, "workspace_changed", "1", NULL, ",\"ack\":true");
  test_channel_assert_takes (f->cli, "ack", "state", "handled");
  /* A repetition is answered, and happens once. */
  route (f, "workspace_changed", "1", NULL, ",\"ack\":true");
  test_channel_assert_takes (f->cli, "ack", "state", "handled");
  g_assert_cmpuint (f->handled, ==, 1);

  f->answer = FLOW_ROUTER_LATER;
  route (f, "workspace_changed", "2", "desktop_app", ",\"ack\":true");
  route (f, "workspace_changed", "2", "desktop_app", ",\"ack\":true");
  g_assert_cmpuint (f->handled, ==, 2);
  g_assert_cmpuint (test_channel_get_n (f->cli), ==, 0);

  f->answer = FLOW_ROUTER_PASS;
  route (f, "workspace_changed", "3", "desktop_app/hub", "");
  g_assert_cmpuint (f->handled, ==, 3);
  test_channel_assert_takes (f->cli, "error", "code", "unsupported");
  route (f, "workspace_changed", "4", "editor/a", "");
  g_assert_cmpuint (f->handled, ==, 3);
}

/* After an error the sender may try the same message again. */
static void
test_error_allows_again (Fixture *f, gconstpointer data)
{
  g_autoptr (FlowMessage) message = test_message ("workspace_changed", "cli/s", "1", NULL, ",\"ack\":true");

  f->answer = FLOW_ROUTER_LATER;
  flow_router_route (f->router, FLOW_CHANNEL (f->cli), message);
  flow_router_error_with_suggestion (f->router, message, FLOW_ERROR_BUSY, "not yet", "Wait.");
  test_channel_assert_takes (f->cli, "error", "suggestion", "Wait.");
  flow_router_route (f->router, FLOW_CHANNEL (f->cli), message);
  g_assert_cmpuint (f->handled, ==, 2);
  flow_router_acked (f->router, message, "stored");
  test_channel_assert_takes (f->cli, "ack", "state", "stored");
}

static void
test_held_until_editor_is_back (Fixture *f, gconstpointer data)
{
  TestChannel *editor = join_with (f, "vscode_extension/a", "code");

  leave (f, &editor);
  wait_s (f, 8);
  route (f, "jump_to_code", "1", "editor", ",\"data\":{\"file\":\"/x\",\"line\":3}");
  g_assert_cmpuint (test_channel_get_n (f->cli), ==, 0);
  wait_s (f, 1);
  g_assert_null (f->unroutable);
  editor = join_with (f, "editor/b", "code");
  test_channel_assert_takes (editor, "jump_to_code", "file", "/x");
  wait_s (f, 60);
  g_assert_null (f->unroutable);
  g_clear_object (&editor);
}

static void
test_held_in_vain (Fixture *f, gconstpointer data)
{
  TestChannel *editor = join_with (f, "editor/a", "code");

  leave (f, &editor);
  wait_s (f, 8);
  route (f, "jump_to_code", "1", NULL, ",\"data\":{\"file\":\"/x\",\"line\":3}");
  route (f, "code_opened", "2", "editor", "");
  wait_s (f, 1);
  g_assert_null (f->unroutable);
  wait_s (f, 2);
  g_assert_cmpstr (flow_message_get_id (f->unroutable), ==, "1");
  /* What nobody handles is told to its sender. */
  test_channel_assert_takes (f->cli, "error", "code", "no_target");
  g_clear_pointer (&f->unroutable, flow_message_unref);
  route (f, "jump_to_code", "3", NULL, ",\"data\":{\"file\":\"/x\",\"line\":3}");
  g_assert_cmpstr (flow_message_get_id (f->unroutable), ==, "3");
}

/* Who waits for the one does not make the other late. */
static void
test_held_beside_outbox (Fixture *f, gconstpointer data)
{
  TestChannel *editor = join_with (f, "editor/a", "code");
  g_autoptr (TestChannel) other = join (f, "cli/o");

  leave (f, &editor);
  route (f, "jump_to_code", "1", NULL, ",\"data\":{\"file\":\"/x\",\"line\":3}");
  route (f, "note", "2", "cli/o", ",\"ack\":true");
  test_store_settle (f->store);
  test_channel_clear (other);
  wait_s (f, 11);
  g_assert_cmpstr (flow_message_get_id (f->unroutable), ==, "1");
  wait_s (f, 20);
  g_assert_cmpuint (test_channel_get_n (other), ==, 1);
}

/* What a page has kept waits for editors, or for who is there: it cannot fill the outbox for all others. */
static void
test_page (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *target;
    const char *type;
    const char *said;
  } rows[] = {
    { "editor", "ack", "stored" },   { "vscode_extension", "ack", "stored" },
    { "cli/s", "ack", "stored" },    { "cli/nobody", "error", "no_target" },
    { "cli", "error", "forbidden" }, { "browser_page", "error", "forbidden" },
  };
  g_autoptr (TestChannel) page = join (f, "browser_page/p");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);
      g_autoptr (FlowMessage) message = test_message ("note", "browser_page/p", id, rows[i].target, ",\"ack\":true");

      flow_router_route (f->router, FLOW_CHANNEL (page), message);
      test_store_settle (f->store);
      test_channel_assert_takes (page, rows[i].type, g_str_equal (rows[i].type, "ack") ? "state" : "code",
                                 rows[i].said);
    }
}

/* A channel that cannot show code is not asked to. */
static void
test_capability (Fixture *f, gconstpointer data)
{
  g_autoptr (TestChannel) without = join (f, "editor/a");
  g_autoptr (TestChannel) with = join_with (f, "editor/b", "code");

  flow_channel_set_focused (FLOW_CHANNEL (without), TRUE, f->clock.now_us);
  route (f, "jump_to_code", "1", NULL, ",\"data\":{\"file\":\"/x\",\"line\":3}");
  test_channel_assert_takes (with, "jump_to_code", NULL, NULL);
}

static void
test_ack_is_passed_on (Fixture *f, gconstpointer data)
{
  g_autoptr (TestChannel) editor = join_with (f, "editor/a", "code");
  g_autoptr (FlowMessage) ack = test_message ("ack", "editor/a", "a", NULL, ",\"reply_to\":\"1\"");

  route (f, "jump_to_code", "1", "editor", ",\"ack\":true,\"data\":{\"file\":\"/x\",\"line\":3}");
  test_channel_assert_takes (editor, "jump_to_code", NULL, NULL);
  route (f, "jump_to_code", "1", "editor", ",\"ack\":true,\"data\":{\"file\":\"/x\",\"line\":3}");
  g_assert_cmpuint (test_channel_get_n (editor), ==, 0);
  flow_router_route (f->router, FLOW_CHANNEL (editor), ack);
  test_channel_assert_takes (f->cli, "ack", "state", "handled");
  g_assert_cmpuint (test_store_get_pending (f->store), ==, 0);
}

/* An editor that goes before it acknowledged: the sender's repetition is for the next one. */
static void
test_repeated_to_another (Fixture *f, gconstpointer data)
{
  TestChannel *first = join_with (f, "editor/a", "code");
  g_autoptr (TestChannel) second = NULL;

  route (f, "jump_to_code", "1", NULL, ",\"ack\":true,\"data\":{\"file\":\"/x\",\"line\":3}");
  test_channel_assert_takes (first, "jump_to_code", NULL, NULL);
  leave (f, &first);
  second = join_with (f, "editor/b", "code");
  route (f, "jump_to_code", "1", NULL, ",\"ack\":true,\"data\":{\"file\":\"/x\",\"line\":3}");
  test_channel_assert_takes (second, "jump_to_code", NULL, NULL);
}

typedef struct
{
  Fixture f;
  char *root;
  char *file; /* ROOT/repo/pkg/a.c */
} Places;

static char *
make_folder (const char *root, const char *name)
{
  char *path = g_build_filename (root, name, NULL);

  g_assert_cmpint (g_mkdir_with_parents (path, 0700), ==, 0);
  return path;
}

static void
places_set_up (Places *p, gconstpointer data)
{
  g_autofree char *inner = NULL;

  set_up (&p->f, data);
  p->root = g_dir_make_tmp ("flow-router-XXXXXX", NULL);
  inner = make_folder (p->root, "repo/pkg");
  p->file = g_build_filename (inner, "a.c", NULL);
  g_assert_true (g_file_set_contents (p->file, "", 0, NULL));
}

static void
places_tear_down (Places *p, gconstpointer data)
{
  static const char *const names[] = { "repo/pkg/a.c", "repo/pkg", "repo", "link", "other" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (p->root, names[i], NULL);

      g_remove (path);
    }
  g_rmdir (p->root);
  g_free (p->root);
  g_free (p->file);
  tear_down (&p->f, data);
}

static TestChannel *
join_in (Places *p, const char *name, const char *folder)
{
  g_autofree char *path = g_path_is_absolute (folder) ? g_strdup (folder) : g_build_filename (p->root, folder, NULL);
  g_autofree char *local = g_build_filename (p->root, "repo", NULL);
  const FlowPathMap map = { "*", "/workspaces/app", local };
  const char *const folders[] = { path, "relative", NULL };
  TestChannel *channel = join (&p->f, name);

  flow_channel_set_workspaces (FLOW_CHANNEL (channel), folders, &map, 1);
  return channel;
}

static void
assert_best (Places *p, const char *file, TestChannel *channel)
{
  g_assert_true (flow_router_best (p->f.router, FLOW_CHANNEL_KIND_EDITOR, NULL, file) == FLOW_CHANNEL (channel));
}

static void
test_best_by_folder (Places *p, gconstpointer data)
{
  g_autofree char *other = make_folder (p->root, "other");
  g_autoptr (TestChannel) outer = join_in (p, "editor/outer", "repo");
  g_autoptr (TestChannel) inner = join_in (p, "vscode_extension/inner", "repo/pkg");
  g_autoptr (TestChannel) elsewhere = join_in (p, "editor/elsewhere", other);
  g_autofree char *beside = g_build_filename (p->root, "repo", "pkg.c", NULL);

  flow_channel_set_focused (FLOW_CHANNEL (elsewhere), TRUE, p->f.clock.now_us);
  assert_best (p, p->file, inner);
  assert_best (p, beside, outer);
  assert_best (p, "/nowhere/a.c", elsewhere);
  assert_best (p, NULL, elsewhere);
}

static void
test_best_by_link (Places *p, gconstpointer data)
{
  g_autofree char *link = g_build_filename (p->root, "link", NULL);
  g_autofree char *by_link = g_build_filename (p->root, "link", "a.c", NULL);
  g_autofree char *real = realpath (p->root, NULL);
  g_autoptr (TestChannel) inner = NULL;
  g_autoptr (TestChannel) outer = NULL;

  g_assert_cmpint (symlink ("repo/pkg", link), ==, 0);
  inner = join_in (p, "editor/link", "link");
  outer = join_in (p, "editor/outer", "repo");
  flow_channel_set_focused (FLOW_CHANNEL (outer), TRUE, p->f.clock.now_us);
  /* By its length alone the link would be the outer folder. */
  assert_best (p, p->file, inner);
  assert_best (p, by_link, inner);
  g_assert_true (g_str_has_prefix (flow_channel_get_workspaces (FLOW_CHANNEL (inner))[0], real));
  g_assert_null (flow_channel_get_workspaces (FLOW_CHANNEL (inner))[1]);
}

static void
test_best_by_map (Places *p, gconstpointer data)
{
  g_autoptr (TestChannel) container = join_in (p, "editor/container", "/workspaces/app/pkg");
  g_autoptr (TestChannel) other = join_in (p, "editor/other", "/workspaces/apple");

  flow_channel_set_focused (FLOW_CHANNEL (other), TRUE, p->f.clock.now_us);
  assert_best (p, p->file, container);
  assert_best (p, "/workspaces/app/pkg/a.c", container);
  assert_best (p, "/workspaces/apple/a.c", other);
}

/* Whose window has the focus, then who had it last, then who came last. */
static void
test_best_by_focus (Places *p, gconstpointer data)
{
  g_autoptr (TestChannel) first = join_in (p, "editor/first", "repo");
  g_autoptr (TestChannel) second = NULL;

  p->f.clock.now_us += G_USEC_PER_SEC;
  second = join_in (p, "editor/second", "repo");
  assert_best (p, p->file, second);
  flow_channel_set_focused (FLOW_CHANNEL (first), TRUE, ++p->f.clock.now_us);
  assert_best (p, p->file, first);
  flow_channel_set_focused (FLOW_CHANNEL (first), FALSE, ++p->f.clock.now_us);
  assert_best (p, p->file, first);
  flow_channel_set_focused (FLOW_CHANNEL (second), TRUE, ++p->f.clock.now_us);
  flow_channel_set_focused (FLOW_CHANNEL (second), FALSE, ++p->f.clock.now_us);
  flow_channel_set_focused (FLOW_CHANNEL (first), FALSE, ++p->f.clock.now_us);
  assert_best (p, p->file, second);
}

static void
test_write_channels (Fixture *f, gconstpointer data)
{
  g_autoptr (TestChannel) editor = join_with (f, "editor/a", "code");
  g_autoptr (GString) text = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_channel_set_client (FLOW_CHANNEL (editor), "nvim", "0.9");
  flow_latency_add (flow_channel_get_latency (FLOW_CHANNEL (editor)), 1500);
  flow_latency_add (flow_channel_get_latency (FLOW_CHANNEL (editor)), 500);
  route (f, "note", "1", "editor/a", ",\"ack\":true");
  flow_channel_count (FLOW_CHANNEL (editor), 7, 0);
  leave (f, &f->cli);

  flow_json_writer_init (&writer, text);
  flow_json_writer_begin_object (&writer);
  flow_router_write_channels (f->router, &writer);
  flow_json_writer_end_object (&writer);
  g_assert_cmpstr (
      text->str, ==,
      "{\"channels\":[{\"channel\":\"editor/a\",\"kind\":\"editor\",\"client\":\"nvim\",\"workspaces\":[],"
      "\"focused\":false,\"version\":\"0.9\",\"capabilities\":[\"code\"],\"since\":\"2027-01-15T09:00:00.000000Z\","
      "\"messagesIn\":7,\"messagesOut\":0,\"queued\":0,\"outbox\":1,"
      "\"latency\":{\"p50_ms\":0.5,\"p99_ms\":1.5,\"last_ms\":0.5,\"samples_ms\":[1.5,0.5]}}]}");
  g_string_truncate (text, 0);
  flow_json_writer_init (&writer, text);
  flow_router_write_presence (f->router, &writer, FLOW_CHANNEL (editor));
  g_assert_cmpstr (text->str, ==, "[]");
}

#define ADD(name, func) g_test_add ("/router/" name, Fixture, NULL, set_up, func, tear_down)
#define ADD_PLACES(name, func) g_test_add ("/router/" name, Places, NULL, places_set_up, func, places_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("to-channel", test_to_channel);
  ADD ("what-goes-nowhere", test_what_goes_nowhere);
  ADD ("broadcast", test_broadcast);
  ADD ("presence", test_presence);
  ADD ("replaced", test_replaced);
  ADD ("handlers", test_handlers);
  ADD ("error-allows-again", test_error_allows_again);
  ADD ("held-until-editor-is-back", test_held_until_editor_is_back);
  ADD ("held-in-vain", test_held_in_vain);
  ADD ("held-beside-outbox", test_held_beside_outbox);
  ADD ("page", test_page);
  ADD ("capability", test_capability);
  ADD ("ack-is-passed-on", test_ack_is_passed_on);
  ADD ("repeated-to-another", test_repeated_to_another);
  ADD_PLACES ("best-by-folder", test_best_by_folder);
  ADD_PLACES ("best-by-link", test_best_by_link);
  ADD_PLACES ("best-by-map", test_best_by_map);
  ADD_PLACES ("best-by-focus", test_best_by_focus);
  ADD ("write-channels", test_write_channels);
  return g_test_run ();
}
