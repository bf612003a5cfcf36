/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-error.h"
#include "hub/flow-hub-work.h"
#include "support/test-folder.h"

G_BEGIN_DECLS

/**
 * HubTest:
 * @context: a data directory of its own
 * @hub: a hub on it, with free ports
 * @committed: what it told of commits, merged; %NULL before the first
 * @commits: how often it told
 * @changes: how often it told of changes
 * @origins: who asked
 *
 * A hub in this process, on this thread, whose main context runs while a test waits.
 */
typedef struct
{
  FlowContext *context;
  FlowSettings *settings;
  FlowHub *hub;
  FlowCommit *committed;
  guint commits;
  guint changes;
  GPtrArray *origins;
} HubTest;

/**
 * HubWait:
 * @hub: whose call it is
 * @result: (nullable): what the callback got
 *
 * Waits for one asynchronous call.
 */
typedef struct
{
  FlowHub *hub;
  GAsyncResult *result;
} HubWait;

void hub_test_init (HubTest *self, FlowContext *context, gboolean take_over);
void hub_test_clear (HubTest *self);
void hub_test_start (HubTest *self);
void hub_test_stop (HubTest *self);

void hub_wait_cb (GObject *object, GAsyncResult *result, gpointer wait);
GAsyncResult *hub_wait (HubWait *self);
void hub_wait_until (gboolean (*is_so) (gpointer data), gpointer data);

guint hub_test_post (HubTest *self, guint first, guint n_traces, const char *origin);
char *hub_test_write_file (HubTest *self, const char *name, guint first, guint n_requests, guint n_traces);
GBytes *hub_test_trace_id (guint trace);

G_END_DECLS
