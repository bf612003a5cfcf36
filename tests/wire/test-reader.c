/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <string.h>

#include "wire/flow-wire-reader.h"
#include "ws-client.h"

#define TEXT 0x81
#define BINARY 0x82
#define TEXT_BEGIN 0x01
#define BINARY_BEGIN 0x02
#define MORE 0x00
#define LAST 0x80
#define CLOSE 0x88
#define PING 0x89
#define PONG 0x8a

static const FlowWireReaderLimits small = { .frame = 70000, .message = 100000, .fragments = 5 };

/* What came, as a line each: "text 5 hello". */
typedef struct
{
  GString *heard;
  gboolean stop; /* after each */
} Listener;

static void
hear (Listener *self, const char *what, const guint8 *data, gsize length)
{
  g_string_append_printf (self->heard, "%s %" G_GSIZE_FORMAT " ", what, length);
  g_string_append_len (self->heard, (const char *) data, (gssize) MIN (length, 24));
  g_string_append_c (self->heard, '\n');
}

static gboolean
message_cb (gpointer owner, FlowWireMessage *message)
{
  Listener *self = owner;
  GBytes *bytes = flow_wire_message_get_bytes (message);

  g_assert_cmpmem (message->data, message->length, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  hear (self, message->kind == FLOW_WIRE_TEXT ? "text" : "binary", message->data, message->length);
  return !self->stop;
}

static gboolean
control_cb (gpointer owner, FlowWireOpcode opcode, const guint8 *data, gsize length)
{
  Listener *self = owner;

  hear (self,
        opcode == FLOW_WIRE_OPCODE_PING   ? "ping"
        : opcode == FLOW_WIRE_OPCODE_PONG ? "pong"
                                          : "close",
        data, length);
  return !self->stop;
}

static const FlowWireReaderHandler handler = { message_cb, control_cb };

/* Have a reader take bytes in pieces of at most so many. Returns the close code, and what it heard. */
static guint
feed (const FlowWireReaderLimits *limits, const GByteArray *in, gsize piece, gboolean stop, GString *heard)
{
  g_autofree guint8 *scratch = g_malloc (FLOW_WIRE_SCRATCH);
  Listener listener = { heard, stop };
  FlowWireReader reader;
  FlowWireProblem problem = { 0 };
  gsize at = 0;

  flow_wire_reader_init (&reader, limits);
  while (problem.code == 0 && (at < in->len || (stop && flow_wire_reader_has_rest (&reader))))
    {
      gsize space, length, before = heard->len;
      guint8 *place = flow_wire_reader_reserve (&reader, scratch, &space);

      g_assert_cmpuint (space, >, 0);
      length = MIN (MIN (space, piece), in->len - at);
      if (stop && flow_wire_reader_has_rest (&reader))
        length = 0;
      memcpy (place, in->data + at, length);
      at += length;
      problem = flow_wire_reader_received (&reader, scratch, length, &handler, &listener);
      g_assert_cmpuint (flow_wire_reader_get_held (&reader), <=, 4 * limits->message + FLOW_WIRE_SCRATCH);
      if (stop && length == 0 && heard->len == before)
        {
          /* What is left is not complete. */
          stop = listener.stop = FALSE;
        }
    }
  flow_wire_reader_clear (&reader);
  g_assert_true (problem.code == 0 || problem.message != NULL);
  return problem.code;
}

typedef struct
{
  const char *name;
  /* Each frame: its first byte and its payload; a first byte of -1 is the end. */
  struct
  {
    int first;
    const char *data;
  } frames[9];
  guint code;
  const char *heard;
} Case;

#define END  \
  {          \
    -1, NULL \
  }

static const Case cases[] = {
  { "one text", { { TEXT, "hello" }, END }, 0, "text 5 hello\n" },
  { "empty text", { { TEXT, "" }, END }, 0, "text 0 \n" },
  { "empty binary", { { BINARY, "" }, END }, 0, "binary 0 \n" },
  { "two", { { TEXT, "a" }, { BINARY, "b" }, END }, 0, "text 1 a\nbinary 1 b\n" },
  { "fragments", { { TEXT_BEGIN, "he" }, { MORE, "ll" }, { LAST, "o" }, END }, 0, "text 5 hello\n" },
  { "empty fragments", { { TEXT_BEGIN, "" }, { MORE, "" }, { LAST, "" }, END }, 0, "text 0 \n" },
  { "empty last", { { BINARY_BEGIN, "x" }, { LAST, "" }, END }, 0, "binary 1 x\n" },
  { "ping between fragments",
    { { TEXT_BEGIN, "he" }, { PING, "p" }, { MORE, "l" }, { PONG, "q" }, { LAST, "lo" }, END },
    0,
    "ping 1 p\npong 1 q\ntext 5 hello\n" },
  { "close between fragments", { { TEXT_BEGIN, "he" }, { CLOSE, "\x03\xe8" }, END }, 0, "close 2 \x03\xe8\n" },
  { "two fragmented messages",
    { { TEXT_BEGIN, "a" }, { LAST, "b" }, { BINARY_BEGIN, "c" }, { LAST, "d" }, END },
    0,
    "text 2 ab\nbinary 2 cd\n" },
  { "reserved bit 1", { { TEXT | 0x40, "x" }, END }, 1002, "" },
  { "reserved bit 2", { { TEXT | 0x20, "x" }, END }, 1002, "" },
  { "reserved bit 3", { { TEXT | 0x10, "x" }, END }, 1002, "" },
  { "reserved bit of a ping", { { PING | 0x40, "x" }, END }, 1002, "" },
  { "reserved bit of a continuation", { { TEXT_BEGIN, "a" }, { LAST | 0x40, "b" }, END }, 1002, "" },
  { "good, then a reserved bit", { { TEXT, "a" }, { TEXT | 0x40, "b" }, END }, 1002, "text 1 a\n" },
  { "opcode 3", { { 0x83, "x" }, END }, 1002, "" },
  { "opcode 4", { { 0x84, "x" }, END }, 1002, "" },
  { "opcode 5", { { 0x85, "x" }, END }, 1002, "" },
  { "opcode 6", { { 0x86, "x" }, END }, 1002, "" },
  { "opcode 7", { { 0x87, "x" }, END }, 1002, "" },
  { "opcode 11", { { 0x8b, "x" }, END }, 1002, "" },
  { "opcode 12", { { 0x8c, "x" }, END }, 1002, "" },
  { "opcode 13", { { 0x8d, "x" }, END }, 1002, "" },
  { "opcode 14", { { 0x8e, "x" }, END }, 1002, "" },
  { "opcode 15", { { 0x8f, "x" }, END }, 1002, "" },
  { "fragmented ping", { { 0x09, "x" }, END }, 1002, "" },
  { "fragmented pong", { { 0x0a, "x" }, END }, 1002, "" },
  { "fragmented close", { { 0x08, "\x03\xe8" }, END }, 1002, "" },
  { "continuation of nothing", { { LAST, "x" }, END }, 1002, "" },
  { "begin of a continuation of nothing", { { MORE, "x" }, END }, 1002, "" },
  { "continuation after the end", { { TEXT_BEGIN, "a" }, { LAST, "b" }, { LAST, "c" }, END }, 1002, "text 2 ab\n" },
  { "text within a text", { { TEXT_BEGIN, "a" }, { TEXT, "b" }, END }, 1002, "" },
  { "binary within a text", { { TEXT_BEGIN, "a" }, { BINARY_BEGIN, "b" }, END }, 1002, "" },
  { "UTF-8 over two fragments", { { TEXT_BEGIN, "\xce" }, { LAST, "\xba" }, END }, 0, "text 2 κ\n" },
  { "UTF-8 over a ping",
    { { TEXT_BEGIN, "\xf0\x9f" }, { PING, "\xff" }, { MORE, "\x98" }, { LAST, "\x80" }, END },
    0,
    "ping 1 \xff\ntext 4 😀\n" },
  { "not UTF-8", { { TEXT, "a\xff" }, END }, 1007, "" },
  { "overlong", { { TEXT, "\xc0\xaf" }, END }, 1007, "" },
  { "surrogate", { { TEXT, "\xed\xa0\x80" }, END }, 1007, "" },
  { "beyond Unicode", { { TEXT, "\xf4\x90\x80\x80" }, END }, 1007, "" },
  { "half a character", { { TEXT, "\xce" }, END }, 1007, "" },
  { "half a character at the end of fragments", { { TEXT_BEGIN, "a" }, { LAST, "\xce" }, END }, 1007, "" },
  { "half a character and an empty end", { { TEXT_BEGIN, "\xce" }, { LAST, "" }, END }, 1007, "" },
  { "not UTF-8, told before the end", { { TEXT_BEGIN, "\xce\xce" }, END }, 1007, "" },
  { "not UTF-8 over fragments", { { TEXT_BEGIN, "\xf4" }, { MORE, "\x90" }, END }, 1007, "" },
  { "half a character does not leak", { { BINARY, "\xce" }, { TEXT, "a" }, END }, 0, "binary 1 \xce\ntext 1 a\n" },
  { "binary need not be UTF-8", { { BINARY_BEGIN, "\xff" }, { LAST, "\xfe" }, END }, 0, "binary 2 \xff\xfe\n" },
  { "as many fragments as may be",
    { { TEXT_BEGIN, "1" }, { MORE, "2" }, { MORE, "3" }, { MORE, "4" }, { LAST, "5" }, END },
    0,
    "text 5 12345\n" },
  { "one fragment too many",
    { { TEXT_BEGIN, "1" }, { MORE, "2" }, { MORE, "3" }, { MORE, "4" }, { MORE, "5" }, { LAST, "6" }, END },
    1008,
    "" },
};

static void
check_case (const Case *one)
{
  g_autoptr (GByteArray) in = g_byte_array_new ();

  for (guint i = 0; one->frames[i].first >= 0; i++)
    ws_frame_append (in, (guint) one->frames[i].first, one->frames[i].data, strlen (one->frames[i].data));
  for (gsize piece = 1; piece <= in->len; piece++)
    {
      for (guint stop = 0; stop < 2; stop++)
        {
          g_autoptr (GString) heard = g_string_new (NULL);
          guint code = feed (&small, in, piece, stop, heard);

          if (code != one->code || !g_str_equal (heard->str, one->heard))
            g_error ("%s, by %" G_GSIZE_FORMAT ": %u\n%s", one->name, piece, code, heard->str);
        }
    }
}

static void
test_table (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    check_case (&cases[i]);
}

static guint
feed_raw (const char *data, gsize length)
{
  g_autoptr (GByteArray) in = g_byte_array_new ();
  g_autoptr (GString) heard = g_string_new (NULL);

  g_byte_array_append (in, (const guint8 *) data, (guint) length);
  return feed (&small, in, 1, FALSE, heard);
}

/* Headers that ws_frame_append() would not write. */
static void
test_headers (void)
{
  g_assert_cmpuint (feed_raw ("\x81\x05hello", 7), ==, 1002);
  g_assert_cmpuint (feed_raw ("\x88\x00", 2), ==, 1002);
  g_assert_cmpuint (feed_raw ("\x89\xfe", 2), ==, 1002);
  g_assert_cmpuint (feed_raw ("\x88\xff", 2), ==, 1002);
  g_assert_cmpuint (feed_raw ("\x82\xfe\x00\x7d", 4), ==, 1002);
  g_assert_cmpuint (feed_raw ("\x82\xfe\x00\x7e", 4), ==, 0);
  g_assert_cmpuint (feed_raw ("\x82\xff\0\0\0\0\0\0\xff\xff", 10), ==, 1002);
  g_assert_cmpuint (feed_raw ("\x82\xff\0\0\0\0\0\1\0\0", 10), ==, 0);
  g_assert_cmpuint (feed_raw ("\x82\xff\x80\0\0\0\0\1\0\0", 10), ==, 1002);
  g_assert_cmpuint (feed_raw ("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0", 14), ==, 1009);
}

/* Around every length at which the header, or the way of the bytes, is another. */
static void
test_lengths (void)
{
  static const gsize lengths[] = {
    0, 1, 7, 8, 9, 125, 126, 127, 65535, 65536, 65537, 16383, 16384, 16385, 69999, 70000
  };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autofree char *payload = g_strnfill (lengths[i], 'x');
      g_autoptr (GByteArray) in = g_byte_array_new ();
      g_autofree char *wanted = g_strdup_printf ("text %" G_GSIZE_FORMAT " %.24s\nping 1 p\n", lengths[i], payload);

      ws_frame_append (in, TEXT, payload, lengths[i]);
      ws_frame_append (in, PING, "p", 1);
      for (gsize piece = 1; piece <= 2 * in->len; piece = piece * 3 + 1)
        {
          g_autoptr (GString) heard = g_string_new (NULL);

          if (piece == 1 && in->len > 20000)
            continue;
          g_assert_cmpuint (feed (&small, in, piece, FALSE, heard), ==, 0);
          g_assert_cmpstr (heard->str, ==, wanted);
        }
    }
}

