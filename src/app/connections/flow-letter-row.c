/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-letter-row"

#include "app/connections/flow-letter-row.h"

#include <glib/gi18n.h>

#include "app/connections/flow-connection-text.h"
#include "app/connections/flow-entry-acts.h"
#include "app/shell/flow-toast.h"

/**
 * FlowLetterRow:
 *
 * A message that waits for its receiver, or that was given up: what it is, for whom, and what can be done.
 */
struct _FlowLetterRow
{
  AdwActionRow parent_instance;

  FlowConnections *connections;
  FlowConnectionsList list;
  FlowEntry *letter;
};

G_DEFINE_FINAL_TYPE (FlowLetterRow, flow_letter_row, ADW_TYPE_ACTION_ROW)

/* Why a message was given up; the codes are those of errors.json. */
static const struct
{
  const char *code;
  const char *text;
} reasons[] = {
  { "expired", N_ ("its time was over") },
  { "not_acknowledged", N_ ("it was never confirmed") },
  { "queue_full", N_ ("too many were waiting") },
};

static const char *
say_reason (const char *code)
{
  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++)
    {
      if (g_strcmp0 (reasons[i].code, code) == 0)
        return _ (reasons[i].text);
    }
  return code != NULL ? code : _ ("for an unknown reason");
}

static char *
describe_waiting (FlowEntry *letter, const char *size)
{
  gint64 now = g_get_real_time () * 1000;
  gint64 expires = flow_entry_get_time (letter, "expires");
  guint attempts = (guint) flow_entry_get_number (letter, "attempts");
  g_autofree char *stored = flow_connection_text_when (flow_entry_get_time (letter, "stored"), now);
  g_autofree char *until = flow_connection_text_when (expires, now);
  g_autofree char *tried = attempts > 0
                               ? g_strdup_printf (ngettext ("tried %u time", "tried %u times", attempts), attempts)
                               : g_strdup (_ ("not tried yet"));
  g_autofree char *first = g_strdup_printf (_ ("since %s, %s, %s"), stored, size, tried);

  return expires != 0 ? g_strdup_printf (_ ("%s, until %s"), first, until) : g_steal_pointer (&first);
}

static char *
describe_dead (FlowEntry *letter, const char *size)
{
  g_autofree char *died = flow_connection_text_when (flow_entry_get_time (letter, "died"), g_get_real_time () * 1000);

  return g_strdup_printf (_ ("given up at %s: %s, %s"), died, say_reason (flow_entry_get_text (letter, "reason")),
                          size);
}

static void
show (FlowLetterRow *self)
{
  FlowEntry *letter = self->letter;
  const char *type = flow_entry_get_text (letter, "type");
  const char *target = flow_entry_get_text (letter, "target");
  const char *source = flow_entry_get_text (letter, "source");
  g_autofree char *size = g_format_size ((guint64) MAX (flow_entry_get_number (letter, "size"), 0));
  g_autofree char *state = self->list == FLOW_CONNECTIONS_DEAD ? describe_dead (letter, size)
                                                               : describe_waiting (letter, size);
  g_autofree char *way = g_strdup_printf (_ ("from %s to %s"), source != NULL ? source : "?",
                                          target != NULL ? target : "?");
  g_autofree char *subtitle = g_strconcat (way, "\n", state, NULL);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), type != NULL ? type : "?");
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), subtitle);
}

static void
resend_cb (FlowLetterRow *self)
{
  flow_toast (GTK_WIDGET (self), _ ("The message waits for its receiver again"));
  flow_connections_act (self->connections, FLOW_CONNECTIONS_RESEND, self->letter);
}

static void
drop_cb (FlowLetterRow *self)
{
  flow_entry_acts_remove (GTK_WIDGET (self), self->connections, FLOW_CONNECTIONS_DROP, self->letter,
                          _ ("Message dropped"));
}

static void
flow_letter_row_dispose (GObject *object)
{
  FlowLetterRow *self = FLOW_LETTER_ROW (object);

  g_clear_object (&self->connections);
  g_clear_object (&self->letter);

  G_OBJECT_CLASS (flow_letter_row_parent_class)->dispose (object);
}

static void
flow_letter_row_class_init (FlowLetterRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_letter_row_dispose;
}

static void
flow_letter_row_init (FlowLetterRow *self)
{
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
}

static void
add_button (FlowLetterRow *self, const char *icon, const char *label, GCallback clicked)
{
  GtkWidget *button = flow_entry_acts_button (icon, label);

  g_signal_connect_swapped (button, "clicked", clicked, self);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), button);
}

static void
add_buttons (FlowLetterRow *self)
{
  const char *type = flow_entry_get_text (self->letter, "type");
  g_autofree char *send = g_strdup_printf (_ ("Send %s again"), type != NULL ? type : "?");
  g_autofree char *drop = g_strdup_printf (_ ("Drop %s"), type != NULL ? type : "?");

  if (self->list == FLOW_CONNECTIONS_DEAD)
    add_button (self, "view-refresh-symbolic", send, G_CALLBACK (resend_cb));
  add_button (self, "user-trash-symbolic", drop, G_CALLBACK (drop_cb));
}

/**
 * flow_letter_row_new:
 * @board: what sends it again or drops it
 * @list: where it stands: %FLOW_CONNECTIONS_WAITING or %FLOW_CONNECTIONS_DEAD
 * @letter: what the verb `outbox` writes of one
 *
 * Returns: (transfer floating): its row
 */
GtkWidget *
flow_letter_row_new (FlowBoard *board, guint list, FlowEntry *letter)
{
  FlowLetterRow *self = g_object_new (FLOW_TYPE_LETTER_ROW, NULL);

  self->connections = g_object_ref (FLOW_CONNECTIONS (board));
  self->list = list;
  self->letter = g_object_ref (letter);
  add_buttons (self);
  g_signal_connect_object (letter, "changed", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  show (self);
  return GTK_WIDGET (self);
}
