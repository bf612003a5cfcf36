/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *flow_count_text_traces (guint64 n);
char *flow_count_text_spans (guint64 n);

G_END_DECLS
