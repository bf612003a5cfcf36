/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trace-test.h"

#include "trace/flow-bloom.h"
#include "trace/flow-lod.h"
#include "trace/flow-otlp-wire.h"

/* What a segment is made of: there and back with any values, and an error, never more, when bytes are damaged. */

static guint64
random64 (void)
{
  return (guint64) (guint32) g_test_rand_int () << 32 | (guint32) g_test_rand_int ();
}

/* Values of every width, with runs, with extremes. */
static guint64
random_value (guint style)
{
  switch (style)
    {
    case 0:
      return 0;
    case 1:
      return random64 () & 0xff;
    case 2:
      return random64 () & 0xffff;
    case 3:
      return random64 () & 0xffffffff;
    case 4:
      return random64 ();
    case 5:
      return (random64 () & 1) != 0 ? G_MAXUINT64 : 0;
    default:
      return G_GUINT64_CONSTANT (1700000000000000000) + (random64 () & 0xffffff);
    }
}

static void
check_columns (gsize rows, guint style, gboolean compress)
{
  const guint64 *values[FLOW_N_COLUMNS] = { NULL };
  g_autofree guint64 *all = g_new (guint64, rows * FLOW_N_COLUMNS);
  g_auto (FlowBuffer) blob = { 0 };

  for (guint column = 0; column < FLOW_N_COLUMNS; column++)
    {
      if ((column + style) % 5 == 4)
        continue;
      values[column] = all + rows * column;
      for (gsize row = 0; row < rows; row++)
        all[rows * column + row] = random_value ((style + column) % 7);
    }
  flow_columns_encode (&blob, values, rows, compress);
  for (guint column = 0; column < FLOW_N_COLUMNS; column++)
    {
      gsize offset, length;
      FlowColumn decoded;

      g_assert_true (flow_columns_span (blob.data, blob.length, column, &offset, &length));
      g_assert_true (flow_column_decode (blob.data, column, blob.data + offset, length, rows, &decoded));
      for (gsize row = 0; row < rows; row++)
        g_assert_cmphex (flow_column_get (&decoded, row), ==, values[column] != NULL ? values[column][row] : 0);
      flow_column_clear (&decoded);
    }
}

static void
test_columns (void)
{
  static const gsize sizes[] = { 1, 2, 7, 63, 64, 65, 4096, 5000 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint style = 0; style < 7; style++)
      for (guint compress = 0; compress < 2; compress++)
        check_columns (sizes[i], style, compress != 0);
}

/* Every byte changed in every way that matters: either it is refused, or it gives as many values. */
static void
test_damaged_columns (void)
{
  const guint64 *values[FLOW_N_COLUMNS] = { NULL };
  guint64 all[FLOW_N_COLUMNS][300];
  static const guint8 flips[] = { 0x01, 0x80, 0xff, 0x04 };

  for (guint compress = 0; compress < 2; compress++)
    {
      g_auto (FlowBuffer) blob = { 0 };

      for (guint column = 0; column < FLOW_N_COLUMNS; column++)
        {
          values[column] = all[column];
          for (guint row = 0; row < 300; row++)
            all[column][row] = random_value (column % 7);
        }
      flow_columns_encode (&blob, values, 300, compress != 0);
      for (gsize at = 0; at < blob.length; at++)
        for (guint flip = 0; flip < G_N_ELEMENTS (flips); flip++)
          {
            g_autofree guint8 *copy = g_memdup2 (blob.data, blob.length);

            copy[at] ^= flips[flip];
            for (guint column = 0; column < FLOW_N_COLUMNS; column++)
              {
                gsize offset, length;
                FlowColumn decoded;

                if (!flow_columns_span (copy, blob.length, column, &offset, &length) ||
                    (at >= FLOW_COLUMNS_HEADER && (at < offset || at >= offset + length)) ||
                    !flow_column_decode (copy, column, copy + offset, length, 300, &decoded))
                  continue;
                for (guint row = 0; row < 300; row++)
                  flow_column_get (&decoded, row);
                flow_column_clear (&decoded);
              }
          }
    }
}

