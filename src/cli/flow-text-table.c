/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-text-table"

#include "cli/flow-text-table.h"

#include <string.h>

#include "cli/flow-terminal.h"

#define GAP 2

struct _FlowTextTable
{
  char *alignment; /* a letter a column, 'l' or 'r' */
  guint n_columns;
  GPtrArray *cells; /* the titles first */
};

/**
 * flow_text_table_new:
 * @titles: (array zero-terminated=1): names of the columns
 * @alignment: 'l' or 'r' for each column
 *
 * Make an empty table.
 *
 * Returns: (transfer full): the table
 */
FlowTextTable *
flow_text_table_new (const char *const *titles, const char *alignment)
{
  FlowTextTable *self = g_new0 (FlowTextTable, 1);

  self->alignment = g_strdup (alignment);
  self->n_columns = (guint) strlen (alignment);
  self->cells = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < self->n_columns; i++)
    g_ptr_array_add (self->cells, g_strdup (titles[i]));
  return self;
}

/**
 * flow_text_table_free:
 * @self: (transfer full): a table
 *
 * Free it.
 */
void
flow_text_table_free (FlowTextTable *self)
{
  g_free (self->alignment);
  g_ptr_array_unref (self->cells);
  g_free (self);
}

/**
 * flow_text_table_add:
 * @self: a table
 * @cell: (transfer full) (nullable): the next cell, safe to print; %NULL for an empty one, for example where the
 *   system has no explanation of a setting
 *
 * Add a cell; a row is full when each column has one.
 */
void
flow_text_table_add (FlowTextTable *self, char *cell)
{
  g_ptr_array_add (self->cells, cell != NULL ? cell : g_strdup (""));
}

/**
 * flow_text_table_add_outside:
 * @self: a table
 * @text: a text from outside
 *
 * Add a cell, escaped.
 */
void
flow_text_table_add_outside (FlowTextTable *self, const char *text)
{
  g_ptr_array_add (self->cells, flow_terminal_escaped (text, -1));
}

/**
 * flow_text_table_get_n_rows:
 * @self: a table
 *
 * Count the rows below the titles.
 *
 * Returns: how many
 */
guint
flow_text_table_get_n_rows (FlowTextTable *self)
{
  return self->cells->len / self->n_columns - 1;
}

static void
append_spaces (GString *out, guint n)
{
  for (guint i = 0; i < n; i++)
    g_string_append_c (out, ' ');
}

/* As much of a text without colours as fits. */
static void
append_cut (GString *out, const char *text, guint columns)
{
  guint used = 0;

  while (*text != '\0')
    {
      gunichar c = g_utf8_get_char (text);
      guint wide = g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;

      if (used + wide + 1 > columns)
        break;
      g_string_append_unichar (out, c);
      used += wide;
      text = g_utf8_next_char (text);
    }
  g_string_append (out, "…");
}

static void
append_row (FlowTextTable *self, GString *out, guint first, const guint *widths, guint width)
{
  guint used = 0;

  for (guint i = 0; i < self->n_columns; i++)
    {
      const char *cell = g_ptr_array_index (self->cells, first + i);
      guint columns = flow_terminal_columns (cell);
      gboolean last = i + 1 == self->n_columns;

      if (self->alignment[i] == 'r')
        append_spaces (out, widths[i] - columns);
      if (last && width > used + 8 && columns > width - used && strchr (cell, '\033') == NULL)
        append_cut (out, cell, width - used);
      else
        g_string_append (out, cell);
      if (!last)
        append_spaces (out, GAP + (self->alignment[i] == 'l' ? widths[i] - columns : 0));
      used += widths[i] + GAP;
    }
  while (out->len > 0 && out->str[out->len - 1] == ' ')
    g_string_truncate (out, out->len - 1);
  g_string_append_c (out, '\n');
}

/**
 * flow_text_table_to_text:
 * @self: a table
 * @width: columns there are for a line: the last cell is cut to fit; 0: as many as needed
 * @bold: the escape sequence for the titles, empty without colours
 * @plain: the escape sequence that ends it
 *
 * Write the table.
 *
 * Returns: (transfer full): the lines
 */
char *
flow_text_table_to_text (FlowTextTable *self, guint width, const char *bold, const char *plain)
{
  g_autofree guint *widths = g_new0 (guint, self->n_columns);
  GString *out = g_string_new (bold);

  for (guint i = 0; i < self->cells->len; i++)
    {
      guint columns = flow_terminal_columns (g_ptr_array_index (self->cells, i));

      widths[i % self->n_columns] = MAX (widths[i % self->n_columns], columns);
    }
  for (guint i = 0; i + self->n_columns <= self->cells->len; i += self->n_columns)
    {
      append_row (self, out, i, widths, width);
      if (i == 0)
        g_string_insert (out, (gssize) out->len - 1, plain);
    }
  return g_string_free (out, FALSE);
}

/**
 * flow_text_table_print:
 * @self: a table
 * @cli: where to print
 *
 * Print the table, cut to the width of the terminal.
 */
void
flow_text_table_print (FlowTextTable *self, FlowCli *cli)
{
  g_autofree char *text = flow_text_table_to_text (
      self, flow_cli_get_width (cli), flow_cli_style (cli, FLOW_STYLE_BOLD), flow_cli_style (cli, FLOW_STYLE_PLAIN));

  flow_cli_print (cli, "%s", text);
}
