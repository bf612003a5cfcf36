/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "launch/flow-function-search.h"

#include <glib/gstdio.h>
#include <unistd.h>

#include "base/flow-error.h"
#include "launch/flow-function-name.h"

static void
test_names (void)
{
  static const struct
  {
    const char *text, *name, *container;
  } cases[] = {
    { "load", "load", NULL },
    { "UserService.load", "load", "UserService" },
    { "app::users::load", "load", "users" },
    { "main.(*Server).Handle", "Handle", "Server" },
    { "Map<String, List<Int>>.get", "get", "Map" },
    { "Cache[K, V].Get", "Get", "Cache" },
    { "App\\Http\\Kernel->handle", "handle", "Kernel" },
    { "App\\Http\\Kernel::handle", "handle", "Kernel" },
    { "User#valid?", "valid?", "User" },
    { "com.acme.Shop.pay(int, long)", "pay", "Shop" },
    { "größe", "größe", NULL },
    { "$scope.run", "run", "$scope" },
    { "<anonymous>", NULL, NULL },
    { "", NULL, NULL },
    { "GET /users", NULL, NULL },
    { "SELECT * FROM x", NULL, NULL },
    { "x", NULL, NULL },
    { "9lives", NULL, NULL },
    { "....", NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (FlowFunctionName) name = { NULL };

      g_test_message ("%s", cases[i].text);
      g_assert_cmpint (flow_function_name_parse (cases[i].text, &name), ==, cases[i].name != NULL);
      g_assert_cmpstr (name.name, ==, cases[i].name);
      g_assert_cmpstr (name.container, ==, cases[i].container);
    }
}

/* A line of each language that declares "load", and lines that only use it. */
static void
test_lines (void)
{
  static const char *const declarations[] = {
    "def load(self, id):",
    "    async def load(id):",
    "function load (id) {",
    "export default async function* load(id) {",
    "func load(id int) error {",
    "func (s *Server) load(id int) error {",
    "pub async fn load<T>(id: T) -> T {",
    "fun load(id: Int): User = find(id)",
    "  load(id) {",
    "  async load(id: string): Promise<User> {",
    "  public static User load(int id) throws IOException {",
    "static gboolean load (gpointer data)",
    "load (gpointer data)",
    "const load = async (id) => {",
    "  load: function (id) {",
    "exports.load = function (id) {",
    "load = lambda id: id",
    "sub load {",
    "defp load(id) do",
    "class load:",
    "    private List<User> load(Map<String, Integer> by)",
  };
  static const char *const uses[] = {
    "  load(id);",       "  return load(id)", "  user = load(id)", "  await load(id)",        "  self.load(id)",
    "# load the user",   "preload(id) {",     "  reload (id)",     "  loader = new Loader()", "  x.load(id, () => {",
    "    load(id)",      "import load",       "  \"load\": 1,",    "  go load(id)",           "    load(id),",
    "  if (load(id)) {",
  };
  g_auto (FlowFunctionName) name = { NULL };
  guint column = 0;

  g_assert_true (flow_function_name_parse ("load", &name));
  for (guint i = 0; i < G_N_ELEMENTS (declarations); i++)
    {
      g_test_message ("%s", declarations[i]);
      g_assert_cmpuint (flow_function_name_rate_line (&name, declarations[i], strlen (declarations[i]), &column), >, 0);
      g_assert_true (g_str_has_prefix (declarations[i] + column - 1, "load"));
    }
  for (guint i = 0; i < G_N_ELEMENTS (uses); i++)
    {
      g_test_message ("%s", uses[i]);
      g_assert_cmpuint (flow_function_name_rate_line (&name, uses[i], strlen (uses[i]), &column), ==, 0);
    }
}

static char *
make_tree (void)
{
  static const char *const files[] = {
    "app/users.ts",
    "import x\n\nclass UserService {\n  async load(id: string) {\n    return 1;\n  }\n}\n",
    "app/other.ts",
    "function load(a) {\r\n}\r\nload(1);\r\n",
    "app/users.test.ts",
    "function load(a) {\n}\n",
    "app/call.py",
    "load(1)\n",
    "app/node_modules/x/index.js",
    "function load() {}\n",
    "app/.git/hook.py",
    "def load():\n",
    "app/build/users.js",
    "function load() {}\n",
    "app/data.json",
    "{\"load\": 1}",
    "app/bundle.min.js",
    "function load() {}\n",
    "lib/load.py",
    "def load(path):\n    pass\n",
  };
  char *top = g_dir_make_tmp ("flow-search-XXXXXX", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (files); i += 2)
    {
      g_autofree char *path = g_build_filename (top, files[i], NULL);
      g_autofree char *folder = g_path_get_dirname (path);

      g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
      g_assert_true (g_file_set_contents (path, files[i + 1], -1, NULL));
    }
  return top;
}

static void
test_tree (void)
{
  g_autofree char *top = make_tree ();
  g_autofree char *app = g_build_filename (top, "app", NULL);
  g_autofree char *expected = g_build_filename (app, "users.ts", NULL);
  g_autofree char *cycle = g_build_filename (app, "cycle", NULL);
  g_autofree char *binary = g_build_filename (app, "binary.c", NULL);
  const char *const folders[] = { app, top, "/no/such/folder", NULL };
  g_autoptr (GPtrArray) found = NULL, limited = NULL;
  g_autoptr (GError) error = NULL;
  const FlowFunctionMatch *first;
  gboolean complete = FALSE;

  g_assert_cmpint (symlink (top, cycle), ==, 0);
  g_assert_true (g_file_set_contents (binary, "\0def load():\n", 13, NULL));
  found = flow_function_search_run (folders, "UserService.load", NULL, &complete, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (complete);
  g_assert_cmpuint (found->len, ==, 4);
  first = found->pdata[1];
  g_assert_cmpuint (first->rating, >=, 100);
  for (guint i = 0; i < found->len; i++)
    {
      const FlowFunctionMatch *match = found->pdata[i];

      g_assert_null (strstr (match->file, "node_modules"));
      if (g_str_equal (match->file, expected))
        {
          g_assert_cmpuint (match->line, ==, 4);
          g_assert_cmpuint (match->column, ==, 9);
          g_assert_cmpstr (match->text, ==, "async load(id: string) {");
        }
    }
  limited = flow_function_search_run (folders, "load", &(FlowFunctionLimits) { .files = 1 }, &complete, NULL, NULL);
  g_assert_false (complete);
  g_clear_pointer (&limited, g_ptr_array_unref);
  limited = flow_function_search_run (folders, "load", &(FlowFunctionLimits) { .matches = 2 }, &complete, NULL, NULL);
  g_assert_cmpuint (limited->len, ==, 2);
}

static void
test_errors (void)
{
  const char *const none[] = { NULL };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (flow_function_search_run (none, "GET /", NULL, NULL, NULL, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT);
  g_clear_error (&error);
  found = flow_function_search_run (none, "load", NULL, NULL, NULL, &error);
  g_assert_cmpuint (found->len, ==, 0);
  g_cancellable_cancel (cancellable);
  g_assert_null (flow_function_search_run (none, "load", NULL, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/launch/function-search/names", test_names);
  g_test_add_func ("/launch/function-search/lines", test_lines);
  g_test_add_func ("/launch/function-search/tree", test_tree);
  g_test_add_func ("/launch/function-search/errors", test_errors);
  return g_test_run ();
}
