/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-message"

#include "message/flow-envelope.h"

#include <string.h>

#include "message/flow-json-skip.h"

#define TOO_EARLY "the message ends too early"

/* What a member's value must be. */
typedef enum
{
  MEMBER_NAME,     /* a string that is not empty */
  MEMBER_OPTIONAL, /* the same, or null, which is as if it were not there */
  MEMBER_VALUE,    /* anything; kept as it came */
  MEMBER_BOOLEAN,
  MEMBER_PRIORITY,
} MemberKind;

typedef struct
{
  const char *key;
  MemberKind kind;
  gsize offset;
  const char *problem;
} Member;

static const Member members[] = {
  { "id", MEMBER_NAME, G_STRUCT_OFFSET (FlowEnvelope, id), "id must be a short string" },
  { "type", MEMBER_NAME, G_STRUCT_OFFSET (FlowEnvelope, type), "type must be a short string" },
  { "source", MEMBER_NAME, G_STRUCT_OFFSET (FlowEnvelope, source), "source must be a short string" },
  { "target", MEMBER_OPTIONAL, G_STRUCT_OFFSET (FlowEnvelope, target), "target must be a short string" },
  { "timestamp", MEMBER_OPTIONAL, G_STRUCT_OFFSET (FlowEnvelope, timestamp), "timestamp must be a short string" },
  { "reply_to", MEMBER_OPTIONAL, G_STRUCT_OFFSET (FlowEnvelope, reply_to), "reply_to must be a short string" },
  { "expires", MEMBER_OPTIONAL, G_STRUCT_OFFSET (FlowEnvelope, expires), "expires must be a short string" },
  { "data", MEMBER_VALUE, G_STRUCT_OFFSET (FlowEnvelope, data), "data is no JSON value" },
  { "metadata", MEMBER_VALUE, G_STRUCT_OFFSET (FlowEnvelope, metadata), "metadata is no JSON value" },
  { "ack", MEMBER_BOOLEAN, G_STRUCT_OFFSET (FlowEnvelope, ack), "ack must be true or false" },
  { "priority", MEMBER_PRIORITY, G_STRUCT_OFFSET (FlowEnvelope, priority), "priority must be a digit from 0 to 9" },
  { "seq", MEMBER_VALUE, G_STRUCT_OFFSET (FlowEnvelope, seq), "seq is no JSON value" },
};

typedef struct
{
  FlowEnvelope *envelope;
  const char *at;
  const char *end;
  guint seen;      /* a bit for each of members that was there */
  guint n_unknown; /* keys that are none of members */
  FlowSlice unknown[FLOW_ENVELOPE_MAX_MEMBERS];
} Scan;

#define IS(key, word) (memcmp (key, word, sizeof word - 1) == 0)

/* Which of members a key is, -1 when it is none. */
static inline int
find_member (const char *key, gsize length)
{
  switch (length)
    {
    case 2:
      return IS (key, "id") ? 0 : -1;
    case 3:
      return IS (key, "ack") ? 9 : IS (key, "seq") ? 11 : -1;
    case 4:
      return IS (key, "type") ? 1 : IS (key, "data") ? 7 : -1;
    case 6:
      return IS (key, "source") ? 2 : IS (key, "target") ? 3 : -1;
    case 7:
      return IS (key, "expires") ? 6 : -1;
    case 8:
      return IS (key, "reply_to") ? 5 : IS (key, "metadata") ? 8 : IS (key, "priority") ? 10 : -1;
    case 9:
      return IS (key, "timestamp") ? 4 : -1;
    default:
      return -1;
    }
}

static guint
hex_value (const char *at)
{
  guint value = 0;

  for (guint i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value (at[i]);

      if (digit < 0)
        return G_MAXUINT;
      value = value << 4 | (guint) digit;
    }
  return value;
}

/* The character of "\uXXXX", or of two of them; @at stands behind the 'u'. Zero when it is none. */
static gunichar
read_unicode (const char **at, const char *end)
{
  guint high, low;

  if (end - *at < 4)
    return 0;
  high = hex_value (*at);
  *at += 4;
  if (high < 0xd800 || (high > 0xdfff && high <= 0xffff))
    return high;
  if (high > 0xdbff || end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u')
    return 0;
  low = hex_value (*at + 2);
  *at += 6;
  return low >= 0xdc00 && low <= 0xdfff ? 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00) : 0;
}

