/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pages of charts on a display: Insights fills from a project, a chart is read with
 * the arrow keys and told to assistive technology, Models opens a model and comes back.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "mien-chart-view.h"
#include "mien-events.h"
#include "mien-findings-parse.h"
#include "mien-gates-shown.h"
#include "mien-insights-charts.h"
#include "mien-insights-page.h"
#include "mien-model-charts.h"
#include "mien-models-page.h"
#include "mien-plan.h"
#include "mien-proposals.h"
#include "mien-report.h"
#include "mien-test-project.h"
#include "mien-threshold-log.h"

static const char metrics[] =
    "{\"score\":0.5,\"p_mtl\":null,\"valence_arousal\":null,\"action_units\":null,"
    "\"expression\":{\"f1\":0.5,\"per_class\":[1,0,0,0,0.5,0,0,0],\"accuracy\":0.75},"
    "\"frames\":4,\"findings\":{\"videos\":2,\"confusion\":["
    "[2,0,0,0,1,0,0,0],[0,0,0,0,0,0,0,0],[0,0,0,0,0,0,0,0],[0,0,0,0,0,0,0,0],"
    "[0,0,0,0,1,0,0,0],[0,0,0,0,0,0,0,0],[0,0,0,0,0,0,0,0],[0,0,0,0,0,0,0,0]],"
    "\"units\":null,\"reliability\":{\"expression\":{\"error\":0.1,"
    "\"n\":[0,0,0,0,0,0,0,0,0,4],\"right\":[0,0,0,0,0,0,0,0,0,3],"
    "\"said\":[null,null,null,null,null,null,null,null,null,0.95]},"
    "\"action_units\":null}}}";

static void
test_findings (void)
{
  static const char *const broken[] = {
    "{}", "[]", "{\"findings\":3}", "{\"findings\":{\"confusion\":[[1,2],[3,4]]}}",
    "{\"findings\":{\"reliability\":{\"expression\":{\"error\":\"x\",\"n\":[1]}}}}"
  };
  MienFindingsShown findings;
  g_autoptr (MienChart) chart = NULL;
  g_autofree char *caption = NULL;
  g_autofree char *read = NULL;

  g_assert_true (mien_findings_parse (metrics, &findings));
  g_assert_true (findings.has_confusion);
  g_assert_false (findings.has_units);
  g_assert_true (findings.expression.there);
  g_assert_false (findings.units.there);
  g_assert_cmpfloat (findings.confusion[0][4], ==, 1);
  chart = mien_model_chart_confusion (&findings);
  read = mien_chart_read (chart, 0, 4);
  g_assert_cmpstr (read, ==, "Neutral → Happiness: 1");
  caption = mien_model_reliability_caption (&findings.expression, findings.videos);
  g_assert_true (g_str_has_prefix (caption, "4 answers in 2 validation videos; 10.0 %"));
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      mien_findings_parse (broken[i], &findings);
      g_assert_false (findings.has_confusion || findings.has_units
                      || findings.expression.there || findings.units.there);
    }
}

