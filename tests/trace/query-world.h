/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "trace-test.h"

G_BEGIN_DECLS

/* A store of random spans beside a plain list of them. */

#define SPANS 9000
#define TRACES 900
#define QUERY_WORDS 8

typedef struct
{
  TestStore store;
  TestModel model;
  FlowTraceReader *reader;
  GRand *random;
  TestSpan *spans;
} World;

extern const char *const query_words[QUERY_WORDS];

guint query_world_pick (World *world, guint limit);
TestSpan query_world_random_span (World *world, guint index);
void query_world_init (World *world, guint32 seed);
void query_world_clear (World *world);

G_END_DECLS
