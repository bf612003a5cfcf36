/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/edit-load.h"

#include <json-glib/json-glib.h>
#include <poll.h>
#include <string.h>

#include "bench/bench-util.h"
#include "ws-client.h"

#define TEXT 0x81
#define PING 0x9
#define PONG 0x8a
#define HUB "desktop_app/hub"
/* Letters of a page whose times are known. */
#define N_TIMES 64

typedef struct
{
  WsClient client;
  char *name;
  char *id;
  gint64 base;
  guint number;           /* of the letter under way */
  gboolean waits;         /* one is under way */
  double sent_s[N_TIMES]; /* when a letter went out, by the revision that it makes */
  double due_s;           /* of the next */
  gboolean is_open;       /* the editor has it */
} Page;

typedef struct
{
  const EditLoad *load;
  WsClient editor;
  Page *pages;
  struct pollfd *polls; /* of the pages, then of the editor */
  GHashTable *by_id;    /* id -> Page */
  guint n_open;
  GArray *heard; /* double: s */
  GArray *kept;
} Run;

static void send_text (WsClient *client, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
send_text (WsClient *client, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  ws_client_send (client, TEXT, text, -1);
}

/* The next message of a channel. */
static JsonObject *
receive (WsClient *client, JsonParser *parser)
{
  g_auto (WsFrame) frame = { 0 };

  do
    {
      if (!ws_client_receive (client, &frame))
        g_error ("The hub closed the connection");
      if (frame.opcode == PING)
        ws_client_send (client, PONG, frame.data, (gssize) frame.length);
    }
  while (frame.opcode != (TEXT & 0xf));
  if (!json_parser_load_from_data (parser, (const char *) frame.data, (gssize) frame.length, NULL))
    g_error ("The hub says %s", frame.data);
  return json_node_get_object (json_parser_get_root (parser));
}

static const char *
member (JsonObject *object, const char *name)
{
  return json_object_get_string_member_with_default (object, name, "");
}

static JsonObject *
expect (WsClient *client, const char *type, JsonParser *parser)
{
  for (;;)
    {
      JsonObject *message = receive (client, parser);

      if (g_str_equal (member (message, "type"), type))
        return message;
      if (g_str_equal (member (message, "type"), "error"))
        g_error ("The hub refuses: %s", member (json_object_get_object_member (message, "data"), "message"));
    }
}

/* Opens a channel of a kind. */
static void
join (const EditLoad *load, WsClient *client, const char *kind, const char *instance, const char *capabilities)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *head = NULL;
  g_autofree char *request = g_strdup_printf (
      "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " WS_KEY
      "\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer %s\r\n\r\n",
      load->token);

  ws_client_connect (client, load->port);
  ws_client_write (client, request, strlen (request));
  head = ws_client_read_head (client);
  if (head == NULL || !g_str_has_prefix (head, "HTTP/1.1 101 "))
    g_error ("The hub answers %s", head);
  send_text (client,
             "{\"id\":\"hello\",\"type\":\"hello\",\"data\":{\"client\":\"bench\",\"version\":\"1\",\"kind\":\"%s\","
             "\"instance\":\"%s\",\"capabilities\":[%s],\"workspaces\":[]}}",
             kind, instance, capabilities);
  expect (client, "welcome", parser);
}

/* The user asks for an editor, in each page. */
static void
open_page (Run *self, guint i)
{
  Page *page = &self->pages[i];
  g_autofree char *instance = g_strdup_printf ("p%05u", i);
  g_autofree char *text = g_strnfill (self->load->text_size, 'a');
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *data;

  page->name = g_strdup_printf ("cli/%s", instance);
  join (self->load, &page->client, "cli", instance, "");
  send_text (&page->client,
             "{\"id\":\"open\",\"type\":\"edit_request\",\"source\":\"%s\",\"target\":\"" HUB
             "\",\"data\":{\"client\":\"c\",\"title\":\"Field %u\",\"url\":\"https://%u.example.org/\","
             "\"fileType\":\"md\",\"field\":{\"id\":\"f\"},\"text\":\"%s\"}}",
             page->name, i, i, text);
  do
    data = json_object_get_object_member (expect (&page->client, "edit_update", parser), "data");
  while (!json_object_has_member (data, "revision"));
  page->id = g_strdup (member (data, "editId"));
  page->base = json_object_get_int_member (data, "revision");
  g_hash_table_insert (self->by_id, page->id, page);
}

/* What the editor hears of: a text to open, or a letter. */
static void
editor_hears (Run *self)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *message = receive (&self->editor, parser);
  double now = bench_wall_s ();
  JsonObject *data = json_object_get_object_member (message, "data");
  Page *page = data == NULL ? NULL : g_hash_table_lookup (self->by_id, member (data, "editId"));

  if (page == NULL)
    return;
  if (g_str_equal (member (message, "type"), "edit_request"))
    {
      send_text (&self->editor,
                 "{\"id\":\"o\",\"type\":\"edit_update\",\"source\":\"editor/bench\",\"target\":\"" HUB
                 "\",\"data\":{\"editId\":\"%s\",\"client\":\"%s\",\"revision\":%" G_GINT64_FORMAT
                 ",\"state\":\"open\"}}",
                 page->id, member (data, "client"), json_object_get_int_member (data, "revision"));
      self->n_open += !page->is_open;
      page->is_open = TRUE;
    }
  else if (json_object_has_member (data, "op"))
    {
      double took = now - page->sent_s[json_object_get_int_member (data, "revision") % N_TIMES];

      g_array_append_val (self->heard, took);
    }
}

