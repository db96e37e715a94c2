/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What leaves a project: each format read back gives the same labels, frame by frame and
 * bit by bit; and a folder appears whole or not at all. */

#define G_LOG_DOMAIN "test-importers"
#include "config.h"

#include "mien-events.h"
#include "mien-import-fixture.h"
#include "mien-proposals.h"

#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#define HEADER "image,valence,arousal,expression,aus\n"
#define NOTHING "-5.0,-5.0,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1\n"

typedef gboolean (*ExportFunc) (MienStore *store,
                                const MienExportOptions *options,
                                MienExportReport *report,
                                GError **error);

static const MienExportOptions everything = {
  .split = -1,
  .imported = TRUE,
  .human = TRUE,
  .accepted = TRUE,
  .images = TRUE,
};

static MienExportReport
export_all (Fixture *fixture, ExportFunc func, const char *name)
{
  MienExportOptions options = everything;
  g_autoptr (GError) error = NULL;
  MienExportReport report;

  options.out = fixture_path (fixture, name);
  func (fixture->store, &options, &report, &error);
  g_assert_no_error (error);
  return report;
}

/* Nothing is left behind: neither the folder nor a part of it. */
static void
assert_nothing_left (Fixture *fixture, const char *name)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  const char *entry;

  while ((entry = g_dir_read_name (dir)) != NULL)
    g_assert_false (g_str_has_prefix (entry, name));
}

static void
fail_export (Fixture *fixture,
             ExportFunc func,
             const MienExportOptions *options,
             GQuark domain,
             int code,
             const char *words)
{
  g_autoptr (GError) error = NULL;
  MienExportReport report = { .frames = 77 };

  g_assert_false (func (fixture->store, options, &report, &error));
  g_assert_error (error, domain, code);
  if (strstr (error->message, words) == NULL)
    g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, words));
  g_assert_null (strchr (error->message, '\n'));
  g_assert_cmpuint (report.frames, ==, 77);
}

/* A project of its own from what was exported: then back is its labels. */
static MienStore *
import_back (Fixture *fixture,
             ImportFunc import,
             const char *annotations,
             const char *images,
             int split)
{
  g_autoptr (GError) error = NULL;
  const char *path = fixture_path (fixture, "back.mien");
  MienImportOptions options = fixture->options;
  MienImportReport report;
  MienStore *store;

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    store = mien_store_open (path, MIEN_STORE_READ_WRITE, &error);
  else
    store = mien_store_create (path, "Back", &error);
  g_assert_no_error (error);
  options.images = fixture_path (fixture, images);
  options.annotations = fixture_path (fixture, annotations);
  options.progress = NULL;
  options.split = split;
  import (store, &options, &report, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report.rejected_rows, ==, 0);
  g_assert_cmpuint (report.conflicts, ==, 0);
  return store;
}

static const double reals[] = {
  0.0,
  0.1,
  -0.1,
  1.0 / 3.0,
  -1.0,
  1.0,
  0.041,
  5e-324,
  1.25e-10,
  1e-05,
  -0.07,
  0.30000000000000004,
  0.1234567890123456,
  -0.98999999999999999,
};

/* Two videos of training and one of validation, with reals that are hard to write, gaps,
 * and an order and duplicates that no sorting gives. */
static void
fill (Fixture *fixture)
{
  g_autoptr (GString) train = g_string_new (HEADER), validation = g_string_new (HEADER);
  char text[2][G_ASCII_DTOSTR_BUF_SIZE];

  for (guint i = 0; i < G_N_ELEMENTS (reals); i++)
    g_string_append_printf (
        i % 3 == 2 ? validation : train,
        "v%u/%05u.jpg,%s,%s,%d,%u,0,1,0,-1,0,1,0,1,0,0,1\n", i % 3, 100 - 7 * i,
        g_ascii_dtostr (text[0], sizeof text[0], reals[i]),
        g_ascii_dtostr (text[1], sizeof text[1], reals[G_N_ELEMENTS (reals) - 1 - i]),
        (int) (i % 9) - 1, i % 2);
  g_string_append (train, "v0/00100.jpg," NOTHING "v1/00001.jpg," NOTHING
                          "v0/00100.jpg," NOTHING);
  fixture_add_images (fixture, "v0", 1, 100);
  fixture_add_images (fixture, "v1", 1, 100);
  fixture_add_images (fixture, "v2", 1, 100);
  fixture->options.split = MIEN_SPLIT_TRAIN;
  fixture_import (fixture, mien_affwild2_import,
                  fixture_write (fixture, "train.txt", train->str, -1));
  fixture->options.split = MIEN_SPLIT_VALIDATION;
  fixture_import (fixture, mien_affwild2_import,
                  fixture_write (fixture, "validation.txt", validation->str, -1));
}

