/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit"

#include "hub/edits/flow-edit-read.h"

#include <string.h>

#include "base/flow-error.h"
#include "hub/flow-json-read.h"
#include "text/flow-text-operation-json.h"

/* What a program of this machine has edited that does not say of which page it is. */
#define NO_PAGE "http://localhost/"
/* Those of the longest operation, which may be of three each: a comma, a brace, a member. */
#define MAX_VALUES (4 * FLOW_TEXT_OPERATION_MAX_COMPONENTS)

static gboolean
fail (GError **error, const char *message)
{
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, message);
  return FALSE;
}

/* A number that counts something; FALSE when it is there and counts nothing. */
static gboolean
read_count (JsonObject *object, const char *name, guint64 *value, gboolean *has)
{
  JsonNode *node = json_object_get_member (object, name);

  *has = node != NULL && !JSON_NODE_HOLDS_NULL (node);
  if (!*has)
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64 || json_node_get_int (node) < 0)
    return FALSE;
  *value = (guint64) json_node_get_int (node);
  return TRUE;
}

/* `end` may be missing: nothing is selected then. */
static gboolean
read_cursor (JsonObject *data, const char *name, FlowEditCursor *cursor, const FlowEditCursor **place, GError **error)
{
  JsonObject *object = flow_json_get_object (data, name);
  gboolean has_start, has_end;
  guint64 start = 0, end = 0;

  if (object == NULL)
    return TRUE;
  if (!read_count (object, "start", &start, &has_start) || !read_count (object, "end", &end, &has_end) || !has_start)
    return fail (error, "a cursor has \"start\" and \"end\", in characters from 0");
  *cursor = (FlowEditCursor) { (gsize) start, has_end ? (gsize) end : (gsize) start };
  *place = cursor;
  return TRUE;
}

static gboolean
read_operation (JsonObject *object, FlowTextOperation **operation, GError **error)
{
  JsonNode *node = json_object_get_member (object, "op");

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  *operation = flow_text_operation_from_node (node, error);
  return *operation != NULL;
}

/* Browsers give line feeds; what else comes is made so. */
static gboolean
read_text (JsonObject *object, FlowText **text, GError **error)
{
  const char *value = flow_json_get_string (object, "text");
  gsize size = value != NULL ? strlen (value) : 0;

  if (value == NULL)
    return json_object_has_member (object, "text") ? fail (error, "\"text\" is a string") : TRUE;
  if (size > FLOW_EDIT_MAX_TEXT)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_TEXT_TOO_LONG, "a text has at most 4 MiB");
      return FALSE;
    }
  *text = flow_text_new_normalized (value, (gssize) size, error);
  return *text != NULL;
}

static void
read_field (FlowEditRequest *self, JsonObject *data)
{
  JsonObject *object = flow_json_get_object (data, "field");

  if (object == NULL)
    return;
  self->field = (FlowEditField) {
    .id = flow_json_get_string (object, "id"),
    .name = flow_json_get_string (object, "name"),
    .path = flow_json_get_string (object, "path"),
    .key = flow_json_get_string (object, "key"),
    .input_type = flow_json_get_string (object, "inputType"),
  };
  self->opening.field = &self->field;
}

/* What people call it: the page, and the field when it has a label. */
static const char *
read_title (FlowEditRequest *self, JsonObject *data)
{
  JsonObject *object = flow_json_get_object (data, "field");
  const char *title = flow_json_get_string (data, "title");
  const char *label = object != NULL ? flow_json_get_string (object, "label") : NULL;
  g_autofree char *line = g_strdelimit (g_strdup (label != NULL ? label : ""), "\t\r\n", ' ');

  if (*g_strstrip (line) == '\0')
    return title;
  self->title = title != NULL && *title != '\0' ? g_strconcat (title, " — ", line, NULL) : g_steal_pointer (&line);
  return self->title;
}

static gboolean
read_pending (FlowEditRequest *self, JsonObject *object, GError **error)
{
  FlowEditResume *resume = &self->resume;
  gboolean has_base;

  if (object == NULL)
    return TRUE;
  if (!read_operation (object, &resume->operation, error))
    return FALSE;
  resume->op_id = flow_json_get_string (object, "opId");
  if (resume->operation == NULL || resume->op_id == NULL || !read_count (object, "base", &resume->base, &has_base) ||
      !has_base)
    return fail (error, "\"pending\" has \"opId\", \"base\" and \"op\"");
  return TRUE;
}

