/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "../wire/ws-client.h"
#include "hub-test.h"
#include "message/flow-message.h"

G_BEGIN_DECLS

/* A peer of a hub's native doorway, which says what a test wants. Blocks, as the hub answers by itself. */
typedef struct
{
  WsClient ws;
  char *name; /* (nullable): what "welcome" gave */
  guint next_id;
} Peer;

char *native_get_token (HubTest *test);
char *native_ask (HubTest *test, const char *path, const char *headers);
gboolean native_open (Peer *self, HubTest *test, const char *headers);
gboolean native_open_with_token (Peer *self, HubTest *test);
void native_clear (Peer *self);
char *native_send (Peer *self, const char *type, const char *members, const char *data);
FlowMessage *native_receive (Peer *self);
FlowMessage *native_expect (Peer *self, const char *type);
void native_expect_error (Peer *self, const char *code, const char *in_reply_to);
guint native_expect_close (Peer *self);
void native_hello (Peer *self, const char *kind, const char *more);
void native_join (Peer *self, HubTest *test, const char *kind, const char *instance);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Peer, native_clear)

G_END_DECLS
