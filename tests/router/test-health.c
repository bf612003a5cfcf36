/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "router/flow-health.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "router/flow-health-score.h"

/* The formulas by their tables, and a hub's day by a clock that the test turns. */

typedef struct
{
  FlowClock clock; /* first */
  gint64 now_us;
  FlowHealth *health;
  FlowHealthFacts facts;
  guint pings;
  guint looks;
} Fixture;

static gint64
wall_ns (const FlowClock *clock)
{
  return G_GINT64_CONSTANT (1795163400123000000) + ((const Fixture *) clock)->now_us * 1000;
}

static gint64
monotonic_us (const FlowClock *clock)
{
  return G_GINT64_CONSTANT (86400000000) + ((const Fixture *) clock)->now_us;
}

static void
gather_cb (FlowHealthFacts *facts, gpointer data)
{
  Fixture *fixture = data;

  fixture->looks++;
  *facts = fixture->facts;
}

static void
advise_cb (GPtrArray *advice, gpointer data)
{
  g_ptr_array_add (advice, g_strdup ("Port 4318 is taken by node."));
}

static void
ping_cb (gpointer data)
{
  ((Fixture *) data)->pings++;
}

static void
fixture_set_up (Fixture *fixture, gconstpointer data)
{
  const FlowHealthFuncs funcs = { gather_cb, data != NULL ? advise_cb : NULL, ping_cb };

  fixture->clock = (FlowClock) { wall_ns, monotonic_us };
  fixture->health = flow_health_new (&fixture->clock, &funcs, fixture);
}

static void
fixture_tear_down (Fixture *fixture, gconstpointer data)
{
  flow_health_free (fixture->health);
}

/* Let time pass as the hub does: sleep until something is due. */
static void
pass (Fixture *fixture, gint64 seconds)
{
  gint64 end = fixture->now_us + seconds * G_USEC_PER_SEC;
  gint64 due = flow_health_tick (fixture->health) - G_GINT64_CONSTANT (86400000000);

  while (due <= end)
    {
      fixture->now_us = due;
      due = flow_health_tick (fixture->health) - G_GINT64_CONSTANT (86400000000);
      g_assert_cmpint (due, >, fixture->now_us);
    }
  fixture->now_us = end;
}

static JsonObject *
ask (Fixture *fixture)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) error = NULL;
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, text);
  flow_json_writer_begin_object (&writer);
  flow_health_write (fixture->health, &writer);
  flow_json_writer_end_object (&writer);
  json_parser_load_from_data (parser, text->str, (gssize) text->len, &error);
  g_assert_no_error (error);
  return json_object_ref (json_node_get_object (json_parser_get_root (parser)));
}

static int
part_member (JsonObject *answer, const char *part, const char *member)
{
  JsonObject *parts = json_object_get_object_member (answer, "parts");
  JsonObject *one = json_object_get_object_member (parts, part);

  return json_object_get_null_member (one, member) ? -1 : (int) json_object_get_int_member (one, member);
}

/* Whether some advice holds the text. */
static gboolean
advises (JsonObject *answer, const char *text)
{
  JsonArray *advice = json_object_get_array_member (answer, "advice");

  for (guint i = 0; i < json_array_get_length (advice); i++)
    if (strstr (json_array_get_string_element (advice, i), text) != NULL)
      return TRUE;
  return FALSE;
}

