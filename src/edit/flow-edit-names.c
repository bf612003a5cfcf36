/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit-names"

#include "edit/flow-edit-names.h"

#include <string.h>

/** The extensions that files may get. What a page says chooses among them, and never is a part of a name. */
static const char *const extensions[] = {
  "txt",  "adoc",  "asm",   "astro", "bash", "bat",   "bib",  "c",     "cc",  "cfg",  "clj", "cmake", "coffee",
  "conf", "cpp",   "cs",    "css",   "csv",  "d",     "dart", "diff",  "el",  "elm",  "erl", "ex",    "exs",
  "fs",   "go",    "gql",   "h",     "hcl",  "hh",    "hpp",  "hs",    "htm", "html", "ini", "ipynb", "java",
  "jl",   "js",    "json",  "jsx",   "kt",   "latex", "less", "lisp",  "lua", "m",    "md",  "mdx",   "mediawiki",
  "mjs",  "ml",    "mm",    "nim",   "nix",  "org",   "pas",  "patch", "php", "pl",   "pm",  "proto", "ps1",
  "py",   "r",     "rb",    "rkt",   "rs",   "rst",   "sass", "scala", "scm", "scss", "sh",  "sql",   "svelte",
  "svg",  "swift", "tcl",   "tex",   "tf",   "toml",  "ts",   "tsv",   "tsx", "typ",  "v",   "vb",    "vhd",
  "vim",  "vue",   "xhtml", "xml",   "yaml", "yml",   "zig",  "zsh",   NULL,
};

/* What pages and editors call languages. */
static const struct
{
  const char *name;
  const char *extension;
} languages[] = {
  { "asciidoc", "adoc" },
  { "c++", "cpp" },
  { "c_cpp", "cpp" },
  { "clojure", "clj" },
  { "commonmark", "md" },
  { "csharp", "cs" },
  { "elixir", "ex" },
  { "erlang", "erl" },
  { "gfm", "md" },
  { "golang", "go" },
  { "graphql", "gql" },
  { "haskell", "hs" },
  { "javascript", "js" },
  { "julia", "jl" },
  { "kotlin", "kt" },
  { "markdown", "md" },
  { "node", "js" },
  { "ocaml", "ml" },
  { "perl", "pl" },
  { "plaintext", "txt" },
  { "powershell", "ps1" },
  { "protobuf", "proto" },
  { "python", "py" },
  { "ruby", "rb" },
  { "rust", "rs" },
  { "shell", "sh" },
  { "stex", "tex" },
  { "terraform", "tf" },
  { "text", "txt" },
  { "typescript", "ts" },
  { "typescriptreact", "tsx" },
  { "javascriptreact", "jsx" },
};

/**
 * flow_edit_extension:
 * @type: what a text is, as an extension or the name of a language
 *
 * Find the extension that a file with such a text gets.
 *
 * Returns: one of a fixed table, `txt` for what is not in it
 */
const char *
flow_edit_extension (const char *type)
{
  for (gsize i = 0; extensions[i] != NULL; i++)
    if (g_str_equal (extensions[i], type))
      return extensions[i];
  for (gsize i = 0; i < G_N_ELEMENTS (languages); i++)
    if (g_str_equal (languages[i].name, type))
      return languages[i].extension;
  return extensions[0];
}

/**
 * flow_edit_file_name:
 * @short_id: the short id of a session
 * @type: what its text is
 *
 * Returns: (transfer full): the name of its file
 */
char *
flow_edit_file_name (const char *short_id, const char *type)
{
  return g_strdup_printf ("%s.%s", short_id, flow_edit_extension (type));
}

/**
 * flow_edit_file_name_get_short:
 * @name: the name of any file
 *
 * Tell whether a file is one that was made for a session, and for which.
 *
 * Returns: (transfer full) (nullable): the session's short id
 */
char *
flow_edit_file_name_get_short (const char *name)
{
  const char *dot = strchr (name, '.');

  if (dot == NULL || dot == name || !g_strv_contains (extensions, dot + 1))
    return NULL;
  return g_strndup (name, (gsize) (dot - name));
}
