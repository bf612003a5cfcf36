/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-mark"

#include <glib/gi18n.h>

#include "cli/flow-trace-mark.h"
#include "cli/flow-verbs.h"

const FlowVerb flow_verb_mark = {
  .name = "mark",
  .synopsis = "TRACE",
  .summary = N_ ("Name, tag, note or pin a trace"),
  .description = N_ ("A trace with a title, note, tag or pin is kept when older ones are deleted to make room. Without "
                     "options it shows what is written down about the trace."),
  .options = flow_trace_mark_options,
  .min = 1,
  .max = 1,
  .run = flow_trace_mark_run,
};