static void
test_blobs (void)
{
  for (gsize size = 0; size < 3000; size = size * 2 + 1)
    for (guint compress = 0; compress < 2; compress++)
      {
        g_autofree guint8 *data = g_malloc (size + 1);
        g_auto (FlowBuffer) blob = { 0 };
        g_autofree guint8 *back = NULL;
        gsize length;

        for (gsize i = 0; i < size; i++)
          data[i] = (guint8) (i % 30 < 20 ? 'a' : g_test_rand_int ());
        flow_blob_compress (&blob, data, size, compress != 0);
        back = flow_blob_expand (blob.data, blob.length, &length);
        g_assert_cmpmem (back, length, data, size);
        g_assert_cmpuint (back[length], ==, 0);
        for (gsize at = 0; at < blob.length; at++)
          {
            g_autofree guint8 *copy = g_memdup2 (blob.data, blob.length);
            g_autofree guint8 *damaged = NULL, *shorter = NULL;

            copy[at] ^= (guint8) (1u << (at % 8));
            damaged = flow_blob_expand (copy, blob.length, &length);
            shorter = flow_blob_expand (blob.data, at, &length);
            g_assert_null (shorter);
          }
      }
}

static void
test_dictionary (void)
{
  g_autoptr (FlowDictionary) plain = flow_dictionary_new_plain ();
  g_autoptr (FlowDictionary) keys = flow_dictionary_new ();
  g_autoptr (FlowDictionary) back = NULL;
  g_autoptr (GByteArray) blob = g_byte_array_new ();
  guint32 ids[3000], id;

  g_assert_cmpstr (flow_dictionary_get (keys, FLOW_KEY_SERVICE_NAME, NULL), ==, "service.name");
  g_assert_cmpuint (flow_dictionary_size (keys), ==, FLOW_KEY_LAST + 1);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autofree char *text = g_strdup_printf ("%u string %0*u", i, (int) (i % 200), i);

      ids[i] = flow_dictionary_intern (plain, text, strlen (text) + 1); /* with its NUL */
      g_assert_cmpuint (ids[i], ==, i + 1);
      g_assert_cmpuint (flow_dictionary_intern (plain, text, strlen (text) + 1), ==, ids[i]);
      g_assert_false (flow_dictionary_lookup (plain, text, strlen (text), &id));
    }
  g_assert_cmpuint (flow_dictionary_intern (plain, "", 0), ==, 0);
  flow_dictionary_to_blob (plain, blob);
  back = flow_dictionary_new_from_blob (blob->data, blob->len);
  g_assert_nonnull (back);
  g_assert_cmpuint (flow_dictionary_size (back), ==, flow_dictionary_size (plain));
  for (guint32 i = 0; i < flow_dictionary_size (plain); i++)
    {
      gsize length, other;
      const char *text = flow_dictionary_get (plain, i, &length), *read = flow_dictionary_get (back, i, &other);

      g_assert_cmpmem (text, length, read, other);
      g_assert_cmpuint (read[other], ==, 0);
      g_assert_true (flow_dictionary_lookup (back, text, length, &id));
      g_assert_cmpuint (id, ==, i);
      g_assert_true (flow_dictionary_lookup (plain, text, length, &id));
      g_assert_cmpuint (id, ==, i);
    }
  g_assert_false (flow_dictionary_lookup (back, "absent", 6, &id));
  g_assert_cmpstr (flow_dictionary_get (back, 1000000, NULL), ==, "");
}

