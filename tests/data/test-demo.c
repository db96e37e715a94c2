/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The demo in a project: exactly the frames that were asked for, each with a JPEG that
 * says that it is drawn, the labels of the script and no other, marked as synthetic, the
 * same bytes for the same seed.
 */
#include "config.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

#include "mien-demo-script.h"
#include "mien-demo.h"
#include "mien-frames.h"

typedef struct
{
  char *folder, *path;
  MienStore *store;
} Project;

static void
project_open (Project *project, const char *name)
{
  g_autoptr (GError) error = NULL;

  project->folder = g_dir_make_tmp ("mien-demo-XXXXXX", &error);
  g_assert_no_error (error);
  project->path = g_build_filename (project->folder, name, NULL);
  project->store = mien_store_create (project->path, "Demo", &error);
  g_assert_no_error (error);
  g_assert_nonnull (project->store);
}

static void
project_close (Project *project)
{
  const char *suffixes[] = { "", "-wal", "-shm", "-lock" };
  const char *name;
  GDir *dir;

  mien_store_close (project->store);
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *path = g_strconcat (project->path, suffixes[i], NULL);

      g_remove (path);
    }
  dir = g_dir_open (project->folder, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (project->folder, name, NULL);

      g_remove (path);
    }
  g_dir_close (dir);
  g_rmdir (project->folder);
  g_free (project->folder);
  g_free (project->path);
}

/* What one pass over the project sees. */
typedef struct
{
  MienStore *reader;
  GChecksum *bytes;
  guint frames, labelled;
  GString *keys;
} Pass;

static gboolean
on_frame (const MienFrame *frame, const MienLabels *labels, gpointer data, GError **error)
{
  Pass *pass = data;
  g_autoptr (GBytes) image = mien_frames_image (pass->reader, frame->id, error);
  gsize length;
  const guint8 *bytes;

  if (image == NULL)
    return FALSE;
  bytes = g_bytes_get_data (image, &length);
  g_checksum_update (pass->bytes, bytes, (gssize) length);
  g_checksum_update (pass->bytes, (const guchar *) frame->key, -1);
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    if (labels->item[item].answer == MIEN_ANSWER_VALUE)
      {
        g_autofree char *text =
            g_strdup_printf ("%u %.3f %.3f", item, labels->item[item].value[0],
                             labels->item[item].value[1]);

        g_assert_cmpint (labels->item[item].source, ==, MIEN_SOURCE_IMPORTED);
        g_checksum_update (pass->bytes, (const guchar *) text, -1);
        pass->labelled++;
      }
  g_assert_true (frame->has_image);
  pass->frames++;

  return TRUE;
}

/* SHA-256 of every image, key and label in order. */
static char *
digest (Project *project, guint *frames, guint *labelled)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienStore) reader =
      mien_store_open (project->path, MIEN_STORE_READ_ONLY, &error);
  Pass pass = { .bytes = g_checksum_new (G_CHECKSUM_SHA256) };
  char *hex;

  g_assert_no_error (error);
  pass.reader = reader;
  mien_frames_foreach (project->store, -1, on_frame, &pass, &error);
  g_assert_no_error (error);
  hex = g_strdup (g_checksum_get_string (pass.bytes));
  g_checksum_free (pass.bytes);
  if (frames != NULL)
    *frames = pass.frames;
  if (labelled != NULL)
    *labelled = pass.labelled;

  return hex;
}

