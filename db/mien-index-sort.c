/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Rows by a column: radix sort of words of 64 bits, the key above and the row below, 11
 * bits of the key a pass, beginning with the lowest. It is stable, so rows that come in
 * the frames' order keep it where their keys are equal. What has no value gets the
 * largest key, in either direction.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-index-private.h"

#include <math.h>
#include <string.h>

enum
{
  DIGIT_BITS = 11,
  N_DIGITS = 3,
  N_BUCKETS = 1 << DIGIT_BITS,
  NO_VALUE = -1,
};

static gint64
point_key (gint16 label, gint16 proposed)
{
  gint16 value = label != MIEN_NO_POINT ? label : proposed;

  return value == MIEN_NO_POINT ? NO_VALUE : value - G_MININT16;
}

/* Ascending as what it stands for; NO_VALUE: none. Under 2^32 - 1. */
static gint64
sort_key (const MienColumns *columns, guint row, MienSort sort)
{
  guint32 bits;

  switch (sort)
    {
    case MIEN_SORT_CONFIDENCE:
      if (isnan (columns->confidence[row]))
        return NO_VALUE;
      /* Floats that are not negative have the order of their bits. */
      memcpy (&bits, &columns->confidence[row], sizeof bits);
      return bits & 0x7fffffff;
    case MIEN_SORT_EXPRESSION:
      return mien_state_class (columns->state[row]);
    case MIEN_SORT_VALENCE:
      return point_key (columns->valence[row], columns->proposed_valence[row]);
    case MIEN_SORT_AROUSAL:
      return point_key (columns->arousal[row], columns->proposed_arousal[row]);
    case MIEN_SORT_DECIDED:
      if (columns->annotator[row] == 0)
        return NO_VALUE;
      return MIN (columns->decided[row], G_MAXUINT32 - 1);
    case MIEN_SORT_FRAME:
    default:
      return 0;
    }
}

/* One pass from words to sorted; FALSE if they all have the same digit and nothing was
 * done. */
static gboolean
pass (const guint64 *words, guint64 *sorted, guint n, const guint32 *counts, guint shift)
{
  guint32 starts[N_BUCKETS], sum = 0;

  for (guint i = 0; i < N_BUCKETS; i++)
    {
      if (counts[i] == n)
        return FALSE;
      starts[i] = sum;
      sum += counts[i];
    }
  for (guint i = 0; i < n; i++)
    sorted[starts[words[i] >> shift & (N_BUCKETS - 1)]++] = words[i];
  return TRUE;
}

static void
reverse (GArray *rows)
{
  guint32 *row = (guint32 *) (void *) rows->data;

  for (guint i = 0; i < rows->len / 2; i++)
    {
      guint32 other = row[rows->len - 1 - i];

      row[rows->len - 1 - i] = row[i];
      row[i] = other;
    }
}

static void
make_words (const MienColumns *columns,
            GArray *rows,
            MienSort sort,
            gboolean descending,
            guint64 *words,
            guint32 (*counts)[N_BUCKETS])
{
  for (guint i = 0; i < rows->len; i++)
    {
      guint32 row = g_array_index (rows, guint32, i), key = G_MAXUINT32;
      gint64 value = sort_key (columns, row, sort);

      if (value != NO_VALUE)
        key = descending ? G_MAXUINT32 - 1 - (guint32) value : (guint32) value;
      words[i] = (guint64) key << 32 | row;
      for (guint d = 0; d < N_DIGITS; d++)
        counts[d][key >> (d * DIGIT_BITS) & (N_BUCKETS - 1)]++;
    }
}

gboolean
mien_index_sort (const MienColumns *columns,
                 GArray *rows,
                 MienSort sort,
                 gboolean descending,
                 GCancellable *cancellable,
                 GError **error)
{
  g_autofree guint64 *words = NULL, *sorted = NULL;
  g_autofree guint32 (*counts)[N_BUCKETS] = NULL;

  if (sort == MIEN_SORT_FRAME)
    {
      if (descending)
        reverse (rows);
      return TRUE;
    }
  words = g_new (guint64, rows->len + 1);
  sorted = g_new (guint64, rows->len + 1);
  counts = g_malloc0 (N_DIGITS * sizeof *counts);
  make_words (columns, rows, sort, descending, words, counts);
  for (guint d = 0; d < N_DIGITS; d++)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (pass (words, sorted, rows->len, counts[d], 32 + d * DIGIT_BITS))
        {
          guint64 *swap = words;

          words = sorted;
          sorted = swap;
        }
    }
  for (guint i = 0; i < rows->len; i++)
    g_array_index (rows, guint32, i) = (guint32) words[i];
  return TRUE;
}
