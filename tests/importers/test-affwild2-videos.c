/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Files per video: the folders and headers of every edition, frames without a face, lists
 * that are longer or shorter than their images. */

#define G_LOG_DOMAIN "test-importers"
#include "config.h"

#include "mien-import-fixture.h"

#include <glib/gstdio.h>

#define EXPRESSIONS_7 "Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise"
#define UNITS_12 "AU1,AU2,AU4,AU6,AU7,AU10,AU12,AU15,AU23,AU24,AU25,AU26"
#define UNITS_8 "AU1,AU2,AU4,AU6,AU12,AU15,AU20,AU25"

enum
{
  AU1 = MIEN_ITEM_FIRST_UNIT,
  AU12 = MIEN_ITEM_FIRST_UNIT + 6,
  AU15 = MIEN_ITEM_FIRST_UNIT + 7,
  AU23 = MIEN_ITEM_FIRST_UNIT + 8,
  AU25 = MIEN_ITEM_FIRST_UNIT + 10,
  AU26 = MIEN_ITEM_FIRST_UNIT + 11,
};

static void
import_folder (Fixture *fixture, const char *name)
{
  fixture_import (fixture, mien_affwild2_import, fixture_path (fixture, name));
}

static MienSplit
split_of (Fixture *fixture, const char *key)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienFrame) frame = mien_frames_find (fixture->store, key, &error);

  g_assert_no_error (error);
  return frame->split;
}

/* The root of three tasks as ABAW3 and later have it: one frame, all tasks, two sets. */
static void
test_later_edition (void)
{
  g_autofree char *before = NULL, *after = NULL;
  Fixture fixture;
  MienLabel point;

  fixture_open (&fixture);
  fixture_write (&fixture, "a/VA_Estimation_Challenge/Train_Set/12_left.txt",
                 "valence,arousal\n0.25,-0.125\n-5,-5\n0.5,0.5\n", -1);
  fixture_write (&fixture, "a/EXPR_Classification_Challenge/Train_Set/12_left.txt",
                 EXPRESSIONS_7 ",Other\n-1\n7\n3\n", -1);
  fixture_write (&fixture, "a/AU_Detection_Challenge/Train_Set/12_left.txt",
                 UNITS_12 "\n1,0,0,0,0,0,0,0,0,0,1.0,0\n"
                          "-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1\n"
                          "0,0,0,0,0,0,0,0,0,0,0.0,1\n",
                 -1);
  fixture_write (&fixture, "a/AU_Detection_Challenge/Validation_Set/13.txt",
                 UNITS_12 "\n1,0,0,0,0,0,0,0,0,0,1,0\n", -1);
  fixture_add_images (&fixture, "12_left", 1, 3);
  fixture_add_images (&fixture, "13", 1, 1);
  import_folder (&fixture, "a");
  g_assert_cmpuint (fixture.warnings->len, ==, 0);
  g_assert_cmpuint (fixture.report.frames_added, ==, 4);
  g_assert_cmpuint (fixture.report.duplicate_rows, ==, 0);
  g_assert_cmpuint (fixture.report.labels[MIEN_TASK_VALENCE_AROUSAL], ==, 2);
  g_assert_cmpuint (fixture.report.labels[MIEN_TASK_EXPRESSION], ==, 2);
  g_assert_cmpuint (fixture.report.labels[MIEN_TASK_ACTION_UNITS], ==, 3);
  g_assert_cmpuint (fixture.done, ==, 4);
  g_assert_cmpuint (fixture.total, ==, 4);
  point = fixture_label (&fixture, "12_left/00001.jpg", MIEN_ITEM_VALENCE_AROUSAL);
  g_assert_cmpfloat (point.value[0], ==, 0.25);
  g_assert_cmpfloat (point.value[1], ==, -0.125);
  fixture_assert_none (&fixture, "12_left/00001.jpg", MIEN_ITEM_EXPRESSION);
  fixture_assert_value (&fixture, "12_left/00001.jpg", AU1, 1.0);
  fixture_assert_value (&fixture, "12_left/00001.jpg", AU25, 1.0);
  fixture_assert_value (&fixture, "12_left/00002.jpg", MIEN_ITEM_EXPRESSION, 7.0);
  fixture_assert_none (&fixture, "12_left/00002.jpg", AU1);
  fixture_assert_value (&fixture, "12_left/00003.jpg", AU26, 1.0);
  fixture_assert_value (&fixture, "12_left/00003.jpg", MIEN_ITEM_EXPRESSION, 3.0);
  g_assert_cmpint (split_of (&fixture, "12_left/00001.jpg"), ==, MIEN_SPLIT_TRAIN);
  g_assert_cmpint (split_of (&fixture, "13/00001.jpg"), ==, MIEN_SPLIT_VALIDATION);

  before = fixture_dump (fixture.store);
  import_folder (&fixture, "a");
  g_assert_cmpuint (fixture.report.frames_added, ==, 0);
  g_assert_cmpuint (fixture.report.frames_known, ==, 4);
  g_assert_cmpuint (fixture.report.labels[MIEN_TASK_ACTION_UNITS], ==, 0);
  after = fixture_dump (fixture.store);
  g_assert_cmpstr (before, ==, after);
  fixture_close (&fixture);
}

