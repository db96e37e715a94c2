/* SPDX-License-Identifier: GPL-3.0-or-later */

/* MTL lists: every shape of row that the real ones have, every wrong row that we could
 * think of, and what is no list at all. */

#define G_LOG_DOMAIN "test-importers"
#include "config.h"

#include "mien-import-fixture.h"

#include <string.h>

#define HEADER "image,valence,arousal,expression,aus\n"
#define NO_UNITS "-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1"
#define UNITS "0,0,0,0,1,0,0,0,0,0,0,0"

static void
import_text (Fixture *fixture, const char *text)
{
  fixture->options.split = MIEN_SPLIT_TRAIN;
  fixture_import (fixture, mien_affwild2_import,
                  fixture_write (fixture, "list.txt", text, -1));
}

static void
test_rows (void)
{
  Fixture fixture;
  MienLabel point;

  fixture_open (&fixture);
  fixture_add_images (&fixture, "341", 60, 70);
  import_text (&fixture, HEADER "341/00066.jpg,0.07,0.041,-1," UNITS "\n"
                                "341/00067.jpg,-5.0,-5.0,4," NO_UNITS "\n"
                                "341/00068.jpg,-5,-5,-1," NO_UNITS "\n"
                                "341/00069.jpg,-0.1234567890123456,1.0,7,"
                                "1.0,0.0,1,-1,0,1,0,0,-1.0,0,0,1\n"
                                "341/00060.jpg\n"
                                "341/00061.jpg,\n"
                                "341/00062.jpg,,,,,,,,,,,,,,,\n"
                                "341/00063.jpg, -5.00 ,-5.0,0.0," NO_UNITS ",\n"
                                "341/00064.jpg,-1,1,0," UNITS);
  g_assert_cmpuint (fixture.warnings->len, ==, 0);
  g_assert_cmpuint (fixture.report.frames_added, ==, 9);
  g_assert_cmpuint (fixture.report.frames_known, ==, 0);
  g_assert_cmpuint (fixture.report.rejected_rows, ==, 0);
  g_assert_cmpuint (fixture.report.labels[MIEN_TASK_VALENCE_AROUSAL], ==, 3);
  g_assert_cmpuint (fixture.report.labels[MIEN_TASK_EXPRESSION], ==, 4);
  g_assert_cmpuint (fixture.report.labels[MIEN_TASK_ACTION_UNITS], ==, 3);
  g_assert_cmpuint (fixture.done, ==, 9);
  g_assert_cmpuint (fixture.total, ==, 9);

  point = fixture_label (&fixture, "341/00066.jpg", MIEN_ITEM_VALENCE_AROUSAL);
  g_assert_cmpfloat (point.value[0], ==, 0.07);
  g_assert_cmpfloat (point.value[1], ==, 0.041);
  fixture_assert_none (&fixture, "341/00066.jpg", MIEN_ITEM_EXPRESSION);
  fixture_assert_value (&fixture, "341/00066.jpg", MIEN_ITEM_FIRST_UNIT + 3, 0.0);
  fixture_assert_value (&fixture, "341/00066.jpg", MIEN_ITEM_FIRST_UNIT + 4, 1.0);
  fixture_assert_none (&fixture, "341/00067.jpg", MIEN_ITEM_VALENCE_AROUSAL);
  fixture_assert_value (&fixture, "341/00067.jpg", MIEN_ITEM_EXPRESSION, 4.0);
  fixture_assert_none (&fixture, "341/00067.jpg", MIEN_ITEM_FIRST_UNIT);
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    fixture_assert_none (&fixture, "341/00068.jpg", item);
  point = fixture_label (&fixture, "341/00069.jpg", MIEN_ITEM_VALENCE_AROUSAL);
  g_assert_cmpfloat (point.value[0], ==, -0.1234567890123456);
  fixture_assert_value (&fixture, "341/00069.jpg", MIEN_ITEM_FIRST_UNIT, 1.0);
  fixture_assert_none (&fixture, "341/00069.jpg", MIEN_ITEM_FIRST_UNIT + 3);
  fixture_assert_value (&fixture, "341/00069.jpg", MIEN_ITEM_FIRST_UNIT + 11, 1.0);
  fixture_assert_value (&fixture, "341/00063.jpg", MIEN_ITEM_EXPRESSION, 0.0);
  fixture_close (&fixture);
}

