/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-router"

#include "router/flow-router-json.h"

#define NS_PER_US 1000

/**
 * flow_router_write_time:
 * @writer: where to
 * @ns: ns since 1970, 0: no time
 *
 * Write a time as in RFC 3339, to the microsecond, or null.
 */
void
flow_router_write_time (FlowJsonWriter *writer, gint64 ns)
{
  g_autoptr (GDateTime) second = NULL;
  g_autoptr (GDateTime) time = NULL;
  g_autofree char *text = NULL;

  if (ns != 0)
    second = g_date_time_new_from_unix_utc (ns / NS_PER_US / G_USEC_PER_SEC);
  if (second != NULL)
    time = g_date_time_add (second, ns / NS_PER_US % G_USEC_PER_SEC);
  if (time != NULL)
    text = g_date_time_format_iso8601 (time);
  if (text != NULL)
    flow_json_writer_string (writer, text, -1);
  else
    flow_json_writer_null (writer);
}

/**
 * flow_router_write_strv:
 * @writer: where to
 * @strings: (array zero-terminated=1): texts
 *
 * Write an array of texts.
 */
void
flow_router_write_strv (FlowJsonWriter *writer, const char *const *strings)
{
  flow_json_writer_begin_array (writer);
  for (gsize i = 0; strings[i] != NULL; i++)
    flow_json_writer_string (writer, strings[i], -1);
  flow_json_writer_end_array (writer);
}
