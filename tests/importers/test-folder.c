/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A folder of images, with and without a CSV. */

#define G_LOG_DOMAIN "test-importers"
#include "config.h"

#include "mien-import-fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static void
import_csv (Fixture *fixture, const char *text)
{
  fixture_import (fixture, mien_folder_import,
                  text != NULL ? fixture_write (fixture, "labels.csv", text, -1) : NULL);
}

static void
test_images_alone (void)
{
  g_autofree char *dump = NULL, *again = NULL;
  g_auto (GStrv) lines = NULL;
  Fixture fixture;

  fixture_open (&fixture);
  fixture_add_image (&fixture, "b/img_0010.png");
  fixture_add_image (&fixture, "b/img_0009.jpg");
  fixture_add_image (&fixture, "a/deep/00001.JPEG");
  fixture_add_image (&fixture, "photo.jpg");
  fixture_add_image (&fixture, ".hidden.jpg");
  fixture_add_image (&fixture, ".cache/00001.jpg");
  fixture_write (&fixture, "images/b/notes.txt", "hello", -1);
  fixture_write (&fixture, "images/b/broken.png", "hello", -1);
  g_assert_cmpint (symlink ("..", fixture_path (&fixture, "images/a/up")), ==, 0);
  import_csv (&fixture, NULL);
  g_assert_cmpuint (fixture.report.frames_added, ==, 5);
  g_assert_cmpuint (fixture.report.images_missing, ==, 1);
  g_assert_cmpuint (fixture.done, ==, 5);
  g_assert_cmpuint (fixture.total, ==, 5);
  g_assert_cmpuint (fixture.warnings->len, ==, 1);
  g_assert_true (g_str_has_prefix (fixture.warnings->pdata[0], "b/broken.png: neither"));

  dump = fixture_dump (fixture.store);
  lines = g_strsplit (dump, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 6);
  g_assert_true (g_str_has_prefix (lines[0], "a/deep/00001.JPEG (a/deep 1) train image"));
  g_assert_true (g_str_has_prefix (lines[1], "b/broken.png (b -1) "));
  g_assert_true (g_str_has_prefix (lines[2], "b/img_0009.jpg (b 9) "));
  g_assert_true (g_str_has_prefix (lines[3], "b/img_0010.png (b 10) "));
  g_assert_true (g_str_has_prefix (lines[4], "photo.jpg (images -1) "));
  import_csv (&fixture, NULL);
  g_assert_cmpuint (fixture.report.frames_known, ==, 5);
  again = fixture_dump (fixture.store);
  g_assert_cmpstr (dump, ==, again);
  fixture_close (&fixture);
}

static void
test_csv (void)
{
  Fixture fixture;
  MienLabel point;

  fixture_open (&fixture);
  fixture_add_images (&fixture, "v", 1, 6);
  fixture_add_image (&fixture, "a, \"b\"/x.jpg");
  fixture.options.split = MIEN_SPLIT_TRAIN;
  import_csv (&fixture,
              "\xef\xbb\xbf\"AU12\",notes,Expression,Arousal,Valence,image,au01\r\n"
              "1,\"two\nlines, and \"\"quotes\"\"\",Fear,0.25,-1,v/00001.jpg,0\r\n"
              ",,4,,,v/00002.jpg,\r\n"
              "?,x,?,?,?,v/00003.jpg,1.0\r\n"
              "-1,x,-1,-5,-5.0,v/00004.jpg,-1\r\n"
              " 0 ,,  happiness ,, ,\"a, \"\"b\"\"/x.jpg\",,,\r\n"
              "0,,2,0.5,0.5,v/00009.jpg,1");
  g_assert_cmpuint (fixture.report.rejected_rows, ==, 0);
  g_assert_cmpuint (fixture.report.frames_added, ==, 8);
  g_assert_cmpuint (fixture.report.duplicate_rows, ==, 0);
  g_assert_cmpuint (fixture.report.images_missing, ==, 1);
  g_assert_cmpuint (fixture.report.labels[MIEN_TASK_EXPRESSION], ==, 5);
  g_assert_cmpuint (fixture.report.labels[MIEN_TASK_VALENCE_AROUSAL], ==, 3);
  g_assert_cmpuint (fixture.warnings->len, ==, 2);
  g_assert_true (fixture_warned (&fixture, "labels.csv:1: column \"notes\" is none"));
  g_assert_true (
      fixture_warned (&fixture, "labels.csv:8: v/00009.jpg: there is no file"));
  fixture_assert_value (&fixture, "v/00001.jpg", MIEN_ITEM_EXPRESSION, 3.0);
  point = fixture_label (&fixture, "v/00001.jpg", MIEN_ITEM_VALENCE_AROUSAL);
  g_assert_cmpfloat (point.value[0], ==, -1.0);
  g_assert_cmpfloat (point.value[1], ==, 0.25);
  fixture_assert_value (&fixture, "v/00001.jpg", MIEN_ITEM_FIRST_UNIT, 0.0);
  fixture_assert_value (&fixture, "v/00001.jpg", MIEN_ITEM_FIRST_UNIT + 6, 1.0);
  fixture_assert_none (&fixture, "v/00001.jpg", MIEN_ITEM_FIRST_UNIT + 1);
  fixture_assert_value (&fixture, "v/00002.jpg", MIEN_ITEM_EXPRESSION, 4.0);
  fixture_assert_none (&fixture, "v/00002.jpg", MIEN_ITEM_VALENCE_AROUSAL);
  for (guint item = 0; item < 2; item++)
    g_assert_cmpint (fixture_label (&fixture, "v/00003.jpg", item).answer, ==,
                     MIEN_ANSWER_CANNOT_TELL);
  fixture_assert_value (&fixture, "v/00003.jpg", MIEN_ITEM_FIRST_UNIT, 1.0);
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    fixture_assert_none (&fixture, "v/00004.jpg", item);
  fixture_assert_none (&fixture, "v/00005.jpg", MIEN_ITEM_EXPRESSION);
  fixture_assert_value (&fixture, "a, \"b\"/x.jpg", MIEN_ITEM_EXPRESSION, 4.0);
  fixture_close (&fixture);
}

