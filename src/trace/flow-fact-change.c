/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-fact-change"

#include "trace/flow-fact-change.h"

#include <glib/gi18n.h>
#include <string.h>

#include "base/flow-error.h"

struct _FlowFactChange
{
  guint8 trace_id[16];
  char *title; /* NULL: as it is */
  char *note;  /* NULL: as it is */
  int pinned;  /* -1: as it is */
  gboolean clear_tags;
  GPtrArray *add;    /* of char *: after the others were removed */
  GPtrArray *remove; /* of char * */
};

/**
 * flow_fact_change_new:
 * @trace_id: of which trace
 *
 * Returns: (transfer full): a change that changes nothing yet
 */
FlowFactChange *
flow_fact_change_new (const guint8 trace_id[16])
{
  FlowFactChange *self = g_new0 (FlowFactChange, 1);

  memcpy (self->trace_id, trace_id, sizeof self->trace_id);
  self->pinned = -1;
  self->add = g_ptr_array_new_with_free_func (g_free);
  self->remove = g_ptr_array_new_with_free_func (g_free);
  return self;
}

static void
copy_tags (GPtrArray *to, const GPtrArray *from)
{
  for (guint i = 0; i < from->len; i++)
    g_ptr_array_add (to, g_strdup (g_ptr_array_index (from, i)));
}

/**
 * flow_fact_change_copy:
 * @self: a change
 *
 * Returns: (transfer full): one that does the same
 */
FlowFactChange *
flow_fact_change_copy (const FlowFactChange *self)
{
  FlowFactChange *copy = flow_fact_change_new (self->trace_id);

  copy->title = g_strdup (self->title);
  copy->note = g_strdup (self->note);
  copy->pinned = self->pinned;
  copy->clear_tags = self->clear_tags;
  copy_tags (copy->add, self->add);
  copy_tags (copy->remove, self->remove);
  return copy;
}

/**
 * flow_fact_change_free:
 * @self: (transfer full): a change
 *
 * Free it.
 */
void
flow_fact_change_free (FlowFactChange *self)
{
  g_free (self->title);
  g_free (self->note);
  g_ptr_array_unref (self->add);
  g_ptr_array_unref (self->remove);
  g_free (self);
}

/**
 * flow_fact_change_get_trace_id:
 * @self: a change
 *
 * Returns: (transfer none): 16 bytes
 */
const guint8 *
flow_fact_change_get_trace_id (const FlowFactChange *self)
{
  return self->trace_id;
}

/* Control characters would break lines of lists and obey to terminals. */
static char *
clean_line (const char *text, glong max, const char *what, GError **error)
{
  g_autofree char *normal = g_utf8_normalize (text, -1, G_NORMALIZE_NFC);

  if (normal == NULL)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("the %s is not UTF-8"), what);
      return NULL;
    }
  g_strstrip (normal);
  for (const char *at = normal; *at != '\0'; at = g_utf8_next_char (at))
    if (g_unichar_iscntrl (g_utf8_get_char (at)) || g_utf8_get_char (at) == 0x2028 || g_utf8_get_char (at) == 0x2029)
      {
        g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("the %s must be one line"), what);
        return NULL;
      }
  if (g_utf8_strlen (normal, -1) > max)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_TOO_LARGE, _ ("the %s must not be longer than %ld characters"), what,
                   max);
      return NULL;
    }
  return g_steal_pointer (&normal);
}

/**
 * flow_fact_change_set_title:
 * @self: a change
 * @title: one line, at most %FLOW_FACT_TITLE_MAX characters; empty for none
 * @error: return location
 *
 * Have the trace called @title. White space around it is dropped.
 *
 * Returns: %FALSE with %FLOW_ERROR_BAD_ARGUMENT or %FLOW_ERROR_TOO_LARGE
 */
gboolean
flow_fact_change_set_title (FlowFactChange *self, const char *title, GError **error)
{
  char *clean = clean_line (title, FLOW_FACT_TITLE_MAX, _ ("title"), error);

  if (clean == NULL)
    return FALSE;
  g_free (self->title);
  self->title = clean;
  return TRUE;
}

/**
 * flow_fact_change_set_note:
 * @self: a change
 * @note: lines of text, at most %FLOW_FACT_NOTE_MAX bytes; empty for none
 * @error: return location
 *
 * Have @note written down. White space at its end is dropped.
 *
 * Returns: %FALSE with %FLOW_ERROR_BAD_ARGUMENT or %FLOW_ERROR_TOO_LARGE
 */
gboolean
flow_fact_change_set_note (FlowFactChange *self, const char *note, GError **error)
{
  if (!g_utf8_validate (note, -1, NULL))
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("the %s is not UTF-8"), _ ("note"));
      return FALSE;
    }
  if (strlen (note) > FLOW_FACT_NOTE_MAX)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_TOO_LARGE, _ ("the note must not be longer than %d KiB"),
                   FLOW_FACT_NOTE_MAX / 1024);
      return FALSE;
    }
  g_free (self->note);
  self->note = g_strchomp (g_strdup (note));
  return TRUE;
}

static char *
clean_tag (const char *tag, GError **error)
{
  g_autofree char *clean = clean_line (tag, FLOW_FACT_TAG_MAX, _ ("tag"), error);

  if (clean != NULL && clean[0] == '\0')
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("a tag must not be empty"));
      return NULL;
    }
  return g_steal_pointer (&clean);
}