static gboolean
read_resume (FlowEditRequest *self, JsonObject *data, GError **error)
{
  JsonObject *object = flow_json_get_object (data, "resume");

  if (object == NULL)
    return TRUE;
  self->resume.id = flow_json_get_string (object, "editId");
  if (self->resume.id == NULL)
    return fail (error, "\"resume\" has \"editId\"");
  if (!read_count (object, "revision", &self->resume.revision, &self->resume.has_revision))
    return fail (error, "\"revision\" is a number from 0");
  self->opening.resume = &self->resume;
  return read_pending (self, flow_json_get_object (object, "pending"), error);
}

/* An escape is a backslash and what follows, so that of two backslashes the second begins none. */
static gboolean
has_nul (const char *text, gsize length)
{
  static const char escape[] = "u0000";
  const char *end = text + length;

  for (const char *at = memchr (text, '\\', length); at != NULL && end - at > (gssize) strlen (escape);
       at = memchr (at + 2, '\\', (gsize) (end - at - 2)))
    {
      if (memcmp (at + 1, escape, strlen (escape)) == 0)
        return TRUE;
    }
  return FALSE;
}

/* Where a string ends, whose first quotation mark is before @text. */
static const char *
skip_string (const char *text, const char *end)
{
  while (text < end && *text != '"')
    text += *text == '\\' && end - text > 1 ? 2 : 1;
  return text;
}

/* Each value but the first one of something has a comma before it, or is the first one of something. */
static gboolean
has_many_values (const char *text, gsize length)
{
  const char *end = text + length;
  guint n = 0;

  for (const char *at = text; at < end && n <= MAX_VALUES; at++)
    {
      if (*at == '"')
        at = skip_string (at + 1, end);
      else if (*at == ',' || *at == '[' || *at == '{')
        n++;
    }
  return n > MAX_VALUES;
}

/**
 * flow_edit_json_check:
 * @text: (nullable) (array length=length): JSON in which texts are
 * @length: bytes
 * @error: return location
 *
 * Find out whether no text has a NUL, as it would end there and the rest of it would be lost, and whether it can be
 * read: in memory a message of small values is a hundred times as long.
 *
 * Returns: %FALSE with %FLOW_ERROR_BAD_REQUEST when a text has one, or %FLOW_ERROR_TOO_LARGE
 */
gboolean
flow_edit_json_check (const char *text, gsize length, GError **error)
{
  if (text == NULL || length == 0)
    return TRUE;
  if (has_many_values (text, length))
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_TOO_LARGE, "a message has at most %d values", MAX_VALUES);
      return FALSE;
    }
  return !has_nul (text, length) || fail (error, "a text has no character NUL");
}

/**
 * flow_edit_json_read:
 * @bytes: a message
 * @error: return location
 *
 * Read a JSON object in which texts are, as flow_edit_json_check() wants them.
 *
 * Returns: (transfer full): the object, or %NULL with %FLOW_ERROR_BAD_REQUEST
 */
JsonObject *
flow_edit_json_read (GBytes *bytes, GError **error)
{
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);

  return flow_edit_json_check (text, length, error) ? flow_json_read_object (text, length, error) : NULL;
}

static gboolean
is_of_web (const char *origin)
{
  return origin != NULL && (g_str_has_prefix (origin, "http://") || g_str_has_prefix (origin, "https://"));
}

static gboolean
is_below (const char *url, const char *origin)
{
  return g_str_has_prefix (url, origin) && strchr ("/?#", url[strlen (origin)]) != NULL;
}

/**
 * flow_edit_bind_url:
 * @url: (nullable): the page that a client names
 * @origin: (nullable): the web origin that it comes with
 *
 * Find out of which page a request is. A page cannot name that of another site; an extension of a browser, and a
 * program of this machine, speak for any.
 *
 * Returns: (transfer full): its address
 */
