/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "router-test.h"

G_BEGIN_DECLS

/** OutboxTest: a router whose store is the test's, and one who sends: cli/s. */
typedef struct
{
  TestClock clock;
  TestStore *store;
  FlowRouter *router;
  gint64 due_us;
  TestChannel *sender;
  guint sent;
} OutboxTest;

TestChannel *outbox_test_join (OutboxTest *f, const char *name);
void outbox_test_leave (OutboxTest *f, TestChannel **channel);
void outbox_test_open (OutboxTest *f);
void outbox_test_close (OutboxTest *f);
void outbox_test_set_up (OutboxTest *f, gconstpointer data);
void outbox_test_tear_down (OutboxTest *f, gconstpointer data);
void outbox_test_wait_s (OutboxTest *f, gint64 seconds);
void outbox_test_route (OutboxTest *f, FlowMessage *message);
void outbox_test_send (OutboxTest *f, const char *target, const char *members);
void outbox_test_ack (OutboxTest *f, TestChannel *from, const char *id);
void outbox_test_assert_got (TestChannel *channel, const char *id, guint64 seq);
void outbox_test_assert_nothing (TestChannel *channel);
void outbox_test_assert_heard (OutboxTest *f, const char *member, const char *value);

G_END_DECLS