/* 2020: eight AUs, one of which is none of ours, and seven expressions. */
static void
test_first_edition (void)
{
  Fixture fixture;

  fixture_open (&fixture);
  fixture_write (&fixture, "a/AU_Set/Training_Set/v.txt",
                 UNITS_8 "\n1,0,0,0,1,0,1,1\n0,0,0,0,0,1,0,0\n", -1);
  fixture_write (&fixture, "a/EXPR_Set/Training_Set/v.txt", EXPRESSIONS_7 "\n6\n7\n", -1);
  fixture_write (&fixture, "a/VA_Set/Validation_Set/w.txt", "valence,arousal\n0.5,0\n",
                 -1);
  fixture_add_images (&fixture, "v", 1, 2);
  fixture_add_images (&fixture, "w", 1, 1);
  fixture.options.split = MIEN_SPLIT_TRAIN;
  import_folder (&fixture, "a");
  g_assert_cmpuint (fixture.report.frames_added, ==, 2);
  g_assert_cmpuint (fixture.report.rejected_rows, ==, 1);
  g_assert_cmpuint (fixture.warnings->len, ==, 2);
  g_assert_true (fixture_warned (&fixture, "AU_Set/Training_Set/v.txt:1: AU20 is none"));
  g_assert_true (fixture_warned (&fixture,
                                 "EXPR_Set/Training_Set/v.txt:3: the expression "
                                 "is a whole number from 0 to 6"));
  fixture_assert_value (&fixture, "v/00001.jpg", AU1, 1.0);
  fixture_assert_value (&fixture, "v/00001.jpg", AU12, 1.0);
  fixture_assert_value (&fixture, "v/00001.jpg", AU15, 0.0);
  fixture_assert_value (&fixture, "v/00001.jpg", AU25, 1.0);
  fixture_assert_none (&fixture, "v/00001.jpg", AU23);
  fixture_assert_none (&fixture, "v/00001.jpg", AU26);
  fixture_assert_value (&fixture, "v/00001.jpg", MIEN_ITEM_EXPRESSION, 6.0);
  fixture_assert_none (&fixture, "v/00002.jpg", MIEN_ITEM_EXPRESSION);
  fixture_assert_value (&fixture, "v/00002.jpg", AU15, 1.0);

  fixture.options.split = MIEN_SPLIT_VALIDATION;
  import_folder (&fixture, "a");
  g_assert_cmpuint (fixture.report.frames_added, ==, 1);
  g_assert_cmpint (split_of (&fixture, "w/00001.jpg"), ==, MIEN_SPLIT_VALIDATION);
  fixture_close (&fixture);
}

/* One task, one set, a plain folder; the set of the folder that is given counts too. */
static void
test_parts (void)
{
  static const char *const folders[] = {
    "a/VA_Estimation_Challenge",
    "a/VA_Estimation_Challenge/Validation_Set",
    "plain",
  };

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      Fixture fixture;

      fixture_open (&fixture);
      fixture_write (&fixture, "a/VA_Estimation_Challenge/Validation_Set/v.txt",
                     "valence,arousal\r\n0.5,0\r\n", -1);
      fixture_write (&fixture, "plain/v.txt", "Valence, Arousal\n0.5,0\n", -1);
      fixture_add_images (&fixture, "v", 1, 1);
      fixture.options.split = MIEN_SPLIT_VALIDATION;
      import_folder (&fixture, folders[i]);
      g_assert_cmpuint (fixture.report.labels[MIEN_TASK_VALENCE_AROUSAL], ==, 1);
      g_assert_cmpint (split_of (&fixture, "v/00001.jpg"), ==, MIEN_SPLIT_VALIDATION);
      fixture.options.split = MIEN_SPLIT_TRAIN;
      if (i < 2)
        fixture_fail (&fixture, mien_affwild2_import, fixture_path (&fixture, folders[i]),
                      MIEN_IMPORT_ERROR_NOT_FOUND,
                      "holds no files per video (<video>.txt) of the split train");
      else
        fixture_fail (&fixture, mien_affwild2_import, fixture_path (&fixture, folders[i]),
                      MIEN_IMPORT_ERROR_BAD_LIST, "is in the validation split already");
      fixture_close (&fixture);
    }
}

