/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The Browse view on a display: doubtful labels come in the order of doubt, as long as
 * nobody has chosen another one, and with the filter that order goes.
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include <adwaita.h>

#include "mien-browse-view-private.h"
#include "mien-test-project.h"

enum
{
  FRAMES = 312,
  DOUBTFUL = 3, /* of MIEN_ROW_STATE */
};

typedef struct
{
  MienTestPlace place;
  MienProject *project;
  GtkWidget *window;
  MienBrowseView *view;
} Fixture;

static guint
n_rows (Fixture *fixture)
{
  return g_list_model_get_n_items (G_LIST_MODEL (fixture->view->model));
}

/* Until the last question was answered. */
static void
settle (Fixture *fixture)
{
  mien_test_wait (fixture->view->source != NULL && fixture->view->asking == NULL);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  mien_test_place_init (&fixture->place, FRAMES);
  fixture->project = mien_test_place_open (&fixture->place);
  fixture->view = MIEN_BROWSE_VIEW (mien_browse_view_new ());
  fixture->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 900, 600);
  gtk_window_set_child (GTK_WINDOW (fixture->window), GTK_WIDGET (fixture->view));
  mien_browse_view_set_project (fixture->view, fixture->project);
  gtk_window_present (GTK_WINDOW (fixture->window));
  settle (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  mien_browse_view_set_project (fixture->view, NULL);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  mien_project_close (fixture->project);
  g_object_unref (fixture->project);
  mien_test_place_clear (&fixture->place);
}

static void
choose_state (Fixture *fixture, guint state)
{
  mien_browse_filter_set (fixture->view->form,
                          &(MienBrowseChoices){ { [MIEN_ROW_STATE] = state } });
  settle (fixture);
}

static void
assert_sort (Fixture *fixture, MienSort sort, gboolean descending)
{
  g_assert_cmpint (fixture->view->sort, ==, sort);
  g_assert_cmpint (fixture->view->descending, ==, descending);
  g_assert_cmpuint (gtk_drop_down_get_selected (fixture->view->sorts), ==, sort);
}

static void
test_order (Fixture *fixture, gconstpointer data)
{
  MienIndex *index = mien_browse_source_get_index (fixture->view->source);
  double last = 1.0;
  guint n;

  g_assert_cmpuint (n_rows (fixture), ==, FRAMES);
  assert_sort (fixture, MIEN_SORT_FRAME, FALSE);
  choose_state (fixture, DOUBTFUL);
  assert_sort (fixture, MIEN_SORT_DOUBT, TRUE);
  n = n_rows (fixture);
  g_assert_cmpuint (n, >, 1);
  g_assert_cmpuint (n, <, FRAMES);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GArray) doubts =
          mien_index_doubts (index, mien_browse_model_get_row (fixture->view->model, i));
      double right = 1.0;

      g_assert_cmpuint (doubts->len, >, 0);
      for (guint k = 0; k < doubts->len; k++)
        right *= 1.0 - g_array_index (doubts, MienDoubt, k).score;
      g_assert_cmpfloat (1.0 - right, <=, last);
      last = 1.0 - right;
    }
  choose_state (fixture, 0);
  assert_sort (fixture, MIEN_SORT_FRAME, FALSE);
  g_assert_cmpuint (n_rows (fixture), ==, FRAMES);
}

static void
test_chosen_order (Fixture *fixture, gconstpointer data)
{
  mien_browse_view_set_sort (fixture->view, MIEN_SORT_EXPRESSION, FALSE);
  settle (fixture);
  choose_state (fixture, DOUBTFUL);
  assert_sort (fixture, MIEN_SORT_EXPRESSION, FALSE);
  mien_browse_view_set_sort (fixture->view, MIEN_SORT_DOUBT, FALSE);
  settle (fixture);
  assert_sort (fixture, MIEN_SORT_DOUBT, FALSE);
  mien_browse_view_set_sort (fixture->view, MIEN_SORT_AROUSAL, TRUE);
  settle (fixture);
  choose_state (fixture, 0);
  assert_sort (fixture, MIEN_SORT_AROUSAL, TRUE);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add ("/browse-view/order-of-doubt", Fixture, NULL, set_up, test_order,
              tear_down);
  g_test_add ("/browse-view/chosen-order", Fixture, NULL, set_up, test_chosen_order,
              tear_down);
  return g_test_run ();
}
