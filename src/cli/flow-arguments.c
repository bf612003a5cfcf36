/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-arguments"

#include "cli/flow-arguments.h"

#include <string.h>

#include "base/flow-error.h"
#include "trace/flow-time-text.h"

/* What was given for one option. */
typedef struct
{
  GPtrArray *texts; /* NULL-terminated */
  gint64 number;
} Value;

struct _FlowArguments
{
  const FlowOption *const *tables;
  GHashTable *values; /* name -> Value */
  GPtrArray *words;   /* NULL-terminated */
  gint64 now_ns;
};

static void
value_free (gpointer data)
{
  Value *value = data;

  g_ptr_array_unref (value->texts);
  g_free (value);
}

/**
 * flow_arguments_free:
 * @self: (transfer full): the arguments
 *
 * Free them.
 */
void
flow_arguments_free (FlowArguments *self)
{
  g_hash_table_unref (self->values);
  g_ptr_array_unref (self->words);
  g_free (self);
}

static const FlowOption *
find_option (FlowArguments *self, const char *name, gsize length, char letter)
{
  for (gsize t = 0; self->tables[t] != NULL; t++)
    for (const FlowOption *option = self->tables[t]; option->name != NULL; option++)
      if (name != NULL ? strlen (option->name) == length && strncmp (option->name, name, length) == 0
                       : option->letter == letter)
        return option;
  return NULL;
}

static gboolean
has_choice (const char *choices, const char *text)
{
  g_auto (GStrv) all = g_strsplit (choices, "|", -1);

  return g_strv_contains ((const char *const *) all, text);
}

static gboolean
fail (const FlowOption *option, GError **error, const char *text, const char *wanted)
{
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "--%s takes %s, not “%s”", option->name, wanted, text);
  return FALSE;
}

static gboolean
check_number (const FlowOption *option, const char *text, gint64 *number, GError **error)
{
  guint64 value;

  if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT, &value, NULL))
    return fail (option, error, text, "a whole number");
  *number = (gint64) value;
  return TRUE;
}

static gboolean
check_value (FlowArguments *self, const FlowOption *option, const char *text, gint64 *number, GError **error)
{
  const char *equals = strchr (text, '=');
  g_autofree char *choices = NULL;

  switch (option->type)
    {
    case FLOW_OPTION_NUMBER:
      return check_number (option, text, number, error);
    case FLOW_OPTION_DURATION:
      if (flow_duration_parse (text, number, error))
        return TRUE;
      g_prefix_error (error, "--%s: ", option->name);
      return FALSE;
    case FLOW_OPTION_TIME:
      if (flow_time_parse (text, self->now_ns, number, error))
        return TRUE;
      g_prefix_error (error, "--%s: ", option->name);
      return FALSE;
    case FLOW_OPTION_PAIR:
      return (equals != NULL && equals != text) || fail (option, error, text, "key=value");
    case FLOW_OPTION_CHOICE:
      choices = g_strdup_printf ("one of %s", option->choices);
      return has_choice (option->choices, text) || fail (option, error, text, choices);
    default:
      return TRUE;
    }
}

static gboolean
take (FlowArguments *self, const FlowOption *option, const char *text, GError **error)
{
  Value *value = g_hash_table_lookup (self->values, option->name);
  gint64 number = 1;

  if (text != NULL && !check_value (self, option, text, &number, error))
    return FALSE;
  if (value == NULL)
    {
      value = g_new0 (Value, 1);
      value->texts = g_ptr_array_new_with_free_func (g_free);
      g_ptr_array_add (value->texts, NULL);
      g_hash_table_insert (self->values, (char *) option->name, value);
    }
  else if (option->type != FLOW_OPTION_LIST && option->type != FLOW_OPTION_PAIR)
    {
      g_ptr_array_set_size (value->texts, 0);
      g_ptr_array_add (value->texts, NULL);
    }
  value->number = number;
  g_ptr_array_index (value->texts, value->texts->len - 1) = g_strdup (text != NULL ? text : "");
  g_ptr_array_add (value->texts, NULL);
  return TRUE;
}

static gboolean
unknown (GError **error, const char *argument)
{
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "there is no option %s", argument);
  return FALSE;
}

/* --name, --name=value, --name value. Moves *@i behind what was used. */
static gboolean
take_long (FlowArguments *self, const char *const *argv, gsize *i, GError **error)
{
  const char *name = argv[*i] + 2;
  gsize length = strcspn (name, "=");
  const FlowOption *option = find_option (self, name, length, 0);
  const char *text = name[length] == '=' ? name + length + 1 : NULL;

  (*i)++;
  if (option == NULL)
    return unknown (error, argv[*i - 1]);
  if (option->type == FLOW_OPTION_FLAG && text != NULL)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "--%s takes no value", option->name);
      return FALSE;
    }
  if (option->type != FLOW_OPTION_FLAG && text == NULL)
    {
      text = argv[*i];
      if (text == NULL)
        {
          g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "--%s needs a value", option->name);
          return FALSE;
        }
      (*i)++;
    }
  return take (self, option, text, error);
}

