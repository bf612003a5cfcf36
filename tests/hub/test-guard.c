/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <glib.h>

#include "hub/flow-guard.h"

#define TOKEN "c2VjcmV0LXRva2VuLW9mLXRoaXMtcnVu"
#define OWN_UID 1000
#define HUB_PORT 31847

static const char *const allowed_hosts[] = { "devbox", "box.lan", "fd00::1", "", NULL };
static const char *const denied_origins[] = { "https://denied.example", "http://localhost:6666", NULL };
static const char *const allowed_origins[] = { "https://app.example", "chrome-extension://abcdef", "null", "*", NULL };

static const FlowGuardPolicy policy = {
  .token = TOKEN,
  .port = HUB_PORT,
  .own_uid = OWN_UID,
  .allowed_hosts = allowed_hosts,
  .allowed_origins = allowed_origins,
  .denied_origins = denied_origins,
};

static FlowGuardRequest
make_request (FlowGuardArea area)
{
  return (FlowGuardRequest) {
    .area = area,
    .method = area == FLOW_GUARD_PUBLIC || area == FLOW_GUARD_CHANNEL ? "GET" : "POST",
    .host = "localhost:31847",
    .n_hosts = 1,
    .authorization = area == FLOW_GUARD_PRIVATE ? "Bearer " TOKEN : NULL,
    .n_authorizations = area == FLOW_GUARD_PRIVATE,
    .peer = FLOW_PEER_KNOWN,
    .peer_uid = OWN_UID,
  };
}

static void
assert_allowed (const FlowGuardRequest *request, const char *what)
{
  FlowGuardDecision decision = flow_guard_check (request, &policy);

  if (!decision.allow)
    g_error ("refused: %s (%s)", what, decision.message);
}

static void
assert_refused (const FlowGuardRequest *request, int status, const char *reason, const char *what)
{
  FlowGuardDecision decision = flow_guard_check (request, &policy);

  if (decision.allow)
    g_error ("allowed: %s", what);
  if (flow_error_info (decision.error)->http_status != status || !g_str_equal (decision.reason, reason))
    g_error ("%s: got %d %s instead of %d %s", what, flow_error_info (decision.error)->http_status, decision.reason,
             status, reason);
  g_assert_nonnull (decision.message);
  g_assert_null (decision.cors_origin);
}

static const FlowGuardArea areas[] = { FLOW_GUARD_OTLP, FLOW_GUARD_PUBLIC, FLOW_GUARD_PRIVATE, FLOW_GUARD_PAIR,
                                       FLOW_GUARD_CHANNEL, FLOW_GUARD_OWN };

static void
test_hosts_allowed (void)
{
  static const char *const hosts[] = {
    "localhost", "LOCALHOST",  "LocalHost:1", "localhost:4318", "localhost:65535", "127.0.0.1",    "127.0.0.1:31847",
    "[::1]",     "[::1]:4318", "devbox",      "DEVBOX:80",      "box.lan",         "box.lan:8080",
  };

  for (gsize area = 0; area < G_N_ELEMENTS (areas); area++)
    {
      for (gsize i = 0; i < G_N_ELEMENTS (hosts); i++)
        {
          FlowGuardRequest request = make_request (areas[area]);

          request.host = hosts[i];
          assert_allowed (&request, hosts[i]);
        }
    }
}

