/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Browse without a display: the model of millions of rows, the selection against GTK's
 * own, what a contact sheet decides, and that what was chosen is chosen again from a
 * saved filter.
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-bitset-selection.h"
#include "mien-browse-choices.h"
#include "mien-browse-model.h"
#include "mien-browse-source.h"
#include "mien-browse-words.h"
#include "mien-contact-sheet.h"
#include "mien-test-project.h"

static GArray *
make_rows (guint n)
{
  GArray *rows = g_array_sized_new (FALSE, FALSE, sizeof (guint32), n);

  for (guint32 i = 0; i < n; i++)
    {
      guint32 row = n - 1 - i;

      g_array_append_val (rows, row);
    }
  return rows;
}

/* What a list knows of the model. */
typedef struct
{
  guint n;
} Told;

static void
follow (GListModel *model, guint position, guint removed, guint added, Told *told)
{
  g_assert_cmpuint (position + removed, <=, told->n);
  told->n += added - removed;
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, told->n);
  /* GTK looks through all that is added for what was removed. */
  g_assert_true (removed == 0 || added <= 1000);
}

static void
test_model (void)
{
  g_autoptr (MienBrowseModel) model = mien_browse_model_new ();
  g_autoptr (GArray) rows = make_rows (2800000), few = make_rows (3);
  g_autoptr (MienBrowseItem) item = NULL, again = NULL, other = NULL;
  Told told = { 0 };

  g_signal_connect (model, "items-changed", G_CALLBACK (follow), &told);
  mien_browse_model_set_rows (model, rows);
  g_assert_cmpuint (told.n, ==, 2800000);

  item = g_list_model_get_item (G_LIST_MODEL (model), 5);
  again = g_list_model_get_item (G_LIST_MODEL (model), 5);
  g_assert_true (item == again);
  g_assert_cmpuint (mien_browse_item_get_row (item), ==, 2799994);
  g_assert_cmpuint (mien_browse_model_find (model, 2799994), ==, 5);
  g_assert_cmpuint (mien_browse_model_find (model, 2800000), ==, G_MAXUINT);

  mien_browse_model_set_rows (model, few);
  g_assert_cmpuint (told.n, ==, 3);
  /* What somebody still holds of the old rows is not what is there now. */
  other = g_list_model_get_item (G_LIST_MODEL (model), 2);
  g_assert_cmpuint (mien_browse_item_get_row (other), ==, 0);
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (model), 3));
  mien_browse_model_set_rows (model, NULL);
  g_assert_cmpuint (told.n, ==, 0);
}

static void
note_touched (MienBrowseItem *item, guint *n)
{
  (*n)++;
}

static void
test_touch (void)
{
  g_autoptr (MienBrowseModel) model = mien_browse_model_new ();
  g_autoptr (GArray) rows = make_rows (10);
  MienBrowseItem *held, *gone;
  guint n = 0;

  mien_browse_model_set_rows (model, rows);
  held = g_list_model_get_item (G_LIST_MODEL (model), 1);
  gone = g_list_model_get_item (G_LIST_MODEL (model), 2);
  g_signal_connect (held, "changed", G_CALLBACK (note_touched), &n);
  g_signal_connect (gone, "changed", G_CALLBACK (note_touched), &n);
  g_object_unref (gone);
  mien_browse_model_touch (model);
  g_assert_cmpuint (n, ==, 1);
  g_object_unref (held);
}

static GListModel *
plain_list (guint n)
{
  GListStore *store = g_list_store_new (G_TYPE_OBJECT);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GObject) object = g_object_new (G_TYPE_OBJECT, NULL);

      g_list_store_append (store, object);
    }
  return G_LIST_MODEL (store);
}

/* One random act on a selection. */
static void
act (GtkSelectionModel *model, guint what, guint a, guint b, gboolean flag)
{
  switch (what)
    {
    case 0:
      gtk_selection_model_select_item (model, a, flag);
      break;
    case 1:
      gtk_selection_model_unselect_item (model, a);
      break;
    case 2:
      gtk_selection_model_select_range (model, a, b, flag);
      break;
    case 3:
      gtk_selection_model_unselect_range (model, a, b);
      break;
    case 4:
      gtk_selection_model_select_all (model);
      break;
    default:
      gtk_selection_model_unselect_all (model);
      break;
    }
}

