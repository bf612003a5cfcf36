/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-message"

#include "message/flow-message-validate.h"

#include "base/flow-error.h"
#include "message/flow-json-check.h"
#include "message/flow-message-private.h"
#include "message/flow-message-schemas.h"
#include "message/flow-message-type-private.h"
#include "message/flow-schema.h"

#define FOLDER "/org/flowscope/message/schemas/"
/* More than there are types. */
#define MAX_TYPES 64

static JsonObject *
load_schema (const char *name)
{
  g_autofree char *path = g_strconcat (FOLDER, name, NULL);
  /* In a static library the linker drops what registers a resource by itself, so it is named here. */
  g_autoptr (GBytes) bytes = g_resource_lookup_data (flow_message_schemas_get_resource (), path, 0, NULL);
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  gsize length;
  const char *text;

  g_assert (bytes != NULL);
  text = g_bytes_get_data (bytes, &length);
  if (!json_parser_load_from_data (parser, text, (gssize) length, NULL))
    g_assert_not_reached ();
  return json_object_ref (json_node_get_object (json_parser_get_root (parser)));
}

/**
 * flow_message_schema:
 * @type: (nullable): a type; %NULL for the outside of all messages
 *
 * Get the JSON Schema of what may be in `data` of a type (`data/protocol/schemas`). It is read once; from any thread.
 *
 * Returns: (transfer none): the schema, which must not be changed
 */
JsonObject *
flow_message_schema (const FlowMessageType *type)
{
  static JsonObject *schemas[MAX_TYPES];
  JsonObject **schema = &schemas[type != NULL ? 1 + (type - flow_message_types) : 0];

  g_assert (flow_message_n_types < MAX_TYPES);
  if (g_once_init_enter (schema))
    g_once_init_leave (schema, load_schema (type != NULL ? type->schema : "envelope.json"));
  return *schema;
}

static gboolean
refuse (FlowMessage *message, const char *path, const char *problem, GError **error)
{
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "%s of %s %s", path, message->type, problem);
  return FALSE;
}

static gboolean
check_text (FlowMessage *message, const FlowMessagePart *part, const char *path, GError **error)
{
  return part->text.text == NULL || flow_json_check (part->text.text, part->text.length) ||
         refuse (message, path, "is no valid JSON", error);
}

static gboolean
check_part (FlowMessage *message, JsonObject *schema, FlowMessagePart *part, const char *at, GError **error)
{
  g_autofree char *path = NULL;
  g_autofree char *problem = NULL;

  return flow_schema_check (schema, flow_message_read_part (part), at, &path, &problem) ||
         refuse (message, path, problem, error);
}

/* What the scan of the envelope leaves to the schema: the two parts that it does not look into. */
static gboolean
check_outside (FlowMessage *message, FlowMessagePart *part, const char *name, GError **error)
{
  JsonObject *properties = json_object_get_object_member (flow_message_schema (NULL), "properties");
  g_autofree char *at = g_strconcat ("/", name, NULL);

  return check_text (message, part, at, error) &&
         check_part (message, json_object_get_object_member (properties, name), part, at, error);
}

/**
 * flow_message_validate:
 * @message: a message
 * @error: return location
 *
 * Check a message against the JSON Schema of its type, and `data` and `metadata` letter by letter. Of a type that is
 * not known only the outside is checked. The text of the error names the place with a JSON Pointer: `/data/line of
 * jump_to_code must be at least 1`.
 *
 * Returns: %FALSE with %FLOW_ERROR_BAD_REQUEST when it does not fit
 */
gboolean
flow_message_validate (FlowMessage *message, GError **error)
{
  if (message->seq_text.text != NULL && message->seq == 0)
    return refuse (message, "/seq", "must be at least 1", error);
  if (!check_outside (message, &message->data, "data", error) ||
      !check_outside (message, &message->metadata, "metadata", error))
    return FALSE;
  return message->info == NULL ||
         check_part (message, flow_message_schema (message->info), &message->data, "/data", error);
}
