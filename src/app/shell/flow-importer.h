/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/flow-services.h"

G_BEGIN_DECLS

#define FLOW_TYPE_IMPORTER (flow_importer_get_type ())
G_DECLARE_FINAL_TYPE (FlowImporter, flow_importer, FLOW, IMPORTER, GObject)

FlowImporter *flow_importer_new (FlowServices *services);
void flow_importer_add (FlowImporter *self, GFile *file);

G_END_DECLS
