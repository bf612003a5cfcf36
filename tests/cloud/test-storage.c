/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <string.h>

#include "cloud/flow-cloud-error.h"
#include "cloud/flow-cloud-sqlite.h"
#include "support/test-folder.h"

#define NOW G_GINT64_CONSTANT (1800000000000)
#define THREADS 4
#define JOBS 200

typedef struct
{
  char *folder;
  FlowCloudStorage *storage;
} Fixture;

static void
open_storage (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  fixture->storage = flow_cloud_sqlite_new (fixture->folder);
  g_assert_true (fixture->storage->klass->open (fixture->storage, &error));
  g_assert_no_error (error);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("flow-cloud-XXXXXX", NULL);
  open_storage (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_pointer (&fixture->storage, flow_cloud_storage_free);
  test_remove_tree (fixture->folder);
  g_free (fixture->folder);
}

static void
run (Fixture *fixture, gboolean writes, FlowCloudFunc func, gpointer data)
{
  g_autoptr (GError) error = NULL;

  flow_cloud_storage_run (fixture->storage, writes, func, data, &error);
  g_assert_no_error (error);
}

static FlowCloudUser
make_user (const char *name)
{
  FlowCloudUser user = { .name = g_strdup (name), .password = g_strdup ("hash"), .created_ms = NOW };

  memset (user.id, g_str_hash (name) & 0xff, sizeof user.id);
  return user;
}

static gboolean
add_run (FlowCloudData *data, gpointer name, GError **error)
{
  g_auto (FlowCloudUser) user = make_user (name);

  return data->accounts->add_user (data, &user, error);
}

static gboolean
users_run (FlowCloudData *data, gpointer unused, GError **error)
{
  g_auto (FlowCloudUser) user = { 0 };
  g_autoptr (GPtrArray) users = NULL;

  g_assert_true (data->accounts->find_user (data, "anna", &user, error));
  g_assert_cmpint (user.number, >, 0);
  g_assert_cmpstr (user.name, ==, "Anna");
  g_assert_cmpint (user.created_ms, ==, NOW);
  g_assert_false (user.disabled);
  g_assert_true (data->accounts->set_disabled (data, user.number, TRUE, error));
  g_assert_true (data->accounts->set_password (data, user.number, "another", error));
  g_assert_true (data->accounts->get_user (data, user.number, &user, error));
  g_assert_true (user.disabled);
  g_assert_cmpstr (user.password, ==, "another");
  g_assert_true (data->accounts->find_user (data, "carl", &user, error));
  g_assert_cmpint (user.number, ==, 0);
  users = data->accounts->list_users (data, error);
  g_assert_cmpuint (users->len, ==, 2);
  g_assert_cmpstr (((FlowCloudUser *) g_ptr_array_index (users, 0))->name, ==, "Anna");
  return TRUE;
}

static void
test_users (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  run (fixture, TRUE, add_run, (gpointer) "bob");
  run (fixture, TRUE, add_run, (gpointer) "Anna");
  g_assert_false (flow_cloud_storage_run (fixture->storage, TRUE, add_run, (gpointer) "ANNA", &error));
  g_assert_error (error, FLOW_CLOUD_ERROR, FLOW_CLOUD_ERROR_USER_EXISTS);
  g_clear_error (&error);
  g_assert_false (flow_cloud_storage_run (fixture->storage, TRUE, add_run, (gpointer) "", &error));
  g_assert_error (error, FLOW_CLOUD_ERROR, FLOW_CLOUD_ERROR_BAD_REQUEST);
  run (fixture, TRUE, users_run, NULL);
}

static FlowCloudDevice
enter (FlowCloudData *data, gint64 user, guint8 id, const char *label, gint64 now_ms)
{
  FlowCloudDevice device = { .user = user, .seen_ms = now_ms };

  memset (device.id, id, sizeof device.id);
  device.label = label != NULL ? g_bytes_new (label, strlen (label)) : NULL;
  g_assert_true (data->accounts->enter_device (data, &device, NULL));
  return device;
}

static gint64
get_number (FlowCloudData *data, const char *name)
{
  g_auto (FlowCloudUser) user = { 0 };

  g_assert_true (data->accounts->find_user (data, name, &user, NULL));
  return user.number;
}

static gboolean
devices_run (FlowCloudData *data, gpointer unused, GError **error)
{
  gint64 anna = get_number (data, "anna");
  gint64 bob = get_number (data, "bob");
  g_auto (FlowCloudDevice) first = enter (data, anna, 1, "label", NOW);
  g_auto (FlowCloudDevice) same = enter (data, anna, 1, NULL, NOW + 5);
  g_auto (FlowCloudDevice) others = enter (data, bob, 1, NULL, NOW);
  g_auto (FlowCloudDevice) found = { 0 };
  g_autoptr (GPtrArray) devices = NULL;

  g_assert_cmpint (first.number, ==, same.number);
  g_assert_cmpint (first.number, !=, others.number);
  g_assert_cmpmem (g_bytes_get_data (same.label, NULL), g_bytes_get_size (same.label), "label", 5);
  g_assert_cmpint (same.created_ms, ==, NOW);
  g_assert_cmpint (same.seen_ms, ==, NOW + 5);
  g_assert_true (data->accounts->see_device (data, first.number, NOW + 9, error));
  g_assert_true (data->accounts->see_device (data, first.number, NOW + 8, error));
  g_assert_true (data->accounts->set_device_state (data, first.number, FLOW_CLOUD_DEVICE_RETIRED, error));
  g_assert_true (data->accounts->find_device (data, anna, first.id, &found, error));
  g_assert_cmpint (found.seen_ms, ==, NOW + 9);
  g_assert_cmpint (found.state, ==, FLOW_CLOUD_DEVICE_RETIRED);
  devices = data->accounts->list_devices (data, anna, error);
  g_assert_cmpuint (devices->len, ==, 1);
  return TRUE;
}

static void
test_devices (Fixture *fixture, gconstpointer data)
{
  run (fixture, TRUE, add_run, (gpointer) "anna");
  run (fixture, TRUE, add_run, (gpointer) "bob");
  run (fixture, TRUE, devices_run, NULL);
}

static FlowCloudSession
begin_session (FlowCloudData *data, const FlowCloudDevice *device, guint8 id, gint64 expires_ms)
{
  FlowCloudSession session = { .user = device->user, .device = device->number, .expires_ms = expires_ms };

  memset (session.id, id, sizeof session.id);
  g_assert_true (data->accounts->add_session (data, &session, NULL));
  g_assert_cmpint (session.number, >, 0);
  return session;
}

static gint64
find_session (FlowCloudData *data, const FlowCloudSession *session)
{
  g_auto (FlowCloudSession) found = { 0 };

  g_assert_true (data->accounts->find_session (data, session->id, &found, NULL));
  return found.number;
}

static gboolean
sessions_run (FlowCloudData *data, gpointer unused, GError **error)
{
  gint64 anna = get_number (data, "anna");
  g_auto (FlowCloudDevice) device = enter (data, anna, 1, NULL, NOW);
  g_auto (FlowCloudDevice) other = enter (data, anna, 2, NULL, NOW);
  FlowCloudSession session = begin_session (data, &device, 1, NOW + 100);
  FlowCloudSession second = begin_session (data, &other, 2, NOW + 10);
  FlowCloudSession third = begin_session (data, &other, 3, NOW + 200);
  g_auto (FlowCloudSession) found = { 0 };

  session.generation = 4000000000U;
  session.attempt = (char *) "try";
  g_assert_true (data->accounts->advance_session (data, &session, error));
  g_assert_true (data->accounts->set_device_state (data, device.number, FLOW_CLOUD_DEVICE_REMOVED, error));
  g_assert_true (data->accounts->find_session (data, session.id, &found, error));
  g_assert_cmpuint (found.generation, ==, 4000000000U);
  g_assert_cmpstr (found.attempt, ==, "try");
  g_assert_cmpint (found.device_state, ==, FLOW_CLOUD_DEVICE_REMOVED);
  g_assert_cmpmem (found.device_id, FLOW_CLOUD_ID_SIZE, device.id, FLOW_CLOUD_ID_SIZE);
  g_assert_true (data->accounts->end_sessions (data, NOW + 50, error));
  g_assert_cmpint (find_session (data, &second), ==, 0);
  g_assert_cmpint (find_session (data, &third), !=, 0);
  g_assert_true (data->accounts->end_device_sessions (data, other.number, error));
  g_assert_cmpint (find_session (data, &third), ==, 0);
  g_assert_true (data->accounts->end_session (data, session.number, error));
  g_assert_cmpint (find_session (data, &session), ==, 0);
  return TRUE;
}

static gboolean
removed_run (FlowCloudData *data, gpointer unused, GError **error)
{
  gint64 anna = get_number (data, "anna");
  g_auto (FlowCloudDevice) device = enter (data, anna, 7, NULL, NOW);
  FlowCloudSession session = begin_session (data, &device, 7, NOW + 100);
  g_autoptr (GPtrArray) devices = NULL;

  g_assert_true (data->accounts->remove_user (data, anna, error));
  g_assert_cmpint (find_session (data, &session), ==, 0);
  devices = data->accounts->list_devices (data, anna, error);
  g_assert_cmpuint (devices->len, ==, 0);
  return TRUE;
}

static void
test_sessions (Fixture *fixture, gconstpointer data)
{
  run (fixture, TRUE, add_run, (gpointer) "anna");
  run (fixture, TRUE, sessions_run, NULL);
  run (fixture, TRUE, removed_run, NULL);
}

static gboolean
fail_run (FlowCloudData *data, gpointer name, GError **error)
{
  g_assert_true (add_run (data, name, error));
  g_set_error_literal (error, FLOW_CLOUD_ERROR, FLOW_CLOUD_ERROR_FORBIDDEN, "no");
  return FALSE;
}

static gboolean
count_run (FlowCloudData *data, gpointer count, GError **error)
{
  g_autoptr (GPtrArray) users = data->accounts->list_users (data, error);

  *(guint *) count = users->len;
  return TRUE;
}

static void
test_nothing_is_kept (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint count = 99;

  g_assert_false (flow_cloud_storage_run (fixture->storage, TRUE, fail_run, (gpointer) "anna", &error));
  g_assert_error (error, FLOW_CLOUD_ERROR, FLOW_CLOUD_ERROR_FORBIDDEN);
  g_clear_error (&error);
  /* Who only reads cannot write. */
  g_assert_false (flow_cloud_storage_run (fixture->storage, FALSE, add_run, (gpointer) "anna", &error));
  run (fixture, FALSE, count_run, &count);
  g_assert_cmpuint (count, ==, 0);
  run (fixture, TRUE, add_run, (gpointer) "anna");
  fixture->storage->klass->forget (fixture->storage);
  flow_cloud_storage_free (fixture->storage);
  open_storage (fixture);
  run (fixture, FALSE, count_run, &count);
  g_assert_cmpuint (count, ==, 1);
}

typedef struct
{
  Fixture *fixture;
  guint thread;
  gint done; /* atomic */
} Crowd;

static gboolean
crowd_run (FlowCloudData *data, gpointer user_data, GError **error)
{
  Crowd *crowd = user_data;
  g_autofree char *name = g_strdup_printf ("user %u %d", crowd->thread, g_random_int ());
  guint count = 0;

  return add_run (data, name, error) && count_run (data, &count, error);
}

static gboolean
look_run (FlowCloudData *data, gpointer user_data, GError **error)
{
  guint count = 0;

  return count_run (data, &count, error);
}

static void
crowd_done (gpointer user_data, const GError *error)
{
  Crowd *crowd = user_data;

  g_atomic_int_inc (&crowd->done);
}

static gpointer
crowd_thread (gpointer data)
{
  Crowd *crowd = data;

  for (guint i = 0; i < JOBS; i++)
    {
      FlowCloudJob job = { i % 4 == 0, 10, i % 4 == 0 ? crowd_run : look_run, crowd_done, crowd };

      g_assert_true (crowd->fixture->storage->klass->push (crowd->fixture->storage, &job, NULL));
    }
  return NULL;
}

static void
test_crowd (Fixture *fixture, gconstpointer data)
{
  Crowd crowds[THREADS];
  GThread *threads[THREADS];
  FlowCloudStorageStats stats;
  guint count = 0;
  FlowCloudJob late = { TRUE, 0, crowd_run, crowd_done, &crowds[0] };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < THREADS; i++)
    {
      crowds[i] = (Crowd) { fixture, i, 0 };
      threads[i] = g_thread_new ("crowd", crowd_thread, &crowds[i]);
    }
  for (guint i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);
  run (fixture, TRUE, count_run, &count);
  g_assert_cmpuint (count, >, THREADS * JOBS / 8);
  fixture->storage->klass->get_stats (fixture->storage, &stats);
  g_assert_cmpuint (stats.commits, >, 0);
  g_assert_cmpuint (stats.bytes, >, 0);
  fixture->storage->klass->close (fixture->storage);
  for (guint i = 0; i < THREADS; i++)
    g_assert_cmpint (g_atomic_int_get (&crowds[i].done), ==, JOBS);
  g_assert_false (fixture->storage->klass->push (fixture->storage, &late, &error));
  g_assert_error (error, FLOW_CLOUD_ERROR, FLOW_CLOUD_ERROR_BUSY);
  fixture->storage->klass->get_stats (fixture->storage, &stats);
  g_assert_cmpuint (stats.jobs, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
#define ADD(name, func) g_test_add ("/cloud/storage/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("users", test_users);
  ADD ("devices", test_devices);
  ADD ("sessions", test_sessions);
  ADD ("nothing-is-kept", test_nothing_is_kept);
  ADD ("crowd", test_crowd);
  return g_test_run ();
}
