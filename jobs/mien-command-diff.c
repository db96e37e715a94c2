/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * diff: what differs between the labels of two snapshots, in figures and, if asked, label
 * by label.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-commands.h"

#include "mien-diff-report.h"
#include "mien-frames.h"
#include "mien-json.h"
#include "mien-snapshot.h"

#define NOT_A_FACE "not-a-face"

typedef struct
{
  MienJob *job;
  MienStore *store;
  MienSnapshot *from, *to;
  MienDiff *counts;
  JsonBuilder *builder; /* NULL: text */
} Diff;

static void
diff_clear (Diff *diff)
{
  mien_diff_free (diff->counts);
  mien_snapshot_free (diff->from);
  mien_snapshot_free (diff->to);
  mien_store_close (diff->store);
  g_clear_object (&diff->builder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Diff, diff_clear)

/* Two that say the same differ in their source. */
static char *
label_text (MienItem item, const MienLabel *label)
{
  g_autofree char *text = mien_label_to_text (item, label);
  const char *source = mien_diff_source_id (label->source);

  return source != NULL ? g_strdup_printf ("%s (%s)", text, source)
                        : g_steal_pointer (&text);
}

static void
say_label (const Diff *diff,
           const char *frame,
           MienItem item,
           const MienLabel *before,
           const MienLabel *after)
{
  g_autofree char *name = mien_item_to_text ((int) item);

  if (diff->builder == NULL)
    {
      g_autofree char *old = label_text (item, before);
      g_autofree char *new = label_text (item, after);

      mien_job_print (diff->job, "%s  %s: %s -> %s\n", frame, name, old, new);
      return;
    }
  json_builder_begin_object (diff->builder);
  mien_json_string (diff->builder, "frame", frame);
  mien_json_string (diff->builder, "item", name);
  mien_json_label (diff->builder, "before", item, before);
  mien_json_label (diff->builder, "after", item, after);
  mien_json_string (diff->builder, "source_before", mien_diff_source_id (before->source));
  mien_json_string (diff->builder, "source_after", mien_diff_source_id (after->source));
  json_builder_end_object (diff->builder);
}

static void
say_face (const Diff *diff, const char *frame, gboolean was_none)
{
  if (diff->builder == NULL)
    {
      mien_job_print (diff->job, "%s  frame: %s -> %s\n", frame,
                      was_none ? NOT_A_FACE : "-", was_none ? "-" : NOT_A_FACE);
      return;
    }
  json_builder_begin_object (diff->builder);
  mien_json_string (diff->builder, "frame", frame);
  mien_json_string (diff->builder, "item", "frame");
  mien_json_string (diff->builder, "before", was_none ? NOT_A_FACE : NULL);
  mien_json_string (diff->builder, "after", was_none ? NULL : NOT_A_FACE);
  mien_json_null (diff->builder, "source_before");
  mien_json_null (diff->builder, "source_after");
  json_builder_end_object (diff->builder);
}

static gboolean
list_frame (const Diff *diff, gint64 id, GError **error)
{
  g_autoptr (MienFrame) frame = mien_frames_get (diff->store, id, error);
  MienLabels before, after;
  gboolean was_none, is_none;

  if (frame == NULL
      || !mien_snapshot_labels (diff->store, diff->from, id, &before, &was_none, error)
      || !mien_snapshot_labels (diff->store, diff->to, id, &after, &is_none, error))
    return FALSE;
  if (was_none != is_none)
    say_face (diff, frame->key, was_none);
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    if (!mien_label_equal (&before.item[item], &after.item[item])
        || before.item[item].source != after.item[item].source)
      say_label (diff, frame->key, (MienItem) item, &before.item[item],
                 &after.item[item]);
  return TRUE;
}

static gboolean
list_frames (const Diff *diff, GError **error)
{
  GArray *frames = diff->counts->frames;

  if (diff->builder != NULL)
    {
      json_builder_set_member_name (diff->builder, "changes");
      json_builder_begin_array (diff->builder);
    }
  for (guint i = 0; i < frames->len; i++)
    if (mien_job_is_stopped (diff->job, "nothing was written", error)
        || !list_frame (diff, g_array_index (frames, gint64, i), error))
      return FALSE;
  if (diff->builder != NULL)
    json_builder_end_array (diff->builder);
  return TRUE;
}

static void
count (guint64 done, guint64 total, gpointer data)
{
  MienJob *job = data;

  mien_progress_count (job->progress, done, total);
}

static gboolean
load (Diff *diff, GError **error)
{
  char **operands = diff->job->operands;
  MienSnapshotWatch watch = { diff->job->cancellable, count, diff->job };
  g_autoptr (GError) failed = NULL;

  diff->store = mien_store_open (operands[0], MIEN_STORE_READ_ONLY, error);
  if (diff->store == NULL
      || (diff->from = mien_snapshot_find (diff->store, operands[1], error)) == NULL
      || (diff->to = mien_snapshot_find (diff->store, operands[2], error)) == NULL)
    return FALSE;
  diff->counts = mien_snapshot_diff (diff->store, diff->from, diff->to, &watch, &failed);
  if (diff->counts == NULL
      && !mien_job_is_stopped (diff->job, "nothing was written", error))
    g_propagate_error (error, g_steal_pointer (&failed));
  return diff->counts != NULL;
}

static gboolean
run_diff (MienJob *job, GError **error)
{
  g_auto (Diff) diff = { .job = job };
  gboolean frames = FALSE;
  const GOptionEntry entries[] = { { "frames", 0, 0, G_OPTION_ARG_NONE, &frames,
                                     "List every label that differs, too", NULL },
                                   G_OPTION_ENTRY_NULL };

  if (!mien_job_parse (job, entries, error) || !load (&diff, error))
    return FALSE;
  if (!job->json)
    {
      mien_diff_print (job, diff.from, diff.to, diff.counts);
      return !frames || list_frames (&diff, error);
    }
  diff.builder = json_builder_new ();
  json_builder_begin_object (diff.builder);
  mien_diff_add (diff.builder, diff.from, diff.to, diff.counts);
  if (frames && !list_frames (&diff, error))
    return FALSE;
  json_builder_end_object (diff.builder);
  mien_job_print_json (job, diff.builder);
  return TRUE;
}

const MienCommand mien_command_diff = {
  .name = "diff",
  .operands = "PROJECT FROM TO",
  .summary = "Count what differs between the labels of two snapshots",
  .long_running = TRUE,
  .run = run_diff,
  .details =
      "FROM and TO are names of snapshots, or \"now\". Only frames about which something "
      "was said in between are looked at.",
};
