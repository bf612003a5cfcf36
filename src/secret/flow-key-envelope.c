/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-secret"

#include "secret/flow-key-envelope.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "base/flow-error.h"

#define FORMAT 1
/* Of a scope's name. */
#define MAX_SCOPE 64
#define ACCOUNT_ID "flowscope account key id"
#define MAC_KEY "flowscope key envelope"

static void
scope_free (gpointer data)
{
  FlowKeyEnvelopeScope *scope = data;

  g_free (scope->name);
  g_array_unref (scope->keys);
  g_free (scope);
}

/**
 * flow_key_envelope_new:
 *
 * Make an envelope with nothing in it.
 *
 * Returns: (transfer full): the envelope
 */
FlowKeyEnvelope *
flow_key_envelope_new (void)
{
  FlowKeyEnvelope *self = g_new0 (FlowKeyEnvelope, 1);

  self->scopes = g_ptr_array_new_with_free_func (scope_free);
  return self;
}

/**
 * flow_key_envelope_copy:
 * @self: an envelope
 *
 * Copy an envelope, to change the copy.
 *
 * Returns: (transfer full): the copy
 */
FlowKeyEnvelope *
flow_key_envelope_copy (const FlowKeyEnvelope *self)
{
  FlowKeyEnvelope *copy = g_new (FlowKeyEnvelope, 1);

  *copy = *self;
  copy->scopes = g_ptr_array_new_with_free_func (scope_free);
  for (guint i = 0; i < self->scopes->len; i++)
    {
      const FlowKeyEnvelopeScope *scope = g_ptr_array_index (self->scopes, i);
      FlowKeyEnvelopeScope *added = flow_key_envelope_add_scope (copy, scope->name);

      g_array_append_vals (added->keys, scope->keys->data, scope->keys->len);
    }
  return copy;
}

/**
 * flow_key_envelope_free:
 * @self: (transfer full): an envelope
 *
 * Free an envelope.
 */
void
flow_key_envelope_free (FlowKeyEnvelope *self)
{
  g_ptr_array_unref (self->scopes);
  g_free (self);
}

/**
 * flow_key_envelope_find:
 * @self: an envelope
 * @scope: the name of a scope
 *
 * Find a scope.
 *
 * Returns: (transfer none) (nullable): the scope, or %NULL when it has no keys
 */
FlowKeyEnvelopeScope *
flow_key_envelope_find (const FlowKeyEnvelope *self, const char *scope)
{
  for (guint i = 0; i < self->scopes->len; i++)
    {
      FlowKeyEnvelopeScope *found = g_ptr_array_index (self->scopes, i);

      if (g_str_equal (found->name, scope))
        return found;
    }
  return NULL;
}

/**
 * flow_key_envelope_add_scope:
 * @self: an envelope
 * @scope: the name of a scope that is not in it
 *
 * Add a scope without keys.
 *
 * Returns: (transfer none): the scope
 */
FlowKeyEnvelopeScope *
flow_key_envelope_add_scope (FlowKeyEnvelope *self, const char *scope)
{
  FlowKeyEnvelopeScope *added = g_new (FlowKeyEnvelopeScope, 1);

  added->name = g_strdup (scope);
  added->keys = g_array_new (FALSE, FALSE, sizeof (FlowKeyEnvelopeKey));
  g_ptr_array_add (self->scopes, added);
  return added;
}

/**
 * flow_key_envelope_get_account_id:
 * @account_key: an account key
 * @out: (out caller-allocates): its name
 *
 * Name an account key, so that an envelope says which one it needs.
 */
void
flow_key_envelope_get_account_id (const guint8 account_key[FLOW_SECRET_KEY_SIZE], guint8 out[FLOW_SECRET_KEY_ID_SIZE])
{
  const FlowDigestPart info = { ACCOUNT_ID, strlen (ACCOUNT_ID) };

  flow_digest_derive (account_key, FLOW_SECRET_KEY_SIZE, NULL, 0, &info, 1, out, FLOW_SECRET_KEY_ID_SIZE);
}

/* --- The keyed hash --------------------------------------------------------------------------------- */

static void
append_number (GByteArray *bytes, guint64 number)
{
  guint64 big = GUINT64_TO_BE (number);

  g_byte_array_append (bytes, (const guint8 *) &big, sizeof big);
}

static void
append_scope (GByteArray *bytes, const FlowKeyEnvelopeScope *scope)
{
  append_number (bytes, strlen (scope->name));
  g_byte_array_append (bytes, (const guint8 *) scope->name, (guint) strlen (scope->name));
  append_number (bytes, scope->keys->len);
  for (guint i = 0; i < scope->keys->len; i++)
    {
      const FlowKeyEnvelopeKey *key = &g_array_index (scope->keys, FlowKeyEnvelopeKey, i);

      g_byte_array_append (bytes, key->id, sizeof key->id);
      g_byte_array_append (bytes, key->sealed, sizeof key->sealed);
      append_number (bytes, (guint64) key->since_ms);
    }
}

