/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * When to stop, in the window: what mienctl says becomes charts and words, and a target
 * that is set there is the project's.
 */
#include "config.h"

#include <adwaita.h>
#include <math.h>
#include <string.h>

#include "mien-chart-view.h"
#include "mien-forecast-charts.h"
#include "mien-forecast-group.h"
#include "mien-models.h"
#include "mien-settings.h"
#include "mien-targets.h"
#include "mien-test-project.h"

#define LINE                                                                             \
  "{\"labels\":500,\"score\":0.4,\"interval\":[0.38,0.42]},"                             \
  "{\"labels\":1000,\"score\":0.5,\"interval\":[0.48,0.52]},"                            \
  "{\"labels\":2000,\"score\":0.55,\"interval\":[0.5,0.6]}"
#define POINT(labels, score, reason)                                                     \
  "{\"model\":1,\"labels\":" labels ",\"validation\":90,\"score\":" score                \
  ",\"interval\":[0.3,0.6],\"left_out\":" reason "}"

/* With that forecast. */
static char *
say (const char *forecast)
{
  return g_strdup_printf (
      "{\"tasks\":[{\"task\":\"expression\",\"measure\":\"f1\",\"target\":0.7,\"points\":"
      "["
      "%s,%s,%s],\"line\":[%s],\"forecast\":%s,\"agreement\":{\"model\":5,"
      "\"predecessor\":4,\"agreement\":0.75,\"stable\":false}}]}",
      POINT ("1000", "0.51", "null"), POINT ("500", "0.41", "null"),
      POINT ("null", "0.6", "\"labels unknown\""), LINE, forecast);
}

static void
test_parse (void)
{
  static const char *const none[] = { "", "[]", "{}", "{\"tasks\":7}", "nonsense" };
  static const char *const odd[] = {
    "{\"tasks\":[]}",
    "{\"tasks\":[3,null,{\"task\":5},{\"task\":\"expression\",\"points\":{},\"line\":[1,"
    "{}],\"target\":\"x\",\"forecast\":[],\"agreement\":3}]}",
    "{\"tasks\":[{\"task\":\"expression\",\"points\":[{\"labels\":-1,\"score\":1},"
    "{\"labels\":1,\"score\":null}],\"forecast\":{\"verdict\":\"soon\","
    "\"more\":true,\"more_interval\":[1]},\"agreement\":{\"model\":1e99}}]}",
  };
  g_autofree char *json = say ("{\"verdict\":\"more\",\"more\":900,\"more_interval\":[10,"
                               "null],\"asymptote\":[0.6,0.9],\"twice\":null}");
  g_autoptr (MienForecastShown) forecast = mien_forecast_parse (json);
  const MienTaskForecast *task = &forecast->tasks[MIEN_TASK_EXPRESSION];

  g_assert_cmpuint (task->points->len, ==, 2);
  g_assert_cmpfloat (g_array_index (task->points, MienForecastPoint, 0).labels, ==, 500);
  g_assert_cmpuint (task->line->len, ==, 3);
  g_assert_cmpuint (task->left_out, ==, 1);
  g_assert_cmpint (task->verdict, ==, MIEN_VERDICT_MORE);
  g_assert_true (task->more == 900 && task->more_low == 10 && isinf (task->more_high));
  g_assert_true (isnan (task->twice.score));
  g_assert_cmpuint (forecast->tasks[MIEN_TASK_ACTION_UNITS].points->len, ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (none); i++)
    g_assert_null (mien_forecast_parse (none[i]));
  for (guint i = 0; i < G_N_ELEMENTS (odd); i++)
    {
      g_autoptr (MienForecastShown) empty = mien_forecast_parse (odd[i]);
      const MienTaskForecast *one = &empty->tasks[MIEN_TASK_EXPRESSION];

      g_assert_nonnull (empty);
      g_assert_true (one->points->len == 0 && one->line->len == 0 && isnan (one->target)
                     && isnan (one->agreement) && one->verdict == MIEN_VERDICT_FEW);
    }
}

