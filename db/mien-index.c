/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The index of all frames as others see it: a row at a time, a frame by its id or number,
 * the names. What is in it comes from mien-index-load.c and mien-index-refresh.c; what is
 * asked of all rows at once is in mien-index-query.c.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-index-private.h"

#include <math.h>
#include <string.h>

static void
clear_name (gpointer data)
{
  g_free (((MienIndexName *) data)->name);
}

GArray *
mien_index_names_new (void)
{
  GArray *names = g_array_new (FALSE, TRUE, sizeof (MienIndexName));

  g_array_set_clear_func (names, clear_name);
  return names;
}

/* Ids have few gaps, if any: the first guess is mostly right. */
int
mien_index_names_find (GArray *names, gint64 id)
{
  guint low = 0, high = names->len;

  if (id > 0 && id <= high
      && g_array_index (names, MienIndexName, (guint) id - 1).id == id)
    return (int) id - 1;
  while (low < high)
    {
      guint middle = (low + high) / 2;
      gint64 found = g_array_index (names, MienIndexName, middle).id;

      if (found == id)
        return (int) middle;
      if (found < id)
        low = middle + 1;
      else
        high = middle;
    }
  return -1;
}

void
mien_index_content_clear (MienIndexContent *content)
{
  mien_columns_clear (&content->columns);
  g_clear_pointer (&content->order, g_free);
  g_clear_pointer (&content->videos, g_array_unref);
  g_clear_pointer (&content->annotators, g_array_unref);
  g_clear_pointer (&content->forms, g_array_unref);
  g_clear_pointer (&content->model, mien_model_free);
}

MienIndex *
mien_index_load (MienStore *store, GCancellable *cancellable, GError **error)
{
  MienIndex *index = g_new0 (MienIndex, 1);

  g_atomic_ref_count_init (&index->references);
  g_rw_lock_init (&index->lock);
  if (mien_index_read_all (store, &index->content, cancellable, error))
    return index;
  mien_index_unref (index);
  return NULL;
}

MienIndex *
mien_index_ref (MienIndex *index)
{
  g_atomic_ref_count_inc (&index->references);
  return index;
}

void
mien_index_unref (MienIndex *index)
{
  if (index == NULL || !g_atomic_ref_count_dec (&index->references))
    return;
  mien_index_content_clear (&index->content);
  g_clear_pointer (&index->doubts, g_ptr_array_unref);
  g_clear_pointer (&index->doubt_places, g_hash_table_unref);
  g_rw_lock_clear (&index->lock);
  g_free (index);
}

guint
mien_index_n_rows (MienIndex *index)
{
  guint n;

  g_rw_lock_reader_lock (&index->lock);
  n = index->content.columns.n;
  g_rw_lock_reader_unlock (&index->lock);
  return n;
}

gint64
mien_index_model (MienIndex *index)
{
  gint64 model;

  g_rw_lock_reader_lock (&index->lock);
  model = index->content.model != NULL ? index->content.model->id : 0;
  g_rw_lock_reader_unlock (&index->lock);
  return model;
}

static float
read_point (gint16 value)
{
  return value == MIEN_NO_POINT ? NAN : (float) value / MIEN_POINT_SCALE;
}

static void
read_row (const MienIndexContent *content, guint row, MienIndexRow *values)
{
  const MienColumns *columns = &content->columns;
  guint32 state = columns->state[row];

  values->frame = columns->id[row];
  values->number = columns->number[row];
  values->video = columns->video[row];
  values->split = (MienSplit) MIEN_STATE_BITS (state, MIEN_STATE_SPLIT, 3);
  values->has_image = (state & MIEN_STATE_HAS_IMAGE) != 0;
  values->not_a_face = (state & MIEN_STATE_NOT_A_FACE) != 0;
  values->skipped = (state & MIEN_STATE_SKIPPED) != 0;
  values->flagged = (state & MIEN_STATE_FLAGGED) != 0;
  values->disputed = (state & MIEN_STATE_DISPUTED) != 0;
  values->labelled = MIEN_STATE_BITS (state, MIEN_STATE_LABELLED, 7);
  values->complete = MIEN_STATE_BITS (state, MIEN_STATE_COMPLETE, 7);
  values->source = (MienSource) MIEN_STATE_BITS (state, MIEN_STATE_SOURCE, 3);
  values->expression = (int) MIEN_STATE_BITS (state, MIEN_STATE_EXPRESSION, 15) - 2;
  values->valence = read_point (columns->valence[row]);
  values->arousal = read_point (columns->arousal[row]);
  values->units_known = columns->known[row];
  values->units_present = columns->present[row];
  values->units_unclear = columns->unclear[row];
  values->read = (state & MIEN_STATE_READ) != 0;
  values->proposes =
      values->read && values->split == MIEN_SPLIT_TRAIN && content->model != NULL
          ? content->model->tasks
          : 0;
  values->proposed = (int) MIEN_STATE_BITS (state, MIEN_STATE_PROPOSED, 15) - 1;
  values->confidence = columns->confidence[row];
  values->proposed_valence = read_point (columns->proposed_valence[row]);
  values->proposed_arousal = read_point (columns->proposed_arousal[row]);
  values->proposed_units = columns->proposed[row];
  values->accepted = MIEN_STATE_BITS (state, MIEN_STATE_ACCEPTED, 7);
  values->annotator = columns->annotator[row];
  values->decided = columns->decided[row];
}

void
mien_index_row (MienIndex *index, guint row, MienIndexRow *values)
{
  g_rw_lock_reader_lock (&index->lock);
  g_assert (row < index->content.columns.n);
  read_row (&index->content, row, values);
  g_rw_lock_reader_unlock (&index->lock);
}

gint64
mien_index_find (MienIndex *index, gint64 frame)
{
  gint64 row;

  g_rw_lock_reader_lock (&index->lock);
  row = mien_columns_find (&index->content.columns, frame);
  g_rw_lock_reader_unlock (&index->lock);
  return row;
}

static gint64
find_number (const MienIndexContent *content, guint video, gint64 number)
{
  const MienIndexName *name;
  guint low, high;

  if (video >= content->videos->len)
    return -1;
  name = &g_array_index (content->videos, MienIndexName, video);
  low = name->first;
  high = name->first + name->n;
  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (content->columns.number[content->order[middle]] < number)
        low = middle + 1;
      else
        high = middle;
    }
  return low < name->first + name->n ? (gint64) content->order[low] : -1;
}

gint64
mien_index_find_number (MienIndex *index, guint video, gint64 number)
{
  gint64 row;

  g_rw_lock_reader_lock (&index->lock);
  row = find_number (&index->content, video, MAX (number, 0));
  g_rw_lock_reader_unlock (&index->lock);
  return row;
}

/* videos: whether it is they that are asked for, or the annotators. */
static GStrv
copy_names (MienIndex *index, gboolean videos)
{
  GArray *names;
  GStrv copy;

  g_rw_lock_reader_lock (&index->lock);
  names = videos ? index->content.videos : index->content.annotators;
  copy = g_new0 (char *, names->len + 1);
  for (guint i = 0; i < names->len; i++)
    copy[i] = g_strdup (g_array_index (names, MienIndexName, i).name);
  g_rw_lock_reader_unlock (&index->lock);
  return copy;
}

GStrv
mien_index_videos (MienIndex *index)
{
  return copy_names (index, TRUE);
}

GStrv
mien_index_annotators (MienIndex *index)
{
  return copy_names (index, FALSE);
}
