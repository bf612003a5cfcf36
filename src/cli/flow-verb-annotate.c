/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-annotate"

#include <glib/gi18n.h>

#include "cli/flow-trace-mark.h"
#include "cli/flow-verbs.h"

const FlowVerb flow_verb_annotate = {
  .name = "annotate",
  .synopsis = "TRACE",
  .summary = N_ ("Write something down about a trace; the same as “mark”"),
  .description = N_ ("What you say about a trace is on all devices of your account."),
  .options = flow_trace_mark_options,
  .min = 1,
  .max = 1,
  .run = flow_trace_mark_run,
};