/* A byte order mark, ends of line of another system, empty lines, no header. */
static void
test_dress (void)
{
  static const char *const texts[] = {
    "\xef\xbb\xbf" HEADER "v/00001.jpg,-5,-5,2," NO_UNITS "\n",
    "image,valence,arousal,expression,aus\r\nv/00001.jpg,-5,-5,2," NO_UNITS "\r\n\r\n",
    "\n\n" HEADER "\n  \nv/00001.jpg,-5,-5,2," NO_UNITS "\n\n\n",
    "Image, Valence, Arousal, Expression, AUs,,,\nv/00001.jpg,-5,-5,2," NO_UNITS,
    "v/00001.jpg,-5,-5,2," NO_UNITS "\n",
    "image\nv/00001.jpg,-5,-5,2," NO_UNITS "\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      Fixture fixture;

      fixture_open (&fixture);
      fixture_add_image (&fixture, "v/00001.jpg");
      import_text (&fixture, texts[i]);
      g_assert_cmpuint (fixture.report.frames_added, ==, 1);
      g_assert_cmpuint (fixture.warnings->len, ==, 0);
      fixture_assert_value (&fixture, "v/00001.jpg", MIEN_ITEM_EXPRESSION, 2.0);
      fixture_close (&fixture);
    }
}

/* Rows of line 3, between two good ones, and what is said of them. */
static const struct
{
  const char *row;
  gssize size; /* 0: a string */
  const char *words;
} wrong[] = {
  { "v/00003.jpg,0.1,0.2", 0, "16 fields" },
  { "v/00003.jpg,0.1,0.2,4,0,0,0,0,0,0,0,0,0,0,0", 0, "16 fields" },
  { "v/00003.jpg,0.1,0.2,4," UNITS ",0", 0, "16 fields" },
  { "v/00003.jpg,nan,0.2,4," UNITS, 0, "must be numbers" },
  { "v/00003.jpg,NaN,NaN,4," UNITS, 0, "must be numbers" },
  { "v/00003.jpg,inf,0.2,4," UNITS, 0, "must be numbers" },
  { "v/00003.jpg,1e999,0.2,4," UNITS, 0, "must be numbers" },
  { "v/00003.jpg,0x1p-2,0.2,4," UNITS, 0, "must be numbers" },
  { "v/00003.jpg,0.1 0.2,0.2,4," UNITS, 0, "must be numbers" },
  { "v/00003.jpg,,0.2,4," UNITS, 0, "must be numbers" },
  { "v/00003.jpg,--0.1,0.2,4," UNITS, 0, "must be numbers" },
  { "v/00003.jpg,1.0001,0.2,4," UNITS, 0, "between -1 and 1" },
  { "v/00003.jpg,0.1,-1.5,4," UNITS, 0, "between -1 and 1" },
  { "v/00003.jpg,0.1,-5.0001,4," UNITS, 0, "between -1 and 1" },
  { "v/00003.jpg,-5,0.2,4," UNITS, 0, "together" },
  { "v/00003.jpg,0.1,-5.0,4," UNITS, 0, "together" },
  { "v/00003.jpg,0.1,0.2,8," UNITS, 0, "from 0 to 7" },
  { "v/00003.jpg,0.1,0.2,-2," UNITS, 0, "from 0 to 7" },
  { "v/00003.jpg,0.1,0.2,1.5," UNITS, 0, "from 0 to 7" },
  { "v/00003.jpg,0.1,0.2,Fear," UNITS, 0, "from 0 to 7" },
  { "v/00003.jpg,0.1,0.2,," UNITS, 0, "from 0 to 7" },
  { "v/00003.jpg,0.1,0.2,4,2,0,0,0,1,0,0,0,0,0,0,0", 0, "0 or 1" },
  { "v/00003.jpg,0.1,0.2,4,0,0,0,0,1,0,0,0,0,0,0,-2", 0, "0 or 1" },
  { "v/00003.jpg,0.1,0.2,4,0,0,0.5,0,1,0,0,0,0,0,0,0", 0, "0 or 1" },
  { "v/00003.jpg,0.1,0.2,4,0,0,,0,1,0,0,0,0,0,0,0", 0, "0 or 1" },
  { "../v/00003.jpg,0.1,0.2,4," UNITS, 0, "no name for an image" },
  { "v/../../x.jpg,0.1,0.2,4," UNITS, 0, "no name for an image" },
  { "/etc/passwd.jpg,0.1,0.2,4," UNITS, 0, "no name for an image" },
  { "v\\00003.jpg,0.1,0.2,4," UNITS, 0, "no name for an image" },
  { "v//00003.jpg,0.1,0.2,4," UNITS, 0, "no name for an image" },
  { "./v/00003.jpg,0.1,0.2,4," UNITS, 0, "no name for an image" },
  { "v/,0.1,0.2,4," UNITS, 0, "no name for an image" },
  { ",0.1,0.2,4," UNITS, 0, "no name for an image" },
  { ",,,", 0, "no name for an image" },
  { "v/\x01\x1b[2J.jpg,0.1,0.2,4," UNITS, 0, "no name for an image" },
  { "v/\xc2\x85.jpg,0.1,0.2,4," UNITS, 0, "no name for an image" },
  { "v/\xff\xfe.jpg,0.1,0.2,4," UNITS, 0, "UTF-8" },
  { "v/00003.jpg\0,0.1,0.2,4", 23, "NUL" },
  { "\0", 1, "NUL" },
};

