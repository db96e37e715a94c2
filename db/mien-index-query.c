/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What passes a filter: one walk over all rows in the frames' order (or over those of one
 * video), each looked at in the state first, which answers most of it. The text comes
 * last, being the dearest.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-index-private.h"

#include <string.h>

#define CHECK_EVERY 65536

/* A filter as the columns need it. */
typedef struct
{
  guint32 flags; /* of state: all of these */
  guint splits, lacking, expressions, sources;
  guint16 present, absent;
  gboolean units_proposed; /* the model in use has an answer to units */
  gboolean by_confidence;
  float least, most;
  guint annotator;
  gint64 since, until;
} Test;

static void
prepare (const MienIndexContent *content, const MienFilter *filter, Test *test)
{
  memset (test, 0, sizeof *test);
  test->flags = (filter->disputed ? MIEN_STATE_DISPUTED : 0)
                | (filter->skipped ? MIEN_STATE_SKIPPED : 0)
                | (filter->flagged ? MIEN_STATE_FLAGGED : 0)
                | (filter->not_a_face ? MIEN_STATE_NOT_A_FACE : 0)
                | (filter->differs ? MIEN_STATE_DIFFERS : 0);
  test->splits = filter->splits;
  test->lacking = filter->lacking;
  test->expressions = filter->expressions;
  test->sources = filter->sources;
  test->present = (guint16) filter->units_present;
  test->absent = (guint16) filter->units_absent;
  test->units_proposed =
      content->model != NULL && (content->model->tasks >> MIEN_TASK_ACTION_UNITS & 1);
  test->by_confidence = filter->least_confidence > 0.0 || filter->most_confidence < 1.0;
  test->least = (float) filter->least_confidence;
  test->most = (float) filter->most_confidence;
  test->annotator = filter->annotator;
  test->since = filter->since;
  test->until = filter->until;
}

static inline gboolean
state_passes (const Test *test, guint32 state)
{
  if ((state & test->flags) != test->flags)
    return FALSE;
  if (test->splits != 0
      && !(test->splits >> MIEN_STATE_BITS (state, MIEN_STATE_SPLIT, 3) & 1))
    return FALSE;
  if (test->lacking != 0
      && !(test->lacking & ~MIEN_STATE_BITS (state, MIEN_STATE_COMPLETE, 7)))
    return FALSE;
  if (test->sources != 0)
    {
      guint source = 1u << MIEN_STATE_BITS (state, MIEN_STATE_SOURCE, 3);

      if (MIEN_STATE_BITS (state, MIEN_STATE_ACCEPTED, 7) != 0)
        source |= 8;
      if (!(source & test->sources))
        return FALSE;
    }
  if (test->expressions != 0)
    {
      int class = mien_state_class (state);

      if (class < 0 || !(test->expressions >> class & 1))
        return FALSE;
    }
  return TRUE;
}

/* Where a unit has a label, the label says; "cannot tell" is neither. */
static inline gboolean
units_pass (const Test *test, const MienColumns *columns, guint row)
{
  guint known = columns->known[row], present = columns->present[row];
  guint proposed = 0;

  if (test->units_proposed && (columns->state[row] & MIEN_STATE_READ)
      && MIEN_STATE_BITS (columns->state[row], MIEN_STATE_SPLIT, 3) == MIEN_SPLIT_TRAIN)
    proposed = ~(known | columns->unclear[row]);
  present |= proposed & columns->proposed[row];
  known |= proposed;
  return (present & test->present) == test->present
         && (known & ~present & test->absent) == test->absent;
}

static inline gboolean
passes (const Test *test, const MienColumns *columns, guint row)
{
  if (!state_passes (test, columns->state[row]))
    return FALSE;
  if ((test->present | test->absent) != 0 && !units_pass (test, columns, row))
    return FALSE;
  /* No confidence is in no range. */
  if (test->by_confidence
      && !(columns->confidence[row] >= test->least
           && columns->confidence[row] <= test->most))
    return FALSE;
  if (test->annotator != 0 && columns->annotator[row] != test->annotator)
    return FALSE;
  if ((test->since != 0 || test->until != 0) && columns->annotator[row] == 0)
    return FALSE;
  return (test->since == 0 || columns->decided[row] >= test->since)
         && (test->until == 0 || columns->decided[row] < test->until);
}

static gboolean
collect (MienIndex *index,
         MienStore *store,
         const MienFilter *filter,
         GArray *rows,
         GCancellable *cancellable,
         GError **error)
{
  MienIndexContent *content = &index->content;
  g_autoptr (MienTextSearch) search = NULL;
  guint32 *found;
  guint first = 0, n = content->columns.n;
  Test test;

  prepare (content, filter, &test);
  if (filter->text != NULL && *filter->text != '\0')
    search = mien_text_search_new (content, store, filter->text);
  if (filter->video >= 0)
    {
      const MienIndexName none = { 0 }, *video = &none;

      if ((guint) filter->video < content->videos->len)
        video = &g_array_index (content->videos, MienIndexName, filter->video);
      first = video->first;
      n = video->n;
    }
  /* As many as there can be: what is not used is never touched. */
  g_array_set_size (rows, n);
  found = (guint32 *) (void *) rows->data;
  for (guint i = first; i < first + n; i++)
    {
      guint32 row = content->order[i];
      int matches = TRUE;

      if (i % CHECK_EVERY == 0
          && g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (!passes (&test, &content->columns, row)
          || (filter->doubtful && !mien_index_is_doubtful (index, row)))
        continue;
      if (search != NULL)
        matches = mien_text_search_matches (search, row, error);
      if (matches < 0)
        return FALSE;
      if (matches > 0)
        *found++ = row;
    }
  g_array_set_size (rows, (guint) (found - (guint32 *) (void *) rows->data));
  return TRUE;
}

GArray *
mien_index_query (MienIndex *index,
                  MienStore *store,
                  const MienFilter *filter,
                  MienSort sort,
                  gboolean descending,
                  GCancellable *cancellable,
                  GError **error)
{
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (guint32));
  gboolean ok;

  g_rw_lock_reader_lock (&index->lock);
  ok = collect (index, store, filter, rows, cancellable, error);
  if (ok && sort == MIEN_SORT_DOUBT)
    mien_index_sort_by_doubt (index, rows, descending);
  else
    ok = ok
         && mien_index_sort (&index->content.columns, rows, sort, descending, cancellable,
                             error);
  g_rw_lock_reader_unlock (&index->lock);
  return ok ? g_steal_pointer (&rows) : NULL;
}
