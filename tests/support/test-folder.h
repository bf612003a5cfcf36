/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-context.h"

/* A context over a folder of its own in @parent, NULL for the folder of temporary files. */
FlowContext *test_context_new_in (const char *parent);
FlowContext *test_context_new (void);
/* Removes the folder too, and takes the reference. */
void test_context_remove (FlowContext *context);
void test_remove_tree (const char *path);
