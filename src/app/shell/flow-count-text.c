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

/**
 * flow_count_text_traces:
 * @n: how many
 *
 * Returns: (transfer full): “12,345 traces”
 */
char *
flow_count_text_traces (guint64 n)
{
  return g_strdup_printf (ngettext ("%'" G_GUINT64_FORMAT " trace", "%'" G_GUINT64_FORMAT " traces", plural (n)), n);
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
  return g_strdup_printf (ngettext ("%'" G_GUINT64_FORMAT " span", "%'" G_GUINT64_FORMAT " spans", plural (n)), n);
}
