/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* The least that a server can do to route frames: epoll, receive, undo the mask, look for the target, copy, send
 * once a turn. It checks nothing and has no bounds. What the wire costs more than this is what it is for. */

#define MAX_CLIENTS 65536
#define BUFFER (256 * 1024)

typedef struct
{
  int fd;
  gboolean open;
  gboolean dirty;
  guint8 *rest;
  gsize n_rest;
  guint8 *out;
  gsize n_out;
  gsize room;
} Client;

static Client *by_number[100000];
static Client *dirty[MAX_CLIENTS];
static guint n_dirty;

static void
queue_frame (Client *target, const guint8 *payload, gsize length)
{
  if (target->n_out + length + 4 > target->room)
    {
      target->room = MAX (2 * target->room, target->n_out + length + 4);
      target->out = g_realloc (target->out, target->room);
    }
  target->out[target->n_out] = 0x81;
  target->out[target->n_out + 1] = 126;
  target->out[target->n_out + 2] = (guint8) (length >> 8);
  target->out[target->n_out + 3] = (guint8) length;
  memcpy (target->out + target->n_out + 4, payload, length);
  target->n_out += length + 4;
  if (!target->dirty)
    {
      target->dirty = TRUE;
      dirty[n_dirty++] = target;
    }
}

static void
take_message (const guint8 *payload, gsize length)
{
  const char *target = memmem (payload, length, "\"target\":\"c", 11);

  if (target != NULL)
    {
      guint number = 0;

      for (guint i = 0; i < 5; i++)
        number = number * 10 + (guint) (target[11 + i] - '0');
      if (by_number[number] != NULL)
        queue_frame (by_number[number], payload, length);
    }
}

/* All frames that are there as a whole; all of this benchmark have two bytes of length. */
static gsize
take_frames (guint8 *data, gsize length)
{
  gsize at = 0;

  while (length - at >= 8)
    {
      gsize size = (gsize) data[at + 2] << 8 | data[at + 3];
      guint8 *payload = data + at + 8;
      guint32 half;
      guint64 key;

      if (length - at < 8 + size)
        break;
      memcpy (&half, data + at + 4, 4);
      key = half | (guint64) half << 32;
      for (gsize i = 0; i + 8 <= size; i += 8)
        {
          guint64 word;

          memcpy (&word, payload + i, 8);
          word ^= key;
          memcpy (payload + i, &word, 8);
        }
      for (gsize i = size & ~(gsize) 7; i < size; i++)
        payload[i] ^= ((const guint8 *) &key)[i & 7];
      take_message (payload, size);
      at += 8 + size;
    }
  return at;
}

static void
open_client (Client *client, char *request, gsize length)
{
  static const char answer[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                               "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
  guint number = 0;

  request[length] = '\0';
  if (sscanf (request, "GET /c%5u", &number) == 1)
    by_number[number] = client;
  client->open = TRUE;
  if (send (client->fd, answer, sizeof answer - 1, MSG_NOSIGNAL) < 0)
    perror ("send");
}

static void
close_client (Client *client)
{
  for (guint i = 0; i < G_N_ELEMENTS (by_number); i++)
    {
      if (by_number[i] == client)
        by_number[i] = NULL;
    }
  close (client->fd);
  g_free (client->rest);
  g_free (client->out);
  g_free (client);
}

static void
receive (Client *client)
{
  static guint8 buffer[BUFFER + 1];
  gssize got;
  gsize there, used;

  if (client->n_rest > 0)
    memcpy (buffer, client->rest, client->n_rest);
  got = recv (client->fd, buffer + client->n_rest, BUFFER - client->n_rest, 0);
  if (got <= 0)
    {
      if (got == 0 || errno != EAGAIN)
        close_client (client);
      return;
    }
  there = client->n_rest + (gsize) got;
  if (!client->open)
    {
      open_client (client, (char *) buffer, there);
      return;
    }
  used = take_frames (buffer, there);
  client->n_rest = there - used;
  g_clear_pointer (&client->rest, g_free);
  if (client->n_rest > 0)
    client->rest = g_memdup2 (buffer + used, client->n_rest);
}

/* The clients of this benchmark always read, so that waiting for one does no harm. */
static void
flush (Client *client)
{
  gsize at = 0;

  client->dirty = FALSE;
  while (at < client->n_out)
    {
      gssize sent = send (client->fd, client->out + at, client->n_out - at, MSG_NOSIGNAL);

      if (sent > 0)
        at += (gsize) sent;
      else if (errno != EAGAIN)
        break;
    }
  client->n_out = 0;
}

int
main (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET };
  socklen_t size = sizeof address;
  struct rlimit limit;
  int listener = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
  int epoll = epoll_create1 (EPOLL_CLOEXEC);
  struct epoll_event event = { .events = EPOLLIN };

  if (getrlimit (RLIMIT_NOFILE, &limit) == 0)
    {
      limit.rlim_cur = limit.rlim_max;
      (void) setrlimit (RLIMIT_NOFILE, &limit);
    }
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  if (bind (listener, (struct sockaddr *) &address, size) != 0 || listen (listener, 512) != 0 ||
      getsockname (listener, (struct sockaddr *) &address, &size) != 0)
    g_error ("%s", g_strerror (errno));
  epoll_ctl (epoll, EPOLL_CTL_ADD, listener, &event);
  /* Ends with whoever started it. */
  event.data.ptr = &epoll;
  epoll_ctl (epoll, EPOLL_CTL_ADD, STDIN_FILENO, &event);
  printf ("%u\n", ntohs (address.sin_port));
  fflush (stdout);
  for (;;)
    {
      static struct epoll_event events[1024];
      int n = epoll_wait (epoll, events, G_N_ELEMENTS (events), -1);

      for (int i = 0; i < n; i++)
        {
          int fd;

          if (events[i].data.ptr == &epoll)
            return 0;
          if (events[i].data.ptr != NULL)
            {
              receive (events[i].data.ptr);
              continue;
            }
          while ((fd = accept4 (listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
            {
              Client *client = g_new0 (Client, 1);
              struct epoll_event its = { .events = EPOLLIN, .data.ptr = client };

              client->fd = fd;
              setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
              epoll_ctl (epoll, EPOLL_CTL_ADD, fd, &its);
            }
        }
      for (guint i = 0; i < n_dirty; i++)
        flush (dirty[i]);
      n_dirty = 0;
    }
}
