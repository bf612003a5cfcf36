/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-time-ticks"

#include "trace/flow-time-ticks.h"

#include <math.h>

#define NS_PER_S G_GINT64_CONSTANT (1000000000)
#define NS_PER_MINUTE (60 * NS_PER_S)

static const gint64 minute_steps[] = { 60, 120, 300, 600, 1800, 3600, 7200, 21600, 43200, 86400 };

/**
 * flow_ticks_step:
 * @length_ns: what is shown
 * @most: how many ticks there is room for
 *
 * Choose how far apart the ticks of a ruler are: 1, 2 or 5 of something, or what people count minutes and hours in.
 *
 * Returns: nanoseconds, at least 1
 */
gint64
flow_ticks_step (double length_ns, double most)
{
  double least = MAX (1, length_ns / MAX (1, most));
  double power = pow (10, floor (log10 (least)));
  gint64 days;

  if (least <= 30.0 * NS_PER_S)
    return llround (power * (least <= power ? 1 : least <= 2 * power ? 2 : least <= 5 * power ? 5 : 10));
  for (gsize i = 0; i < G_N_ELEMENTS (minute_steps); i++)
    if (least <= (double) (minute_steps[i] * NS_PER_S))
      return minute_steps[i] * NS_PER_S;
  days = 86400 * NS_PER_S;
  while ((double) days < least && days < G_MAXINT64 / 4)
    days *= 2;
  return days;
}

static int
digits_of (gint64 step_ns, double unit_ns)
{
  int digits = 0;

  for (double step = (double) step_ns / unit_ns; digits < 9 && fabs (step - round (step)) > 1e-6 * step; digits++)
    step *= 10;
  return digits;
}

/**
 * flow_ticks_format:
 * @ns: a time since the start, may be negative
 * @step_ns: how far ticks are apart
 * @longest_ns: the largest time on this ruler, which decides the unit
 *
 * Write a time with just the digits that tell it from the next tick: "0", "12.5ms", "1.000001s", "2:05", "3:00:00".
 *
 * Returns: (transfer full): the text
 */
char *
flow_ticks_format (gint64 ns, gint64 step_ns, gint64 longest_ns)
{
  static const struct
  {
    gint64 limit;
    double ns;
    const char *unit;
  } scales[] = { { 1000, 1, "ns" }, { 1000000, 1e3, "µs" }, { NS_PER_S, 1e6, "ms" }, { 2 * NS_PER_MINUTE, 1e9, "s" } };
  const char *sign = ns < 0 ? "-" : "";
  gint64 value = ABS (ns), minutes = value / NS_PER_MINUTE;
  int digits = digits_of (step_ns, 1e9);

  if (ns == 0)
    return g_strdup ("0");
  for (gsize i = 0; i < G_N_ELEMENTS (scales); i++)
    if (longest_ns < scales[i].limit)
      return g_strdup_printf ("%s%.*f%s", sign, digits_of (step_ns, scales[i].ns), (double) value / scales[i].ns,
                              scales[i].unit);
  if (minutes >= 60)
    return g_strdup_printf ("%s%" G_GINT64_FORMAT ":%02d:%0*.*f", sign, minutes / 60, (int) (minutes % 60),
                            digits > 0 ? digits + 3 : 2, digits, (double) (value % NS_PER_MINUTE) / 1e9);
  return g_strdup_printf ("%s%" G_GINT64_FORMAT ":%0*.*f", sign, minutes, digits > 0 ? digits + 3 : 2, digits,
                          (double) (value % NS_PER_MINUTE) / 1e9);
}

/**
 * flow_ticks_format_clock:
 * @ns: since 1970
 * @step_ns: how far ticks are apart
 *
 * Write a time of day in local time: "14:03", "14:03:22", "14:03:22.123".
 *
 * Returns: (transfer full): the text
 */
char *
flow_ticks_format_clock (guint64 ns, gint64 step_ns)
{
  gint64 seconds = (gint64) (ns / (guint64) NS_PER_S), rest = (gint64) (ns % (guint64) NS_PER_S);
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (seconds);
  g_autofree char *text = NULL;
  int digits = digits_of (step_ns, 1e9);

  if (time == NULL)
    return g_strdup ("?");
  text = g_date_time_format (time, step_ns % NS_PER_MINUTE == 0 ? "%H:%M" : "%H:%M:%S");
  for (int i = digits; i < 9; i++)
    rest /= 10;
  return digits > 0 ? g_strdup_printf ("%s.%0*" G_GINT64_FORMAT, text, digits, rest) : g_steal_pointer (&text);
}