/* The same acts and the same changes of the list give the same selection. */
static void
test_selection (void)
{
  g_autoptr (GListModel) list = plain_list (40);
  g_autoptr (GtkSelectionModel) theirs =
      GTK_SELECTION_MODEL (gtk_multi_selection_new (g_object_ref (list)));
  g_autoptr (GtkSelectionModel) ours =
      GTK_SELECTION_MODEL (mien_bitset_selection_new (g_object_ref (list)));

  for (guint i = 0; i < 4000; i++)
    {
      guint n = g_list_model_get_n_items (list);
      guint what = (guint) g_test_rand_int_range (0, 8);
      guint a = (guint) g_test_rand_int_range (0, (gint32) n + 2);
      guint b = (guint) g_test_rand_int_range (1, 12);
      gboolean flag = g_test_rand_bit ();

      if (what < 6)
        {
          act (theirs, what, a, b, flag);
          act (ours, what, a, b, flag);
        }
      else if (n > 5 && a < n && flag)
        g_list_store_remove (G_LIST_STORE (list), a);
      else if (a <= n)
        {
          g_autoptr (GObject) object = g_object_new (G_TYPE_OBJECT, NULL);

          g_list_store_insert (G_LIST_STORE (list), a, object);
        }
      n = g_list_model_get_n_items (list);
      for (guint at = 0; at < n; at++)
        g_assert_cmpint (gtk_selection_model_is_selected (ours, at), ==,
                         gtk_selection_model_is_selected (theirs, at));
    }
}

/* Millions are selected without an item being made. */
static void
test_select_all (void)
{
  g_autoptr (GArray) rows = make_rows (2800000);
  MienBrowseModel *model = mien_browse_model_new ();
  g_autoptr (GtkSelectionModel) selection =
      GTK_SELECTION_MODEL (mien_bitset_selection_new (G_LIST_MODEL (model)));
  g_autoptr (GtkBitset) selected = NULL;

  mien_browse_model_set_rows (model, rows);
  gtk_selection_model_select_all (selection);
  selected = gtk_selection_model_get_selection (selection);
  g_assert_cmpuint (gtk_bitset_get_size (selected), ==, 2800000);
  mien_browse_model_set_rows (model, NULL);
  g_clear_pointer (&selected, gtk_bitset_unref);
  selected = gtk_selection_model_get_selection (selection);
  g_assert_true (gtk_bitset_is_empty (selected));
}

/* Nothing that was not seen, and nothing that was crossed out. */
static void
test_choose (void)
{
  const guint32 rows[] = { 7, 3, 9, 1 };
  const gboolean drawn[] = { TRUE, FALSE, TRUE, TRUE };
  const gboolean wrong[] = { FALSE, FALSE, TRUE, FALSE };
  g_autoptr (GArray) chosen =
      mien_contact_sheet_choose (rows, drawn, wrong, G_N_ELEMENTS (rows));

  g_assert_cmpuint (chosen->len, ==, 2);
  g_assert_cmpuint (g_array_index (chosen, guint32, 0), ==, 7);
  g_assert_cmpuint (g_array_index (chosen, guint32, 1), ==, 1);
}

/* How many choices each row has in the tests, "any" among them. */
static const guint n_choices[MIEN_ROWS] = {
  [MIEN_ROW_EXPRESSION] = MIEN_EXPRESSION_COUNT + 1,
  [MIEN_ROW_SOURCE] = 5,
  [MIEN_ROW_LACKING] = 4,
  [MIEN_ROW_STATE] = 7,
  [MIEN_ROW_CONFIDENCE] = 5,
  [MIEN_ROW_VIDEO] = 4,
  [MIEN_ROW_UNIT] = MIEN_UNIT_COUNT + 1,
  [MIEN_ROW_UNIT_SAYS] = 2,
  [MIEN_ROW_SPLIT] = 4,
  [MIEN_ROW_ANNOTATOR] = 3,
  [MIEN_ROW_DECIDED] = 4,
};

