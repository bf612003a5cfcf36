/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define FLOW_STORE_MIGRATIONS_PATH "/org/flowscope/migrations/"
#define FLOW_STORE_CHECKS_PATH "/org/flowscope/check/"

void flow_store_resources_ensure (void);

G_END_DECLS
