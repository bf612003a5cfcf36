/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-secret"

#include "secret/flow-secrets-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/flow-error.h"
#include "secret/flow-digest.h"

#define FORMAT 1
/* How it is written that a secret is in the keyring. */
#define IN_KEYRING "keyring"

static void
secret_free (gpointer data)
{
  g_bytes_unref (data);
}

static FlowSecretsFile *
file_new (void)
{
  FlowSecretsFile *self = g_new0 (FlowSecretsFile, 1);

  self->items = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, secret_free);
  return self;
}

/**
 * flow_secrets_file_free:
 * @self: (transfer full): what the file says
 *
 * Free it.
 */
void
flow_secrets_file_free (FlowSecretsFile *self)
{
  g_hash_table_unref (self->items);
  g_free (self);
}

/* As ssh does with its keys: what others can read is no secret, and the user must know. */
static gboolean
check_owner (const char *path, GError **error)
{
  GStatBuf info;

  if (g_stat (path, &info) != 0 || (info.st_uid == getuid () && (info.st_mode & 077) == 0))
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_SECRETS_REFUSED,
               _ ("Others may read %s, or it is somebody else's: look whether its secrets are known to others, then "
                  "make it readable for you alone"),
               path);
  return FALSE;
}

static void
parse_item (JsonObject *object, const char *name, JsonNode *node, gpointer data)
{
  FlowSecretsFile *self = data;
  const char *text = json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;
  guint8 *bytes;
  gsize size;

  if (text == NULL)
    return;
  if (g_str_equal (text, IN_KEYRING))
    {
      g_hash_table_insert (self->items, g_strdup (name), g_bytes_new (NULL, 0));
      return;
    }
  /* The colon keeps a secret from being taken for a place. */
  if (!g_str_has_prefix (text, "base64:"))
    return;
  bytes = g_base64_decode (text + strlen ("base64:"), &size);
  g_hash_table_insert (self->items, g_strdup (name), g_bytes_new_take (bytes, size));
}

static gboolean
parse (FlowSecretsFile *self, const char *text, gsize size)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonNode *root;
  JsonNode *items;
  JsonNode *kind;

  if (!json_parser_load_from_data (parser, text, (gssize) size, NULL))
    return FALSE;
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return FALSE;
  kind = json_object_get_member (json_node_get_object (root), "kind");
  items = json_object_get_member (json_node_get_object (root), "items");
  if (kind == NULL || json_node_get_value_type (kind) != G_TYPE_STRING ||
      !flow_secrets_kind_from_text (json_node_get_string (kind), &self->kind, NULL) || items == NULL ||
      !JSON_NODE_HOLDS_OBJECT (items))
    return FALSE;
  json_object_foreach_member (json_node_get_object (items), parse_item, self);
  return TRUE;
}

/**
 * flow_secrets_file_load:
 * @path: the file
 * @error: a return location; %FLOW_ERROR_SECRETS_REFUSED when it cannot be read, or others can read it as well
 *
 * Read the file of secrets. That there is none is no error.
 *
 * Returns: (transfer full): what it says, or %NULL
 */
FlowSecretsFile *
flow_secrets_file_load (const char *path, GError **error)
{
  g_autoptr (FlowSecretsFile) self = file_new ();
  g_autoptr (GError) lower = NULL;
  g_autofree char *text = NULL;
  gboolean parsed;
  gsize size;

  if (!check_owner (path, error))
    return NULL;
  if (!g_file_get_contents (path, &text, &size, &lower))
    {
      if (g_error_matches (lower, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return g_steal_pointer (&self);
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_SECRETS_REFUSED, "%s", lower->message);
      return NULL;
    }
  parsed = parse (self, text, size);
  flow_digest_wipe (text, size);
  if (parsed)
    return g_steal_pointer (&self);
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_SECRETS_REFUSED, _ ("%s is damaged"), path);
  return NULL;
}

static char *
print (const FlowSecretsFile *self)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  GHashTableIter iter;
  gpointer name;
  gpointer secret;

  json_builder_begin_object (json);
  json_builder_set_member_name (json, "format");
  json_builder_add_int_value (json, FORMAT);
  json_builder_set_member_name (json, "kind");
  json_builder_add_string_value (json, flow_secrets_kind_to_text (self->kind));
  json_builder_set_member_name (json, "items");
  json_builder_begin_object (json);
  g_hash_table_iter_init (&iter, self->items);
  while (g_hash_table_iter_next (&iter, &name, &secret))
    {
      g_autofree char *base64 = g_base64_encode (g_bytes_get_data (secret, NULL), g_bytes_get_size (secret));
      g_autofree char *text = g_strconcat ("base64:", base64, NULL);

      json_builder_set_member_name (json, name);
      json_builder_add_string_value (json, g_bytes_get_size (secret) == 0 ? IN_KEYRING : text);
      flow_digest_wipe (base64, strlen (base64));
      flow_digest_wipe (text, strlen (text));
    }
  json_builder_end_object (json);
  json_builder_end_object (json);
  root = json_builder_get_root (json);
  return json_to_string (root, TRUE);
}

/**
 * flow_secrets_file_save:
 * @self: what the file is to say
 * @path: the file; only its owner may read it
 * @error: a return location; %FLOW_ERROR_SECRETS_REFUSED when it cannot be written
 *
 * Write the file of secrets, whole and under another name first, so that it is the one before or this one.
 *
 * Returns: whether it is on the disk
 */
gboolean
flow_secrets_file_save (const FlowSecretsFile *self, const char *path, GError **error)
{
  g_autofree char *text = print (self);
  g_autoptr (GError) lower = NULL;
  gboolean written;

  written = g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                      0600, &lower);
  flow_digest_wipe (text, strlen (text));
  if (!written)
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_SECRETS_REFUSED, "%s", lower->message);
  return written;
}
