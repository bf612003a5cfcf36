/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "trace/flow-buffer.h"
#include "trace/flow-dictionary.h"

G_BEGIN_DECLS

/*
 * What a span or log record carries beside its columns, as one run of bytes, its "extra":
 *
 *   extra     = count attribute* field*           count, ids and numbers are varints
 *   attribute = (key << 3 | type) value           key is a dictionary id
 *   field     = tag payload                       tags: FlowField
 *
 * Every string is an id of the dictionary that goes with it, so an extra is moved into another dictionary by
 * flow_extra_remap().
 */

/** FlowValueType: how an attribute's value is kept. */
typedef enum
{
  FLOW_VALUE_STRING, /* dictionary id */
  FLOW_VALUE_FALSE,
  FLOW_VALUE_TRUE,
  FLOW_VALUE_INT,    /* zigzag varint */
  FLOW_VALUE_DOUBLE, /* 8 bytes, little endian */
  FLOW_VALUE_ANY,    /* dictionary id of the protobuf bytes of an AnyValue: an array or a map */
  FLOW_VALUE_BYTES,  /* dictionary id */
  FLOW_VALUE_EMPTY,  /* a key without a value */
} FlowValueType;

/** FlowField: what may follow the attributes. */
typedef enum
{
  FLOW_FIELD_TRACE_STATE = 1,    /* dictionary id */
  FLOW_FIELD_DROPPED_ATTRIBUTES, /* number */
  FLOW_FIELD_EVENT,              /* zigzag (time - start of the span, wrapping) name dropped count attribute* */
  FLOW_FIELD_DROPPED_EVENTS,     /* number */
  FLOW_FIELD_LINK,               /* 16 bytes, 8 bytes, trace state (id) flags dropped count attribute* */
  FLOW_FIELD_DROPPED_LINKS,      /* number */
  FLOW_FIELD_STATUS_MESSAGE,     /* dictionary id */
  FLOW_FIELD_FLAGS,              /* number */
  FLOW_FIELD_BODY,               /* one attribute with key 0; a body that is a non-empty string is FlowLog.body alone */
  FLOW_FIELD_EVENT_NAME,         /* dictionary id */
  FLOW_FIELD_SEVERITY_TEXT,      /* dictionary id */
  FLOW_FIELD_OBSERVED_TIME,      /* zigzag (observed - time, wrapping); if that leads to 0, time is the observed one */
  FLOW_FIELD_LAST = FLOW_FIELD_OBSERVED_TIME,
} FlowField;

typedef struct
{
  guint32 key; /* dictionary id */
  FlowValueType type;
  union
  {
    guint32 string; /* STRING, ANY, BYTES */
    gint64 integer;
    double number;
  } value;
} FlowAttribute;

typedef struct
{
  const guint8 *at;
  const guint8 *end;
} FlowExtraReader;

/** FlowExtraItem: one field behind the attributes. For events and links read @count attributes next. */
typedef struct
{
  FlowField field;
  guint64 number;    /* numbers, ids, the zigzag-decoded time distance; flags of a link */
  guint32 name;      /* name of an event, trace state of a link */
  guint64 dropped;   /* dropped attributes of an event or link */
  guint64 count;     /* attributes that follow */
  const guint8 *ids; /* 24 bytes of a link: trace id, span id */
} FlowExtraItem;

/* Writing */
static inline void
flow_extra_put_key (FlowBuffer *out, guint32 key, FlowValueType type)
{
  flow_buffer_put_varint (out, (guint64) key << 3 | type);
}

void flow_extra_put_attribute (FlowBuffer *out, const FlowAttribute *attribute);

/* Reading */
gboolean flow_extra_reader_init (FlowExtraReader *self, const guint8 *extra, gsize length, guint64 *attributes);
gboolean flow_extra_reader_attribute (FlowExtraReader *self, FlowAttribute *attribute);
gboolean flow_extra_reader_field (FlowExtraReader *self, FlowExtraItem *item);

gboolean flow_extra_remap (FlowBuffer *out, const guint8 *extra, gsize length, FlowRemap *map);

G_END_DECLS