static char *
fill_and_digest (guint frames, guint seed)
{
  g_autoptr (GError) error = NULL;
  Project project;
  char *hex;

  project_open (&project, "Demo.mien");
  mien_demo_fill (project.store, frames, seed, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  hex = digest (&project, NULL, NULL);
  project_close (&project);

  return hex;
}

static void
test_same_seed_same_bytes (void)
{
  g_autofree char *first = fill_and_digest (72, 9);
  g_autofree char *again = fill_and_digest (72, 9);
  g_autofree char *other = fill_and_digest (72, 10);

  g_assert_cmpstr (first, ==, again);
  g_assert_cmpstr (first, !=, other);
}

static void
on_progress (guint64 done, guint64 total, gpointer data)
{
  guint64 *last = data;

  g_assert_cmpuint (done, >, *last);
  g_assert_cmpuint (done, <=, total);
  g_assert_cmpuint (total, ==, 150);
  *last = done;
}

static void
test_fill (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) findings = NULL;
  g_autofree char *before = NULL, *after = NULL;
  MienDemoScript script;
  MienStatus status;
  Project project;
  guint64 done = 0;
  guint shown = 0, frames, labelled;

  project_open (&project, "Demo.mien");
  g_assert_false (mien_store_is_synthetic (project.store));
  g_assert_true (
      mien_demo_fill (project.store, 150, 1, on_progress, &done, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (done, ==, 150);
  g_assert_true (mien_store_is_synthetic (project.store));

  g_assert_true (mien_store_status (project.store, &status, &error));
  g_assert_cmpuint (status.frames, ==, 150);
  g_assert_cmpuint (status.videos, ==, MIEN_DEMO_VIDEOS);
  g_assert_cmpuint (status.missing, ==, 0);
  g_assert_cmpuint (status.split[MIEN_SPLIT_TRAIN] + status.split[MIEN_SPLIT_VALIDATION],
                    ==, 150);
  g_assert_cmpuint (status.split[MIEN_SPLIT_VALIDATION], >, 25);

  mien_demo_script_init (&script, 150, 1);
  for (guint v = 0; v < script.n_videos; v++)
    {
      MienDemoVideo video;

      mien_demo_video_init (&video, &script, v);
      for (guint i = 0; i < video.n_frames; i++)
        for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
          shown += video.frames[i].shown[item];
      mien_demo_video_clear (&video);
    }
  before = digest (&project, &frames, &labelled);
  g_assert_cmpuint (frames, ==, 150);
  g_assert_cmpuint (labelled, ==, shown);

  findings = mien_store_verify (project.store, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (findings->len, ==, 0);

  /* A second time nothing is new. */
  done = 0;
  g_assert_true (
      mien_demo_fill (project.store, 150, 1, on_progress, &done, NULL, &error));
  g_assert_no_error (error);
  after = digest (&project, NULL, NULL);
  g_assert_cmpstr (before, ==, after);
  project_close (&project);
}

static void
test_jpeg_says_so (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienFrame) frame = NULL;
  g_autoptr (GBytes) image = NULL;
  g_autofree char *key = NULL;
  struct jpeg_decompress_struct jpeg = { 0 };
  struct jpeg_error_mgr manager;
  MienDemoScript script;
  MienDemoVideo video;
  Project project;
  gsize length;
  gconstpointer bytes;
  const char *mark = NULL;

  project_open (&project, "Demo.mien");
  mien_demo_fill (project.store, 24, 1, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  mien_demo_script_init (&script, 24, 1);
  mien_demo_video_init (&video, &script, 0);
  key = g_strdup_printf ("demo01/%05u.jpg", video.frames[0].number);
  mien_demo_video_clear (&video);
  frame = mien_frames_find (project.store, key, &error);
  g_assert_no_error (error);
  image = mien_frames_image (project.store, frame->id, &error);
  g_assert_no_error (error);
  bytes = g_bytes_get_data (image, &length);

  jpeg.err = jpeg_std_error (&manager); /* a broken JPEG ends the test */
  jpeg_create_decompress (&jpeg);
  jpeg_mem_src (&jpeg, bytes, length);
  jpeg_save_markers (&jpeg, JPEG_COM, 0xffff);
  g_assert_cmpint (jpeg_read_header (&jpeg, TRUE), ==, JPEG_HEADER_OK);
  g_assert_cmpuint (jpeg.image_width, ==, 112);
  g_assert_cmpuint (jpeg.image_height, ==, 112);
  g_assert_nonnull (jpeg.marker_list);
  mark = g_strstr_len ((const char *) jpeg.marker_list->data,
                       jpeg.marker_list->data_length, "Drawn by Mien's demo");
  g_assert_nonnull (mark);
  jpeg_destroy_decompress (&jpeg);
  project_close (&project);
}

static void
test_cancel (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Project project;
  MienStatus status;

  project_open (&project, "Demo.mien");
  g_cancellable_cancel (cancellable);
  g_assert_false (mien_demo_fill (project.store, 24, 1, NULL, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_true (mien_store_status (project.store, &status, &error));
  g_assert_cmpuint (status.frames, ==, 0);
  project_close (&project);
}

/* What org.mien.Mien.xml tells the desktop about a project's first bytes. */
static void
test_magic (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *contents = NULL;
  gsize length;
  Project project;

  project_open (&project, "Demo.mien");
  g_assert_true (g_file_get_contents (project.path, &contents, &length, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (length, >, 100);
  g_assert_cmpmem (contents, 16, "SQLite format 3", 16);
  g_assert_cmpmem (contents + 68, 4, "MIEN", 4);
  project_close (&project);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/demo/same-seed-same-bytes", test_same_seed_same_bytes);
  g_test_add_func ("/demo/fill", test_fill);
  g_test_add_func ("/demo/jpeg-says-so", test_jpeg_says_so);
  g_test_add_func ("/demo/cancel", test_cancel);
  g_test_add_func ("/demo/magic", test_magic);

  return g_test_run ();
}
