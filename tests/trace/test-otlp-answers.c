/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "otlp-test.h"

#include <zlib.h>

#include "base/flow-error.h"
#include "trace/flow-otlp-inflate.h"
#include "trace/flow-otlp-status.h"

static void
assert_body (GBytes *body, const char *expected, gsize length)
{
  g_autoptr (GBytes) owned = body;
  gsize found;
  const void *data = g_bytes_get_data (owned, &found);

  g_assert_cmpmem (data, found, expected, length);
}

#define assert_text(body, text) assert_body (body, text, sizeof text - 1)

static void
test_success (void)
{
  assert_text (flow_otlp_response_body (FLOW_SIGNAL_TRACES, TRUE, 0, NULL), "{}");
  assert_text (flow_otlp_response_body (FLOW_SIGNAL_TRACES, FALSE, 0, NULL), "");
}

static void
test_partial (void)
{
  assert_text (flow_otlp_response_body (FLOW_SIGNAL_TRACES, TRUE, 3, "why"),
               "{\"partialSuccess\":{\"rejectedSpans\":\"3\",\"errorMessage\":\"why\"}}");
  assert_text (flow_otlp_response_body (FLOW_SIGNAL_LOGS, TRUE, 1, NULL),
               "{\"partialSuccess\":{\"rejectedLogRecords\":\"1\"}}");
  assert_text (flow_otlp_response_body (FLOW_SIGNAL_METRICS, TRUE, 1, NULL),
               "{\"partialSuccess\":{\"rejectedDataPoints\":\"1\"}}");
  assert_text (flow_otlp_response_body (FLOW_SIGNAL_TRACES, TRUE, 0, "a \"warning\""),
               "{\"partialSuccess\":{\"errorMessage\":\"a \\\"warning\\\"\"}}");
  assert_text (flow_otlp_response_body (FLOW_SIGNAL_TRACES, FALSE, 300, "why"), "\x0a\x08\x08\xac\x02\x12\x03why");
  assert_text (flow_otlp_response_body (FLOW_SIGNAL_TRACES, FALSE, 0, "why"), "\x0a\x05\x12\x03why");
}

static void
test_status (void)
{
  assert_text (flow_otlp_status_body (TRUE, 3, "bad\n"), "{\"code\":3,\"message\":\"bad\\n\"}");
  assert_text (flow_otlp_status_body (TRUE, 0, NULL), "{\"code\":0,\"message\":\"\"}");
  assert_text (flow_otlp_status_body (FALSE, 3, "bad"), "\x08\x03\x12\x03"
                                                        "bad");
  assert_text (flow_otlp_status_body (FALSE, 0, NULL), "");
}

/* --- gzip --- */

static GByteArray *
deflate_bytes (gconstpointer data, gsize length)
{
  GByteArray *out = g_byte_array_new ();
  z_stream stream = { 0 };

  g_assert_cmpint (deflateInit2 (&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), ==, Z_OK);
  g_byte_array_set_size (out, (guint) deflateBound (&stream, length));
  stream.next_in = (Bytef *) data;
  stream.avail_in = (uInt) length;
  stream.next_out = out->data;
  stream.avail_out = out->len;
  g_assert_cmpint (deflate (&stream, Z_FINISH), ==, Z_STREAM_END);
  g_byte_array_set_size (out, out->len - stream.avail_out);
  deflateEnd (&stream);
  return out;
}

static void
test_inflate_samples (void)
{
  static const char *const names[][2] = { { "otlp-sample.json.gz", "otlp-sample.json" },
                                          { "otlp-sample.bin.gz", "otlp-sample.bin" } };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GBytes) gz = otlp_sample_load (names[i][0]);
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) body = flow_otlp_inflate_gzip (gz, 1 << 20, &error);
      g_autoptr (FlowSpanBatch) batch = NULL;

      g_assert_no_error (error);
      batch = otlp_decode (FLOW_SIGNAL_TRACES, i == 0, g_bytes_get_data (body, NULL), g_bytes_get_size (body));
      g_assert_cmpuint (batch->n_rows, >, 0);
    }
}

