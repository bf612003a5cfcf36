/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit-words"

#include "app/edits/flow-edit-words.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/connections/flow-connection-text.h"
#include "app/shell/flow-count-text.h"
#include "hub/flow-json-read.h"
#include "launch/flow-editor-preset.h"

#define SECOND_NS G_GINT64_CONSTANT (1000000000)

/* What the words of the hub mean. */
typedef struct
{
  const char *word;
  const char *text;
  const char *icon;
} Word;

/* The other ways to one of the ends, beside the channels. */
static const Word ways[] = {
  { "ghosttext", N_ ("GhostText"), "web-browser-symbolic" },
  { "atomic-chrome", N_ ("Atomic Chrome"), "web-browser-symbolic" },
  { "web-dev-sync", N_ ("Web page"), "web-browser-symbolic" },
  { "file", N_ ("File"), "text-x-generic-symbolic" },
};

static const Word sides[] = {
  { "page", N_ ("Web page"), "web-browser-symbolic" },
  { "editor", N_ ("Editor"), "text-editor-symbolic" },
  { "file", N_ ("File"), "text-x-generic-symbolic" },
};

static const Word states[] = {
  { "live", N_ ("connected"), "emblem-ok-symbolic" },
  { "waiting", N_ ("waiting for it"), "content-loading-symbolic" },
  { "failed", N_ ("failed"), "dialog-warning-symbolic" },
};

static const Word choices[] = {
  { "foreign", N_ ("Another program that edits"), NULL },
  { "atomic-chrome", N_ ("Emacs that listens"), NULL },
};

static const Word reasons[] = {
  { "detached", N_ ("nobody has it open"), NULL },
  { "stopped", N_ ("FlowScope ended while it was open"), NULL },
  { "expired", N_ ("nobody came back to it"), NULL },
  { "ended", N_ ("it was ended"), NULL },
  { "left", N_ ("it was left"), NULL },
  { "lost", N_ ("the connection was lost"), NULL },
  { "replaced", N_ ("it was opened elsewhere"), NULL },
  { "shelved", N_ ("others needed its place"), NULL },
};

static const Word *
find_word (const Word *words, gsize n, const char *word)
{
  for (gsize i = 0; i < n; i++)
    {
      if (g_strcmp0 (words[i].word, word) == 0)
        return &words[i];
    }
  return NULL;
}

#define FIND(words, word) find_word (words, G_N_ELEMENTS (words), word)

static gboolean
is_text (const char *text)
{
  return text != NULL && *text != '\0';
}

/**
 * flow_edit_words_title:
 * @edit: what the verb `edits` writes of one
 *
 * Returns: (transfer full): the field's name in one line, never empty
 */
char *
flow_edit_words_title (FlowEntry *edit)
{
  const char *title = flow_entry_get_text (edit, "title");
  char *line = g_strdelimit (g_strdup (title != NULL ? title : ""), "\r\n\t", ' ');

  if (*g_strstrip (line) != '\0')
    return line;
  g_free (line);
  return g_strdup (is_text (flow_entry_get_text (edit, "site")) ? flow_entry_get_text (edit, "site")
                                                                : _ ("Text without a name"));
}

/**
 * flow_edit_words_length:
 * @length: code points
 *
 * Returns: (transfer full): “1834 characters”
 */
char *
flow_edit_words_length (gint64 length)
{
  gint64 n = MAX (length, 0);
  g_autofree char *number = flow_count_text_number ((guint64) n);

  return g_strdup_printf (ngettext ("%s character", "%s characters", (gulong) n), number);
}

/**
 * flow_edit_words_what:
 * @edit: what the verb `edits` writes of one
 *
 * Returns: (transfer full): where the text is and what it is, like “tracker.example · md · 1834 characters”
 */
