/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-test"

#include "store/flow-debug-session.h"
#include "store/flow-workspace.h"
#include "store-test.h"

/* Records that the hub keeps: workspaces and debug sessions. */

typedef struct
{
  FlowContext *context;
  sqlite3 *db;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowStore) store = NULL;
  g_autoptr (GError) error = NULL;

  fixture->context = test_context_new ();
  store = flow_store_new (fixture->context);
  g_assert_true (flow_store_open (store, &error));
  flow_store_close (store);
  g_assert_cmpint (sqlite3_open (flow_context_get_database_path (fixture->context), &fixture->db), ==, SQLITE_OK);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  sqlite3_close (fixture->db);
  test_context_remove (fixture->context);
}

static void
write_workspace (Fixture *fixture, const char *id, const char *folder, gint64 now_ns)
{
  g_autoptr (FlowWorkspace) workspace = flow_workspace_new (id, folder, now_ns);
  g_autoptr (FlowWorkspace) copy = flow_workspace_copy (workspace);
  g_autoptr (GError) error = NULL;

  g_assert_true (flow_workspace_write (copy, fixture->db, &error));
  g_assert_no_error (error);
}

static void
test_workspaces (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) all = NULL;
  const FlowWorkspace *first;

  write_workspace (fixture, "a", "/home/me/shop", 1);
  write_workspace (fixture, "b", "/home/me/b", 2);
  write_workspace (fixture, "a", "/home/me/shop", 3);
  all = flow_workspaces_read (fixture->db, NULL);
  g_assert_cmpuint (all->len, ==, 2);
  first = all->pdata[0];
  g_assert_cmpstr (first->id, ==, "a");
  g_assert_cmpstr (first->folder, ==, "/home/me/shop");
  g_assert_cmpstr (first->name, ==, "shop");
  g_assert_cmpint (first->created_ns, ==, 1);
  g_assert_cmpint (first->last_used_ns, ==, 3);
}

static void
test_workspaces_are_bounded (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) all = NULL;

  for (gint64 i = 0; i < FLOW_WORKSPACES_MAX + 3; i++)
    {
      g_autofree char *id = g_strdup_printf ("%d", (int) i);
      g_autofree char *folder = g_strdup_printf ("/w/%d", (int) i);

      write_workspace (fixture, id, folder, i);
    }
  all = flow_workspaces_read (fixture->db, NULL);
  g_assert_cmpuint (all->len, ==, FLOW_WORKSPACES_MAX);
  g_assert_cmpstr (((FlowWorkspace *) all->pdata[all->len - 1])->id, ==, "3");
}

static void
test_sessions (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowDebugSession) session = flow_debug_session_new ("s", "w", NULL, "Checkout", 5);
  g_autoptr (FlowDebugSession) copy = NULL;
  g_autoptr (GPtrArray) all = NULL;
  const FlowDebugSession *read;

  g_assert_true (flow_debug_session_write (session, fixture->db, NULL));
  copy = flow_debug_session_copy (session);
  copy->ended_ns = 9;
  g_assert_true (flow_debug_session_write (copy, fixture->db, NULL));
  all = flow_debug_sessions_read (fixture->db, NULL);
  g_assert_cmpuint (all->len, ==, 1);
  read = all->pdata[0];
  g_assert_cmpstr (read->workspace, ==, "w");
  g_assert_cmpstr (read->host_user, ==, "");
  g_assert_cmpstr (read->name, ==, "Checkout");
  g_assert_cmpint (read->started_ns, ==, 5);
  g_assert_cmpint (read->ended_ns, ==, 9);
}

/* A database without these tables is an error like any other. */
static void
test_no_tables (void)
{
  g_autoptr (sqlite3) db = NULL;
  g_autoptr (FlowWorkspace) workspace = flow_workspace_new ("a", "/a", 1);
  g_autoptr (FlowDebugSession) session = flow_debug_session_new ("s", NULL, NULL, NULL, 1);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (sqlite3_open (":memory:", &db), ==, SQLITE_OK);
  g_assert_null (flow_workspaces_read (db, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_FAILED);
  g_assert_null (flow_debug_sessions_read (db, NULL));
  g_assert_false (flow_workspace_write (workspace, db, NULL));
  g_assert_false (flow_debug_session_write (session, db, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/store/records/workspaces", Fixture, NULL, set_up, test_workspaces, tear_down);
  g_test_add ("/store/records/workspaces-are-bounded", Fixture, NULL, set_up, test_workspaces_are_bounded, tear_down);
  g_test_add ("/store/records/sessions", Fixture, NULL, set_up, test_sessions, tear_down);
  g_test_add_func ("/store/records/no-tables", test_no_tables);
  return g_test_run ();
}