static const char *const foreign_hosts[] = {
  "",
  " ",
  "evil.example",
  "evil.example:31847",
  "localhost.evil.example",
  "evil.localhost",
  "localhost.",
  "localhost.:80",
  "LOCALHOST.",
  "localhost.localdomain",
  "localhost:",
  "localhost:0",
  "localhost:00",
  "localhost:080",
  "localhost:65536",
  "localhost:99999999999999999999",
  "localhost:-1",
  "localhost:+80",
  "localhost: 80",
  "localhost:80 ",
  "localhost:80a",
  "localhost:80:80",
  "localhost:http",
  " localhost",
  "localhost ",
  "\tlocalhost",
  "localhost\t",
  "localhost,localhost",
  "localhost, evil.example",
  "evil.example, localhost",
  "localhost;evil",
  "localhost/",
  "localhost/evil",
  "localhost?",
  "localhost#",
  "localhost\\",
  "user@localhost",
  "user:pass@localhost",
  "localhost@evil.example",
  "localhost:80@evil.example",
  "local",
  "localhos",
  "localhostx",
  "xlocalhost",
  "l0calhost",
  "localhost%00",
  "localhost%2e",
  "lоcalhost",
  "127.0.0.1.",
  "127.0.0.1.nip.io",
  "127.0.0.1.evil.example",
  "127.0.0.1:80.evil.example",
  "127.0.0.2",
  "127.1",
  "127.0.1",
  "127.0.0.01",
  "127.0.0.001",
  "127.000.000.001",
  "0127.0.0.1",
  "0x7f.0.0.1",
  "0x7f000001",
  "2130706433",
  "017700000001",
  "0.0.0.0",
  "0.0.0.0:31847",
  "0",
  "10.0.0.1",
  "192.168.1.10",
  "169.254.169.254",
  "1.0.0.127.in-addr.arpa",
  "7f000001.rbndr.us",
  "localtest.me",
  "lvh.me",
  "127-0-0-1.sslip.io",
  "::1",
  "::1:80",
  "[::1",
  "::1]",
  "[::1]x",
  "[::1].",
  "[::1]:",
  "[::1]:0",
  "[::1]:65536",
  "[[::1]]",
  "[::]",
  "[::]:80",
  "[0:0:0:0:0:0:0:1]",
  "[0000::1]",
  "[::01]",
  "[::1%lo]",
  "[::1%25lo]",
  "[::ffff:127.0.0.1]",
  "[::ffff:7f00:1]",
  "[::127.0.0.1]",
  "[fe80::1]",
  "[fd00::1]",
  "[127.0.0.1]",
  "[localhost]",
  "ip6-localhost",
  "ip6-loopback",
  "devbox.",
  "devbox.evil.example",
  "xdevbox",
  "dev",
  "lan",
  "box.lan.",
  "box.lan.evil",
  "evilbox.lan",
  ":80",
  ":",
  "null",
  "file://",
  "http://localhost",
  "https://localhost",
  "//localhost",
  "localhost\r\nX: y",
  "localhost\n",
};

static void
test_hosts_refused (void)
{
  for (gsize area = 0; area < G_N_ELEMENTS (areas); area++)
    {
      for (gsize i = 0; i < G_N_ELEMENTS (foreign_hosts); i++)
        {
          FlowGuardRequest request = make_request (areas[area]);

          request.host = foreign_hosts[i];
          assert_refused (&request, 421, "host", foreign_hosts[i]);
        }
    }
}

static void
test_host_headers (void)
{
  FlowGuardRequest request = make_request (FLOW_GUARD_OTLP);

  request.host = NULL;
  request.n_hosts = 0;
  assert_refused (&request, 421, "host", "no Host");
  request = make_request (FLOW_GUARD_OTLP);
  request.n_hosts = 2;
  assert_refused (&request, 421, "host", "two Host headers");
}