static void
add_human (Fixture *fixture)
{
  fixture_answer (fixture, "v0/00100.jpg", MIEN_ITEM_EXPRESSION, MIEN_ANSWER_VALUE, 5, 0);
  fixture_answer (fixture, "v0/00100.jpg", MIEN_ITEM_FIRST_UNIT, MIEN_ANSWER_CANNOT_TELL,
                  0, 0);
  fixture_answer (fixture, "v1/00001.jpg", MIEN_ITEM_VALENCE_AROUSAL, MIEN_ANSWER_VALUE,
                  1.0 / 7.0, -2.0 / 3.0);
}

static char *
first_lines (const char *text, guint n)
{
  const char *end = text;

  while (n-- > 0)
    end = strchr (end, '\n') + 1;
  return g_strndup (text, (gsize) (end - text));
}

static void
test_mtl (void)
{
  g_autofree char *text = NULL, *again = NULL, *before = NULL, *after = NULL;
  MienExportReport report;
  MienStore *back;
  Fixture fixture;

  fixture_open (&fixture);
  fill (&fixture);
  report = export_all (&fixture, mien_affwild2_write_mtl, "out");
  g_assert_cmpuint (report.frames, ==, G_N_ELEMENTS (reals) + 3);
  g_assert_cmpuint (report.labels[MIEN_TASK_VALENCE_AROUSAL], ==,
                    G_N_ELEMENTS (reals) + 2);
  text = fixture_read (fixture_path (&fixture, "out"), "training_set_annotations.txt");
  {
    g_autofree char *start = first_lines (text, 2);

    g_assert_cmpstr (start, ==,
                     HEADER "v0/00100.jpg,0,-0.99,-1,0,0,1,0,-1,0,1,0,1,0,0,1\n");
  }
  g_assert_nonnull (strstr (text, "\nv1/00001.jpg," NOTHING "v0/00100.jpg,0,-0.99,"));
  g_assert_nonnull (strstr (text, ",0.3333333333333333,"));
  g_assert_nonnull (strstr (text, ",1e-05,"));
  g_assert_false (
      g_file_test (fixture_path (&fixture, "out/MTL_Challenge_test_set_release.txt"),
                   G_FILE_TEST_EXISTS));

  back = import_back (&fixture, mien_affwild2_import, "out/training_set_annotations.txt",
                      "out/cropped_aligned", MIEN_SPLIT_TRAIN);
  mien_store_close (back);
  back =
      import_back (&fixture, mien_affwild2_import, "out/validation_set_annotations.txt",
                   "out/cropped_aligned", MIEN_SPLIT_VALIDATION);
  before = fixture_dump (fixture.store);
  after = fixture_dump (back);
  g_assert_cmpstr (after, ==, before);

  /* Order and duplicates too: the list of the list is the list. */
  {
    MienStore *mine = fixture.store;

    fixture.store = back;
    export_all (&fixture, mien_affwild2_write_mtl, "again");
    fixture.store = mine;
  }
  again = fixture_read (fixture_path (&fixture, "again"), "training_set_annotations.txt");
  g_assert_cmpstr (again, ==, text);
  mien_store_close (back);
  fixture_close (&fixture);
}

