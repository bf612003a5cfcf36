/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "records-test.h"

#include "base/flow-settings.h"
#include "hub/sync/tables/flow-mirror-entries.h"
#include "hub/sync/tables/flow-settings-mirror.h"

/* Settings and their records say the same, whichever of them was changed, and when. */

#define SITES "edit.editors-by-site"

typedef struct
{
  TestRecords records;
  FlowSettings *settings;
  FlowSettingsMirror *mirror;
  GString *held; /* what was said of it */
} World;

static void
held_cb (const char *subject, const char *command, gpointer data)
{
  g_string_append_printf (data, "%s=%s;", subject, command);
}

static void
start (World *world)
{
  world->mirror = flow_settings_mirror_new (world->settings, world->records.store, held_cb, world->held);
}

static void
stop (World *world)
{
  g_clear_pointer (&world->mirror, flow_settings_mirror_free);
}

static void
set_up (World *world, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  test_records_init (&world->records, TEST_DEVICE_A);
  world->held = g_string_new (NULL);
  world->settings = flow_settings_new (world->records.context, &error);
  g_assert_no_error (error);
}

static void
tear_down (World *world, gconstpointer data)
{
  stop (world);
  test_records_close (&world->records);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (world->settings);
  test_records_clear (&world->records);
  g_string_free (world->held, TRUE);
}

static void
set (World *world, const char *key, const char *text)
{
  g_autoptr (GError) error = NULL;

  flow_settings_from_text (world->settings, key, text, &error);
  g_assert_no_error (error);
}

static void
assert_setting (World *world, const char *key, const char *expected)
{
  g_autofree char *text = flow_settings_to_text (world->settings, key, NULL);

  g_assert_cmpstr (text, ==, expected);
}

/* Until a record says what it should. */
static void
wait_record (World *world, const char *table, const char *key, const char *expected)
{
  g_autofree char *query = g_strdup_printf ("SELECT value || '|' || applied FROM mirrored WHERE tbl = '%s' AND key = "
                                            "'%s'",
                                            table, key);

  while (TRUE)
    {
      g_autofree char *text = test_records_text (&world->records, query);

      if (g_strcmp0 (text, expected) == 0)
        return;
      g_main_context_iteration (NULL, TRUE);
    }
}

static void
wait_setting (World *world, const char *key, const char *expected)
{
  while (TRUE)
    {
      g_autofree char *text = flow_settings_to_text (world->settings, key, NULL);

      if (g_strcmp0 (text, expected) == 0)
        return;
      g_main_context_iteration (NULL, TRUE);
    }
}

/* What another device wrote. */
static void
remote (World *world, const char *table, const char *key, const char *value, double place)
{
  g_autoptr (GBytes) bytes = g_bytes_new (key, strlen (key));
  g_autoptr (FlowSyncRecord) record = flow_sync_record_new (test_records_table (&world->records, table));

  flow_sync_record_set_text (record, 0, value);
  flow_sync_record_set_real (record, 1, place);
  test_records_apply (&world->records, table, bytes, record);
  g_assert_cmpint (world->records.changed & FLOW_RECORDS_CHANGED_MIRRORED, !=, 0);
  if (world->mirror != NULL)
    flow_settings_mirror_look (world->mirror);
}

static void
test_here (World *world, gconstpointer data)
{
  set (world, "sync.traces", "kept");
  set (world, "capture.retention-days", "7");
  start (world);
  wait_record (world, FLOW_RECORDS_SETTINGS, "sync.traces", "'kept'|'kept'");
  g_assert_cmpint (test_records_number (&world->records, "SELECT count(*) FROM mirrored"), ==, 1);
  set (world, "sync.traces", "all");
  wait_record (world, FLOW_RECORDS_SETTINGS, "sync.traces", "'all'|'all'");
  g_assert_true (flow_settings_reset (world->settings, "sync.traces", NULL));
  wait_record (world, FLOW_RECORDS_SETTINGS, "sync.traces", "|");
  g_assert_cmpint (test_records_number (&world->records, "SELECT count(*) FROM sync_dirty WHERE tbl = 'setting'"), ==,
                   1);
}

