/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

/** FLOW_REMOTE_JSON: the content type of JSON. */
#define FLOW_REMOTE_JSON "application/json"
/** FLOW_REMOTE_BYTES: the content type of sealed bytes. */
#define FLOW_REMOTE_BYTES "application/octet-stream"
/** FLOW_REMOTE_MAX_JSON: the longest answer in JSON, in bytes. */
#define FLOW_REMOTE_MAX_JSON (8 * 1024 * 1024)

/**
 * FlowRemoteLimits:
 * @idle_s: seconds after which a server that says nothing at all is given up
 * @total_s: seconds that a request may take from its beginning to the last byte of its answer; a large one as often as
 *   it has moved since
 *
 * How patient a client is.
 */
typedef struct
{
  guint idle_s;
  guint total_s;
} FlowRemoteLimits;

extern const FlowRemoteLimits flow_remote_default_limits;

/**
 * FlowRemoteCall:
 * @method: `GET`
 * @path: behind the server's address: `/api/sync/hello`
 * @bearer: (nullable): the access token
 * @content_type: (nullable): of @body
 * @body: (nullable): what is sent
 * @max_answer: bytes of an answer that are read; a longer one is %FLOW_ERROR_BAD_ANSWER
 * @large: it may take longer than others, as long as it moves
 *
 * One request.
 */
typedef struct
{
  const char *method;
  const char *path;
  const char *bearer;
  const char *content_type;
  GBytes *body;
  gsize max_answer;
  gboolean large;
} FlowRemoteCall;

/**
 * FlowRemoteAnswer:
 * @status: the HTTP status
 * @body: what came
 * @more: whether the server has more of the same
 * @retry_after_s: seconds until the next try, 0 when the server did not say
 * @bytes_up: bytes that the request was on the wire, without TLS
 * @bytes_down: bytes that the answer was
 *
 * What the server said.
 */
typedef struct
{
  guint status;
  GBytes *body;
  gboolean more;
  guint retry_after_s;
  guint64 bytes_up;
  guint64 bytes_down;
} FlowRemoteAnswer;

/**
 * FlowRemoteDone:
 * @answer: (nullable): %NULL when there is none; belongs to the caller
 * @error: (nullable): why
 * @data: what was given with it
 *
 * Hears how a request ended.
 */
typedef void (*FlowRemoteDone) (const FlowRemoteAnswer *answer, const GError *error, gpointer data);

/**
 * FlowRemote:
 *
 * A cloud, as HTTP sees it: requests go to one server alone, over TLS unless it is on this computer, redirections are
 * not followed, nothing is remembered between requests, and no answer is longer or slower than was agreed. When it is
 * forbidden to speak, by `privacy.local-only`, it opens no connection. Belongs to the thread that made it.
 */
typedef struct _FlowRemote FlowRemote;

FlowRemote *flow_remote_new (const char *url, const char *ca_file, const FlowRemoteLimits *limits, GError **error);
void flow_remote_free (FlowRemote *self);
const char *flow_remote_get_url (FlowRemote *self);
SoupSession *flow_remote_get_session (FlowRemote *self);
SoupMessage *flow_remote_new_message (FlowRemote *self, const char *method, const char *path, const char *bearer);
void flow_remote_set_forbidden (FlowRemote *self, gboolean forbidden);
gboolean flow_remote_check_allowed (FlowRemote *self, GError **error);
void flow_remote_send (FlowRemote *self, const FlowRemoteCall *call, FlowRemoteDone done, gpointer data);
void flow_remote_cancel (FlowRemote *self);
guint flow_remote_get_wait_ms (FlowRemote *self);
char *flow_remote_read_code (const FlowRemoteAnswer *answer);
GError *flow_remote_read_error (const FlowRemoteAnswer *answer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowRemote, flow_remote_free)

G_END_DECLS
