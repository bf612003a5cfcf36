/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "launch/flow-locator.h"
#include "trace/flow-trace-reader.h"

G_BEGIN_DECLS

/**
 * FlowSpanLocation:
 * @file: the real path of a file that may be opened; %NULL when @outside or @missing is set
 * @outside: a file that lies outside every known folder
 * @missing: what was said, when there is no such file on this machine
 * @line: 1-based, 0 when unknown
 * @column: 1-based, 0 when unknown
 * @origin: where it is from: "span", "exception" or "log"
 *
 * Where in the source a span comes from.
 */
typedef struct
{
  char *file;
  char *outside;
  char *missing;
  guint line;
  guint column;
  const char *origin;
} FlowSpanLocation;

gboolean flow_span_location_find (const FlowTrace *trace, gsize span, FlowLocator *locator, FlowSpanLocation *location,
                                  GError **error);
gboolean flow_span_location_find_any (const FlowTrace *trace, FlowLocator *locator, FlowSpanLocation *location,
                                      GError **error);
void flow_span_location_clear (FlowSpanLocation *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlowSpanLocation, flow_span_location_clear)

G_END_DECLS
