/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Audits as charts. An interval is drawn only where mienctl has judged it: what comes
 * between two looks of an audit is shown nowhere, because it was not looked at.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-audit-charts.h"

#include <glib/gi18n.h>
#include <math.h>

char *
mien_audit_class_name (MienItem item, int says)
{
  guint number;

  if (item == MIEN_ITEM_EXPRESSION)
    return g_strdup (_ (mien_expression_name ((guint) says)));
  number = mien_unit_number (item - MIEN_ITEM_FIRST_UNIT);
  /* Translators: answers of a model that say that a unit is in a face. */
  return says != 0 ? g_strdup_printf (_ ("AU%u present"), number)
                   /* Translators: answers of a model that say that a unit is not in a
                      face. */
                   : g_strdup_printf (_ ("AU%u absent"), number);
}

const char *
mien_audit_verdict_name (MienVerdict verdict)
{
  switch (verdict)
    {
    case MIEN_VERDICT_OPEN:
      /* Translators: a verdict: the wanted precision may be reached or not. */
      return _ ("open");
    case MIEN_VERDICT_MET:
      /* Translators: a verdict: the wanted precision is reached. */
      return _ ("met");
    case MIEN_VERDICT_MISSED:
      /* Translators: a verdict: the wanted precision is not reached. */
      return _ ("missed");
    case MIEN_VERDICT_TOO_FEW:
    default:
      /* Translators: a verdict: too few answers to tell. */
      return _ ("too few");
    }
}

char *
mien_audit_threshold_name (double threshold)
{
  return threshold <= 1 ? g_strdup_printf ("%.3f", threshold)
                        : g_strdup (_ ("never accepted"));
}

enum
{
  MOST = 2 * MIEN_UNIT_COUNT,
};

/* The classes of a task that have an interval. */
static MienChart *
chart_of (const MienAuditsShown *audits, gboolean units, const char *title)
{
  double value[MOST], low[MOST], high[MOST], least = audits->target;
  const MienChartSeries series = { .values = value, .low = low, .high = high };
  g_auto (GStrv) names = g_new0 (char *, MOST + 1);
  const char *verdicts[MOST];
  MienChartSpec spec;
  guint n = 0;

  for (guint i = 0; i < audits->classes->len && n < MOST; i++)
    {
      const MienAuditShown *audit = &g_array_index (audits->classes, MienAuditShown, i);

      if ((audit->item != MIEN_ITEM_EXPRESSION) != units || isnan (audit->precision))
        continue;
      names[n] = mien_audit_class_name (audit->item, audit->says);
      verdicts[n] = mien_audit_verdict_name (audit->verdict);
      value[n] = audit->precision;
      low[n] = audit->lower;
      high[n] = audit->upper;
      least = MIN (least, audit->lower);
      n++;
    }
  mien_chart_spec_init (&spec, MIEN_CHART_INTERVALS, title);
  spec.unit = MIEN_CHART_SHARE;
  spec.n_points = n;
  spec.categories = (const char *const *) names;
  spec.notes = verdicts;
  /* Translators: the axis of a chart: the share of audited answers that were right. */
  spec.y_title = _ ("precision");
  spec.low = floor (least * 10) / 10;
  spec.high = 1;
  spec.mark = audits->target;
  /* Translators: a line in a chart: the precision that is wanted. */
  spec.mark_name = _ ("wanted");
  return mien_chart_new (&spec, &series, n > 0 ? 1 : 0);
}

MienChart *
mien_audit_chart_expressions (const MienAuditsShown *audits)
{
  return chart_of (audits, FALSE, _ ("Audited expressions"));
}

MienChart *
mien_audit_chart_units (const MienAuditsShown *audits)
{
  return chart_of (audits, TRUE, _ ("Audited action units"));
}