/* -x, -xyz of flags, -xVALUE, -x VALUE. */
static gboolean
take_short (FlowArguments *self, const char *const *argv, gsize *i, GError **error)
{
  const char *letters = argv[(*i)++] + 1;

  for (; *letters != '\0'; letters++)
    {
      const FlowOption *option = find_option (self, NULL, 0, *letters);
      const char *text;

      if (option == NULL)
        return unknown (error, argv[*i - 1]);
      if (option->type == FLOW_OPTION_FLAG)
        {
          if (!take (self, option, NULL, error))
            return FALSE;
          continue;
        }
      text = letters[1] != '\0' ? letters + 1 : argv[*i];
      if (text == NULL)
        {
          g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "-%c needs a value", *letters);
          return FALSE;
        }
      if (letters[1] == '\0')
        (*i)++;
      return take (self, option, text, error);
    }
  return TRUE;
}

static void
add_word (FlowArguments *self, const char *word)
{
  g_ptr_array_index (self->words, self->words->len - 1) = g_strdup (word);
  g_ptr_array_add (self->words, NULL);
}

/**
 * flow_arguments_parse:
 * @tables: (array zero-terminated=1): option tables, each ending with an option without name; must stay
 * @argv: (array zero-terminated=1): what was given, without the program's name
 * @stop_at_word: whether everything from the first word on is words, as for a command to run
 * @now_ns: the time now, for times like "10m ago"
 * @error: return location
 *
 * Take a command line apart. `--` ends the options.
 *
 * Returns: (transfer full): the arguments, or %NULL with %FLOW_ERROR_BAD_ARGUMENT
 */
FlowArguments *
flow_arguments_parse (const FlowOption *const *tables, const char *const *argv, gboolean stop_at_word, gint64 now_ns,
                      GError **error)
{
  g_autoptr (FlowArguments) self = g_new0 (FlowArguments, 1);
  gboolean only_words = FALSE;
  gsize i = 0;

  self->tables = tables;
  self->now_ns = now_ns;
  self->values = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, value_free);
  self->words = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->words, NULL);

  while (argv[i] != NULL)
    {
      if (only_words || argv[i][0] != '-' || argv[i][1] == '\0')
        {
          add_word (self, argv[i++]);
          only_words = only_words || stop_at_word;
        }
      else if (g_str_equal (argv[i], "--"))
        {
          only_words = TRUE;
          i++;
        }
      else if (!(argv[i][1] == '-' ? take_long (self, argv, &i, error) : take_short (self, argv, &i, error)))
        {
          return NULL;
        }
    }
  return g_steal_pointer (&self);
}

/**
 * flow_arguments_has:
 * @self: the arguments
 * @name: an option
 *
 * Check whether an option was given.
 *
 * Returns: %TRUE when it was
 */
gboolean
flow_arguments_has (FlowArguments *self, const char *name)
{
  return g_hash_table_contains (self->values, name);
}

/**
 * flow_arguments_text:
 * @self: the arguments
 * @name: an option
 *
 * Get what was given for an option; the last one counts.
 *
 * Returns: (nullable): the text, %NULL when the option was not given
 */
const char *
flow_arguments_text (FlowArguments *self, const char *name)
{
  const Value *value = g_hash_table_lookup (self->values, name);

  return value != NULL ? g_ptr_array_index (value->texts, value->texts->len - 2) : NULL;
}

/**
 * flow_arguments_list:
 * @self: the arguments
 * @name: an option of type %FLOW_OPTION_LIST or %FLOW_OPTION_PAIR
 *
 * Get everything that was given for an option.
 *
 * Returns: (nullable) (array zero-terminated=1): the texts, %NULL when the option was not given
 */
const char *const *
flow_arguments_list (FlowArguments *self, const char *name)
{
  const Value *value = g_hash_table_lookup (self->values, name);

  return value != NULL ? (const char *const *) value->texts->pdata : NULL;
}

/**
 * flow_arguments_number:
 * @self: the arguments
 * @name: an option that takes a number, a duration or a time
 * @fallback: the answer when it was not given
 *
 * Get the number: as it is, or nanoseconds.
 *
 * Returns: the number
 */
gint64
flow_arguments_number (FlowArguments *self, const char *name, gint64 fallback)
{
  const Value *value = g_hash_table_lookup (self->values, name);

  return value != NULL ? value->number : fallback;
}

/**
 * flow_arguments_n_words:
 * @self: the arguments
 *
 * Count what is no option.
 *
 * Returns: how many words
 */
guint
flow_arguments_n_words (FlowArguments *self)
{
  return self->words->len - 1;
}

/**
 * flow_arguments_word:
 * @self: the arguments
 * @i: which one
 *
 * Get a word.
 *
 * Returns: (nullable): the word, %NULL when there are fewer
 */
const char *
flow_arguments_word (FlowArguments *self, guint i)
{
  return i < self->words->len ? g_ptr_array_index (self->words, i) : NULL;
}

/**
 * flow_arguments_words:
 * @self: the arguments
 *
 * Get all words.
 *
 * Returns: (array zero-terminated=1): the words
 */
const char *const *
flow_arguments_words (FlowArguments *self)
{
  return (const char *const *) self->words->pdata;
}