static void
test_videos (void)
{
  g_autofree char *text = NULL, *before = NULL, *after = NULL;
  g_auto (GStrv) lines = NULL;
  MienStore *back;
  Fixture fixture;

  fixture_open (&fixture);
  fill (&fixture);
  export_all (&fixture, mien_affwild2_write_videos, "out");
  text = fixture_read (fixture_path (&fixture, "out"),
                       "VA_Estimation_Challenge/Train_Set/v0.txt");
  lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 102);
  g_assert_cmpstr (lines[0], ==, "valence,arousal");
  g_assert_cmpstr (lines[1], ==, "-5,-5");
  g_assert_cmpstr (lines[100], ==, "0,-0.99");
  g_free (text);
  text = fixture_read (fixture_path (&fixture, "out"),
                       "EXPR_Classification_Challenge/Validation_Set/v2.txt");
  g_assert_true (g_str_has_prefix (
      text, "Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise,Other\n-1\n"));
  g_free (text);
  text = fixture_read (fixture_path (&fixture, "out"),
                       "AU_Detection_Challenge/Train_Set/v1.txt");
  g_assert_true (
      g_str_has_prefix (text, "AU1,AU2,AU4,AU6,AU7,AU10,AU12,AU15,AU23,AU24,AU25,AU26\n"
                              "-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1\n"));

  back = import_back (&fixture, mien_affwild2_import, "out", "out/cropped_aligned", -1);
  before = fixture_dump (fixture.store);
  after = fixture_dump (back);
  g_assert_cmpstr (after, ==, before);
  mien_store_close (back);
  fixture_close (&fixture);
}

static void
test_csv (void)
{
  g_autofree char *text = NULL, *before = NULL, *after = NULL;
  MienStore *back;
  Fixture fixture;

  fixture_open (&fixture);
  fill (&fixture);
  add_human (&fixture);
  fixture_add_image (&fixture, "a, \"b\"/c.jpg");
  fixture_add_image (&fixture, " x/loose.png");
  fixture.options.split = -1;
  fixture_import (
      &fixture, mien_folder_import,
      fixture_write (&fixture, "more.csv",
                     "image,expression,AU4,split\n"
                     "\"a, \"\"b\"\"/c.jpg\",Other,?,test\n\" x/loose.png\",?,1,test\n",
                     -1));
  export_all (&fixture, mien_folder_write_csv, "out");
  text = fixture_read (fixture_path (&fixture, "out"), "labels.csv");
  g_assert_true (g_str_has_prefix (
      text, "image,valence,arousal,expression,AU1,AU2,AU4,AU6,AU7,AU10,AU12,AU15,AU23,"
            "AU24,AU25,AU26,split,source\n\" x/loose.png\",,,?,,,1,"));
  g_assert_nonnull (
      strstr (text, "\n\"a, \"\"b\"\"/c.jpg\",,,7,,,?,,,,,,,,,,test,imported\n"));
  g_assert_nonnull (strstr (text, "\nv0/00100.jpg,0,-0.99,5,?,0,1,0,,0,1,0,1,0,0,1,train,"
                                  "imported\n"));
  g_assert_nonnull (strstr (text,
                            "\nv1/00001.jpg,0.14285714285714285,-0.6666666666666666,,"
                            ",,,,,,,,,,,,train,human\n"));
  g_assert_nonnull (strstr (text, "\nv0/00001.jpg,,,,,,,,,,,,,,,,train,\n"));

  back = import_back (&fixture, mien_folder_import, "out/labels.csv",
                      "out/cropped_aligned", -1);
  before = fixture_dump_labels (fixture.store);
  after = fixture_dump_labels (back);
  g_assert_cmpstr (after, ==, before);
  mien_store_close (back);
  fixture_close (&fixture);
}