static void
test_damaged_dictionary (void)
{
  g_autoptr (FlowDictionary) plain = flow_dictionary_new_plain ();
  g_autoptr (GByteArray) blob = g_byte_array_new ();

  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *text = g_strnfill (i * 7, 'x');

      flow_dictionary_intern (plain, text, i * 7);
    }
  flow_dictionary_to_blob (plain, blob);
  for (guint at = 0; at < blob->len; at++)
    for (guint flip = 1; flip < 256; flip <<= 1)
      {
        g_autofree guint8 *copy = g_memdup2 (blob->data, blob->len);
        g_autoptr (FlowDictionary) damaged = NULL, shorter = NULL;
        gsize length;

        copy[at] ^= (guint8) flip;
        damaged = flow_dictionary_new_from_blob (copy, blob->len);
        for (guint32 id = 0; damaged != NULL && id < flow_dictionary_size (damaged); id++)
          g_assert_cmpuint (flow_dictionary_get (damaged, id, &length)[length], ==, 0);
        shorter = flow_dictionary_new_from_blob (g_memdup2 (blob->data, 0), 0);
        g_assert_null (shorter);
        g_clear_pointer (&shorter, flow_dictionary_free);
        shorter = flow_dictionary_new_from_blob (blob->data, at);
        g_assert_null (shorter);
      }
}

static guint32
random_string (FlowDictionary *strings)
{
  g_autofree char *text = g_strdup_printf ("s%u", (guint) g_test_rand_int_range (0, 500));

  return flow_dictionary_intern (strings, text, strlen (text));
}

static void
put_random_attributes (FlowBuffer *out, FlowDictionary *strings, guint count)
{
  for (guint i = 0; i < count; i++)
    {
      FlowAttribute attribute = { random_string (strings), (FlowValueType) g_test_rand_int_range (0, 8), { 0 } };

      if (attribute.type == FLOW_VALUE_INT)
        attribute.value.integer = (gint64) random_value ((guint) g_test_rand_int_range (0, 7));
      else if (attribute.type == FLOW_VALUE_DOUBLE)
        attribute.value.number = g_test_rand_double ();
      else
        attribute.value.string = random_string (strings);
      flow_extra_put_attribute (out, &attribute);
    }
}

/* All kinds of fields, as the decoders write them. */
static void
put_random_extra (FlowBuffer *out, FlowDictionary *strings)
{
  guint count = (guint) g_test_rand_int_range (0, 6);

  flow_buffer_put_varint (out, count);
  put_random_attributes (out, strings, count);
  for (guint field = 1; field <= FLOW_FIELD_LAST; field++)
    {
      if (g_test_rand_int_range (0, 2) == 0)
        continue;
      count = (guint) g_test_rand_int_range (0, 3);
      flow_buffer_put_varint (out, field);
      switch (field)
        {
        case FLOW_FIELD_EVENT:
          flow_buffer_put_varint (out, random64 ());
          flow_buffer_put_varint (out, random_string (strings));
          flow_buffer_put_varint (out, 3);
          flow_buffer_put_varint (out, count);
          put_random_attributes (out, strings, count);
          break;
        case FLOW_FIELD_LINK:
          for (guint i = 0; i < 24; i++)
            flow_buffer_put_u8 (out, (guint8) i);
          flow_buffer_put_varint (out, random_string (strings));
          flow_buffer_put_varint (out, 257);
          flow_buffer_put_varint (out, 0);
          flow_buffer_put_varint (out, count);
          put_random_attributes (out, strings, count);
          break;
        case FLOW_FIELD_BODY:
          put_random_attributes (out, strings, 1);
          break;
        case FLOW_FIELD_TRACE_STATE:
        case FLOW_FIELD_STATUS_MESSAGE:
        case FLOW_FIELD_EVENT_NAME:
        case FLOW_FIELD_SEVERITY_TEXT:
          flow_buffer_put_varint (out, random_string (strings));
          break;
        default:
          flow_buffer_put_varint (out, random64 ());
          break;
        }
    }
}

static FlowDictionary *
reversed (const FlowDictionary *from)
{
  FlowDictionary *to = flow_dictionary_new_plain ();

  for (guint32 id = flow_dictionary_size (from); id > 1; id--)
    {
      gsize length;
      const char *text = flow_dictionary_get (from, id - 1, &length);

      flow_dictionary_intern (to, text, length);
    }
  return to;
}

