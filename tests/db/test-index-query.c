/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Filters and sorts against a naive look at every row, one member of the filter after the
 * other and many at once; and filters as JSON.
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-test-index.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum
{
  N_MEMBERS = 19,
  ACTIONS = 300,
};

static const char *const texts[] = { "",      "a 9/", "VIDÉO", "video", "0001",
                                     "png",   "İST",  "ist",   "9/0",   "/",
                                     "other", "é 8/", "x",     "1" };

typedef struct
{
  TestIndex test;
  MienIndex *index;
  GArray *all; /* guint32, in the frames' order */
  GStrv keys;  /* in the same order */
} Query;

static guint
below (Query *query, guint n)
{
  return (guint) g_rand_int_range (query->test.random, 0, (gint32) n);
}

/* Every third frame, the later ones more than the earlier ones. */
static gboolean
is_doubtful (const MienIndexRow *row)
{
  return row->frame % 3 == 0;
}

static void
free_doubtful (gpointer doubtful)
{
  mien_doubtful_free (doubtful);
}

/* Also frames that the index does not know. */
static void
give_doubts (MienIndex *index)
{
  GPtrArray *doubts = g_ptr_array_new_with_free_func (free_doubtful);

  for (gint64 frame = 3 * mien_index_n_rows (index); frame > 0; frame -= 3)
    {
      MienDoubtful *doubtful = g_new0 (MienDoubtful, 1);
      MienDoubt doubt = { .frame = frame, .kind = MIEN_DOUBT_RULES, .score = 0.5 };

      doubtful->frame = frame;
      doubtful->doubts = g_array_new (FALSE, FALSE, sizeof (MienDoubt));
      g_array_append_val (doubtful->doubts, doubt);
      g_ptr_array_add (doubts, doubtful);
    }
  mien_index_set_doubts (index, doubts);
}

static void
query_open (Query *query)
{
  g_autoptr (GError) error = NULL;
  MienFilter filter;

  mien_filter_init (&filter);
  test_index_open (&query->test, 42);
  mien_models_use (query->test.project.store, query->test.models[1], &error);
  g_assert_no_error (error);
  for (guint i = 0; i < ACTIONS; i++)
    test_index_act (&query->test);
  mien_models_use (query->test.project.store, query->test.models[1], &error);
  g_assert_no_error (error);
  query->index = mien_index_load (query->test.project.store, NULL, &error);
  g_assert_no_error (error);
  give_doubts (query->index);
  query->all = mien_index_query (query->index, NULL, &filter, MIEN_SORT_FRAME, FALSE,
                                 NULL, &error);
  query->keys = test_index_keys (&query->test, query->index, query->all);
}

static void
query_close (Query *query)
{
  g_array_unref (query->all);
  g_strfreev (query->keys);
  mien_index_unref (query->index);
  test_index_close (&query->test);
}

static void
set_member (Query *query, MienFilter *filter, guint member)
{
  switch (member)
    {
    case 0:
      filter->splits = 1 + below (query, 7);
      break;
    case 1:
      filter->video = (int) below (query, 10);
      break;
    case 2:
      filter->expressions = 1 + below (query, 255);
      break;
    case 3:
      filter->units_present = 1u << below (query, MIEN_UNIT_COUNT);
      break;
    case 4:
      filter->units_absent = 1u << below (query, MIEN_UNIT_COUNT);
      break;
    case 5:
      filter->sources = 1 + below (query, 15);
      break;
    case 6:
      filter->lacking = 1 + below (query, 7);
      break;
    case 7:
      filter->least_confidence = below (query, 100) / 100.0;
      break;
    case 8:
      filter->most_confidence = below (query, 100) / 100.0;
      break;
    case 9:
      filter->annotator = 1 + below (query, 4);
      break;
    case 10:
      filter->since = g_get_real_time () / G_USEC_PER_SEC - below (query, 10);
      break;
    case 11:
      /* Everything may have been decided in this very second. */
      filter->until = g_get_real_time () / G_USEC_PER_SEC + 1 - below (query, 10);
      break;
    case 12:
      filter->disputed = TRUE;
      break;
    case 13:
      filter->skipped = TRUE;
      break;
    case 14:
      filter->flagged = TRUE;
      break;
    case 15:
      filter->not_a_face = TRUE;
      break;
    case 16:
      filter->differs = TRUE;
      break;
    case 17:
      filter->doubtful = TRUE;
      break;
    default:
      g_free (filter->text);
      filter->text = g_strdup (texts[below (query, G_N_ELEMENTS (texts))]);
      break;
    }
}