static void
test_targets (void)
{
  static const struct
  {
    const char *host, *target;
    gboolean allowed;
  } rows[] = {
    { "localhost", "localhost", TRUE },
    { "localhost:80", "LOCALHOST:80", TRUE },
    { "[::1]:80", "[::1]:80", TRUE },
    { "127.0.0.1:80", "127.0.0.1:80", TRUE },
    { "localhost", "localhost:80", FALSE },
    { "localhost:80", "localhost", FALSE },
    { "localhost", "evil.example", FALSE },
    { "localhost", "127.0.0.1", FALSE },
    { "127.0.0.1", "localhost", FALSE },
    { "[::1]", "::1", FALSE },
    { "localhost", "localhost.", FALSE },
    { "localhost", "", FALSE },
    { "localhost", "user@localhost", FALSE },
    { "user@localhost", "user@localhost", FALSE },
    { "evil.example", "localhost", FALSE },
    { "evil.example", "evil.example", FALSE },
    { "localhost", "localhost.evil.example", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      FlowGuardRequest request = make_request (FLOW_GUARD_OTLP);

      request.host = rows[i].host;
      request.target = rows[i].target;
      if (rows[i].allowed)
        assert_allowed (&request, rows[i].target);
      else
        assert_refused (&request, 421, "host", rows[i].target);
    }
}

static void
test_origins_of_telemetry (void)
{
  static const char *const allowed[] = {
    "http://localhost",   "http://localhost:3000", "https://localhost",   "https://localhost:8443",
    "http://127.0.0.1",   "http://127.0.0.1:5173", "https://127.0.0.1:1", "http://[::1]",
    "http://[::1]:65535", "https://[::1]:3000",    "https://app.example", "chrome-extension://abcdef",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (allowed); i++)
    {
      FlowGuardRequest request = make_request (FLOW_GUARD_OTLP);
      FlowGuardDecision decision;

      request.origin = allowed[i];
      request.n_origins = 1;
      decision = flow_guard_check (&request, &policy);
      g_assert_true (decision.allow);
      g_assert_cmpstr (decision.cors_origin, ==, allowed[i]);
      request.method = "OPTIONS";
      assert_allowed (&request, allowed[i]);
    }
}

static const char *const foreign_origins[] = {
  "",
  "null",
  "NULL",
  "*",
  "http://",
  "https://",
  "http:",
  "http",
  "localhost",
  "localhost:3000",
  "//localhost",
  "http://evil.example",
  "https://evil.example",
  "http://localhost.evil.example",
  "http://evil.example:4318",
  "http://127.0.0.1.nip.io",
  "http://127.0.0.1.evil.example",
  "http://127.0.0.2",
  "http://127.1",
  "http://0.0.0.0",
  "http://[::ffff:127.0.0.1]",
  "http://[::]",
  "http://[0:0:0:0:0:0:0:1]",
  "http://10.0.0.1",
  "http://192.168.0.1:3000",
  "http://localhost/",
  "http://localhost:3000/",
  "http://localhost:3000/path",
  "http://localhost?",
  "http://localhost#x",
  "http://localhost:",
  "http://localhost:0",
  "http://localhost:65536",
  "http://localhost:3000x",
  "http://localhost ",
  " http://localhost",
  "http://localhost.",
  "http://user@localhost",
  "http://localhost@evil.example",
  "http://LOCALHOST",
  "HTTP://localhost",
  "ftp://localhost",
  "ws://localhost",
  "file://",
  "file://localhost",
  "http://localhost,http://evil.example",
  "http://localhost http://evil.example",
  "chrome-extension://other",
  "chrome-extension://abcdefg",
  "moz-extension://abcdef",
  "https://app.example:443",
  "https://app.example/",
  "http://app.example",
  "https://app.example.evil.example",
  "https://xapp.example",
  "https://app.example.",
  "https://APP.example",
};

static void
test_origins_refused (void)
{
  for (gsize area = 0; area < G_N_ELEMENTS (areas); area++)
    {
      for (gsize i = 0; i < G_N_ELEMENTS (foreign_origins); i++)
        {
          FlowGuardRequest request = make_request (areas[area]);

          request.origin = foreign_origins[i];
          request.n_origins = 1;
          assert_refused (&request, 403, "origin", foreign_origins[i]);
          request.method = "OPTIONS";
          assert_refused (&request, 403, "origin", foreign_origins[i]);
        }
    }
}

static void
test_two_origins (void)
{
  FlowGuardRequest request = make_request (FLOW_GUARD_OTLP);

  request.origin = "http://localhost:3000";
  request.n_origins = 2;
  assert_refused (&request, 403, "origin", "two Origin headers");
}

/* Pages of other ports may send telemetry, and nothing else. */
static void
test_origins_of_the_hub (void)
{
  static const char *const own[] = { "http://localhost:31847", "http://127.0.0.1:31847", "http://[::1]:31847",
                                     "https://app.example" };
  static const char *const other[] = { "http://localhost",        "http://localhost:3000", "https://localhost:31847",
                                       "http://localhost:131847", "http://localhost:1847", "http://127.0.0.1:318470" };

  for (gsize area = 1; area < G_N_ELEMENTS (areas); area++)
    {
      FlowGuardRequest request = make_request (areas[area]);

      request.n_origins = 1;
      for (gsize i = 0; i < G_N_ELEMENTS (own); i++)
        {
          request.origin = own[i];
          if (areas[area] == FLOW_GUARD_PAIR)
            assert_refused (&request, 403, "origin", own[i]);
          else
            assert_allowed (&request, own[i]);
        }
      for (gsize i = 0; i < G_N_ELEMENTS (other); i++)
        {
          request.origin = other[i];
          assert_refused (&request, 403, "origin", other[i]);
        }
    }
}

static void
test_tokens (void)
{
  static const char *const wrong[] = {
    "",
    "Bearer",
    "Bearer ",
    "Bearer  " TOKEN,
    TOKEN,
    "Basic " TOKEN,
    "Bearer x" TOKEN,
    "Bearer " TOKEN "x",
    "Bearer " TOKEN " ",
    "Bearer c2VjcmV0LXRva2VuLW9mLXRoaXMtcnVV",
    "Bearer c2VjcmV0",
    "Bearer\t" TOKEN,
    "Bearer=" TOKEN,
    "Bearer null",
    "Bearer " TOKEN ", Bearer " TOKEN,
  };
  FlowGuardRequest request = make_request (FLOW_GUARD_PRIVATE);
  FlowGuardPolicy without = policy;

  assert_allowed (&request, "the token");
  request.authorization = "bearer " TOKEN;
  assert_allowed (&request, "the scheme is case-insensitive");
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      request.authorization = wrong[i];
      assert_refused (&request, 401, "token", wrong[i]);
    }
  request.authorization = NULL;
  request.n_authorizations = 0;
  assert_refused (&request, 401, "token", "no token");
  request.authorization = "Bearer " TOKEN;
  request.n_authorizations = 2;
  assert_refused (&request, 401, "token", "two Authorization headers");

  /* A page needs it too. */
  request = make_request (FLOW_GUARD_PRIVATE);
  request.origin = "https://app.example";
  request.n_origins = 1;
  request.authorization = NULL;
  request.n_authorizations = 0;
  assert_refused (&request, 401, "token", "an allowed page without token");

  without.token = "";
  request = make_request (FLOW_GUARD_PRIVATE);
  request.authorization = "Bearer ";
  g_assert_false (flow_guard_check (&request, &without).allow);
  without.token = NULL;
  g_assert_false (flow_guard_check (&request, &without).allow);
}

