/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Doubts beside the columns of an index. They are few and soon out of date, so they are
 * no column: whoever asks for them finds them first, and gives them to the index.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-index-private.h"

/* What the lock guards, put in place or taken out. */
static void
swap (MienIndex *index, GPtrArray **doubts, GHashTable **places)
{
  GPtrArray *old = index->doubts;
  GHashTable *old_places = index->doubt_places;

  g_rw_lock_writer_lock (&index->lock);
  index->doubts = *doubts;
  index->doubt_places = *places;
  g_rw_lock_writer_unlock (&index->lock);
  *doubts = old;
  *places = old_places;
}

void
mien_index_set_doubts (MienIndex *index, GPtrArray *doubts)
{
  GHashTable *places = doubts != NULL ? g_hash_table_new (NULL, NULL) : NULL;

  /* The thread that changes rows is this one. */
  for (guint i = 0; doubts != NULL && i < doubts->len; i++)
    {
      const MienDoubtful *doubtful = doubts->pdata[i];
      gint64 row = mien_columns_find (&index->content.columns, doubtful->frame);

      if (row >= 0)
        g_hash_table_insert (places, GUINT_TO_POINTER ((guint) row),
                             GUINT_TO_POINTER (i));
    }
  swap (index, &doubts, &places);
  g_clear_pointer (&doubts, g_ptr_array_unref);
  g_clear_pointer (&places, g_hash_table_unref);
}

static gboolean
find_place (MienIndex *index, guint row, guint *place)
{
  gpointer found;

  if (index->doubt_places == NULL
      || !g_hash_table_lookup_extended (index->doubt_places, GUINT_TO_POINTER (row), NULL,
                                        &found))
    return FALSE;
  *place = GPOINTER_TO_UINT (found);
  return TRUE;
}

gboolean
mien_index_is_doubtful (MienIndex *index, guint row)
{
  guint place;

  return find_place (index, row, &place);
}

GArray *
mien_index_doubts (MienIndex *index, guint row)
{
  GArray *doubts = g_array_new (FALSE, FALSE, sizeof (MienDoubt));
  guint place;

  g_rw_lock_reader_lock (&index->lock);
  if (find_place (index, row, &place))
    {
      const MienDoubtful *doubtful = index->doubts->pdata[place];

      g_array_append_vals (doubts, doubtful->doubts->data, doubtful->doubts->len);
    }
  g_rw_lock_reader_unlock (&index->lock);
  return doubts;
}

typedef struct
{
  guint place;
  guint32 row;
} Placed;

static int
compare_places (gconstpointer a, gconstpointer b)
{
  const Placed *x = a, *y = b;

  return x->place < y->place ? -1 : x->place > y->place;
}

void
mien_index_sort_by_doubt (MienIndex *index, GArray *rows, gboolean descending)
{
  g_autoptr (GArray) placed = g_array_new (FALSE, FALSE, sizeof (Placed));
  guint32 *row = (guint32 *) (void *) rows->data;
  guint kept = rows->len;

  /* From the end, so that what is not doubtful moves up behind the rest in its order. */
  for (guint i = rows->len; i-- > 0;)
    {
      Placed one = { .row = row[i] };

      if (find_place (index, row[i], &one.place))
        g_array_append_val (placed, one);
      else
        row[--kept] = row[i];
    }
  g_array_sort (placed, compare_places);
  for (guint i = 0; i < placed->len; i++)
    row[i] = g_array_index (placed, Placed, descending ? i : placed->len - 1 - i).row;
}