/* Into another dictionary and back: the same bytes. */
static void
test_extra (void)
{
  for (guint round = 0; round < 300; round++)
    {
      g_autoptr (FlowDictionary) from = flow_dictionary_new (), to = NULL;
      g_auto (FlowBuffer) extra = { 0 };
      g_auto (FlowBuffer) other = { 0 };
      g_auto (FlowBuffer) back = { 0 };
      FlowRemap there, home;

      put_random_extra (&extra, from);
      to = reversed (from);
      flow_remap_init (&there, from, to);
      g_assert_true (flow_extra_remap (&other, extra.data, extra.length, &there));
      flow_remap_init (&home, to, from);
      g_assert_true (flow_extra_remap (&back, other.data, other.length, &home));
      g_assert_cmpmem (extra.data, extra.length, back.data, back.length);
      flow_remap_clear (&there);
      flow_remap_clear (&home);
    }
}

static void
test_damaged_extra (void)
{
  g_autoptr (FlowDictionary) from = flow_dictionary_new ();
  g_auto (FlowBuffer) extra = { 0 };

  while (extra.length < 70)
    {
      extra.length = 0;
      put_random_extra (&extra, from);
    }
  for (gsize at = 0; at < extra.length; at++)
    for (guint flip = 0; flip < 9; flip++)
      {
        gsize length = flip == 8 ? at : extra.length;
        g_autofree guint8 *copy = g_memdup2 (extra.data, length);
        g_autoptr (FlowDictionary) to = flow_dictionary_new_plain ();
        g_auto (FlowBuffer) out = { 0 };
        FlowRemap map;

        if (flip < 8)
          copy[at] ^= (guint8) (1u << flip);
        flow_buffer_put (&out, "keep", 4);
        flow_remap_init (&map, from, to);
        if (!flow_extra_remap (&out, copy, length, &map))
          g_assert_cmpmem (out.data, out.length, "keep", 4);
        flow_remap_clear (&map);
      }
}

/* Made by an independent implementation that also gives the SipHash-2-4 vector of the paper. */
static void
test_siphash (void)
{
  static const guint64 expected[] = {
    0xabac0158050fc4dcu, 0xc9f49bf37d57ca93u, 0x82cb9b024dc7d44du, 0x8bf80ab8e7ddf7fbu, 0xcf75576088d38328u,
    0xdef9d52f49533b67u, 0xc50d2b50c59f22a7u, 0xd3927d989bb11140u, 0x369095118d299a8eu, 0x25a48eb36c063de4u,
    0x79de85ee92ff097fu, 0x70c118c1f94dc352u, 0x78a384b157b4d9a2u, 0x306f760c1229ffa7u, 0x605aa111c0f95d34u,
    0xd320d86d2a519956u, 0xcc4fdd1a7d908b66u, 0x9cf2689063dbd80cu, 0x8ffc389cb473e63eu, 0xf21f9de58d297d1cu,
  };
  FlowSipKey key = { 0x0706050403020100u, 0x0f0e0d0c0b0a0908u };
  guint8 data[G_N_ELEMENTS (expected)];

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      data[i] = (guint8) i;
      g_assert_cmphex (flow_siphash (&key, data, i), ==, expected[i]);
    }
}

static gboolean
may_hold (const FlowBuffer *filter, const FlowSipKey *key, const char *text)
{
  g_autoptr (GArray) query = flow_bloom_query_new (key, text, strlen (text));

  return flow_bloom_may_hold (filter->data, filter->length, query);
}

/* Whatever was added is found; what was not is rarely taken for it. */
static void
test_bloom (void)
{
  FlowSipKey key = { random64 (), random64 () };
  g_auto (FlowBloom) bloom = { 0 };
  g_auto (FlowBuffer) filter = { 0 };
  guint wrong = 0;

  flow_bloom_init (&bloom, &key);
  for (guint i = 0; i < 20000; i++)
    {
      g_autofree char *text = g_strdup_printf ("Word%u other-%u", i, i);

      flow_bloom_add (&bloom, text, strlen (text));
    }
  flow_bloom_finish (&bloom, &filter);
  for (guint i = 0; i < 20000; i++)
    {
      g_autofree char *text = g_strdup_printf ("OTHER-%u", i);
      g_autofree char *absent = g_strdup_printf ("absent%u", i);

      g_assert_true (may_hold (&filter, &key, text));
      wrong += may_hold (&filter, &key, absent);
    }
  g_assert_cmpuint (wrong, <, 400);
  g_assert_true (may_hold (&filter, &key, "a"));
  g_assert_true (flow_bloom_may_hold (filter.data, 0, NULL));
}

