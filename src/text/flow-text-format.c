/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-text"

#include "text/flow-text-format.h"

#include <string.h>

#include "base/flow-error.h"
#include "text/flow-text-hunks.h"
#include "text/flow-text-private.h"
#include "text/flow-text-tokens.h"

#define BOM "\xef\xbb\xbf"
#define BOM_SIZE 3

/* Steps of the search for the lines that stayed. */
#define BUDGET 5000000

struct _FlowTextFormat
{
  FlowTextEol eol; /* of new lines: what most lines have */
  gboolean bom;
  gboolean ends_line;  /* the text as it was last read or written ends with a line's end */
  gboolean extra_line; /* the file has one more than the text: editors add it */
  GArray *eols;        /* guint8: of each line of `mixed_text`; NULL: all are the same */
  FlowText *mixed_text;
};

static const char *const eol_texts[FLOW_TEXT_N_EOLS] = {
  [FLOW_TEXT_EOL_LF] = "\n",
  [FLOW_TEXT_EOL_CRLF] = "\r\n",
  [FLOW_TEXT_EOL_CR] = "\r",
};

/**
 * flow_text_format_new:
 * @text: (nullable): the text that the file is made for; %NULL when the file is there already, and is read first
 *
 * Create the format of a file: lines end with `\n`, there is no mark.
 *
 * Returns: (transfer full): the format
 */
FlowTextFormat *
flow_text_format_new (FlowText *text)
{
  FlowTextFormat *self = g_new0 (FlowTextFormat, 1);

  self->ends_line = text == NULL || g_str_has_suffix (flow_text_get_data (text), "\n");
  return self;
}

static void
forget_mixed (FlowTextFormat *self)
{
  g_clear_pointer (&self->eols, g_array_unref);
  g_clear_pointer (&self->mixed_text, flow_text_unref);
}

/**
 * flow_text_format_free:
 * @self: (transfer full): a format
 *
 * Free it.
 */
void
flow_text_format_free (FlowTextFormat *self)
{
  forget_mixed (self);
  g_free (self);
}

/* Writes lines with `\n`, and notes how each ended. */
static gsize
normalize (const char *bytes, gsize size, char *out, GArray *eols)
{
  gsize n = 0;

  for (gsize i = 0; i < size; i++)
    {
      guint8 eol = FLOW_TEXT_EOL_LF;

      if (bytes[i] != '\r' && bytes[i] != '\n')
        {
          out[n++] = bytes[i];
          continue;
        }
      if (bytes[i] == '\r')
        eol = i + 1 < size && bytes[i + 1] == '\n' ? FLOW_TEXT_EOL_CRLF : FLOW_TEXT_EOL_CR;
      if (eol == FLOW_TEXT_EOL_CRLF)
        i++;
      out[n++] = '\n';
      g_array_append_val (eols, eol);
    }
  out[n] = '\0';
  return n;
}

/* Takes the format from how the lines of the file end. Without any it stays. */
static void
learn (FlowTextFormat *self, FlowText *text, GArray *eols)
{
  guint counts[FLOW_TEXT_N_EOLS] = { 0 };

  forget_mixed (self);
  if (eols->len == 0)
    return;
  for (guint i = 0; i < eols->len; i++)
    counts[g_array_index (eols, guint8, i)]++;
  self->eol = FLOW_TEXT_EOL_LF;
  for (guint8 eol = 0; eol < FLOW_TEXT_N_EOLS; eol++)
    {
      if (counts[eol] > counts[self->eol])
        self->eol = (FlowTextEol) eol;
    }
  if (counts[self->eol] == eols->len)
    return;
  self->eols = g_array_ref (eols);
  self->mixed_text = flow_text_ref (text);
}

/**
 * flow_text_format_read:
 * @self: a format
 * @bytes: (array length=size): what is in the file
 * @size: bytes
 * @error: return location for an error
 *
 * Get the text of a file, and take over how the file writes it. When the text had no end of its last line and the file
 * has one, an editor has added it: it is in the file, but not in the text.
 *
 * Returns: (transfer full): the text, or %NULL with %FLOW_ERROR_BAD_REQUEST (not UTF-8, or with a NUL) or
 *   %FLOW_ERROR_TOO_LARGE
 */
FlowText *
flow_text_format_read (FlowTextFormat *self, const char *bytes, gsize size, GError **error)
{
  gboolean bom = size >= BOM_SIZE && memcmp (bytes, BOM, BOM_SIZE) == 0, ends, extra;
  g_autoptr (GArray) eols = g_array_new (FALSE, FALSE, 1);
  g_autofree char *data = NULL;
  FlowText *text;
  gsize n;

  if (size > FLOW_TEXT_MAX_SIZE)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_TOO_LARGE, "the file has %" G_GSIZE_FORMAT " bytes", size);
      return NULL;
    }
  if (bom)
    bytes += BOM_SIZE, size -= BOM_SIZE;
  data = g_malloc (size + 1);
  n = normalize (bytes, size, data, eols);
  ends = n > 0 && data[n - 1] == '\n';
  extra = ends && (self->extra_line || !self->ends_line);
  if (extra)
    data[--n] = '\0';
  text = flow_text_new_take (g_steal_pointer (&data), n, error);
  if (text == NULL)
    return NULL;
  self->bom = bom;
  self->extra_line = extra;
  self->ends_line = n > 0 && flow_text_get_data (text)[n - 1] == '\n';
  learn (self, text, eols);
  return text;
}