static int
class_of (const MienIndexRow *row)
{
  return row->expression == -1 ? row->proposed : MAX (row->expression, -1);
}

/* 1: present, 0: absent, -1: nobody says. */
static int
unit_of (const MienIndexRow *row, guint unit)
{
  if ((row->units_known | row->units_unclear) >> unit & 1)
    return (row->units_known >> unit & 1) ? (int) (row->units_present >> unit & 1) : -1;
  return (row->proposes >> MIEN_TASK_ACTION_UNITS & 1)
             ? (int) (row->proposed_units >> unit & 1)
             : -1;
}

static gboolean
is_far (float a, float b)
{
  return !isnan (a) && !isnan (b)
         && labs (lrintf (a * MIEN_POINT_SCALE) - lrintf (b * MIEN_POINT_SCALE))
                > MIEN_POINTS_DIFFER;
}

static gboolean
differs (const MienIndexRow *row)
{
  for (guint unit = 0; unit < MIEN_UNIT_COUNT; unit++)
    if ((row->units_known >> unit & 1) && (row->proposes >> MIEN_TASK_ACTION_UNITS & 1)
        && (row->units_present >> unit & 1) != (row->proposed_units >> unit & 1))
      return TRUE;
  return (row->expression >= 0 && row->proposed >= 0 && row->expression != row->proposed)
         || is_far (row->valence, row->proposed_valence)
         || is_far (row->arousal, row->proposed_arousal);
}

static gboolean
units_pass (const MienFilter *filter, const MienIndexRow *row)
{
  for (guint unit = 0; unit < MIEN_UNIT_COUNT; unit++)
    if (((filter->units_present >> unit & 1) && unit_of (row, unit) != 1)
        || ((filter->units_absent >> unit & 1) && unit_of (row, unit) != 0))
      return FALSE;
  return TRUE;
}

static gboolean
text_passes (const MienFilter *filter, const char *key)
{
  g_autofree char *folded = g_utf8_casefold (key, -1);
  g_autofree char *text = g_utf8_casefold (filter->text != NULL ? filter->text : "", -1);

  return strstr (folded, text) != NULL;
}

static gboolean
naive_passes (const MienFilter *filter, const MienIndexRow *row, const char *key)
{
  guint source = (1u << row->source) | (row->accepted != 0 ? 8 : 0);

  return (filter->splits == 0 || (filter->splits >> row->split & 1))
         && (filter->video < 0 || filter->video == (int) row->video)
         && (filter->expressions == 0
             || (class_of (row) >= 0 && (filter->expressions >> class_of (row) & 1)))
         && units_pass (filter, row)
         && (filter->sources == 0 || (filter->sources & source) != 0)
         && (filter->lacking == 0 || (filter->lacking & ~row->complete) != 0)
         && ((filter->least_confidence <= 0.0 && filter->most_confidence >= 1.0)
             || (row->confidence >= (float) filter->least_confidence
                 && row->confidence <= (float) filter->most_confidence))
         && (filter->annotator == 0 || filter->annotator == row->annotator)
         && (filter->since == 0 || (row->annotator != 0 && row->decided >= filter->since))
         && (filter->until == 0 || (row->annotator != 0 && row->decided < filter->until))
         && (!filter->disputed || row->disputed) && (!filter->skipped || row->skipped)
         && (!filter->flagged || row->flagged) && (!filter->not_a_face || row->not_a_face)
         && (!filter->differs || differs (row))
         && (!filter->doubtful || is_doubtful (row)) && text_passes (filter, key);
}

