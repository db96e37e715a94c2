/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * From audited answers to verdicts and thresholds. Answers count in the order in which
 * they were given, because looks are fixed numbers of them (mien-audit.h).
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-auditing.h"

#include "mien-job.h"
#include "mien-plan.h"
#include "mien-threshold-log.h"

#define TARGET_SETTING "audit-target"
#define TARGET 0.95

const char *
mien_audit_verdict_id (MienAuditVerdict verdict)
{
  static const char *const ids[] = { "too few", "open", "met", "missed" };

  return ids[verdict];
}

static int
by_event (gconstpointer a, gconstpointer b)
{
  const MienAudit *one = a, *other = b;

  return one->event < other->event ? -1 : one->event > other->event;
}

/* audits: by event. */
static void
judge (const GArray *audits, double target, MienAudited *audited)
{
  g_autofree MienAuditAnswer *answers = g_new (MienAuditAnswer, audits->len + 1);

  for (guint i = 0; i < audits->len; i++)
    {
      const MienAudit *audit = &g_array_index (audits, MienAudit, i);

      if (audit->item != audited->item || audit->says != audited->says
          || audit->threshold != audited->threshold)
        continue;
      audited->drawn++;
      if (audit->counts)
        answers[audited->answered++] =
            (MienAuditAnswer){ audit->video, audit->agreed != FALSE };
    }
  mien_audit_interval (answers, audited->answered, &audited->interval);
  for (gsize i = 0; i < audited->interval.answers; i++)
    audited->agreed += answers[i].agreed;
  audited->verdict = mien_audit_judge (&audited->interval, target);
}

static void
add (GArray *result,
     const MienModel *model,
     const GArray *audits,
     double target,
     MienItem item,
     int says)
{
  MienAudited audited = { .item = item,
                          .says = says,
                          .threshold =
                              mien_threshold_of (&model->thresholds, item, says) };

  if (!(model->tasks >> mien_item_task (item) & 1))
    return;
  judge (audits, target, &audited);
  g_array_append_val (result, audited);
}

GArray *
mien_auditing_read (MienStore *store,
                    const MienModel *model,
                    double target,
                    GError **error)
{
  g_autoptr (GArray) audits = mien_plan_audits (store, model->id, error);
  g_autoptr (GArray) result = g_array_new (FALSE, FALSE, sizeof (MienAudited));

  if (audits == NULL)
    return NULL;
  g_array_sort (audits, by_event);
  for (int class = 0; class < MIEN_EXPRESSION_COUNT; class ++)
    add (result, model, audits, target, MIEN_ITEM_EXPRESSION, class);
  for (guint unit = 0; unit < MIEN_UNIT_COUNT; unit++)
    for (int says = 1; says >= 0; says--)
      add (result, model, audits, target, (MienItem) (MIEN_ITEM_FIRST_UNIT + unit), says);
  return g_steal_pointer (&result);
}

gboolean
mien_auditing_apply (MienStore *store,
                     const MienModel *model,
                     GArray **changes,
                     GError **error)
{
  g_autoptr (GArray) audited =
      mien_auditing_read (store, model, mien_auditing_target (store), error);
  g_autoptr (GArray) raised = g_array_new (FALSE, FALSE, sizeof (MienThresholdChange));

  for (guint i = 0; audited != NULL && i < audited->len; i++)
    {
      const MienAudited *one = &g_array_index (audited, MienAudited, i);
      MienThresholdChange change = { .item = one->item,
                                     .says = one->says,
                                     .before = one->threshold,
                                     .after = mien_audit_raise (one->threshold),
                                     .answers = (guint) one->interval.answers,
                                     .agreed = one->agreed };

      if (one->verdict == MIEN_AUDIT_MISSED)
        g_array_append_val (raised, change);
    }
  if (audited == NULL
      || (raised->len > 0 && !mien_threshold_log_apply (store, model->id, raised, error)))
    return FALSE;
  *changes = g_steal_pointer (&raised);
  return TRUE;
}

static gboolean
is_sensible (double target)
{
  return target >= 0.5 && target <= 0.999;
}

double
mien_auditing_target (MienStore *store)
{
  g_autofree char *text = mien_store_setting (store, TARGET_SETTING, NULL);
  double target = text != NULL ? g_ascii_strtod (text, NULL) : TARGET;

  return is_sensible (target) ? target : TARGET;
}

gboolean
mien_auditing_set_target (MienStore *store, double target, GError **error)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_return_val_if_fail (is_sensible (target), FALSE);
  return mien_store_set_setting (store, TARGET_SETTING,
                                 g_ascii_dtostr (text, sizeof text, target), error);
}
