/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/wire-load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/bench-util.h"

#define HEADER 8 /* two bytes, two of length, a mask of zeros: what it costs to undo it is the same */
#define BUFFER (256 * 1024)
#define MAX_SAMPLES 2000000
#define WARM_UP_S 0.3
#define STALLED_MESSAGES 1000
#define STAMP_DIGITS 16
#define KIND "cli/"
#define STAMP "\"timestamp\":\""

typedef struct
{
  int fd;
  guint number;
  guint credits; /* messages it may send */
  guint8 *carry; /* the begin of a frame that is not there as a whole */
  gsize n_carry;
  GByteArray *out; /* what the kernel did not take */
  gboolean waits;  /* for room */
} Client;

typedef struct
{
  const WireLoad *load;
  Client *clients;
  int epoll;
  guint8 *frame; /* a message for anybody from anybody */
  gsize frame_length;
  gsize source, target, stamp; /* places in the payload */
  gsize carry;                 /* how much of a frame may be there before the rest of it */
  guint8 *in;
  guint8 *batch;
  guint64 received;
  guint32 *samples; /* tenths of microseconds */
  gsize n_samples;
  gboolean measuring;
} Run;

static guint64
now_tenths (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);
  return (guint64) time.tv_sec * 10000000 + (guint64) time.tv_nsec / 100;
}

static char *
make_message (gsize size, const char *type, const char *kind)
{
  GString *text = g_string_new (NULL);

  g_string_printf (text,
                   "{\"id\":\"m-00000000-4a1f\",\"type\":\"%s\",\"source\":\"%sc00000\",\"target\":\"%sc00000\","
                   "\"timestamp\":\"1000000000000000\",\"data\":{\"file\":\"src/server/router.c\",\"line\":214,"
                   "\"column\":9,\"function\":\"route_message\",\"status\":\"ok\",\"text\":\"",
                   type, kind, kind);
  while (text->len < size - 3)
    g_string_append_c (text, "const x = route(y); // abcdefgh "[text->len & 31]);
  g_string_append (text, "\"}}");
  return g_string_free (text, FALSE);
}

static gsize
find_place (const char *text, const char *key)
{
  return (gsize) (strstr (text, key) - text) + strlen (key);
}

/* A message of so many bytes, as editors send them. */
char *
wire_load_make_message (gsize size)
{
  return make_message (size, "trace_updated", "");
}

/* In a hub names have a kind, and a type is one that the hub itself has nothing to do with. To NATS a message says
 * first for whom it is. */
static char *
make_payload (const WireLoad *load)
{
  g_autofree char *text = load->token != NULL ? make_message (load->size, "routed", KIND)
                                              : wire_load_make_message (load->size);

  return load->nats ? g_strdup_printf ("PUB c00000 %zu\r\n%s\r\n", strlen (text), text) : g_steal_pointer (&text);
}

static void
make_frame (Run *self)
{
  g_autofree char *text = make_payload (self->load);
  gsize length = strlen (text);

  g_assert (length >= 126 && length <= G_MAXUINT16);
  self->frame_length = HEADER + length;
  self->frame = g_malloc0 (self->frame_length);
  self->frame[0] = self->load->nats ? 0x82 : 0x81;
  self->frame[1] = 0x80 | 126;
  self->frame[2] = (guint8) (length >> 8);
  self->frame[3] = (guint8) length;
  memcpy (self->frame + HEADER, text, length);
  self->source = find_place (text, self->load->token != NULL ? "\"source\":\"" KIND : "\"source\":\"");
  self->target = find_place (text, self->load->token != NULL ? "\"target\":\"" KIND : "\"target\":\"");
  self->stamp = find_place (text, STAMP);
  self->carry = self->load->nats || self->load->token != NULL ? BUFFER : self->frame_length;
}

static void
put_digits (guint8 *at, guint64 value, guint digits)
{
  for (; digits > 0; value /= 10)
    at[--digits] = (guint8) ('0' + value % 10);
}

/* Two and two talk to each other; one alone talks to itself. */
static guint
partner (const Run *self, guint number)
{
  guint active = self->load->active > 0 ? self->load->active : self->load->connections;

  return (number ^ 1) < active ? number ^ 1 : number;
}

static void
put_frame (Run *self, guint8 *at, guint number, guint64 stamp)
{
  memcpy (at, self->frame, self->frame_length);
  put_digits (at + HEADER + self->source + 1, number, 5);
  put_digits (at + HEADER + self->target + 1, partner (self, number), 5);
  if (self->load->nats)
    put_digits (at + HEADER + strlen ("PUB c"), partner (self, number), 5);
  put_digits (at + HEADER + self->stamp, stamp, STAMP_DIGITS);
}

