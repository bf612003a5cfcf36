/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-settings.h"

G_BEGIN_DECLS

void flow_theme_follow (FlowSettings *settings);

G_END_DECLS
