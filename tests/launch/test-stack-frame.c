/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "launch/flow-stack-frame.h"

#include <string.h>

static const struct
{
  const char *line;
  const char *file; /* NULL: names no source */
  guint number;
  guint column;
} lines[] = {
  { "    at getUser (/home/u/app/server.js:42:13)", "/home/u/app/server.js", 42, 13 },
  { "    at async file:///home/u/app/server.js:7:1", "file:///home/u/app/server.js", 7, 1 },
  { "    at new Promise (<anonymous>)", NULL, 0, 0 },
  { "    at eval (eval at x (/a/b.js:1:2), <anonymous>:3:4)", NULL, 0, 0 },
  { "    at /home/u/a (copy)/b.js:1:2", "/home/u/a (copy)/b.js", 1, 2 },
  { "  File \"/srv/app/views.py\", line 12, in index", "/srv/app/views.py", 12, 0 },
  { "  File \"<string>\", line 1, in <module>", NULL, 0, 0 },
  { "\t/home/u/go/src/main.go:31 +0x1d", "/home/u/go/src/main.go", 31, 0 },
  { "             at ./src/main.rs:5:9", "./src/main.rs", 5, 9 },
  { "#0 /var/www/index.php(19): handle()", "/var/www/index.php", 19, 0 },
  { "   at Shop.Cart.Add() in /src/Cart.cs:line 88", "/src/Cart.cs", 88, 0 },
  { "/app/lib/cart.rb:23:in `add'", "/app/lib/cart.rb", 23, 0 },
  { "\tat com.shop.Cart.add(Cart.java:17)", "Cart.java", 17, 0 },
  { "TypeError: boom", NULL, 0, 0 },
  { "TypeError: got 12:30", "TypeError: got 12", 30, 0 },
  { "at x (a.js:0:0)", NULL, 0, 0 },
  { "at x (a.js:99999999999)", NULL, 0, 0 },
  { ":1:2", NULL, 0, 0 },
  { "", NULL, 0, 0 },
};

static void
test_lines (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      FlowStackFrame frame;
      gboolean found = flow_stack_frame_parse_line (lines[i].line, &frame);

      g_test_message ("%s -> %s", lines[i].line, found ? frame.file : "(none)");
      g_assert_cmpint (found, ==, lines[i].file != NULL);
      if (!found)
        continue;
      g_assert_cmpstr (frame.file, ==, lines[i].file);
      g_assert_cmpuint (frame.line, ==, lines[i].number);
      g_assert_cmpuint (frame.column, ==, lines[i].column);
      g_free (frame.file);
    }
}

static void
test_javascript (void)
{
  static const char stack[] = "Error: boom\n"
                              "    at read (node:fs:1:2)\n"
                              "    at query (/app/node_modules/pg/lib/client.js:9:1)\n"
                              "    at handler (/app/src/a.js:3:4)\n"
                              "    at main (/app/src/b.js:5:6)";
  g_autoptr (GPtrArray) frames = flow_stack_frames_parse (stack, strlen (stack));
  const FlowStackFrame *first;

  g_assert_cmpuint (frames->len, ==, 2);
  first = g_ptr_array_index (frames, 0);
  g_assert_cmpstr (first->file, ==, "/app/src/a.js");
  g_assert_cmpuint (first->line, ==, 3);
}

static void
test_python_is_reversed (void)
{
  static const char stack[] = "Traceback (most recent call last):\n"
                              "  File \"/app/main.py\", line 3, in <module>\n"
                              "    f()\n"
                              "  File \"/app/lib.py\", line 7, in f\n"
                              "    raise ValueError\n"
                              "ValueError\n";
  g_autoptr (GPtrArray) frames = flow_stack_frames_parse (stack, strlen (stack));
  const FlowStackFrame *first;

  g_assert_cmpuint (frames->len, ==, 2);
  first = g_ptr_array_index (frames, 0);
  g_assert_cmpstr (first->file, ==, "/app/lib.py");
}

static void
test_bounded (void)
{
  g_autoptr (GString) stack = g_string_new (NULL);
  g_autoptr (GPtrArray) frames = NULL;

  for (guint i = 1; i < 5000; i++)
    g_string_append_printf (stack, "at f (/a.js:%u:1)\n", i);
  frames = flow_stack_frames_parse (stack->str, stack->len);
  g_assert_cmpuint (frames->len, ==, 256);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/launch/stack-frame/lines", test_lines);
  g_test_add_func ("/launch/stack-frame/javascript", test_javascript);
  g_test_add_func ("/launch/stack-frame/python-is-reversed", test_python_is_reversed);
  g_test_add_func ("/launch/stack-frame/bounded", test_bounded);
  return g_test_run ();
}
