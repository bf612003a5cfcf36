/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-time-text"

#include "trace/flow-time-text.h"

#include <math.h>
#include <string.h>

#include "base/flow-error.h"

#define NS_PER_US G_GINT64_CONSTANT (1000)
#define NS_PER_MS G_GINT64_CONSTANT (1000000)
#define NS_PER_S G_GINT64_CONSTANT (1000000000)

static const struct
{
  const char *name;
  double ns;
} units[] = {
  { "ns", 1 },          { "us", 1e3 },         { "µs", 1e3 },       { "μs", 1e3 },       { "ms", 1e6 },
  { "s", 1e9 },         { "sec", 1e9 },        { "second", 1e9 },   { "seconds", 1e9 },  { "m", 60e9 },
  { "min", 60e9 },      { "minute", 60e9 },    { "minutes", 60e9 }, { "h", 3600e9 },     { "hour", 3600e9 },
  { "hours", 3600e9 },  { "d", 86400e9 },      { "day", 86400e9 },  { "days", 86400e9 }, { "w", 604800e9 },
  { "week", 604800e9 }, { "weeks", 604800e9 },
};

static gboolean
find_unit (const char *text, gsize length, double *ns)
{
  for (gsize i = 0; i < G_N_ELEMENTS (units); i++)
    if (strlen (units[i].name) == length && memcmp (units[i].name, text, length) == 0)
      {
        *ns = units[i].ns;
        return TRUE;
      }
  return FALSE;
}

/* A number and a unit, again and again, until the end of @text or a word that is no number. */
static gboolean
parse_pairs (const char *text, gint64 *ns, const char **rest)
{
  double sum = 0;
  gboolean any = FALSE;

  while (g_ascii_isdigit (*text) || *text == '.')
    {
      char *end;
      double number = g_ascii_strtod (text, &end);
      gsize length;
      double unit;

      while (*end == ' ')
        end++;
      length = strcspn (end, " 0123456789.");
      if (!find_unit (end, length, &unit))
        return FALSE;
      sum += number * unit;
      any = TRUE;
      text = end + length;
      while (*text == ' ')
        text++;
    }
  if (!any || !(sum < 9.2e18))
    return FALSE;
  *ns = (gint64) llround (sum);
  *rest = text;
  return TRUE;
}

/**
 * flow_duration_parse:
 * @text: "200ms", "1.5s", "1m 30s", "2 hours"
 * @ns: (out): nanoseconds
 * @error: return location
 *
 * Read a length of time.
 *
 * Returns: %FALSE with %FLOW_ERROR_BAD_ARGUMENT when it is none
 */
gboolean
flow_duration_parse (const char *text, gint64 *ns, GError **error)
{
  const char *rest;

  if (g_str_equal (text, "0"))
    {
      *ns = 0;
      return TRUE;
    }
  if (parse_pairs (text, ns, &rest) && *rest == '\0')
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT,
               "“%s” is no duration; write a number and a unit, like 200ms, 1.5s or 2h", text);
  return FALSE;
}

/**
 * flow_duration_format:
 * @ns: nanoseconds, may be negative
 *
 * Write a length of time with three digits: "850ns", "12.3ms", "1.53s", "2m 03s", "3h 04m".
 *
 * Returns: (transfer full): the text
 */
char *
flow_duration_format (gint64 ns)
{
  static const struct
  {
    double limit;
    double ns;
    const char *unit;
  } scales[] = { { 1e3, 1, "ns" }, { 1e6, 1e3, "µs" }, { 1e9, 1e6, "ms" }, { 60e9, 1e9, "s" } };
  const char *sign = ns < 0 ? "-" : "";
  double value = fabs ((double) ns);
  gint64 seconds = (gint64) (value / 1e9);

  for (gsize i = 0; i < G_N_ELEMENTS (scales); i++)
    {
      double scaled = value / scales[i].ns;
      int digits = scales[i].ns <= 1 || scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2;

      if (value < scales[i].limit)
        return g_strdup_printf ("%s%.*f%s", sign, digits, scaled, scales[i].unit);
    }
  if (seconds < 3600)
    return g_strdup_printf ("%s%dm %02ds", sign, (int) (seconds / 60), (int) (seconds % 60));
  return g_strdup_printf ("%s%" G_GINT64_FORMAT "h %02dm", sign, seconds / 3600, (int) (seconds / 60 % 60));
}

/* Seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by their size. */
static gboolean
parse_unix (const char *text, gint64 *ns)
{
  char *end;
  double value;

  if (text[strspn (text, "0123456789.")] != '\0' || !g_ascii_isdigit (text[0]))
    return FALSE;
  if (strchr (text, '.') == NULL && strlen (text) >= 12)
    {
      gint64 number = g_ascii_strtoll (text, NULL, 10);
      gsize length = strlen (text);
      gint64 unit = length <= 14 ? NS_PER_MS : length <= 17 ? NS_PER_US : 1;

      if (length > 19 || number > G_MAXINT64 / unit - 1)
        return FALSE;
      *ns = number * unit;
      return TRUE;
    }
  value = g_ascii_strtod (text, &end);
  if (*end != '\0' || value > 9.2e9)
    return FALSE;
  *ns = (gint64) llround (value * 1e9);
  return TRUE;
}

/* ISO 8601 as people write it: the time, its seconds or the date may be left out. */
static gboolean
parse_calendar (const char *text, gint64 now_ns, gint64 *ns)
{
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_local (now_ns / NS_PER_S);
  g_autofree char *date = g_date_time_format (now, "%Y-%m-%d");
  g_autofree char *full = NULL;
  g_autoptr (GDateTime) time = NULL;
  g_autoptr (GTimeZone) zone = g_time_zone_new_local ();
  gsize length = strlen (text);

  if (g_str_equal (text, "today"))
    full = g_strdup_printf ("%sT00:00:00", date);
  else if (length == 10 && text[4] == '-')
    full = g_strdup_printf ("%sT00:00:00", text);
  else if (length == 16 && text[4] == '-')
    full = g_strdup_printf ("%s:00", text);
  else if (length == 5 && text[2] == ':')
    full = g_strdup_printf ("%sT%s:00", date, text);
  else if (length >= 8 && text[2] == ':')
    full = g_strdup_printf ("%sT%s", date, text);
  else
    full = g_strdup (text);

  time = g_date_time_new_from_iso8601 (full, zone);
  if (time == NULL || g_date_time_to_unix (time) < 0 || g_date_time_to_unix (time) > G_MAXINT64 / NS_PER_S - 1)
    return FALSE;
  *ns = g_date_time_to_unix (time) * NS_PER_S + g_date_time_get_microsecond (time) * NS_PER_US;
  return TRUE;
}

/**
 * flow_time_parse:
 * @text: "10m", "2h ago", "yesterday", "14:30", "2026-11-20 08:30", ISO 8601, or a Unix time
 * @now_ns: the time now
 * @ns: (out): nanoseconds since 1970
 * @error: return location
 *
 * Read a point in time. A duration means that long ago; what names no time zone is local time.
 *
 * Returns: %FALSE with %FLOW_ERROR_BAD_ARGUMENT when it is none
 */
gboolean
flow_time_parse (const char *text, gint64 now_ns, gint64 *ns, GError **error)
{
  const char *rest;
  gint64 ago;

  if (g_str_equal (text, "now") || g_str_equal (text, "yesterday"))
    {
      *ns = text[0] == 'n' ? now_ns : now_ns - 86400 * NS_PER_S;
      return TRUE;
    }
  if (parse_pairs (text, &ago, &rest) && (*rest == '\0' || g_str_equal (rest, "ago")))
    {
      *ns = now_ns - ago;
      return TRUE;
    }
  if (parse_unix (text, ns) || parse_calendar (text, now_ns, ns))
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT,
               "“%s” is no time; write 10m, 2h ago, 14:30, 2026-11-20T08:30:00Z or a Unix time", text);
  return FALSE;
}

/**
 * flow_time_format:
 * @ns: nanoseconds since 1970
 * @now_ns: the time now
 *
 * Write a point in local time with milliseconds, without the date when that is today.
 *
 * Returns: (transfer full): "08:30:00.123" or "2026-11-20 08:30:00.123"
 */
char *
flow_time_format (gint64 ns, gint64 now_ns)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (ns / NS_PER_S);
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_local (now_ns / NS_PER_S);
  g_autofree char *text = NULL;
  gboolean today;

  if (time == NULL || now == NULL || ns < 0)
    return g_strdup ("?");
  today = g_date_time_get_year (time) == g_date_time_get_year (now) &&
          g_date_time_get_day_of_year (time) == g_date_time_get_day_of_year (now);
  text = g_date_time_format (time, today ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S");
  return g_strdup_printf ("%s.%03d", text, (int) (ns / NS_PER_MS % 1000));
}
