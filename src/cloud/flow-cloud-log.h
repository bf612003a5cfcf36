/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cloud/flow-cloud-exchange.h"

G_BEGIN_DECLS

void flow_cloud_log_exchange (const FlowCloudExchange *exchange);

G_END_DECLS
