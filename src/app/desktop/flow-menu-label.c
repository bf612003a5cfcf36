/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-menu-label"

#include "app/desktop/flow-menu-label.h"

#define ELLIPSIS "…"

static gboolean
takes_no_room (gunichar character)
{
  GUnicodeBreakType type = g_unichar_break_type (character);

  return g_unichar_iscntrl (character) || g_unichar_type (character) == G_UNICODE_FORMAT ||
         type == G_UNICODE_BREAK_MANDATORY;
}

/**
 * flow_menu_label:
 * @text: what came from a program: the name of a span, of an origin; UTF-8 or nearly so
 *
 * Make a label of text that is not ours: one line of at most %FLOW_MENU_LABEL_LENGTH characters, with its middle left
 * out where it is longer, without the characters that break or turn lines, and with its underlines kept from marking
 * keys.
 *
 * Returns: (transfer full): the label
 */
char *
flow_menu_label (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  glong length = g_utf8_strlen (valid, -1);
  glong half = (FLOW_MENU_LABEL_LENGTH - 1) / 2;
  GString *label = g_string_new (NULL);
  glong position = 0;

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at), position++)
    {
      gunichar character = g_utf8_get_char (at);

      if (length > FLOW_MENU_LABEL_LENGTH && position >= half && position < length - half)
        {
          if (position == half)
            g_string_append (label, ELLIPSIS);
        }
      else if (character == '_')
        g_string_append (label, "__");
      else
        g_string_append_unichar (label, takes_no_room (character) ? ' ' : character);
    }
  return g_string_free (label, FALSE);
}
