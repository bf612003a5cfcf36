/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-count-text"

#include "app/shell/flow-count-text.h"

#include <glib/gi18n.h>

/* The plural forms of all languages repeat long before this. */
static gulong
plural (guint64 n)
{
  return (gulong) (n > 1000000 ? n % 1000000 + 1000000 : n);
}

/* A number is written first and is a text from then on: its format is put together by macros, which xgettext does not
 * follow. */

/**
 * flow_count_text_number:
 * @n: how many
 *
 * Returns: (transfer full): “12,345”
 */
char *
flow_count_text_number (guint64 n)
{
  return g_strdup_printf ("%'" G_GUINT64_FORMAT, n);
}

/**
 * flow_count_text_rows_imported:
 * @n: how many
 *
 * Returns: (transfer full): “12,345 rows imported”
 */
char *
flow_count_text_rows_imported (guint64 n)
{
  g_autofree char *number = flow_count_text_number (n);

  return g_strdup_printf (ngettext ("%s row imported", "%s rows imported", plural (n)), number);
}

/**
 * flow_count_text_traces:
 * @n: how many
 *
 * Returns: (transfer full): “12,345 traces”
 */
char *
flow_count_text_traces (guint64 n)
{
  g_autofree char *number = flow_count_text_number (n);

  return g_strdup_printf (ngettext ("%s trace", "%s traces", plural (n)), number);
}

/**
 * flow_count_text_spans:
 * @n: how many
 *
 * Returns: (transfer full): “12,345 spans”
 */
char *
flow_count_text_spans (guint64 n)
{
  g_autofree char *number = flow_count_text_number (n);

  return g_strdup_printf (ngettext ("%s span", "%s spans", plural (n)), number);
}

/**
 * flow_count_text_errors:
 * @n: how many
 *
 * Returns: (transfer full): “12,345 errors”
 */
char *
flow_count_text_errors (guint64 n)
{
  g_autofree char *number = flow_count_text_number (n);

  return g_strdup_printf (ngettext ("%s error", "%s errors", plural (n)), number);
}