static void
watch (Run *self, Client *client, gboolean waits)
{
  struct epoll_event event = { .events = EPOLLIN | (waits ? EPOLLOUT : 0), .data.ptr = client };

  if (client->waits == waits)
    return;
  client->waits = waits;
  epoll_ctl (self->epoll, EPOLL_CTL_MOD, client->fd, &event);
}

static gsize
send_some (Client *client, const guint8 *data, gsize length)
{
  gssize sent = send (client->fd, data, length, MSG_NOSIGNAL | MSG_DONTWAIT);

  if (sent < 0 && errno != EAGAIN)
    g_error ("A server closed the connection: %s", g_strerror (errno));
  return sent > 0 ? (gsize) sent : 0;
}

/* Spends the credits, as many messages in one call as there are. */
static void
spend (Run *self, Client *client, guint64 stamp)
{
  if (client->out != NULL && client->out->len > 0)
    {
      g_byte_array_remove_range (client->out, 0, (guint) send_some (client, client->out->data, client->out->len));
      if (client->out->len > 0)
        return;
      watch (self, client, FALSE);
    }
  while (client->credits > 0)
    {
      guint n = MIN (client->credits, (guint) (BUFFER / self->frame_length));
      gsize sent;

      for (guint i = 0; i < n; i++)
        put_frame (self, self->batch + i * self->frame_length, client->number, stamp);
      client->credits -= n;
      sent = send_some (client, self->batch, n * self->frame_length);
      if (sent == n * self->frame_length)
        continue;
      if (client->out == NULL)
        client->out = g_byte_array_new ();
      g_byte_array_append (client->out, self->batch + sent, (guint) (n * self->frame_length - sent));
      watch (self, client, TRUE);
      return;
    }
}

static void
note (Run *self, const guint8 *stamp, guint64 now)
{
  guint64 sent = 0;

  self->received++;
  if (!self->measuring || self->n_samples == MAX_SAMPLES)
    return;
  for (guint i = 0; i < STAMP_DIGITS; i++)
    sent = sent * 10 + (guint64) (stamp[i] - '0');
  self->samples[self->n_samples++] = now > sent ? (guint32) (now - sent) : 0;
}

/* The messages of a frame: NATS puts several into one. */
static guint
take_frame (Run *self, const guint8 *payload, gsize length, guint64 now)
{
  const guint8 *end = payload + length, *stamp;
  guint n = 0;

  /* What the hub says itself is none of them. */
  if (self->load->token != NULL && length != self->frame_length - HEADER)
    return 0;
  if (!self->load->nats)
    {
      note (self, payload + self->stamp, now);
      return 1;
    }
  while ((stamp = memmem (payload, (gsize) (end - payload), STAMP, strlen (STAMP))) != NULL)
    {
      note (self, stamp + strlen (STAMP), now);
      payload = stamp + strlen (STAMP);
      n++;
    }
  return n;
}

/* How long a frame's header is; 0 while that is not there. */
static gsize
read_header (const guint8 *at, gsize there, gsize *payload)
{
  gsize header = (at[1] & 0x7f) == 127 ? 10 : (at[1] & 0x7f) == 126 ? 4 : 2;

  if (there < header)
    return 0;
  *payload = at[1] & 0x7f;
  if (header > 2)
    *payload = 0;
  for (gsize i = 2; i < header; i++)
    *payload = *payload << 8 | at[i];
  return header;
}

/* Takes what came. Returns how many messages it was. */
static guint
take (Run *self, Client *client, guint64 now)
{
  gssize length;
  guint8 *at = self->in, *end;
  guint n = 0;

  if (client->n_carry > 0)
    memcpy (self->in, client->carry, client->n_carry);
  length = recv (client->fd, self->in + client->n_carry, BUFFER - client->n_carry, MSG_DONTWAIT);
  if (length == 0 || (length < 0 && errno != EAGAIN))
    g_error ("A server closed the connection");
  if (length < 0)
    return 0;
  end = self->in + client->n_carry + length;
  while (end - at >= 2)
    {
      gsize payload = 0, header = read_header (at, (gsize) (end - at), &payload);

      if (header == 0 || (gsize) (end - at) < header + payload)
        break;
      if ((at[0] & 0xf) <= 2)
        n += take_frame (self, at + header, payload, now);
      at += header + payload;
    }
  client->n_carry = (gsize) (end - at);
  g_assert (client->n_carry <= self->carry);
  memcpy (client->carry, at, client->n_carry);
  return n;
}

