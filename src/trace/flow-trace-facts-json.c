/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-facts"

#include "trace/flow-trace-facts-json.h"

#include "message/flow-json-member.h"

/**
 * flow_trace_facts_write_json:
 * @writer: inside an object
 * @facts: (nullable): what the user said about a trace, %NULL for nothing
 *
 * Write the members `title`, `note`, `tags` and `pinned`; all of them are there always.
 */
void
flow_trace_facts_write_json (FlowJsonWriter *writer, const FlowTraceFacts *facts)
{
  flow_json_member_text (writer, "title", facts != NULL ? facts->title : "", -1);
  flow_json_member_text (writer, "note", facts != NULL ? facts->note : "", -1);
  flow_json_writer_key (writer, "tags");
  flow_json_writer_begin_array (writer);
  for (char **tag = facts != NULL ? facts->tags : NULL; tag != NULL && *tag != NULL; tag++)
    flow_json_writer_string (writer, *tag, -1);
  flow_json_writer_end_array (writer);
  flow_json_writer_key (writer, "pinned");
  flow_json_writer_bool (writer, facts != NULL && facts->pinned);
}