char *
flow_edit_words_what (FlowEntry *edit)
{
  const char *site = flow_entry_get_text (edit, "site"), *type = flow_entry_get_text (edit, "type");
  g_autofree char *length = flow_edit_words_length (flow_entry_get_number (edit, "length"));
  g_autoptr (GString) text = g_string_new (is_text (site) ? site : _ ("File"));

  if (is_text (type))
    g_string_append_printf (text, " · %s", type);
  g_string_append_printf (text, " · %s", length);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* --- The ends -------------------------------------------------------------------------------------------- */

/* The name of a channel begins with its kind. */
static char *
dup_kind (const char *name)
{
  const char *slash = strchr (name, '/');

  return slash != NULL && slash != name ? g_strndup (name, (gsize) (slash - name)) : NULL;
}

static gboolean
is_same (const char *text, const char *other)
{
  return is_text (text) && g_strcmp0 (text, other) == 0;
}

/**
 * flow_edit_words_who:
 * @edit: what the verb `edits` writes of one
 * @name: the name of one of its ends, as the hub has it
 *
 * Returns: (transfer full): what people call that end
 */
char *
flow_edit_words_who (FlowEntry *edit, const char *name)
{
  JsonObject *editor = flow_entry_get_object (edit, "editor");
  const char *site = flow_entry_get_text (edit, "site");
  g_autofree char *kind = dup_kind (name);
  const Word *choice = FIND (choices, kind);

  if (editor != NULL && is_same (flow_json_get_string (editor, "choice"), name) &&
      is_text (flow_json_get_string (editor, "name")))
    return g_strdup (flow_json_get_string (editor, "name"));
  if (g_strcmp0 (kind, "browser_page") == 0 && is_text (site))
    return g_strdup (site);
  if (choice != NULL)
    return g_strdup (_ (choice->text));
  /* What has no kind in front is a name already; so is what only looks like one. */
  return g_strdup (flow_connection_knows_kind (kind) ? flow_connection_text_kind (kind) : name);
}

/**
 * flow_edit_words_end:
 * @edit: what the verb `edits` writes of one
 * @end: one of its `endpoints`
 *
 * Returns: (transfer full): who it is: its name, else what kind of thing it is
 */
char *
flow_edit_words_end (FlowEntry *edit, JsonObject *end)
{
  const char *name = flow_json_get_string (end, "name"), *kind = flow_json_get_string (end, "kind");
  const Word *way = FIND (ways, kind), *side = FIND (sides, flow_json_get_string (end, "side"));

  if (is_text (name))
    return flow_edit_words_who (edit, name);
  if (way != NULL)
    return g_strdup (_ (way->text));
  if (is_text (kind))
    return g_strdup (flow_connection_text_kind (kind));
  return g_strdup (side != NULL ? _ (side->text) : flow_connection_text_kind (NULL));
}

/**
 * flow_edit_words_end_state:
 * @end: one of an edit's `endpoints`
 *
 * Returns: (transfer none): how it is, in lower case
 */
const char *
flow_edit_words_end_state (JsonObject *end)
{
  const Word *state = FIND (states, flow_json_get_string (end, "state"));

  return state != NULL ? _ (state->text) : _ ("unknown");
}

/**
 * flow_edit_words_end_icon:
 * @end: one of an edit's `endpoints`
 *
 * Returns: (transfer none): the name of an icon for its side
 */
const char *
flow_edit_words_end_icon (JsonObject *end)
{
  const Word *side = FIND (sides, flow_json_get_string (end, "side"));

  return side != NULL ? side->icon : "network-workgroup-symbolic";
}

static char *
describe_end (FlowEntry *edit, JsonObject *end)
{
  g_autofree char *name = flow_edit_words_end (edit, end);

  /* Translators: who is at one end of an edit, and how that end is: “Neovim: connected”. */
  return g_strdup_printf (_ ("%s: %s"), name, flow_edit_words_end_state (end));
}

/**
 * flow_edit_words_ends:
 * @edit: what the verb `edits` writes of one
 *
 * Returns: (transfer full): all ends with their states in one line
 */
char *
flow_edit_words_ends (FlowEntry *edit)
{
  JsonArray *ends = flow_entry_get_list (edit, "endpoints");
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; ends != NULL && i < json_array_get_length (ends); i++)
    {
      JsonNode *node = json_array_get_element (ends, i);
      g_autofree char *end = JSON_NODE_HOLDS_OBJECT (node) ? describe_end (edit, json_node_get_object (node)) : NULL;

      if (end != NULL)
        g_string_append_printf (text, "%s%s", text->len > 0 ? " ⇄ " : "", end);
    }
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : g_strdup (_ ("Nobody has it open"));
}

/**
 * flow_edit_words_choice:
 * @choice: what opens a text: the kind or name of a channel, a program, or a command line
 *
 * Returns: (transfer none): what people call it
 */
