/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit-diff"

#include "app/edits/flow-edit-diff.h"

#include <glib/gi18n.h>

#include "hub/flow-json-read.h"

/* Code points. Of what is alike only the ends next to a change are shown, of a whole difference its beginning. */
#define MAX_CONTEXT 120
#define MAX_PIECE 2000
#define MAX_SHOWN 4000
#define MAX_SAID 200
/* Behind text of any colour, light and dark: green for what came, red for what went. */
#define TINT 0x4800
#define INSERTED 0x2e2e, 0xc2c2, 0x7e7e
#define DELETED 0xe0e0, 0x1b1b, 0x2424

typedef enum
{
  EQUAL,
  INSERT,
  DELETE
} Kind;

typedef struct
{
  Kind kind;
  const char *text;
  gint64 line;
} Piece;

static gboolean
read_piece (JsonArray *diff, guint i, Piece *piece)
{
  JsonNode *node = json_array_get_element (diff, i);
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *kind = object != NULL ? flow_json_get_string (object, "kind") : NULL;

  if (kind == NULL || flow_json_get_string (object, "text") == NULL)
    return FALSE;
  *piece = (Piece) { EQUAL, flow_json_get_string (object, "text"), flow_json_get_int (object, "line") };
  if (g_str_equal (kind, "insert"))
    piece->kind = INSERT;
  else if (g_str_equal (kind, "delete"))
    piece->kind = DELETE;
  return *piece->text != '\0';
}

static guint
count_pieces (JsonArray *diff)
{
  return diff != NULL ? json_array_get_length (diff) : 0;
}

/* All pieces, what went before what came in its place. */
static GArray *
read_pieces (JsonArray *diff)
{
  GArray *pieces = g_array_new (FALSE, FALSE, sizeof (Piece));

  for (guint i = 0; i < count_pieces (diff); i++)
    {
      Piece piece;
      Piece *last = pieces->len > 0 ? &g_array_index (pieces, Piece, pieces->len - 1) : NULL;

      if (!read_piece (diff, i, &piece))
        continue;
      if (last != NULL && last->kind == INSERT && piece.kind == DELETE)
        {
          Piece inserted = *last;

          *last = piece;
          piece = inserted;
        }
      g_array_append_val (pieces, piece);
    }
  return pieces;
}

static void
add_attribute (PangoAttrList *list, PangoAttribute *attribute, gsize start, gsize end)
{
  attribute->start_index = (guint) start;
  attribute->end_index = (guint) end;
  pango_attr_list_insert (list, attribute);
}

/* Colour alone says nothing to many: what went is struck through, what came is underlined. */
static void
mark (PangoAttrList *list, Kind kind, gsize start, gsize end)
{
  if (kind == INSERT)
    {
      add_attribute (list, pango_attr_background_new (INSERTED), start, end);
      add_attribute (list, pango_attr_underline_new (PANGO_UNDERLINE_SINGLE), start, end);
    }
  else if (kind == DELETE)
    {
      add_attribute (list, pango_attr_background_new (DELETED), start, end);
      add_attribute (list, pango_attr_strikethrough_new (TRUE), start, end);
    }
  if (kind != EQUAL)
    add_attribute (list, pango_attr_background_alpha_new (TINT), start, end);
}

/* The first `head` and the last `tail` code points. */
static void
append_ends (GString *text, const char *piece, glong head, glong tail)
{
  glong n = g_utf8_strlen (piece, -1);

  if (n <= head + tail + 1)
    {
      g_string_append (text, piece);
      return;
    }
  g_string_append_len (text, piece, g_utf8_offset_to_pointer (piece, head) - piece);
  g_string_append (text, "…");
  g_string_append (text, g_utf8_offset_to_pointer (piece, n - tail));
}

/**
 * flow_edit_diff_text:
 * @diff: (nullable): what an entry of the journal has as its difference
 * @attributes: how the parts look are added to it
 *
 * Put the parts of a difference one behind the other, with the long ones shortened.
 *
 * Returns: (transfer full): the text, without a line's end at its end
 */
char *
flow_edit_diff_text (JsonArray *diff, PangoAttrList *attributes)
{
  g_autoptr (GArray) pieces = read_pieces (diff);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < pieces->len && text->len <= MAX_SHOWN; i++)
    {
      const Piece *piece = &g_array_index (pieces, Piece, i);
      gsize start = text->len;

      if (piece->kind == EQUAL)
        append_ends (text, piece->text, i > 0 ? MAX_CONTEXT : 0, i + 1 < pieces->len ? MAX_CONTEXT : 0);
      else
        append_ends (text, piece->text, MAX_PIECE, 0);
      mark (attributes, piece->kind, start, text->len);
    }
  if (text->len > MAX_SHOWN)
    g_string_append (text, "…");
  while (text->len > 0 && text->str[text->len - 1] == '\n')
    g_string_truncate (text, text->len - 1);
  return g_string_free (text, FALSE);
}

/**
 * flow_edit_diff_say:
 * @diff: (nullable): what an entry of the journal has as its difference
 *
 * Returns: (transfer full): the same for those who hear it: “deleted “empty”, inserted “rejected””
 */
char *
flow_edit_diff_say (JsonArray *diff)
{
  g_autoptr (GArray) pieces = read_pieces (diff);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < pieces->len && text->len < MAX_SHOWN; i++)
    {
      const Piece *piece = &g_array_index (pieces, Piece, i);
      g_autoptr (GString) said = g_string_new (NULL);

      if (piece->kind == EQUAL)
        continue;
      append_ends (said, piece->text, MAX_SAID, 0);
      g_string_append (text, text->len > 0 ? ", " : "");
      g_string_append_printf (text, piece->kind == INSERT ? _ ("inserted “%s”") : _ ("deleted “%s”"), said->str);
    }
  return g_string_free (text, FALSE);
}

/**
 * flow_edit_diff_line:
 * @diff: (nullable): what an entry of the journal has as its difference
 *
 * Returns: the line of the first change, counted from 1; 0 when there is none
 */
gint64
flow_edit_diff_line (JsonArray *diff)
{
  for (guint i = 0; i < count_pieces (diff); i++)
    {
      Piece piece;

      if (read_piece (diff, i, &piece) && piece.kind != EQUAL)
        return piece.line;
    }
  return 0;
}
