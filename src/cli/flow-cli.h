/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-context.h"
#include "base/flow-settings.h"
#include "hub/flow-hub-call.h"
#include "message/flow-json-writer.h"
#include "trace/flow-trace-reader.h"

G_BEGIN_DECLS

/**
 * FlowCli:
 *
 * What every verb of `flowctl` works with: where the data is, how to print, where the hub is. Everything is made when
 * it is first asked for, so that a verb pays only for what it uses.
 */
typedef struct _FlowCli FlowCli;

/** FlowStyle: how a text looks on a terminal with colours. */
typedef enum
{
  FLOW_STYLE_PLAIN,
  FLOW_STYLE_BOLD,
  FLOW_STYLE_DIM,
  FLOW_STYLE_ERROR,
  FLOW_STYLE_WARNING,
  FLOW_STYLE_GOOD,
  FLOW_STYLE_NAME,
} FlowStyle;

/** FlowCliColour: when to use colours. */
typedef enum
{
  FLOW_CLI_COLOUR_AUTO,
  FLOW_CLI_COLOUR_ALWAYS,
  FLOW_CLI_COLOUR_NEVER,
} FlowCliColour;

/**
 * FlowCliWriteFunc:
 * @writer: where to write
 * @item: what
 *
 * Writes one element of an array.
 */
typedef void (*FlowCliWriteFunc) (FlowJsonWriter *writer, gconstpointer item);

FlowCli *flow_cli_new (const char *data_dir, gboolean json, FlowCliColour colour);
void flow_cli_free (FlowCli *self);

gboolean flow_cli_is_json (FlowCli *self);
gboolean flow_cli_is_interactive (FlowCli *self);
guint flow_cli_get_width (FlowCli *self);
gint64 flow_cli_now (FlowCli *self);
void flow_cli_set_exit_status (FlowCli *self, int status);
int flow_cli_get_exit_status (FlowCli *self);

void flow_cli_print (FlowCli *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
void flow_cli_print_outside (FlowCli *self, const char *text, gssize length);
const char *flow_cli_style (FlowCli *self, FlowStyle style);
void flow_cli_note (FlowCli *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
FlowJsonWriter *flow_cli_begin_json (FlowCli *self);
void flow_cli_end_json (FlowCli *self);
void flow_cli_print_json_array (FlowCli *self, GPtrArray *items, FlowCliWriteFunc write);
gboolean flow_cli_flush (FlowCli *self, GError **error);
gboolean flow_cli_ask (FlowCli *self, const char *question);

FlowContext *flow_cli_get_context (FlowCli *self, GError **error);
FlowTraceReader *flow_cli_get_reader (FlowCli *self, GError **error);
FlowSettings *flow_cli_get_settings (FlowCli *self, GError **error);
const FlowDiscovery *flow_cli_get_hub (FlowCli *self, GError **error);
void flow_cli_forget_hub (FlowCli *self);
FlowHubCall *flow_cli_new_call (FlowCli *self, const char *verb, GError **error);
JsonObject *flow_cli_call (FlowCli *self, const char *verb, char **text, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowCli, flow_cli_free)

G_END_DECLS
