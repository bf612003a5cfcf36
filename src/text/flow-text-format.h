/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "text/flow-text.h"

G_BEGIN_DECLS

/**
 * FlowTextEol:
 * @FLOW_TEXT_EOL_LF: `\n`
 * @FLOW_TEXT_EOL_CRLF: `\r\n`
 * @FLOW_TEXT_EOL_CR: `\r`
 *
 * How a line ends.
 */
typedef enum
{
  FLOW_TEXT_EOL_LF,
  FLOW_TEXT_EOL_CRLF,
  FLOW_TEXT_EOL_CR,
  FLOW_TEXT_N_EOLS,
} FlowTextEol;

/**
 * FlowTextFormat:
 *
 * How a file writes its text: how lines end, whether a byte-order mark stands before it, whether the last line has an
 * end. Inside the hub a text has `\n` alone and no mark; the format gives the file back what it had. In a file where
 * lines end in different ways each line that stays keeps its own end. Belongs to one thread.
 */
typedef struct _FlowTextFormat FlowTextFormat;

FlowTextFormat *flow_text_format_new (FlowText *text);
void flow_text_format_free (FlowTextFormat *self);
FlowText *flow_text_format_read (FlowTextFormat *self, const char *bytes, gsize size, GError **error);
GBytes *flow_text_format_write (FlowTextFormat *self, FlowText *text);
FlowTextEol flow_text_format_get_eol (FlowTextFormat *self);
gboolean flow_text_format_is_mixed (FlowTextFormat *self);
gboolean flow_text_format_has_bom (FlowTextFormat *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowTextFormat, flow_text_format_free)

G_END_DECLS