/* The curve with a band, the target across all, and the models apart from each other. */
static void
test_chart (void)
{
  g_autofree char *json = say ("{\"verdict\":\"never\"}");
  g_autoptr (MienForecastShown) forecast = mien_forecast_parse (json);
  g_autoptr (MienChart) chart =
      mien_forecast_chart (MIEN_TASK_EXPRESSION, &forecast->tasks[MIEN_TASK_EXPRESSION]);
  g_autoptr (MienChart) empty = mien_forecast_chart (
      MIEN_TASK_ACTION_UNITS, &forecast->tasks[MIEN_TASK_ACTION_UNITS]);
  g_autofree char *all = mien_chart_describe (chart);
  g_autofree char *read = mien_chart_read (chart, 2, 1);
  const MienChartSpec *spec = mien_chart_spec (chart);

  g_assert_cmpuint (spec->n_points, ==, 3);
  g_assert_cmpuint (mien_chart_n_series (chart), ==, 3);
  g_assert_cmpfloat (mien_chart_series (chart, 0)->high[2], ==, 0.6);
  g_assert_cmpfloat (mien_chart_series (chart, 1)->values[0], ==, 0.7);
  g_assert_true (mien_chart_series (chart, 2)->apart);
  g_assert_true (isnan (mien_chart_series (chart, 2)->values[2]));
  g_assert_cmpstr (read, ==, "models, training labels 1000: 0.510 (0.300 to 0.600)");
  g_assert_nonnull (strstr (all, "models, training labels 500: 0.410 (0.300 to 0.600)."));
  g_assert_nonnull (strstr (all, "forecast: 0.400 at training labels 500"));
  g_assert_false (mien_chart_has_data (empty));
}

static void
test_words (void)
{
  static const struct
  {
    const char *forecast, *says;
  } rows[] = {
    { "{\"verdict\":\"few\"}", "Cannot tell yet: models trained on three" },
    { "{\"verdict\":\"reached\"}", "0.700 is reached" },
    { "{\"verdict\":\"more\",\"more\":1234,\"more_interval\":[567,8910]}",
      "About 1200 more labels reach 0.700 (570 to 8900)." },
    { "{\"verdict\":\"more\",\"more\":1234,\"more_interval\":[0,null]}",
      "About 1200 more labels reach 0.700; at least 0, and how many at most" },
    { "{\"verdict\":\"more\",\"more\":0,\"more_interval\":[0,2140]}",
      "The curve is at 0.700 already; at most 2100 more labels make sure of it." },
    { "{\"verdict\":\"more\",\"more\":0,\"more_interval\":[0,null]}",
      "The curve is at 0.700 already, but how many more" },
    { "{\"verdict\":\"more\",\"more\":1,\"more_interval\":[0,1e300]}",
      "About 1 more labels reach 0.700; at least 0, and how many at most" },
    { "{\"verdict\":\"open\",\"asymptote\":[0.6,0.8]}", "the curve leads to 0.600 to" },
    { "{\"verdict\":\"never\",\"asymptote\":[0.6,0.65]}",
      "Not with more labels of this kind: the curve leads to 0.600 to 0.650, under" },
    { "{\"verdict\":\"none\",\"twice\":{\"labels\":9,\"score\":0.5,\"interval\":[0.4,0.6]"
      "}}",
      "Twice the labels would bring 0.500 (0.400 to 0.600)." },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *json = say (rows[i].forecast);
      g_autoptr (MienForecastShown) forecast = mien_forecast_parse (json);
      MienTaskForecast *task = &forecast->tasks[MIEN_TASK_EXPRESSION];
      g_autofree char *caption = mien_forecast_caption (MIEN_TASK_EXPRESSION, task);
      g_autofree char *stable = NULL;

      g_assert_nonnull (strstr (caption, rows[i].says));
      g_assert_nonnull (strstr (caption, "1 model cannot be compared"));
      g_assert_nonnull (strstr (caption, "The models v4 and v5 agree by kappa 0.750."));
      task->stable = TRUE;
      stable = mien_forecast_caption (MIEN_TASK_EXPRESSION, task);
      g_assert_nonnull (strstr (stable, "no longer change what they say"));
    }
}

/* A model that has learnt from so many expressions. */
static void
add_model (const char *path, int labels)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienStore) store = mien_store_open (path, MIEN_STORE_READ_WRITE, &error);
  g_autoptr (GBytes) weights = g_bytes_new_static ("weights", 7);
  double score = 0.7 - 4 / sqrt (labels);
  char text[3][G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *settings =
      g_strdup_printf ("{\"epochs\":1,\"train\":{\"expression\":%d}}", labels);
  g_autofree char *metrics = NULL;
  MienModel model = { .origin = MIEN_ORIGIN_TRAINED,
                      .settings = settings,
                      .tasks = 2,
                      .input_size = 48,
                      .has_heads = TRUE };
  gint64 id;

  for (int i = 0; i < 3; i++)
    g_ascii_dtostr (text[i], sizeof text[i], score + (i - 1) * 0.004);
  metrics = g_strdup_printf ("{\"score\":%s,\"expression\":{\"f1\":%s},\"findings\":{"
                             "\"labels\":{\"expression\":90},\"intervals\":{"
                             "\"expression\":[%s,%s]}}}",
                             text[1], text[1], text[0], text[2]);
  g_assert_no_error (error);
  g_assert_true (mien_models_add (store, &model, &id, &error)
                 && mien_models_set_metrics (store, id, metrics, &error)
                 && mien_models_set_weights (store, id, weights, &error)
                 && mien_models_use (store, id, &error));
}

