/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cli"

#include "cli/flow-message-text.h"

#include "message/flow-json-check.h"

/* JSON has line breaks only between its words. DEL and U+0080 to U+009F stand only in its strings, as they are, and
 * terminals obey them: escaped they mean the same. */
static char *
make_line (const char *text, gsize length)
{
  GString *line = g_string_sized_new (length + 1);

  for (const char *end = text + length; text < end; text++)
    {
      guchar byte = (guchar) *text;

      if (byte == '\n' || byte == '\r')
        g_string_append_c (line, ' ');
      else if (byte == 0x7f)
        g_string_append (line, "\\u007f");
      else if (byte == 0xc2 && end - text > 1 && (guchar) text[1] < 0xa0)
        {
          text++;
          g_string_append_printf (line, "\\u%04x", (guchar) *text);
        }
      else
        g_string_append_c (line, *text);
    }
  return g_string_free (line, FALSE);
}

/* The message as it came, on one line. */
static gboolean
print_json (FlowMessage *message, FlowCli *cli)
{
  gsize length;
  const char *text = g_bytes_get_data (flow_message_get_bytes (message), &length);
  g_autofree char *line = NULL;

  if (!flow_json_check (text, length))
    return FALSE;
  line = make_line (text, length);
  flow_cli_print (cli, "%s\n", line);
  return TRUE;
}

/**
 * flow_message_print:
 * @message: a message that came
 * @cli: where to print
 *
 * Print a message: with `--json` as it came, a line each, else its type, who sent it, and what it says.
 *
 * Returns: %FALSE, and nothing printed, when it is broken inside
 */
gboolean
flow_message_print (FlowMessage *message, FlowCli *cli)
{
  const char *plain = flow_cli_style (cli, FLOW_STYLE_PLAIN);
  const char *source = flow_message_get_source (message);
  g_autoptr (JsonNode) data = NULL;
  g_autofree char *text = NULL;

  if (flow_cli_is_json (cli))
    return print_json (message, cli);
  data = json_node_init_object (json_node_alloc (), flow_message_get_data (message));
  text = json_to_string (data, FALSE);
  flow_cli_print (cli, "%s", flow_cli_style (cli, FLOW_STYLE_NAME));
  flow_cli_print_outside (cli, flow_message_get_type_name (message), -1);
  flow_cli_print (cli, "%s  ", plain);
  flow_cli_print_outside (cli, source != NULL ? source : "", -1);
  flow_cli_print (cli, "  ");
  flow_cli_print_outside (cli, text, -1);
  flow_cli_print (cli, "\n");
  return TRUE;
}
