/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * forecast: what more labels would bring, and whether models still change. Sums are read
 * from what is stored with the models, and the fixed sample once.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-commands.h"

#include "mien-chosen-model.h"
#include "mien-json.h"
#include "mien-outlook-report.h"
#include "mien-remeasuring.h"
#include "mien-targets.h"

typedef struct
{
  MienOutlook outlooks[MIEN_TASK_COUNT];
  double targets[MIEN_TASK_COUNT];
  MienSteadiness steadiness;
  double history[MIEN_TASK_COUNT][MIEN_STABLE_MODELS];
  guint n_history;
} Forecast;

static void
forecast_clear (Forecast *forecast)
{
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    mien_outlook_clear (&forecast->outlooks[task]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Forecast, forecast_clear)

static gboolean
set_targets (MienJob *job, const char *text, GError **error)
{
  g_autoptr (MienStore) store = NULL;
  g_autoptr (GError) failed = NULL;
  double targets[MIEN_TASK_COUNT];

  if (!mien_targets_parse (text, targets, &failed))
    return mien_job_usage_error (job, error, "--target: %s", failed->message);
  store = mien_store_open (job->operands[0], MIEN_STORE_READ_WRITE, error);
  return store != NULL && mien_targets_set (store, targets, error);
}

/* Before anything is told. */
static gboolean
measure (MienJob *job, GError **error)
{
  g_autoptr (MienStore) store =
      mien_store_open (job->operands[0], MIEN_STORE_READ_WRITE, error);
  guint n = 0;

  if (store != NULL && mien_store_job_begin (store, "forecast", error)
      && mien_remeasure (job, store, &n, error) && mien_store_job_end (store, error))
    {
      if (n > 0)
        mien_progress_note (job->progress, "%u models were measured anew", n);
      return TRUE;
    }
  mien_job_explain_stop (job, "what was measured is stored, and the same command goes on",
                         error);
  return FALSE;
}

static gboolean
read_forecast (MienJob *job, Forecast *forecast, GError **error)
{
  g_autoptr (MienStore) store =
      mien_store_open (job->operands[0], MIEN_STORE_READ_ONLY, error);

  if (store == NULL || !mien_outlook_read (store, forecast->outlooks, error)
      || !mien_steadiness_measure (store, &forecast->steadiness, error))
    return FALSE;
  mien_targets_read (store, forecast->targets);
  return mien_steadiness_history (store, &forecast->steadiness, forecast->history,
                                  &forecast->n_history, error);
}

static MienTaskReport
report_of (const Forecast *forecast, guint task)
{
  return (MienTaskReport){ (MienTask) task,         &forecast->outlooks[task],
                           forecast->targets[task], &forecast->steadiness,
                           forecast->history[task], forecast->n_history };
}

static void
print_json (MienJob *job, const Forecast *forecast)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "tasks");
  json_builder_begin_array (builder);
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    {
      MienTaskReport report = report_of (forecast, task);

      mien_json_task_report (builder, &report);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  mien_job_print_json (job, builder);
}

static void
print_text (MienJob *job, const Forecast *forecast)
{
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    {
      MienTaskReport report = report_of (forecast, task);
      g_autofree char *text = mien_task_report_to_text (&report);

      mien_job_print (job, "%s", text);
    }
}

static gboolean
run_forecast (MienJob *job, GError **error)
{
  g_auto (Forecast) forecast = { .n_history = 0 };
  g_autofree char *target = NULL;
  gboolean anew = FALSE;
  const GOptionEntry entries[] = {
    { "target", 0, 0, G_OPTION_ARG_FILENAME, &target,
      "From now on, the figure to reach: of all tasks, or "
      "expression=0.5,action_units=0.45; or none",
      "X" },
    { "measure", 0, 0, G_OPTION_ARG_NONE, &anew,
      "First measure older models on the validation labels of today", NULL },
    G_OPTION_ENTRY_NULL
  };

  if (!mien_job_parse (job, entries, error)
      || (target != NULL && !set_targets (job, target, error))
      || (anew && !measure (job, error)) || !read_forecast (job, &forecast, error))
    return FALSE;
  if (job->json)
    print_json (job, &forecast);
  else
    print_text (job, &forecast);
  return TRUE;
}

const MienCommand mien_command_forecast = {
  .name = "forecast",
  .operands = "PROJECT",
  .summary = "Say how many more labels a target takes, and when to stop",
  .long_running = TRUE,
  .run = run_forecast,
  .details =
      "A curve a - b n^-c goes through the figures on validation of models that have "
      "learnt from three numbers of labels or more, in the same way but for the seed, "
      "and were measured on as many validation labels as the newest. Intervals are of "
      "95 %, by a parametric bootstrap from those of the figures.\n\n"
      "Where validation frames were labelled since, --measure lets older models that "
      "were "
      "trained in the same way answer them all, and stores the figures, so that they "
      "can be compared again.\n\n"
      "The model in use and the one before it are compared on a fixed sample of about "
      "20,000 frames: the mean CCC of points, kappa of expressions, the mean kappa of "
      "units. At 0.99 or more for three models in a row, each on other labels than the "
      "one before, what they say is stable.",
};
