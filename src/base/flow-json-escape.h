/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

void flow_json_escape (GString *out, const char *text, gssize len);

G_END_DECLS
