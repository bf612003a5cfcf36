/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-sync"

#include "hub/sync/flow-sync-account.h"

#include <errno.h>
#include <glib/gstdio.h>

#include "base/flow-error.h"
#include "hub/flow-json-read.h"
#include "hub/sync/flow-remote-url.h"
#include "message/flow-json-member.h"

#define FILE_NAME "cloud.json"

typedef struct
{
  const char *name;
  gsize offset;
} Member;

static const Member members[] = {
  { "server", G_STRUCT_OFFSET (FlowSyncAccount, server) },
  { "ca_file", G_STRUCT_OFFSET (FlowSyncAccount, ca_file) },
  { "user", G_STRUCT_OFFSET (FlowSyncAccount, user) },
  { "device", G_STRUCT_OFFSET (FlowSyncAccount, device) },
  { "device_name", G_STRUCT_OFFSET (FlowSyncAccount, device_name) },
  { "secrets", G_STRUCT_OFFSET (FlowSyncAccount, secrets) },
  { "envelope", G_STRUCT_OFFSET (FlowSyncAccount, envelope) },
  { "setup", G_STRUCT_OFFSET (FlowSyncAccount, setup) },
  { "backup", G_STRUCT_OFFSET (FlowSyncAccount, backup) },
};

/** flow_sync_account_new: (transfer full): nobody has signed in. */
FlowSyncAccount *
flow_sync_account_new (void)
{
  return g_new0 (FlowSyncAccount, 1);
}

/** flow_sync_account_copy: (transfer full): the same. */
FlowSyncAccount *
flow_sync_account_copy (const FlowSyncAccount *self)
{
  FlowSyncAccount *copy = g_memdup2 (self, sizeof *self);

  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    G_STRUCT_MEMBER (char *, copy, members[i].offset) = g_strdup (G_STRUCT_MEMBER (char *, self, members[i].offset));
  return copy;
}

/** flow_sync_account_free: free it. */
void
flow_sync_account_free (FlowSyncAccount *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    g_free (G_STRUCT_MEMBER (char *, self, members[i].offset));
  g_free (self);
}

/** flow_sync_account_set: give a member another value; %NULL: none. */
void
flow_sync_account_set (char **member, const char *value)
{
  char *before = *member;

  *member = g_strdup (value);
  g_free (before);
}

/**
 * flow_sync_account_load:
 * @context: where files are
 * @error: return location
 *
 * Read who has signed in. A file that cannot be understood counts as an error, not as nobody: it is for people to say.
 *
 * Returns: (transfer full): the account, without a server when nobody has; %NULL with @error set
 */
FlowSyncAccount *
flow_sync_account_load (FlowContext *context, GError **error)
{
  g_autofree char *path = flow_context_build_path (context, FILE_NAME);
  g_autoptr (FlowSyncAccount) self = flow_sync_account_new ();
  g_autoptr (GError) problem = NULL;
  g_autofree char *text = NULL;
  g_autofree char *checked = NULL;
  g_autoptr (JsonObject) object = NULL;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, &problem))
    {
      if (g_error_matches (problem, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return g_steal_pointer (&self);
      g_propagate_error (error, g_steal_pointer (&problem));
      return NULL;
    }
  object = flow_json_read_object (text, length, error);
  if (object == NULL)
    {
      g_prefix_error (error, "%s: ", path);
      return NULL;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    G_STRUCT_MEMBER (char *, self, members[i].offset) = g_strdup (flow_json_get_string (object, members[i].name));
  self->envelope_version = (guint64) flow_json_get_int (object, "envelope_version");
  self->paused = flow_json_get_bool (object, "paused");
  self->left = flow_json_get_bool (object, "left");
  self->reset = flow_json_get_bool (object, "reset");
  if (self->server == NULL)
    return g_steal_pointer (&self);
  checked = flow_remote_url_check (self->server, error);
  if (checked == NULL)
    g_prefix_error (error, "%s: ", path);
  return checked != NULL ? g_steal_pointer (&self) : NULL;
}

/**
 * flow_sync_account_save:
 * @self: an account
 * @context: where files are
 * @error: return location
 *
 * Write it, for nobody else to read, whole and durably.
 *
 * Returns: whether that worked
 */
gboolean
flow_sync_account_save (const FlowSyncAccount *self, FlowContext *context, GError **error)
{
  g_autofree char *path = flow_context_build_path (context, FILE_NAME);
  g_autoptr (GString) text = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, text);
  flow_json_writer_begin_object (&writer);
  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    {
      const char *value = G_STRUCT_MEMBER (char *, self, members[i].offset);

      if (value != NULL)
        flow_json_member_text (&writer, members[i].name, value, -1);
    }
  flow_json_member_uint (&writer, "envelope_version", self->envelope_version);
  flow_json_member_flag (&writer, "paused", self->paused);
  flow_json_member_flag (&writer, "left", self->left);
  flow_json_member_flag (&writer, "reset", self->reset);
  flow_json_writer_end_object (&writer);
  return g_file_set_contents_full (path, text->str, (gssize) text->len,
                                   G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error);
}

/**
 * flow_sync_account_forget:
 * @context: where files are
 * @error: return location
 *
 * Nobody is signed in any more.
 *
 * Returns: whether nothing is left of it
 */
gboolean
flow_sync_account_forget (FlowContext *context, GError **error)
{
  g_autofree char *path = flow_context_build_path (context, FILE_NAME);

  if (g_unlink (path) == 0 || errno == ENOENT)
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED, "%s: %s", path, g_strerror (errno));
  return FALSE;
}
