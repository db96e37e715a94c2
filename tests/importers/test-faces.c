/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The real faces, laid out as Aff-Wild2's MTL set is: how many there are, and that
 * importing them again changes nothing. Skips where they are absent. */

#define G_LOG_DOMAIN "test-importers"
#include "config.h"

#include "mien-import-fixture.h"

typedef struct
{
  char *images, *training, *validation;
} Faces;

static gboolean
find_faces (Faces *faces)
{
  const char *shared = g_getenv ("MIEN_SHARED");
  g_autofree char *root =
      shared != NULL ? g_build_filename (shared, "faces", NULL) : NULL;

  if (root == NULL || !g_file_test (root, G_FILE_TEST_IS_DIR))
    {
      g_test_skip ("the faces of $MIEN_SHARED are not here");
      return FALSE;
    }
  faces->images = g_build_filename (root, "cropped_aligned", NULL);
  faces->training = g_build_filename (root, "training_set_annotations.txt", NULL);
  faces->validation = g_build_filename (root, "validation_set_annotations.txt", NULL);
  return TRUE;
}

static void
faces_clear (Faces *faces)
{
  g_free (faces->images);
  g_free (faces->training);
  g_free (faces->validation);
}

static void
import_part (Fixture *fixture, const Faces *faces, MienSplit split)
{
  gint64 begun = g_get_monotonic_time ();

  fixture->options.images = faces->images;
  fixture->options.split = (int) split;
  fixture_import (fixture, mien_affwild2_import,
                  split == MIEN_SPLIT_TRAIN ? faces->training : faces->validation);
  g_test_message ("%" G_GUINT64_FORMAT " rows in %.2f s", fixture->done,
                  (double) (g_get_monotonic_time () - begun) / 1e6);
}

static void
assert_counts (Fixture *fixture, MienSplit split, guint64 frames, guint64 labels)
{
  const MienImportReport *report = &fixture->report;

  g_assert_cmpuint (report->frames_added + report->frames_known, ==, frames);
  g_assert_cmpuint (report->images_missing, ==, 0);
  g_assert_cmpuint (report->duplicate_rows, ==, 0);
  g_assert_cmpuint (report->rejected_rows, ==, 0);
  g_assert_cmpuint (report->conflicts, ==, 0);
  g_assert_cmpuint (report->labels[MIEN_TASK_VALENCE_AROUSAL], ==, 0);
  g_assert_cmpuint (report->labels[MIEN_TASK_EXPRESSION], ==, labels);
  g_assert_cmpuint (report->labels[MIEN_TASK_ACTION_UNITS], ==, 0);
  g_assert_cmpuint (fixture->warnings->len, ==, 0);
  g_assert_cmpuint (fixture->done, ==, frames);
  g_assert_cmpuint (fixture->total, ==, frames);
}

static void
test_import (void)
{
  g_autofree char *first = NULL, *second = NULL;
  g_autoptr (GError) error = NULL;
  Faces faces = { 0 };
  MienStatus status;
  Fixture fixture;

  if (!find_faces (&faces))
    return;
  fixture_open (&fixture);
  import_part (&fixture, &faces, MIEN_SPLIT_TRAIN);
  assert_counts (&fixture, MIEN_SPLIT_TRAIN, 3201, 959);
  g_assert_cmpuint (fixture.report.frames_added, ==, 3201);
  import_part (&fixture, &faces, MIEN_SPLIT_VALIDATION);
  assert_counts (&fixture, MIEN_SPLIT_VALIDATION, 688, 688);
  g_assert_cmpuint (fixture.report.frames_added, ==, 688);

  mien_store_status (fixture.store, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (status.frames, ==, 3889);
  g_assert_cmpuint (status.missing, ==, 0);
  g_assert_cmpuint (status.split[MIEN_SPLIT_TRAIN], ==, 3201);
  g_assert_cmpuint (status.split[MIEN_SPLIT_VALIDATION], ==, 688);
  g_assert_cmpuint (status.labels[MIEN_TASK_EXPRESSION].imported, ==, 959 + 688);
  g_assert_cmpuint (status.labels[MIEN_TASK_VALENCE_AROUSAL].imported, ==, 0);
  g_assert_cmpuint (status.labels[MIEN_TASK_ACTION_UNITS].imported, ==, 0);

  first = fixture_dump (fixture.store);
  import_part (&fixture, &faces, MIEN_SPLIT_TRAIN);
  assert_counts (&fixture, MIEN_SPLIT_TRAIN, 3201, 0);
  g_assert_cmpuint (fixture.report.frames_added, ==, 0);
  import_part (&fixture, &faces, MIEN_SPLIT_VALIDATION);
  assert_counts (&fixture, MIEN_SPLIT_VALIDATION, 688, 0);
  second = fixture_dump (fixture.store);
  g_assert_cmpstr (second, ==, first);
  fixture_close (&fixture);
  faces_clear (&faces);
}

/* The lists that go out are the lists that came in, byte by byte. */
static void
test_export (void)
{
  MienExportOptions options = { .split = -1, .imported = TRUE };
  g_autoptr (GError) error = NULL;
  MienExportReport report;
  Faces faces = { 0 };
  Fixture fixture;

  if (!find_faces (&faces))
    return;
  fixture_open (&fixture);
  import_part (&fixture, &faces, MIEN_SPLIT_TRAIN);
  import_part (&fixture, &faces, MIEN_SPLIT_VALIDATION);
  options.out = fixture_path (&fixture, "out");
  mien_affwild2_write_mtl (fixture.store, &options, &report, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report.frames, ==, 3889);
  g_assert_cmpuint (report.labels[MIEN_TASK_EXPRESSION], ==, 959 + 688);
  for (guint i = 0; i < 2; i++)
    {
      const char *in = i == 0 ? faces.training : faces.validation;
      g_autofree char *folder = g_path_get_dirname (in), *base = g_path_get_basename (in);
      g_autofree char *before = fixture_read (folder, base);
      g_autofree char *after = fixture_read (options.out, base);

      g_assert_true (g_str_equal (after, before));
    }
  fixture_close (&fixture);
  faces_clear (&faces);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/importers/faces/import", test_import);
  g_test_add_func ("/importers/faces/export", test_export);
  return g_test_run ();
}