/* NaN: last. */
static double
naive_key (const MienIndexRow *row, MienSort sort)
{
  switch (sort)
    {
    case MIEN_SORT_CONFIDENCE:
      return (double) row->confidence;
    case MIEN_SORT_EXPRESSION:
      return class_of (row) >= 0 ? class_of (row) : (double) NAN;
    case MIEN_SORT_VALENCE:
      return (double) (isnan (row->valence) ? row->proposed_valence : row->valence);
    case MIEN_SORT_AROUSAL:
      return (double) (isnan (row->arousal) ? row->proposed_arousal : row->arousal);
    case MIEN_SORT_DECIDED:
      return row->annotator != 0 ? (double) row->decided : (double) NAN;
    case MIEN_SORT_DOUBT:
      return is_doubtful (row) ? (double) row->frame : (double) NAN;
    case MIEN_SORT_FRAME:
    default:
      return 0.0;
    }
}

static gboolean
in_order (Query *query, guint32 a, guint32 b, MienSort sort, gboolean descending)
{
  MienIndexRow first, second;
  double x, y;

  mien_index_row (query->index, a, &first);
  mien_index_row (query->index, b, &second);
  x = naive_key (&first, sort);
  y = naive_key (&second, sort);
  if (isnan (x) && !isnan (y))
    return FALSE;
  if (isnan (y) && !isnan (x))
    return TRUE;
  if (!isnan (x) && x != y)
    return descending ? x > y : x < y;
  for (guint i = 0; i < query->all->len; i++)
    {
      guint32 row = g_array_index (query->all, guint32, i);

      if (row == a || row == b)
        return (row == a) != (sort == MIEN_SORT_FRAME && descending);
    }
  return FALSE;
}

static guint
assert_query (Query *query, const MienFilter *filter, MienSort sort, gboolean descending)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) rows = mien_index_query (query->index, query->test.project.store,
                                              filter, sort, descending, NULL, &error);
  g_autoptr (GHashTable) found = g_hash_table_new (NULL, NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < rows->len; i++)
    {
      guint32 row = g_array_index (rows, guint32, i);

      g_assert_true (g_hash_table_add (found, GUINT_TO_POINTER (row)));
      g_assert_true (i == 0
                     || in_order (query, g_array_index (rows, guint32, i - 1), row, sort,
                                  descending));
    }
  for (guint i = 0; i < query->all->len; i++)
    {
      guint32 row = g_array_index (query->all, guint32, i);
      MienIndexRow values;

      mien_index_row (query->index, row, &values);
      g_assert_cmpint (naive_passes (filter, &values, query->keys[i]), ==,
                       g_hash_table_contains (found, GUINT_TO_POINTER (row)));
    }
  return rows->len;
}

static void
test_members (void)
{
  Query query;

  query_open (&query);
  for (guint member = 0; member < N_MEMBERS; member++)
    {
      guint some = 0;

      for (guint i = 0; i < 30; i++)
        {
          MienFilter filter;
          guint n;

          mien_filter_init (&filter);
          set_member (&query, &filter, member);
          n = assert_query (&query, &filter, MIEN_SORT_FRAME, FALSE);
          some += n > 0 && n < query.all->len;
          mien_filter_clear (&filter);
        }
      g_test_message ("member %u: %u of 30 filters divide the frames", member, some);
      g_assert_cmpuint (some, >, 0);
    }
  query_close (&query);
}

static void
test_sorts (void)
{
  Query query;

  query_open (&query);
  for (guint sort = MIEN_SORT_FRAME; sort <= MIEN_SORT_DOUBT; sort++)
    for (guint i = 0; i < 20; i++)
      {
        MienFilter filter;

        mien_filter_init (&filter);
        for (guint n = i == 0 ? 0 : below (&query, 4); n > 0; n--)
          set_member (&query, &filter, below (&query, N_MEMBERS));
        assert_query (&query, &filter, (MienSort) sort, FALSE);
        assert_query (&query, &filter, (MienSort) sort, TRUE);
        mien_filter_clear (&filter);
      }
  query_close (&query);
}