/* Happiness for sure and AU1; the rest below the thresholds. */
static void
propose (Fixture *fixture, const char *key)
{
  static const char method[] = "supervised", settings[] = "{}";
  MienModel added = {
    .origin = MIEN_ORIGIN_TRAINED,
    .method = (char *) method,
    .settings = (char *) settings,
    .tasks = 1 << MIEN_TASK_EXPRESSION | 1 << MIEN_TASK_ACTION_UNITS,
    .input_size = 112,
    .has_heads = TRUE,
  };
  MienPrediction prediction = { .spread = 1.0f };
  g_autoptr (GBytes) weights = g_bytes_new_static ("weights", 7);
  g_autoptr (MienFrame) frame = NULL;
  g_autoptr (MienModel) model = NULL;
  g_autoptr (GError) error = NULL;
  gint64 id;

  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    {
      added.thresholds.expression[i] = 0.8;
      prediction.expression[i] = i == 4 ? 0.93f : 0.01f;
    }
  for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
    {
      added.thresholds.action_units[i] = 0.8;
      prediction.action_units[i] = i == 0 ? 0.9f : 0.6f;
    }
  added.thresholds.valence_arousal = 0.8;
  frame = mien_frames_find (fixture->store, key, &error);
  g_assert_no_error (error);
  g_assert_true (mien_models_add (fixture->store, &added, &id, &error)
                 && mien_models_set_weights (fixture->store, id, weights, &error)
                 && mien_models_use (fixture->store, id, &error));
  model = mien_models_get (fixture->store, id, &error);
  g_assert_no_error (error);
  mien_proposals_store (fixture->store, model, frame->id, &prediction, &error);
  g_assert_no_error (error);
}

static void
assert_row (Fixture *fixture, const MienExportOptions *options, const char *row)
{
  static guint n;
  g_autofree char *name = g_strdup_printf ("only-%u", n++), *text = NULL;
  MienExportOptions chosen = *options;
  g_autoptr (GError) error = NULL;
  MienExportReport report;

  chosen.out = fixture_path (fixture, name);
  mien_folder_write_csv (fixture->store, &chosen, &report, &error);
  g_assert_no_error (error);
  text = fixture_read (chosen.out, "labels.csv");
  if (strstr (text, row) == NULL)
    g_test_message ("%s", text);
  g_assert_nonnull (strstr (text, row));
}

/* A frame that a person, a list and a model each labelled a part of. */
static void
test_sources (void)
{
  Fixture fixture;

  fixture_open (&fixture);
  fixture_add_images (&fixture, "v", 1, 2);
  fixture.options.split = MIEN_SPLIT_TRAIN;
  fixture_import (&fixture, mien_affwild2_import,
                  fixture_write (&fixture, "l.txt",
                                 HEADER
                                 "v/00001.jpg,0.5,0.25,-1,-1,0,-1,-1,-1,-1,-1,-1,-1,"
                                 "-1,-1,-1\n",
                                 -1));
  fixture_answer (&fixture, "v/00001.jpg", MIEN_ITEM_FIRST_UNIT + 1, MIEN_ANSWER_VALUE, 1,
                  0);
  propose (&fixture, "v/00001.jpg");
  assert_row (&fixture, &(MienExportOptions){ .split = -1, .imported = TRUE },
              "\nv/00001.jpg,0.5,0.25,,,,,,,,,,,,,,train,imported\n");
  assert_row (&fixture, &(MienExportOptions){ .split = -1, .human = TRUE },
              "\nv/00001.jpg,,,,,1,,,,,,,,,,,train,human\n");
  assert_row (&fixture, &(MienExportOptions){ .split = -1, .accepted = TRUE },
              "\nv/00001.jpg,,,4,1,,,,,,,,,,,,train,accepted\n");
  assert_row (&fixture,
              &(MienExportOptions){ .split = -1, .imported = TRUE, .human = TRUE },
              "\nv/00001.jpg,0.5,0.25,,,1,,,,,,,,,,,train,imported\n");
  assert_row (&fixture, &everything,
              "\nv/00001.jpg,0.5,0.25,4,1,1,,,,,,,,,,,train,accepted\n");

  /* No face: no labels. */
  {
    MienDecision decision = { .kind = MIEN_DECISION_NOT_A_FACE, .duration_us = -1 };
    g_autoptr (GError) error = NULL;
    g_autoptr (MienFrame) frame = mien_frames_find (fixture.store, "v/00001.jpg", &error);

    mien_events_ensure_annotator (fixture.store, "Person", &decision.annotator, &error);
    decision.frame = frame->id;
    mien_events_decide (fixture.store, &decision, NULL, &error);
    g_assert_no_error (error);
  }
  assert_row (&fixture, &everything, "\nv/00001.jpg,,,,,,,,,,,,,,,,train,\n");
  fixture_close (&fixture);
}

