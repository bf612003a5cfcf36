/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

char *flow_sync_status_text_differs (JsonObject *differs);
char *flow_sync_status_text_repaired (JsonObject *repaired, const char *when);

G_END_DECLS