static void
check_difference (double value, double other, const char *expected)
{
  g_autofree char *text = mien_report_difference (value, other);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_differences (void)
{
  check_difference (0.52, 0.5, "+0.020");
  check_difference (0.5, 0.52, "−0.020");
  check_difference (0.5, 0.5001, "±0.000");
  check_difference ((double) NAN, 0.5, "–");
}

static void
test_curves (void)
{
  const MienCurvePoint points[] = {
    { g_intern_static_string ("best_epoch"), 1, 1 },
    { g_intern_static_string ("best_epoch"), 2, 2 },
    { g_intern_static_string ("validation_score"), 1, 0.25 },
    { g_intern_static_string ("validation_score"), 3, 0.5 },
  };
  g_autoptr (GArray) curves = g_array_new (FALSE, FALSE, sizeof (MienCurvePoint));
  g_autoptr (MienChart) score = NULL, loss = NULL;

  g_array_append_vals (curves, points, G_N_ELEMENTS (points));
  score = mien_model_chart_score (curves);
  g_assert_cmpuint (mien_chart_n_series (score), ==, 1);
  g_assert_cmpuint (mien_chart_spec (score)->n_points, ==, 3);
  g_assert_cmpfloat (mien_chart_series (score, 0)->values[0], ==, 0.25);
  g_assert_true (isnan (mien_chart_series (score, 0)->values[1]));
  g_assert_cmpfloat (mien_chart_spec (score)->mark, ==, 2);
  loss = mien_model_chart_loss (curves);
  g_assert_false (mien_chart_has_data (loss));
}

/* Decisions fall on the days on which they were made, midnight to midnight. */
static void
test_days (void)
{
  gint64 now = g_get_real_time ();
  g_autoptr (GDateTime) today = g_date_time_new_from_unix_local (now / G_USEC_PER_SEC);
  g_autoptr (GDateTime) midnight =
      g_date_time_new_local (g_date_time_get_year (today), g_date_time_get_month (today),
                             g_date_time_get_day_of_month (today), 0, 0, 0);
  gint64 start = g_date_time_to_unix (midnight) * G_USEC_PER_SEC;
  const MienMade made[] = { { start, 1 * G_USEC_PER_SEC, 0 },
                            { start + 1, 3 * G_USEC_PER_SEC, 0 },
                            { start - 1, 2 * G_USEC_PER_SEC, 0 },
                            { start - 40 * G_TIME_SPAN_DAY, -1, 1 } };
  MienDecisions *decisions = g_new0 (MienDecisions, 1);
  g_autoptr (MienChart) days = NULL, seconds = NULL;

  decisions->names = g_strsplit ("Ana;Ben", ";", -1);
  decisions->made = g_array_new (FALSE, FALSE, sizeof (MienMade));
  g_array_append_vals (decisions->made, made, G_N_ELEMENTS (made));
  days = mien_insights_chart_days (decisions, now, 30);
  g_assert_cmpuint (mien_chart_n_series (days), ==, 2);
  g_assert_cmpfloat (mien_chart_series (days, 0)->values[29], ==, 2);
  g_assert_cmpfloat (mien_chart_series (days, 0)->values[28], ==, 1);
  g_assert_cmpfloat (mien_chart_sum (days, 0), ==, 0);
  seconds = mien_insights_chart_seconds (decisions);
  g_assert_cmpfloat (mien_chart_series (seconds, 0)->values[0], ==, 2);
  g_assert_true (isnan (mien_chart_series (seconds, 0)->values[1]));
  mien_decisions_free (decisions);
}

/* ---- widgets ---- */

static void
find_views (GtkWidget *widget, GPtrArray *views)
{
  if (MIEN_IS_CHART_VIEW (widget))
    g_ptr_array_add (views, widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    find_views (child, views);
}

static MienChartView *
find_view (GtkWidget *root, const char *title)
{
  g_autoptr (GPtrArray) views = g_ptr_array_new ();

  find_views (root, views);
  for (guint i = 0; i < views->len; i++)
    {
      MienChart *chart = mien_chart_view_get_chart (views->pdata[i]);

      if (gtk_widget_get_mapped (views->pdata[i]) && chart != NULL
          && g_str_equal (mien_chart_spec (chart)->title, title))
        return views->pdata[i];
    }
  return NULL;
}

/* The drawing inside: what takes the focus. */
static GtkWidget *
find_area (GtkWidget *widget)
{
  if (g_str_equal (gtk_widget_get_css_name (widget), "chart"))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_area (child);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
press (GtkWidget *widget, guint key)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);
  gboolean handled = FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_EVENT_CONTROLLER_KEY (controller))
        g_signal_emit_by_name (controller, "key-pressed", key, 0u, 0, &handled);
    }
}

static GtkWidget *
window_with (GtkWidget *page)
{
  GtkWidget *window = gtk_window_new ();

  gtk_window_set_default_size (GTK_WINDOW (window), 900, 600);
  gtk_window_set_child (GTK_WINDOW (window), page);
  gtk_window_present (GTK_WINDOW (window));
  return window;
}

