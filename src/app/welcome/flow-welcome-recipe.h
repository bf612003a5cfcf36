/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

const char *const *flow_welcome_recipe_names (void);
char *flow_welcome_recipe_text (guint recipe, const char *endpoint);

G_END_DECLS
