/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/flow-services.h"

G_BEGIN_DECLS

/* Store OTLP requests as JSON, either may be NULL, in the folders of this case, as a hub would. */
void trace_fixture_store (FlowServices *services, const char *spans, const char *logs);

/* What is stored of a trace, by its id in hexadecimal digits. */
FlowTrace *trace_fixture_load (FlowServices *services, const char *hex);

/* The index of the span with this name. */
guint trace_fixture_span (FlowTrace *trace, const char *name);

G_END_DECLS
