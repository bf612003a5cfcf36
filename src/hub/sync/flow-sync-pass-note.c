/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-sync"

#include "base/flow-id.h"
#include "hub/sync/flow-sync-pass-private.h"
#include "message/flow-json-member.h"
#include "secret/flow-cipher.h"
#include "sync/flow-sync-conflicts.h"

/* The cloud counts conflicts, so that every device knows that there are some; what they are about it cannot read. */

#define PURPOSE "flowscope conflict"
#define TABLE_HASH_BYTES 8

static gboolean
notes_run (FlowSync *sync, sqlite3 *db, gpointer data, GError **error)
{
  FlowSyncPass *self = data;

  return flow_sync_conflicts_take_notes (sync, self->notes, error);
}

/* The table's name and the kind, sealed by a key of the account. */
static void
write_body (FlowSyncPass *self, const FlowSyncConflictNote *note, FlowJsonWriter *writer)
{
  guint8 key[FLOW_SECRET_KEY_SIZE], hash[FLOW_DIGEST_SIZE];
  FlowDigestPart part = { note->table, strlen (note->table) };
  g_autoptr (FlowCipher) cipher = NULL;
  g_autofree guint8 *box = g_malloc (part.size + FLOW_CIPHER_BOX_OVERHEAD);

  flow_secret_keys_get_purpose_key (flow_sync_keyring_get (self->setup.keyring), PURPOSE, key);
  flow_digest_keyed (key, sizeof key, &part, 1, hash);
  cipher = flow_cipher_new (key);
  flow_cipher_seal_box (cipher, note->id, sizeof note->id, note->table, part.size, box);
  flow_digest_wipe (key, sizeof key);
  flow_json_member_id (writer, "table", hash, TABLE_HASH_BYTES);
  flow_json_writer_key (writer, "body");
  flow_json_writer_base64 (writer, box, part.size + FLOW_CIPHER_BOX_OVERHEAD);
}

static GBytes *
write_note (FlowSyncPass *self, const FlowSyncConflictNote *note)
{
  GString *text = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, text);
  flow_json_writer_begin_object (&writer);
  flow_json_member_id (&writer, "id", note->id, sizeof note->id);
  if (note->open)
    {
      flow_json_member_text (&writer, "scope", note->scope, -1);
      flow_json_member_id (&writer, "device", note->device, sizeof note->device);
      flow_json_member_int (&writer, "time_ms", note->time_ms);
      flow_json_member_text (&writer, "kind", note->kind, -1);
      write_body (self, note, &writer);
    }
  flow_json_writer_end_object (&writer);
  return g_string_free_to_bytes (text);
}

static void send_note (FlowSyncPass *self);

static void
noted_cb (const FlowRemoteAnswer *answer, const GError *error, gpointer data)
{
  FlowSyncPass *self = data;

  GArray *notes = self->setup.link->notes;

  /* That another device has told it already is as good. */
  if (answer == NULL || (answer->status != SOUP_STATUS_NOT_FOUND && answer->status != SOUP_STATUS_CONFLICT))
    {
      if (!flow_sync_pass_is_well (self, answer, error))
        return;
    }
  g_array_set_size (notes, notes->len - 1);
  send_note (self);
}

static void
send_note (FlowSyncPass *self)
{
  GArray *notes = self->setup.link->notes;
  FlowSyncConflictNote note;
  g_autoptr (GBytes) body = NULL;

  if (notes->len == 0)
    {
      flow_sync_pass_next (self);
      return;
    }
  if (flow_sync_pass_is_over (self, NULL))
    return;
  note = g_array_index (notes, FlowSyncConflictNote, notes->len - 1);
  body = write_note (self, &note);
  flow_sync_pass_post (self, note.open ? "/api/sync/conflicts" : "/api/sync/resolve", FLOW_REMOTE_JSON, body,
                       FLOW_REMOTE_MAX_JSON, noted_cb);
}

static void
notes_done (gpointer data, const GError *error)
{
  g_autoptr (FlowSyncPass) self = data;

  if (flow_sync_pass_is_over (self, error))
    return;
  for (guint i = 0; i < self->notes->len; i++)
    self->setup.funcs->noted (&g_array_index (self->notes, FlowSyncConflictNote, i), self->setup.data);
  g_array_append_vals (self->setup.link->notes, self->notes->data, self->notes->len);
  send_note (self);
}

/** flow_sync_pass_tell_conflicts: tell the cloud of conflicts that came up or were decided. */
void
flow_sync_pass_tell_conflicts (FlowSyncPass *self)
{
  self->note = FALSE;
  g_clear_pointer (&self->notes, g_array_unref);
  self->notes = g_array_new (FALSE, TRUE, sizeof (FlowSyncConflictNote));
  flow_sync_pass_run (self, notes_run, notes_done);
}
