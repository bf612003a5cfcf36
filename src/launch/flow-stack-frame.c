/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-stack-frame"

#include "launch/flow-stack-frame.h"

#include <string.h>

/* More than that nobody reads, and a stack trace may be as long as a request. */
#define MAX_FRAMES 256

/* Code of other people: a developer wants the line of their own code that called it. */
static const char *const foreign[] = { "/node_modules/", "/site-packages/", "/dist-packages/", "/.cargo/registry/",
                                       "/pkg/mod/",      "/vendor/",        "/gems/",          "/rustc/" };

/**
 * flow_stack_frame_free:
 * @self: (transfer full): a frame
 *
 * Free it.
 */
void
flow_stack_frame_free (FlowStackFrame *self)
{
  g_free (self->file);
  g_free (self);
}

/* Reads the decimal number that ends before *@end, and moves *@end to its first digit. */
static gboolean
number_before (const char *start, const char **end, guint *number)
{
  const char *at = *end;
  guint64 value;

  while (at > start && g_ascii_isdigit (at[-1]))
    at--;
  if (at == *end || *end - at > 9)
    return FALSE;
  value = g_ascii_strtoull (at, NULL, 10);
  *number = (guint) value;
  *end = at;
  return TRUE;
}

static gboolean
frame_set (FlowStackFrame *frame, const char *start, const char *end)
{
  while (start < end && strchr (" \t\"'", *start) != NULL)
    start++;
  while (end > start && strchr (" \t\"'", end[-1]) != NULL)
    end--;
  if (start == end || *start == '<' || frame->line == 0 || g_strstr_len (start, end - start, "<anonymous>") != NULL)
    return FALSE;
  frame->file = g_strndup (start, (gsize) (end - start));
  return TRUE;
}

/* Python: File "/app/x.py", line 12, in f. PHP writes /app/x.php(12), .NET in /app/X.cs:line 12. */
static gboolean
parse_python (const char *line, FlowStackFrame *frame)
{
  const char *start = line + strlen ("File \"");
  const char *quote = strstr (start, "\", line ");

  if (quote == NULL)
    return FALSE;
  frame->line = (guint) g_ascii_strtoull (quote + strlen ("\", line "), NULL, 10);
  return frame_set (frame, start, quote);
}

static gboolean
parse_dotnet (const char *line, FlowStackFrame *frame)
{
  const char *mark = g_strrstr (line, ":line ");
  const char *start;

  if (mark == NULL)
    return FALSE;
  start = g_strrstr_len (line, mark - line, " in ");
  if (start == NULL)
    return FALSE;
  frame->line = (guint) g_ascii_strtoull (mark + strlen (":line "), NULL, 10);
  return frame_set (frame, start + strlen (" in "), mark);
}

static gboolean
parse_php (const char *line, FlowStackFrame *frame)
{
  const char *start = line[0] == '#' ? strchr (line, ' ') : NULL;
  const char *open;

  if (start == NULL)
    return FALSE;
  open = strstr (start, "): ");
  if (open == NULL || !number_before (start, &open, &frame->line) || open == start || open[-1] != '(')
    return FALSE;
  return frame_set (frame, start, open - 1);
}

/* The end of "FILE:LINE" or "FILE:LINE:COLUMN" in @line: before what JavaScript, Go and Ruby put behind it. */
static const char *
end_of_position (const char *line)
{
  const char *end = line + strlen (line);
  const char *behind;

  behind = strstr (line, ":in ");
  if (behind != NULL && behind > line && g_ascii_isdigit (behind[-1]))
    return behind;
  behind = strstr (line, " +0x");
  if (behind != NULL)
    return behind;
  while (end > line && (g_ascii_isspace (end[-1]) || end[-1] == ')' || end[-1] == ']'))
    end--;
  return end;
}

/* JavaScript: at f (file:///a.js:1:2), at async a.js:1:2, f@http://…; Rust: at src/a.rs:1:2; Go, Ruby: /a.go:1. */
static gboolean
parse_position (const char *line, FlowStackFrame *frame)
{
  const char *end = end_of_position (line);
  const char *start;
  guint number;

  if (!number_before (line, &end, &number) || end == line || end[-1] != ':')
    return FALSE;
  end--;
  frame->line = number;
  frame->column = 0;
  if (number_before (line, &end, &number) && end > line && end[-1] == ':')
    {
      end--;
      frame->column = frame->line;
      frame->line = number;
    }
  else
    {
      while (g_ascii_isdigit (*end))
        end++;
    }

  start = end[strcspn (end, ")")] == ')' ? memchr (line, '(', (gsize) (end - line)) : NULL;
  if (start != NULL)
    start++;
  else if (g_str_has_prefix (line, "at async "))
    start = line + strlen ("at async ");
  else if (g_str_has_prefix (line, "at "))
    start = line + strlen ("at ");
  else
    start = line;
  return frame_set (frame, start, end);
}

/**
 * flow_stack_frame_parse_line:
 * @line: one line of a stack trace
 * @frame: (out caller-allocates): what it says; its file is the caller's
 *
 * Read the position out of a line as JavaScript, Python, Go, Rust, Ruby, PHP or .NET write it.
 *
 * Returns: %FALSE when the line names no file with a line
 */
gboolean
flow_stack_frame_parse_line (const char *line, FlowStackFrame *frame)
{
  *frame = (FlowStackFrame) { NULL };
  while (g_ascii_isspace (*line))
    line++;
  if (g_str_has_prefix (line, "File \""))
    return parse_python (line, frame);
  return parse_dotnet (line, frame) || parse_php (line, frame) || parse_position (line, frame);
}

static gboolean
is_foreign (const char *file)
{
  for (gsize i = 0; i < G_N_ELEMENTS (foreign); i++)
    if (strstr (file, foreign[i]) != NULL)
      return TRUE;
  return g_str_has_prefix (file, "node:");
}

/* Python tells the innermost call last. */
static void
reverse (GPtrArray *frames)
{
  for (guint i = 0; i < frames->len / 2; i++)
    {
      gpointer other = frames->pdata[frames->len - 1 - i];

      frames->pdata[frames->len - 1 - i] = frames->pdata[i];
      frames->pdata[i] = other;
    }
}

/**
 * flow_stack_frames_parse:
 * @stack: (array length=length): `exception.stacktrace` or `code.stacktrace`
 * @length: bytes
 *
 * Read the frames of a stack trace, innermost first, without those of installed packages and of the runtime.
 *
 * Returns: (transfer full) (element-type FlowStackFrame): the frames, at most 256
 */
GPtrArray *
flow_stack_frames_parse (const char *stack, gsize length)
{
  GPtrArray *frames = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_stack_frame_free);
  const char *end = stack + length;
  gboolean innermost_last = g_strstr_len (stack, (gssize) length, "(most recent call last)") != NULL;

  while (stack < end && frames->len < MAX_FRAMES)
    {
      const char *newline = memchr (stack, '\n', (gsize) (end - stack));
      const char *stop = newline != NULL ? newline : end;
      g_autofree char *line = g_strndup (stack, (gsize) (stop - stack));
      FlowStackFrame frame;

      if (flow_stack_frame_parse_line (line, &frame))
        {
          if (is_foreign (frame.file))
            g_free (frame.file);
          else
            g_ptr_array_add (frames, g_memdup2 (&frame, sizeof frame));
        }
      stack = stop + 1;
    }
  if (innermost_last)
    reverse (frames);
  return frames;
}