const char *
flow_edit_words_choice (const char *choice)
{
  const Word *word = FIND (choices, choice);
  const FlowEditorPreset *preset = word == NULL ? flow_editor_preset_for_program (choice) : NULL;

  if (word != NULL)
    return _ (word->text);
  if (preset != NULL)
    return preset->name;
  return g_str_equal (choice, "vscode_extension") ? flow_connection_text_kind (choice) : choice;
}

/**
 * flow_edit_words_reason:
 * @reason: (nullable): why an edit no longer goes on
 *
 * Returns: (transfer none): the same in words
 */
const char *
flow_edit_words_reason (const char *reason)
{
  const Word *word = FIND (reasons, reason);

  if (word != NULL)
    return _ (word->text);
  return is_text (reason) ? reason : _ (reasons[0].text);
}

/* --- The journal ----------------------------------------------------------------------------------------- */

static const struct
{
  const char *what;
  const char *format;
} deeds[] = {
  { "open", N_ ("Opened by %s") },
  { "change", N_ ("Changed by %s") },
  { "save", N_ ("Saved by %s") },
  { "undo", N_ ("Change of %s undone") },
  { "redo", N_ ("Change of %s redone") },
  { "resolve", N_ ("Conflict decided by %s") },
  { "recover", N_ ("Brought back by %s") },
  { "close", N_ ("Left by %s") },
  { "conflict", N_ ("%s changed the same words") },
};

/**
 * flow_edit_words_deed:
 * @edit: what the verb `edits` writes of one
 * @entry: one of the entries that the verb `edit-journal` writes of it
 *
 * Returns: (transfer full): what happened and whose doing it was
 */
char *
flow_edit_words_deed (FlowEntry *edit, FlowEntry *entry)
{
  const char *what = flow_entry_get_text (entry, "what"), *name = flow_entry_get_text (entry, "by");
  const Word *side = FIND (sides, flow_entry_get_text (entry, "side"));
  g_autofree char *by = is_text (name) ? flow_edit_words_who (edit, name)
                        : side != NULL ? g_strdup (_ (side->text))
                                       : g_strdup (_ ("you"));
  g_autoptr (GString) text = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (deeds); i++)
    {
      if (g_strcmp0 (deeds[i].what, what) != 0)
        continue;
      text = g_string_new (_ (deeds[i].format));
      g_string_replace (text, "%s", by, 1);
      return g_string_free (g_steal_pointer (&text), FALSE);
    }
  return g_strdup_printf ("%s: %s", by, is_text (what) ? what : "?");
}

/**
 * flow_edit_words_time:
 * @time_ns: a time, ns since 1970; 0 for none
 * @now_ns: the time now
 *
 * Returns: (transfer full): “10:32:07”, with the date when that is another day's
 */
char *
flow_edit_words_time (gint64 time_ns, gint64 now_ns)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (time_ns / SECOND_NS);
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_local (now_ns / SECOND_NS);

  if (time_ns == 0 || time == NULL || now == NULL)
    return g_strdup ("–");
  if (g_date_time_get_year (time) == g_date_time_get_year (now) &&
      g_date_time_get_day_of_year (time) == g_date_time_get_day_of_year (now))
    /* Translators: a time of today, with seconds. */
    return g_date_time_format (time, _ ("%H:%M:%S"));
  /* Translators: a date and a time, with seconds. */
  return g_date_time_format (time, _ ("%-d %b %Y %H:%M:%S"));
}

/**
 * flow_edit_words_counts:
 * @n_open: edits that go on
 * @n_conflicts: how many of them wait for a decision
 *
 * Returns: (transfer full) (nullable): “3 edits, 1 conflict”; %NULL when there is none
 */
char *
flow_edit_words_counts (guint n_open, guint n_conflicts)
{
  g_autofree char *open = g_strdup_printf (ngettext ("%u edit", "%u edits", n_open), n_open);
  g_autofree char *conflicts = g_strdup_printf (ngettext ("%u conflict", "%u conflicts", n_conflicts), n_conflicts);

  if (n_open == 0)
    return NULL;
  return n_conflicts > 0 ? g_strjoin (", ", open, conflicts, NULL) : g_steal_pointer (&open);
}
