/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A client of WebSockets that does what it is told, right or wrong. Blocks, but never for longer than a minute. */
typedef struct
{
  int fd;
  GByteArray *in; /* came and is not read yet */
} WsClient;

/* A frame that came. */
typedef struct
{
  gboolean fin;
  guint opcode;
  gsize length;
  guint8 *data; /* with a zero behind it */
} WsFrame;

#define WS_KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define WS_REQUEST                                                                                   \
  "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n" \
  "Sec-WebSocket-Key: " WS_KEY "\r\nSec-WebSocket-Version: 13\r\n\r\n"

void ws_client_connect (WsClient *self, guint port);
void ws_client_clear (WsClient *self);
void ws_client_open (WsClient *self, guint port);
gboolean ws_client_try_write (WsClient *self, const void *data, gsize length);
void ws_client_write (WsClient *self, const void *data, gsize length);
char *ws_client_read_head (WsClient *self);
char *ws_client_ask (guint port, const char *request);
void ws_frame_append (GByteArray *out, guint first, const void *data, gsize length);
void ws_client_send (WsClient *self, guint first, const void *data, gssize length);
gboolean ws_client_receive (WsClient *self, WsFrame *frame);
void ws_client_expect (WsClient *self, guint opcode, const char *text);
guint ws_client_expect_close (WsClient *self);
void ws_client_expect_end (WsClient *self);
void ws_frame_clear (WsFrame *frame);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WsClient, ws_client_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WsFrame, ws_frame_clear)

G_END_DECLS
