/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * agreement: how far people agree, how far a proposal in sight pulls them, and how each
 * of them works. Figures that are not defined are "-", and null in JSON.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-commands.h"

#include <math.h>

#include "mien-agreements.h"
#include "mien-json.h"

typedef struct
{
  const char *id, *title;
} FigureName;

static const FigureName figure_names[] = {
  [MIEN_AGREEMENT_KAPPA] = { "kappa", "kappa" },
  [MIEN_AGREEMENT_ALPHA] = { "alpha", "alpha" },
  [MIEN_AGREEMENT_CCC] = { "ccc", "CCC" },
  [MIEN_AGREEMENT_ICC] = { "icc", "ICC(A,1)" },
};

/* What two sides are called, and what one less the other is. */
typedef struct
{
  const char *side[2], *difference, *interval;
} ContrastNames;

static const ContrastNames acceptance_names = {
  { "shown", "hidden" },
  "inflation",
  "inflation_interval",
};
static const ContrastNames drift_names = {
  { "late", "early" },
  "drift",
  "drift_interval",
};

/* ---- what there is to tell ---- */

static MienTask
scale_task (guint scale)
{
  if (scale < MIEN_SCALE_EXPRESSION)
    return MIEN_TASK_VALENCE_AROUSAL;
  return scale < MIEN_SCALE_FIRST_UNIT ? MIEN_TASK_EXPRESSION : MIEN_TASK_ACTION_UNITS;
}

static char *
scale_name (guint scale)
{
  if (scale >= MIEN_SCALE_FIRST_UNIT)
    return mien_item_to_text (
        (int) (MIEN_ITEM_FIRST_UNIT + scale - MIEN_SCALE_FIRST_UNIT));
  if (scale >= MIEN_SCALE_FIRST_CLASS)
    return g_strdup (mien_expression_name (scale - MIEN_SCALE_FIRST_CLASS));
  return g_strdup (scale == MIEN_SCALE_VALENCE   ? "valence"
                   : scale == MIEN_SCALE_AROUSAL ? "arousal"
                                                 : "expression");
}

static MienTask
contrast_task (guint row)
{
  if (row < MIEN_CONTRAST_EXPRESSION)
    return MIEN_TASK_VALENCE_AROUSAL;
  return row == MIEN_CONTRAST_EXPRESSION ? MIEN_TASK_EXPRESSION : MIEN_TASK_ACTION_UNITS;
}

static char *
contrast_name (guint row)
{
  static const char *const names[] = { "valence", "arousal", "expression",
                                       "action_units" };

  return row < MIEN_CONTRAST_DRIFTS
             ? g_strdup (names[row])
             : mien_item_to_text (
                 (int) (MIEN_ITEM_FIRST_UNIT + row - MIEN_CONTRAST_FIRST_UNIT));
}

/* Somebody shares a frame with somebody; and of an expression, that it was given. */
static gboolean
has_scale (const MienAgreements *agreements, guint scale)
{
  const MienAgreement *agreement = &agreements->people[scale];

  return agreement->n_pairs > 0
         && (scale < MIEN_SCALE_FIRST_CLASS || scale >= MIEN_SCALE_FIRST_UNIT
             || !isnan (agreement->figures[MIEN_AGREEMENT_ALPHA]));
}

static gboolean
has_contrast (const MienContrast *contrast)
{
  return contrast->n_clusters > 0;
}

static double
seconds (gint64 duration_us)
{
  return duration_us >= 0 ? (double) duration_us / G_USEC_PER_SEC : (double) NAN;
}

/* ---- JSON ---- */

static void
add_figures (JsonBuilder *builder, const MienAgreement *agreement)
{
  for (guint i = 0; i < MIEN_AGREEMENT_FIGURES; i++)
    {
      g_autofree char *interval = g_strconcat (figure_names[i].id, "_interval", NULL);

      mien_json_real (builder, figure_names[i].id, agreement->figures[i]);
      mien_json_reals (builder, interval, agreement->intervals[i], 2);
    }
}

static const char *
name_of (const MienAgreements *agreements, guint32 annotator)
{
  const MienAnnotatorFigures *figures =
      g_ptr_array_index (agreements->annotators, annotator);

  return figures->work->name;
}