static GtkWidget *
find_nth (GtkWidget *widget, GType type, guint *n)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type) && (*n)-- == 0)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_nth (child, type, n);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static gpointer
nth (GtkWidget *widget, GType type, guint n)
{
  return find_nth (widget, type, &n);
}

static gboolean
says (GtkWidget *widget, const char *text)
{
  for (guint i = 0;; i++)
    {
      GtkLabel *label = nth (widget, GTK_TYPE_LABEL, i);

      if (label == NULL)
        return FALSE;
      if (gtk_widget_get_mapped (GTK_WIDGET (label))
          && strstr (gtk_label_get_text (label), text) != NULL)
        return TRUE;
    }
}

static gboolean
shows (MienChartView *view, const char *text)
{
  g_autofree char *all = mien_chart_describe (mien_chart_view_get_chart (view));

  return strstr (all, text) != NULL;
}

static double
stored_target (const char *path)
{
  g_autoptr (MienStore) store = mien_store_open (path, MIEN_STORE_READ_ONLY, NULL);
  double targets[MIEN_TASK_COUNT];

  mien_targets_read (store, targets);
  g_assert_true (isnan (targets[MIEN_TASK_ACTION_UNITS]));
  return targets[MIEN_TASK_EXPRESSION];
}

static void
test_group (void)
{
  MienTestPlace place;
  g_autoptr (MienProject) project = NULL;
  GtkWidget *group = mien_forecast_group_new (), *window = gtk_window_new ();
  g_autofree char *program = mien_settings_beside ("../../jobs/mienctl");
  GtkSpinButton *target = nth (group, GTK_TYPE_SPIN_BUTTON, MIEN_TASK_EXPRESSION);
  MienChartView *view = nth (group, MIEN_TYPE_CHART_VIEW, MIEN_TASK_EXPRESSION);

  g_assert_nonnull (program);
  g_setenv ("MIENCTL", program, TRUE);
  mien_test_place_init (&place, 12);
  for (int labels = 500; labels <= 4000; labels *= 2)
    add_model (place.path, labels);
  project = mien_test_place_open (&place);
  gtk_window_set_child (GTK_WINDOW (window), group);
  gtk_window_present (GTK_WINDOW (window));
  mien_forecast_group_set_project (MIEN_FORECAST_GROUP (group), project);
  g_assert_false (gtk_widget_get_sensitive (GTK_WIDGET (target)));
  mien_test_wait (says (group, "Twice the labels would bring"));
  g_assert_cmpuint (mien_chart_n_series (mien_chart_view_get_chart (view)), ==, 2);
  g_assert_true (gtk_widget_get_sensitive (GTK_WIDGET (target)));
  g_assert_cmpfloat (gtk_spin_button_get_value (target), ==, 0);
  g_assert_true (says (group, "No trained model was measured"));

  gtk_spin_button_set_value (target, 0.65);
  mien_test_wait (says (group, "more labels reach 0.650"));
  g_assert_cmpuint (mien_chart_n_series (mien_chart_view_get_chart (view)), ==, 3);
  g_assert_cmpfloat_with_epsilon (stored_target (place.path), 0.65, 1e-9);

  /* A newer model is seen without being asked for. */
  add_model (place.path, 8000);
  mien_test_wait (shows (view, "models, training labels 8000"));
  gtk_spin_button_set_value (target, 0);
  mien_test_wait (!says (group, "0.650"));
  g_assert_true (isnan (stored_target (place.path)));

  g_setenv ("MIENCTL", "/nowhere/mienctl", TRUE);
  gtk_spin_button_set_value (target, 0.5);
  mien_test_wait (says (group, "/nowhere/mienctl"));

  mien_forecast_group_set_project (MIEN_FORECAST_GROUP (group), NULL);
  gtk_window_destroy (GTK_WINDOW (window));
  mien_project_close (project);
  mien_test_place_clear (&place);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/forecast/parse", test_parse);
  g_test_add_func ("/forecast/chart", test_chart);
  g_test_add_func ("/forecast/words", test_words);
  g_test_add_func ("/forecast/group", test_group);
  return g_test_run ();
}
