/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "text/flow-text.h"

G_BEGIN_DECLS

/**
 * FlowTextUnit:
 * @FLOW_TEXT_CHARACTERS: Unicode code points: operations, GTK, Emacs
 * @FLOW_TEXT_UTF16: UTF-16 code units: JavaScript, VS Code, GhostText
 * @FLOW_TEXT_BYTES: bytes of UTF-8: Neovim, files
 *
 * What a position counts. A position inside of a character means its beginning, one beyond the end the end.
 */
typedef enum
{
  FLOW_TEXT_CHARACTERS,
  FLOW_TEXT_UTF16,
  FLOW_TEXT_BYTES,
} FlowTextUnit;

gsize flow_text_position_convert (const FlowText *text, gsize position, FlowTextUnit from, FlowTextUnit to);
void flow_text_position_to_line (const FlowText *text, gsize index, FlowTextUnit unit, gsize *line, gsize *column);
gsize flow_text_position_from_line (const FlowText *text, gsize line, gsize column, FlowTextUnit unit);
gsize flow_text_count_lines (const FlowText *text);

G_END_DECLS