/* Waits for a text, a byte at a time: nothing that follows is taken. */
static void
expect (Client *client, const char *text)
{
  char seen[16] = { 0 };
  gsize length = strlen (text);

  while (memcmp (seen, text, length) != 0)
    {
      memmove (seen, seen + 1, length - 1);
      if (recv (client->fd, seen + length - 1, 1, 0) <= 0)
        g_error ("Connection %u is refused", client->number);
    }
}

static void
send_short (Client *client, guint8 opcode, const char *text)
{
  gsize length = strlen (text);
  guint8 lengths[] = { 0x80 | 126, (guint8) (length >> 8), (guint8) length };
  g_autoptr (GByteArray) frame = g_byte_array_new ();

  g_byte_array_append (frame, (guint8[]) { 0x80 | opcode }, 1);
  if (length < 126)
    g_byte_array_append (frame, (guint8[]) { (guint8) (0x80 | length) }, 1);
  else
    g_byte_array_append (frame, lengths, sizeof lengths);
  g_byte_array_append (frame, (guint8[4]) { 0 }, 4);
  g_byte_array_append (frame, (const guint8 *) text, (guint) length);
  if (send (client->fd, frame->data, frame->len, MSG_NOSIGNAL) < 0)
    g_error ("Connection %u: %s", client->number, g_strerror (errno));
}

/* A channel of the hub says hello and waits until it is welcome. */
static void
join (Client *client)
{
  g_autofree char *text = g_strdup_printf (
      "{\"id\":\"hello\",\"type\":\"hello\",\"data\":{\"client\":\"bench\","
      "\"version\":\"1\",\"kind\":\"cli\",\"instance\":\"c%05u\",\"capabilities\":[],"
      "\"workspaces\":[]}}",
      client->number);

  send_short (client, 1, text);
  expect (client, "welcome");
  expect (client, "delivery");
  expect (client, "}}}");
}

/* A client of NATS says who it is and what it wants to hear, and waits until that is known. */
static void
subscribe (Client *client)
{
  g_autofree char *text = g_strdup_printf ("CONNECT {\"verbose\":false,\"pedantic\":false,\"protocol\":0}\r\n"
                                           "SUB c%05u 1\r\nPING\r\n",
                                           client->number);

  send_short (client, 2, text);
  expect (client, "PONG\r\n");
}

static void
connect_client (Run *self, Client *client, guint number)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons ((guint16) self->load->port) };
  g_autofree char *path = self->load->token != NULL ? g_strdup ("ws") : g_strdup_printf ("c%05u", number);
  g_autofree char *request = g_strdup_printf (
      "GET /%s HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer %s\r\n\r\n",
      path, self->load->token != NULL ? self->load->token : "none");
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = client };
  int on = 1;

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  client->number = number;
  client->carry = g_malloc (self->carry);
  client->fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (client->fd < 0 || connect (client->fd, (struct sockaddr *) &address, sizeof address) != 0)
    g_error ("Connection %u: %s", number, g_strerror (errno));
  setsockopt (client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (send (client->fd, request, strlen (request), MSG_NOSIGNAL) < 0)
    g_error ("Connection %u: %s", number, g_strerror (errno));
  expect (client, "\r\n\r\n");
  if (self->load->nats)
    subscribe (client);
  if (self->load->token != NULL)
    join (client);
  fcntl (client->fd, F_SETFL, O_NONBLOCK);
  epoll_ctl (self->epoll, EPOLL_CTL_ADD, client->fd, &event);
}

/* Readers that take nothing, with as much waiting for each of them as a queue may hold. */
static Client *
connect_stalled (Run *self)
{
  const WireLoad load = { .port = self->load->port, .size = 16000 };
  Run filler = { .load = &load, .epoll = epoll_create1 (EPOLL_CLOEXEC) };
  guint first = self->load->connections, n = self->load->stalled;
  Client *clients = g_new0 (Client, n + 1);
  Client *sender = &clients[n];

  make_frame (&filler);
  for (guint i = 0; i <= n; i++)
    connect_client (&filler, &clients[i], first + i);
  fcntl (sender->fd, F_SETFL, 0);
  for (guint i = 0; i < n * STALLED_MESSAGES; i++)
    {
      put_frame (&filler, filler.frame, sender->number, 0);
      put_digits (filler.frame + HEADER + filler.target + 1, first + i % n, 5);
      if (send (sender->fd, filler.frame, filler.frame_length, MSG_NOSIGNAL) < 0)
        g_error ("A server closed the connection: %s", g_strerror (errno));
    }
  close (filler.epoll);
  g_free (filler.frame);
  return clients;
}

