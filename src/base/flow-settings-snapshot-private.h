/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-settings-snapshot.h"

G_BEGIN_DECLS

FlowSettingsSnapshot *flow_settings_snapshot_new (GVariant *values);

G_END_DECLS