/* Strings in protobuf bytes of any length, whose lengths look like letters. */
static void
test_bloom_framed (void)
{
  FlowSipKey key = { 1, 2 };

  for (gsize size = 2; size < 20000; size += size < 300 ? 1 : 37)
    {
      g_auto (FlowBloom) bloom = { 0 };
      g_auto (FlowBuffer) filter = { 0 };
      g_auto (FlowBuffer) any = { 0 };
      g_autofree char *text = g_strnfill (size, 'x');
      gsize array, value;

      for (gsize i = 6; i < size; i += 6)
        text[i] = ' ';
      memcpy (text, "ab", 2);
      array = flow_wire_open (&any, FLOW_WIRE_TAG (5, BYTES), 1);
      value = flow_wire_open (&any, FLOW_WIRE_TAG (1, BYTES), 1);
      flow_wire_put_bytes (&any, 1, text, size);
      flow_wire_close (&any, value, 1);
      flow_wire_close (&any, array, 1);
      flow_bloom_init (&bloom, &key);
      flow_bloom_add (&bloom, (char *) any.data, any.length);
      flow_bloom_finish (&bloom, &filter);
      g_assert_true (may_hold (&filter, &key, text));
    }
}

/* What a search finds in a text its filter must not rule out. */
static void
test_words (void)
{
  static const char letters[] = "aB1 -.\xc3\xa4_\n";
  FlowSipKey key = { 3, 4 };
  guint matches = 0;

  g_assert_true (flow_words_match ("GET /cart", 9, "get", 3));
  g_assert_true (flow_words_match ("GET /cart", 9, "t /c", 4) == FALSE);
  g_assert_true (flow_words_match ("GET /cart", 9, "/Cart", 5));
  g_assert_false (flow_words_match ("GET /cart", 9, "car", 3));
  g_assert_false (flow_words_match ("GET /cart", 9, "", 0));
  g_assert_true (flow_text_holds ("GET /cart", 9, "T /C", 4));
  for (guint round = 0; round < 20000; round++)
    {
      char text[12], needle[12];
      gsize length = (gsize) g_test_rand_int_range (0, 12), wanted = (gsize) g_test_rand_int_range (1, 6);
      g_auto (FlowBloom) bloom = { 0 };
      g_auto (FlowBuffer) filter = { 0 };
      g_autoptr (GArray) query = NULL;

      for (gsize i = 0; i < sizeof text; i++)
        {
          text[i] = letters[g_test_rand_int_range (0, sizeof letters - 1)];
          needle[i] = letters[g_test_rand_int_range (0, sizeof letters - 1)];
        }
      if (round % 2 == 0 && length > wanted)
        memcpy (needle, text + (length - wanted) / 2, wanted);
      if (!flow_words_match (text, length, needle, wanted))
        continue;
      matches++;
      g_assert_true (flow_text_holds (text, length, needle, wanted));
      flow_bloom_init (&bloom, &key);
      flow_bloom_add (&bloom, text, length);
      flow_bloom_finish (&bloom, &filter);
      query = flow_bloom_query_new (&key, needle, wanted);
      g_assert_true (flow_bloom_may_hold (filter.data, filter.length, query));
    }
  g_assert_cmpuint (matches, >, 500);
}

