/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-attribute.h"

/**
 * flow_extra_put_attribute:
 *
 * Append one attribute in the form of an extra.
 */
void
flow_extra_put_attribute (FlowBuffer *out, const FlowAttribute *attribute)
{
  flow_extra_put_key (out, attribute->key, attribute->type);
  switch (attribute->type)
    {
    case FLOW_VALUE_STRING:
    case FLOW_VALUE_ANY:
    case FLOW_VALUE_BYTES:
      flow_buffer_put_varint (out, attribute->value.string);
      break;
    case FLOW_VALUE_INT:
      flow_buffer_put_varint (out, flow_zigzag (attribute->value.integer));
      break;
    case FLOW_VALUE_DOUBLE:
      flow_buffer_put (out, &attribute->value.number, 8);
      break;
    case FLOW_VALUE_FALSE:
    case FLOW_VALUE_TRUE:
    case FLOW_VALUE_EMPTY:
    default:
      break;
    }
}

static gboolean
get_id (FlowExtraReader *self, guint32 *id)
{
  guint64 value;

  self->at = flow_varint_get (self->at, self->end, &value);
  if (self->at == NULL || value > G_MAXUINT32)
    return FALSE;
  *id = (guint32) value;
  return TRUE;
}

static gboolean
get_number (FlowExtraReader *self, guint64 *value)
{
  self->at = flow_varint_get (self->at, self->end, value);
  return self->at != NULL;
}

/**
 * flow_extra_reader_init:
 * @attributes: (out): how many attributes come first
 *
 * Begin to read an extra. An empty one has no attributes and no fields.
 *
 * Returns: %FALSE when it is damaged
 */
gboolean
flow_extra_reader_init (FlowExtraReader *self, const guint8 *extra, gsize length, guint64 *attributes)
{
  self->at = extra;
  self->end = extra + length;
  *attributes = 0;
  return length == 0 || get_number (self, attributes);
}

/**
 * flow_extra_reader_attribute:
 *
 * Read the next attribute; the caller counts.
 *
 * Returns: %FALSE when it is damaged
 */
gboolean
flow_extra_reader_attribute (FlowExtraReader *self, FlowAttribute *attribute)
{
  guint64 head, value;

  if (self->at == NULL || !get_number (self, &head))
    return FALSE;
  attribute->key = (guint32) (head >> 3);
  attribute->type = head & 7;
  switch (attribute->type)
    {
    case FLOW_VALUE_STRING:
    case FLOW_VALUE_ANY:
    case FLOW_VALUE_BYTES:
      return get_id (self, &attribute->value.string);
    case FLOW_VALUE_INT:
      if (!get_number (self, &value))
        return FALSE;
      attribute->value.integer = flow_unzigzag (value);
      return TRUE;
    case FLOW_VALUE_DOUBLE:
      if (self->end - self->at < 8)
        return FALSE;
      memcpy (&attribute->value.number, self->at, 8);
      self->at += 8;
      return TRUE;
    case FLOW_VALUE_FALSE:
    case FLOW_VALUE_TRUE:
    case FLOW_VALUE_EMPTY:
    default:
      return TRUE;
    }
}

static gboolean
read_link (FlowExtraReader *self, FlowExtraItem *item)
{
  if (self->end - self->at < 24)
    return FALSE;
  item->ids = self->at;
  self->at += 24;
  return get_id (self, &item->name) && get_number (self, &item->number) && get_number (self, &item->dropped) &&
         get_number (self, &item->count);
}

/**
 * flow_extra_reader_field:
 *
 * Read the next field behind the attributes. After an event or a link the caller reads its @count attributes.
 *
 * Returns: %FALSE at the end, or when it is damaged
 */