static void
page_hears (Run *self, Page *page)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *message = receive (&page->client, parser);
  double took = bench_wall_s ();
  JsonObject *data = json_object_get_object_member (message, "data");

  if (g_str_equal (member (message, "type"), "error"))
    g_error ("The hub refuses: %s", member (data, "message"));
  if (data == NULL || !json_object_has_member (data, "opId"))
    return;
  page->base = json_object_get_int_member (data, "revision");
  page->waits = FALSE;
  took -= page->sent_s[page->base % N_TIMES];
  g_array_append_val (self->kept, took);
}

static void
type_letter (Page *page)
{
  guint at = ++page->number;
  g_autofree char *text = g_strdup_printf (
      "{\"id\":\"l%u\",\"type\":\"edit_update\",\"source\":\"%s\",\"target\":\"" HUB
      "\",\"data\":{\"editId\":\"%s\",\"client\":\"c\",\"base\":%" G_GINT64_FORMAT
      ",\"opId\":\"%u\",\"op\":[%u,\"x\"],\"cursor\":{\"start\":%u,\"end\":%u}}}",
      at, page->name, page->id, page->base, at, at, at + 1, at + 1);

  page->waits = TRUE;
  page->sent_s[(page->base + 1) % N_TIMES] = bench_wall_s ();
  ws_client_send (&page->client, TEXT, text, -1);
}

/* Hears what comes until a time. */
static void
hear (Run *self, double until_s)
{
  guint n = self->load->sessions + 1;
  double wait_s = until_s - bench_wall_s ();

  if (poll (self->polls, n, MAX (0, (int) (wait_s * 1000))) <= 0)
    return;
  for (guint i = 0; i < n; i++)
    {
      if ((self->polls[i].revents & POLLIN) == 0)
        continue;
      do
        {
          if (i == self->load->sessions)
            editor_hears (self);
          else
            page_hears (self, &self->pages[i]);
        }
      while ((i == self->load->sessions ? self->editor : self->pages[i].client).in->len > 0);
    }
}

/* Types in all pages, each at its own times, until the end, and hears the last. */
static void
type_all (Run *self)
{
  double start = bench_wall_s (), end = start + self->load->seconds, step = 1 / self->load->rate, next;
  guint under_way;

  for (guint i = 0; i < self->load->sessions; i++)
    self->pages[i].due_s = start + step * i / self->load->sessions;
  do
    {
      next = end;
      under_way = 0;
      for (guint i = 0; i < self->load->sessions; i++)
        {
          Page *page = &self->pages[i];

          if (!page->waits && page->due_s <= bench_wall_s () && page->due_s < end)
            {
              type_letter (page);
              page->due_s += step;
            }
          under_way += (guint) page->waits;
          next = MIN (next, page->due_s);
        }
      hear (self, next);
    }
  while (bench_wall_s () < end || under_way > 0);
  while (self->heard->len < self->kept->len)
    hear (self, bench_wall_s () + 1);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
percentile_us (GArray *seconds, double share)
{
  g_array_sort (seconds, compare);
  return seconds->len == 0 ? 0 : g_array_index (seconds, double, (guint) (share * (seconds->len - 1))) * 1e6;
}

static void
measure (Run *self, EditLoadResult *result)
{
  double cpu = bench_cpu_s (self->load->hub);

  type_all (self);
  result->letters = self->kept->len;
  result->cpu_us = (bench_cpu_s (self->load->hub) - cpu) * 1e6 / result->letters;
  result->editor_p50_us = percentile_us (self->heard, 0.5);
  result->editor_p99_us = percentile_us (self->heard, 0.99);
  result->kept_p50_us = percentile_us (self->kept, 0.5);
  result->kept_p99_us = percentile_us (self->kept, 0.99);
}

static void
open_all (Run *self)
{
  guint n = self->load->sessions;

  join (self->load, &self->editor, "editor", "bench", "\"edit\"");
  self->polls[n] = (struct pollfd) { .fd = self->editor.fd, .events = POLLIN };
  for (guint i = 0; i < n; i++)
    {
      open_page (self, i);
      self->polls[i] = (struct pollfd) { .fd = self->pages[i].client.fd, .events = POLLIN };
    }
  while (self->n_open < n)
    hear (self, bench_wall_s () + 1);
}

void
edit_load_run (const EditLoad *load, EditLoadResult *result)
{
  double before = bench_resident_kib (load->hub);
  Run self = {
    .load = load,
    .pages = g_new0 (Page, load->sessions),
    .polls = g_new0 (struct pollfd, load->sessions + 1),
    .by_id = g_hash_table_new (g_str_hash, g_str_equal),
    .heard = g_array_new (FALSE, FALSE, sizeof (double)),
    .kept = g_array_new (FALSE, FALSE, sizeof (double)),
  };

  open_all (&self);
  measure (&self, result);
  result->kib_each = (bench_resident_kib (load->hub) - before) / load->sessions;
  for (guint i = 0; i < load->sessions; i++)
    {
      ws_client_clear (&self.pages[i].client);
      g_free (self.pages[i].name);
      g_free (self.pages[i].id);
    }
  ws_client_clear (&self.editor);
  g_array_unref (self.heard);
  g_array_unref (self.kept);
  g_hash_table_unref (self.by_id);
  g_free (self.pages);
  g_free (self.polls);
}