/* Writes a short string without its escapes; @out has room for @length and a character more. -1: not JSON. */
static int
remove_escapes (const char *at, const char *end, char *out)
{
  static const char from[] = "\"\\/bfnrt";
  static const char to[] = "\"\\/\b\f\n\r\t";
  char *to_at = out;

  while (at < end)
    {
      const char *found;
      gunichar c;

      if (*at != '\\')
        {
          *to_at++ = *at++;
          continue;
        }
      at++;
      if (*at == 'u')
        {
          at++;
          c = read_unicode (&at, end);
          if (c == 0)
            return -1;
          to_at += g_unichar_to_utf8 (c, to_at);
          continue;
        }
      found = *at != '\0' ? strchr (from, *at) : NULL;
      if (found == NULL)
        return -1;
      *to_at++ = to[found - from];
      at++;
    }
  return (int) (to_at - out);
}

/* Control characters, DEL and U+0080 to U+009F among them: escaped, each is longer than what came. */
static gboolean
has_control (const char *at, const char *end)
{
  for (; at < end; at++)
    {
      guchar byte = (guchar) *at;

      if (byte < 0x20 || byte == 0x7f || (byte == 0xc2 && end - at > 1 && (guchar) at[1] < 0xa0))
        return TRUE;
    }
  return FALSE;
}

/* A string in which nothing is escaped, or hidden: control characters have no place in a name, and what is as long as
 * a name may be stays that long in an answer. The scan stands at its first quotation mark. */
static const char *
take_name (Scan *scan, FlowSlice *slice, const char *problem)
{
  FlowEnvelope *envelope = scan->envelope;
  gboolean escaped, odd;
  const char *from = scan->at + 1;
  const char *to = flow_json_skip_name (from, scan->end, &escaped, &odd);

  if (to == NULL)
    return TOO_EARLY;
  scan->at = to + 1;
  if (from == to || to - from > FLOW_ENVELOPE_MAX_NAME || (odd && has_control (from, to)))
    return problem;
  *slice = (FlowSlice) { from, (guint) (to - from) };
  if (escaped)
    {
      char *plain = envelope->plain + envelope->plain_length;
      int length = remove_escapes (from, to, plain);

      if (length <= 0 || has_control (plain, plain + length))
        return problem;
      *slice = (FlowSlice) { plain, (guint) length };
      envelope->plain_length += (guint) length;
    }
  return NULL;
}

/* Steps over any value. */
static const char *
skip_value (Scan *scan)
{
  const char *problem = "the message is not JSON";

  if (*scan->at == '"')
    {
      const char *quote = flow_json_skip_string (scan->at + 1, scan->end);

      if (quote == NULL)
        return TOO_EARLY;
      scan->at = quote + 1;
      return NULL;
    }
  if (*scan->at == '{' || *scan->at == '[')
    scan->at = flow_json_skip_nested (scan->at, scan->end, FLOW_ENVELOPE_MAX_DEPTH - 1, &problem);
  else
    scan->at = flow_json_skip_scalar (scan->at, scan->end);
  return scan->at != NULL ? NULL : problem;
}

static const char *
take_known (Scan *scan, const Member *member)
{
  gpointer place = G_STRUCT_MEMBER_P (scan->envelope, member->offset);
  const char *from = scan->at;
  const char *problem;
  FlowSlice value;

  if (*from == '"' && (member->kind == MEMBER_NAME || member->kind == MEMBER_OPTIONAL))
    return take_name (scan, place, member->problem);
  problem = skip_value (scan);
  if (problem != NULL)
    return problem;
  value = (FlowSlice) { from, (guint) (scan->at - from) };
  switch (member->kind)
    {
    case MEMBER_OPTIONAL:
      return *from == 'n' ? NULL : member->problem;
    case MEMBER_NAME:
      return member->problem;
    case MEMBER_BOOLEAN:
      *(gboolean *) place = *from == 't';
      return *from == 't' || *from == 'f' ? NULL : member->problem;
    case MEMBER_PRIORITY:
      *(int *) place = g_ascii_digit_value (*from);
      return value.length == 1 && g_ascii_isdigit (*from) ? NULL : member->problem;
    case MEMBER_VALUE:
    default:
      *(FlowSlice *) place = value;
      return NULL;
    }
}

