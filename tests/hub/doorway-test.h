/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <json-glib/json-glib.h>

#include "../wire/ws-client.h"
#include "hub-test.h"

G_BEGIN_DECLS

guint doorway_port (HubTest *test, FlowHubDoorway doorway);
guint doorway_try (WsClient *self, HubTest *test, FlowHubDoorway doorway, const char *path, const char *headers);
void doorway_open (WsClient *self, HubTest *test, FlowHubDoorway doorway, const char *path);
void doorway_send (WsClient *self, const char *json);
JsonObject *doorway_receive (WsClient *self);
JsonObject *doorway_expect (WsClient *self, const char *type);
const char *doorway_string (JsonObject *message, const char *path);
gint64 doorway_number (JsonObject *message, const char *path);

G_END_DECLS
