/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-log-line"

#include "app/shell/flow-log-line.h"

#include <glib/gi18n.h>
#include <string.h>

/**
 * FlowLogLine:
 *
 * One message of the program's log. Immutable; may be made on any thread.
 */
struct _FlowLogLine
{
  GObject parent_instance;

  GLogLevelFlags level;
  const char *area; /* interned: there are few */
  char *message;
  char *folded; /* the message, to search in: ten thousand of them for each letter that is typed */
  gint64 time_us;
};

G_DEFINE_FINAL_TYPE (FlowLogLine, flow_log_line, G_TYPE_OBJECT)

static void
flow_log_line_finalize (GObject *object)
{
  g_free (FLOW_LOG_LINE (object)->message);
  g_free (FLOW_LOG_LINE (object)->folded);

  G_OBJECT_CLASS (flow_log_line_parent_class)->finalize (object);
}

static void
flow_log_line_class_init (FlowLogLineClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = flow_log_line_finalize;
}

static void
flow_log_line_init (FlowLogLine *self)
{
}

/**
 * flow_log_line_new:
 * @level: how important it is
 * @area: the part of the program that says it
 * @message: what it says
 * @time_us: when, microseconds since 1970
 *
 * Returns: (transfer full): the line
 */
FlowLogLine *
flow_log_line_new (GLogLevelFlags level, const char *area, const char *message, gint64 time_us)
{
  FlowLogLine *self = g_object_new (FLOW_TYPE_LOG_LINE, NULL);

  self->level = level & G_LOG_LEVEL_MASK;
  self->area = g_intern_string (area);
  self->message = g_strdup (message);
  self->folded = g_utf8_casefold (message, -1);
  self->time_us = time_us;
  return self;
}

/**
 * flow_log_line_get_level:
 * @self: a line
 *
 * Returns: how important it is, one bit
 */
GLogLevelFlags
flow_log_line_get_level (FlowLogLine *self)
{
  return self->level;
}

/**
 * flow_log_line_get_area:
 * @self: a line
 *
 * Returns: (transfer none): the part of the program that says it, interned
 */
const char *
flow_log_line_get_area (FlowLogLine *self)
{
  return self->area;
}

/**
 * flow_log_line_get_message:
 * @self: a line
 *
 * Returns: (transfer none): what it says
 */
const char *
flow_log_line_get_message (FlowLogLine *self)
{
  return self->message;
}

/**
 * flow_log_line_has:
 * @self: a line
 * @words: text from g_utf8_casefold()
 *
 * Returns: whether the message has @words in it, in any case
 */
gboolean
flow_log_line_has (FlowLogLine *self, const char *words)
{
  return strstr (self->folded, words) != NULL;
}

/**
 * flow_log_line_format_time:
 * @self: a line
 *
 * Returns: (transfer full): the time of the day here, to the millisecond
 */
char *
flow_log_line_format_time (FlowLogLine *self)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (self->time_us / G_TIME_SPAN_SECOND);
  g_autofree char *seconds = time != NULL ? g_date_time_format (time, "%H:%M:%S") : g_strdup ("");

  return g_strdup_printf ("%s.%03d", seconds, (int) (self->time_us % G_TIME_SPAN_SECOND / G_TIME_SPAN_MILLISECOND));
}

/**
 * flow_log_level_get_name:
 * @level: a level
 *
 * Returns: (transfer none): its name for people
 */
const char *
flow_log_level_get_name (GLogLevelFlags level)
{
  switch (level & G_LOG_LEVEL_MASK)
    {
    case G_LOG_LEVEL_ERROR:
    case G_LOG_LEVEL_CRITICAL:
      return _ ("Error");
    case G_LOG_LEVEL_WARNING:
      return _ ("Warning");
    case G_LOG_LEVEL_MESSAGE:
      return _ ("Message");
    case G_LOG_LEVEL_INFO:
      return _ ("Info");
    default:
      return _ ("Debug");
    }
}

/**
 * flow_log_line_to_text:
 * @self: a line
 *
 * Returns: (transfer full): the whole line as it is copied, with the date and without a line break
 */
char *
flow_log_line_to_text (FlowLogLine *self)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (self->time_us / G_TIME_SPAN_SECOND);
  g_autofree char *day = time != NULL ? g_date_time_format (time, "%Y-%m-%d") : g_strdup ("");
  g_autofree char *clock = flow_log_line_format_time (self);

  return g_strdup_printf ("%s %s %s %s: %s", day, clock, flow_log_level_get_name (self->level), self->area,
                          self->message);
}