static void
test_wrong_rows (void)
{
  static const char before[] = HEADER "v/00001.jpg,0.5,0.5,1," UNITS "\n";
  static const char after[] = "\nv/00002.jpg,-5,-5,3," NO_UNITS "\n";

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GString) text = g_string_new (before);
      g_autofree char *place = NULL;
      const char *path;
      Fixture fixture;

      g_string_append_len (text, wrong[i].row,
                           wrong[i].size > 0 ? wrong[i].size
                                             : (gssize) strlen (wrong[i].row));
      g_string_append (text, after);
      fixture_open (&fixture);
      fixture_add_images (&fixture, "v", 1, 3);
      path = fixture_write (&fixture, "list.txt", text->str, (gssize) text->len);
      fixture.options.split = MIEN_SPLIT_TRAIN;
      fixture_import (&fixture, mien_affwild2_import, path);
      g_assert_cmpuint (fixture.report.rejected_rows, ==, 1);
      g_assert_cmpuint (fixture.report.frames_added, ==, 2);
      g_assert_cmpuint (fixture.report.labels[MIEN_TASK_EXPRESSION], ==, 2);
      g_assert_cmpuint (fixture.warnings->len, ==, 1);
      place = g_strdup_printf ("%s:3: ", path);
      g_assert_true (g_str_has_prefix (fixture.warnings->pdata[0], place));
      g_assert_true (fixture_warned (&fixture, wrong[i].words));
      fixture_assert_value (&fixture, "v/00002.jpg", MIEN_ITEM_EXPRESSION, 3.0);
      fixture_close (&fixture);
    }
}

/* Lines and names without end, and 300 fields: one row each, and the next is read. */
static void
test_long_rows (void)
{
  static const gsize lengths[] = { 600, 64 * 1024, 64 * 1024 + 1, 128 * 1024, 1000000 };
  g_autoptr (GString) text = g_string_new (HEADER);
  Fixture fixture;

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      for (gsize n = 0; n < lengths[i]; n++)
        g_string_append_c (text, 'a');
      g_string_append_printf (text, "\nv/%05u.jpg,-5,-5,%u," NO_UNITS "\n", i + 1, i);
    }
  g_string_append (text, "v/00009.jpg");
  for (guint n = 1; n < 300; n++)
    g_string_append (text, ",0");
  g_string_append (text, "\nv/00010.jpg");
  for (guint n = 1; n < 30000; n++)
    g_string_append (text, ",0");
  fixture_open (&fixture);
  fixture_add_images (&fixture, "v", 1, 5);
  import_text (&fixture, text->str);
  g_assert_cmpuint (fixture.report.frames_added, ==, 5);
  g_assert_cmpuint (fixture.report.rejected_rows, ==, 7);
  g_assert_true (fixture_warned (&fixture, ":2: "));
  g_assert_true (fixture_warned (&fixture, ":10: the row is longer than 64 KiB"));
  g_assert_true (fixture_warned (&fixture, ":12: \"v/00009.jpg\": a row has 16 fields"));
  g_assert_true (fixture_warned (&fixture, ":13: \"v/00010.jpg\": a row has 16 fields"));
  fixture_assert_value (&fixture, "v/00005.jpg", MIEN_ITEM_EXPRESSION, 4.0);
  fixture_close (&fixture);
}