/**
 * flow_key_envelope_get_mac:
 * @self: an envelope
 * @account_key: its account key
 * @out: (out caller-allocates): the keyed hash
 *
 * Compute the keyed hash over everything that an envelope says.
 */
void
flow_key_envelope_get_mac (const FlowKeyEnvelope *self, const guint8 account_key[FLOW_SECRET_KEY_SIZE],
                           guint8 out[FLOW_DIGEST_SIZE])
{
  const FlowDigestPart info = { MAC_KEY, strlen (MAC_KEY) };
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint8 key[FLOW_DIGEST_SIZE];
  FlowDigestPart part;

  append_number (bytes, FORMAT);
  append_number (bytes, self->generation);
  append_number (bytes, self->cost.memory_kib);
  append_number (bytes, self->cost.passes);
  append_number (bytes, self->cost.lanes);
  g_byte_array_append (bytes, self->salt, sizeof self->salt);
  g_byte_array_append (bytes, self->by_passphrase, sizeof self->by_passphrase);
  g_byte_array_append (bytes, self->by_recovery, sizeof self->by_recovery);
  g_byte_array_append (bytes, self->account_id, sizeof self->account_id);
  g_byte_array_append (bytes, self->names, sizeof self->names);
  append_number (bytes, self->scopes->len);
  for (guint i = 0; i < self->scopes->len; i++)
    append_scope (bytes, g_ptr_array_index (self->scopes, i));

  flow_digest_derive (account_key, FLOW_SECRET_KEY_SIZE, NULL, 0, &info, 1, key, sizeof key);
  part = (FlowDigestPart) { bytes->data, bytes->len };
  flow_digest_keyed (key, sizeof key, &part, 1, out);
  flow_digest_wipe (key, sizeof key);
}

/* --- Writing ---------------------------------------------------------------------------------------- */

static void
print_bytes (JsonBuilder *json, const char *name, const guint8 *bytes, gsize size)
{
  g_autofree char *text = g_base64_encode (bytes, size);

  json_builder_set_member_name (json, name);
  json_builder_add_string_value (json, text);
}

static void
print_number (JsonBuilder *json, const char *name, gint64 number)
{
  json_builder_set_member_name (json, name);
  json_builder_add_int_value (json, number);
}

static void
print_kdf (JsonBuilder *json, const FlowKeyEnvelope *self)
{
  json_builder_set_member_name (json, "kdf");
  json_builder_begin_object (json);
  json_builder_set_member_name (json, "alg");
  json_builder_add_string_value (json, "argon2id");
  print_number (json, "m_kib", self->cost.memory_kib);
  print_number (json, "t", self->cost.passes);
  print_number (json, "p", self->cost.lanes);
  print_bytes (json, "salt", self->salt, sizeof self->salt);
  json_builder_end_object (json);
}

static void
print_scope (JsonBuilder *json, const FlowKeyEnvelopeScope *scope)
{
  json_builder_begin_object (json);
  json_builder_set_member_name (json, "scope");
  json_builder_add_string_value (json, scope->name);
  json_builder_set_member_name (json, "keys");
  json_builder_begin_array (json);
  for (guint i = 0; i < scope->keys->len; i++)
    {
      const FlowKeyEnvelopeKey *key = &g_array_index (scope->keys, FlowKeyEnvelopeKey, i);

      json_builder_begin_object (json);
      print_bytes (json, "key_id", key->id, sizeof key->id);
      print_bytes (json, "wrapped", key->sealed, sizeof key->sealed);
      print_number (json, "since", key->since_ms);
      json_builder_end_object (json);
    }
  json_builder_end_array (json);
  json_builder_end_object (json);
}

/**
 * flow_key_envelope_print:
 * @self: an envelope
 *
 * Write an envelope.
 *
 * Returns: (transfer full): a JSON document
 */
char *
flow_key_envelope_print (const FlowKeyEnvelope *self)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (json);
  print_number (json, "format", FORMAT);
  print_number (json, "generation", (gint64) self->generation);
  print_kdf (json, self);
  print_bytes (json, "by_passphrase", self->by_passphrase, sizeof self->by_passphrase);
  print_bytes (json, "by_recovery", self->by_recovery, sizeof self->by_recovery);
  print_bytes (json, "account_id", self->account_id, sizeof self->account_id);
  print_bytes (json, "names", self->names, sizeof self->names);
  json_builder_set_member_name (json, "scopes");
  json_builder_begin_array (json);
  for (guint i = 0; i < self->scopes->len; i++)
    print_scope (json, g_ptr_array_index (self->scopes, i));
  json_builder_end_array (json);
  print_bytes (json, "mac", self->mac, sizeof self->mac);
  json_builder_end_object (json);
  root = json_builder_get_root (json);
  return json_to_string (root, FALSE);
}

/* --- Reading ---------------------------------------------------------------------------------------- */

static JsonNode *
get_member (JsonObject *object, const char *name, GType type)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && json_node_get_value_type (node) == type ? node : NULL;
}

static const char *
get_text (JsonObject *object, const char *name)
{
  JsonNode *node = get_member (object, name, G_TYPE_STRING);

  return node == NULL ? "" : json_node_get_string (node);
}

