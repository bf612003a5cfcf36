/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FlowHttpHead:
 * @method: the method
 * @path: the path of the request target as it came, without query; `*` for `OPTIONS *`
 * @target_authority: (nullable): host and port of an absolute target
 * @host: (nullable): `Host`
 * @origin: (nullable): `Origin`
 * @authorization: (nullable): `Authorization`
 * @content_type: (nullable): `Content-Type`
 * @content_encoding: (nullable): `Content-Encoding`
 * @user_agent: (nullable): `User-Agent`
 * @sec_fetch_site: (nullable): `Sec-Fetch-Site`
 * @sec_fetch_dest: (nullable): `Sec-Fetch-Dest`
 * @asked_method: (nullable): `Access-Control-Request-Method`
 * @asked_headers: (nullable): `Access-Control-Request-Headers`
 * @cors_origin: (nullable): the origin that the answer may be shown to, set by the server
 * @doorway: which of the server's listeners it came in by, set by the server
 * @n_hosts: how many `Host` there are
 * @n_origins: how many `Origin` there are
 * @n_authorizations: how many `Authorization` there are
 * @content_length: announced length of the body in bytes, -1 when not announced
 * @chunked: whether the body comes in chunks
 * @expects_continue: whether the sender waits for our word before the body
 * @keep_alive: whether more requests may follow on the connection
 * @asked_private_network: whether a preflight asks for a private network
 *
 * The head of a request. The strings are in the text that was parsed.
 */
typedef struct
{
  const char *method;
  const char *path;
  const char *target_authority;
  const char *host;
  const char *origin;
  const char *authorization;
  const char *content_type;
  const char *content_encoding;
  const char *user_agent;
  const char *sec_fetch_site;
  const char *sec_fetch_dest;
  const char *asked_method;
  const char *asked_headers;
  const char *cors_origin;
  guint doorway;
  guint n_hosts;
  guint n_origins;
  guint n_authorizations;
  gint64 content_length;
  gboolean chunked;
  gboolean expects_continue;
  gboolean keep_alive;
  gboolean asked_private_network;

  /*< private >*/
  guint n_content_lengths;
  guint n_transfer_encodings;
  gboolean http_1_0;
} FlowHttpHead;

/** FLOW_HTTP_MAX_HEAD: longest head that is read, in bytes. */
#define FLOW_HTTP_MAX_HEAD (32 * 1024)

/**
 * FlowHttpProblem:
 * @status: the HTTP status of the answer, 0 when there is no problem
 * @message: what is wrong
 */
typedef struct
{
  guint status;
  const char *message;
} FlowHttpProblem;

FlowHttpProblem flow_http_head_parse (FlowHttpHead *self, char *text, gsize length);

G_END_DECLS