static void
add_pair (JsonBuilder *builder,
          const MienAgreements *agreements,
          const MienPairFigures *pair)
{
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "annotators");
  json_builder_begin_array (builder);
  for (guint i = 0; i < 2; i++)
    json_builder_add_string_value (builder, name_of (agreements, pair->annotators[i]));
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "scales");
  json_builder_begin_array (builder);
  for (guint scale = 0; scale < MIEN_PAIR_SCALES; scale++)
    {
      const MienAgreement *agreement = &pair->scales[scale];
      g_autofree char *name = contrast_name (scale);

      if (agreement->n_pairs == 0)
        continue;
      json_builder_begin_object (builder);
      mien_json_string (builder, "task", mien_task_id (contrast_task (scale)));
      mien_json_string (builder, "name", name);
      mien_json_integer (builder, "videos", (gint64) agreement->n_clusters);
      mien_json_integer (builder, "answers", (gint64) agreement->n_pairs);
      add_figures (builder, agreement);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

static void
add_scale (JsonBuilder *builder, guint scale, const MienAgreement *agreement)
{
  g_autofree char *name = scale_name (scale);

  json_builder_begin_object (builder);
  mien_json_string (builder, "task", mien_task_id (scale_task (scale)));
  mien_json_string (builder, "name", name);
  mien_json_integer (builder, "annotators", (gint64) agreement->n_annotators);
  mien_json_integer (builder, "videos", (gint64) agreement->n_clusters);
  mien_json_integer (builder, "frames", (gint64) agreement->n_units);
  add_figures (builder, agreement);
  json_builder_end_object (builder);
}

/* Without its end, for what the caller knows beside. */
static void
begin_contrast (JsonBuilder *builder,
                guint row,
                const ContrastNames *names,
                const MienContrast *contrast)
{
  g_autofree char *name = contrast_name (row);

  json_builder_begin_object (builder);
  mien_json_string (builder, "task", mien_task_id (contrast_task (row)));
  mien_json_string (builder, "name", name);
  mien_json_string (builder, "measure", row < MIEN_CONTRAST_EXPRESSION ? "ccc" : "share");
  mien_json_integer (builder, "videos", (gint64) contrast->n_clusters);
  for (guint side = 0; side < 2; side++)
    {
      json_builder_set_member_name (builder, names->side[side]);
      json_builder_begin_object (builder);
      mien_json_integer (builder, "answers", (gint64) contrast->n[side]);
      mien_json_real (builder, "agreement", contrast->agreement[side]);
      json_builder_end_object (builder);
    }
  mien_json_real (builder, names->difference, contrast->difference);
  mien_json_reals (builder, names->interval, contrast->interval, 2);
}

static void
add_annotator (JsonBuilder *builder, const MienAnnotatorFigures *figures)
{
  json_builder_begin_object (builder);
  mien_json_string (builder, "annotator", figures->work->name);
  mien_json_integer (builder, "decisions", (gint64) figures->work->decisions);
  mien_json_real (builder, "median_seconds", seconds (figures->work->median_us));
  json_builder_set_member_name (builder, "drift");
  json_builder_begin_array (builder);
  for (guint row = 0; row < MIEN_CONTRAST_DRIFTS; row++)
    if (has_contrast (&figures->drift[row]))
      {
        begin_contrast (builder, row, &drift_names, &figures->drift[row]);
        mien_json_string (builder, "with",
                          figures->with_others[row] ? "others" : "model");
        json_builder_end_object (builder);
      }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

static void
print_json (MienJob *job, const MienAgreements *agreements)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "people");
  json_builder_begin_array (builder);
  for (guint scale = 0; scale < MIEN_SCALE_COUNT; scale++)
    if (has_scale (agreements, scale))
      add_scale (builder, scale, &agreements->people[scale]);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "pairs");
  json_builder_begin_array (builder);
  for (guint i = 0; i < agreements->pairs->len; i++)
    add_pair (builder, agreements,
              &g_array_index (agreements->pairs, MienPairFigures, i));
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "acceptance");
  json_builder_begin_array (builder);
  for (guint row = 0; row < MIEN_CONTRAST_COUNT; row++)
    if (has_contrast (&agreements->acceptance[row]))
      {
        begin_contrast (builder, row, &acceptance_names, &agreements->acceptance[row]);
        json_builder_end_object (builder);
      }
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "annotators");
  json_builder_begin_array (builder);
  for (guint i = 0; i < agreements->annotators->len; i++)
    add_annotator (builder, g_ptr_array_index (agreements->annotators, i));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  mien_job_print_json (job, builder);
}

/* ---- text ---- */

/* "0.734 (0.612 to 0.842)" */
static char *
figure_to_text (double figure, const double interval[2])
{
  if (isnan (figure))
    return g_strdup ("-");
  if (isnan (interval[0]))
    return g_strdup_printf ("%.3f", figure);
  return g_strdup_printf ("%.3f (%.3f to %.3f)", figure, interval[0], interval[1]);
}

static void
print_figures (MienJob *job,
               const char *name,
               gboolean is_number,
               const MienAgreement *agreement)
{
  guint first = is_number ? MIEN_AGREEMENT_ALPHA : MIEN_AGREEMENT_KAPPA;
  guint last = is_number ? MIEN_AGREEMENT_ICC : MIEN_AGREEMENT_ALPHA;

  mien_job_print (job, "  %-12s", name);
  for (guint i = first; i <= last; i++)
    {
      g_autofree char *text =
          figure_to_text (agreement->figures[i], agreement->intervals[i]);

      mien_job_print (job, "  %s %s", figure_names[i].title, text);
    }
}

