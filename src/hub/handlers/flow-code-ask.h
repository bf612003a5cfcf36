/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/handlers/flow-handlers-private.h"

G_BEGIN_DECLS

/**
 * FlowCodeAsk:
 * @file: what the message says
 * @service: which service says so, for the path maps; empty when nobody said
 * @line: 1-based
 * @column: 1-based, 0 when there is none
 * @settings: the settings when it came
 * @folders: folders whose files may be opened
 * @trusted_file: where further such folders are remembered
 * @real: (nullable): the file's real path, when it is in a known folder
 * @outside: (nullable): its real path, when it is not
 * @error: (nullable): why neither is there
 *
 * A place in the code that somebody wants to see. Found out on a thread for what may wait for disks.
 */
typedef struct
{
  char *file;
  char *service;
  guint line;
  guint column;
  FlowSettingsSnapshot *settings;
  char **folders;
  char *trusted_file;
  char *real;
  char *outside;
  GError *error;
} FlowCodeAsk;

FlowCodeAsk *flow_code_ask_new (FlowHandlers *handlers, FlowMessage *message);
void flow_code_ask_free (FlowCodeAsk *self);
void flow_code_ask_find (FlowCodeAsk *self);
FlowMessage *flow_code_ask_rewrite (const FlowCodeAsk *self, FlowMessage *message, const char *file,
                                    const char *target);
char *flow_code_ask_find_command (const FlowCodeAsk *self, GError **error);

G_END_DECLS
