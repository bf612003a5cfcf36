/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

void flow_process_raise_file_limit (void);
void flow_process_tune_memory (void);
void flow_process_trim_memory (void);
char *flow_process_get_unit (gint64 pid);

G_END_DECLS