static void
test_duplicates (void)
{
  g_autofree char *first = NULL, *again = NULL;
  static const char text[] = HEADER "v/00002.jpg,-5,-5,3," NO_UNITS "\n"
                                    "v/00001.jpg,0.5,0.5,1," UNITS "\n"
                                    "v/00002.jpg,-5,-5,3," NO_UNITS "\n"
                                    "v/00002.jpg,-5,-5,4," NO_UNITS "\n"
                                    "v/00001.jpg,0.5,0.25,1," UNITS "\n"
                                    "v/00001.jpg,-5,-5,-1," NO_UNITS "\n";
  Fixture fixture;

  fixture_open (&fixture);
  fixture_add_images (&fixture, "v", 1, 2);
  for (guint run = 0; run < 2; run++)
    {
      import_text (&fixture, text);
      g_assert_cmpuint (fixture.report.frames_added, ==, run == 0 ? 2 : 0);
      g_assert_cmpuint (fixture.report.frames_known, ==, run == 0 ? 0 : 2);
      g_assert_cmpuint (fixture.report.duplicate_rows, ==, 4);
      g_assert_cmpuint (fixture.report.conflicts, ==, 2);
      g_assert_cmpuint (fixture.report.labels[MIEN_TASK_EXPRESSION], ==,
                        run == 0 ? 2 : 0);
      g_assert_cmpuint (fixture.warnings->len, ==, 2);
      g_assert_true (fixture_warned (&fixture, "list.txt:5: v/00002.jpg: contradicts"));
      g_assert_true (fixture_warned (&fixture, "list.txt:6: v/00001.jpg: contradicts"));
      fixture_assert_value (&fixture, "v/00002.jpg", MIEN_ITEM_EXPRESSION, 3.0);
      *(run == 0 ? &first : &again) = fixture_dump (fixture.store);
    }
  g_assert_cmpstr (again, ==, first);
  fixture_close (&fixture);
}

static void
test_no_list (void)
{
  static const guint8 jpeg[] = { 0xff, 0xd8, 0xff, 0xe0, 0, 16, 'J', 'F', 'I', 'F', 0 };
  Fixture fixture;

  fixture_open (&fixture);
  fixture_add_images (&fixture, "v", 1, 1);
  fixture_fail (&fixture, mien_affwild2_import, NULL, MIEN_IMPORT_ERROR_NOT_FOUND,
                "no annotations");
  fixture_fail (&fixture, mien_affwild2_import, fixture_path (&fixture, "gone.txt"),
                MIEN_IMPORT_ERROR_NOT_FOUND, "gone.txt: No such file");
  fixture_fail (&fixture, mien_affwild2_import, fixture.images,
                MIEN_IMPORT_ERROR_NOT_FOUND, "no files per video");
  fixture_fail (&fixture, mien_affwild2_import, fixture_write (&fixture, "e.txt", "", 0),
                MIEN_IMPORT_ERROR_BAD_LIST, "e.txt: is empty");
  fixture_fail (&fixture, mien_affwild2_import,
                fixture_write (&fixture, "j.jpg", jpeg, sizeof jpeg),
                MIEN_IMPORT_ERROR_BAD_LIST, "j.jpg: is not a list");
  fixture_fail (&fixture, mien_affwild2_import,
                fixture_write (&fixture, "c.csv", "image,AU1\nv/00001.jpg,1\n", -1),
                MIEN_IMPORT_ERROR_BAD_LIST, "c.csv:1: is not an MTL list");
  fixture_fail (&fixture, mien_affwild2_import,
                fixture_write (&fixture, "p.txt", "Dear reader,\nhello\n", -1),
                MIEN_IMPORT_ERROR_BAD_LIST, "p.txt:1: is not an MTL list");
  fixture_fail (&fixture, mien_affwild2_import,
                fixture_write (&fixture, "h.txt", HEADER, -1),
                MIEN_IMPORT_ERROR_NOT_FOUND, "h.txt: there is nothing");
  fixture_fail (&fixture, mien_affwild2_import,
                fixture_write (&fixture, "b.txt", HEADER "v/00001.jpg,1,2\n", -1),
                MIEN_IMPORT_ERROR_BAD_LIST, "b.txt:2: ");
  fixture.options.images = fixture_path (&fixture, "nowhere");
  fixture_fail (&fixture, mien_affwild2_import,
                fixture_write (&fixture, "l.txt", HEADER "v/00001.jpg\n", -1),
                MIEN_IMPORT_ERROR_NOT_FOUND, "nowhere: No such file");
  fixture.options.images = fixture_path (&fixture, "l.txt");
  fixture_fail (&fixture, mien_affwild2_import, fixture_path (&fixture, "l.txt"),
                MIEN_IMPORT_ERROR_NOT_FOUND, "is not a folder");
  fixture.options.images = NULL;
  fixture_fail (&fixture, mien_affwild2_import, fixture_path (&fixture, "l.txt"),
                MIEN_IMPORT_ERROR_NOT_FOUND, "no folder of images");
  fixture_close (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/importers/mtl/rows", test_rows);
  g_test_add_func ("/importers/mtl/dress", test_dress);
  g_test_add_func ("/importers/mtl/wrong-rows", test_wrong_rows);
  g_test_add_func ("/importers/mtl/long-rows", test_long_rows);
  g_test_add_func ("/importers/mtl/duplicates", test_duplicates);
  g_test_add_func ("/importers/mtl/no-list", test_no_list);
  return g_test_run ();
}
