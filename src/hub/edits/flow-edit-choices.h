/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-settings.h"

G_BEGIN_DECLS

gboolean flow_edit_choices_set (FlowSettings *settings, const char *key, const char *subject, const char *choice,
                                GError **error);

G_END_DECLS