static void
test_there (World *world, gconstpointer data)
{
  start (world);
  remote (world, FLOW_RECORDS_SETTINGS, "sync.interval", "99", 0);
  wait_setting (world, "sync.interval", "99");
  wait_record (world, FLOW_RECORDS_SETTINGS, "sync.interval", "99|99");
  remote (world, FLOW_RECORDS_SETTINGS, "sync.interval", "", 0);
  wait_setting (world, "sync.interval", "30");
  /* What is no value, or of a newer program, changes nothing. */
  remote (world, FLOW_RECORDS_SETTINGS, "sync.interval", "'soon'", 0);
  remote (world, FLOW_RECORDS_SETTINGS, "sync.colour", "'red'", 0);
  remote (world, FLOW_RECORDS_SETTINGS, "privacy.local-only", "false", 0);
  remote (world, FLOW_RECORDS_SETTINGS, "sync.traces", "'kept'", 0);
  wait_setting (world, "sync.traces", "kept");
  assert_setting (world, "sync.interval", "30");
  assert_setting (world, "privacy.local-only", "true");
}

static void
test_origins (World *world, gconstpointer data)
{
  set (world, "allowed-origins", "https://a.example,https://b.example");
  start (world);
  wait_record (world, FLOW_RECORDS_ORIGINS, "https://a.example", "allowed|allowed");
  remote (world, FLOW_RECORDS_ORIGINS, "https://a.example", "denied", 0);
  remote (world, FLOW_RECORDS_ORIGINS, "https://c.example", "allowed", 0);
  wait_setting (world, "allowed-origins", "['https://b.example', 'https://c.example']");
  wait_setting (world, "denied-origins", "['https://a.example']");
  /* What is denied here another device does not allow, nor have asked again. */
  remote (world, FLOW_RECORDS_ORIGINS, "https://a.example", "", 0);
  remote (world, FLOW_RECORDS_ORIGINS, "https://a.example", "allowed", 0);
  remote (world, FLOW_RECORDS_ORIGINS, "https://b.example", "", 0);
  wait_setting (world, "allowed-origins", "['https://c.example']");
  assert_setting (world, "denied-origins", "['https://a.example']");
  wait_record (world, FLOW_RECORDS_ORIGINS, "https://a.example", "allowed|denied");
  set (world, "denied-origins", "[]");
  wait_record (world, FLOW_RECORDS_ORIGINS, "https://a.example", "|");
}

static const char *
held_command (World *world, const char *key)
{
  return flow_mirror_entries_find (flow_settings_mirror_get_held (world->mirror), key);
}