static void
test_insights_page (void)
{
  MienTestPlace place;
  g_autoptr (MienProject) project = NULL;
  GtkWidget *page = g_object_new (MIEN_TYPE_INSIGHTS_PAGE, NULL);
  GtkWidget *window = window_with (page), *area;
  MienChartView *view;
  int minimum;

  mien_test_place_init (&place, 60);
  project = mien_test_place_open (&place);
  mien_insights_page_set_project (MIEN_INSIGHTS_PAGE (page), project);
  mien_test_wait (find_view (page, "Expressions") != NULL
                  && find_view (page, "Reliability of expressions") != NULL);
  view = find_view (page, "Expressions");
  g_assert_true (mien_chart_has_data (mien_chart_view_get_chart (view)));
  gtk_test_widget_wait_for_draw (window);
  gtk_widget_measure (page, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  g_assert_cmpint (minimum, <=, 360);

  area = find_area (GTK_WIDGET (view));
  gtk_test_accessible_assert_role (area, GTK_ACCESSIBLE_ROLE_IMG);
  g_assert_true (gtk_widget_get_focusable (area));
  g_assert_null (mien_chart_view_get_reading (view));
  press (area, GDK_KEY_Down);
  g_assert_nonnull (strstr (mien_chart_view_get_reading (view), "Neutral"));
  press (area, GDK_KEY_Down);
  g_assert_nonnull (strstr (mien_chart_view_get_reading (view), "Anger"));
  press (area, GDK_KEY_Escape);
  g_assert_null (mien_chart_view_get_reading (view));

  mien_insights_page_set_project (MIEN_INSIGHTS_PAGE (page), NULL);
  gtk_window_destroy (GTK_WINDOW (window));
  mien_project_close (project);
  mien_test_place_clear (&place);
}

static void
add_model (const char *path, const char *json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienStore) store = mien_store_open (path, MIEN_STORE_READ_WRITE, &error);
  g_autoptr (GBytes) weights = g_bytes_new_static ("weights", 7);
  MienModel model = {
    .origin = MIEN_ORIGIN_TRAINED, .tasks = 2, .input_size = 48, .has_heads = TRUE
  };
  gint64 id;

  g_assert_no_error (error);
  g_assert_true (mien_models_add (store, &model, &id, &error)
                 && mien_models_add_point (store, id, "validation_score", 1, 0.5, &error)
                 && mien_models_set_metrics (store, id, json, &error)
                 && mien_models_set_weights (store, id, weights, &error)
                 && mien_models_use (store, id, &error));
}

/* ---- audits and agreement, which mienctl estimates ---- */

/* A label that begins so, and is seen. */
static gboolean
says (GtkWidget *widget, const char *beginning)
{
  if (!gtk_widget_get_mapped (widget))
    return FALSE;
  if (GTK_IS_LABEL (widget)
      && g_str_has_prefix (gtk_label_get_text (GTK_LABEL (widget)), beginning))
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (says (child, beginning))
      return TRUE;
  return FALSE;
}

/* A model that sees everybody smile, and is sure of it; some of it is drawn for audits.
 */
static void
add_smiles (MienStore *store, guint n_frames)
{
  MienModel settings = { .origin = MIEN_ORIGIN_TRAINED,
                         .settings = (char *) "{}",
                         .tasks = 1 << MIEN_TASK_EXPRESSION,
                         .input_size = 48,
                         .has_heads = TRUE };
  const MienPrediction smile = { .expression = { [4] = 1 } };
  const MienMix audits = { .share = { [MIEN_REASON_AUDIT] = 100 } };
  g_autoptr (GBytes) weights = g_bytes_new_static ("weights", 7);
  g_autoptr (MienModel) model = NULL;
  g_autoptr (GError) error = NULL;
  gint64 id;

  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    settings.thresholds.expression[i] = 0.5;
  g_assert_true (mien_models_add (store, &settings, &id, &error)
                 && mien_models_set_weights (store, id, weights, &error)
                 && mien_models_use (store, id, &error));
  model = mien_models_get (store, id, &error);
  g_assert_true (mien_store_begin (store, &error));
  for (gint64 frame = 1; frame <= n_frames; frame++)
    g_assert_true (mien_proposals_store (store, model, frame, &smile, &error));
  g_assert_true (mien_store_commit (store, &error)
                 && mien_plan_set_mix (store, &audits, &error)
                 && mien_plan_renew (store, &error));
}

/* Answers whatever is drawn, blind: the same as the model, but for every tenth face. */
static void
answer_audits (MienStore *store, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienModel) model = mien_models_current (store, &error);
  g_autoptr (GArray) audits = mien_plan_audits (store, model->id, &error);
  MienDecision decision = { .kind = MIEN_DECISION_ANSWER, .duration_us = 1000000 };

  g_assert_true (mien_events_ensure_annotator (store, name, &decision.annotator, &error));
  for (guint i = 0; i < audits->len; i++)
    {
      decision.frame = g_array_index (audits, MienAudit, i).frame;
      decision.answers.item[MIEN_ITEM_EXPRESSION] =
          (MienLabel){ .answer = MIEN_ANSWER_VALUE, .value = { i % 10 == 0 ? 0 : 4 } };
      g_assert_true (mien_events_decide (store, &decision, NULL, &error));
    }
}

static void
raise_threshold (MienStore *store)
{
  const MienThresholdChange change = { .item = MIEN_ITEM_EXPRESSION,
                                       .says = 4,
                                       .before = 0.5,
                                       .after = 0.75,
                                       .answers = 30,
                                       .agreed = 12 };
  g_autoptr (GArray) changes = g_array_new (FALSE, FALSE, sizeof change);
  g_autoptr (MienModel) model = mien_models_current (store, NULL);

  g_array_append_val (changes, change);
  g_assert_true (mien_threshold_log_apply (store, model->id, changes, NULL));
}

