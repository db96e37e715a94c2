/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The figures of a training. Those of the control come from the same frames, the same
 * seed and as many steps, with no label but people's.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-train-report.h"

#include <math.h>

#include "mien-json.h"

static void
add_hidden (JsonBuilder *builder, const MienTrained *trained)
{
  const MienHiddenResult *hidden = &trained->hidden;

  if (!trained->has_hidden)
    {
      mien_json_null (builder, "hidden_labels");
      return;
    }
  json_builder_set_member_name (builder, "hidden_labels");
  json_builder_begin_object (builder);
  mien_json_integer (builder, "frames", (gint64) hidden->frames);
  mien_json_real (builder, "coverage", hidden->coverage);
  mien_json_real (builder, "accepted", hidden->accepted);
  mien_json_real (builder, "precision", hidden->precision);
  json_builder_end_object (builder);
}

void
mien_json_trained (JsonBuilder *builder, const MienTrained *trained)
{
  mien_json_integer (builder, "epochs", trained->result.epochs);
  if (trained->result.is_tuned)
    mien_json_integer (builder, "best_epoch", trained->result.delivered);
  else
    mien_json_null (builder, "best_epoch");
  mien_json_real (builder, "coverage", trained->result.coverage);
  add_hidden (builder, trained);
}

static void
append_share (GString *text, const char *before, double share)
{
  if (isfinite (share))
    g_string_append_printf (text, "%s%.1f %%", before, 100 * share);
  else
    g_string_append_printf (text, "%s-", before);
}

static void
append_trained (GString *text, const char *title, const MienTrained *trained)
{
  const MienMetrics *figures = &trained->processed.metrics;
  g_autofree char *metrics = mien_metrics_to_text (figures);
  g_autofree char *comparison = mien_postprocessing_to_text (&trained->processed);

  g_string_append_printf (text, "%s\n%s%s", title, metrics, comparison);
  if (figures->has_expression)
    {
      append_share (text, "coverage         ", trained->result.coverage);
      g_string_append (text, " of expressions at 95 % precision\n");
    }
  if (trained->has_hidden)
    {
      const MienHiddenResult *hidden = &trained->hidden;

      append_share (text, "hidden labels    ", hidden->coverage);
      g_string_append_printf (text, " of %" G_GUINT64_FORMAT " at 95 %% precision",
                              hidden->frames);
      append_share (text, "; above the thresholds ", hidden->accepted);
      append_share (text, ", right ", hidden->precision);
      g_string_append_c (text, '\n');
    }
  if (trained->result.is_tuned)
    g_string_append_printf (text,
                            "epoch            %d of %d, the best on tuning videos\n",
                            trained->result.delivered, trained->result.epochs);
}

char *
mien_trained_to_text (const char *title,
                      const MienTrained *trained,
                      const MienTrained *control)
{
  GString *text = g_string_new (NULL);
  double gain;

  append_trained (text, title, trained);
  if (control == NULL)
    return g_string_free (text, FALSE);
  append_trained (text, "control: labels alone, the same steps and seed", control);
  gain = trained->processed.metrics.score - control->processed.metrics.score;
  if (isfinite (gain))
    g_string_append_printf (text,
                            "Learning from unlabelled frames %s the score by %.4f.\n",
                            gain >= 0 ? "raises" : "lowers", fabs (gain));
  return g_string_free (text, FALSE);
}
