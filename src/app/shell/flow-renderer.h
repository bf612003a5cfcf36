/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean flow_renderer_is_software (void);
void flow_renderer_choose (void);

G_END_DECLS