static void
test_split_column (void)
{
  static const char text[] = "image,split\na/1.jpg,test\nb/1.jpg,validation\nc/1.jpg,\n"
                             "d/1.jpg,dev\n";
  Fixture fixture;
  g_autofree char *dump = NULL;

  fixture_open (&fixture);
  import_csv (&fixture, text);
  g_assert_cmpuint (fixture.report.rejected_rows, ==, 1);
  g_assert_true (fixture_warned (&fixture, "labels.csv:5: \"d/1.jpg\": the split is"));
  dump = fixture_dump (fixture.store);
  g_assert_nonnull (strstr (dump, "a/1.jpg (a 1) test"));
  g_assert_nonnull (strstr (dump, "b/1.jpg (b 1) validation"));
  g_assert_nonnull (strstr (dump, "c/1.jpg (c 1) train"));
  fixture_close (&fixture);

  /* What the person says counts more. */
  g_clear_pointer (&dump, g_free);
  fixture_open (&fixture);
  fixture.options.split = MIEN_SPLIT_TRAIN;
  import_csv (&fixture, text);
  g_assert_cmpuint (fixture.report.rejected_rows, ==, 0);
  dump = fixture_dump (fixture.store);
  g_assert_nonnull (strstr (dump, "a/1.jpg (a 1) train"));
  fixture_close (&fixture);
}

static void
test_wrong_rows (void)
{
  static const struct
  {
    const char *row, *words;
  } wrong[] = {
    { "v/00001.jpg,0,0,1", "not as many fields" },
    { "v/00001.jpg,0,0,1,0,0", "not as many fields" },
    { "v/00001.jpg", "not as many fields" },
    { "v/00001.jpg,?,0,1,0", "must be numbers" },
    { "v/00001.jpg,,0,1,0", "must be numbers" },
    { "v/00001.jpg,nan,0,1,0", "must be numbers" },
    { "v/00001.jpg,2,0,1,0", "between -1 and 1" },
    { "v/00001.jpg,0,0,8,0", "from 0 to 7" },
    { "v/00001.jpg,0,0,Joy,0", "no name that Mien knows" },
    { "v/00001.jpg,0,0,1,3", "0 or 1" },
    { "../00001.jpg,0,0,1,0", "no name for an image" },
    { "/v/00001.jpg,0,0,1,0", "no name for an image" },
    { ",0,0,1,0", "no name for an image" },
    { "\"v/\n1.jpg\",0,0,1,0", "no name for an image" },
    { "\"v/00001.jpg,0,0,1,0", "opens a quote" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *text = g_strdup_printf (
          "image,valence,arousal,expression,AU1\n%s\nv/00002.jpg,0,0,5,1\n",
          wrong[i].row);
      Fixture fixture;

      fixture_open (&fixture);
      fixture_add_images (&fixture, "v", 2, 2);
      import_csv (&fixture, text);
      g_assert_cmpuint (fixture.report.rejected_rows, ==, 1);
      g_assert_cmpuint (fixture.report.frames_added, ==, 1);
      g_assert_cmpuint (fixture.warnings->len, ==, 1);
      g_assert_true (fixture_warned (&fixture, "labels.csv:2: "));
      g_assert_true (fixture_warned (&fixture, wrong[i].words));
      fixture_assert_value (&fixture, "v/00002.jpg", MIEN_ITEM_EXPRESSION, 5.0);
      fixture_close (&fixture);
    }
}

static void
test_no_csv (void)
{
  static const struct
  {
    const char *text, *words;
  } headers[] = {
    { "valence,arousal\n0,0\n", "names no column \"image\"" },
    { "image;valence;arousal\na;0;0\n", "names no column \"image\"" },
    { "image,Image\na,b\n", "names a column twice, leave one out: \"Image\"" },
    { "image,AU1,au01\na,1,1\n", "names a column twice" },
    { "image,valence\na,1\n", "one of valence and arousal" },
    { "\x89PNG\r\n\x1a\n", "is not a list in UTF-8 text" },
    { "\xff\xfei\x01", "is not a list in UTF-8 text" },
    { "", "is empty" },
  };
  Fixture fixture;

  fixture_open (&fixture);
  fixture_fail (&fixture, mien_folder_import, NULL, MIEN_IMPORT_ERROR_NOT_FOUND,
                "there is nothing in it to import");
  fixture_add_images (&fixture, "v", 1, 2);
  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    fixture_fail (&fixture, mien_folder_import,
                  fixture_write (&fixture, "labels.csv", headers[i].text, -1),
                  MIEN_IMPORT_ERROR_BAD_LIST, headers[i].words);
  fixture_fail (&fixture, mien_folder_import, fixture_path (&fixture, "gone.csv"),
                MIEN_IMPORT_ERROR_NOT_FOUND, "gone.csv: No such file");
  fixture_fail (&fixture, mien_folder_import, fixture.images, MIEN_IMPORT_ERROR_BAD_LIST,
                "is a folder");
  fixture_close (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/importers/folder/images-alone", test_images_alone);
  g_test_add_func ("/importers/folder/csv", test_csv);
  g_test_add_func ("/importers/folder/split-column", test_split_column);
  g_test_add_func ("/importers/folder/wrong-rows", test_wrong_rows);
  g_test_add_func ("/importers/folder/no-csv", test_no_csv);
  return g_test_run ();
}
