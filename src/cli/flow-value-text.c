/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-value-text"

#include "cli/flow-value-text.h"

#include "cli/flow-terminal.h"
#include "trace/flow-value-json.h"

/**
 * flow_value_to_safe_text:
 * @extra: where it is from
 * @attribute: an attribute
 *
 * Write a value for people: strings and numbers plainly, everything else as JSON; control characters escaped.
 *
 * Returns: (transfer full): the text
 */
char *
flow_value_to_safe_text (const FlowExtra *extra, const FlowAttribute *attribute)
{
  g_autofree char *text = flow_value_to_text (extra->strings, attribute);

  return flow_terminal_escaped (text, -1);
}

/**
 * flow_string_to_safe_text:
 * @string: a string from outside
 * @max: at most so many bytes of it
 *
 * Write a string for people, control characters escaped.
 *
 * Returns: (transfer full): the text
 */
char *
flow_string_to_safe_text (FlowString string, gsize max)
{
  g_autofree char *text = NULL;
  const char *end;

  if (string.length <= max)
    return flow_terminal_escaped (string.data, (gssize) string.length);
  end = string.data + max;
  while (end > string.data && (*end & 0xc0) == 0x80)
    end--;
  text = flow_terminal_escaped (string.data, end - string.data);
  return g_strconcat (text, "…", NULL);
}

/**
 * flow_span_kind_name:
 * @kind: SpanKind of OTLP
 *
 * Name a kind of span.
 *
 * Returns: the name, empty for none and for unknown ones
 */
const char *
flow_span_kind_name (guint kind)
{
  static const char *const names[] = { "", "internal", "server", "client", "producer", "consumer" };

  return kind < G_N_ELEMENTS (names) ? names[kind] : "";
}

/**
 * flow_severity_name:
 * @severity: SeverityNumber of OTLP
 *
 * Name a severity.
 *
 * Returns: the name, empty when it is not set
 */
const char *
flow_severity_name (guint severity)
{
  static const char *const names[] = { "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL" };

  return severity >= 1 && severity <= 24 ? names[(severity - 1) / 4] : "";
}
