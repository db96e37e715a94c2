/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The figures of diff, for machines and for people. Action units are told one by one,
 * where there is something to tell.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-diff-report.h"

#include "mien-json.h"

const char *
mien_diff_source_id (MienSource source)
{
  return source == MIEN_SOURCE_IMPORTED ? "imported"
         : source == MIEN_SOURCE_HUMAN  ? "human"
                                        : NULL;
}

static MienDiffCounts
sum_task (const MienDiff *counts, guint task)
{
  guint first = mien_task_first_item ((MienTask) task);
  MienDiffCounts sum = { 0 };

  for (guint item = first; item < first + mien_task_n_items ((MienTask) task); item++)
    {
      sum.added += counts->items[item].added;
      sum.removed += counts->items[item].removed;
      sum.changed += counts->items[item].changed;
    }
  return sum;
}

static gboolean
is_zero (const MienDiffCounts *counts)
{
  return counts->added + counts->removed + counts->changed == 0;
}

static gboolean
has_sides (const MienDiffSides *sides)
{
  return sides->before + sides->after > 0;
}

/* What an answer of MienDiff stands for. "point": valence and arousal have no classes. */
static char *
answer_text (MienItem item, guint answer)
{
  MienLabel label = { .answer = answer == MIEN_DIFF_CANNOT_TELL  ? MIEN_ANSWER_CANNOT_TELL
                                : answer == MIEN_DIFF_UNRESOLVED ? MIEN_ANSWER_UNRESOLVED
                                                                 : MIEN_ANSWER_VALUE,
                      .value = { answer, 0 } };

  if (item == MIEN_ITEM_VALENCE_AROUSAL && label.answer == MIEN_ANSWER_VALUE)
    return g_strdup ("point");
  return mien_label_to_text (item, &label);
}

/* ---- for machines ---- */

static void
add_counts (JsonBuilder *builder, const MienDiffCounts *counts)
{
  mien_json_integer (builder, "added", (gint64) counts->added);
  mien_json_integer (builder, "removed", (gint64) counts->removed);
  mien_json_integer (builder, "changed", (gint64) counts->changed);
}

static void
add_sides (JsonBuilder *builder, const MienDiffSides *sides)
{
  mien_json_integer (builder, "before", (gint64) sides->before);
  mien_json_integer (builder, "after", (gint64) sides->after);
}