/* What the user has denied is not asked about again, also when it is a page of this machine. */
static void
test_origins_denied (void)
{
  for (gsize area = 0; area < G_N_ELEMENTS (areas); area++)
    {
      for (gsize i = 0; denied_origins[i] != NULL; i++)
        {
          FlowGuardRequest request = make_request (areas[area]);

          request.origin = denied_origins[i];
          request.n_origins = 1;
          assert_refused (&request, 403, "origin", denied_origins[i]);
          g_assert_false (flow_guard_check (&request, &policy).may_ask);
        }
    }
}

/* The user can be asked about what is an origin, and nothing else. */
static void
test_who_may_ask (void)
{
  static const char *const may[] = { "https://evil.example", "http://127.0.0.2", "chrome-extension://other",
                                     "http://localhost.evil.example:80", "moz-extension://1-2" };
  static const char *const may_not[] = { "", "null", "*", "localhost", "http://", "http://a/", "http://a b" };
  FlowGuardRequest request = make_request (FLOW_GUARD_CHANNEL);

  request.n_origins = 1;
  for (gsize i = 0; i < G_N_ELEMENTS (may); i++)
    {
      request.origin = may[i];
      assert_refused (&request, 403, "origin", may[i]);
      g_assert_true (flow_guard_check (&request, &policy).may_ask);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (may_not); i++)
    {
      request.origin = may_not[i];
      assert_refused (&request, 403, "origin", may_not[i]);
      g_assert_false (flow_guard_check (&request, &policy).may_ask);
    }
  request.origin = may[0];
  request.n_origins = 2;
  g_assert_false (flow_guard_check (&request, &policy).may_ask);
  request = make_request (FLOW_GUARD_PAIR);
  request.origin = may[0];
  request.n_origins = 1;
  g_assert_false (flow_guard_check (&request, &policy).may_ask);
}

