/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-store"

#include "store/flow-scrub.h"

#include <string.h>

#include "base/flow-error.h"
#include "store/flow-statement.h"

/* Deeper than any tree of SQLite's: a cycle in a damaged file. */
#define MAX_DEPTH 20

/* The kinds of b-tree pages, by their first byte (sqlite.org/fileformat2.html 1.6). */
enum
{
  INTERIOR_INDEX = 2,
  INTERIOR_TABLE = 5,
  LEAF_INDEX = 10,
  LEAF_TABLE = 13,
};

typedef struct
{
  sqlite3_file *file;
  guint32 page_size;
  guint32 usable;
  guint32 pages;
  guint64 wiped;
  guint8 *zeros; /* a page */
  GError *error;
} Scrub;

/* A b-tree page, and where in it things are. */
typedef struct
{
  guint32 number;
  guint8 *data;
  guint32 head;  /* where its header begins */
  guint32 cells; /* where the pointers to cells begin */
  guint32 count;
  guint32 content; /* where cells begin */
  gboolean leaf;
  gboolean table;
} Page;

static guint32
get16 (const guint8 *at)
{
  return (guint32) at[0] << 8 | at[1];
}

static guint32
get32 (const guint8 *at)
{
  return get16 (at) << 16 | get16 (at + 2);
}

static gboolean
damaged (Scrub *self, guint32 page)
{
  if (self->error == NULL)
    self->error = g_error_new (FLOW_ERROR, FLOW_ERROR_CORRUPT,
                               "The database is damaged (page %u); see “flowctl db check”", page);
  return FALSE;
}

static gboolean
check_code (Scrub *self, int code)
{
  if (code == SQLITE_OK)
    return TRUE;
  if (self->error == NULL)
    flow_sql_error_code (code, sqlite3_errstr (code), &self->error, "Overwriting what was erased");
  return FALSE;
}

static gboolean
read_page (Scrub *self, guint32 page, guint8 *data)
{
  if (page == 0 || page > self->pages)
    return damaged (self, page);
  return check_code (self, self->file->pMethods->xRead (self->file, data, (int) self->page_size,
                                                        (sqlite3_int64) (page - 1) * self->page_size));
}

/* Write zeros over a stretch of a page, unless it is zero. */
static gboolean
wipe (Scrub *self, guint32 page, const guint8 *data, guint32 begin, guint32 end)
{
  if (begin >= end || memcmp (data + begin, self->zeros, end - begin) == 0)
    return TRUE;
  self->wiped += end - begin;
  return check_code (self, self->file->pMethods->xWrite (self->file, self->zeros, (int) (end - begin),
                                                         (sqlite3_int64) (page - 1) * self->page_size + begin));
}

static gboolean
page_init (Scrub *self, Page *page, guint32 number, guint8 *data)
{
  guint8 kind;

  if (!read_page (self, number, data))
    return FALSE;
  page->number = number;
  page->data = data;
  page->head = number == 1 ? 100 : 0;
  kind = data[page->head];
  page->leaf = kind == LEAF_INDEX || kind == LEAF_TABLE;
  page->table = kind == INTERIOR_TABLE || kind == LEAF_TABLE;
  page->cells = page->head + (page->leaf ? 8 : 12);
  page->count = get16 (data + page->head + 3);
  page->content = get16 (data + page->head + 5);
  if (page->content == 0)
    page->content = 65536;
  if ((!page->leaf && kind != INTERIOR_INDEX && kind != INTERIOR_TABLE) || page->content > self->usable ||
      page->cells + 2 * page->count > page->content)
    return damaged (self, number);
  return TRUE;
}

/* The gap between the pointers and the cells, and what was freed among the cells. */
static gboolean
wipe_free_space (Scrub *self, const Page *page)
{
  guint32 at = get16 (page->data + page->head + 1);

  if (!wipe (self, page->number, page->data, page->cells + 2 * page->count, page->content))
    return FALSE;
  while (at != 0)
    {
      guint32 next, size;

      if (at < page->content || at + 4 > self->usable)
        return damaged (self, page->number);
      next = get16 (page->data + at);
      size = get16 (page->data + at + 2);
      if (size < 4 || at + size > self->usable || (next != 0 && next < at + size))
        return damaged (self, page->number);
      if (!wipe (self, page->number, page->data, at + 4, at + size))
        return FALSE;
      at = next;
    }
  return TRUE;
}

/* SQLite's varint: big endian, the ninth byte is whole. */
static gboolean
get_varint (const Scrub *self, const Page *page, guint32 *at, guint64 *value)
{
  *value = 0;
  for (guint i = 0; i < 9 && *at < self->usable; i++)
    {
      guint8 byte = page->data[(*at)++];

      *value = i == 8 ? *value << 8 | byte : *value << 7 | (byte & 0x7f);
      if (i == 8 || byte < 0x80)
        return TRUE;
    }
  return FALSE;
}

/* How many bytes of a payload stand in the b-tree page itself (fileformat2.html 1.6). */
static guint32
local_bytes (const Scrub *self, const Page *page, guint64 payload)
{
  guint32 most = page->table ? self->usable - 35 : (self->usable - 12) * 64 / 255 - 23;
  guint32 least = (self->usable - 12) * 32 / 255 - 23;
  guint64 fitting = least + (payload - least) % (self->usable - 4);

  if (payload <= most)
    return (guint32) payload;
  return fitting <= most ? (guint32) fitting : least;
}

