/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * simulate: what a number of answers would bring, tried out on copies of a project whose
 * expressions somebody knows. The project itself is only read.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-commands.h"

#include <math.h>
#include <string.h>

#include "mien-json.h"
#include "mien-simulation.h"
#include "mien-truth.h"

#define WANTED 0.95

typedef struct
{
  MienPolicy policy;
  int seed;
  GArray *points; /* MienSimulationPoint */
} Curve;

typedef struct
{
  MienSimulation simulation;
  guint policies; /* bits */
  int seeds;
  GPtrArray *curves; /* Curve, seeds of a policy together */
} Simulate;

static void
curve_free (gpointer data)
{
  Curve *curve = data;

  g_array_unref (curve->points);
  g_free (curve);
}

static double
accuracy (const MienSimulationPoint *point)
{
  return (double) (point->labelled_right + point->accepted_right) / point->frames;
}

static double
precision (const MienSimulationPoint *point)
{
  return point->accepted > 0 ? (double) point->accepted_right / point->accepted
                             : (double) NAN;
}

/* Decisions at which the line between two points passes the wanted accuracy; NaN: never.
 */
static double
decisions_needed (const GArray *points)
{
  for (guint i = 0; i < points->len; i++)
    {
      const MienSimulationPoint *point = &g_array_index (points, MienSimulationPoint, i);
      double here = accuracy (point), before;

      if (here < WANTED)
        continue;
      if (i == 0)
        return point->decisions;
      before = accuracy (point - 1);
      return (double) (point - 1)->decisions
             + (WANTED - before) / (here - before)
                   * (double) (point->decisions - (point - 1)->decisions);
    }
  return (double) NAN;
}

static void
print_json (Simulate *simulate)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_array (builder);
  for (guint c = 0; c < simulate->curves->len; c++)
    {
      const Curve *curve = g_ptr_array_index (simulate->curves, c);

      json_builder_begin_object (builder);
      mien_json_string (builder, "policy", mien_policy_id (curve->policy));
      mien_json_integer (builder, "seed", curve->seed);
      mien_json_real (builder, "decisions_needed", decisions_needed (curve->points));
      json_builder_set_member_name (builder, "points");
      json_builder_begin_array (builder);
      for (guint i = 0; i < curve->points->len; i++)
        {
          const MienSimulationPoint *point =
              &g_array_index (curve->points, MienSimulationPoint, i);

          json_builder_begin_object (builder);
          mien_json_integer (builder, "round", point->round);
          mien_json_integer (builder, "decisions", point->decisions);
          mien_json_real (builder, "accuracy", accuracy (point));
          mien_json_integer (builder, "frames", point->frames);
          mien_json_integer (builder, "labelled", point->labelled);
          mien_json_integer (builder, "accepted", point->accepted);
          mien_json_real (builder, "precision", precision (point));
          json_builder_end_object (builder);
        }
      json_builder_end_array (builder);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  mien_job_print_json (simulate->simulation.job, builder);
}

/* Mean and extremes in per cent, of what is not NaN. */
static char *
spread (const double *values, guint n)
{
  double sum = 0, least = INFINITY, most = -INFINITY;
  guint known = 0;

  for (guint i = 0; i < n; i++)
    if (!isnan (values[i]))
      {
        known++;
        sum += values[i];
        least = MIN (least, values[i]);
        most = MAX (most, values[i]);
      }
  if (known == 0)
    return g_strdup ("-");
  if (n == 1)
    return g_strdup_printf ("%.1f", 100 * sum / known);
  return g_strdup_printf ("%.1f (%.1f to %.1f)", 100 * sum / known, 100 * least,
                          100 * most);
}

/* One row a round and policy: mean over the seeds, lowest to highest. */
static void
print_policy (Simulate *simulate, MienPolicy policy)
{
  MienJob *job = simulate->simulation.job;
  g_autoptr (GPtrArray) curves = g_ptr_array_new ();
  guint rounds;

  for (guint c = 0; c < simulate->curves->len; c++)
    if (((Curve *) simulate->curves->pdata[c])->policy == policy)
      g_ptr_array_add (curves, simulate->curves->pdata[c]);
  if (curves->len == 0)
    return;
  rounds = ((Curve *) curves->pdata[0])->points->len;
  for (guint i = 0; i < rounds; i++)
    {
      g_autofree double *right = g_new (double, curves->len);
      g_autofree double *sure = g_new (double, curves->len);
      g_autofree double *share = g_new (double, curves->len);
      g_autofree char *a = NULL, *b = NULL, *c = NULL;
      guint decisions = 0;

      for (guint k = 0; k < curves->len; k++)
        {
          const MienSimulationPoint *point = &g_array_index (
              ((Curve *) curves->pdata[k])->points, MienSimulationPoint, i);

          right[k] = accuracy (point);
          sure[k] = precision (point);
          share[k] = (double) point->accepted / point->frames;
          decisions = point->decisions;
        }
      a = spread (right, curves->len);
      b = spread (share, curves->len);
      c = spread (sure, curves->len);
      mien_job_print (job, "| %s | %u | %s | %s | %s |\n", mien_policy_id (policy),
                      decisions, a, b, c);
    }
}

static void
print_text (Simulate *simulate)
{
  MienJob *job = simulate->simulation.job;

  mien_job_print (job,
                  "| policy | decisions | right of all, %% | accepted, %% | right of "
                  "these, %% |\n| --- | --- | --- | --- | --- |\n");
  for (guint policy = 0; policy < MIEN_POLICY_COUNT; policy++)
    print_policy (simulate, (MienPolicy) policy);
}

static void
print_csv (Simulate *simulate)
{
  MienJob *job = simulate->simulation.job;

  mien_job_print (job, "policy,seed,round,decisions,frames,labelled,labelled_right,"
                       "accepted,accepted_right\n");
  for (guint c = 0; c < simulate->curves->len; c++)
    {
      const Curve *curve = g_ptr_array_index (simulate->curves, c);

      for (guint i = 0; i < curve->points->len; i++)
        {
          const MienSimulationPoint *point =
              &g_array_index (curve->points, MienSimulationPoint, i);

          mien_job_print (job, "%s,%d,%d,%u,%u,%u,%u,%u,%u\n",
                          mien_policy_id (curve->policy), curve->seed, point->round,
                          point->decisions, point->frames, point->labelled,
                          point->labelled_right, point->accepted, point->accepted_right);
        }
    }
}

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
        Curve *curve = g_new0 (Curve, 1);
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
  char *truth, *policies, *rounds, *answers, *accuracy, *seeds, *epochs, *size, *threads;
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
  g_autoptr (GPtrArray) curves = g_ptr_array_new_with_free_func (curve_free);
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
    { "csv", 0, 0, G_OPTION_ARG_NONE, &texts.csv, "Print CSV instead of a table", NULL },
    G_OPTION_ENTRY_NULL
  };

  if (!mien_job_parse (job, entries, error) || !parse (job, &simulate, &texts, error))
    return FALSE;
  simulate.simulation.project = job->operands[0];
  if (!simulate_all (&simulate, texts.truth, error))
    return FALSE;
  if (job->json)
    print_json (&simulate);
  else if (texts.csv)
    print_csv (&simulate);
  else
    print_text (&simulate);
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
