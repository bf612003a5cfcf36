/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-log"

#include "base/flow-log.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/flow-clock.h"
#include "base/flow-json-escape.h"

#define OWN_DOMAINS "flow-"
/* Fields of g_log_structured() that become members of their own. */
#define OWN_FIELDS "FLOW_"

/* Who else hears the messages. Readers call it, so that it is not called any more once it has been replaced. */
static GRWLock sink_lock;
static FlowLogSink current_sink;
static gpointer sink_data;

static const char *
field_text (const GLogField *fields, gsize n_fields, const char *key)
{
  for (gsize i = 0; i < n_fields; i++)
    {
      if (g_str_equal (fields[i].key, key))
        return fields[i].value;
    }
  return NULL;
}

static const char *
level_name (GLogLevelFlags level)
{
  switch (level & G_LOG_LEVEL_MASK)
    {
    case G_LOG_LEVEL_ERROR:
      return "error";
    case G_LOG_LEVEL_CRITICAL:
      return "critical";
    case G_LOG_LEVEL_WARNING:
      return "warning";
    case G_LOG_LEVEL_MESSAGE:
      return "message";
    case G_LOG_LEVEL_INFO:
      return "info";
    default:
      return "debug";
    }
}

static void
append_member (GString *line, const char *key, const char *value)
{
  g_string_append_printf (line, "%s\"%s\":\"", line->len > 1 ? "," : "", key);
  flow_json_escape (line, value != NULL ? value : "", -1);
  g_string_append_c (line, '"');
}

/* FLOW_DURATION_MS is "duration_ms". */
static void
append_own_fields (GString *line, const GLogField *fields, gsize n_fields)
{
  for (gsize i = 0; i < n_fields; i++)
    {
      g_autofree char *name = NULL;

      if (!g_str_has_prefix (fields[i].key, OWN_FIELDS) || fields[i].length >= 0)
        continue;
      name = g_ascii_strdown (fields[i].key + strlen (OWN_FIELDS), -1);
      append_member (line, name, fields[i].value);
    }
}

static char *
format_json (GLogLevelFlags level, const GLogField *fields, gsize n_fields)
{
  GString *line = g_string_new ("{");
  g_autofree char *time = flow_clock_format_utc (flow_clock_wall_ns (NULL));

  append_member (line, "time", time);
  append_member (line, "level", level_name (level));
  append_member (line, "domain", field_text (fields, n_fields, "GLIB_DOMAIN"));
  append_member (line, "message", field_text (fields, n_fields, "MESSAGE"));
  append_own_fields (line, fields, n_fields);
  g_string_append_c (line, '}');
  return g_string_free (line, FALSE);
}

/* Debug messages only when somebody asked for them, and of other libraries only what also goes to stderr. */
static gboolean
is_for_sink (GLogLevelFlags level, const char *domain, gboolean dropped)
{
  return !dropped ||
         (domain != NULL && g_str_has_prefix (domain, OWN_DOMAINS) && (level & G_LOG_LEVEL_MASK) < G_LOG_LEVEL_DEBUG);
}

static void
tell_sink (GLogLevelFlags level, const char *domain, const char *message)
{
  g_rw_lock_reader_lock (&sink_lock);
  if (current_sink != NULL)
    {
      g_autofree char *text = g_utf8_make_valid (message != NULL ? message : "", -1);

      current_sink (level & G_LOG_LEVEL_MASK, domain != NULL ? domain : "", text, g_get_real_time (), sink_data);
    }
  g_rw_lock_reader_unlock (&sink_lock);
}

static GLogWriterOutput
log_writer_cb (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  gboolean json = GPOINTER_TO_INT (user_data);
  const char *domain = field_text (fields, n_fields, "GLIB_DOMAIN");
  gboolean dropped = g_log_writer_default_would_drop (level, domain);
  g_autofree char *line = NULL;

  if (is_for_sink (level, domain, dropped))
    tell_sink (level, domain, field_text (fields, n_fields, "MESSAGE"));
  if (dropped)
    return G_LOG_WRITER_HANDLED;

  if (json)
    line = format_json (level, fields, n_fields);
  else
    line = g_log_writer_format_fields (level, fields, n_fields, g_log_writer_supports_color (STDERR_FILENO));

  /* One call a line: stdio locks the stream, so lines of several threads never mix. */
  fprintf (stderr, "%s\n", line);
  fflush (stderr);
  return G_LOG_WRITER_HANDLED;
}

/**
 * flow_log_init:
 * @json: write one JSON object a line instead of text
 *
 * Send every log message of the process to stderr, so that stdout holds only results. Debug and info
 * messages show for the domains in `G_MESSAGES_DEBUG`, for example `flow-store` or `all`. In JSON the texts of
 * g_log_structured() whose keys begin with `FLOW_` are members too.
 * To be called once, by a program, before its threads start.
 */
void
flow_log_init (gboolean json)
{
  g_log_set_writer_func (log_writer_cb, GINT_TO_POINTER (json), NULL);
}

/**
 * flow_log_set_sink:
 * @sink: (nullable): who hears the messages too, from now on; %NULL for nobody
 * @data: for it
 *
 * Have somebody hear what the process logs: everything that goes to stderr, and the info messages of our own
 * domains. When this returns the one before is not called any more. Must not be called by a sink.
 */
void
flow_log_set_sink (FlowLogSink sink, gpointer data)
{
  g_rw_lock_writer_lock (&sink_lock);
  current_sink = sink;
  sink_data = data;
  g_rw_lock_writer_unlock (&sink_lock);
}