/* Gaps, lines past the last image, images past the last line. */
static void
test_frames_without_a_face (void)
{
  Fixture fixture;

  fixture_open (&fixture);
  fixture_write (&fixture, "a/v.txt", EXPRESSIONS_7 ",Other\n0\n1\n2\n3\n\n5\n6\n", -1);
  fixture_write (&fixture, "a/gone.txt", EXPRESSIONS_7 "\n0\n1\n", -1);
  fixture_add_images (&fixture, "v", 2, 3);
  fixture_add_images (&fixture, "v", 6, 6);
  fixture_add_images (&fixture, "v", 9, 12);
  import_folder (&fixture, "a");
  g_assert_cmpuint (fixture.report.frames_added, ==, 3);
  g_assert_cmpuint (fixture.report.images_missing, ==, 0);
  g_assert_cmpuint (fixture.report.rejected_rows, ==, 0);
  g_assert_cmpuint (fixture.report.labels[MIEN_TASK_EXPRESSION], ==, 3);
  fixture_assert_value (&fixture, "v/00002.jpg", MIEN_ITEM_EXPRESSION, 1.0);
  fixture_assert_value (&fixture, "v/00003.jpg", MIEN_ITEM_EXPRESSION, 2.0);
  /* The empty line is line 6: the rows behind it keep their numbers. */
  fixture_assert_value (&fixture, "v/00006.jpg", MIEN_ITEM_EXPRESSION, 5.0);
  g_assert_cmpuint (fixture.warnings->len, ==, 1);
  g_assert_true (fixture_warned (&fixture, "images/gone has no images"));
  fixture_close (&fixture);
}

/* A frame that the project has is labelled although its file is not here any more. */
static void
test_known_frames (void)
{
  Fixture fixture;

  fixture_open (&fixture);
  fixture_add_images (&fixture, "v", 1, 1);
  fixture_import (&fixture, mien_affwild2_import,
                  fixture_write (&fixture, "l.txt", "v/00001.jpg\nv/00002.jpg\n", -1));
  g_remove (fixture_path (&fixture, "images/v/00001.jpg"));
  fixture_write (&fixture, "a/v.txt", "valence,arousal\n0,1\n1,0\n0.5,0.5\n", -1);
  import_folder (&fixture, "a");
  g_assert_cmpuint (fixture.report.frames_added, ==, 0);
  g_assert_cmpuint (fixture.report.frames_known, ==, 2);
  g_assert_cmpuint (fixture.report.images_missing, ==, 0);
  g_assert_cmpuint (fixture.report.labels[MIEN_TASK_VALENCE_AROUSAL], ==, 2);
  fixture_assert_value (&fixture, "v/00002.jpg", MIEN_ITEM_VALENCE_AROUSAL, 1.0);
  fixture_close (&fixture);
}

/* What number i stands for is what name i of the header says; images of other endings. */
static void
test_headers (void)
{
  Fixture fixture;

  fixture_open (&fixture);
  fixture_write (&fixture, "a/x/v.txt",
                 "Anger,Disgust,Fear,Happiness,Sadness,Surprise,Neutral\n0\n6\n", -1);
  fixture_write (&fixture, "b/v.txt", "AU26,AU1\n1,0\n", -1);
  fixture_add_image (&fixture, "x/v/00001.png");
  fixture_add_image (&fixture, "x/v/2.JPG");
  fixture_add_image (&fixture, "x/v/notes7.jpg");
  import_folder (&fixture, "a");
  g_assert_cmpuint (fixture.report.frames_added, ==, 2);
  fixture_assert_value (&fixture, "x/v/00001.png", MIEN_ITEM_EXPRESSION, 1.0);
  fixture_assert_value (&fixture, "x/v/2.JPG", MIEN_ITEM_EXPRESSION, 0.0);
  fixture_add_images (&fixture, "v", 1, 1);
  import_folder (&fixture, "b");
  fixture_assert_value (&fixture, "v/00001.jpg", AU26, 1.0);
  fixture_assert_value (&fixture, "v/00001.jpg", AU1, 0.0);
  fixture_close (&fixture);
}