/* A command line of another device is not run before the user has set it here; a known editor is taken. */
static void
test_commands (World *world, gconstpointer data)
{
  set (world, SITES, "[('a.example', 'vim -R {file}')]");
  start (world);
  wait_record (world, FLOW_RECORDS_EDITORS, "site a.example", "vim -R {file}|vim -R {file}");
  remote (world, FLOW_RECORDS_EDITORS, "site a.example", "sh -c 'evil'", 1);
  remote (world, FLOW_RECORDS_EDITORS, "site b.example", "/tmp/vim", 2);
  remote (world, FLOW_RECORDS_EDITORS, "site c.example", "foreign", 3);
  remote (world, FLOW_RECORDS_EDITORS, "nonsense", "/tmp/vim", 5);
  remote (world, FLOW_RECORDS_EDITORS, "site d.example", "vim", 4);
  wait_setting (world, SITES, "[('a.example', 'vim -R {file}'), ('c.example', 'foreign'), ('d.example', 'vim')]");
  wait_record (world, FLOW_RECORDS_EDITORS, "site d.example", "vim|vim");
  wait_record (world, FLOW_RECORDS_EDITORS, "site b.example", "/tmp/vim|");
  while (strstr (world->held->str, "/tmp/vim") == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (world->held->str, ==, "site a.example=sh -c 'evil';site b.example=/tmp/vim;");
  g_assert_cmpstr (held_command (world, "site a.example"), ==, "sh -c 'evil'");
  g_assert_cmpstr (held_command (world, "site b.example"), ==, "/tmp/vim");
  g_assert_null (held_command (world, "site d.example"));
  /* After a start it is the same, and it is still the user who decides. */
  stop (world);
  start (world);
  set (world, SITES, "[('a.example', 'vim -R {file}'), ('b.example', '/tmp/vim')]");
  wait_record (world, FLOW_RECORDS_EDITORS, "site b.example", "/tmp/vim|/tmp/vim");
  while (flow_settings_mirror_get_held (world->mirror) == NULL || held_command (world, "site b.example") != NULL)
    g_main_context_iteration (NULL, TRUE);
  wait_record (world, FLOW_RECORDS_EDITORS, "site a.example", "sh -c 'evil'|vim -R {file}");
  assert_setting (world, SITES, "[('a.example', 'vim -R {file}'), ('b.example', '/tmp/vim')]");
}

/* The first line that fits is taken, so lines of two devices have one order. */
static void
test_editors (World *world, gconstpointer data)
{
  set (world, SITES, "[('b.example', 'vim'), ('.example', 'code')]");
  set (world, "edit.editors-by-type", "[('md', 'emacs')]");
  start (world);
  wait_record (world, FLOW_RECORDS_EDITORS, "type md", "emacs|emacs");
  remote (world, FLOW_RECORDS_EDITORS, "site c.example", "nano", 1.5);
  wait_setting (world, SITES, "[('b.example', 'vim'), ('c.example', 'nano'), ('.example', 'code')]");
  wait_record (world, FLOW_RECORDS_EDITORS, "site c.example", "nano|nano");
  set (world, SITES, "[('.example', 'code'), ('b.example', 'vim'), ('d.example', 'kate'), ('c.example', 'nano')]");
  wait_record (world, FLOW_RECORDS_EDITORS, "site d.example", "kate|kate");
  {
    g_autofree char *order = test_records_text (&world->records,
                                                "SELECT group_concat (key) FROM (SELECT key FROM mirrored WHERE key "
                                                "LIKE 'site %' ORDER BY place)");

    g_assert_cmpstr (order, ==, "site .example,site b.example,site d.example,site c.example");
  }
}

/* What each side did while nobody compared: the record has the later one of another device, but what the user did here
 * is later still. */
static void
test_while_away (World *world, gconstpointer data)
{
  set (world, "sync.traces", "kept");
  set (world, "sync.interval", "60");
  start (world);
  wait_record (world, FLOW_RECORDS_SETTINGS, "sync.traces", "'kept'|'kept'");
  wait_record (world, FLOW_RECORDS_SETTINGS, "sync.interval", "60|60");
  stop (world);
  remote (world, FLOW_RECORDS_SETTINGS, "sync.traces", "'errors'", 0);
  remote (world, FLOW_RECORDS_SETTINGS, "sync.interval", "70", 0);
  set (world, "sync.interval", "80");
  start (world);
  wait_setting (world, "sync.traces", "errors");
  wait_record (world, FLOW_RECORDS_SETTINGS, "sync.interval", "80|80");
  assert_setting (world, "sync.interval", "80");
}

/* What the user changes while another device's change is on its way holds, and nothing goes back and forth. */
static void
test_race (World *world, gconstpointer data)
{
  set (world, "sync.interval", "60");
  start (world);
  wait_record (world, FLOW_RECORDS_SETTINGS, "sync.interval", "60|60");
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *there = g_strdup_printf ("%u", 1000 + i);
      g_autofree char *here = g_strdup_printf ("%u", 2000 + i);
      g_autofree char *both = g_strdup_printf ("%u|%u", 2000 + i, 2000 + i);

      remote (world, FLOW_RECORDS_SETTINGS, "sync.interval", there, 0);
      for (guint step = 0; step < i % 4; step++)
        g_main_context_iteration (NULL, FALSE);
      set (world, "sync.interval", here);
      wait_record (world, FLOW_RECORDS_SETTINGS, "sync.interval", both);
      assert_setting (world, "sync.interval", here);
    }
}

#define ADD(name, func) g_test_add ("/hub/sync/settings-mirror/" name, World, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("here", test_here);
  ADD ("there", test_there);
  ADD ("origins", test_origins);
  ADD ("editors", test_editors);
  ADD ("commands", test_commands);
  ADD ("while-away", test_while_away);
  ADD ("race", test_race);
  return g_test_run ();
}