/* Appends a text whose lines all end the same. */
static void
write_same (GByteArray *out, const char *data, gsize size, const char *eol)
{
  while (size > 0)
    {
      const char *end = memchr (data, '\n', size);
      gsize line = end == NULL ? size : (gsize) (end - data);

      g_byte_array_append (out, (const guint8 *) data, (guint) line);
      if (end == NULL)
        return;
      g_byte_array_append (out, (const guint8 *) eol, (guint) strlen (eol));
      data += line + 1;
      size -= line + 1;
    }
}

/* Appends a text line by line: those that were there end as they did, new ones as most. */
static void
write_mixed (FlowTextFormat *self, GByteArray *out, FlowText *text)
{
  g_autoptr (FlowTextTokenTable) table = flow_text_token_table_new ();
  g_auto (FlowTextTokens) before = { 0 };
  g_auto (FlowTextTokens) after = { 0 };
  g_autofree guint8 *changed = NULL;
  FlowTextSequence a, b;
  gint64 budget = BUDGET;
  const char *data = flow_text_get_data (text);
  gsize old = 0;

  flow_text_tokens_init (&before, table, FLOW_TEXT_LINES, flow_text_get_data (self->mixed_text),
                         flow_text_get_size (self->mixed_text));
  flow_text_tokens_init (&after, table, FLOW_TEXT_LINES, data, flow_text_get_size (text));
  changed = g_malloc0 (before.n + after.n + 1);
  a = (FlowTextSequence) { .ids = before.ids, .n = before.n, .changed = changed };
  b = (FlowTextSequence) { .ids = after.ids, .n = after.n, .changed = changed + before.n };
  flow_text_myers_interned (&a, &b, flow_text_token_table_get_n_ids (table), &budget);
  for (gsize i = 0; i < after.n; i++)
    {
      FlowTextEol eol = self->eol;

      while (!b.changed[i] && old < a.n && a.changed[old])
        old++;
      if (!b.changed[i] && old < self->eols->len)
        eol = (FlowTextEol) g_array_index (self->eols, guint8, old);
      if (!b.changed[i])
        old++;
      write_same (out, data + after.starts[i], after.starts[i + 1] - after.starts[i], eol_texts[eol]);
    }
}

/**
 * flow_text_format_write:
 * @self: a format
 * @text: the text
 *
 * Write a text as the file writes it.
 *
 * Returns: (transfer full): what is to be in the file
 */
GBytes *
flow_text_format_write (FlowTextFormat *self, FlowText *text)
{
  gsize size = flow_text_get_size (text);
  GByteArray *out = g_byte_array_sized_new ((guint) MIN (size + BOM_SIZE + 2, G_MAXINT32));

  if (self->bom)
    g_byte_array_append (out, (const guint8 *) BOM, BOM_SIZE);
  if (self->mixed_text != NULL)
    write_mixed (self, out, text);
  else if (self->eol == FLOW_TEXT_EOL_LF)
    g_byte_array_append (out, (const guint8 *) flow_text_get_data (text), (guint) size);
  else
    write_same (out, flow_text_get_data (text), size, eol_texts[self->eol]);
  self->extra_line = self->extra_line && size > 0;
  if (self->extra_line)
    g_byte_array_append (out, (const guint8 *) eol_texts[self->eol], (guint) strlen (eol_texts[self->eol]));
  self->ends_line = g_str_has_suffix (flow_text_get_data (text), "\n");
  return g_byte_array_free_to_bytes (out);
}

/**
 * flow_text_format_get_eol:
 * @self: a format
 *
 * Get how lines end, or most of them.
 *
 * Returns: the end of a line
 */
FlowTextEol
flow_text_format_get_eol (FlowTextFormat *self)
{
  return self->eol;
}

/**
 * flow_text_format_is_mixed:
 * @self: a format
 *
 * Find out whether lines of the file end in different ways.
 *
 * Returns: %TRUE when they do
 */
gboolean
flow_text_format_is_mixed (FlowTextFormat *self)
{
  return self->mixed_text != NULL;
}

/**
 * flow_text_format_has_bom:
 * @self: a format
 *
 * Find out whether the file begins with a byte-order mark.
 *
 * Returns: %TRUE when it does
 */
gboolean
flow_text_format_has_bom (FlowTextFormat *self)
{
  return self->bom;
}