static const char *const videos[] = { "a", "b", "c", NULL };
static const char *const annotators[] = { "Ana", "Ben", NULL };

/* Elsewhere the same names stand at other places. */
static void
test_choices (void)
{
  const char *const other_videos[] = { "x", "c", "b", "a", NULL };
  const char *const other_annotators[] = { "Ben", "Zoe", "Ana", NULL };
  const gint64 now = 1700000000;

  for (guint i = 0; i < 2000; i++)
    {
      g_autoptr (MienSavedFilter) saved = mien_saved_filter_new ();
      g_autoptr (MienSavedFilter) again = mien_saved_filter_new ();
      MienBrowseChoices choices, same, elsewhere;
      MienFilter asked, restored;
      char *problem = NULL;

      for (MienBrowseRow row = 0; row < MIEN_ROWS; row++)
        choices.row[row] = (guint) g_test_rand_int_range (0, (gint32) n_choices[row]);
      mien_browse_choices_save (&choices, (GStrv) videos, (GStrv) annotators, saved);
      saved->filter.text = g_strdup ("t");

      /* Here: the same question. */
      g_assert_true (mien_browse_choices_restore (saved, (GStrv) videos,
                                                  (GStrv) annotators, &same, &problem));
      mien_filter_init (&asked);
      mien_filter_init (&restored);
      mien_browse_choices_filter (&choices, now, &asked);
      mien_browse_choices_filter (&same, now, &restored);
      g_assert_true (mien_filter_equal (&asked, &restored));

      /* There: the same names. */
      g_assert_true (mien_browse_choices_restore (
          saved, (GStrv) other_videos, (GStrv) other_annotators, &elsewhere, &problem));
      mien_browse_choices_save (&elsewhere, (GStrv) other_videos,
                                (GStrv) other_annotators, again);
      again->filter.text = g_strdup ("t");
      g_assert_true (mien_saved_filter_equal (saved, again));
      g_assert_null (problem);
    }
}

static void
assert_cannot_restore (const MienSavedFilter *saved, const char *named)
{
  MienBrowseChoices choices;
  g_autofree char *problem = NULL;

  g_assert_false (mien_browse_choices_restore (saved, (GStrv) videos, (GStrv) annotators,
                                               &choices, &problem));
  g_assert_nonnull (strstr (problem, named));
}

/* Never something near it. */
static void
test_choices_refused (void)
{
  for (guint i = 0; i < 8; i++)
    {
      g_autoptr (MienSavedFilter) saved = mien_saved_filter_new ();

      saved->name = g_strdup ("Name");
      switch (i)
        {
        case 0:
          saved->filter.expressions = 3;
          break;
        case 1:
          saved->filter.units_present = 1;
          saved->filter.units_absent = 2;
          break;
        case 2:
          saved->filter.flagged = saved->filter.skipped = TRUE;
          break;
        case 3:
          saved->filter.least_confidence = 0.6;
          break;
        case 4:
          saved->filter.lacking = 6;
          break;
        case 5:
          saved->days = 5;
          break;
        case 6:
          saved->video = g_strdup ("demo99");
          break;
        default:
          saved->annotator = g_strdup ("Zoe");
          break;
        }
      assert_cannot_restore (saved, i == 6 ? "demo99" : i == 7 ? "Zoe" : "Name");
    }
}

static void
on_source_changed (MienBrowseSource *source, guint *n)
{
  (*n)++;
}

static GArray *
find_sorted (MienBrowseSource *source,
             const MienFilter *filter,
             MienSort sort,
             gboolean descending)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GArray *rows;

  mien_browse_source_find_async (source, filter, sort, descending, NULL,
                                 mien_test_keep_result, &result);
  mien_test_wait (result != NULL);
  rows = mien_browse_source_find_finish (source, result, &error);
  g_assert_no_error (error);
  return rows;
}

static GArray *
find (MienBrowseSource *source, const MienFilter *filter)
{
  return find_sorted (source, filter, MIEN_SORT_FRAME, FALSE);
}

