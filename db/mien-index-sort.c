/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Rows by a column: radix sort of words of 64 bits, the key above and the row below, in
 * as few passes over the key's bits as a table of counters that stays in the cache
 * allows, beginning with the lowest. It is stable, so rows that come in the frames' order
 * keep it where their keys are equal. What has no value gets the largest key, in either
 * direction.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-index-private.h"

#include <math.h>
#include <string.h>

enum
{
  MAX_DIGIT_BITS = 13,
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
    case MIEN_SORT_DOUBT:
    default:
      return 0;
    }
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

/* Keys from 0 on, in words; returns the largest. */
static guint32
make_words (const MienColumns *columns,
            GArray *rows,
            MienSort sort,
            gboolean descending,
            guint64 *words)
{
  gint64 least = G_MAXINT64, most = 0;

  for (guint i = 0; i < rows->len; i++)
    {
      gint64 value = sort_key (columns, g_array_index (rows, guint32, i), sort);

      words[i] = (guint64) value;
      if (value == NO_VALUE)
        continue;
      least = MIN (least, value);
      most = MAX (most, value);
    }
  if (least > most)
    least = most;
  for (guint i = 0; i < rows->len; i++)
    {
      gint64 value = (gint64) words[i];
      guint64 key = (guint64) (value == NO_VALUE ? most - least + 1
                               : descending      ? most - value
                                                 : value - least);

      words[i] = key << 32 | g_array_index (rows, guint32, i);
    }
  return (guint32) (most - least + 1);
}

/* One pass from words to sorted, by the bits from shift on. */
static void
pass (const guint64 *words, guint64 *sorted, guint n, guint shift, guint bits)
{
  guint32 starts[1 << MAX_DIGIT_BITS] = { 0 }, sum = 0;
  guint32 mask = (1u << bits) - 1;

  for (guint i = 0; i < n; i++)
    starts[words[i] >> shift & mask]++;
  for (guint i = 0; i <= mask; i++)
    {
      guint32 count = starts[i];

      starts[i] = sum;
      sum += count;
    }
  for (guint i = 0; i < n; i++)
    sorted[starts[words[i] >> shift & mask]++] = words[i];
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
  guint bits, n_passes, digit;

  if (sort == MIEN_SORT_FRAME)
    {
      if (descending)
        reverse (rows);
      return TRUE;
    }
  words = g_new (guint64, rows->len + 1);
  sorted = g_new (guint64, rows->len + 1);
  bits = g_bit_storage (make_words (columns, rows, sort, descending, words));
  n_passes = (bits + MAX_DIGIT_BITS - 1) / MAX_DIGIT_BITS;
  digit = (bits + n_passes - 1) / n_passes;
  for (guint i = 0; i < n_passes; i++)
    {
      guint64 *swap = words;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      pass (words, sorted, rows->len, 32 + i * digit, digit);
      words = sorted;
      sorted = swap;
    }
  for (guint i = 0; i < rows->len; i++)
    g_array_index (rows, guint32, i) = (guint32) words[i];
  return TRUE;
}