static gboolean
parse_bytes (JsonObject *object, const char *name, guint8 *out, gsize size)
{
  gsize n;
  g_autofree guint8 *bytes = g_base64_decode (get_text (object, name), &n);

  if (n != size)
    return FALSE;
  memcpy (out, bytes, size);
  return TRUE;
}

static gboolean
parse_number (JsonObject *object, const char *name, gint64 max, gint64 *out)
{
  JsonNode *node = get_member (object, name, G_TYPE_INT64);

  if (node == NULL)
    return FALSE;
  *out = json_node_get_int (node);
  return *out >= 0 && *out <= max;
}

static JsonObject *
get_object (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static JsonArray *
get_array (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static gboolean
parse_kdf (FlowKeyEnvelope *self, JsonObject *kdf)
{
  gint64 memory_kib;
  gint64 passes;
  gint64 lanes;

  if (kdf == NULL || !g_str_equal (get_text (kdf, "alg"), "argon2id") ||
      !parse_number (kdf, "m_kib", G_MAXINT, &memory_kib) || !parse_number (kdf, "t", G_MAXINT, &passes) ||
      !parse_number (kdf, "p", G_MAXINT, &lanes))
    return FALSE;
  self->cost = (FlowPasswordCost) { (guint) memory_kib, (guint) passes, (guint) lanes };
  return parse_bytes (kdf, "salt", self->salt, sizeof self->salt);
}

static gboolean
parse_key (FlowKeyEnvelopeScope *scope, JsonObject *object)
{
  FlowKeyEnvelopeKey key;

  if (object == NULL || !parse_bytes (object, "key_id", key.id, sizeof key.id) ||
      !parse_bytes (object, "wrapped", key.sealed, sizeof key.sealed) ||
      !parse_number (object, "since", G_MAXINT64, &key.since_ms))
    return FALSE;
  g_array_append_val (scope->keys, key);
  return TRUE;
}

static gboolean
parse_scope (FlowKeyEnvelope *self, JsonObject *object)
{
  const char *name;
  JsonArray *keys;
  FlowKeyEnvelopeScope *scope;

  if (object == NULL)
    return FALSE;
  name = get_text (object, "scope");
  keys = get_array (object, "keys");
  if (*name == '\0' || strlen (name) > MAX_SCOPE || keys == NULL || json_array_get_length (keys) == 0 ||
      flow_key_envelope_find (self, name) != NULL)
    return FALSE;
  scope = flow_key_envelope_add_scope (self, name);
  for (guint i = 0; i < json_array_get_length (keys); i++)
    if (!parse_key (scope, get_object (json_array_get_element (keys, i))))
      return FALSE;
  return TRUE;
}

static gboolean
parse_all (FlowKeyEnvelope *self, JsonObject *object)
{
  gint64 generation;
  JsonArray *scopes = get_array (object, "scopes");

  if (!parse_number (object, "generation", G_MAXINT64, &generation) ||
      !parse_kdf (self, get_object (json_object_get_member (object, "kdf"))) || scopes == NULL)
    return FALSE;
  self->generation = (guint64) generation;
  for (guint i = 0; i < json_array_get_length (scopes); i++)
    if (!parse_scope (self, get_object (json_array_get_element (scopes, i))))
      return FALSE;
  return parse_bytes (object, "by_passphrase", self->by_passphrase, sizeof self->by_passphrase) &&
         parse_bytes (object, "by_recovery", self->by_recovery, sizeof self->by_recovery) &&
         parse_bytes (object, "account_id", self->account_id, sizeof self->account_id) &&
         parse_bytes (object, "names", self->names, sizeof self->names) &&
         parse_bytes (object, "mac", self->mac, sizeof self->mac);
}

/**
 * flow_key_envelope_parse:
 * @json: a JSON document from the cloud
 * @error: a return location; %FLOW_ERROR_NOT_AUTHENTIC when it is no envelope, %FLOW_ERROR_TOO_LARGE when it is too
 *   long, %FLOW_ERROR_UNSUPPORTED when a later FlowScope wrote it
 *
 * Read an envelope. Whether it is authentic is not looked at.
 *
 * Returns: (transfer full): the envelope, or %NULL
 */
FlowKeyEnvelope *
flow_key_envelope_parse (const char *json, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (FlowKeyEnvelope) self = flow_key_envelope_new ();
  JsonObject *object;
  gint64 format;

  if (strlen (json) > FLOW_SECRET_ENVELOPE_MAX)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_TOO_LARGE, "the envelope of the keys is too long");
      return NULL;
    }
  object = json_parser_load_from_data (parser, json, -1, NULL) ? get_object (json_parser_get_root (parser)) : NULL;
  if (object != NULL && parse_number (object, "format", G_MAXINT64, &format) && format > FORMAT)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_UNSUPPORTED,
                           "a later FlowScope wrote the keys of this account; update this one");
      return NULL;
    }
  if (object != NULL && parse_all (self, object))
    return g_steal_pointer (&self);
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NOT_AUTHENTIC, "this is no envelope of keys");
  return NULL;
}