/**
 * flow_fact_change_add_tag:
 * @self: a change
 * @tag: one line, 1 to %FLOW_FACT_TAG_MAX characters
 * @error: return location
 *
 * Have the trace tagged; it may be already.
 *
 * Returns: %FALSE with %FLOW_ERROR_BAD_ARGUMENT or %FLOW_ERROR_TOO_LARGE
 */
gboolean
flow_fact_change_add_tag (FlowFactChange *self, const char *tag, GError **error)
{
  char *clean = clean_tag (tag, error);

  if (clean != NULL)
    g_ptr_array_add (self->add, clean);
  return clean != NULL;
}

/**
 * flow_fact_change_remove_tag:
 * @self: a change
 * @tag: a tag
 * @error: return location
 *
 * Have a tag taken off; it need not be there.
 *
 * Returns: %FALSE with %FLOW_ERROR_BAD_ARGUMENT or %FLOW_ERROR_TOO_LARGE
 */
gboolean
flow_fact_change_remove_tag (FlowFactChange *self, const char *tag, GError **error)
{
  char *clean = clean_tag (tag, error);

  if (clean != NULL)
    g_ptr_array_add (self->remove, clean);
  return clean != NULL;
}

/**
 * flow_fact_change_clear_tags:
 * @self: a change
 *
 * Have all tags taken off that are there now; those that are added stay.
 */
void
flow_fact_change_clear_tags (FlowFactChange *self)
{
  self->clear_tags = TRUE;
}

/**
 * flow_fact_change_set_pinned:
 * @self: a change
 * @pinned: whether to pin
 *
 * Have the trace pinned, or not any more.
 */
void
flow_fact_change_set_pinned (FlowFactChange *self, gboolean pinned)
{
  self->pinned = pinned;
}

/* The tags of a trace may come from elsewhere by then, so only what was done is undone. */
static void
undo_tags (const FlowFactChange *self, const FlowTraceFacts *before, FlowFactChange *undo)
{
  for (guint i = 0; i < self->add->len; i++)
    if (before == NULL || !flow_trace_facts_has_tag (before, g_ptr_array_index (self->add, i)))
      g_ptr_array_add (undo->remove, g_strdup (g_ptr_array_index (self->add, i)));
  for (char **tag = before != NULL ? before->tags : NULL; tag != NULL && *tag != NULL; tag++)
    if (self->clear_tags || g_ptr_array_find_with_equal_func (self->remove, *tag, g_str_equal, NULL))
      g_ptr_array_add (undo->add, g_strdup (*tag));
}

/**
 * flow_fact_change_new_undo:
 * @self: a change
 * @before: (nullable): what was said about the trace before
 *
 * Make the change that takes @self back.
 *
 * Returns: (transfer full): the change
 */
FlowFactChange *
flow_fact_change_new_undo (const FlowFactChange *self, const FlowTraceFacts *before)
{
  FlowFactChange *undo = flow_fact_change_new (self->trace_id);

  if (self->title != NULL)
    undo->title = g_strdup (before != NULL ? before->title : "");
  if (self->note != NULL)
    undo->note = g_strdup (before != NULL ? before->note : "");
  if (self->pinned >= 0)
    undo->pinned = before != NULL && before->pinned;
  undo_tags (self, before, undo);
  return undo;
}

static int
compare_tags (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static char **
apply_tags (const FlowFactChange *self, const FlowTraceFacts *before)
{
  GPtrArray *tags = g_ptr_array_new ();

  for (char **tag = before != NULL && !self->clear_tags ? before->tags : NULL; tag != NULL && *tag != NULL; tag++)
    if (!g_ptr_array_find_with_equal_func (self->remove, *tag, g_str_equal, NULL))
      g_ptr_array_add (tags, g_strdup (*tag));
  for (guint i = 0; i < self->add->len; i++)
    if (!g_ptr_array_find_with_equal_func (tags, g_ptr_array_index (self->add, i), g_str_equal, NULL))
      g_ptr_array_add (tags, g_strdup (g_ptr_array_index (self->add, i)));
  g_ptr_array_sort (tags, compare_tags);
  g_ptr_array_add (tags, NULL);
  return (char **) g_ptr_array_free (tags, FALSE);
}

/**
 * flow_fact_change_apply:
 * @self: a change
 * @before: (nullable): what was said about the trace
 * @now_ns: the time, since 1970
 * @error: return location
 *
 * Tell what comes of it.
 *
 * Returns: (transfer full): what is said about the trace then, or %NULL with %FLOW_ERROR_TOO_LARGE for too many tags
 */
FlowTraceFacts *
flow_fact_change_apply (const FlowFactChange *self, const FlowTraceFacts *before, gint64 now_ns, GError **error)
{
  g_auto (GStrv) tags = apply_tags (self, before);
  const char *title = self->title != NULL ? self->title : before != NULL ? before->title : "";
  const char *note = self->note != NULL ? self->note : before != NULL ? before->note : "";
  gboolean pinned = self->pinned >= 0 ? self->pinned : before != NULL && before->pinned;

  if (g_strv_length (tags) > FLOW_FACT_TAGS_MAX)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_TOO_LARGE, _ ("a trace has at most %d tags"), FLOW_FACT_TAGS_MAX);
      return NULL;
    }
  return flow_trace_facts_new (self->trace_id, title, note, g_steal_pointer (&tags), pinned, now_ns);
}