/* A long text is found by its beginning, sealed or not. */
static void
test_long_text (void)
{
  FlowSipKey key = { 5, 6 };
  gsize length = FLOW_BLOOM_TEXT + 100;
  g_autofree char *text = g_strnfill (length, ' ');
  g_auto (FlowBloom) bloom = { 0 };
  g_auto (FlowBuffer) filter = { 0 };

  memcpy (text, "begin", 5);
  memcpy (text + FLOW_BLOOM_TEXT - 3, "border", 6);
  memcpy (text + length - 3, "end", 3);
  flow_bloom_init (&bloom, &key);
  flow_bloom_add (&bloom, text, length);
  flow_bloom_finish (&bloom, &filter);
  g_assert_true (flow_words_match (text, length, "begin", 5) && may_hold (&filter, &key, "begin"));
  g_assert_true (flow_words_match (text, length, "bor", 3) && may_hold (&filter, &key, "bor"));
  g_assert_false (flow_words_match (text, length, "border", 6));
  g_assert_false (flow_words_match (text, length, "end", 3));
}

static void
test_lod (void)
{
  for (guint round = 0; round < 40; round++)
    {
      gsize rows = (gsize) g_test_rand_int_range (1, 6000);
      guint64 *values[FLOW_N_COLUMNS];
      g_auto (FlowBuffer) blob = { 0 };
      g_autoptr (GArray) read = NULL;
      guint64 spans = 0, errors = 0, busy = 0, max = 0, wanted_busy = 0, wanted_errors = 0;
      guint shift;

      for (guint column = 0; column < FLOW_N_COLUMNS; column++)
        values[column] = g_new0 (guint64, rows);
      for (gsize row = 0; row < rows; row++)
        {
          values[FLOW_COLUMN_START][row] = random_value (round % 7);
          values[FLOW_COLUMN_DURATION][row] = random64 () & 0xffffff;
          values[FLOW_COLUMN_SERVICE][row] = random64 () % 5;
          values[FLOW_COLUMN_FLAGS][row] = random64 () & 1;
          wanted_busy += values[FLOW_COLUMN_DURATION][row];
          wanted_errors += values[FLOW_COLUMN_FLAGS][row];
        }
      flow_lod_write (&blob, values, rows);
      read = flow_lod_read (blob.data, blob.length, &shift);
      g_assert_nonnull (read);
      for (guint i = 0; i < read->len; i++)
        {
          const FlowLodRow *row = &g_array_index (read, FlowLodRow, i);

          spans += row->spans;
          errors += row->errors;
          busy += row->busy;
          max = MAX (max, row->max);
        }
      g_assert_cmpuint (spans, ==, rows);
      g_assert_cmpuint (errors, ==, wanted_errors);
      g_assert_cmpuint (busy, ==, wanted_busy);
      g_assert_cmpuint (read->len, <=, (FLOW_LOD_BUCKETS + 1) * 5);
      for (gsize at = 0; at < MIN (blob.length, 400); at++)
        {
          g_autofree guint8 *copy = g_memdup2 (blob.data, blob.length);
          GArray *damaged;

          copy[at] ^= (guint8) (1u << (at % 8));
          damaged = flow_lod_read (copy, blob.length, &shift);
          g_clear_pointer (&damaged, g_array_unref);
          damaged = flow_lod_read (blob.data, at, &shift);
          g_assert_null (damaged);
        }
      for (guint column = 0; column < FLOW_N_COLUMNS; column++)
        g_free (values[column]);
    }
}

static gboolean
damage_run (sqlite3 *db, gpointer data, GError **error)
{
  return flow_sql_exec_text (db, data, error);
}

