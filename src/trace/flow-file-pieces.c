/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-file-pieces.h"

#include <string.h>

#include "trace/flow-bloom.h"

#define FILE_COLUMNS (FLOW_COLUMN_BIT (FLOW_COLUMN_FILE) | FLOW_COLUMN_BIT (FLOW_COLUMN_LINE))
#define SAMPLE_COLUMNS                                                                    \
  (FLOW_COLUMN_BIT (FLOW_COLUMN_DURATION) | FLOW_COLUMN_BIT (FLOW_COLUMN_DURATION_HIGH) | \
   FLOW_COLUMN_BIT (FLOW_COLUMN_SERVICE) | FLOW_COLUMN_BIT (FLOW_COLUMN_FLAGS) | FLOW_COLUMN_BIT (FLOW_COLUMN_START))

/* What is known of a string of the segment at hand. */
typedef enum
{
  STRING_UNKNOWN,
  STRING_NO,
  STRING_MAYBE, /* has the file's name in it: which file it means depends on the service too */
} StringState;

FlowFilePiece *
flow_file_piece_ref (FlowFilePiece *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
flow_file_piece_unref (FlowFilePiece *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_clear_pointer (&self->samples, g_array_unref);
  g_free (self);
}

static FlowFilePiece *
piece_new (const FlowSegmentEntry *entry)
{
  FlowFilePiece *self = g_new0 (FlowFilePiece, 1);

  g_atomic_ref_count_init (&self->references);
  self->id = entry->id;
  self->revision = entry->revision;
  self->rows = entry->rows;
  self->sealed = entry->sealed;
  return self;
}

/** flow_file_piece_is_of: whether the piece still says what @entry holds. */
gboolean
flow_file_piece_is_of (const FlowFilePiece *self, const FlowSegmentEntry *entry)
{
  return self->id == entry->id && self->revision == entry->revision && self->rows == entry->rows &&
         self->sealed == entry->sealed;
}

/* A name that a URL writes in another way has other words there. */
static gboolean
is_plain (const char *name)
{
  for (; *name != '\0'; name++)
    if (!g_ascii_isalnum (*name) && strchr ("-._~", *name) == NULL)
      return FALSE;
  return TRUE;
}

/**
 * flow_file_scan_init:
 * @self: a question, to be cleared with flow_file_scan_clear()
 * @reader: in a transaction
 * @file: a real path, which must outlive the question
 * @locator: knows path maps and folders
 *
 * Begin a question about a file.
 */
void
flow_file_scan_init (FlowFileScan *self, FlowTraceReader *reader, const char *file, FlowLocator *locator)
{
  const char *slash = strrchr (file, G_DIR_SEPARATOR);

  *self = (FlowFileScan) { .reader = reader, .locator = locator, .file = file };
  self->name = slash != NULL ? slash + 1 : file;
  self->words = flow_bloom_query_new (&reader->key, self->name, is_plain (self->name) ? strlen (self->name) : 0);
  self->meant = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

void
flow_file_scan_clear (FlowFileScan *self)
{
  g_clear_pointer (&self->words, g_array_unref);
  g_clear_pointer (&self->meant, g_hash_table_unref);
}

static StringState
judge_string (const FlowFileScan *self, const FlowSegment *segment, guint32 id)
{
  const char *text = flow_dictionary_get (segment->strings, id, NULL);

  if (strstr (text, self->name) != NULL || (g_str_has_prefix (text, "file:") && strchr (text, '%') != NULL))
    return STRING_MAYBE;
  return STRING_NO;
}

/* Whether any row may be of the file, and what is known of each string that rows name as their file. */
static gboolean
judge_rows (const FlowFileScan *self, const FlowSegment *segment, guint8 *states)
{
  guint32 size = flow_dictionary_size (segment->strings);
  gboolean any = FALSE;

  for (gsize row = 0; row < segment->rows; row++)
    {
      guint32 id = (guint32) flow_segment_get (segment, FLOW_COLUMN_FILE, row);

      if (id == 0 || id >= size || states[id] != STRING_UNKNOWN)
        continue;
      states[id] = (guint8) judge_string (self, segment, id);
      any |= states[id] == STRING_MAYBE;
    }
  return any;
}

static gboolean
string_means (FlowFileScan *self, const FlowSegment *segment, guint32 service, guint32 id)
{
  const char *text = flow_dictionary_get (segment->strings, id, NULL);
  const char *service_name = flow_trace_reader_service (self->reader, service);
  g_autofree char *key = g_strconcat (service_name, "\n", text, NULL);
  gpointer known;
  gboolean means;

  if (g_hash_table_lookup_extended (self->meant, key, NULL, &known))
    return GPOINTER_TO_INT (known);
  means = flow_locator_means (self->locator, service_name, text, self->file);
  g_hash_table_insert (self->meant, g_steal_pointer (&key), GINT_TO_POINTER (means));
  return means;
}

/* What a service calls a file, by number, so that rows need no texts. */
static gboolean
pair_means (FlowFileScan *self, const FlowSegment *segment, GHashTable *pairs, guint32 service, guint32 id)
{
  gpointer key = (gpointer) (gsize) ((guint64) service << 32 | id), known;
  gboolean means;

  if (g_hash_table_lookup_extended (pairs, key, NULL, &known))
    return GPOINTER_TO_INT (known);
  means = string_means (self, segment, service, id);
  g_hash_table_insert (pairs, key, GINT_TO_POINTER (means));
  return means;
}

static void
add_sample (FlowFilePiece *piece, const FlowSegment *segment, gsize row)
{
  FlowFileSample sample = {
    .start_ns = flow_clamp_time (flow_segment_get (segment, FLOW_COLUMN_START, row)),
    .duration_ns = flow_clamp_duration (flow_segment_duration (segment, row)),
    .line = (guint32) flow_segment_get (segment, FLOW_COLUMN_LINE, row),
    .row = (guint32) row & G_MAXINT32,
    .error = (flow_segment_get (segment, FLOW_COLUMN_FLAGS, row) & FLOW_SPAN_ERROR) != 0,
  };

  if (piece->samples == NULL)
    piece->samples = g_array_new (FALSE, FALSE, sizeof (FlowFileSample));
  g_array_append_val (piece->samples, sample);
}

static void
gather (FlowFileScan *self, FlowFilePiece *piece, const FlowSegment *segment, const guint8 *states)
{
  g_autoptr (GHashTable) pairs = g_hash_table_new (NULL, NULL);
  guint32 size = flow_dictionary_size (segment->strings);
  guint64 last = G_MAXUINT64;
  gboolean means = FALSE;

  for (gsize row = 0; row < segment->rows; row++)
    {
      guint32 id = (guint32) flow_segment_get (segment, FLOW_COLUMN_FILE, row), service;

      if (id >= size || states[id] != STRING_MAYBE || flow_segment_get (segment, FLOW_COLUMN_LINE, row) == 0)
        continue;
      service = (guint32) flow_segment_get (segment, FLOW_COLUMN_SERVICE, row);
      if (last != ((guint64) service << 32 | id))
        means = pair_means (self, segment, pairs, service, id);
      last = (guint64) service << 32 | id;
      if (means)
        add_sample (piece, segment, row);
    }
}

static gboolean
read_segment (FlowFileScan *self, FlowFilePiece *piece, FlowSegment *segment, GError **error)
{
  sqlite3 *db = self->reader->db;
  g_autofree guint8 *states = NULL;
  gboolean may_hold;

  if (!flow_trace_reader_bloom (self->reader, segment, self->words, &may_hold, error))
    return FALSE;
  if (!may_hold)
    return TRUE;
  piece->read = piece->rows;
  if (!flow_segment_need_columns (segment, db, FILE_COLUMNS, error))
    return FALSE;
  if (segment->columns[FLOW_COLUMN_FILE].width == 0)
    return TRUE;
  if (!flow_segment_need_strings (segment, db, error))
    return FALSE;
  states = g_malloc0 (flow_dictionary_size (segment->strings));
  if (!judge_rows (self, segment, states))
    return TRUE;
  if (!flow_segment_need_columns (segment, db, SAMPLE_COLUMNS, error))
    return FALSE;
  gather (self, piece, segment, states);
  return TRUE;
}

/**
 * flow_file_scan_read:
 * @self: a question
 * @entry: a part or segment of spans
 * @error: return location
 *
 * Look for the file's spans in one segment. Only its bloom is read when that knows better.
 *
 * Returns: (transfer full) (nullable): what there is; %NULL with %FLOW_ERROR_CORRUPT or those of the store
 */
FlowFilePiece *
flow_file_scan_read (FlowFileScan *self, const FlowSegmentEntry *entry, GError **error)
{
  g_autoptr (FlowFilePiece) piece = piece_new (entry);
  FlowSegment *segment = flow_trace_reader_segment (self->reader, entry);
  gboolean ok = read_segment (self, piece, segment, error);

  flow_trace_reader_settle (self->reader, segment);
  return ok ? g_steal_pointer (&piece) : NULL;
}
