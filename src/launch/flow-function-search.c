/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-function-search"

#include "launch/flow-function-search.h"

#include <string.h>

#include "base/flow-error.h"
#include "launch/flow-function-name.h"

#define MAX_FILES 50000
#define MAX_SECONDS 10
#define MAX_MATCHES 50
#define MAX_DEPTH 32
/* Larger ones are generated. */
#define MAX_BYTES (2 * 1024 * 1024)
#define MAX_TEXT 200

/* What others wrote, and what comes out of a build. Hidden folders are skipped too. */
static const char *const skipped[] = {
  "node_modules", "bower_components",
  "vendor",       "third_party",
  "build",        "_build",
  "builddir",     "dist",
  "target",       "out",
  "__pycache__",  "venv",
  "env",          "site-packages",
  "coverage",     "Pods",
  "DerivedData",  "obj",
  "bin",
};

static const char *const suffixes[] = {
  "c",   "h",    "cc",  "cpp", "cxx",   "hh",     "hpp",    "hxx",   "m",   "mm",   "js",    "mjs",  "cjs",
  "jsx", "ts",   "mts", "cts", "tsx",   "vue",    "svelte", "astro", "py",  "pyi",  "rb",    "rake", "go",
  "rs",  "java", "kt",  "kts", "scala", "groovy", "cs",     "fs",    "vb",  "php",  "swift", "lua",  "pl",
  "pm",  "ex",   "exs", "erl", "clj",   "cljs",   "hs",     "ml",    "mli", "dart", "sh",    "bash", "vala",
  "zig", "nim",  "jl",  "r",   "R",     "cr",     "d",      "pas",   "el",  "lisp",
};

typedef struct
{
  FlowFunctionName name;
  FlowFunctionLimits limits;
  GCancellable *cancellable;
  gint64 deadline;
  guint files;
  gboolean stopped;
  GHashTable *seen; /* of folders: one may lie in another */
  GPtrArray *matches;
} Search;

/**
 * flow_function_match_free:
 * @self: (transfer full): a match
 *
 * Free it.
 */
void
flow_function_match_free (FlowFunctionMatch *self)
{
  g_free (self->file);
  g_free (self->text);
  g_free (self);
}

static gboolean
is_one_of (const char *const *list, gsize n, const char *word)
{
  for (gsize i = 0; i < n; i++)
    if (g_str_equal (list[i], word))
      return TRUE;
  return FALSE;
}

static gboolean
is_source (const char *name)
{
  const char *dot = strrchr (name, '.');

  return dot != NULL && is_one_of (suffixes, G_N_ELEMENTS (suffixes), dot + 1) && strstr (name, ".min.") == NULL;
}

static void
add_match (Search *search, const char *file, guint line, guint column, guint rating, const char *text, gsize length)
{
  FlowFunctionMatch *match = g_new0 (FlowFunctionMatch, 1);
  g_autofree char *copy = g_strndup (text, MIN (length, MAX_TEXT));

  match->file = g_strdup (file);
  match->line = line;
  match->column = column;
  match->text = g_utf8_make_valid (g_strstrip (copy), -1);
  match->rating = rating;
  g_ptr_array_add (search->matches, match);
}

/* A file that speaks of the type around the function is likelier, one of tests less. */
static guint
rate_file (const Search *search, const char *path, const char *text, gsize length)
{
  guint rating = 10;

  if (search->name.container != NULL &&
      memmem (text, length, search->name.container, strlen (search->name.container)) != NULL)
    rating += 20;
  if (strstr (path, "test") != NULL || strstr (path, "spec") != NULL)
    rating -= 10;
  return rating;
}

static void
search_text (Search *search, const char *path, const char *text, gsize length)
{
  const char *end = text + length;
  guint line = 1;

  if (memmem (text, length, search->name.name, strlen (search->name.name)) == NULL)
    return;
  for (const char *at = text; at < end; line++)
    {
      const char *newline = memchr (at, '\n', (gsize) (end - at));
      const char *stop = newline != NULL ? newline : end;
      guint column = 0;
      guint rating;

      if (stop > at && stop[-1] == '\r')
        stop--;
      rating = flow_function_name_rate_line (&search->name, at, (gsize) (stop - at), &column);
      if (rating > 0)
        add_match (search, path, line, column, rating + rate_file (search, path, text, length), at,
                   (gsize) (stop - at));
      at = newline != NULL ? newline + 1 : end;
    }
}

static gboolean
is_over (Search *search)
{
  search->stopped = search->stopped || search->files >= search->limits.files ||
                    g_get_monotonic_time () > search->deadline;
  return search->stopped || g_cancellable_is_cancelled (search->cancellable);
}

static void
search_file (Search *search, GFile *file)
{
  g_autofree char *path = g_file_get_path (file);
  g_autofree char *text = NULL;
  gsize length = 0;

  search->files++;
  if (!g_file_load_contents (file, search->cancellable, &text, &length, NULL, NULL))
    return;
  /* Binary. */
  if (memchr (text, '\0', length) == NULL)
    search_text (search, path, text, length);
}

