/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *flow_count_text_number (guint64 n);
char *flow_count_text_rows_imported (guint64 n);
char *flow_count_text_traces (guint64 n);
char *flow_count_text_spans (guint64 n);
char *flow_count_text_errors (guint64 n);

G_END_DECLS