char *
flow_edit_bind_url (const char *url, const char *origin)
{
  if (!is_of_web (origin))
    return g_strdup (url != NULL ? url : NO_PAGE);
  return url != NULL && is_below (url, origin) ? g_strdup (url) : g_strconcat (origin, "/", NULL);
}

/**
 * flow_edit_request_read:
 * @self: where it goes; flow_edit_request_clear() frees what it has, also after an error
 * @data: the members of an `edit_request`; must live longer than @self
 * @error: return location
 *
 * Read what a client asks for. Lengths and what a field may be are judged by flow_edits_open().
 *
 * Errors: %FLOW_ERROR_BAD_REQUEST; %FLOW_ERROR_TEXT_TOO_LONG; those of operations.
 *
 * Returns: whether it is one
 */
gboolean
flow_edit_request_read (FlowEditRequest *self, JsonObject *data, GError **error)
{
  *self = (FlowEditRequest) { .client = flow_json_get_string (data, "client") };
  self->opening.title = read_title (self, data);
  self->opening.url = flow_json_get_string (data, "url");
  self->opening.type = flow_json_get_string (data, "fileType");
  self->opening.focus = flow_json_get_bool (data, "focus");
  read_field (self, data);
  if (!read_text (data, &self->opening.text, error) ||
      !read_cursor (data, "selection", &self->cursor, &self->opening.cursor, error) || !read_resume (self, data, error))
    return FALSE;
  return self->opening.text != NULL ? TRUE : fail (error, "\"text\" is missing");
}

/**
 * flow_edit_request_set_origin:
 * @self: what was read
 * @origin: (nullable): the web origin that it came with; must live longer than @self
 * @who: (nullable): who it is without one; the same
 *
 * Say whose request it is. A page can say what it wants about its address, but its origin is true: one that says
 * another site is taken for its own. Extensions speak for pages of others.
 */
void
flow_edit_request_set_origin (FlowEditRequest *self, const char *origin, const char *who)
{
  self->opening.origin = origin != NULL ? origin : who;
  if (is_of_web (origin) && (self->opening.url == NULL || !is_below (self->opening.url, origin)))
    self->opening.url = origin;
}

/** flow_edit_request_clear: free what was read. */
void
flow_edit_request_clear (FlowEditRequest *self)
{
  g_clear_pointer (&self->title, g_free);
  g_clear_pointer (&self->opening.text, flow_text_unref);
  g_clear_pointer (&self->resume.operation, flow_text_operation_unref);
}

/**
 * flow_edit_update_read:
 * @self: where it goes; flow_edit_update_clear() frees what it has, also after an error
 * @data: the members of an `edit_update`; must live longer than @self
 * @error: return location
 *
 * Read what a client has changed, or where it is.
 *
 * Errors: %FLOW_ERROR_BAD_REQUEST; %FLOW_ERROR_TEXT_TOO_LONG; those of operations.
 *
 * Returns: whether it says anything
 */
gboolean
flow_edit_update_read (FlowEditUpdate *self, JsonObject *data, GError **error)
{
  *self = (FlowEditUpdate) {
    .edit_id = flow_json_get_string (data, "editId"),
    .client = flow_json_get_string (data, "client"),
    .op_id = flow_json_get_string (data, "opId"),
    .opened = g_strcmp0 (flow_json_get_string (data, "state"), "open") == 0,
  };
  if (!read_operation (data, &self->operation, error) || !read_text (data, &self->text, error) ||
      !read_cursor (data, "cursor", &self->place, &self->cursor, error))
    return FALSE;
  if (!read_count (data, "base", &self->base, &self->has_base))
    return fail (error, "\"base\" is a number from 0");
  if (self->operation != NULL && (!self->has_base || self->op_id == NULL))
    return fail (error, "an operation has \"base\" and \"opId\"");
  if (self->operation == NULL && self->text == NULL && self->cursor == NULL && !self->opened)
    return fail (error, "an update has \"op\", \"text\", \"cursor\" or \"state\"");
  return TRUE;
}

/** flow_edit_update_clear: free what was read. */
void
flow_edit_update_clear (FlowEditUpdate *self)
{
  g_clear_pointer (&self->operation, flow_text_operation_unref);
  g_clear_pointer (&self->text, flow_text_unref);
}