static void
test_score_connectivity (void)
{
  static const struct
  {
    FlowHealthConnectivity facts;
    int score;
  } rows[] = {
    { { 0, 0, 0, 0, 0, 0 }, FLOW_HEALTH_NO_DATA },
    { { 1, 1, 0, 0, 0, 0 }, 100 },
    { { 4, 0.75, 0, 0, 0, 0 }, 75 },
    { { 1, 0, 0, 0, 0, 0 }, 0 },
    { { 1, 1, 5000, 0.5, 0, 0 }, 75 },
    { { 1, 1, 10000, 1, 0, 0 }, 50 },
    { { 1, 1, 20000, 2, 0, 0 }, 50 },
    { { 0, 0, 1, 0.0001, 0, 0 }, 100 },
    { { 0, 0, 0, 0, 1, 0 }, 95 },
    { { 0, 0, 0, 0, 5, 0 }, 75 },
    { { 0, 0, 0, 0, 5000, 0 }, 75 },
    { { 0, 0, 0, 0, 0, 1 }, 100 },
    { { 0, 0, 0, 0, 0, 40 }, 90 },
    { { 0, 0, 0, 0, 0, 100000 }, 75 },
    { { 1, 1, 10000, 1, 5, 100 }, 0 },
    { { 1, 0.5, 10000, 1, 5, 100 }, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("row %u", i);
      g_assert_cmpint (flow_health_score_connectivity (&rows[i].facts), ==, rows[i].score);
    }
}

static void
test_score_latency (void)
{
  static const struct
  {
    double p50_ms;
    int score;
  } rows[] = {
    { 0, 100 },  { 0.05, 100 }, { 10, 100 }, { 31.6, 75 }, { 100, 50 },
    { 316, 25 }, { 999, 0 },    { 1000, 0 }, { 50000, 0 }, { 20, 85 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (flow_health_score_latency (rows[i].p50_ms), ==, rows[i].score);
}

static void
test_score_sync (void)
{
  static const struct
  {
    guint64 total, good, conflicts;
    int score;
  } rows[] = {
    { 0, 0, 0, FLOW_HEALTH_NO_DATA },
    { 12, 12, 0, 100 },
    { 12, 6, 0, 50 },
    { 12, 0, 0, 0 },
    { 12, 12, 3, 85 },
    { 12, 1, 40, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (flow_health_score_sync (rows[i].total, rows[i].good, rows[i].conflicts), ==, rows[i].score);
}

/* 40, 30 and 30 percent; who has no data gives its weight to the others. */
static void
test_score_overall (void)
{
  static const struct
  {
    int scores[FLOW_N_HEALTH_PARTS];
    guint weights[FLOW_N_HEALTH_PARTS];
    int overall;
  } rows[] = {
    { { 100, 100, 100 }, { 40, 30, 30 }, 100 }, { { 0, 100, 100 }, { 40, 30, 30 }, 60 },
    { { 100, 0, 100 }, { 40, 30, 30 }, 70 },    { { 100, 100, 0 }, { 40, 30, 30 }, 70 },
    { { 50, 50, 50 }, { 40, 30, 30 }, 50 },     { { 100, 0, -1 }, { 57, 43, 0 }, 57 },
    { { 0, 100, -1 }, { 57, 43, 0 }, 43 },      { { 100, -1, 0 }, { 57, 0, 43 }, 57 },
    { { -1, 100, 0 }, { 0, 50, 50 }, 50 },      { { 80, -1, -1 }, { 100, 0, 0 }, 80 },
    { { -1, 70, -1 }, { 0, 100, 0 }, 70 },      { { -1, -1, 60 }, { 0, 0, 100 }, 60 },
    { { -1, -1, -1 }, { 0, 0, 0 }, 100 },       { { 0, 0, 0 }, { 40, 30, 30 }, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      guint weights[FLOW_N_HEALTH_PARTS];

      g_test_message ("row %u", i);
      g_assert_cmpint (flow_health_score_overall (rows[i].scores, weights), ==, rows[i].overall);
      g_assert_cmpmem (weights, sizeof weights, rows[i].weights, sizeof weights);
    }
}

/* The members, and nothing else: programs read them. */
static void
test_shape (Fixture *fixture, gconstpointer data)
{
  static const char *const members[] = { "overall", "connectivity", "latency", "sync", "parts", "advice", "timestamp" };
  g_autoptr (JsonObject) answer = NULL;
  JsonObject *one;

  flow_health_connected (fixture->health, "vscode_extension/one");
  pass (fixture, 90);
  flow_health_round_trip (fixture->health, "vscode_extension/one", 1500);
  fixture->now_us += 2500000;
  answer = ask (fixture);
  g_assert_cmpuint (json_object_get_size (answer), ==, G_N_ELEMENTS (members));
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    g_assert_true (json_object_has_member (answer, members[i]));
  g_assert_cmpstr (json_object_get_string_member (answer, "timestamp"), ==, "2026-11-20T08:31:32.623000Z");

  one = json_array_get_object_element (json_object_get_array_member (answer, "connectivity"), 0);
  g_assert_cmpuint (json_object_get_size (one), ==, 4);
  g_assert_cmpstr (json_object_get_string_member (one, "channel"), ==, "vscode_extension/one");
  g_assert_true (json_object_get_boolean_member (one, "isConnected"));
  g_assert_cmpint (json_object_get_int_member (one, "uptime_s"), ==, 92);
  g_assert_cmpstr (json_object_get_string_member (one, "lastSeen"), ==, "2026-11-20T08:31:30.123000Z");

  one = json_array_get_object_element (json_object_get_array_member (answer, "latency"), 0);
  g_assert_cmpuint (json_object_get_size (one), ==, 3);
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (one, "p50_ms"), 1.5, 1e-9);
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (one, "p99_ms"), 1.5, 1e-9);

  one = json_object_get_object_member (answer, "sync");
  g_assert_cmpuint (json_object_get_size (one), ==, 3);
  g_assert_true (json_object_get_null_member (one, "successRate"));
  g_assert_cmpint (json_object_get_int_member (one, "totalSyncs"), ==, 0);
  g_assert_cmpint (json_object_get_int_member (one, "conflicts"), ==, 0);

  g_assert_cmpint (part_member (answer, "connectivity", "score"), ==, 100);
  g_assert_cmpint (part_member (answer, "connectivity", "weight"), ==, 57);
  g_assert_cmpint (part_member (answer, "latency", "weight"), ==, 43);
  g_assert_cmpint (part_member (answer, "sync", "score"), ==, -1);
  g_assert_cmpint (part_member (answer, "sync", "weight"), ==, 0);
  g_assert_cmpint (json_object_get_int_member (answer, "overall"), ==, 100);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (answer, "advice")), ==, 0);
}

static void
test_nothing_known (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonObject) answer = NULL;

  pass (fixture, 300);
  answer = ask (fixture);
  g_assert_cmpint (json_object_get_int_member (answer, "overall"), ==, 100);
  g_assert_cmpint (part_member (answer, "connectivity", "score"), ==, -1);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (answer, "connectivity")), ==, 0);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (answer, "latency")), ==, 0);
  g_assert_true (advises (answer, "Nothing is connected"));
}

