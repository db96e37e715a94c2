/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * undo and history: the log, backwards for one annotator and whole for one frame.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-commands.h"

#include <math.h>
#include <string.h>

#include "mien-decision.h"
#include "mien-frames.h"
#include "mien-json.h"

/* In one transaction, so that asking for nobody's decision does not leave an annotator
 * behind. */
static gboolean
undo (MienStore *store, const char *name, MienUndone *undone, GError **error)
{
  gint64 annotator;

  if (!mien_store_begin (store, error))
    return FALSE;
  if (mien_events_ensure_annotator (store, name, &annotator, error)
      && mien_events_undo (store, annotator, undone, error))
    return mien_store_commit (store, error);
  mien_store_rollback (store);
  return FALSE;
}

static gboolean
run_undo (MienJob *job, GError **error)
{
  g_autoptr (MienStore) store = NULL;
  g_autofree char *annotator = NULL;
  MienUndone undone = { 0 };
  const GOptionEntry entries[] = { { "annotator", 0, 0, G_OPTION_ARG_FILENAME, &annotator,
                                     "Whose decision", "NAME" },
                                   G_OPTION_ENTRY_NULL };

  if (!mien_job_parse (job, entries, error))
    return FALSE;
  if (annotator == NULL)
    return mien_job_usage_error (job, error, "--annotator is missing");
  store = mien_store_open (job->operands[0], MIEN_STORE_READ_WRITE, error);
  if (store == NULL || !undo (store, annotator, &undone, error))
    {
      mien_undone_clear (&undone);
      return FALSE;
    }
  mien_decision_print (job, "undone", undone.key, undone.n_frames, annotator,
                       undone.restored ? "restore" : mien_decision_kind_id (undone.kind),
                       &undone.answers);
  mien_undone_clear (&undone);
  return TRUE;
}

const MienCommand mien_command_undo = {
  .name = "undo",
  .operands = "PROJECT",
  .summary = "Take back an annotator's last decision, wherever it was made",
  .run = run_undo,
  .details =
      "A decision on many frames is taken back on all of them. It stays in the log, and "
      "so does that it was taken back.",
};

/* A restoring aims at itself, which nothing else does. */
static const char *
kind_id (const MienEvent *event)
{
  return memcmp (&event->target, &event->batch, sizeof event->batch) == 0
             ? "restored"
             : mien_event_kind_id (event->kind);
}

static void
add_event (JsonBuilder *builder, const MienEvent *event)
{
  g_autofree char *uuid = mien_uuid_to_string (&event->uuid);
  g_autofree char *batch = mien_uuid_to_string (&event->batch);
  g_autofree char *target = mien_uuid_to_string (&event->target);
  g_autofree char *item = mien_item_to_text (event->item);
  static const MienUuid none;
  gboolean has_target = memcmp (&event->target, &none, sizeof none) != 0;

  json_builder_begin_object (builder);
  mien_json_string (builder, "event", uuid);
  mien_json_string (builder, "batch", batch);
  mien_json_string (builder, "target", has_target ? target : NULL);
  mien_json_string (builder, "kind", kind_id (event));
  mien_json_string (builder, "item", item);
  if (event->item >= 0)
    mien_json_label (builder, "value", (MienItem) event->item, &event->label);
  else
    mien_json_null (builder, "value");
  mien_json_string (builder, "annotator", event->annotator);
  mien_json_time (builder, "time", event->time);
  mien_json_real (builder, "seconds",
                  event->duration_us >= 0 ? (double) event->duration_us / G_USEC_PER_SEC
                                          : (double) NAN);
  if (event->model > 0)
    mien_json_integer (builder, "model", event->model);
  else
    mien_json_null (builder, "model");
  mien_json_real (builder, "confidence", event->confidence);
  mien_json_boolean (builder, "proposal_visible", event->proposal_visible);
  mien_json_boolean (builder, "undone", event->undone);
  mien_json_string (builder, "note", event->note);
  json_builder_end_object (builder);
}

static void
print_event (MienJob *job, const MienEvent *event)
{
  g_autoptr (GDateTime) time =
      g_date_time_new_from_unix_local (event->time / G_USEC_PER_SEC);
  g_autofree char *when =
      time != NULL ? g_date_time_format (time, "%Y-%m-%d %H:%M:%S") : g_strdup ("-");
  g_autofree char *item = mien_item_to_text (event->item);

  mien_job_print (job, "%s  %-12s  %-15s", when, kind_id (event), item);
  if (event->item >= 0)
    {
      g_autofree char *value = mien_label_to_text ((MienItem) event->item, &event->label);

      mien_job_print (job, "  %s", value);
    }
  if (event->annotator != NULL)
    mien_job_print (job, "  by %s", event->annotator);
  mien_job_print (job, "%s\n", event->undone ? "  (undone)" : "");
  if (event->note != NULL)
    {
      g_auto (GStrv) lines = g_strsplit (event->note, "\n", -1);

      for (guint i = 0; lines[i] != NULL; i++)
        {
          /* A stranger's note does not steer the terminal. */
          for (char *c = lines[i]; *c != '\0'; c++)
            if (g_ascii_iscntrl (*c) && *c != '\t')
              *c = '?';
          mien_job_print (job, "    %s\n", lines[i]);
        }
    }
}

static gboolean
run_history (MienJob *job, GError **error)
{
  g_autoptr (MienStore) store = NULL;
  g_autoptr (MienFrame) frame = NULL;
  g_autoptr (GPtrArray) events = NULL;
  g_autoptr (JsonBuilder) builder = NULL;
  g_autofree char *key = NULL;
  const GOptionEntry entries[] = { { "frame", 0, 0, G_OPTION_ARG_FILENAME, &key,
                                     "For example video/00001.jpg", "FRAME" },
                                   G_OPTION_ENTRY_NULL };

  if (!mien_job_parse (job, entries, error))
    return FALSE;
  if (key == NULL)
    return mien_job_usage_error (job, error, "--frame is missing");
  store = mien_store_open (job->operands[0], MIEN_STORE_READ_ONLY, error);
  if (store == NULL)
    return FALSE;
  frame = mien_frames_find (store, key, error);
  if (frame == NULL)
    return FALSE;
  events = mien_events_history (store, frame->id, error);
  if (events == NULL)
    return FALSE;

  if (!job->json)
    {
      if (events->len == 0)
        mien_job_print (job, "%s: nothing was decided yet\n", frame->key);
      for (guint i = 0; i < events->len; i++)
        print_event (job, g_ptr_array_index (events, i));
      return TRUE;
    }
  builder = json_builder_new ();
  json_builder_begin_array (builder);
  for (guint i = 0; i < events->len; i++)
    add_event (builder, g_ptr_array_index (events, i));
  json_builder_end_array (builder);
  mien_job_print_json (job, builder);
  return TRUE;
}

const MienCommand mien_command_history = {
  .name = "history",
  .operands = "PROJECT",
  .summary = "Print the log of a frame, the oldest first",
  .run = run_history,
};
