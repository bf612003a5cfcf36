/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "app/shell/flow-link.h"

G_BEGIN_DECLS

typedef struct _FlowCommandLine FlowCommandLine;

/**
 * FlowInvocation:
 * @background: whether there should be no window
 * @files: (element-type GFile): files to import and links to open
 *
 * What one start of the program asks the one that runs.
 */
typedef struct
{
  gboolean background;
  GPtrArray *files;
} FlowInvocation;

FlowCommandLine *flow_command_line_new (void);
void flow_command_line_free (FlowCommandLine *self);
void flow_command_line_add_options (GApplication *application);
int flow_command_line_read (FlowCommandLine *self, GVariantDict *options);
const char *flow_command_line_get_data_dir (FlowCommandLine *self);
char *flow_command_line_get_application_id (FlowCommandLine *self, const char *id);

FlowInvocation *flow_invocation_parse (GApplicationCommandLine *invocation);
void flow_invocation_free (FlowInvocation *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowInvocation, flow_invocation_free)

G_END_DECLS
