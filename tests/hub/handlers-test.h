/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-error.h"
#include "base/flow-settings.h"
#include "hub/handlers/flow-handlers.h"
#include "hub/handlers/flow-handlers-private.h"
#include "message/flow-message-builder.h"
#include "router/flow-outbox-sqlite.h"
#include "support/test-folder.h"

G_BEGIN_DECLS

#define TEST_TYPE_CHANNEL (test_channel_get_type ())
G_DECLARE_FINAL_TYPE (TestChannel, test_channel, TEST, CHANNEL, FlowChannel)

/* A channel that keeps what it is sent. */
struct _TestChannel
{
  FlowChannel parent_instance;
  GPtrArray *sent; /* FlowMessage */
};

/* The handlers on a router and a store of their own, all on this thread. */
typedef struct
{
  FlowContext *context;
  FlowSettings *settings;
  FlowStore *store;
  FlowTraceStore *traces;
  FlowCallQueue *calls;
  FlowOutboxSqlite *outbox;
  FlowRouter *router;
  FlowHubNews *news;
  FlowEditJournalSqlite *journal;
  FlowHubEdits *edits;
  FlowHandlers *handlers;
  char *folder;      /* a folder for files */
  char *trusted;     /* where trusted folders are remembered */
  gboolean has_app;  /* whether there is an app to show a trace in */
  char *focused;     /* (nullable): trace and span, or text, that it was told to show */
  char *jump_failed; /* (nullable): file, line and reason */
  char *notice;      /* (nullable): the last one about a text: its kind and detail */
  guint edits_changed;
  guint ids;
} HandlersTest;

void handlers_test_set_up (HandlersTest *self, gconstpointer data);
void handlers_test_tear_down (HandlersTest *self, gconstpointer data);
void handlers_test_set (HandlersTest *self, const char *key, const char *value);
char *handlers_test_write_file (HandlersTest *self, const char *name);
char *handlers_test_make_folder (HandlersTest *self, const char *name);

TestChannel *handlers_test_join (HandlersTest *self, const char *name, const char *capability, const char *folder);
void handlers_test_leave (HandlersTest *self, TestChannel *channel);
char *handlers_test_say (HandlersTest *self, TestChannel *from, const char *type, const char *target, const char *data);
char *handlers_test_say_ack (HandlersTest *self, TestChannel *from, const char *type, const char *data);

FlowMessage *handlers_test_wait (HandlersTest *self, TestChannel *channel, const char *type);
void handlers_test_settle (HandlersTest *self);
guint test_channel_count (TestChannel *self, const char *type);
const char *test_text (FlowMessage *message, const char *name);

G_END_DECLS