static void
add_item (JsonBuilder *builder, const MienDiff *counts, MienItem item)
{
  add_counts (builder, &counts->items[item]);
  json_builder_set_member_name (builder, "answers");
  json_builder_begin_array (builder);
  for (guint answer = 0; answer < MIEN_DIFF_ANSWERS; answer++)
    {
      g_autofree char *text = answer_text (item, answer);

      if (!has_sides (&counts->answers[item][answer]))
        continue;
      json_builder_begin_object (builder);
      if (item == MIEN_ITEM_EXPRESSION && answer < MIEN_EXPRESSION_COUNT)
        mien_json_expression (builder, "answer", answer);
      else if (item >= MIEN_ITEM_FIRST_UNIT && answer < MIEN_EXPRESSION_COUNT)
        mien_json_integer (builder, "answer", answer);
      else
        mien_json_string (builder, "answer", text);
      add_sides (builder, &counts->answers[item][answer]);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_units (JsonBuilder *builder, const MienDiff *counts)
{
  MienDiffCounts sum = sum_task (counts, MIEN_TASK_ACTION_UNITS);

  add_counts (builder, &sum);
  json_builder_set_member_name (builder, "units");
  json_builder_begin_object (builder);
  for (guint unit = 0; unit < MIEN_UNIT_COUNT; unit++)
    {
      MienItem item = (MienItem) (MIEN_ITEM_FIRST_UNIT + unit);
      g_autofree char *number = g_strdup_printf ("%u", mien_unit_number (unit));

      if (is_zero (&counts->items[item]))
        continue;
      json_builder_set_member_name (builder, number);
      json_builder_begin_object (builder);
      add_item (builder, counts, item);
      json_builder_end_object (builder);
    }
  json_builder_end_object (builder);
}

static void
add_snapshot (JsonBuilder *builder, const char *name, const MienSnapshot *snapshot)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  mien_json_string (builder, "name", snapshot->name);
  mien_json_time (builder, "time", snapshot->time);
  json_builder_end_object (builder);
}

static void
add_labels (JsonBuilder *builder, const MienDiff *counts)
{
  json_builder_set_member_name (builder, "labels");
  json_builder_begin_object (builder);
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    {
      json_builder_set_member_name (builder, mien_task_id ((MienTask) task));
      json_builder_begin_object (builder);
      if (task == MIEN_TASK_ACTION_UNITS)
        add_units (builder, counts);
      else
        add_item (builder, counts, (MienItem) mien_task_first_item ((MienTask) task));
      json_builder_end_object (builder);
    }
  json_builder_end_object (builder);
}

void
mien_diff_add (JsonBuilder *builder,
               const MienSnapshot *from,
               const MienSnapshot *to,
               const MienDiff *counts)
{
  add_snapshot (builder, "from", from);
  add_snapshot (builder, "to", to);
  mien_json_integer (builder, "frames", counts->frames->len);
  add_labels (builder, counts);
  json_builder_set_member_name (builder, "not_a_face");
  json_builder_begin_object (builder);
  mien_json_integer (builder, "added", (gint64) counts->not_a_face.added);
  mien_json_integer (builder, "removed", (gint64) counts->not_a_face.removed);
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "sources");
  json_builder_begin_object (builder);
  for (guint source = MIEN_SOURCE_IMPORTED; source <= MIEN_SOURCE_HUMAN; source++)
    {
      json_builder_set_member_name (builder, mien_diff_source_id ((MienSource) source));
      json_builder_begin_object (builder);
      add_sides (builder, &counts->sources[source]);
      json_builder_end_object (builder);
    }
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "annotators");
  json_builder_begin_array (builder);
  for (guint i = 0; i < counts->annotators->len; i++)
    {
      const MienDiffAnnotator *annotator =
          &g_array_index (counts->annotators, MienDiffAnnotator, i);

      json_builder_begin_object (builder);
      mien_json_string (builder, "annotator", annotator->name);
      add_sides (builder, &annotator->sides);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

/* ---- for people ---- */

#define COUNT "%10" G_GUINT64_FORMAT

static void
print_counts (MienJob *job, const char *title, const MienDiffCounts *counts)
{
  mien_job_print (job, "  %-22s" COUNT COUNT COUNT "\n", title, counts->added,
                  counts->removed, counts->changed);
}

static void
print_sides (MienJob *job, const char *title, const MienDiffSides *sides)
{
  if (has_sides (sides))
    mien_job_print (job, "  %-22s" COUNT COUNT "\n", title, sides->before, sides->after);
}

static void
print_answers (MienJob *job, const MienDiff *counts)
{
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    for (guint answer = 0; answer < MIEN_DIFF_ANSWERS; answer++)
      {
        g_autofree char *name = mien_item_to_text ((int) item);
        g_autofree char *text = answer_text ((MienItem) item, answer);
        g_autofree char *title =
            item == MIEN_ITEM_EXPRESSION && answer < MIEN_EXPRESSION_COUNT
                ? g_strdup (text)
                : g_strdup_printf ("%s %s", name, text);

        print_sides (job, title, &counts->answers[item][answer]);
      }
}

void
mien_diff_print (MienJob *job,
                 const MienSnapshot *from,
                 const MienSnapshot *to,
                 const MienDiff *counts)
{
  mien_job_print (job, "%s to %s: %u frames differ\n", from->name, to->name,
                  counts->frames->len);
  if (counts->frames->len == 0)
    return;
  mien_job_print (job, "labels                       added   removed   changed\n");
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    {
      MienDiffCounts sum = sum_task (counts, task);

      print_counts (job, mien_task_id ((MienTask) task), &sum);
    }
  if (!is_zero (&counts->not_a_face))
    print_counts (job, "not-a-face", &counts->not_a_face);
  mien_job_print (job, "of those, so many were        before     after\n");
  print_answers (job, counts);
  for (guint source = MIEN_SOURCE_IMPORTED; source <= MIEN_SOURCE_HUMAN; source++)
    print_sides (job, mien_diff_source_id ((MienSource) source),
                 &counts->sources[source]);
  for (guint i = 0; i < counts->annotators->len; i++)
    {
      const MienDiffAnnotator *annotator =
          &g_array_index (counts->annotators, MienDiffAnnotator, i);
      g_autofree char *name = mien_one_line (annotator->name);
      g_autofree char *title = g_strconcat ("by ", name, NULL);

      print_sides (job, title, &annotator->sides);
    }
}
