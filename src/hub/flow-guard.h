/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-error.h"
#include "hub/flow-peer-uid.h"

G_BEGIN_DECLS

/**
 * FlowGuardArea:
 * @FLOW_GUARD_OTLP: taking in telemetry: writes only, so a native program needs no token
 * @FLOW_GUARD_PUBLIC: reading what is no secret: `/healthz`, `/.well-known/flowscope`
 * @FLOW_GUARD_PRIVATE: everything else: the token
 * @FLOW_GUARD_PAIR: asking to be paired: native programs only, which have no token yet
 * @FLOW_GUARD_CHANNEL: a WebSocket: pages that are allowed; native programs by a token, in the head or in `hello`
 * @FLOW_GUARD_OWN: a protocol that has no room for a token: pages that are allowed; native programs of the hub's own
 *   user, or by a token in the head
 *
 * What a request asks for, as far as it decides who may ask.
 */
typedef enum
{
  FLOW_GUARD_OTLP,
  FLOW_GUARD_PUBLIC,
  FLOW_GUARD_PRIVATE,
  FLOW_GUARD_PAIR,
  FLOW_GUARD_CHANNEL,
  FLOW_GUARD_OWN,
} FlowGuardArea;

/** FLOW_GUARD_HASH: bytes of the hash of a token. */
#define FLOW_GUARD_HASH 32

/**
 * FlowGuardRequest:
 * @area: what the request asks for
 * @method: the HTTP method
 * @host: (nullable): the `Host` header
 * @n_hosts: how many `Host` headers there are
 * @target: (nullable): host and port of an absolute request target, which can be others than those of @host
 * @origin: (nullable): the `Origin` header
 * @n_origins: how many `Origin` headers there are
 * @authorization: (nullable): the `Authorization` header
 * @n_authorizations: how many `Authorization` headers there are
 * @sec_fetch_site: (nullable): the `Sec-Fetch-Site` header
 * @peer: what is known of the user behind the connection
 * @peer_uid: who it is, when it is known
 *
 * The head of one request, as the guard needs it. All strings are borrowed.
 */
typedef struct
{
  FlowGuardArea area;
  const char *method;
  const char *host;
  guint n_hosts;
  const char *target;
  const char *origin;
  guint n_origins;
  const char *authorization;
  guint n_authorizations;
  const char *sec_fetch_site;
  FlowPeerState peer;
  guint32 peer_uid;
} FlowGuardRequest;

/**
 * FlowGuardClient:
 * @id: the client's id
 * @hash: SHA-256 of its token
 *
 * A program that was paired.
 */
typedef struct
{
  const char *id;
  guint8 hash[FLOW_GUARD_HASH];
} FlowGuardClient;

/**
 * FlowGuardPolicy:
 * @token: this run's token
 * @port: the hub's own port; pages of it are the hub's own
 * @pages_port: another port whose pages are the hub's own, 0 for none
 * @own_uid: the user that the hub runs as
 * @allow_other_users: whether other users of the machine may speak
 * @allowed_hosts: (nullable) (array zero-terminated=1): further names for `Host`, without ports
 * @allowed_origins: (nullable) (array zero-terminated=1): further origins that may speak
 * @denied_origins: (nullable) (array zero-terminated=1): origins that the user does not want
 * @clients: (nullable) (array length=n_clients): programs that were paired; their tokens hold for channels alone
 * @n_clients: how many
 *
 * Who may speak.
 */
typedef struct
{
  const char *token;
  guint port;
  guint pages_port;
  guint32 own_uid;
  gboolean allow_other_users;
  const char *const *allowed_hosts;
  const char *const *allowed_origins;
  const char *const *denied_origins;
  const FlowGuardClient *clients;
  gsize n_clients;
} FlowGuardPolicy;

/**
 * FlowGuardDecision:
 * @allow: whether the request may go on
 * @error: why not; its row in `errors.json` has the status
 * @reason: a word for the counters: `host`, `user`, `origin`, `site`, `token`
 * @message: what to tell the sender
 * @cors_origin: (nullable): the origin that `Access-Control-Allow-Origin` may name; borrowed from the request
 * @may_ask: not allowed, but the user may be asked about the origin
 * @has_token: a token came and is right
 * @client: (nullable): the id of the paired client whose token came; borrowed from the policy
 *
 * What the guard says.
 */
typedef struct
{
  gboolean allow;
  FlowError error;
  const char *reason;
  const char *message;
  const char *cors_origin;
  gboolean may_ask;
  gboolean has_token;
  const char *client;
} FlowGuardDecision;

FlowGuardDecision flow_guard_check (const FlowGuardRequest *head, const FlowGuardPolicy *policy);
gboolean flow_guard_is_origin (const char *text);
gboolean flow_guard_find_token (const FlowGuardPolicy *policy, const char *token, const char **client);
void flow_guard_hash_token (const char *token, guint8 hash[FLOW_GUARD_HASH]);

G_END_DECLS
