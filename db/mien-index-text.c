/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Keys, which are not kept: nearly all are "video/00001.jpg" and follow from the video's
 * name, the number and one of a few forms. A text is looked for in the name once a video
 * and then only at the seam and in what is spelled out for the row. Keys of their own are
 * looked through in the database, a video at a time, by the index frame_video.
 *
 * Case is folded as Unicode says, a character at a time, so that a fold of a whole is the
 * folds of its parts.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-index-private.h"

#include <string.h>

enum
{
  MAX_DIGITS = 9,
  MAX_FORMS = G_MAXUINT8,
};

struct _MienTextSearch
{
  MienIndexContent *content;
  MienStore *store;
  char *text;
  gsize length;
  char *ends[MAX_FORMS]; /* folded, by form */
  GString *buffer;
  /* Of the video that the last row was of. */
  gint64 video;
  gboolean name_matches;
  gsize seam;      /* of buffer: what of the name a match can begin in, and "/" */
  GHashTable *own; /* rows whose own key matches; NULL: not looked for yet */
};

/* Equal forms are one; the table is small. */
static guint
intern (GArray *forms, const MienKeyForm *form)
{
  for (guint i = 0; i < forms->len; i++)
    {
      const MienKeyForm *known = &g_array_index (forms, MienKeyForm, i);

      if (known->width == form->width && strcmp (known->end, form->end) == 0)
        return i + 1;
    }
  if (forms->len == MAX_FORMS)
    return 0;
  g_array_append_val (forms, *form);
  return forms->len;
}

/* Five digits are what Aff-Wild2 writes; a number without zeros before it may have been
 * written in any narrower width. */
guint
mien_key_form (GArray *forms,
               const char *video,
               gint64 number,
               const char *key,
               gsize size)
{
  gsize name = strlen (video), digits = 0, rest;
  MienKeyForm form = { 0 };
  gint64 value = 0;

  if (number < 0 || key == NULL || size < name + 2 || memcmp (key, video, name) != 0
      || key[name] != '/')
    return 0;
  key += name + 1;
  size -= name + 1;
  for (; digits < size && g_ascii_isdigit (key[digits]); digits++)
    if (digits == MAX_DIGITS)
      return 0;
    else
      value = value * 10 + (key[digits] - '0');
  rest = size - digits;
  if (digits == 0 || value != number || rest >= sizeof form.end
      || memchr (key + digits, '\0', rest) != NULL)
    return 0;
  form.width = (guint8) (key[0] == '0' ? digits : MIN (digits, 5));
  memcpy (form.end, key + digits, rest);
  return intern (forms, &form);
}

MienTextSearch *
mien_text_search_new (MienIndexContent *content, MienStore *store, const char *text)
{
  MienTextSearch *search = g_new0 (MienTextSearch, 1);

  search->content = content;
  search->store = store;
  search->text = g_utf8_casefold (text, -1);
  search->length = strlen (search->text);
  for (guint i = 0; i < content->forms->len; i++)
    search->ends[i] =
        g_utf8_casefold (g_array_index (content->forms, MienKeyForm, i).end, -1);
  search->buffer = g_string_new (NULL);
  search->video = -1;
  return search;
}

void
mien_text_search_free (MienTextSearch *search)
{
  if (search == NULL)
    return;
  for (guint i = 0; i < MAX_FORMS; i++)
    g_free (search->ends[i]);
  g_string_free (search->buffer, TRUE);
  g_clear_pointer (&search->own, g_hash_table_unref);
  g_free (search->text);
  g_free (search);
}

static void
enter_video (MienTextSearch *search, guint video)
{
  const MienIndexName *name =
      &g_array_index (search->content->videos, MienIndexName, video);
  g_autofree char *folded = g_utf8_casefold (name->name, -1);
  gsize length = strlen (folded);
  gsize tail = MIN (length, search->length > 0 ? search->length - 1 : 0);

  search->video = video;
  search->name_matches = strstr (folded, search->text) != NULL;
  g_string_assign (search->buffer, folded + length - tail);
  g_string_append_c (search->buffer, '/');
  search->seam = search->buffer->len;
  g_clear_pointer (&search->own, g_hash_table_unref);
}

static gboolean
matches_form (MienTextSearch *search, guint row)
{
  const MienColumns *columns = &search->content->columns;
  guint form = columns->form[row] - 1u;
  guint width = g_array_index (search->content->forms, MienKeyForm, form).width;
  guint32 number = (guint32) columns->number[row];
  char digits[MAX_DIGITS + 1];
  guint n = 0;

  do
    digits[MAX_DIGITS - ++n] = (char) ('0' + number % 10);
  while ((number /= 10) > 0);
  while (n < MIN (width, (guint) MAX_DIGITS))
    digits[MAX_DIGITS - ++n] = '0';
  g_string_truncate (search->buffer, search->seam);
  g_string_append_len (search->buffer, digits + MAX_DIGITS - n, n);
  g_string_append (search->buffer, search->ends[form]);
  return strstr (search->buffer->str, search->text) != NULL;
}

/* The keys of their own among those of the video. */
static gboolean
look_through (MienTextSearch *search, GError **error)
{
  const MienColumns *columns = &search->content->columns;
  gint64 video = g_array_index (search->content->videos, MienIndexName, search->video).id;
  g_autoptr (MienStatement) frame =
      mien_query (search->store, error, "SELECT id, key FROM frame WHERE video = ?1",
                  MIEN_INT (video));
  MienStep step = MIEN_STEP_ERROR;

  search->own = g_hash_table_new (NULL, NULL);
  while (frame != NULL && (step = mien_statement_step (frame, error)) == MIEN_STEP_ROW)
    {
      gint64 row = mien_columns_find (columns, mien_column_int (frame, 0));

      if (row >= 0 && columns->form[row] == 0)
        {
          g_autofree char *key = mien_column_text (frame, 1);
          g_autofree char *folded = g_utf8_casefold (key, -1);

          if (strstr (folded, search->text) != NULL)
            g_hash_table_add (search->own, GUINT_TO_POINTER ((guint) row));
        }
    }
  return step == MIEN_STEP_DONE;
}

int
mien_text_search_matches (MienTextSearch *search, guint row, GError **error)
{
  const MienColumns *columns = &search->content->columns;

  if (columns->video[row] != search->video)
    enter_video (search, columns->video[row]);
  if (columns->form[row] != 0)
    return search->name_matches || matches_form (search, row);
  if (search->store == NULL)
    return FALSE;
  if (search->own == NULL && !look_through (search, error))
    return -1;
  return g_hash_table_contains (search->own, GUINT_TO_POINTER (row));
}