/* A channel is opened without a token, which comes later, or with the right one. */
static void
test_tokens_of_channels (void)
{
  static const char *const wrong[] = { "", "Bearer ", "Bearer wrong", ("Bearer " TOKEN "x"), ("Basic " TOKEN), TOKEN };
  FlowGuardRequest request = make_request (FLOW_GUARD_CHANNEL);
  FlowGuardDecision decision = flow_guard_check (&request, &policy);

  g_assert_true (decision.allow);
  g_assert_false (decision.has_token);
  request.authorization = "Bearer " TOKEN;
  request.n_authorizations = 1;
  decision = flow_guard_check (&request, &policy);
  g_assert_true (decision.allow);
  g_assert_true (decision.has_token);
  g_assert_null (decision.client);
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      request.authorization = wrong[i];
      assert_refused (&request, 401, "token", wrong[i]);
    }
  request.authorization = "Bearer " TOKEN;
  request.n_authorizations = 2;
  assert_refused (&request, 401, "token", "two Authorization headers");

  /* A page that is allowed needs none, and cannot make up for not being allowed with one. */
  request = make_request (FLOW_GUARD_CHANNEL);
  request.origin = "https://app.example";
  request.n_origins = 1;
  assert_allowed (&request, "an allowed page");
  request.authorization = "Bearer wrong";
  request.n_authorizations = 1;
  assert_refused (&request, 401, "token", "an allowed page with a wrong token");
  request.origin = "https://evil.example";
  request.authorization = "Bearer " TOKEN;
  assert_refused (&request, 403, "origin", "another page with the token");
}

static void
test_paired_clients (void)
{
  FlowGuardClient clients[] = { { .id = "first" }, { .id = "second" } };
  FlowGuardPolicy paired = policy;
  FlowGuardRequest request = make_request (FLOW_GUARD_CHANNEL);
  FlowGuardDecision decision;

  flow_guard_hash_token ("token of the first", clients[0].hash);
  flow_guard_hash_token ("token of the second", clients[1].hash);
  paired.clients = clients;
  paired.n_clients = G_N_ELEMENTS (clients);
  request.authorization = "Bearer token of the second";
  request.n_authorizations = 1;
  assert_refused (&request, 401, "token", "nobody is paired");
  decision = flow_guard_check (&request, &paired);
  g_assert_true (decision.allow && decision.has_token);
  g_assert_cmpstr (decision.client, ==, "second");
  /* It opens channels, and nothing else. */
  request.area = FLOW_GUARD_PRIVATE;
  g_assert_false (flow_guard_check (&request, &paired).allow);
  paired.token = NULL;
  request.area = FLOW_GUARD_CHANNEL;
  g_assert_true (flow_guard_check (&request, &paired).allow);
  request.authorization = "Bearer token of the third";
  g_assert_false (flow_guard_check (&request, &paired).allow);
}

/* An exporter may send credentials of its own; they are nobody's business here. */
static void
test_telemetry_needs_no_token (void)
{
  FlowGuardRequest request = make_request (FLOW_GUARD_OTLP);

  assert_allowed (&request, "no token");
  request.authorization = "Bearer something else";
  request.n_authorizations = 1;
  assert_allowed (&request, "a token of somebody else");
}