/* A key that is written with escapes could be one of ours, seen by the next reader and not by us. */
static gboolean
is_hidden_member (FlowSlice key)
{
  char plain[16 * 6];
  int length;

  if (memchr (key.text, '\\', key.length) == NULL || key.length > sizeof plain - 4)
    return FALSE;
  length = remove_escapes (key.text, key.text + key.length, plain);
  return length < 0 || find_member (plain, (gsize) length) >= 0;
}

static const char *
note_unknown (Scan *scan, FlowSlice key)
{
  if (scan->n_unknown == FLOW_ENVELOPE_MAX_MEMBERS)
    return "the message has too many members";
  if (is_hidden_member (key))
    return "a member of the message is written with escapes";
  for (guint i = 0; i < scan->n_unknown; i++)
    {
      if (scan->unknown[i].length == key.length && memcmp (scan->unknown[i].text, key.text, key.length) == 0)
        return "a member of the message is there twice";
    }
  scan->unknown[scan->n_unknown++] = key;
  return NULL;
}

/* One member with its value; the scan stands at the key. */
static const char *
take_member (Scan *scan)
{
  const char *key = scan->at + 1;
  const char *quote = *scan->at == '"' ? flow_json_skip_string (key, scan->end) : NULL;
  const char *problem;
  int found;

  if (quote == NULL)
    return "the message is not JSON";
  scan->at = flow_json_skip_blanks (quote + 1, scan->end);
  if (scan->at == scan->end)
    return TOO_EARLY;
  if (*scan->at != ':')
    return "the message is not JSON";
  scan->at = flow_json_skip_blanks (scan->at + 1, scan->end);
  if (scan->at == scan->end)
    return TOO_EARLY;

  found = find_member (key, (gsize) (quote - key));
  if (found < 0)
    {
      problem = note_unknown (scan, (FlowSlice) { key, (guint) (quote - key) });
      return problem != NULL ? problem : skip_value (scan);
    }
  if ((scan->seen & 1u << found) != 0)
    return "a member of the message is there twice";
  scan->seen |= 1u << found;
  return take_known (scan, &members[found]);
}

static const char *
take_members (Scan *scan)
{
  for (;;)
    {
      const char *problem = take_member (scan);

      if (problem != NULL)
        return problem;
      scan->at = flow_json_skip_blanks (scan->at, scan->end);
      if (scan->at == scan->end)
        return TOO_EARLY;
      if (*scan->at == '}')
        return NULL;
      if (*scan->at != ',')
        return "the message is not JSON";
      scan->at = flow_json_skip_blanks (scan->at + 1, scan->end);
      if (scan->at == scan->end)
        return TOO_EARLY;
    }
}

/**
 * flow_envelope_scan:
 * @self: where it goes; keeps places in @text
 * @text: a message, valid UTF-8, at most 4 GiB
 * @length: its length in bytes
 *
 * Read the outside of a message (protocol.md, "Native protocol"). Members that are not known are stepped over
 * and values are not looked into, but for brackets that must match and the depth of 64 levels. A member that is
 * there twice is refused, as readers differ in which of the two counts; `id` and `type` must be there.
 *
 * Returns: (nullable): what is wrong, in a sentence for the sender; %NULL when nothing is
 */
const char *
flow_envelope_scan (FlowEnvelope *self, const char *text, gsize length)
{
  Scan scan;
  const char *problem;

  memset (self, 0, G_STRUCT_OFFSET (FlowEnvelope, plain));
  self->priority = -1;
  /* Field by field: the list of keys is long, and empty. */
  scan.envelope = self;
  scan.end = text + length;
  scan.seen = scan.n_unknown = 0;
  scan.at = flow_json_skip_blanks (text, scan.end);
  if (scan.at == scan.end || *scan.at != '{')
    return "the message is not a JSON object";
  scan.at = flow_json_skip_blanks (scan.at + 1, scan.end);
  if (scan.at == scan.end)
    return TOO_EARLY;
  if (*scan.at != '}')
    {
      problem = take_members (&scan);
      if (problem != NULL)
        return problem;
    }
  if (flow_json_skip_blanks (scan.at + 1, scan.end) != scan.end)
    return "there is something behind the message";
  if (self->id.text == NULL)
    return "the message has no id";
  return self->type.text != NULL ? NULL : "the message has no type";
}
