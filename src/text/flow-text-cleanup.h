/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "text/flow-text-hunks.h"

G_BEGIN_DECLS

void flow_text_cleanup (GArray *hunks, const char *a, gsize a_size, const char *b, gsize b_size);

G_END_DECLS