static void
test_fetch_site (void)
{
  static const struct
  {
    const char *site;
    gboolean foreign;
  } rows[] = {
    { NULL, FALSE },      { "none", FALSE }, { "same-origin", FALSE }, { "same-site", TRUE }, { "cross-site", TRUE },
    { "anything", TRUE }, { "", TRUE },      { "None", TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      for (gsize area = 0; area < G_N_ELEMENTS (areas); area++)
        {
          FlowGuardRequest request = make_request (areas[area]);

          request.sec_fetch_site = rows[i].site;
          request.method = "GET";
          if (!rows[i].foreign || areas[area] == FLOW_GUARD_PUBLIC)
            assert_allowed (&request, rows[i].site != NULL ? rows[i].site : "no Sec-Fetch-Site");
          else
            assert_refused (&request, 403, "site", rows[i].site);
        }
    }
}

static void
test_users (void)
{
  static const struct
  {
    FlowPeerState peer;
    guint32 uid;
    gboolean allowed;
  } rows[] = {
    { FLOW_PEER_KNOWN, OWN_UID, TRUE },
    { FLOW_PEER_KNOWN, 0, TRUE },
    { FLOW_PEER_KNOWN, 1001, FALSE },
    { FLOW_PEER_KNOWN, 65534, FALSE },
    { FLOW_PEER_KNOWN, G_MAXUINT32, FALSE },
    { FLOW_PEER_GONE, OWN_UID, FALSE },
    { FLOW_PEER_GONE, 0, FALSE },
    { FLOW_PEER_UNSUPPORTED, 1001, TRUE },
  };
  FlowGuardPolicy open = policy;

  open.allow_other_users = TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      for (gsize area = 0; area < G_N_ELEMENTS (areas); area++)
        {
          FlowGuardRequest request = make_request (areas[area]);

          /* Without, only the hub's own user may. */
          request.authorization = areas[area] == FLOW_GUARD_OWN ? "Bearer " TOKEN : request.authorization;
          request.n_authorizations = request.authorization != NULL;
          request.peer = rows[i].peer;
          request.peer_uid = rows[i].uid;
          if (rows[i].allowed)
            assert_allowed (&request, "a user");
          else
            assert_refused (&request, 403, "user", "another user");
          g_assert_true (flow_guard_check (&request, &open).allow);
        }
    }
}

/* What is refused by an earlier rule is not refused by a later one, which would tell more than needed. */
static void
test_order (void)
{
  FlowGuardRequest request = make_request (FLOW_GUARD_PRIVATE);

  request.authorization = NULL;
  request.n_authorizations = 0;
  request.origin = "http://evil.example";
  request.n_origins = 1;
  request.peer_uid = 1001;
  request.host = "evil.example";
  assert_refused (&request, 421, "host", "host first");
  request.host = "localhost";
  assert_refused (&request, 403, "user", "then the user");
  request.peer_uid = OWN_UID;
  assert_refused (&request, 403, "origin", "then the origin");
  request.origin = NULL;
  request.n_origins = 0;
  assert_refused (&request, 401, "token", "then the token");
}

static void
test_no_lists (void)
{
  FlowGuardPolicy bare = { .token = TOKEN, .port = HUB_PORT, .own_uid = OWN_UID };
  FlowGuardRequest request = make_request (FLOW_GUARD_OTLP);

  g_assert_true (flow_guard_check (&request, &bare).allow);
  request.host = "devbox";
  g_assert_false (flow_guard_check (&request, &bare).allow);
}

