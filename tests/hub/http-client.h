/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * Answer:
 * @status: the HTTP status, 0 when the connection ended without an answer
 * @headers: the head as it came
 * @body: the body
 */
typedef struct
{
  guint status;
  char *headers;
  GString *body;
} Answer;

/**
 * Client:
 *
 * A connection on which a test can send any bytes, and read answers.
 */
typedef struct
{
  GSocket *socket;
  GString *pending; /* read and not used */
} Client;

Client *client_new (guint port);
void client_free (Client *self);
gboolean client_send (Client *self, const char *data, gssize length);
void client_send_format (Client *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
Answer *client_read (Client *self);
Answer *client_ask (Client *self, const char *request);
gboolean client_is_closed (Client *self);
void answer_free (Answer *self);
gboolean answer_has_header (Answer *self, const char *line);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Client, client_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Answer, answer_free)

G_END_DECLS