static void
test_wrong (void)
{
  static const struct
  {
    const char *text;
    const char *words;
  } files[] = {
    { "", "v.txt: is empty" },
    { "\xff\xd8\xff\xe0", "v.txt: is not a list" },
    { "hello\n1\n", "v.txt:1: the first line names neither" },
    { "valence\n1\n", "v.txt:1: the first line names neither" },
    { "AU20\n1\n", "v.txt:1: the first line names neither" },
    { "AU1,AU1\n1,1\n", "v.txt:1: the first line names neither" },
    { "AU1,AUx\n1,1\n", "v.txt:1: the first line names neither" },
    { "Neutral,Anger\n1\n", "v.txt:1: the first line names neither" },
    { "0,1,2,3,4,5,6,7\n1\n", "v.txt:1: the first line names neither" },
    { EXPRESSIONS_7 ",Anger\n1\n", "v.txt:1: the first line names neither" },
    { "\nvalence,arousal\n1,1\n", "v.txt:1: the first line must be the header" },
    { "valence,arousal\n1\n", "v.txt:2: has not as many fields" },
    { "valence,arousal\n1,1,1\n", "v.txt:2: has not as many fields" },
    { "valence,arousal\nnan,nan\n", "v.txt:2: valence and arousal must be numbers" },
    { "valence,arousal\n-5,0\n", "v.txt:2: valence and arousal are missing" },
    { EXPRESSIONS_7 ",Other\n8\n", "v.txt:2: the expression" },
    { EXPRESSIONS_7 "\n7\n", "v.txt:2: the expression" },
    { UNITS_12 "\n1,0,0,0,0,0,0,0,0,0,0\n", "v.txt:2: has not as many fields" },
    { UNITS_12 "\n1,0,0,0,0,0,0,0,0,0,0,2\n", "v.txt:2: an action unit" },
  };
  Fixture fixture;

  fixture_open (&fixture);
  fixture_add_images (&fixture, "v", 1, 3);
  fixture_add_images (&fixture, "w", 1, 1);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      fixture_write (&fixture, "bad/v.txt", files[i].text, -1);
      fixture_fail (&fixture, mien_affwild2_import, fixture_path (&fixture, "bad"),
                    MIEN_IMPORT_ERROR_BAD_LIST, files[i].words);
    }

  /* Beside a good file, a bad one costs itself alone. */
  fixture_write (&fixture, "bad/v.txt", "hello\n", -1);
  fixture_write (&fixture, "bad/w.txt", "valence,arousal\n1,1\n", -1);
  import_folder (&fixture, "bad");
  g_assert_cmpuint (fixture.report.rejected_rows, ==, 1);
  g_assert_cmpuint (fixture.report.frames_added, ==, 1);

  /* Two files of one video, set and task: the first counts. */
  fixture_write (&fixture, "two/VA_Set/Training_Set/u.txt", "valence,arousal\n1,1\n", -1);
  fixture_write (&fixture, "two/more/Training_Set/u.txt", "valence,arousal\n0,0\n", -1);
  fixture_add_images (&fixture, "u", 1, 1);
  import_folder (&fixture, "two");
  g_assert_true (fixture_warned (&fixture, "more/Training_Set/u.txt:1: another file"));
  fixture_assert_value (&fixture, "u/00001.jpg", MIEN_ITEM_VALENCE_AROUSAL, 1.0);

  /* No image anywhere: the folder is the wrong one. */
  fixture_write (&fixture, "none/z.txt", "valence,arousal\n1,1\n", -1);
  fixture_fail (&fixture, mien_affwild2_import, fixture_path (&fixture, "none"),
                MIEN_IMPORT_ERROR_NOT_FOUND, "images: has no image for any of the rows");
  fixture_close (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/importers/videos/later-edition", test_later_edition);
  g_test_add_func ("/importers/videos/first-edition", test_first_edition);
  g_test_add_func ("/importers/videos/parts", test_parts);
  g_test_add_func ("/importers/videos/without-a-face", test_frames_without_a_face);
  g_test_add_func ("/importers/videos/known-frames", test_known_frames);
  g_test_add_func ("/importers/videos/headers", test_headers);
  g_test_add_func ("/importers/videos/wrong", test_wrong);
  return g_test_run ();
}