/* Exactly the limit is fine, a byte more is not; at and around the sizes of the steps. */
static void
test_inflate_limit (void)
{
  static const gsize sizes[] = { 0, 1, 16383, 16384, 16385, 32768, 100000 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree guint8 *data = g_malloc0 (sizes[i] + 1);
      g_autoptr (GByteArray) packed = deflate_bytes (data, sizes[i]);
      g_autoptr (GBytes) gz = g_bytes_new_static (packed->data, packed->len);
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) body = flow_otlp_inflate_gzip (gz, sizes[i], &error);

      g_assert_no_error (error);
      g_assert_cmpuint (g_bytes_get_size (body), ==, sizes[i]);
      if (sizes[i] > 0)
        {
          g_assert_null (flow_otlp_inflate_gzip (gz, sizes[i] - 1, &error));
          g_assert_error (error, FLOW_ERROR, FLOW_ERROR_TOO_LARGE);
        }
    }
}

static void
test_inflate_members (void)
{
  g_autoptr (GByteArray) packed = deflate_bytes ("hello ", 6), second = deflate_bytes ("world", 5);
  g_autoptr (GBytes) gz = NULL, body = NULL, garbage = NULL;
  g_autoptr (GError) error = NULL;

  g_byte_array_append (packed, second->data, second->len);
  gz = g_bytes_new_static (packed->data, packed->len);
  body = flow_otlp_inflate_gzip (gz, 100, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (body, NULL), g_bytes_get_size (body), "hello world", 11);

  g_byte_array_append (second, (const guint8 *) "rest", 4);
  garbage = g_bytes_new_static (second->data, second->len);
  g_assert_null (flow_otlp_inflate_gzip (garbage, 100, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST);
}

static void
test_inflate_bad (void)
{
  g_autoptr (GByteArray) packed = deflate_bytes ("hello world, hello world", 24);

  for (guint length = 0; length < packed->len; length++)
    {
      g_autoptr (GBytes) gz = g_bytes_new (packed->data, length);
      g_autoptr (GError) error = NULL;

      g_assert_null (flow_otlp_inflate_gzip (gz, 100, &error));
      g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST);
    }
  packed->data[packed->len - 6] ^= 1;
  {
    g_autoptr (GBytes) gz = g_bytes_new (packed->data, packed->len);
    g_autoptr (GError) error = NULL;

    g_assert_null (flow_otlp_inflate_gzip (gz, 100, &error));
    g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST);
  }
}

/* About 1 MB that would become 1 GB: refused when 64 MiB have come out. */
static void
test_inflate_bomb (void)
{
  const gsize chunk = 1 << 20;
  g_autofree guint8 *zeros = g_malloc0 (chunk);
  g_autoptr (GByteArray) member = deflate_bytes (zeros, chunk), bomb = g_byte_array_new ();
  g_autoptr (GBytes) gz = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 1024; i++)
    g_byte_array_append (bomb, member->data, member->len);
  gz = g_bytes_new_static (bomb->data, bomb->len);
  g_assert_cmpuint (g_bytes_get_size (gz), <, 2 << 20);
  g_assert_null (flow_otlp_inflate_gzip (gz, 64 << 20, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_TOO_LARGE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/otlp/answer/success", test_success);
  g_test_add_func ("/otlp/answer/partial", test_partial);
  g_test_add_func ("/otlp/answer/status", test_status);
  g_test_add_func ("/otlp/inflate/samples", test_inflate_samples);
  g_test_add_func ("/otlp/inflate/limit", test_inflate_limit);
  g_test_add_func ("/otlp/inflate/members", test_inflate_members);
  g_test_add_func ("/otlp/inflate/bad", test_inflate_bad);
  g_test_add_func ("/otlp/inflate/bomb", test_inflate_bomb);
  return g_test_run ();
}
