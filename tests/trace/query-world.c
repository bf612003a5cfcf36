/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "query-world.h"

const char *const query_words[QUERY_WORDS] = { "alpha",     "Beta", "gamma-ray",    "delta",
                                               "GET /cart", "x",    "\xc3\xa4pfel", "0123456789" };

guint
query_world_pick (World *world, guint limit)
{
  return (guint) g_rand_int_range (world->random, 0, (gint32) limit);
}

static const char *
phrase (World *world)
{
  const char *a = query_words[query_world_pick (world, QUERY_WORDS)],
             *b = query_words[query_world_pick (world, QUERY_WORDS)];

  return test_text ("%s %s%u", a, b, query_world_pick (world, 30));
}

static TestAttribute
random_attribute (World *world)
{
  TestAttribute attribute = { test_text ("key.%u", query_world_pick (world, 4)),
                              (FlowValueType) query_world_pick (world, 8), NULL, 0, 0 };

  attribute.integer = (gint64) query_world_pick (world, 20) - 10;
  attribute.number = (query_world_pick (world, 20) - 10) / 4.0;
  attribute.string = phrase (world);
  /* Lengths that look like letters in front of an array's string. */
  if (attribute.type == FLOW_VALUE_ANY)
    attribute.string = test_text ("%s %0*u", phrase (world), (int) query_world_pick (world, 90), 7);
  return attribute;
}

TestSpan
query_world_random_span (World *world, guint index)
{
  TestSpan span = test_span (1 + MIN (query_world_pick (world, TRACES), index / 8), index + 1);

  span.start_ns = G_GUINT64_CONSTANT (1700000000000000000) + (guint64) index * 1000000 +
                  query_world_pick (world, 1000) * G_GUINT64_CONSTANT (100000);
  span.end_ns = span.start_ns + (query_world_pick (world, 10) == 0
                                     ? query_world_pick (world, 1000) * G_GUINT64_CONSTANT (100000000)
                                     : query_world_pick (world, 1000000));
  if (query_world_pick (world, 50) == 0)
    span.end_ns = span.start_ns - 1000;
  span.parent_id = query_world_pick (world, 3) == 0 ? 0 : index;
  span.name = phrase (world);
  span.service = query_world_pick (world, 20) == 0 ? NULL : test_text ("service-%u", query_world_pick (world, 6));
  span.host = query_world_pick (world, 4) == 0 ? test_text ("host-%u", query_world_pick (world, 3)) : NULL;
  span.event = query_world_pick (world, 10) == 0 ? phrase (world) : NULL;
  span.status = (guint8) query_world_pick (world, 3);
  span.error = span.status == 2;
  span.status_message = span.error && query_world_pick (world, 2) == 0 ? phrase (world) : NULL;
  span.file = query_world_pick (world, 9) == 0 ? "/src/file.c" : NULL;
  for (guint i = 0, count = query_world_pick (world, TEST_ATTRIBUTES + 1); i < count; i++)
    span.attributes[i] = random_attribute (world);
  return span;
}

/* Some sealed in full, some small, some in parts. */
void
query_world_init (World *world, guint32 seed)
{
  test_store_init (&world->store);
  test_model_init (&world->model);
  world->random = g_rand_new_with_seed (seed);
  world->spans = g_new (TestSpan, SPANS);
  for (guint i = 0; i < SPANS; i++)
    world->spans[i] = query_world_random_span (world, i);
  test_model_take (&world->model, world->spans, SPANS);
  test_store_spans (&world->store, world->spans, 4200);
  test_store_spans (&world->store, world->spans + 4200, 900);
  test_store_seal (&world->store);
  test_store_spans (&world->store, world->spans + 5100, 3000);
  test_store_seal (&world->store);
  for (guint i = 8100; i < SPANS; i += 100)
    test_store_spans (&world->store, world->spans + i, 100);
  world->reader = test_store_reader (&world->store);
}

void
query_world_clear (World *world)
{
  flow_trace_reader_free (world->reader);
  test_store_clear (&world->store);
  test_model_clear (&world->model);
  g_rand_free (world->random);
  g_free (world->spans);
}
