/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * simulate: what a number of answers would bring, tried out on copies of a project whose
 * expressions somebody knows. The project itself is only read.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-commands.h"

#include <string.h>

#include "mien-simulation-report.h"
#include "mien-truth.h"

typedef struct
{
  MienSimulation simulation;
  guint policies; /* bits */
  int seeds;
  GPtrArray *curves; /* MienSimulationCurve, seeds of a policy together */
} Simulate;

static gboolean
parse_policies (MienJob *job, const char *text, guint *policies, GError **error)
{
  g_auto (GStrv) names = g_strsplit (text, ",", MIEN_POLICY_COUNT + 1);

  *policies = 0;
  for (guint i = 0; names[i] != NULL; i++)
    {
      guint policy = 0;

      while (policy < MIEN_POLICY_COUNT
             && !g_str_equal (names[i], mien_policy_id ((MienPolicy) policy)))
        policy++;
      if (policy == MIEN_POLICY_COUNT)
        return mien_job_usage_error (job, error,
                                     "--policies: \"%s\" is none of mix, uncertain, "
                                     "random, fixed and none",
                                     names[i]);
      *policies |= 1u << policy;
    }
  return *policies != 0
         || mien_job_usage_error (job, error, "--policies: name at least one");
}

static gboolean
simulate_all (Simulate *simulate, const char *truth, GError **error)
{
  MienSimulation *simulation = &simulate->simulation;
  g_autoptr (MienStore) store =
      mien_store_open (simulation->project, MIEN_STORE_READ_ONLY, error);
  g_autoptr (GHashTable) known = NULL;

  if (store == NULL)
    return FALSE;
  known = mien_truth_read (store, truth, error);
  if (known == NULL)
    return FALSE;
  g_clear_pointer (&store, mien_store_close);
  simulation->truth = known;
  for (guint policy = 0; policy < MIEN_POLICY_COUNT; policy++)
    for (int seed = 1; seed <= simulate->seeds && (simulate->policies >> policy & 1);
         seed++)
      {
        MienSimulationCurve *curve = g_new0 (MienSimulationCurve, 1);
        g_autofree char *stage =
            g_strdup_printf ("%s %d", mien_policy_id ((MienPolicy) policy), seed);

        curve->policy = simulation->policy = (MienPolicy) policy;
        curve->seed = seed;
        simulation->seed = (guint64) seed;
        curve->points = g_array_new (FALSE, FALSE, sizeof (MienSimulationPoint));
        g_ptr_array_add (simulate->curves, curve);
        mien_progress_stage (simulation->job->progress, stage);
        if (!mien_simulation_run (simulation, curve->points, error))
          return FALSE;
      }
  return TRUE;
}

typedef struct
{
  char *truth, *policies, *rounds, *answers, *accuracy, *seeds, *epochs, *size, *threads,
      *chart;
  gboolean csv;
} Texts;

static void
texts_clear (Texts *texts)
{
  g_free (texts->truth);
  g_free (texts->policies);
  g_free (texts->rounds);
  g_free (texts->answers);
  g_free (texts->accuracy);
  g_free (texts->seeds);
  g_free (texts->epochs);
  g_free (texts->size);
  g_free (texts->threads);
  g_free (texts->chart);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Texts, texts_clear)

static gboolean
parse_number (MienJob *job,
              const char *name,
              const char *text,
              int least,
              int most,
              int *value,
              GError **error)
{
  gint64 number = *value;

  if (text != NULL
      && !mien_job_parse_integer (job, name, text, least, most, &number, error))
    return FALSE;
  *value = (int) number;
  return TRUE;
}

