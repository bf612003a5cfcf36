/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sync-test.h"

void test_tables_init (FlowSyncTable *item, FlowSyncTable *fact, TestReplica *replica);
