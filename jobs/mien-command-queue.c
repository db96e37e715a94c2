/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * queue: what people should look at, why, and what the model thinks of it; and the shares
 * of the mix in which it is laid.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-commands.h"

#include <math.h>

#include "mien-json.h"
#include "mien-plan.h"
#include "mien-proposals.h"

/* The answer of the task: an expression, a point, or the units by number. */
static void
add_proposal (JsonBuilder *builder, const MienQueueItem *item)
{
  MienItem first = (MienItem) mien_task_first_item (item->task);

  if (!item->has_proposal)
    {
      mien_json_null (builder, "proposal");
      return;
    }
  if (item->task != MIEN_TASK_ACTION_UNITS)
    {
      mien_json_label (builder, "proposal", first, &item->proposal.item[first]);
      return;
    }
  json_builder_set_member_name (builder, "proposal");
  json_builder_begin_object (builder);
  for (guint unit = 0; unit < MIEN_UNIT_COUNT; unit++)
    {
      const MienLabel *label = &item->proposal.item[MIEN_ITEM_FIRST_UNIT + unit];
      g_autofree char *number = g_strdup_printf ("%u", mien_unit_number (unit));

      if (label->answer != MIEN_ANSWER_NONE)
        mien_json_label (builder, number, (MienItem) (MIEN_ITEM_FIRST_UNIT + unit),
                         label);
    }
  json_builder_end_object (builder);
}

static void
print_json (MienJob *job, GPtrArray *items)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_array (builder);
  for (guint i = 0; i < items->len; i++)
    {
      const MienQueueItem *item = g_ptr_array_index (items, i);

      json_builder_begin_object (builder);
      mien_json_string (builder, "frame", item->key);
      mien_json_string (builder, "task", mien_task_id (item->task));
      mien_json_string (builder, "reason", item->reason);
      add_proposal (builder, item);
      mien_json_real (builder, "confidence", item->confidence);
      mien_json_real (builder, "threshold", item->threshold);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  mien_job_print_json (job, builder);
}

static void
print_text (MienJob *job, GPtrArray *items)
{
  if (items->len == 0)
    mien_job_print (job, "nothing waits in the queue\n");
  for (guint i = 0; i < items->len; i++)
    {
      const MienQueueItem *item = g_ptr_array_index (items, i);

      mien_job_print (job, "%-24s  %-15s  %-10s", item->key, mien_task_id (item->task),
                      item->reason);
      if (isfinite (item->confidence) && isfinite (item->threshold))
        mien_job_print (job, "  %.3f of %.3f", item->confidence, item->threshold);
      if (item->has_proposal)
        {
          g_autofree char *text = mien_labels_to_text (&item->proposal, 1u << item->task);

          mien_job_print (job, "  %s", text);
        }
      mien_job_print (job, "\n");
    }
}

/* The shares, if text is not NULL, and the plan anew. */
static gboolean
renew (MienJob *job, const char *text, GError **error)
{
  g_autoptr (MienStore) store = NULL;
  g_autoptr (GError) failed = NULL;
  MienMix mix;

  if (text != NULL && !mien_mix_parse (text, &mix, &failed))
    return mien_job_usage_error (job, error, "--mix: %s", failed->message);
  store = mien_store_open (job->operands[0], MIEN_STORE_READ_WRITE, error);
  return store != NULL && (text == NULL || mien_plan_set_mix (store, &mix, error))
         && mien_plan_renew (store, error);
}

static gboolean
run_queue (MienJob *job, GError **error)
{
  g_autoptr (MienStore) store = NULL;
  g_autoptr (GPtrArray) items = NULL;
  g_autofree char *limit_text = NULL, *mix = NULL;
  gboolean anew = FALSE;
  gint64 limit = G_MAXUINT;
  const GOptionEntry entries[] = {
    { "limit", 0, 0, G_OPTION_ARG_FILENAME, &limit_text,
      "At most so many; without it, all", "N" },
    { "mix", 0, 0, G_OPTION_ARG_FILENAME, &mix,
      "From now on in these shares, which add up to 100", "REASON=SHARE,..." },
    { "renew", 0, 0, G_OPTION_ARG_NONE, &anew, "Plan anew what is asked next", NULL },
    G_OPTION_ENTRY_NULL
  };

  if (!mien_job_parse (job, entries, error)
      || (limit_text != NULL
          && !mien_job_parse_integer (job, "limit", limit_text, 1, G_MAXUINT, &limit,
                                      error))
      || ((mix != NULL || anew) && !renew (job, mix, error)))
    return FALSE;
  store = mien_store_open (job->operands[0], MIEN_STORE_READ_ONLY, error);
  if (store == NULL)
    return FALSE;
  items = mien_queue_list (store, (guint) limit, error);
  if (items == NULL)
    return FALSE;
  if (job->json)
    print_json (job, items);
  else
    print_text (job, items);
  return TRUE;
}

const MienCommand mien_command_queue = {
  .name = "queue",
  .operands = "PROJECT",
  .summary = "List what people should look at and why, in the order in which it is asked",
  .run = run_queue,
};