gboolean
flow_extra_reader_field (FlowExtraReader *self, FlowExtraItem *item)
{
  guint64 tag;

  if (self->at == NULL || self->at >= self->end || !get_number (self, &tag) || tag == 0 || tag > FLOW_FIELD_LAST)
    return FALSE;
  *item = (FlowExtraItem) { .field = (FlowField) tag };
  switch (item->field)
    {
    case FLOW_FIELD_EVENT:
      if (!get_number (self, &item->number) || !get_id (self, &item->name) || !get_number (self, &item->dropped) ||
          !get_number (self, &item->count))
        return FALSE;
      item->number = (guint64) flow_unzigzag (item->number);
      return TRUE;
    case FLOW_FIELD_LINK:
      return read_link (self, item);
    case FLOW_FIELD_BODY:
      item->count = 1;
      return TRUE;
    case FLOW_FIELD_OBSERVED_TIME:
      if (!get_number (self, &item->number))
        return FALSE;
      item->number = (guint64) flow_unzigzag (item->number);
      return TRUE;
    default:
      return get_number (self, &item->number);
    }
}

static gboolean
remap_attributes (FlowBuffer *out, FlowExtraReader *reader, guint64 count, FlowRemap *map)
{
  for (guint64 i = 0; i < count; i++)
    {
      FlowAttribute attribute;

      if (!flow_extra_reader_attribute (reader, &attribute))
        return FALSE;
      attribute.key = flow_remap_id (map, attribute.key);
      if (attribute.type == FLOW_VALUE_STRING || attribute.type == FLOW_VALUE_ANY || attribute.type == FLOW_VALUE_BYTES)
        attribute.value.string = flow_remap_id (map, attribute.value.string);
      flow_extra_put_attribute (out, &attribute);
    }
  return TRUE;
}

static void
remap_field (FlowBuffer *out, const FlowExtraItem *item, FlowRemap *map)
{
  flow_buffer_put_varint (out, item->field);
  switch (item->field)
    {
    case FLOW_FIELD_EVENT:
      flow_buffer_put_varint (out, flow_zigzag ((gint64) item->number));
      flow_buffer_put_varint (out, flow_remap_id (map, item->name));
      flow_buffer_put_varint (out, item->dropped);
      flow_buffer_put_varint (out, item->count);
      break;
    case FLOW_FIELD_LINK:
      flow_buffer_put (out, item->ids, 24);
      flow_buffer_put_varint (out, flow_remap_id (map, item->name));
      flow_buffer_put_varint (out, item->number);
      flow_buffer_put_varint (out, item->dropped);
      flow_buffer_put_varint (out, item->count);
      break;
    case FLOW_FIELD_TRACE_STATE:
    case FLOW_FIELD_STATUS_MESSAGE:
    case FLOW_FIELD_EVENT_NAME:
    case FLOW_FIELD_SEVERITY_TEXT:
      flow_buffer_put_varint (out, flow_remap_id (map, (guint32) item->number));
      break;
    case FLOW_FIELD_OBSERVED_TIME:
      flow_buffer_put_varint (out, flow_zigzag ((gint64) item->number));
      break;
    case FLOW_FIELD_BODY:
      break;
    default:
      flow_buffer_put_varint (out, item->number);
      break;
    }
}

/**
 * flow_extra_remap:
 * @map: from the dictionary of @extra to that of @out
 *
 * Append @extra to @out with every string id replaced.
 *
 * Returns: %FALSE when it is damaged; @out is then as it was
 */
gboolean
flow_extra_remap (FlowBuffer *out, const guint8 *extra, gsize length, FlowRemap *map)
{
  FlowExtraReader reader;
  FlowExtraItem item;
  guint64 attributes;
  gsize before = out->length;

  if (length == 0)
    return TRUE;
  if (flow_extra_reader_init (&reader, extra, length, &attributes))
    {
      flow_buffer_put_varint (out, attributes);
      if (remap_attributes (out, &reader, attributes, map))
        {
          while (flow_extra_reader_field (&reader, &item))
            {
              remap_field (out, &item, map);
              if (!remap_attributes (out, &reader, item.count, map))
                break;
            }
          if (reader.at == reader.end)
            return TRUE;
        }
    }
  out->length = before;
  return FALSE;
}