/* Every query over a store whose blobs are damaged: an error that says so, or an answer. */
static void
read_all (FlowTraceReader *reader)
{
  static const char *const attributes[] = { "key=value", NULL };
  FlowTraceFilter filter = { .attributes = attributes }, all = { .limit = 10 };
  FlowSpanFilter spans = { .status = 1, .errors_only = TRUE, .min_duration_ns = 1, .since_ns = 1 };
  g_autoptr (GPtrArray) list = flow_trace_reader_list (reader, &filter, NULL);
  g_autoptr (GPtrArray) hits = NULL, services = NULL, rows = NULL;
  FlowMetrics *metrics = flow_trace_reader_metrics (reader, "cpu", NULL, NULL);
  GArray *lod = flow_trace_reader_lod (reader, 0, G_MAXINT64, 50, NULL);
  g_autoptr (GArray) fine = NULL;
  guint64 count;

  g_clear_pointer (&list, g_ptr_array_unref);
  g_clear_pointer (&metrics, flow_metrics_free);
  g_clear_pointer (&lod, g_array_unref);
  fine = flow_trace_reader_lod (reader, G_GINT64_CONSTANT (1700000001000000000),
                                G_GINT64_CONSTANT (1700000001001000000), 1000, NULL);
  rows = flow_trace_reader_list (reader, &all, NULL);
  hits = flow_trace_reader_search (reader, "work", 10, NULL);
  services = flow_trace_reader_services (reader, NULL);
  if (services != NULL)
    flow_trace_reader_count_traces (reader, services, NULL);
  flow_trace_reader_count (reader, &spans, &count, NULL);
  for (guint trace = 1; trace < 5; trace++)
    {
      guint8 id[16];
      FlowTrace *loaded;
      g_autoptr (GError) error = NULL;

      test_trace_id (trace, id);
      loaded = flow_trace_reader_load (reader, id, &error);
      g_assert_true (loaded != NULL || error != NULL);
      g_clear_pointer (&loaded, flow_trace_unref);
    }
}

static void
test_damaged_store (void)
{
  static const char *const columns[] = { "lod", "bloom", "hot", "dictionary", "extra" };
  TestSpan spans[300];
  TestStore store;
  GRand *random = g_rand_new_with_seed (5);

  test_store_init (&store);
  for (guint i = 0; i < 300; i++)
    {
      spans[i] = test_span (1 + i % 4, i + 1);
      spans[i].attributes[0] = (TestAttribute) { "key", FLOW_VALUE_STRING, test_text ("value %u", i), 0, 0 };
    }
  test_store_spans (&store, spans, 200);
  test_store_seal (&store);
  test_store_spans (&store, spans + 200, 100);
  for (guint i = 0; i < 400; i++)
    {
      g_autoptr (FlowTraceReader) reader = NULL;
      const char *column = columns[i % 5];
      g_autofree char *text = g_strdup_printf (
          "UPDATE segment_data SET %s = CAST(substr(%s, 1, %u %% max(length(%s), 1)) || x'%02x%02x' || "
          "substr(%s, %u %% max(length(%s), 1) + %u) AS BLOB)",
          column, column, (guint) g_rand_int_range (random, 0, 100000), column,
          (guint) g_rand_int_range (random, 0, 256), (guint) g_rand_int_range (random, 0, 256), column,
          (guint) g_rand_int_range (random, 0, 100000), column, (guint) g_rand_int_range (random, 1, 4));

      test_store_run (&store, damage_run, text);
      reader = test_store_reader (&store);
      read_all (reader);
    }
  g_rand_free (random);
  test_store_clear (&store);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/trace/codecs/columns", test_columns);
  g_test_add_func ("/trace/codecs/damaged-columns", test_damaged_columns);
  g_test_add_func ("/trace/codecs/blobs", test_blobs);
  g_test_add_func ("/trace/codecs/dictionary", test_dictionary);
  g_test_add_func ("/trace/codecs/damaged-dictionary", test_damaged_dictionary);
  g_test_add_func ("/trace/codecs/extra", test_extra);
  g_test_add_func ("/trace/codecs/damaged-extra", test_damaged_extra);
  g_test_add_func ("/trace/codecs/siphash", test_siphash);
  g_test_add_func ("/trace/codecs/bloom", test_bloom);
  g_test_add_func ("/trace/codecs/bloom-framed", test_bloom_framed);
  g_test_add_func ("/trace/codecs/words", test_words);
  g_test_add_func ("/trace/codecs/long-text", test_long_text);
  g_test_add_func ("/trace/codecs/lod", test_lod);
  g_test_add_func ("/trace/codecs/damaged-store", test_damaged_store);
  return g_test_run ();
}