static void
test_rhythm (Fixture *fixture, gconstpointer data)
{
  pass (fixture, 600);
  g_assert_cmpuint (fixture->looks, ==, 21);
  g_assert_cmpuint (fixture->pings, ==, 10);

  /* The machine slept: one look and one ping, not all that were missed. */
  fixture->now_us += G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC;
  flow_health_tick (fixture->health);
  g_assert_cmpuint (fixture->looks, ==, 22);
  g_assert_cmpuint (fixture->pings, ==, 11);
}

/* Who closes an editor leaves nothing behind; who is lost is missed for ten minutes. */
static void
test_lost_and_left (Fixture *fixture, gconstpointer data)
{
  JsonObject *answer;

  flow_health_connected (fixture->health, "editor/nvim");
  flow_health_connected (fixture->health, "vscode_extension/one");
  pass (fixture, 600);
  flow_health_disconnected (fixture->health, "vscode_extension/one", TRUE);
  answer = ask (fixture);
  g_assert_cmpint (part_member (answer, "connectivity", "score"), ==, 100);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (answer, "connectivity")), ==, 1);
  json_object_unref (answer);

  flow_health_disconnected (fixture->health, "editor/nvim", FALSE);
  answer = ask (fixture);
  g_assert_true (advises (answer, "editor/nvim was lost just now"));
  json_object_unref (answer);
  pass (fixture, 300);
  answer = ask (fixture);
  g_assert_cmpint (part_member (answer, "connectivity", "score"), ==, 50);
  g_assert_true (advises (answer, "editor/nvim was lost 5 minutes ago"));
  json_object_unref (answer);

  pass (fixture, 330);
  answer = ask (fixture);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (answer, "connectivity")), ==, 0);
  g_assert_cmpint (json_object_get_int_member (answer, "overall"), ==, 100);
  json_object_unref (answer);
}

static void
test_comes_back (Fixture *fixture, gconstpointer data)
{
  JsonObject *answer;

  for (guint i = 0; i < 3; i++)
    {
      flow_health_connected (fixture->health, "editor/nvim");
      flow_health_round_trip (fixture->health, "editor/nvim", 100000);
      pass (fixture, 90);
      flow_health_disconnected (fixture->health, "editor/nvim", FALSE);
      pass (fixture, 30);
    }
  answer = ask (fixture);
  g_assert_cmpint (part_member (answer, "latency", "score"), ==, -1);
  json_object_unref (answer);

  flow_health_connected (fixture->health, "editor/nvim");
  answer = ask (fixture);
  g_assert_true (advises (answer, "editor/nvim was lost 3 times"));
  g_assert_cmpint (part_member (answer, "connectivity", "score"), ==, 77);
  g_assert_cmpint (part_member (answer, "latency", "score"), ==, 50);
  json_object_unref (answer);

  pass (fixture, 600);
  answer = ask (fixture);
  g_assert_false (advises (answer, "was lost"));
  g_assert_cmpint (part_member (answer, "connectivity", "score"), ==, 100);
  json_object_unref (answer);
}

static void
test_slow (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonObject) answer = NULL;

  flow_health_connected (fixture->health, "editor/quick");
  flow_health_connected (fixture->health, "editor/slow");
  for (guint i = 0; i < 20; i++)
    {
      flow_health_round_trip (fixture->health, "editor/quick", 300);
      flow_health_round_trip (fixture->health, "editor/slow", i == 0 ? 900000 : 100000);
      flow_health_round_trip (fixture->health, "editor/unknown", 5000000);
    }
  answer = ask (fixture);
  g_assert_cmpint (part_member (answer, "latency", "score"), ==, 75);
  g_assert_true (advises (answer, "editor/slow takes up to 900 ms"));
  g_assert_false (advises (answer, "editor/quick"));
}