/* A decision made elsewhere reaches the index, and one undo takes back many. */
static void
test_source (void)
{
  MienTestPlace place;
  g_autoptr (MienProject) project = NULL;
  g_autoptr (MienBrowseSource) source = NULL;
  g_autoptr (GArray) all = NULL, labelled = NULL;
  g_autoptr (GAsyncResult) result = NULL, undone = NULL, picture = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  g_autoptr (GError) error = NULL;
  MienDecision decision = { .kind = MIEN_DECISION_NOT_A_FACE, .duration_us = -1 };
  MienUndone taken = { 0 };
  gint64 frames[5];
  MienFilter filter;
  guint changes = 0;

  mien_test_place_init (&place, 48);
  project = mien_test_place_open (&place);
  source = mien_browse_source_new (project);
  g_signal_connect (source, "changed", G_CALLBACK (on_source_changed), &changes);
  g_assert_null (mien_browse_source_get_index (source));

  mien_filter_init (&filter);
  all = find (source, &filter);
  g_assert_cmpuint (all->len, ==, 48);
  g_assert_nonnull (mien_browse_source_get_index (source));
  for (guint i = 0; i < G_N_ELEMENTS (frames); i++)
    {
      MienIndexRow row;

      mien_index_row (mien_browse_source_get_index (source),
                      g_array_index (all, guint32, i), &row);
      frames[i] = row.frame;
    }
  mien_browse_source_picture_async (source, frames[0], NULL, mien_test_keep_result,
                                    &picture);
  mien_test_wait (picture != NULL);
  texture = mien_browse_source_picture_finish (source, picture, &error);
  g_assert_no_error (error);
  g_assert_cmpint (gdk_texture_get_width (texture), <=, 128);

  mien_project_decide_many_async (project, frames, G_N_ELEMENTS (frames), &decision,
                                  mien_test_keep_result, &result);
  mien_test_wait (result != NULL && changes > 0);
  g_assert_true (mien_project_decide_finish (project, result, &error));
  filter.not_a_face = TRUE;
  labelled = find (source, &filter);
  g_assert_cmpuint (labelled->len, ==, G_N_ELEMENTS (frames));

  changes = 0;
  mien_project_undo_async (project, FALSE, mien_test_keep_result, &undone);
  mien_test_wait (undone != NULL && changes > 0);
  g_assert_true (mien_project_undo_finish (project, undone, &taken, &error));
  g_assert_cmpuint (taken.n_frames, ==, G_N_ELEMENTS (frames));
  mien_undone_clear (&taken);
  g_clear_pointer (&labelled, g_array_unref);
  labelled = find (source, &filter);
  g_assert_cmpuint (labelled->len, ==, 0);

  mien_browse_source_close (source);
  mien_project_close (project);
  mien_test_place_clear (&place);
}

/* The expression of a row, decided elsewhere. */
static void
answer (MienProject *project, MienIndex *index, guint32 row, guint expression)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  MienDecision decision = { .kind = MIEN_DECISION_ANSWER, .duration_us = -1 };
  MienIndexRow values;

  mien_index_row (index, row, &values);
  decision.answers.item[MIEN_ITEM_EXPRESSION] =
      (MienLabel){ .answer = MIEN_ANSWER_VALUE, .value = { expression, 0.0 } };
  mien_project_decide_many_async (project, &values.frame, 1, &decision,
                                  mien_test_keep_result, &result);
  mien_test_wait (result != NULL);
  g_assert_true (mien_project_decide_finish (project, result, &error));
}

/* A label unlike its neighbours is found once it is there, and forgotten when nobody asks
 * for doubts any more. */
