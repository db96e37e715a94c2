/* SPDX-License-Identifier: GPL-3.0-or-later */

/* From a project to a training pack: which frames become rows, with which labels, and
 * when a pack that lies there is good enough to go on with. */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-training-pack.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "mien-demo.h"
#include "mien-events.h"
#include "mien-frames.h"
#include "mien-postprocess.h"
#include "mien-safetensors.h"

enum
{
  SIDE = 48,
};

typedef struct
{
  char *folder, *project, *pack;
  MienStore *store;
  MienJob job;
  GArray *rows;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  f->folder = g_dir_make_tmp ("mien-test-XXXXXX", &error);
  f->project = g_build_filename (f->folder, "p.mien", NULL);
  f->pack = g_build_filename (f->folder, "training.pack", NULL);
  f->store = mien_store_create (f->project, "Test", &error);
  g_assert_no_error (error);
  g_assert_true (mien_demo_fill (f->store, 48, 1, NULL, NULL, NULL, &error));
  f->job.progress = mien_progress_new ("train", MIEN_PROGRESS_QUIET);
  f->rows = mien_training_rows (&f->job, f->store, MIEN_SPLIT_TRAIN, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (f->rows->len, >, 20);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  mien_store_close (f->store);
  mien_progress_free (f->job.progress);
  g_array_unref (f->rows);
  g_unlink (f->project);
  g_unlink (f->pack);
  g_assert_cmpint (g_rmdir (f->folder), ==, 0);
  g_free (f->folder);
  g_free (f->project);
  g_free (f->pack);
}

static const MienPackRow *
row_of (const GArray *rows, gint64 frame)
{
  for (guint i = 0; i < rows->len; i++)
    if (g_array_index (rows, MienPackRow, i).frame == frame)
      return &g_array_index (rows, MienPackRow, i);
  return NULL;
}

static void
decide (Fixture *f, const char *name, MienDecision *decision)
{
  g_autoptr (GError) error = NULL;

  decision->duration_us = -1;
  mien_events_ensure_annotator (f->store, name, &decision->annotator, &error);
  g_assert_no_error (error);
  mien_events_decide (f->store, decision, NULL, &error);
  g_assert_no_error (error);
}

/* The first frame with, or without, an imported expression. */
static gint64
frame_with (Fixture *f, gboolean labelled)
{
  for (guint i = 0; i < f->rows->len; i++)
    {
      const MienPackRow *row = &g_array_index (f->rows, MienPackRow, i);

      if ((row->expression >= 0) == labelled)
        return row->frame;
    }
  g_assert_not_reached ();
}

static void
test_labels (Fixture *f, gconstpointer data)
{
  gint64 known = frame_with (f, TRUE), unknown = frame_with (f, FALSE);
  int other = (row_of (f->rows, known)->expression + 1) % MIEN_EXPRESSION_COUNT;
  MienDecision corrected = { .frame = known }, given = { .frame = unknown };
  MienLabel *point = &given.answers.item[MIEN_ITEM_VALENCE_AROUSAL];
  g_autoptr (GArray) rows = NULL;
  g_autoptr (GError) error = NULL;
  const MienPackRow *row;
  MienRowCounts before, after;

  corrected.answers.item[MIEN_ITEM_EXPRESSION] =
      (MienLabel){ MIEN_ANSWER_VALUE, MIEN_SOURCE_HUMAN, { other, 0 } };
  decide (f, "ann", &corrected);
  *point = (MienLabel){ MIEN_ANSWER_VALUE, MIEN_SOURCE_HUMAN, { -0.25, 0.5 } };
  given.answers.item[MIEN_ITEM_EXPRESSION].answer = MIEN_ANSWER_CANNOT_TELL;
  given.answers.item[MIEN_ITEM_FIRST_UNIT + 6] =
      (MienLabel){ MIEN_ANSWER_VALUE, MIEN_SOURCE_HUMAN, { 1, 0 } };
  given.answers.item[MIEN_ITEM_FIRST_UNIT + 2].answer = MIEN_ANSWER_CANNOT_TELL;
  decide (f, "ann", &given);

  rows = mien_training_rows (&f->job, f->store, MIEN_SPLIT_TRAIN, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (rows->len, ==, f->rows->len);
  g_assert_cmpint (row_of (rows, known)->expression, ==, other);
  row = row_of (rows, unknown);
  g_assert_cmpint (row->expression, ==, -1);
  g_assert_cmpfloat (row->valence, ==, -0.25f);
  g_assert_cmpfloat (row->arousal, ==, 0.5f);
  g_assert_cmpint (row->action_units[6], ==, 1);
  g_assert_cmpint (row->action_units[2], ==, -1);

  mien_training_rows_count (f->rows, MIEN_PACK_TRAIN, &before);
  mien_training_rows_count (rows, MIEN_PACK_TRAIN, &after);
  g_assert_cmpuint (after.labels[MIEN_TASK_EXPRESSION], ==,
                    before.labels[MIEN_TASK_EXPRESSION]);
  g_assert_cmpuint (before.unlabelled, >=, after.unlabelled);
  g_assert_cmpuint (before.labels[MIEN_TASK_EXPRESSION], <, before.frames);

  /* A second person disagrees: nobody has the majority, so there is no label. */
  corrected.answers.item[MIEN_ITEM_EXPRESSION].value[0] =
      (other + 1) % MIEN_EXPRESSION_COUNT;
  decide (f, "bob", &corrected);
  g_clear_pointer (&rows, g_array_unref);
  rows = mien_training_rows (&f->job, f->store, MIEN_SPLIT_TRAIN, NULL, &error);
  g_assert_cmpint (row_of (rows, known)->expression, ==, -1);
}

static void
test_frames (Fixture *f, gconstpointer data)
{
  MienDecision decision = { .kind = MIEN_DECISION_NOT_A_FACE,
                            .frame = frame_with (f, TRUE) };
  g_autoptr (GArray) rows = NULL;
  g_autoptr (GArray) validation = NULL;
  g_autoptr (GError) error = NULL;
  gboolean added;
  gint64 missing;

  decide (f, "ann", &decision);
  g_assert_true (mien_frames_ensure (f->store,
                                     g_array_index (f->rows, MienPackRow, 0).video,
                                     "demo01/09999.jpg", 9999, &missing, &added, &error));
  rows = mien_training_rows (&f->job, f->store, MIEN_SPLIT_TRAIN, NULL, &error);
  validation =
      mien_training_rows (&f->job, f->store, MIEN_SPLIT_VALIDATION, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (row_of (rows, decision.frame)); /* not a face */
  g_assert_null (row_of (rows, missing));        /* no image */
  g_assert_cmpuint (rows->len, ==, f->rows->len - 1);
  g_assert_cmpuint (rows->len + 1 + validation->len, ==, 48);
  for (guint i = 0; i < validation->len; i++)
    {
      const MienPackRow *row = &g_array_index (validation, MienPackRow, i);

      g_assert_cmpint (row->split, ==, 1);
      for (guint k = 0; k < rows->len; k++)
        g_assert_cmpuint (g_array_index (rows, MienPackRow, k).video, !=, row->video);
    }
}

/* 0 is a number too: such a frame has neighbours, one without a number has none. */
static void
test_numbers (Fixture *f, gconstpointer data)
{
  const MienPackRow *any = &g_array_index (f->rows, MienPackRow, 0);
  struct
  {
    const char *key;
    gint64 number, row_number;
  } frames[] = { { "demo01/00000.jpg", 0, 0 },
                 { "demo01/portrait.jpg", -1, MIEN_NO_NUMBER },
                 { "demo01/9999999999.jpg", G_GINT64_CONSTANT (9999999999),
                   MIEN_NO_NUMBER } };
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) image = mien_frames_image (f->store, any->frame, &error);
  g_autoptr (GArray) rows = NULL;
  gint64 ids[G_N_ELEMENTS (frames)];
  gboolean added;

  for (guint i = 0; i < G_N_ELEMENTS (frames); i++)
    g_assert_true (mien_frames_ensure (f->store, any->video, frames[i].key,
                                       frames[i].number, &ids[i], &added, &error)
                   && mien_frames_set_image (f->store, ids[i], image, 112, 112, &error));
  rows = mien_training_rows (&f->job, f->store, MIEN_SPLIT_TRAIN, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (frames); i++)
    g_assert_cmpint (row_of (rows, ids[i])->number, ==, frames[i].row_number);
}

/* Any label or name that changes makes another digest, and so another run. */
static void
test_digest (Fixture *f, gconstpointer data)
{
  MienDecision decision = { .frame = frame_with (f, FALSE) };
  g_autofree char *digests[3] = { 0 };

  decision.answers.item[MIEN_ITEM_EXPRESSION] =
      (MienLabel){ MIEN_ANSWER_VALUE, MIEN_SOURCE_HUMAN, { 4, 0 } };
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
      g_autoptr (GArray) rows =
          mien_training_rows (&f->job, f->store, MIEN_SPLIT_TRAIN, checksum, NULL);

      digests[i] = g_strdup (g_checksum_get_string (checksum));
      if (i == 1)
        decide (f, "ann", &decision);
    }
  g_assert_cmpstr (digests[0], ==, digests[1]);
  g_assert_cmpstr (digests[1], !=, digests[2]);
  g_free (digests[1]);
  g_free (digests[2]);
}

static void
flip_byte (const char *path, glong offset)
{
  FILE *file = g_fopen (path, "r+b");
  int byte;

  g_assert_nonnull (file);
  g_assert_cmpint (fseek (file, offset, offset < 0 ? SEEK_END : SEEK_SET), ==, 0);
  byte = fgetc (file);
  g_assert_cmpint (fseek (file, -1, SEEK_CUR), ==, 0);
  fputc (byte ^ 1, file);
  g_assert_cmpint (fclose (file), ==, 0);
}

static void
test_pack (Fixture *f, gconstpointer data)
{
  g_autofree char *pixels = NULL;
  g_autofree char *again = NULL;
  g_autoptr (GError) error = NULL;
  char reason[MIEN_ERROR_SIZE];
  MienPack pack;

  g_assert_true (mien_training_pack_write (&f->job, f->store, f->pack, f->rows, SIDE, 2,
                                           &pixels, &error));
  g_assert_cmpint (mien_pack_open (f->pack, &pack, reason), ==, 0);
  g_assert_cmpuint (pack.n_rows, ==, f->rows->len);
  g_assert_cmpuint (pack.side, ==, SIDE);
  g_assert_cmpmem (pack.rows, pack.n_rows * sizeof *pack.rows, f->rows->data,
                   f->rows->len * sizeof (MienPackRow));
  g_assert_cmpint (memcmp (pack.pixels, pack.pixels + SIDE * SIDE * 3, SIDE * SIDE * 3),
                   !=, 0);
  mien_pack_close (&pack);
  g_assert_true (mien_training_pack_is_sound (f->pack, f->rows, SIDE, pixels));
  g_assert_false (mien_training_pack_is_sound (f->pack, f->rows, SIDE + 16, pixels));

  g_array_index (f->rows, MienPackRow, 3).expression ^= 1;
  g_assert_false (mien_training_pack_is_sound (f->pack, f->rows, SIDE, pixels));
  g_array_index (f->rows, MienPackRow, 3).expression ^= 1;
  flip_byte (f->pack, -1);
  g_assert_false (mien_training_pack_is_sound (f->pack, f->rows, SIDE, pixels));

  g_assert_true (mien_training_pack_write (&f->job, f->store, f->pack, f->rows, SIDE, 1,
                                           &again, &error));
  g_assert_cmpstr (again, ==, pixels); /* on one thread as on two */
  g_assert_true (mien_training_pack_is_sound (f->pack, f->rows, SIDE, pixels));
}

static void
test_no_folder (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->folder, "nowhere", "training.pack", NULL);
  g_autofree char *pixels = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (mien_training_pack_write (&f->job, f->store, path, f->rows, SIDE, 1,
                                            &pixels, &error));
  g_assert_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "nowhere"));
  g_assert_nonnull (strstr (error->message, "XDG_CACHE_HOME"));
  g_assert_null (pixels);
}

#define ADD(name, func)                                                                  \
  g_test_add ("/training-pack/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("labels", test_labels);
  ADD ("frames", test_frames);
  ADD ("numbers", test_numbers);
  ADD ("digest", test_digest);
  ADD ("pack", test_pack);
  ADD ("no-folder", test_no_folder);
  return g_test_run ();
}
