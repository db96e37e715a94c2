/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * thresholds: above which confidence answers of the model in use count as pseudo-labels,
 * how right they were where they were audited, and what that has changed.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-commands.h"

#include <math.h>

#include "mien-auditing.h"
#include "mien-json.h"
#include "mien-threshold-log.h"

typedef struct
{
  MienJob *job;
  MienModel *model;
  double target;
  GArray *audited; /* MienAudited */
  GArray *changes; /* MienThresholdChange, all there ever were of the model */
} Thresholds;

static void
thresholds_clear (Thresholds *thresholds)
{
  g_clear_pointer (&thresholds->model, mien_model_free);
  g_clear_pointer (&thresholds->audited, g_array_unref);
  g_clear_pointer (&thresholds->changes, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Thresholds, thresholds_clear)

/* "Happiness", "AU12 present" */
static char *
name_of (MienItem item, int says)
{
  if (item == MIEN_ITEM_EXPRESSION)
    return g_strdup (mien_expression_name ((guint) says));
  return g_strdup_printf ("AU%u %s", mien_unit_number (item - MIEN_ITEM_FIRST_UNIT),
                          says != 0 ? "present" : "absent");
}

static void
add_class (JsonBuilder *builder, MienItem item, int says)
{
  if (item == MIEN_ITEM_EXPRESSION)
    {
      mien_json_expression (builder, "expression", (guint) says);
      return;
    }
  mien_json_integer (builder, "unit", mien_unit_number (item - MIEN_ITEM_FIRST_UNIT));
  mien_json_boolean (builder, "present", says != 0);
}

static void
print_json (const Thresholds *thresholds)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  mien_json_integer (builder, "model", thresholds->model->id);
  mien_json_real (builder, "target", thresholds->target);
  json_builder_set_member_name (builder, "classes");
  json_builder_begin_array (builder);
  for (guint i = 0; i < thresholds->audited->len; i++)
    {
      const MienAudited *one = &g_array_index (thresholds->audited, MienAudited, i);

      json_builder_begin_object (builder);
      add_class (builder, one->item, one->says);
      mien_json_real (builder, "threshold", one->threshold);
      mien_json_integer (builder, "drawn", one->drawn);
      mien_json_integer (builder, "answered", one->answered);
      mien_json_integer (builder, "counted", (gint64) one->interval.answers);
      mien_json_integer (builder, "agreed", one->agreed);
      mien_json_real (builder, "precision", one->interval.estimate);
      mien_json_real (builder, "lower", one->interval.lower);
      mien_json_real (builder, "upper", one->interval.upper);
      mien_json_string (builder, "verdict", mien_audit_verdict_id (one->verdict));
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "changes");
  json_builder_begin_array (builder);
  for (guint i = 0; i < thresholds->changes->len; i++)
    {
      const MienThresholdChange *change =
          &g_array_index (thresholds->changes, MienThresholdChange, i);

      json_builder_begin_object (builder);
      mien_json_time (builder, "time", change->time);
      add_class (builder, change->item, change->says);
      mien_json_real (builder, "before", change->before);
      mien_json_real (builder, "after", change->after);
      mien_json_integer (builder, "answers", change->answers);
      mien_json_integer (builder, "agreed", change->agreed);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  mien_job_print_json (thresholds->job, builder);
}

static void
print_text (const Thresholds *thresholds)
{
  MienJob *job = thresholds->job;

  mien_job_print (job, "model %" G_GINT64_FORMAT ", wanted precision %.3f\n",
                  thresholds->model->id, thresholds->target);
  mien_job_print (job, "%-14s  %9s  %5s  %8s  %9s  %s\n", "", "threshold", "drawn",
                  "answered", "precision", "interval");
  for (guint i = 0; i < thresholds->audited->len; i++)
    {
      const MienAudited *one = &g_array_index (thresholds->audited, MienAudited, i);
      g_autofree char *name = name_of (one->item, one->says);

      g_autofree char *threshold = one->threshold <= 1
                                       ? g_strdup_printf ("%.3f", one->threshold)
                                       : g_strdup ("never");

      mien_job_print (job, "%-14s  %9s  %5u  %8u", name, threshold, one->drawn,
                      one->answered);
      if (one->interval.answers > 0)
        mien_job_print (job, "  %9.3f  %.3f to %.3f  %s", one->interval.estimate,
                        one->interval.lower, one->interval.upper,
                        mien_audit_verdict_id (one->verdict));
      mien_job_print (job, "\n");
    }
  for (guint i = 0; i < thresholds->changes->len; i++)
    {
      const MienThresholdChange *change =
          &g_array_index (thresholds->changes, MienThresholdChange, i);
      g_autofree char *name = name_of (change->item, change->says);

      mien_job_print (job, "%s: from %.3f to %.3f, because %u of %u were right\n", name,
                      change->before, change->after, change->agreed, change->answers);
    }
}

/* What is asked for first: another target, or what the audits demand. */
static gboolean
change (MienJob *job, double target, gboolean apply, GError **error)
{
  g_autoptr (MienStore) store =
      mien_store_open (job->operands[0], MIEN_STORE_READ_WRITE, error);
  g_autoptr (GError) failed = NULL;
  g_autoptr (MienModel) model = NULL;
  g_autoptr (GArray) changes = NULL;

  if (store == NULL
      || (!isnan (target) && !mien_auditing_set_target (store, target, error)))
    return FALSE;
  if (!apply)
    return TRUE;
  model = mien_models_current (store, &failed);
  if (model != NULL)
    return mien_auditing_apply (store, model, &changes, error);
  if (failed == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

static gboolean
look (Thresholds *thresholds, GError **error)
{
  g_autoptr (MienStore) store =
      mien_store_open (thresholds->job->operands[0], MIEN_STORE_READ_ONLY, error);
  g_autoptr (GError) failed = NULL;

  if (store == NULL)
    return FALSE;
  thresholds->model = mien_models_current (store, &failed);
  if (thresholds->model == NULL)
    {
      if (failed != NULL)
        g_propagate_error (error, g_steal_pointer (&failed));
      else
        g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED,
                     "%s: no model is in use, so nothing is accepted; train one",
                     mien_store_path (store));
      return FALSE;
    }
  thresholds->target = mien_auditing_target (store);
  thresholds->audited =
      mien_auditing_read (store, thresholds->model, thresholds->target, error);
  if (thresholds->audited != NULL)
    thresholds->changes = mien_threshold_log_read (store, thresholds->model->id, error);
  return thresholds->changes != NULL;
}

static gboolean
run_thresholds (MienJob *job, GError **error)
{
  g_auto (Thresholds) thresholds = { .job = job };
  g_autofree char *target_text = NULL;
  gboolean apply = FALSE;
  double target = (double) NAN;
  const GOptionEntry entries[] = {
    { "target", 0, 0, G_OPTION_ARG_FILENAME, &target_text,
      "From now on, the precision that pseudo-labels shall have, 0.5 to 0.999", "X" },
    { "apply", 0, 0, G_OPTION_ARG_NONE, &apply,
      "Raise the thresholds of classes that have missed it", NULL },
    G_OPTION_ENTRY_NULL
  };

  if (!mien_job_parse (job, entries, error)
      || (target_text != NULL
          && !mien_job_parse_real (job, "target", target_text, 0.5, 0.999, &target,
                                   error))
      || ((target_text != NULL || apply) && !change (job, target, apply, error))
      || !look (&thresholds, error))
    return FALSE;
  if (job->json)
    print_json (&thresholds);
  else
    print_text (&thresholds);
  return TRUE;
}

const MienCommand mien_command_thresholds = {
  .name = "thresholds",
  .operands = "PROJECT",
  .summary = "Say how right audited pseudo-labels were, class by class",
  .run = run_thresholds,
};