static void
test_estimates (void)
{
  enum
  {
    FRAMES = 200,
  };
  MienTestPlace place;
  g_autoptr (MienProject) project = NULL;
  GtkWidget *page = g_object_new (MIEN_TYPE_INSIGHTS_PAGE, NULL);
  GtkWidget *window = window_with (page);
  g_autoptr (MienStore) store = NULL;
  g_autofree char *read = NULL;

  mien_test_place_init (&place, FRAMES);
  project = mien_test_place_open (&place);
  mien_insights_page_set_project (MIEN_INSIGHTS_PAGE (page), project);
  mien_test_wait (says (page, "Audits tell how right")
                  && says (page, "Nobody has answered yet."));

  mien_insights_page_set_project (MIEN_INSIGHTS_PAGE (page), NULL);
  store = mien_store_open (place.path, MIEN_STORE_READ_WRITE, NULL);
  add_smiles (store, FRAMES);
  /* Not all are drawn at once. */
  for (guint i = 0; i < 6; i++)
    {
      answer_audits (store, "Ann");
      g_assert_true (mien_plan_renew (store, NULL));
    }
  mien_insights_page_set_project (MIEN_INSIGHTS_PAGE (page), project);
  mien_test_wait (find_view (page, "Audited expressions") != NULL
                  && says (page, "Only Ann has answered so far."));
  g_assert_null (find_view (page, "Agreement on expressions"));
  read = mien_chart_read (
      mien_chart_view_get_chart (find_view (page, "Audited expressions")), 0, 0);
  g_assert_true (g_str_has_prefix (read, "Happiness: 9"));

  mien_insights_page_set_project (MIEN_INSIGHTS_PAGE (page), NULL);
  answer_audits (store, "Ben");
  mien_insights_page_set_project (MIEN_INSIGHTS_PAGE (page), project);
  mien_test_wait (find_view (page, "Agreement on expressions") != NULL);
  gtk_test_accessible_assert_role (
      find_area (GTK_WIDGET (find_view (page, "Agreement on expressions"))),
      GTK_ACCESSIBLE_ROLE_IMG);
  gtk_test_widget_wait_for_draw (window);
  g_assert_false (says (page, "Thresholds that audits have raised"));

  mien_insights_page_set_project (MIEN_INSIGHTS_PAGE (page), NULL);
  raise_threshold (store);
  mien_insights_page_set_project (MIEN_INSIGHTS_PAGE (page), project);
  mien_test_wait (says (page, "Thresholds that audits have raised")
                  && says (page, "only 12 of 30 agreed") && says (page, "0.750"));

  mien_insights_page_set_project (MIEN_INSIGHTS_PAGE (page), NULL);
  gtk_window_destroy (GTK_WINDOW (window));
  mien_project_close (project);
  g_clear_pointer (&store, mien_store_close);
  mien_test_place_clear (&place);
}

/* A mienctl that is not there is told in its place, and the rest of the page stands. */
static void
test_no_mienctl (void)
{
  g_autofree char *program = g_strdup (g_getenv ("MIENCTL"));
  MienTestPlace place;
  g_autoptr (MienProject) project = NULL;
  GtkWidget *page = g_object_new (MIEN_TYPE_INSIGHTS_PAGE, NULL);
  GtkWidget *window = window_with (page);

  g_setenv ("MIENCTL", "/nowhere/mienctl", TRUE);
  mien_test_place_init (&place, 30);
  project = mien_test_place_open (&place);
  mien_insights_page_set_project (MIEN_INSIGHTS_PAGE (page), project);
  mien_test_wait (find_view (page, "Expressions") != NULL && says (page, "Agreement"));
  g_assert_true (says (page, "Failed to execute child process")
                 && says (page, "Audits tell how right"));
  g_setenv ("MIENCTL", program, TRUE);

  mien_insights_page_set_project (MIEN_INSIGHTS_PAGE (page), NULL);
  gtk_window_destroy (GTK_WINDOW (window));
  mien_project_close (project);
  mien_test_place_clear (&place);
}

static GtkWidget *
find_row (GtkWidget *widget)
{
  if (ADW_IS_ACTION_ROW (widget))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_row (child);

      if (found != NULL)
        return found;
    }
  return NULL;
}

/* A label, or a button by its label. */
static gboolean
shows (GtkWidget *widget, const char *text)
{
  if ((GTK_IS_LABEL (widget)
       && g_str_equal (gtk_label_get_label (GTK_LABEL (widget)), text))
      || (GTK_IS_BUTTON (widget)
          && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), text) == 0))
    return gtk_widget_get_mapped (widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (shows (child, text))
      return TRUE;
  return FALSE;
}

