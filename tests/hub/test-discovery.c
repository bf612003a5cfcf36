/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/flow-error.h"
#include "hub/flow-discovery.h"
#include "wire/flow-listen.h"

typedef struct
{
  FlowContext *context;
  GPtrArray *sockets; /* somebody who answers */
  FlowDiscovery info;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_unsetenv ("FLOWSCOPE_HUB");
  f->context = flow_context_new (NULL, &error);
  g_assert_no_error (error);
  f->sockets = flow_listen_loopback (0, &f->info.port, &error);
  g_assert_no_error (error);
  f->info.protocol = 1;
  f->info.version = (char *) "0.1.0";
  f->info.pid = getpid ();
  f->info.url = (char *) "ws://127.0.0.1:31847/ws";
  f->info.token = (char *) "token-1";
  f->info.data_dir = (char *) flow_context_get_data_dir (f->context);
  f->info.otlp_http = (char *) "http://127.0.0.1:4318";
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_ptr_array_unref (f->sockets);
  flow_context_unref (f->context);
  g_unsetenv ("FLOWSCOPE_HUB");
}

static char *
path_of (Fixture *f, const char *name)
{
  return g_build_filename (flow_context_get_runtime_dir (f->context), name, NULL);
}

static gint64
dead_pid (void)
{
  pid_t pid = fork ();

  if (pid == 0)
    _exit (0);
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
  return pid;
}