/* What there is of a row, and nothing any more when there are none. */
static void
test_doubts (void)
{
  Query query;
  MienFilter filter;

  query_open (&query);
  for (guint pass = 0; pass < 2; pass++)
    {
      for (guint i = 0; i < query.all->len; i++)
        {
          guint32 row = g_array_index (query.all, guint32, i);
          g_autoptr (GArray) doubts = mien_index_doubts (query.index, row);
          MienIndexRow values;

          mien_index_row (query.index, row, &values);
          g_assert_cmpuint (doubts->len, ==, pass == 0 && is_doubtful (&values));
          if (doubts->len > 0)
            g_assert_cmpint (g_array_index (doubts, MienDoubt, 0).frame, ==,
                             values.frame);
        }
      mien_index_set_doubts (query.index, NULL);
    }
  mien_filter_init (&filter);
  filter.doubtful = TRUE;
  for (guint descending = 0; descending < 2; descending++)
    {
      g_autoptr (GArray) rows = mien_index_query (
          query.index, NULL, &filter, MIEN_SORT_DOUBT, descending, NULL, NULL);

      g_assert_cmpuint (rows->len, ==, 0);
    }
  query_close (&query);
}

static void
test_json (void)
{
  Query query;

  query_open (&query);
  for (guint i = 0; i < 200; i++)
    {
      g_autoptr (MienFilter) copy = NULL, read = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *string = NULL;
      MienFilter filter;

      mien_filter_init (&filter);
      for (guint n = i % 5; n > 0; n--)
        set_member (&query, &filter, below (&query, N_MEMBERS));
      string = mien_filter_to_string (&filter);
      g_assert_null (strchr (string, '\n'));
      read = mien_filter_from_string (string, &error);
      g_assert_no_error (error);
      g_assert_true (mien_filter_equal (&filter, read));
      copy = mien_filter_copy (&filter);
      g_assert_true (mien_filter_equal (&filter, copy));
      read->video = 1000;
      g_assert_false (mien_filter_equal (&filter, read));
      mien_filter_clear (&filter);
      mien_filter_clear (read);
      g_assert_true (mien_filter_equal (&filter, read));
    }
  query_close (&query);
}

/* Every member counts in a comparison. */
static void
test_equal (void)
{
  Query query;

  query_open (&query);
  for (guint member = 0; member < N_MEMBERS - 1; member++)
    {
      MienFilter a, b;

      mien_filter_init (&a);
      mien_filter_init (&b);
      set_member (&query, &b, member);
      g_assert_false (mien_filter_equal (&a, &b));
    }
  query_close (&query);
}

static void
test_bad_json (void)
{
  static const char *const bad[] = {
    "",
    "null",
    "[]",
    "7",
    "{",
    "{\"splits\": 8}",
    "{\"splits\": -1}",
    "{\"splits\": 1.5}",
    "{\"splits\": \"train\"}",
    "{\"splits\": [1]}",
    "{\"splits\": null}",
    "{\"video\": 4294967296}",
    "{\"units-present\": 4096}",
    "{\"sources\": 16}",
    "{\"least-confidence\": 1.5}",
    "{\"least-confidence\": -0.1}",
    "{\"most-confidence\": \"1\"}",
    "{\"since\": -1}",
    "{\"until\": 99999999999999}",
    "{\"disputed\": 1}",
    "{\"text\": 5}",
    "{\"Splits\": 1}",
    "{\"splits\": 1, \"colour\": 2}",
    "{\"text\": \"\xff\"}",
  };
  g_autofree char *many = g_strnfill (600, 'x');
  g_autofree char *longer = g_strdup_printf ("{\"text\": \"%s\"}", many);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i <= G_N_ELEMENTS (bad); i++)
    {
      const char *string = i < G_N_ELEMENTS (bad) ? bad[i] : longer;

      g_test_message ("bad filter %u", i);
      g_assert_null (mien_filter_from_string (string, &error));
      test_assert_error (error, MIEN_STORE_ERROR_INVALID, "save it anew");
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/db/index/filter/members", test_members);
  g_test_add_func ("/db/index/filter/sorts", test_sorts);
  g_test_add_func ("/db/index/filter/doubts", test_doubts);
  g_test_add_func ("/db/index/filter/json", test_json);
  g_test_add_func ("/db/index/filter/equal", test_equal);
  g_test_add_func ("/db/index/filter/bad-json", test_bad_json);
  return g_test_run ();
}
