/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Audits in the window: two charts of what has been answered often enough, a table of all
 * that was drawn, and the log of the thresholds.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-audit-group.h"

#include <glib/gi18n.h>
#include <math.h>

#include "mien-audit-charts.h"
#include "mien-chart-group.h"
#include "mien-report.h"
#include "mien-table.h"

enum
{
  /* Of the log, the latest. */
  MOST_CHANGES = 30,
};

struct _MienAuditGroup
{
  GtkWidget parent_instance;

  MienChartGroup *group;
  MienChartView *expressions, *units;
  GtkWidget *classes, *changes; /* boxes for a table each */
};

G_DEFINE_FINAL_TYPE (MienAuditGroup, mien_audit_group, GTK_TYPE_WIDGET)

/* "29 of 30" */
static char *
share_of (guint64 some, guint64 all)
{
  g_autofree char *one = mien_report_count (some);
  g_autofree char *other = mien_report_count (all);

  return all > 0 ? g_strdup_printf (_ ("%s of %s"), one, other) : g_strdup ("–");
}

/* "96.7 % (81.5–100.0)" */
static char *
precision_of (const MienAuditShown *audit)
{
  g_autofree char *share = mien_chart_format (audit->precision, MIEN_CHART_SHARE, 0);

  if (isnan (audit->precision))
    return g_steal_pointer (&share);
  return g_strdup_printf ("%s (%.1f–%.1f)", share, 100 * audit->lower,
                          100 * audit->upper);
}

static GtkWidget *
table_of_classes (const GArray *classes)
{
  MienTable table;

  mien_table_begin (&table, _ ("Audits by class"));
  mien_table_add (&table, TRUE, _ ("pseudo-label"), _ ("verdict"),
                  /* Translators: above a column: a share and its interval. */
                  _ ("precision"),
                  /* Translators: above a column: "29 of 30" answers. */
                  _ ("agreed"),
                  /* Translators: above a column: how many audits have an answer. */
                  _ ("answered"),
                  /* Translators: above a column: how many audits were drawn. */
                  _ ("drawn"),
                  /* Translators: above a column: the confidence from which on answers of
                     the model count. */
                  _ ("threshold"), NULL);
  for (guint i = 0; i < classes->len; i++)
    {
      const MienAuditShown *audit = &g_array_index (classes, MienAuditShown, i);
      g_autofree char *name = mien_audit_class_name (audit->item, audit->says);
      g_autofree char *precision = precision_of (audit);
      g_autofree char *agreed = share_of (audit->agreed, audit->counted);
      g_autofree char *answered = mien_report_count (audit->answered);
      g_autofree char *drawn = mien_report_count (audit->drawn);
      g_autofree char *threshold = mien_audit_threshold_name (audit->threshold);

      mien_table_add (&table, FALSE, name, mien_audit_verdict_name (audit->verdict),
                      precision, agreed, answered, drawn, threshold, NULL);
    }
  return table.card;
}

static GtkWidget *
table_of_changes (const GArray *changes)
{
  guint shown = MIN (changes->len, MOST_CHANGES);
  MienTable table;

  mien_table_begin (&table, _ ("Thresholds that audits have raised"));
  mien_table_add (&table, TRUE, _ ("pseudo-label"),
                  /* Translators: above a column: a threshold. */
                  _ ("from"),
                  /* Translators: above a column: a threshold. */
                  _ ("to"),
                  /* Translators: above a column: "only 12 of 30 agreed". */
                  _ ("because"),
                  /* Translators: above a column: a time. */
                  _ ("when"), NULL);
  for (guint i = 0; i < shown; i++)
    {
      const MienThresholdChange *change =
          &g_array_index (changes, MienThresholdChange, changes->len - 1 - i);
      g_autofree char *name = mien_audit_class_name (change->item, change->says);
      g_autofree char *before = mien_audit_threshold_name (change->before);
      g_autofree char *after = mien_audit_threshold_name (change->after);
      g_autofree char *agreed = mien_report_count (change->agreed);
      g_autofree char *answers = mien_report_count (change->answers);
      g_autofree char *because =
          g_strdup_printf (_ ("only %s of %s agreed"), agreed, answers);
      g_autofree char *when = mien_report_time (change->time);

      mien_table_add (&table, FALSE, name, before, after, because, when, NULL);
    }
  if (shown < changes->len)
    {
      g_autofree char *count = mien_report_count (changes->len - shown);
      g_autofree char *rest = g_strdup_printf (_ ("and %s earlier"), count);

      mien_table_add (&table, FALSE, rest, NULL);
    }
  return table.card;
}