static void
test_round_trip (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  FlowDiscoveryFile *file = flow_discovery_publish (f->context, &f->info, &error);
  g_autoptr (FlowDiscovery) found = NULL;
  g_autofree char *path = path_of (f, "hub.json");
  struct stat info;

  g_assert_no_error (error);
  g_assert_cmpstr (flow_discovery_file_get_path (file), ==, path);
  g_assert_cmpint (lstat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 07777, ==, 0600);
  g_assert_cmpint (lstat (flow_context_get_runtime_dir (f->context), &info), ==, 0);
  g_assert_cmpint (info.st_mode & 07777, ==, 0700);

  found = flow_discovery_find (f->context, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (found->protocol, ==, 1);
  g_assert_cmpint (found->pid, ==, getpid ());
  g_assert_cmpuint (found->port, ==, f->info.port);
  g_assert_cmpstr (found->token, ==, "token-1");
  g_assert_cmpstr (found->url, ==, f->info.url);
  g_assert_cmpstr (found->data_dir, ==, f->info.data_dir);
  g_assert_cmpstr (found->otlp_http, ==, f->info.otlp_http);

  flow_discovery_withdraw (file);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_doorway_off_is_left_out (Fixture *f, gconstpointer data)
{
  FlowDiscoveryFile *file;
  g_autofree char *text = NULL;

  f->info.otlp_http = NULL;
  file = flow_discovery_publish (f->context, &f->info, NULL);
  g_assert_true (g_file_get_contents (flow_discovery_file_get_path (file), &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "\"endpoints\":{}"));
  flow_discovery_withdraw (file);
}

static void
test_second_hub (Fixture *f, gconstpointer data)
{
  FlowDiscoveryFile *first = flow_discovery_publish (f->context, &f->info, NULL);
  FlowDiscoveryFile *second;
  g_autoptr (FlowDiscovery) found = NULL;
  g_autofree char *name = g_strdup_printf ("hub-%d.json", (int) getpid ());
  g_autofree char *path = path_of (f, name);

  f->info.token = (char *) "token-2";
  f->info.data_dir = (char *) "/elsewhere";
  second = flow_discovery_publish (f->context, &f->info, NULL);
  g_assert_cmpstr (flow_discovery_file_get_path (second), ==, path);

  found = flow_discovery_find (f->context, NULL, NULL);
  g_assert_cmpstr (found->token, ==, "token-1");
  g_clear_pointer (&found, flow_discovery_free);
  found = flow_discovery_find (f->context, "/elsewhere", NULL);
  g_assert_cmpstr (found->token, ==, "token-2");

  flow_discovery_withdraw (second);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  flow_discovery_withdraw (first);
}

static void
test_dead_hub_is_ignored_and_replaced (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  FlowDiscoveryFile *dead, *file;

  f->info.pid = dead_pid ();
  dead = flow_discovery_publish (f->context, &f->info, NULL);
  g_assert_null (flow_discovery_find (f->context, NULL, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_RUNNING);
  /* As after kill -9: the lock is gone, the file is not. */
  f->info.token = (char *) "other";
  f->info.pid = getpid ();
  flow_discovery_withdraw (dead);
  file = flow_discovery_publish (f->context, &f->info, NULL);
  g_assert_true (g_str_has_suffix (flow_discovery_file_get_path (file), "/hub.json"));
  flow_discovery_withdraw (file);
}

static void
test_silent_port_is_ignored (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  FlowDiscoveryFile *file = flow_discovery_publish (f->context, &f->info, NULL);

  g_ptr_array_set_size (f->sockets, 0);
  g_assert_null (flow_discovery_find (f->context, NULL, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_RUNNING);
  flow_discovery_withdraw (file);
}

static void
test_file_of_another_stays (Fixture *f, gconstpointer data)
{
  FlowDiscoveryFile *file = flow_discovery_publish (f->context, &f->info, NULL);
  g_autofree char *path = g_strdup (flow_discovery_file_get_path (file));
  g_autofree char *text = NULL;
  g_auto (GStrv) parts = NULL;
  g_autofree char *changed = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  parts = g_strsplit (text, "token-1", -1);
  changed = g_strjoinv ("token-9", parts);
  g_assert_true (g_file_set_contents_full (path, changed, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
  flow_discovery_withdraw (file);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_unlink (path), ==, 0);
}

static void
test_named_by_environment (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowDiscovery) found = NULL;
  g_autofree char *elsewhere = g_build_filename (flow_context_get_data_dir (f->context), "my-hub.json", NULL);
  FlowDiscoveryFile *file = flow_discovery_publish (f->context, &f->info, NULL);

  g_assert_cmpint (g_rename (flow_discovery_file_get_path (file), elsewhere), ==, 0);
  g_setenv ("FLOWSCOPE_HUB", elsewhere, TRUE);
  found = flow_discovery_find (f->context, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (found->path, ==, elsewhere);

  g_setenv ("FLOWSCOPE_HUB", "/nonexistent/hub.json", TRUE);
  g_assert_null (flow_discovery_find (f->context, NULL, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_RUNNING);
  g_unlink (elsewhere);
  flow_discovery_withdraw (file);
}

static void
test_open_file_is_not_trusted (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  FlowDiscoveryFile *file = flow_discovery_publish (f->context, &f->info, NULL);
  const char *path = flow_discovery_file_get_path (file);

  g_assert_cmpint (g_chmod (path, 0644), ==, 0);
  g_assert_null (flow_discovery_read (path, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_TRUSTED);
  g_chmod (path, 0600);
  flow_discovery_withdraw (file);
}

static void
test_folder_is_closed (Fixture *f, gconstpointer data)
{
  const char *dir = flow_context_get_runtime_dir (f->context);
  FlowDiscoveryFile *file;
  struct stat info;

  g_assert_cmpint (g_chmod (dir, 0755), ==, 0);
  file = flow_discovery_publish (f->context, &f->info, NULL);
  g_assert_nonnull (file);
  g_assert_cmpint (lstat (dir, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 07777, ==, 0700);
  flow_discovery_withdraw (file);
}

static void
test_bad_files (Fixture *f, gconstpointer data)
{
  g_autofree char *path = path_of (f, "hub-bad.json");
  g_autofree char *deep = g_strnfill (60000, '[');
  g_autofree char *big = g_strnfill (100000, ' ');
  const char *const texts[] = {
    "",
    "{",
    "[]",
    "null",
    "{}",
    "\xff\xfe",
    deep,
    big,
    "{\"protocol\":1,\"pid\":1,\"port\":0,\"token\":\"x\"}",
    "{\"protocol\":1,\"pid\":-5,\"port\":1,\"token\":\"x\"}",
    "{\"protocol\":1,\"pid\":1,\"port\":99999,\"token\":\"x\"}",
    "{\"protocol\":1,\"pid\":1,\"port\":1,\"token\":7}",
    "{\"protocol\":1,\"pid\":1,\"port\":1,\"token\":\"\"}",
    "{\"protocol\":\"1\",\"pid\":1,\"port\":1,\"token\":\"x\"}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (g_file_set_contents_full (path, texts[i], -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
      g_assert_null (flow_discovery_read (path, &error));
      g_assert_error (error, FLOW_ERROR, FLOW_ERROR_FAILED);
    }
  g_assert_null (flow_discovery_find (f->context, NULL, NULL));
  g_unlink (path);
}

static void
add (const char *name, void (*test) (Fixture *f, gconstpointer data))
{
  g_test_add (name, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  add ("/discovery/round-trip", test_round_trip);
  add ("/discovery/doorway-off-is-left-out", test_doorway_off_is_left_out);
  add ("/discovery/second-hub", test_second_hub);
  add ("/discovery/dead-hub-is-ignored-and-replaced", test_dead_hub_is_ignored_and_replaced);
  add ("/discovery/silent-port-is-ignored", test_silent_port_is_ignored);
  add ("/discovery/file-of-another-stays", test_file_of_another_stays);
  add ("/discovery/named-by-environment", test_named_by_environment);
  add ("/discovery/open-file-is-not-trusted", test_open_file_is_not_trusted);
  add ("/discovery/folder-is-closed", test_folder_is_closed);
  add ("/discovery/bad-files", test_bad_files);

  return g_test_run ();
}