static gboolean
parse (MienJob *job, Simulate *simulate, const Texts *texts, GError **error)
{
  MienSimulation *simulation = &simulate->simulation;

  if (texts->truth == NULL)
    return mien_job_usage_error (job, error, "--truth is missing");
  if (texts->chart != NULL && !mien_simulation_chart_is_name (texts->chart))
    return mien_job_usage_error (
        job, error, "--chart: \"%s\" ends in neither .svg nor .png", texts->chart);
  return (texts->policies == NULL
          || parse_policies (job, texts->policies, &simulate->policies, error))
         && parse_number (job, "rounds", texts->rounds, 1, 1000, &simulation->rounds,
                          error)
         && parse_number (job, "answers", texts->answers, 1, 1000000,
                          &simulation->answers, error)
         && parse_number (job, "seeds", texts->seeds, 1, 1000, &simulate->seeds, error)
         && parse_number (job, "epochs", texts->epochs, 1, 10000, &simulation->epochs,
                          error)
         && parse_number (job, "input-size", texts->size, 48, 224,
                          &simulation->input_size, error)
         && (texts->accuracy == NULL
             || mien_job_parse_real (job, "accuracy", texts->accuracy, 0, 1,
                                     &simulation->accuracy, error))
         && mien_job_parse_threads (job, texts->threads, &simulation->threads, error);
}

static gboolean
run_simulate (MienJob *job, GError **error)
{
  g_autoptr (GPtrArray) curves =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mien_simulation_curve_free);
  Simulate simulate = {
    .simulation = { .job = job,
                    .rounds = 8,
                    .answers = 100,
                    .accuracy = 1,
                    .epochs = 1,
                    .input_size = 64 },
    .policies = (1u << MIEN_POLICY_COUNT) - 1,
    .seeds = 3,
    .curves = curves,
  };
  g_auto (Texts) texts = { 0 };
  const GOptionEntry entries[] = {
    { "truth", 0, 0, G_OPTION_ARG_FILENAME, &texts.truth,
      "An MTL list with the expressions of the project's frames", "LIST" },
    { "policies", 0, 0, G_OPTION_ARG_FILENAME, &texts.policies,
      "Which to play: mix, uncertain, random, fixed, none; all by default", "NAME,..." },
    { "rounds", 0, 0, G_OPTION_ARG_FILENAME, &texts.rounds, "Trainings, 8 by default",
      "N" },
    { "answers", 0, 0, G_OPTION_ARG_FILENAME, &texts.answers,
      "Frames answered after each training, 100 by default", "N" },
    { "accuracy", 0, 0, G_OPTION_ARG_FILENAME, &texts.accuracy,
      "How often an answer is right, 0 to 1; 1 by default", "X" },
    { "seeds", 0, 0, G_OPTION_ARG_FILENAME, &texts.seeds,
      "How often each policy is played, 3 by default", "N" },
    { "epochs", 0, 0, G_OPTION_ARG_FILENAME, &texts.epochs,
      "Of each training, 1 by default", "N" },
    { "input-size", 0, 0, G_OPTION_ARG_FILENAME, &texts.size,
      "Pixels, a multiple of 16 from 48 to 224, 64 by default", "N" },
    { "threads", 0, 0, G_OPTION_ARG_FILENAME, &texts.threads, "The CPUs by default",
      "N" },
    { "chart", 0, 0, G_OPTION_ARG_FILENAME, &texts.chart,
      "Draw the curves too, into a file that ends in .svg or .png", "FILE" },
    { "csv", 0, 0, G_OPTION_ARG_NONE, &texts.csv, "Print CSV instead of a table", NULL },
    G_OPTION_ENTRY_NULL
  };

  if (!mien_job_parse (job, entries, error) || !parse (job, &simulate, &texts, error))
    return FALSE;
  simulate.simulation.project = job->operands[0];
  if (!simulate_all (&simulate, texts.truth, error))
    return FALSE;
  if (texts.chart != NULL && !mien_simulation_chart_write (texts.chart, curves, error))
    return FALSE;
  if (job->json)
    mien_simulation_print_json (job, curves);
  else if (texts.csv)
    mien_simulation_print_csv (job, curves);
  else
    mien_simulation_print_text (job, curves);
  return TRUE;
}

const MienCommand mien_command_simulate = {
  .name = "simulate",
  .operands = "PROJECT",
  .summary = "Try out what answers would bring, where the truth is known",
  .long_running = TRUE,
  .run = run_simulate,
  .details = "Each policy is played on copies: train, propose, let so many frames be "
             "answered by\n"
             "somebody who knows, and again, each training going on from the weights of "
             "the one\n"
             "before. What is counted are the training frames whose expression the list "
             "knows: how\n"
             "many have the right label, from people or accepted from the model.\n",
};
