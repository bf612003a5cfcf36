/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

const char *const *flow_settings_of_account (void);
gboolean flow_setting_is_of_account (const char *key);

G_END_DECLS
