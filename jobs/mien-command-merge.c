/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * merge: copies of a project that were worked on apart become one. The job of the project
 * while it runs; every copy is checked before the project is touched, and what is stopped
 * or killed goes on with the same command.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-commands.h"

#include "mien-json.h"
#include "mien-merge.h"

static void
count (guint64 done, guint64 total, gpointer data)
{
  MienJob *job = data;

  mien_progress_count (job->progress, done, total);
}

static void
add_conflict (JsonBuilder *builder, const MienConflict *conflict)
{
  g_autofree char *item = mien_item_to_text (conflict->item);

  json_builder_begin_object (builder);
  mien_json_string (builder, "frame", conflict->key);
  mien_json_string (builder, "item", item);
  mien_json_string (builder, "kind", mien_conflict_kind_id (conflict->kind));
  json_builder_set_member_name (builder, "answers");
  json_builder_begin_array (builder);
  for (guint i = 0; i < conflict->answers->len; i++)
    {
      const MienConflictAnswer *answer = g_ptr_array_index (conflict->answers, i);

      json_builder_begin_object (builder);
      mien_json_string (builder, "annotator", answer->annotator);
      mien_json_time (builder, "time", answer->time);
      mien_json_label (builder, "value", (MienItem) conflict->item, &answer->label);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

static void
print_json (MienJob *job, const MienMergeReport *report)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  mien_json_integer (builder, "events_added", (gint64) report->events);
  mien_json_integer (builder, "frames_added", (gint64) report->frames);
  mien_json_integer (builder, "images_added", (gint64) report->images);
  json_builder_set_member_name (builder, "annotators_added");
  json_builder_begin_array (builder);
  for (guint i = 0; i < report->annotators->len; i++)
    mien_json_string (builder, NULL, g_ptr_array_index (report->annotators, i));
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "conflicts");
  json_builder_begin_array (builder);
  for (guint i = 0; i < report->conflicts->len; i++)
    add_conflict (builder, g_ptr_array_index (report->conflicts, i));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  mien_job_print_json (job, builder);
}

static void
print_conflict (MienJob *job, const MienConflict *conflict)
{
  g_autofree char *item = mien_item_to_text (conflict->item);

  mien_job_print (job, "%-24s  %-15s  %-12s", conflict->key, item,
                  mien_conflict_kind_id (conflict->kind));
  for (guint i = 0; i < conflict->answers->len; i++)
    {
      const MienConflictAnswer *answer = g_ptr_array_index (conflict->answers, i);
      g_autofree char *value =
          mien_label_to_text ((MienItem) conflict->item, &answer->label);

      mien_job_print (job, "%s%s: %s", i == 0 ? "  " : ", ",
                      answer->annotator != NULL ? answer->annotator : "imported", value);
    }
  mien_job_print (job, "\n");
}

static void
print_count (MienJob *job, const char *title, guint64 n)
{
  mien_job_print (job, "%-18s%8" G_GUINT64_FORMAT "\n", title, n);
}

static void
print_text (MienJob *job, const MienMergeReport *report)
{
  print_count (job, "events added", report->events);
  print_count (job, "frames added", report->frames);
  print_count (job, "images added", report->images);
  print_count (job, "annotators added", report->annotators->len);
  print_count (job, "conflicts", report->conflicts->len);
  for (guint i = 0; i < report->conflicts->len; i++)
    print_conflict (job, g_ptr_array_index (report->conflicts, i));
}

/* NULL if it was stopped, too. The report is the merge's. */
static const MienMergeReport *
merge_all (MienJob *job, MienMerge *merge, GError **error)
{
  mien_progress_stage (job->progress, "check");
  for (guint i = 1; job->operands[i] != NULL; i++)
    if (!mien_merge_add (merge, job->operands[i], error))
      return NULL;
  mien_progress_stage (job->progress, "merge");
  return mien_merge_run (merge, error);
}

static gboolean
run_merge (MienJob *job, GError **error)
{
  const GOptionEntry entries[] = { G_OPTION_ENTRY_NULL };
  g_autoptr (MienStore) store = NULL;
  g_autoptr (MienMerge) merge = NULL;
  g_autoptr (GError) failed = NULL;
  const MienMergeReport *report;

  if (!mien_job_parse (job, entries, error))
    return FALSE;
  store = mien_store_open (job->operands[0], MIEN_STORE_READ_WRITE, error);
  if (store == NULL || !mien_store_job_begin (store, "merge", error))
    return FALSE;
  merge = mien_merge_new (store, count, job, job->cancellable);
  report = merge_all (job, merge, &failed);
  if (report == NULL)
    {
      if (!mien_job_is_stopped (
              job, "what is in the project stays; the same command goes on", error))
        g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  if (!mien_store_job_end (store, error))
    return FALSE;
  if (job->json)
    print_json (job, report);
  else
    print_text (job, report);
  return TRUE;
}

const MienCommand mien_command_merge = {
  .name = "merge",
  .operands = "PROJECT OTHER...",
  .summary = "Take over what was decided in copies of the project",
  .long_running = TRUE,
  .run = run_merge,
  .details =
      "The copies stay as they are, and each is checked whole before the project is "
      "changed. The order does not matter, and merging again adds nothing. What the "
      "copies disagree on is listed; where no answer has the majority, the frame waits "
      "in the queue again. Models and proposals are not taken over.",
};