static void
test_split (void)
{
  MienExportOptions options = everything;
  g_autoptr (GError) error = NULL;
  MienExportReport report;
  Fixture fixture;

  fixture_open (&fixture);
  fill (&fixture);
  options.split = MIEN_SPLIT_VALIDATION;
  options.images = FALSE;
  options.out = fixture_path (&fixture, "out");
  mien_affwild2_write_mtl (fixture.store, &options, &report, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report.frames, ==, 4);
  g_assert_false (
      g_file_test (fixture_path (&fixture, "out/cropped_aligned"), G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (
      fixture_path (&fixture, "out/training_set_annotations.txt"), G_FILE_TEST_EXISTS));
  options.split = MIEN_SPLIT_TEST;
  options.out = fixture_path (&fixture, "none");
  fail_export (&fixture, mien_affwild2_write_mtl, &options, MIEN_IMPORT_ERROR,
               MIEN_IMPORT_ERROR_NOT_FOUND, "has nothing of that to export");
  fail_export (&fixture, mien_affwild2_write_videos, &options, MIEN_IMPORT_ERROR,
               MIEN_IMPORT_ERROR_NOT_FOUND, "has no label of that to export");
  assert_nothing_left (&fixture, "none");
  fixture_close (&fixture);
}

static void
test_out (void)
{
  MienExportOptions options = everything;
  g_autofree char *kept = NULL;
  Fixture fixture;

  fixture_open (&fixture);
  fill (&fixture);
  options.out = fixture_write (&fixture, "full/file", "mine", -1);
  fail_export (&fixture, mien_folder_write_csv, &options, MIEN_IMPORT_ERROR,
               MIEN_IMPORT_ERROR_FAILED, "full/file: Not a directory");
  options.out = fixture_path (&fixture, "full");
  fail_export (&fixture, mien_folder_write_csv, &options, MIEN_IMPORT_ERROR,
               MIEN_IMPORT_ERROR_FAILED, "full: is not empty");
  kept = fixture_read (fixture_path (&fixture, "full"), "file");
  g_assert_cmpstr (kept, ==, "mine");

  g_mkdir (fixture_path (&fixture, "empty"), 0777);
  export_all (&fixture, mien_folder_write_csv, "empty");
  export_all (&fixture, mien_folder_write_csv, "new/with/parents/");
  g_assert_true (
      g_file_test (fixture_path (&fixture, "empty/labels.csv"), G_FILE_TEST_IS_REGULAR));
  g_assert_true (g_file_test (fixture_path (&fixture, "new/with/parents/labels.csv"),
                              G_FILE_TEST_IS_REGULAR));

  options.out = fixture_path (&fixture, "stopped");
  options.cancellable = g_cancellable_new ();
  g_cancellable_cancel (options.cancellable);
  fail_export (&fixture, mien_folder_write_csv, &options, G_IO_ERROR,
               G_IO_ERROR_CANCELLED, "");
  g_object_unref (options.cancellable);
  assert_nothing_left (&fixture, "stopped");
  fixture_close (&fixture);
}

/* A file that cannot grow stands for a disk that is full. */
static void
test_full_disk (void)
{
  static const ExportFunc funcs[] = { mien_folder_write_csv, mien_affwild2_write_mtl,
                                      mien_affwild2_write_videos };
  MienExportOptions options = everything;
  struct rlimit before, tight;
  Fixture fixture;

  fixture_open (&fixture);
  fill (&fixture);
  options.out = fixture_path (&fixture, "tight");
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  signal (SIGXFSZ, SIG_IGN);
  tight = before;
  for (guint i = 0; i < G_N_ELEMENTS (funcs); i++)
    for (rlim_t size = 0; size <= 200; size += 100)
      {
        tight.rlim_cur = size;
        setrlimit (RLIMIT_FSIZE, &tight);
        fail_export (&fixture, funcs[i], &options, MIEN_IMPORT_ERROR,
                     MIEN_IMPORT_ERROR_FAILED, ": File too large; choose another folder");
        setrlimit (RLIMIT_FSIZE, &before);
        assert_nothing_left (&fixture, "tight");
      }
  signal (SIGXFSZ, SIG_DFL);
  fixture_close (&fixture);
}

/* Drawn faces say so, and the formats stay what they are. */
static void
test_synthetic (void)
{
  static const ExportFunc funcs[] = { mien_folder_write_csv, mien_affwild2_write_mtl,
                                      mien_affwild2_write_videos };
  g_autoptr (GError) error = NULL;
  Fixture fixture;

  fixture_open (&fixture);
  fill (&fixture);
  export_all (&fixture, mien_affwild2_write_mtl, "real");
  g_assert_false (
      g_file_test (fixture_path (&fixture, "real/README"), G_FILE_TEST_EXISTS));
  mien_store_set_synthetic (fixture.store, TRUE, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (funcs); i++)
    {
      g_autofree char *name = g_strdup_printf ("drawn-%u", i), *text = NULL;

      export_all (&fixture, funcs[i], name);
      text = fixture_read (fixture_path (&fixture, name), "README");
      g_assert_nonnull (strstr (text, "synthetic"));
    }
  {
    g_autofree char *real =
        fixture_read (fixture_path (&fixture, "real"), "training_set_annotations.txt");
    g_autofree char *drawn =
        fixture_read (fixture_path (&fixture, "drawn-1"), "training_set_annotations.txt");

    g_assert_cmpstr (drawn, ==, real);
  }
  mien_store_close (import_back (&fixture, mien_affwild2_import, "drawn-2",
                                 "drawn-2/cropped_aligned", -1));
  fixture_close (&fixture);
}

/* A label that a format has no place for is told, never dropped. */
static void
test_no_place (void)
{
  static const struct
  {
    const char *csv;
    ExportFunc func;
    const char *words;
  } cases[] = {
    { "image,AU1\nv/photo.jpg,1\n", mien_affwild2_write_videos,
      "v/photo.jpg: it has no" },
    { "image,AU1\nv/0.jpg,1\n", mien_affwild2_write_videos, "v/0.jpg: it has no" },
    { "image,AU1\nv/123456789.jpg,1\n", mien_affwild2_write_videos, "it has no number" },
    { "image,AU1\nv/a1.jpg,1\nv/b1.jpg,1\n", mien_affwild2_write_videos,
      "v/b1.jpg: another frame" },
    { "image,AU1\n\"v/a,1.jpg\",1\n", mien_affwild2_write_mtl, "v/a,1.jpg: an MTL list" },
    { "image,AU1\n\" v/1.jpg\",1\n", mien_affwild2_write_mtl, " v/1.jpg: an MTL list" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      MienExportOptions options = everything;
      Fixture fixture;

      fixture_open (&fixture);
      fixture_import (&fixture, mien_folder_import,
                      fixture_write (&fixture, "l.csv", cases[i].csv, -1));
      options.out = fixture_path (&fixture, "out");
      fail_export (&fixture, cases[i].func, &options, MIEN_IMPORT_ERROR,
                   MIEN_IMPORT_ERROR_FAILED, cases[i].words);
      assert_nothing_left (&fixture, "out");
      fixture_close (&fixture);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/importers/export/mtl", test_mtl);
  g_test_add_func ("/importers/export/videos", test_videos);
  g_test_add_func ("/importers/export/csv", test_csv);
  g_test_add_func ("/importers/export/sources", test_sources);
  g_test_add_func ("/importers/export/split", test_split);
  g_test_add_func ("/importers/export/out", test_out);
  g_test_add_func ("/importers/export/full-disk", test_full_disk);
  g_test_add_func ("/importers/export/synthetic", test_synthetic);
  g_test_add_func ("/importers/export/no-place", test_no_place);
  return g_test_run ();
}
