/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "router/flow-outbox-store.h"
#include "router/flow-router.h"

G_BEGIN_DECLS

/** TEST_START_NS: the time at which tests begin: 2027-01-15 08:00:00 UTC. */
#define TEST_START_NS (G_GINT64_CONSTANT (1800000000) * 1000000000)

/** TestClock: a clock that a test sets. */
typedef struct
{
  FlowClock clock;
  gint64 now_us;
} TestClock;

void test_clock_init (TestClock *self);

#define TEST_TYPE_CHANNEL (test_channel_get_type ())
G_DECLARE_FINAL_TYPE (TestChannel, test_channel, TEST, CHANNEL, FlowChannel)

TestChannel *test_channel_new (const char *name, const char *const *capabilities);
void test_channel_set_limit (TestChannel *self, guint limit);
void test_channel_set_gone (TestChannel *self);
void test_channel_set_longest (TestChannel *self, gsize longest);
guint test_channel_get_closed (TestChannel *self);
guint test_channel_get_n (TestChannel *self);
FlowMessage *test_channel_take (TestChannel *self);
void test_channel_assert_takes (TestChannel *self, const char *type, const char *member, const char *value);
void test_channel_clear (TestChannel *self);

/**
 * TestStore: an outbox' store whose commits come when the test says so, and fail when it says so. What it has is what
 * a database would have after a crash.
 */
typedef struct _TestStore TestStore;

TestStore *test_store_new (void);
void test_store_free (TestStore *self);
FlowOutboxStore *test_store_get (TestStore *self);
guint test_store_get_pending (TestStore *self);
gboolean test_store_commit (TestStore *self, gboolean fail);
void test_store_tell (TestStore *self);
void test_store_settle (TestStore *self);
void test_store_crash (TestStore *self);
guint test_store_get_kept (TestStore *self);
guint test_store_get_dead (TestStore *self);
const char *test_store_get_reason (TestStore *self, const char *source, const char *id);
guint64 test_store_get_order (TestStore *self, const char *source, const char *id);

FlowMessage *test_message (const char *type, const char *source, const char *id, const char *target,
                           const char *members);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestStore, test_store_free)

G_END_DECLS