static void
print_pair (MienJob *job, const MienAgreements *agreements, const MienPairFigures *pair)
{
  g_autofree char *one = mien_one_line (name_of (agreements, pair->annotators[0]));
  g_autofree char *other = mien_one_line (name_of (agreements, pair->annotators[1]));

  mien_job_print (job, "%s and %s\n", one, other);
  for (guint scale = 0; scale < MIEN_PAIR_SCALES; scale++)
    {
      const MienAgreement *agreement = &pair->scales[scale];
      g_autofree char *name = contrast_name (scale);

      if (agreement->n_pairs == 0)
        continue;
      print_figures (job, name, scale <= MIEN_PAIR_AROUSAL, agreement);
      mien_job_print (job, "  %" G_GSIZE_FORMAT " answers, %" G_GSIZE_FORMAT " videos\n",
                      agreement->n_pairs, agreement->n_clusters);
    }
}

static void
print_scale (MienJob *job, guint scale, const MienAgreement *agreement)
{
  g_autofree char *name = scale_name (scale);

  print_figures (job, name, scale < MIEN_SCALE_EXPRESSION, agreement);
  mien_job_print (job,
                  "  %" G_GSIZE_FORMAT " frames, %" G_GSIZE_FORMAT
                  " videos, %" G_GSIZE_FORMAT " annotators\n",
                  agreement->n_units, agreement->n_clusters, agreement->n_annotators);
}

static void
print_contrast (MienJob *job,
                guint row,
                const ContrastNames *names,
                const MienContrast *contrast,
                const char *with)
{
  g_autofree char *name = contrast_name (row);
  g_autofree char *difference = figure_to_text (contrast->difference, contrast->interval);

  mien_job_print (job, "  %-12s  %s", name,
                  row < MIEN_CONTRAST_EXPRESSION ? "CCC" : "share");
  for (guint side = 0; side < 2; side++)
    if (isnan (contrast->agreement[side]))
      mien_job_print (job, "  %s - of %" G_GSIZE_FORMAT, names->side[side],
                      contrast->n[side]);
    else
      mien_job_print (job, "  %s %.3f of %" G_GSIZE_FORMAT, names->side[side],
                      contrast->agreement[side], contrast->n[side]);
  mien_job_print (job, "  %s %s%s\n", names->difference, difference, with);
}

static void
print_annotator (MienJob *job, const MienAnnotatorFigures *figures)
{
  g_autofree char *name = mien_one_line (figures->work->name);

  mien_job_print (job, "%s: %" G_GUINT64_FORMAT " decisions", name,
                  figures->work->decisions);
  if (figures->work->median_us >= 0)
    mien_job_print (job, ", median %.1f s", seconds (figures->work->median_us));
  mien_job_print (job, "\n");
  for (guint row = 0; row < MIEN_CONTRAST_DRIFTS; row++)
    if (has_contrast (&figures->drift[row]))
      print_contrast (job, row, &drift_names, &figures->drift[row],
                      figures->with_others[row] ? "  with others" : "  with the model");
}

static void
print_text (MienJob *job, const MienAgreements *agreements)
{
  guint n = 0;

  for (guint scale = 0; scale < MIEN_SCALE_COUNT; scale++)
    if (has_scale (agreements, scale))
      {
        if (n++ == 0)
          mien_job_print (job, "between people\n");
        print_scale (job, scale, &agreements->people[scale]);
      }
  if (n == 0)
    mien_job_print (job, "no frame was answered by two people yet\n");
  /* Of two people it is what was said already. */
  for (guint i = 0; agreements->pairs->len > 1 && i < agreements->pairs->len; i++)
    print_pair (job, agreements, &g_array_index (agreements->pairs, MienPairFigures, i));
  n = 0;
  for (guint row = 0; row < MIEN_CONTRAST_COUNT; row++)
    if (has_contrast (&agreements->acceptance[row]))
      {
        if (n++ == 0)
          mien_job_print (job, "with the model, its proposal shown or hidden\n");
        print_contrast (job, row, &acceptance_names, &agreements->acceptance[row], "");
      }
  for (guint i = 0; i < agreements->annotators->len; i++)
    print_annotator (job, g_ptr_array_index (agreements->annotators, i));
}

static gboolean
run_agreement (MienJob *job, GError **error)
{
  const GOptionEntry entries[] = { G_OPTION_ENTRY_NULL };
  g_autoptr (MienStore) store = NULL;
  g_autoptr (MienAgreements) agreements = NULL;

  if (!mien_job_parse (job, entries, error))
    return FALSE;
  store = mien_store_open (job->operands[0], MIEN_STORE_READ_ONLY, error);
  if (store == NULL)
    return FALSE;
  agreements = mien_agreements_measure (store, error);
  if (agreements == NULL)
    return FALSE;
  if (job->json)
    print_json (job, agreements);
  else
    print_text (job, agreements);
  return TRUE;
}

const MienCommand mien_command_agreement = {
  .name = "agreement",
  .operands = "PROJECT",
  .summary = "Measure how far people agree with each other and with the model",
  .run = run_agreement,
  .details = "Intervals are of 95 %, from whole videos drawn anew, and need five of "
             "them. A figure "
             "that is not defined is \"-\", in JSON null.",
};