static void
free_clients (Client *clients, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      close (clients[i].fd);
      g_free (clients[i].carry);
      if (clients[i].out != NULL)
        g_byte_array_unref (clients[i].out);
    }
  g_free (clients);
}

/* Gives credits as the clock says they are due. */
static void
keep_rate (Run *self, guint64 start, guint64 now, guint64 *given)
{
  guint active = self->load->active > 0 ? self->load->active : self->load->connections;

  for (;;)
    {
      guint64 due = start + (guint64) ((double) *given * 1e7 / self->load->rate);
      Client *client = &self->clients[*given % active];

      if (due > now)
        return;
      client->credits++;
      (*given)++;
      spend (self, client, due);
    }
}

static void
turn (Run *self)
{
  struct epoll_event events[1024];
  int n = epoll_wait (self->epoll, events, G_N_ELEMENTS (events), 0);

  for (int i = 0; i < n; i++)
    {
      Client *client = events[i].data.ptr;
      guint messages = 0;
      guint64 now = now_tenths ();

      if ((events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
        messages = take (self, client, now);
      if (self->load->depth > 0)
        client->credits += messages;
      if (client->credits > 0 || client->waits)
        spend (self, client, now);
    }
}

static int
compare (gconstpointer a, gconstpointer b)
{
  guint32 left = *(const guint32 *) a, right = *(const guint32 *) b;

  return left < right ? -1 : left > right;
}

static void
measure (Run *self, WireLoadResult *result)
{
  guint active = self->load->active > 0 ? self->load->active : self->load->connections;
  guint64 start = now_tenths (), given = 0, before = 0;
  double from = bench_wall_s (), cpu = 0, wall = 0;

  for (guint i = 0; i < active && self->load->depth > 0; i++)
    {
      self->clients[i].credits = self->load->depth;
      spend (self, &self->clients[i], now_tenths ());
    }
  while (!self->measuring || bench_wall_s () - wall < self->load->seconds)
    {
      if (!self->measuring && bench_wall_s () - from > WARM_UP_S)
        {
          self->measuring = TRUE;
          before = self->received;
          cpu = bench_cpu_s (self->load->server);
          wall = bench_wall_s ();
        }
      if (self->load->depth == 0)
        keep_rate (self, start, now_tenths (), &given);
      turn (self);
    }
  cpu = bench_cpu_s (self->load->server) - cpu;
  wall = bench_wall_s () - wall;
  qsort (self->samples, self->n_samples, sizeof *self->samples, compare);
  result->per_second = (double) (self->received - before) / wall;
  result->cpu_us = cpu * 1e6 / (double) MAX (self->received - before, 1);
  result->p50_us = self->n_samples > 0 ? self->samples[self->n_samples / 2] / 10.0 : 0;
  result->p99_us = self->n_samples > 0 ? self->samples[self->n_samples - 1 - self->n_samples / 100] / 10.0 : 0;
}

/* Connects, lets the clients talk to each other for a while, and measures what it costs the server. */
void
wire_load_run (const WireLoad *load, WireLoadResult *result)
{
  Run self = { .load = load, .epoll = epoll_create1 (EPOLL_CLOEXEC) };
  double before = bench_resident_kib (load->server);
  Client *stalled = NULL;

  make_frame (&self);
  self.in = g_malloc (BUFFER);
  self.batch = g_malloc (BUFFER);
  self.samples = g_new (guint32, MAX_SAMPLES);
  self.clients = g_new0 (Client, load->connections);
  for (guint i = 0; i < load->connections; i++)
    connect_client (&self, &self.clients[i], i);
  result->kib_each = (bench_resident_kib (load->server) - before) / load->connections;
  if (load->stalled > 0)
    stalled = connect_stalled (&self);
  if (load->seconds > 0)
    measure (&self, result);

  free_clients (self.clients, load->connections);
  if (stalled != NULL)
    free_clients (stalled, load->stalled + 1);
  close (self.epoll);
  g_free (self.samples);
  g_free (self.batch);
  g_free (self.in);
  g_free (self.frame);
}