/* card: NULL: none. */
static void
put_card (GtkWidget *box, GtkWidget *card)
{
  GtkWidget *old = gtk_widget_get_first_child (box);

  if (old != NULL)
    gtk_box_remove (GTK_BOX (box), old);
  if (card != NULL)
    gtk_box_append (GTK_BOX (box), card);
  gtk_widget_set_visible (box, card != NULL);
}

static void
put_chart (MienChartView *view, MienChart *chart, const char *caption, const char *empty)
{
  mien_chart_view_set_chart (view, chart, caption, empty);
  mien_chart_unref (chart);
}

void
mien_audit_group_fail (MienAuditGroup *self, const char *message)
{
  gtk_widget_set_visible (GTK_WIDGET (self->expressions), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->units), FALSE);
  put_card (self->classes, NULL);
  put_card (self->changes, NULL);
  mien_chart_group_set_description (self->group, message);
}

static char *
describe (const MienAuditsShown *audits)
{
  double percent = 100 * audits->target;
  g_autofree char *target =
      mien_chart_format (audits->target, MIEN_CHART_SHARE,
                         fabs (percent - round (percent)) < 1e-9 ? 0.01 : 0.001);

  return g_strdup_printf (
      /* Translators: a share, as in "95 %". */
      _ ("Some of the accepted pseudo-labels are drawn at random and asked again, "
         "without "
         "the model's answer in sight. The share that people agree with is their "
         "precision, "
         "of which at least %s is wanted. Where a class misses it, Propose raises its "
         "threshold."),
      target);
}

void
mien_audit_group_show (MienAuditGroup *self, const MienAuditsShown *audits)
{
  const char *caption =
      /* xgettext:no-c-format */
      _ ("The share of blind answers that agreed, with its 95 % interval");
  MienChart *expressions, *units;
  g_autofree char *description = NULL;

  if (audits == NULL || (audits->classes->len == 0 && audits->changes->len == 0))
    {
      mien_audit_group_fail (
          self,
          audits == NULL
              ? _ ("Audits tell how right accepted pseudo-labels are: some are drawn "
                   "at random and asked again, without the model's answer in sight. "
                   "They begin with a model in use: Retrain makes one, and Propose "
                   "lets it read faces.")
              : _ ("Audits tell how right accepted pseudo-labels are: some are drawn "
                   "at random and asked again, without the model's answer in sight. "
                   "They begin when Propose has accepted answers of a class."));
      return;
    }
  description = describe (audits);
  mien_chart_group_set_description (self->group, description);
  expressions = mien_audit_chart_expressions (audits);
  units = mien_audit_chart_units (audits);
  put_chart (
      self->expressions, expressions, caption,
      mien_chart_has_data (units)
          ? NULL
          : _ ("No class has answers enough yet to tell. Audits come up in Review, "
               "among the other faces."));
  put_chart (self->units, units, caption, NULL);
  put_card (self->classes,
            audits->classes->len > 0 ? table_of_classes (audits->classes) : NULL);
  put_card (self->changes,
            audits->changes->len > 0 ? table_of_changes (audits->changes) : NULL);
}

static void
mien_audit_group_dispose (GObject *object)
{
  MienAuditGroup *self = MIEN_AUDIT_GROUP (object);

  if (self->group != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->group));
  self->group = NULL;
  G_OBJECT_CLASS (mien_audit_group_parent_class)->dispose (object);
}

static void
mien_audit_group_class_init (MienAuditGroupClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mien_audit_group_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass),
                                            GTK_TYPE_BIN_LAYOUT);
}

static void
mien_audit_group_init (MienAuditGroup *self)
{
  self->group = MIEN_CHART_GROUP (mien_chart_group_new (_ ("Audits"), NULL));
  gtk_widget_set_parent (GTK_WIDGET (self->group), GTK_WIDGET (self));
  self->expressions = mien_chart_group_add (self->group);
  self->units = mien_chart_group_add (self->group);
  self->classes = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  self->changes = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  mien_chart_group_append (self->group, self->classes);
  mien_chart_group_append (self->group, self->changes);
}

GtkWidget *
mien_audit_group_new (void)
{
  return g_object_new (MIEN_TYPE_AUDIT_GROUP, NULL);
}
