/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FlowDictionary:
 *
 * Byte strings, each once, by a dense id in order of arrival. A batch has one and so has each segment, so that a
 * string lives exactly as long as the spans that use it. Id 0 is always the empty string; ids 1 to
 * %FLOW_KEY_LAST are the attribute keys with a meaning of their own, so that the decoders know them by number.
 *
 * Not thread safe while it grows; may be read from any thread afterwards.
 */
typedef struct _FlowDictionary FlowDictionary;

/** FlowKey: attribute keys that the store itself reads (semantic conventions 1.44, old names included). */
typedef enum
{
  FLOW_KEY_NONE,
  FLOW_KEY_SERVICE_NAME,
  FLOW_KEY_CODE_FILE_PATH,
  FLOW_KEY_CODE_FILEPATH,
  FLOW_KEY_CODE_LINE_NUMBER,
  FLOW_KEY_CODE_LINENO,
  FLOW_KEY_ERROR_TYPE,
  FLOW_KEY_ERROR,
  FLOW_KEY_HTTP_RESPONSE_STATUS_CODE,
  FLOW_KEY_HTTP_STATUS_CODE,
  FLOW_KEY_RPC_GRPC_STATUS_CODE,
  FLOW_KEY_OTEL_STATUS_CODE,
  FLOW_KEY_EXCEPTION, /* the name of an event, not a key */
  FLOW_KEY_LAST = FLOW_KEY_EXCEPTION,
} FlowKey;

FlowDictionary *flow_dictionary_new (void);
FlowDictionary *flow_dictionary_new_plain (void);
void flow_dictionary_free (FlowDictionary *self);
guint32 flow_dictionary_intern (FlowDictionary *self, gconstpointer data, gsize length);
gboolean flow_dictionary_lookup (FlowDictionary *self, gconstpointer data, gsize length, guint32 *id);
const char *flow_dictionary_get (const FlowDictionary *self, guint32 id, gsize *length);
guint32 flow_dictionary_size (const FlowDictionary *self);
gsize flow_dictionary_bytes (const FlowDictionary *self);

FlowDictionary *flow_dictionary_new_from_blob (gconstpointer blob, gsize length);
void flow_dictionary_to_blob (const FlowDictionary *self, GByteArray *out);

/**
 * FlowRemap:
 *
 * Ids of one dictionary as ids of another, filled as they are asked for. Clear with flow_remap_clear().
 */
typedef struct
{
  const FlowDictionary *from;
  FlowDictionary *to;
  guint32 *ids; /* id + 1, 0: not asked for yet */
} FlowRemap;

void flow_remap_init (FlowRemap *self, const FlowDictionary *from, FlowDictionary *to);
void flow_remap_clear (FlowRemap *self);
guint32 flow_remap_slow (FlowRemap *self, guint32 id);

static inline guint32
flow_remap_id (FlowRemap *self, guint32 id)
{
  if (G_LIKELY (id < flow_dictionary_size (self->from) && self->ids[id] != 0))
    return self->ids[id] - 1;
  return flow_remap_slow (self, id);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowDictionary, flow_dictionary_free)

G_END_DECLS