static void
test_is_origin (void)
{
  static const char *const good[] = { "http://a", "https://app.example:8443", "chrome-extension://abc",
                                      "http://[::1]:1", "moz-extension://f-f-f" };
  static const char *const bad[] = { "",          "null",      "*",          "a",          "://a",
                                     "http://",   "http://a/", "http://a b", "http://a?b", "http://u@a",
                                     "1http://a", "ht tp://a", "http://a\n", "http://a\"", "http://\xc3\xa9" };

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (flow_guard_is_origin (good[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (flow_guard_is_origin (bad[i]));
}

/* GhostText and its like: a page that is allowed, a program of the hub's user, or a token. */
static void
test_no_room_for_tokens (void)
{
  FlowGuardRequest request = make_request (FLOW_GUARD_OWN);

  assert_allowed (&request, "the hub's user");
  request.peer_uid = 0;
  assert_refused (&request, 401, "token", "root without a token");
  request.authorization = "Bearer " TOKEN;
  request.n_authorizations = 1;
  assert_allowed (&request, "root with a token");
  request.peer = FLOW_PEER_UNSUPPORTED;
  assert_allowed (&request, "somebody with a token");
  request.n_authorizations = 0;
  request.authorization = NULL;
  assert_refused (&request, 401, "token", "somebody");
  request = make_request (FLOW_GUARD_OWN);
  request.authorization = "Bearer wrong";
  request.n_authorizations = 1;
  assert_refused (&request, 401, "token", "a wrong token");
  request = make_request (FLOW_GUARD_OWN);
  request.origin = "chrome-extension://abcdef";
  request.n_origins = 1;
  assert_allowed (&request, "an extension that is allowed");
  request.peer_uid = 0;
  assert_allowed (&request, "an extension of root's browser");
  request.origin = "chrome-extension://other";
  assert_refused (&request, 403, "origin", "an extension that is not");
  g_assert_true (flow_guard_check (&request, &policy).may_ask);
}

static void
test_port_of_pages (void)
{
  FlowGuardPolicy with_pages = policy;
  FlowGuardRequest request = make_request (FLOW_GUARD_OWN);

  request.origin = "http://127.0.0.1:8071";
  request.n_origins = 1;
  assert_refused (&request, 403, "origin", "another port");
  with_pages.pages_port = 8071;
  g_assert_true (flow_guard_check (&request, &with_pages).allow);
  request.origin = "http://127.0.0.1:807";
  g_assert_false (flow_guard_check (&request, &with_pages).allow);
  request.origin = "http://evil.example:8071";
  g_assert_false (flow_guard_check (&request, &with_pages).allow);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/guard/hosts-allowed", test_hosts_allowed);
  g_test_add_func ("/guard/hosts-refused", test_hosts_refused);
  g_test_add_func ("/guard/host-headers", test_host_headers);
  g_test_add_func ("/guard/targets", test_targets);
  g_test_add_func ("/guard/origins-of-telemetry", test_origins_of_telemetry);
  g_test_add_func ("/guard/origins-refused", test_origins_refused);
  g_test_add_func ("/guard/two-origins", test_two_origins);
  g_test_add_func ("/guard/origins-of-the-hub", test_origins_of_the_hub);
  g_test_add_func ("/guard/tokens", test_tokens);
  g_test_add_func ("/guard/origins-denied", test_origins_denied);
  g_test_add_func ("/guard/who-may-ask", test_who_may_ask);
  g_test_add_func ("/guard/tokens-of-channels", test_tokens_of_channels);
  g_test_add_func ("/guard/paired-clients", test_paired_clients);
  g_test_add_func ("/guard/telemetry-needs-no-token", test_telemetry_needs_no_token);
  g_test_add_func ("/guard/fetch-site", test_fetch_site);
  g_test_add_func ("/guard/users", test_users);
  g_test_add_func ("/guard/order", test_order);
  g_test_add_func ("/guard/no-lists", test_no_lists);
  g_test_add_func ("/guard/is-origin", test_is_origin);
  g_test_add_func ("/guard/no-room-for-tokens", test_no_room_for_tokens);
  g_test_add_func ("/guard/port-of-pages", test_port_of_pages);

  return g_test_run ();
}