static void
test_doubts (void)
{
  MienTestPlace place;
  g_autoptr (MienProject) project = NULL;
  g_autoptr (MienBrowseSource) source = NULL;
  g_autoptr (GArray) all = NULL, before = NULL, found = NULL, again = NULL;
  g_autoptr (GArray) doubts = NULL, none = NULL;
  g_autofree char *sentence = NULL;
  MienFilter everything, filter;
  MienIndexRow values;
  MienIndex *index;
  guint32 row;

  mien_test_place_init (&place, 312);
  project = mien_test_place_open (&place);
  source = mien_browse_source_new (project);
  mien_filter_init (&everything);
  mien_filter_init (&filter);
  filter.doubtful = TRUE;
  filter.video = 0;
  before = find_sorted (source, &filter, MIEN_SORT_DOUBT, TRUE);
  everything.video = 0;
  all = find (source, &everything);
  index = mien_browse_source_get_index (source);
  g_assert_cmpuint (all->len, >=, 3);
  row = g_array_index (all, guint32, 1);
  for (guint i = 0; i < before->len; i++)
    g_assert_cmpuint (g_array_index (before, guint32, i), !=, row);
  answer (project, index, g_array_index (all, guint32, 0), 0);
  answer (project, index, row, 5);
  answer (project, index, g_array_index (all, guint32, 2), 0);

  found = find_sorted (source, &filter, MIEN_SORT_DOUBT, TRUE);
  g_assert_cmpuint (found->len, >, 0);
  g_assert_cmpuint (g_array_index (found, guint32, 0), ==, row);
  doubts = mien_index_doubts (index, row);
  g_assert_cmpuint (doubts->len, >, 0);
  mien_index_row (index, row, &values);
  {
    g_auto (GStrv) names = mien_index_videos (index);

    sentence = mien_browse_sentence (&values, names, doubts);
  }
  g_assert_nonnull (strstr (sentence, "\nSadness, but before and after it Neutral"));

  again = find (source, &everything);
  g_assert_cmpuint (again->len, ==, all->len);
  none = mien_index_doubts (index, row);
  g_assert_cmpuint (none->len, ==, 0);
  mien_browse_source_close (source);
  mien_project_close (project);
  mien_test_place_clear (&place);
}

static MienLabel
value (double class)
{
  return (MienLabel){ .answer = MIEN_ANSWER_VALUE, .value = { class, 0.0 } };
}

/* Every kind names what is doubted, then what speaks against it. */
static void
test_doubt_words (void)
{
  const MienConsistencyRule *rule =
      mien_consistency_rule (mien_consistency_get_default (), 0);
  const struct
  {
    MienDoubt doubt;
    const char *text;
  } cases[] = {
    { { .kind = MIEN_DOUBT_PEOPLE,
        .item = MIEN_ITEM_FIRST_UNIT,
        .label = value (1),
        .other = value (0),
        .people = { 3, 2, 1 } },
      "Annotators differ: AU1 (2), no AU1 (1)" },
    { { .kind = MIEN_DOUBT_MODEL,
        .item = MIEN_ITEM_EXPRESSION,
        .label = value (4),
        .other = value (0),
        .model = { 0.01, 0.95, 0.8, FALSE } },
      "Happiness, but the model says Neutral (0.95)" },
    { { .kind = MIEN_DOUBT_MODEL,
        .item = MIEN_ITEM_VALENCE_AROUSAL,
        .label = value (0.5),
        .other = value (-0.5),
        .model = { 0.0, 1.0, 0.25, FALSE } },
      "valence +0.50, arousal +0.00, but the model's point is 1.00 away; 0.25 is usual" },
    { { .kind = MIEN_DOUBT_RULES,
        .item = MIEN_ITEM_FIRST_UNIT + 6,
        .label = value (0),
        .other = value (4),
        .rules = { .rule = rule } },
      "Happiness, but AU12 is absent. Look again?" },
    { { .kind = MIEN_DOUBT_NEIGHBOURS,
        .item = MIEN_ITEM_EXPRESSION,
        .label = value (5),
        .other = value (0) },
      "Sadness, but before and after it Neutral" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = mien_browse_doubt (&cases[i].doubt);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/browse/model", test_model);
  g_test_add_func ("/browse/touch", test_touch);
  g_test_add_func ("/browse/selection", test_selection);
  g_test_add_func ("/browse/select-all", test_select_all);
  g_test_add_func ("/browse/choose", test_choose);
  g_test_add_func ("/browse/choices", test_choices);
  g_test_add_func ("/browse/choices-refused", test_choices_refused);
  g_test_add_func ("/browse/source", test_source);
  g_test_add_func ("/browse/doubts", test_doubts);
  g_test_add_func ("/browse/doubt-words", test_doubt_words);
  return g_test_run ();
}