static char *
metrics_with_gates (const char *verdict)
{
  GString *text = g_string_new ("{\"score\":0.5,\"gates\":{\"against\":1,\"figures\":[");

  for (guint i = 0; i < MIEN_GATES_FIGURES; i++)
    g_string_append_printf (text,
                            "%s{\"candidate\":0.25,\"in_use\":0.5,\"difference\":-0.25,"
                            "\"interval\":[-0.375,-0.125],\"verdict\":\"%s\"}",
                            i > 0 ? "," : "", verdict);
  g_string_append (text, "]}}");
  return g_string_free (text, FALSE);
}

/* A candidate that was compared with the model in use, and one that was not. */
static void
test_gates (void)
{
  g_autofree char *worse = metrics_with_gates ("worse");
  g_autoptr (GError) error = NULL;
  g_autoptr (MienProject) project = NULL;
  GtkWidget *page = g_object_new (MIEN_TYPE_MODELS_PAGE, NULL);
  GtkWidget *window = window_with (page);
  MienTestPlace place;
  MienStore *store;

  mien_test_place_init (&place, 30);
  add_model (place.path, metrics);
  add_model (place.path, worse);
  store = mien_store_open (place.path, MIEN_STORE_READ_WRITE, &error);
  g_assert_no_error (error);
  g_assert_true (mien_models_use (store, 1, &error));
  mien_store_close (store);
  project = mien_test_place_open (&place);
  mien_models_page_set_project (MIEN_MODELS_PAGE (page), project);
  mien_test_wait (shows (page, "_Use Anyway"));
  g_assert_true (shows (page, "−0.250 to v1"));
  adw_action_row_activate (ADW_ACTION_ROW (find_row (page)));
  mien_test_wait (shows (page, "Against v1 on the validation videos"));
  g_assert_true (shows (page, "−0.375 to −0.125"));
  g_assert_true (shows (page, "_Use Anyway") && !shows (page, "_Compare"));

  store = mien_store_open (place.path, MIEN_STORE_READ_WRITE, &error);
  g_assert_true (mien_models_set_metrics (store, 2, "{\"score\":0.5}", &error));
  mien_store_close (store);
  mien_test_wait (shows (page, "_Compare") && shows (page, "_Make Current"));
  g_assert_false (shows (page, "Against v1 on the validation videos"));

  mien_models_page_set_project (MIEN_MODELS_PAGE (page), NULL);
  gtk_window_destroy (GTK_WINDOW (window));
  mien_project_close (project);
  mien_test_place_clear (&place);
}

static void
test_models_page (void)
{
  MienTestPlace place;
  g_autoptr (MienProject) project = NULL;
  GtkWidget *page = g_object_new (MIEN_TYPE_MODELS_PAGE, NULL);
  GtkWidget *window = window_with (page);
  MienChartView *confusion;

  mien_test_place_init (&place, 30);
  add_model (place.path, metrics);
  project = mien_test_place_open (&place);
  mien_models_page_set_project (MIEN_MODELS_PAGE (page), project);
  mien_test_wait (find_row (page) != NULL);
  g_assert_null (find_view (page, "Confusion of expressions"));
  adw_action_row_activate (ADW_ACTION_ROW (find_row (page)));
  mien_test_wait (find_view (page, "Confusion of expressions") != NULL
                  && find_view (page, "Score by epoch") != NULL);
  confusion = find_view (page, "Confusion of expressions");
  g_assert_true (mien_chart_has_data (mien_chart_view_get_chart (confusion)));
  gtk_test_widget_wait_for_draw (window);
  gtk_widget_activate_action (page, "models.back", NULL);
  mien_test_wait (find_view (page, "Confusion of expressions") == NULL);

  mien_models_page_set_project (MIEN_MODELS_PAGE (page), NULL);
  gtk_window_destroy (GTK_WINDOW (window));
  mien_project_close (project);
  mien_test_place_clear (&place);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/insights/findings", test_findings);
  g_test_add_func ("/insights/differences", test_differences);
  g_test_add_func ("/insights/curves", test_curves);
  g_test_add_func ("/insights/days", test_days);
  g_test_add_func ("/insights/page", test_insights_page);
  g_test_add_func ("/insights/estimates", test_estimates);
  g_test_add_func ("/insights/no-mienctl", test_no_mienctl);
  g_test_add_func ("/insights/models-page", test_models_page);
  g_test_add_func ("/insights/gates", test_gates);
  return g_test_run ();
}