/* What went wrong counts for an hour. */
static void
test_outbox_and_refusals (Fixture *fixture, gconstpointer data)
{
  JsonObject *answer;

  fixture->facts = (FlowHealthFacts) { .died = 70, .refused = 1000 };
  pass (fixture, 60);
  fixture->facts = (FlowHealthFacts) { 3, 0.0003, 72, 1040 };
  pass (fixture, 60);
  answer = ask (fixture);
  g_assert_cmpint (part_member (answer, "connectivity", "score"), ==, 80);
  g_assert_cmpint (part_member (answer, "outbox", "waiting"), ==, 3);
  g_assert_cmpint (part_member (answer, "outbox", "diedLastHour"), ==, 2);
  g_assert_cmpint (part_member (answer, "rejected", "total"), ==, 1040);
  g_assert_cmpint (part_member (answer, "rejected", "lastHour"), ==, 40);
  g_assert_true (advises (answer, "2 messages could not be delivered"));
  g_assert_true (advises (answer, "3 messages wait"));
  g_assert_true (advises (answer, "40 messages or requests were refused"));
  json_object_unref (answer);

  fixture->facts = (FlowHealthFacts) { 6000, 0.6, 72, 1040 };
  pass (fixture, 3600);
  answer = ask (fixture);
  g_assert_cmpint (part_member (answer, "connectivity", "score"), ==, 70);
  g_assert_false (advises (answer, "could not be delivered"));
  g_assert_true (advises (answer, "60 % full"));
  json_object_unref (answer);
}

static void
test_syncs (Fixture *fixture, gconstpointer data)
{
  JsonObject *answer;

  flow_health_synced (fixture->health, FALSE, 0);
  pass (fixture, 3000);
  flow_health_synced (fixture->health, TRUE, 2);
  answer = ask (fixture);
  g_assert_cmpint (part_member (answer, "sync", "score"), ==, 40);
  g_assert_cmpint (part_member (answer, "sync", "weight"), ==, 100);
  g_assert_cmpint (json_object_get_int_member (answer, "overall"), ==, 40);
  g_assert_true (advises (answer, "1 of 2 syncs failed"));
  g_assert_true (advises (answer, "2 conflicts"));
  json_object_unref (answer);

  pass (fixture, 900);
  answer = ask (fixture);
  g_assert_cmpint (part_member (answer, "sync", "score"), ==, 90);
  json_object_unref (answer);
  pass (fixture, 3600);
  answer = ask (fixture);
  g_assert_cmpint (part_member (answer, "sync", "score"), ==, -1);
  json_object_unref (answer);
}

static void
test_bounds (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonObject) answer = NULL;

  for (guint i = 0; i < 400; i++)
    {
      g_autofree char *name = g_strdup_printf ("cli/%u", i);

      flow_health_connected (fixture->health, name);
      if (i < 100)
        flow_health_disconnected (fixture->health, name, FALSE);
    }
  answer = ask (fixture);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (answer, "connectivity")), ==, 256);
  g_assert_false (advises (answer, "lost"));
}

static void
test_advice_is_bounded (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonObject) answer = NULL;

  answer = ask (fixture);
  g_assert_true (advises (answer, "Port 4318 is taken by node."));
  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *name = g_strdup_printf ("cli/%u", i);

      flow_health_connected (fixture->health, name);
      flow_health_disconnected (fixture->health, name, FALSE);
    }
  json_object_unref (answer);
  answer = ask (fixture);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (answer, "advice")), ==, 10);
}

#define ADD(name, function, data) \
  g_test_add ("/router/health/" name, Fixture, data, fixture_set_up, function, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/router/health/score/connectivity", test_score_connectivity);
  g_test_add_func ("/router/health/score/latency", test_score_latency);
  g_test_add_func ("/router/health/score/sync", test_score_sync);
  g_test_add_func ("/router/health/score/overall", test_score_overall);
  ADD ("shape", test_shape, NULL);
  ADD ("nothing-known", test_nothing_known, NULL);
  ADD ("rhythm", test_rhythm, NULL);
  ADD ("lost-and-left", test_lost_and_left, NULL);
  ADD ("comes-back", test_comes_back, NULL);
  ADD ("slow", test_slow, NULL);
  ADD ("outbox-and-refusals", test_outbox_and_refusals, NULL);
  ADD ("syncs", test_syncs, NULL);
  ADD ("bounds", test_bounds, NULL);
  ADD ("advice-is-bounded", test_advice_is_bounded, "advice");
  return g_test_run ();
}
