/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/** FLOW_PAIRED_CLIENT_HASH: bytes of the hash of a token. */
#define FLOW_PAIRED_CLIENT_HASH 32

/**
 * FlowPairedClient:
 * @id: a UUID
 * @name: what the program calls itself
 * @kind: what kind of channel it may be
 * @hash: SHA-256 of its token; the token is nowhere
 * @created_ns: when it was paired, since 1970
 * @last_used_ns: when it connected last
 *
 * A record: a program that was paired.
 */
typedef struct
{
  char *id;
  char *name;
  char *kind;
  guint8 hash[FLOW_PAIRED_CLIENT_HASH];
  gint64 created_ns;
  gint64 last_used_ns;
} FlowPairedClient;

FlowPairedClient *flow_paired_client_new (const char *id, const char *name, const char *kind,
                                          const guint8 hash[FLOW_PAIRED_CLIENT_HASH], gint64 now_ns);
FlowPairedClient *flow_paired_client_copy (const FlowPairedClient *self);
void flow_paired_client_free (FlowPairedClient *self);
gboolean flow_paired_client_write (const FlowPairedClient *self, sqlite3 *db, GError **error);
gboolean flow_paired_client_delete (const FlowPairedClient *self, sqlite3 *db, GError **error);
GPtrArray *flow_paired_clients_read (sqlite3 *db, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowPairedClient, flow_paired_client_free)

G_END_DECLS
