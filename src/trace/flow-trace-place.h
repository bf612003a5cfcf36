/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <sqlite3.h>

#include "trace/flow-span-batch.h"
#include "trace/flow-trace-places.h"

G_BEGIN_DECLS

/** FlowPlaceRank: how a workspace was found; the higher beats the lower. */
typedef enum
{
  FLOW_PLACE_UNKNOWN,
  FLOW_PLACE_CURRENT, /* the user works there */
  FLOW_PLACE_CODE,    /* a span's code lies there */
  FLOW_PLACE_FOLDER,  /* the program was started there */
  FLOW_PLACE_SAID,    /* the program said so */
} FlowPlaceRank;

/** FlowPlace: where a trace belongs. Strings live as long as the transaction. */
typedef struct
{
  const char *workspace; /* (nullable) */
  const char *session;   /* (nullable) */
  FlowPlaceRank rank;    /* of the workspace */
} FlowPlace;

void flow_place_read_resource (FlowPlace *self, const FlowTracePlaces *places, const FlowSpanBatch *batch,
                               guint32 resource, GStringChunk *names);
void flow_place_read_code (FlowPlace *self, const FlowTracePlaces *places, const FlowSpanBatch *batch, guint32 row);
void flow_place_offer (FlowPlace *self, const FlowPlace *other);
gboolean flow_place_write (const FlowPlace *self, const FlowTracePlaces *places, guint64 number, gboolean fresh,
                           sqlite3_stmt *write, GError **error);

G_END_DECLS