static void
test_bounds (void)
{
  g_autofree char *payload = g_strnfill (70001, 'x');

  for (guint over = 0; over < 2; over++)
    {
      g_autoptr (GByteArray) frame = g_byte_array_new ();
      g_autoptr (GByteArray) message = g_byte_array_new ();
      g_autoptr (GString) heard = g_string_new (NULL);

      ws_frame_append (frame, BINARY, payload, 70000 + over);
      g_assert_cmpuint (feed (&small, frame, G_MAXSIZE, FALSE, heard), ==, over ? 1009 : 0);
      /* The header is enough to tell. */
      g_byte_array_set_size (frame, 14);
      g_assert_cmpuint (feed (&small, frame, G_MAXSIZE, FALSE, heard), ==, over ? 1009 : 0);
      ws_frame_append (message, BINARY_BEGIN, payload, 50000);
      ws_frame_append (message, LAST, payload, 50000 + over);
      g_assert_cmpuint (feed (&small, message, G_MAXSIZE, FALSE, heard), ==, over ? 1009 : 0);
    }
}

/* A long text whose characters lie across everything, in random pieces. */
static void
test_random_pieces (void)
{
  g_autoptr (GString) text = g_string_new (NULL);

  while (text->len < 40000)
    g_string_append (text, "aé日😀");
  for (guint round = 0; round < 300; round++)
    {
      g_autoptr (GByteArray) in = g_byte_array_new ();
      g_autoptr (GString) heard = g_string_new (NULL);
      gsize first = (gsize) g_test_rand_int_range (0, (gint32) text->len);
      guint code;

      ws_frame_append (in, TEXT_BEGIN, text->str, first);
      ws_frame_append (in, PONG, "", 0);
      ws_frame_append (in, LAST, text->str + first, text->len - first);
      ws_frame_append (in, TEXT, "end", 3);
      code = feed (&small, in, (gsize) g_test_rand_int_range (100, 80000), round % 2 == 0, heard);
      g_assert_cmpuint (code, ==, 0);
      g_assert_true (g_str_has_prefix (heard->str, "pong 0 \ntext 40000 aé日😀"));
      g_assert_true (g_str_has_suffix (heard->str, "text 3 end\n"));
    }
}

static void
test_mask (void)
{
  static const guint8 mask[4] = { 0x12, 0x34, 0x56, 0x78 };

  for (gsize length = 0; length < 40; length++)
    {
      for (gsize cut = 0; cut <= length; cut++)
        {
          guint8 data[40] = { 0 };

          flow_wire_frame_unmask (data, cut, mask, 0);
          flow_wire_frame_unmask (data + cut, length - cut, mask, cut);
          for (gsize i = 0; i < length; i++)
            g_assert_cmpuint (data[i], ==, mask[i & 3]);
        }
    }
}

static void
test_close_codes (void)
{
  for (guint code = 0; code <= 65535; code++)
    {
      gboolean valid = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
                       (code >= 3000 && code <= 4999);

      g_assert_cmpint (flow_wire_is_close_code (code), ==, valid);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/reader/table", test_table);
  g_test_add_func ("/reader/headers", test_headers);
  g_test_add_func ("/reader/lengths", test_lengths);
  g_test_add_func ("/reader/bounds", test_bounds);
  g_test_add_func ("/reader/random-pieces", test_random_pieces);
  g_test_add_func ("/reader/mask", test_mask);
  g_test_add_func ("/reader/close-codes", test_close_codes);
  return g_test_run ();
}
