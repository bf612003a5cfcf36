/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <glib.h>
#include <string.h>

#include "hub/flow-http-chunks.h"
#include "hub/flow-http-head.h"
#include "wire/flow-http-text.h"

static FlowHttpProblem
parse (FlowHttpHead *head, const char *text, char **copy)
{
  gsize scanned = 0;
  gssize end = flow_http_text_find_end (text, strlen (text), &scanned);

  *copy = g_strdup (text);
  if (end < 0)
    return (FlowHttpProblem) { 400, "bad line end" };
  g_assert_cmpint (end, ==, (gssize) strlen (text));
  return flow_http_head_parse (head, *copy, (gsize) end);
}

static void
test_good_head (void)
{
  FlowHttpHead head;
  g_autofree char *copy = NULL;
  FlowHttpProblem problem = parse (&head,
                                   "POST /v1/traces?x=1 HTTP/1.1\r\nhOsT: localhost:4318\r\n"
                                   "CONTENT-TYPE:\t application/json; charset=utf-8 \t\r\n"
                                   "Content-Length: 12\r\nOrigin: http://a\r\nAuthorization: Bearer x\r\n"
                                   "User-Agent: a b\r\nSec-Fetch-Site: none\r\n"
                                   "Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: a, b\r\n"
                                   "Access-Control-Request-Private-Network: true\r\nContent-Encoding: gzip\r\n"
                                   "X-Empty:\r\nExpect: 100-Continue\r\n\r\n",
                                   &copy);

  g_assert_cmpuint (problem.status, ==, 0);
  g_assert_cmpstr (head.method, ==, "POST");
  g_assert_cmpstr (head.path, ==, "/v1/traces");
  g_assert_null (head.target_authority);
  g_assert_cmpstr (head.host, ==, "localhost:4318");
  g_assert_cmpuint (head.n_hosts, ==, 1);
  g_assert_cmpstr (head.content_type, ==, "application/json; charset=utf-8");
  g_assert_cmpstr (head.content_encoding, ==, "gzip");
  g_assert_cmpstr (head.origin, ==, "http://a");
  g_assert_cmpstr (head.authorization, ==, "Bearer x");
  g_assert_cmpstr (head.user_agent, ==, "a b");
  g_assert_cmpstr (head.sec_fetch_site, ==, "none");
  g_assert_cmpstr (head.asked_method, ==, "POST");
  g_assert_cmpstr (head.asked_headers, ==, "a, b");
  g_assert_true (head.asked_private_network);
  g_assert_cmpint (head.content_length, ==, 12);
  g_assert_true (head.expects_continue);
  g_assert_true (head.keep_alive);
  g_assert_false (head.chunked);
}