/* The end of the last page of a long payload. */
static gboolean
wipe_overflow (Scrub *self, guint32 page, guint64 left)
{
  guint32 room = self->usable - 4;
  g_autofree guint8 *data = g_malloc (self->page_size);

  for (; left > room; left -= room)
    {
      guint8 next[4];

      if (page == 0 || page > self->pages)
        return damaged (self, page);
      if (!check_code (self, self->file->pMethods->xRead (self->file, next, sizeof next,
                                                          (sqlite3_int64) (page - 1) * self->page_size)))
        return FALSE;
      page = get32 (next);
    }
  return read_page (self, page, data) && wipe (self, page, data, 4 + (guint32) left, self->usable);
}

static gboolean
wipe_cell (Scrub *self, const Page *page, guint32 at)
{
  guint64 payload, rowid;
  guint32 local;

  at += page->leaf ? 0 : 4;
  if (!get_varint (self, page, &at, &payload) || (page->table && !get_varint (self, page, &at, &rowid)))
    return damaged (self, page->number);
  local = local_bytes (self, page, payload);
  if (local == payload)
    return TRUE;
  if (at + local + 4 > self->usable || payload > (guint64) self->pages * self->usable)
    return damaged (self, page->number);
  return wipe_overflow (self, get32 (page->data + at + local), payload - local);
}

static gboolean
wipe_tree (Scrub *self, guint32 number, guint depth)
{
  g_autofree guint8 *data = g_malloc (self->page_size);
  Page page;

  if (depth > MAX_DEPTH)
    return damaged (self, number);
  if (!page_init (self, &page, number, data) || !wipe_free_space (self, &page))
    return FALSE;
  for (guint32 i = 0; i < page.count; i++)
    {
      guint32 at = get16 (data + page.cells + 2 * i);

      if (at < page.content || at + 4 > self->usable)
        return damaged (self, number);
      if (!page.leaf && !wipe_tree (self, get32 (data + at), depth + 1))
        return FALSE;
      if ((page.leaf || !page.table) && !wipe_cell (self, &page, at))
        return FALSE;
    }
  return page.leaf || wipe_tree (self, get32 (data + page.head + 8), depth + 1);
}

static gboolean
wipe_all (Scrub *self, sqlite3 *db)
{
  g_autoptr (sqlite3_stmt) roots = NULL;
  g_autoptr (GArray) pages = g_array_new (FALSE, FALSE, sizeof (guint32));
  gboolean row = FALSE;

  if (!flow_sql_prepare_text (db, "SELECT rootpage FROM sqlite_schema WHERE rootpage > 0 UNION ALL SELECT 1", &roots,
                              &self->error))
    return FALSE;
  while (flow_sql_step_row (roots, &row, &self->error) && row)
    {
      guint32 page = (guint32) sqlite3_column_int64 (roots, 0);

      g_array_append_val (pages, page);
    }
  for (guint i = 0; i < pages->len && self->error == NULL; i++)
    wipe_tree (self, g_array_index (pages, guint32, i), 0);
  return self->error == NULL;
}

static gboolean
scrub_init (Scrub *self, sqlite3 *db)
{
  guint8 header[100];
  gint64 page_size = 0, pages = 0;

  if (!flow_sql_get_int64 (db, "PRAGMA page_size", &page_size, &self->error) ||
      !flow_sql_get_int64 (db, "PRAGMA page_count", &pages, &self->error) ||
      !check_code (self, sqlite3_file_control (db, "main", SQLITE_FCNTL_FILE_POINTER, &self->file)) ||
      !check_code (self, self->file->pMethods->xRead (self->file, header, sizeof header, 0)))
    return FALSE;
  self->page_size = (guint32) page_size;
  self->usable = self->page_size - header[20];
  self->pages = (guint32) pages;
  self->zeros = g_malloc0 (self->page_size);
  return self->usable >= 480 || damaged (self, 1);
}

/**
 * flow_scrub:
 * @db: the writing connection, outside a transaction, with an empty WAL and no free pages
 * @wiped: (out): bytes that were overwritten
 * @error: return location
 *
 * Overwrite with zeros whatever lies in the file between and behind the rows: remains of rows that were deleted,
 * changed or moved.
 *
 * PRAGMA secure_delete is not enough for that: when SQLite balances pages, copies of the rows that move stay behind in
 * the free space of the pages that they left. And it costs every delete; this costs only an erase, about 0.2 s a
 * gigabyte. The pages are walked as sqlite.org/fileformat2.html describes them and written beneath SQLite, which is
 * sound because no other connection writes, because free space has no meaning to those that read, and because a write
 * that is cut short leaves the file as valid as it was. At most three bytes a place may stay (fragments).
 *
 * Returns: %FALSE with `FLOW_ERROR_CORRUPT` or the codes of [func@sql_error]
 */
gboolean
flow_scrub (sqlite3 *db, guint64 *wiped, GError **error)
{
  Scrub self = { 0 };
  gboolean done = scrub_init (&self, db) && wipe_all (&self, db);

  if (self.wiped > 0 && !check_code (&self, self.file->pMethods->xSync (self.file, SQLITE_SYNC_NORMAL)))
    done = FALSE;
  /* The connection's own copies of the pages are of before. */
  sqlite3_db_release_memory (db);
  *wiped = self.wiped;
  g_free (self.zeros);
  if (self.error != NULL)
    g_propagate_error (error, self.error);
  return done;
}