static gboolean
is_wanted_folder (Search *search, const char *name, guint depth)
{
  return depth < MAX_DEPTH && name[0] != '.' && !is_one_of (skipped, G_N_ELEMENTS (skipped), name);
}

/* Links are not followed, so nothing outside the folders is read and there is no end to no cycle. */
static void
search_folder (Search *search, GFile *folder, guint depth)
{
  g_autoptr (GFileEnumerator) children = NULL;
  GFileInfo *info;
  GFile *child;

  if (!g_hash_table_add (search->seen, g_file_get_path (folder)))
    return;
  children = g_file_enumerate_children (
      folder, G_FILE_ATTRIBUTE_STANDARD_NAME "," G_FILE_ATTRIBUTE_STANDARD_TYPE "," G_FILE_ATTRIBUTE_STANDARD_SIZE,
      G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, search->cancellable, NULL);
  while (children != NULL && !is_over (search) &&
         g_file_enumerator_iterate (children, &info, &child, search->cancellable, NULL) && info != NULL)
    {
      const char *name = g_file_info_get_name (info);
      GFileType type = g_file_info_get_file_type (info);

      if (type == G_FILE_TYPE_DIRECTORY && is_wanted_folder (search, name, depth))
        search_folder (search, child, depth + 1);
      else if (type == G_FILE_TYPE_REGULAR && is_source (name) && g_file_info_get_size (info) <= MAX_BYTES)
        search_file (search, child);
    }
}

static int
compare_matches (gconstpointer a, gconstpointer b)
{
  const FlowFunctionMatch *left = *(FlowFunctionMatch *const *) a, *right = *(FlowFunctionMatch *const *) b;
  int order;

  if (left->rating != right->rating)
    return left->rating > right->rating ? -1 : 1;
  order = strcmp (left->file, right->file);
  return order != 0 ? order : (int) left->line - (int) right->line;
}

/* Beside a declaration that is plain to see, what only looks a little like one is a call. */
static void
drop_unlikely (Search *search)
{
  while (search->matches->len > 1)
    {
      const FlowFunctionMatch *best = search->matches->pdata[0];
      const FlowFunctionMatch *last = search->matches->pdata[search->matches->len - 1];

      if (last->rating * 2 >= best->rating)
        return;
      g_ptr_array_set_size (search->matches, (gint) search->matches->len - 1);
    }
}

static void
search_clear (Search *search)
{
  flow_function_name_clear (&search->name);
  g_clear_pointer (&search->seen, g_hash_table_unref);
  g_clear_pointer (&search->matches, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Search, search_clear)

/**
 * flow_function_search_run:
 * @folders: (array zero-terminated=1): absolute folders with source code
 * @function: a function's name, as flow_function_name_parse() takes it
 * @limits: (nullable): when to stop; by default after 50,000 files, 10 s, and with 50 answers
 * @complete: (out) (optional): %FALSE when a limit ended it before every file was seen
 * @cancellable: (nullable): to give up
 * @error: return location
 *
 * Look where a function is declared, in whatever language, in the source files below @folders. Takes a while: call it
 * on a thread for it.
 *
 * Returns: (transfer full) (element-type FlowFunctionMatch): the likeliest first; %NULL with %FLOW_ERROR_BAD_ARGUMENT
 *   when @function is no name, or %G_IO_ERROR_CANCELLED
 */
GPtrArray *
flow_function_search_run (const char *const *folders, const char *function, const FlowFunctionLimits *limits,
                          gboolean *complete, GCancellable *cancellable, GError **error)
{
  g_auto (Search) search = { .cancellable = cancellable };

  if (limits != NULL)
    search.limits = *limits;
  search.limits.files = search.limits.files > 0 ? search.limits.files : MAX_FILES;
  search.limits.seconds = search.limits.seconds > 0 ? search.limits.seconds : MAX_SECONDS;
  search.limits.matches = search.limits.matches > 0 ? search.limits.matches : MAX_MATCHES;
  search.deadline = g_get_monotonic_time () + (gint64) search.limits.seconds * G_USEC_PER_SEC;
  search.seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  search.matches = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_function_match_free);
  if (!flow_function_name_parse (function, &search.name))
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "“%s” is not the name of a function", function);
      return NULL;
    }
  for (; *folders != NULL && !is_over (&search); folders++)
    {
      g_autoptr (GFile) folder = g_file_new_for_path (*folders);

      search_folder (&search, folder, 0);
    }
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  g_ptr_array_sort (search.matches, compare_matches);
  drop_unlikely (&search);
  if (search.matches->len > search.limits.matches)
    g_ptr_array_set_size (search.matches, (gint) search.limits.matches);
  if (complete != NULL)
    *complete = !search.stopped;
  return g_steal_pointer (&search.matches);
}