static void
test_targets (void)
{
  static const struct
  {
    const char *target, *path, *authority;
  } rows[] = {
    { "/", "/", NULL },
    { "/a?b", "/a", NULL },
    { "//a", "//a", NULL },
    { "/%2e%2e/a", "/%2e%2e/a", NULL },
    { "http://h/a", "/a", "h" },
    { "HTTP://h:1/a?b", "/a", "h:1" },
    { "http://h", "/", "h" },
    { "http://h?q", "/", "h" },
    { "http://u@h/", "/", "u@h" },
    { "http:///a", "/a", "" },
    { "*", NULL, NULL },
    { "a", NULL, NULL },
    { "https://h/a", NULL, NULL },
    { "h:80", NULL, NULL },
    { "/a#b", NULL, NULL },
    { "/a\\b", NULL, NULL },
    { "/\x7f", NULL, NULL },
    { "/\xc3\xa9", NULL, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strdup_printf ("GET %s HTTP/1.1\r\n\r\n", rows[i].target);
      g_autofree char *copy = NULL;
      FlowHttpHead head;
      FlowHttpProblem problem = parse (&head, text, &copy);

      g_assert_cmpuint (problem.status, ==, rows[i].path != NULL ? 0 : 400);
      if (rows[i].path == NULL)
        continue;
      g_assert_cmpstr (head.path, ==, rows[i].path);
      g_assert_cmpstr (head.target_authority, ==, rows[i].authority);
    }
}

static void
test_bad_heads (void)
{
  static const struct
  {
    const char *text;
    guint status;
  } rows[] = {
    { "GET / HTTP/1.1\n\n", 400 },
    { "GET / HTTP/1.1\r\nA: b\n\r\n", 400 },
    { "GET / HTTP/1.1\r\nA: b\rc\r\n\r\n", 400 },
    { "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", 400 },
    { "GET / HTTP/1.1\r\n A: b\r\n\r\n", 400 },
    { "GET / HTTP/1.1\r\nA : b\r\n\r\n", 400 },
    { "GET / HTTP/1.1\r\nA\r\n\r\n", 400 },
    { "GET / HTTP/1.1\r\n: b\r\n\r\n", 400 },
    { "GET / HTTP/1.1\r\nA(: b\r\n\r\n", 400 },
    { "GET / HTTP/1.1\r\nA: \x01\r\n\r\n", 400 },
    { "GET / HTTP/1.1\r\nA: \x7f\r\n\r\n", 400 },
    { "GET /\r\n\r\n", 400 },
    { "GET\r\n\r\n", 400 },
    { "GET  / HTTP/1.1\r\n\r\n", 400 },
    { "GET / HTTP/1.1 \r\n\r\n", 505 },
    { "GET / HTTP/1.1 x\r\n\r\n", 505 },
    { "GET / http/1.1\r\n\r\n", 400 },
    { "GET / HTTP/2.0\r\n\r\n", 505 },
    { "GET / HTTP/0.9\r\n\r\n", 505 },
    { "G(T / HTTP/1.1\r\n\r\n", 400 },
    { " / HTTP/1.1\r\n\r\n", 400 },
    { "CONNECT localhost:80 HTTP/1.1\r\n\r\n", 400 },
    { "POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", 400 },
    { "POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
    { "POST / HTTP/1.1\r\nContent-Length: +5\r\n\r\n", 400 },
    { "POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n", 400 },
    { "POST / HTTP/1.1\r\nContent-Length: 5,5\r\n\r\n", 400 },
    { "POST / HTTP/1.1\r\nContent-Length: 0x5\r\n\r\n", 400 },
    { "POST / HTTP/1.1\r\nContent-Length:\r\n\r\n", 400 },
    { "POST / HTTP/1.1\r\nContent-Length: 9999999999999999999\r\n\r\n", 400 },
    { "POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501 },
    { "POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501 },
    { "POST / HTTP/1.1\r\nTransfer-Encoding: chunked, chunked\r\n\r\n", 501 },
    { "POST / HTTP/1.1\r\nTransfer-Encoding: \x0b"
      "chunked\r\n\r\n",
      400 },
    { "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n", 400 },
    { "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
    { "POST / HTTP/1.1\r\nExpect: something\r\n\r\n", 417 },
    { "GET / HTTP/1.1\r\nUpgrade: WebSocket\r\n\r\n", 400 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *copy = NULL;
      FlowHttpHead head;
      FlowHttpProblem problem = parse (&head, rows[i].text, &copy);

      if (problem.status != rows[i].status)
        g_error ("%s got %u", rows[i].text, problem.status);
      g_assert_nonnull (problem.message);
    }
}

static void
test_zero_byte (void)
{
  static const char text[] = "GET / HTTP/1.1\r\nA: b\0c\r\n\r\n";
  g_autofree char *copy = g_memdup2 (text, sizeof text - 1);
  FlowHttpHead head;

  g_assert_cmpuint (flow_http_head_parse (&head, copy, sizeof text - 1).status, ==, 400);
}

static void
test_many_headers (void)
{
  g_autoptr (GString) text = g_string_new ("GET / HTTP/1.1\r\n");
  g_autofree char *copy = NULL;
  FlowHttpHead head;

  for (guint i = 0; i < 200; i++)
    g_string_append_printf (text, "H%u: x\r\n", i);
  g_string_append (text, "\r\n");
  g_assert_cmpuint (parse (&head, text->str, &copy).status, ==, 431);
}

static void
test_keep_alive (void)
{
  static const struct
  {
    const char *text;
    gboolean keep;
  } rows[] = {
    { "GET / HTTP/1.1\r\n\r\n", TRUE },
    { "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", FALSE },
    { "GET / HTTP/1.1\r\nConnection: Keep-Alive, Close\r\n\r\n", FALSE },
    { "GET / HTTP/1.1\r\nConnection: closed\r\n\r\n", TRUE },
    { "GET / HTTP/1.0\r\n\r\n", FALSE },
    { "GET / HTTP/1.1\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n\r\n", TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *copy = NULL;
      FlowHttpHead head;

      g_assert_cmpuint (parse (&head, rows[i].text, &copy).status, ==, 0);
      g_assert_cmpint (head.keep_alive, ==, rows[i].keep);
    }
}

/* However the head comes in pieces, its end is found in the same place. */
static void
test_end_in_pieces (void)
{
  static const char text[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\nmore\r\n\r\n";
  gssize expected = (gssize) (strstr (text, "\r\n\r\n") - text) + 4;

  for (gsize step = 1; step < sizeof text; step++)
    {
      gsize scanned = 0;
      gssize end = 0;

      for (gsize length = step; end == 0; length = MIN (length + step, sizeof text - 1))
        end = flow_http_text_find_end (text, length, &scanned);
      g_assert_cmpint (end, ==, expected);
    }
}

/* Reads a chunked body in pieces of a size; NULL when it is bad or not complete. */
static char *
read_chunks (const char *text, gsize length, gsize step, gsize *used)
{
  FlowHttpChunks chunks = { 0 };
  g_autoptr (GString) out = g_string_new (NULL);
  const guint8 *at = (const guint8 *) text;
  const guint8 *end = at;
  const guint8 *payload;
  gsize size;

  for (;;)
    {
      switch (flow_http_chunks_read (&chunks, &at, end, &payload, &size))
        {
        case FLOW_HTTP_CHUNKS_PAYLOAD:
          g_string_append_len (out, (const char *) payload, (gssize) size);
          break;
        case FLOW_HTTP_CHUNKS_MORE:
          if (end == (const guint8 *) text + length)
            return NULL;
          end = MIN (end + step, (const guint8 *) text + length);
          break;
        case FLOW_HTTP_CHUNKS_END:
          *used = (gsize) (at - (const guint8 *) text);
          return g_string_free (g_steal_pointer (&out), FALSE);
        case FLOW_HTTP_CHUNKS_BAD:
        default:
          return NULL;
        }
    }
}

static void
test_chunks (void)
{
  static const struct
  {
    const char *text, *body, *rest;
  } rows[] = {
    { "0\r\n\r\n", "", "" },
    { "5\r\nhello\r\n0\r\n\r\n", "hello", "" },
    { "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\nGET", "hello world", "GET" },
    { "00005;a=b;c=\"d\"\r\nhello\r\n000\r\n\r\n", "hello", "" },
    { "5 \r\nhello\r\n0\r\nA: b\r\nC: d\r\n\r\nX", "hello", "X" },
    { "a\r\n0123456789\r\n0\r\n\r\n", "0123456789", "" },
    { "A\r\n0123456789\r\n0\r\n\r\n", "0123456789", "" },
    { "", NULL, NULL },
    { "\r\n", NULL, NULL },
    { "x\r\n", NULL, NULL },
    { "-1\r\n", NULL, NULL },
    { "0x5\r\nhello\r\n0\r\n\r\n", NULL, NULL },
    { "5\nhello\n0\n\n", NULL, NULL },
    { "5\r\nhelloX\r\n0\r\n\r\n", NULL, NULL },
    { "5\r\nhello\n0\r\n\r\n", NULL, NULL },
    { "5\r\nhello0\r\n\r\n", NULL, NULL },
    { "5;\n\r\nhello\r\n0\r\n\r\n", NULL, NULL },
    { "5\r\nhello\r\n0\r\n", NULL, NULL },
    { "5\r\nhello\r\n0\r\n\n", NULL, NULL },
    { "5\r\nhello\r\n0\r\n\rX", NULL, NULL },
    { "ffffffffffffffff\r\nx", NULL, NULL },
    { "10000000000000000\r\nx", NULL, NULL },
    { "fffffffffffffff\r\nx", NULL, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gsize length = strlen (rows[i].text);

      for (gsize step = 1; step <= MAX (length, 1); step++)
        {
          gsize used = 0;
          g_autofree char *body = read_chunks (rows[i].text, length, step, &used);

          g_assert_cmpstr (body, ==, rows[i].body);
          if (body != NULL)
            g_assert_cmpstr (rows[i].text + used, ==, rows[i].rest);
        }
    }
}

/* Framing without content goes on for ever and never costs memory; it is refused all the same. */
static void
test_endless_framing (void)
{
  static const char *const lines[] = { "1;xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\na\r\n", "0\r\n", "A: b\r\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr (GString) text = g_string_new (i == 2 ? "0\r\n" : "");
      gsize used;

      while (text->len < 1024 * 1024)
        g_string_append (text, lines[i]);
      g_assert_null (read_chunks (text->str, text->len, text->len, &used));
    }
}

/* Any bytes at all: read or refused, never beyond their end. The addresses are checked under AddressSanitizer. */
static void
test_any_bytes (void)
{
  static const char *const words[] = { "GET ",
                                       "POST ",
                                       "/",
                                       " HTTP/1.1",
                                       "\r\n",
                                       "\r\n\r\n",
                                       "Host: ",
                                       "localhost",
                                       "\n",
                                       "\r",
                                       "Content-Length: ",
                                       "5",
                                       "Transfer-Encoding: ",
                                       "chunked",
                                       ":",
                                       " ",
                                       "\t",
                                       "0\r\n",
                                       "ffff",
                                       "http://",
                                       "*",
                                       "?",
                                       "Expect: 100-continue",
                                       "\xff",
                                       "a;b" };

  for (guint round = 0; round < 20000; round++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      gsize scanned = 0, used;
      gssize end;

      for (int i = g_test_rand_int_range (0, 24); i > 0; i--)
        g_string_append (text, words[g_test_rand_int_range (0, G_N_ELEMENTS (words))]);
      end = flow_http_text_find_end (text->str, text->len, &scanned);
      if (end > 0)
        {
          g_autofree char *copy = g_memdup2 (text->str, (gsize) end);
          FlowHttpHead head;
          FlowHttpProblem problem = flow_http_head_parse (&head, copy, (gsize) end);

          g_assert_true (problem.status == 0 || problem.message != NULL);
          g_assert_nonnull (head.path);
        }
      g_free (read_chunks (text->str, text->len, 3, &used));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/http-reading/good-head", test_good_head);
  g_test_add_func ("/http-reading/targets", test_targets);
  g_test_add_func ("/http-reading/bad-heads", test_bad_heads);
  g_test_add_func ("/http-reading/zero-byte", test_zero_byte);
  g_test_add_func ("/http-reading/many-headers", test_many_headers);
  g_test_add_func ("/http-reading/keep-alive", test_keep_alive);
  g_test_add_func ("/http-reading/end-in-pieces", test_end_in_pieces);
  g_test_add_func ("/http-reading/chunks", test_chunks);
  g_test_add_func ("/http-reading/endless-framing", test_endless_framing);
  g_test_add_func ("/http-reading/any-bytes", test_any_bytes);

  return g_test_run ();
}
