/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What all imports share: images that are missing, broken, changed or led out of the
 * folder; splits; links; stopping and going on. */

#define G_LOG_DOMAIN "test-importers"
#include "config.h"

#include "mien-events.h"
#include "mien-import-fixture.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER "image,valence,arousal,expression,aus\n"

static void
import_text (Fixture *fixture, const char *text, int split)
{
  fixture->options.split = split;
  fixture_import (fixture, mien_affwild2_import,
                  fixture_write (fixture, "list.txt", text, -1));
}

static MienFrame *
find (Fixture *fixture, const char *key)
{
  g_autoptr (GError) error = NULL;
  MienFrame *frame = mien_frames_find (fixture->store, key, &error);

  g_assert_no_error (error);
  return frame;
}

static void
assert_missing (Fixture *fixture, const char *key, const char *words)
{
  g_autoptr (MienFrame) frame = find (fixture, key);

  g_assert_false (frame->has_image);
  if (strstr (frame->missing_reason, words) == NULL)
    g_test_message ("%s", frame->missing_reason);
  g_assert_nonnull (strstr (frame->missing_reason, words));
}

static void
test_missing_images (void)
{
  g_autofree char *whole = NULL;
  gsize size = 0;
  Fixture fixture;

  fixture_open (&fixture);
  fixture_add_images (&fixture, "v", 1, 2);
  g_file_get_contents (fixture_path (&fixture, "images/v/00002.jpg"), &whole, &size,
                       NULL);
  fixture_write (&fixture, "images/v/00002.jpg", whole, (gssize) size / 2);
  fixture_write (&fixture, "images/v/00003.jpg", "text", 4);
  fixture_write (&fixture, "images/v/00004.jpg", "", 0);
  g_mkdir (fixture_path (&fixture, "images/v/00005.jpg"), 0777);
  g_assert_cmpint (mkfifo (fixture_path (&fixture, "images/v/00006.jpg"), 0666), ==, 0);
  for (guint run = 0; run < 2; run++)
    {
      import_text (&fixture,
                   HEADER "v/00001.jpg\nv/00002.jpg\nv/00003.jpg\nv/00004.jpg\n"
                          "v/00005.jpg\nv/00006.jpg\nv/00007.jpg\n",
                   MIEN_SPLIT_TRAIN);
      g_assert_cmpuint (fixture.report.frames_added, ==, run == 0 ? 7 : 0);
      g_assert_cmpuint (fixture.report.images_missing, ==, 6);
      g_assert_cmpuint (fixture.report.rejected_rows, ==, 0);
      g_assert_cmpuint (fixture.warnings->len, ==, 6);
      g_assert_true (fixture_warned (&fixture, "list.txt:3: v/00002.jpg: "));
      g_assert_true (fixture_warned (&fixture, "list.txt:8: v/00007.jpg: there is no"));
    }
  assert_missing (&fixture, "v/00003.jpg", "neither JPEG nor PNG");
  assert_missing (&fixture, "v/00004.jpg", "empty");
  assert_missing (&fixture, "v/00005.jpg", "not a regular file");
  assert_missing (&fixture, "v/00006.jpg", "not a regular file");
  assert_missing (&fixture, "v/00007.jpg", "there is no file");

  /* The whole file is back: the frame gets it. */
  fixture_write (&fixture, "images/v/00002.jpg", whole, (gssize) size);
  import_text (&fixture, HEADER "v/00002.jpg\n", MIEN_SPLIT_TRAIN);
  g_assert_cmpuint (fixture.report.frames_known, ==, 1);
  g_assert_cmpuint (fixture.report.images_missing, ==, 0);
  {
    g_autoptr (MienFrame) frame = find (&fixture, "v/00002.jpg");

    g_assert_true (frame->has_image);
    g_assert_null (frame->missing_reason);
  }
  fixture_close (&fixture);
}

/* Stored or linked: the project keeps what it had, and says that the file is another. */
static void
test_changed_image (void)
{
  for (guint link = 0; link < 2; link++)
    {
      g_autoptr (GBytes) before = NULL, after = NULL;
      g_autoptr (MienFrame) frame = NULL;
      g_autofree char *other = NULL;
      gsize size = 0;
      Fixture fixture;

      fixture_open (&fixture);
      fixture.options.link = link != 0;
      fixture_add_images (&fixture, "v", 1, 2);
      import_text (&fixture, HEADER "v/00001.jpg\n", MIEN_SPLIT_TRAIN);
      frame = find (&fixture, "v/00001.jpg");
      before = mien_frames_image (fixture.store, frame->id, NULL);
      g_assert_nonnull (before);
      g_file_get_contents (fixture_path (&fixture, "images/v/00002.jpg"), &other, &size,
                           NULL);
      fixture_write (&fixture, "images/v/00001.jpg", other, (gssize) size);
      import_text (&fixture, HEADER "v/00001.jpg\n", MIEN_SPLIT_TRAIN);
      g_assert_cmpuint (fixture.report.conflicts, ==, 1);
      g_assert_cmpuint (fixture.report.images_missing, ==, 0);
      g_assert_true (
          fixture_warned (&fixture, "list.txt:2: v/00001.jpg: the file is not"));
      after = mien_frames_image (fixture.store, frame->id, NULL);
      if (link == 0)
        g_assert_true (g_bytes_equal (before, after));
      else
        g_assert_null (after);

      /* A known image whose file is gone is no missing image. */
      g_unlink (fixture_path (&fixture, "images/v/00001.jpg"));
      import_text (&fixture, HEADER "v/00001.jpg\n", MIEN_SPLIT_TRAIN);
      g_assert_cmpuint (fixture.report.images_missing, ==, 0);
      g_assert_cmpuint (fixture.warnings->len, ==, 0);
      fixture_close (&fixture);
    }
}

static void
test_symbolic_links (void)
{
  Fixture fixture;

  fixture_open (&fixture);
  fixture_add_images (&fixture, "v", 1, 2);
  fixture_add_image (&fixture, "../outside.jpg");
  g_mkdir (fixture_path (&fixture, "other"), 0777);
  g_assert_cmpint (symlink ("00001.jpg", fixture_path (&fixture, "images/v/00003.jpg")),
                   ==, 0);
  g_assert_cmpint (symlink ("v", fixture_path (&fixture, "images/w")), ==, 0);
  g_assert_cmpint (symlink (fixture_path (&fixture, "outside.jpg"),
                            fixture_path (&fixture, "images/v/00004.jpg")),
                   ==, 0);
  g_assert_cmpint (symlink ("..", fixture_path (&fixture, "images/up")), ==, 0);
  g_assert_cmpint (symlink ("loop", fixture_path (&fixture, "images/loop")), ==, 0);
  import_text (&fixture,
               HEADER "v/00003.jpg\nw/00001.jpg\nv/00004.jpg\nup/outside.jpg\n"
                      "loop/00001.jpg\n",
               MIEN_SPLIT_TRAIN);
  g_assert_cmpuint (fixture.report.frames_added, ==, 5);
  g_assert_cmpuint (fixture.report.images_missing, ==, 3);
  assert_missing (&fixture, "v/00004.jpg", "leads out of the folder");
  assert_missing (&fixture, "up/outside.jpg", "leads out of the folder");

  /* A folder with the same beginning is another folder. */
  g_assert_cmpint (g_mkdir (fixture_path (&fixture, "images2"), 0777), ==, 0);
  g_rename (fixture_path (&fixture, "outside.jpg"),
            fixture_path (&fixture, "images2/00001.jpg"));
  g_assert_cmpint (symlink ("../images2", fixture_path (&fixture, "images/x")), ==, 0);
  import_text (&fixture, HEADER "x/00001.jpg\n", MIEN_SPLIT_TRAIN);
  assert_missing (&fixture, "x/00001.jpg", "leads out of the folder");

  /* The folder itself may be reached through a link. */
  g_assert_cmpint (symlink ("images", fixture_path (&fixture, "link")), ==, 0);
  fixture.options.images = fixture_path (&fixture, "link");
  import_text (&fixture, HEADER "v/00002.jpg\n", MIEN_SPLIT_TRAIN);
  g_assert_cmpuint (fixture.report.images_missing, ==, 0);
  fixture_close (&fixture);
}

/* The project moves with its images; a link says so by being relative. */
static void
test_links (void)
{
  g_autoptr (GBytes) linked = NULL;
  g_autoptr (MienFrame) frame = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *file = NULL, *moved = NULL;
  gsize size = 0;
  Fixture fixture;

  fixture_open (&fixture);
  fixture.options.link = TRUE;
  fixture_add_images (&fixture, "v", 1, 1);
  import_text (&fixture, HEADER "v/00001.jpg\n", MIEN_SPLIT_TRAIN);
  frame = find (&fixture, "v/00001.jpg");
  g_assert_true (frame->has_image);

  mien_store_close (fixture.store);
  moved = g_strconcat (fixture.folder, "-moved", NULL);
  g_assert_cmpint (g_rename (fixture.folder, moved), ==, 0);
  g_free (fixture.folder);
  fixture.folder = g_steal_pointer (&moved);
  fixture.store = mien_store_open (fixture_path (&fixture, "test.mien"),
                                   MIEN_STORE_READ_WRITE, &error);
  g_assert_no_error (error);
  linked = mien_frames_image (fixture.store, frame->id, &error);
  g_assert_no_error (error);
  g_file_get_contents (fixture_path (&fixture, "images/v/00001.jpg"), &file, &size, NULL);
  g_assert_cmpmem (file, size, g_bytes_get_data (linked, NULL),
                   g_bytes_get_size (linked));
  fixture_close (&fixture);
}

static void
test_other_split (void)
{
  Fixture fixture;

  fixture_open (&fixture);
  fixture_add_images (&fixture, "v", 1, 3);
  fixture_add_images (&fixture, "w", 1, 1);
  import_text (&fixture, HEADER "v/00001.jpg\n", MIEN_SPLIT_VALIDATION);
  import_text (&fixture, HEADER "v/00001.jpg\nv/00002.jpg\nw/00001.jpg\nv/00003.jpg\n",
               MIEN_SPLIT_TRAIN);
  g_assert_cmpuint (fixture.report.frames_added, ==, 1);
  g_assert_cmpuint (fixture.report.frames_known, ==, 0);
  g_assert_cmpuint (fixture.report.rejected_rows, ==, 3);
  g_assert_cmpuint (fixture.warnings->len, ==, 1);
  g_assert_true (fixture_warned (
      &fixture, "list.txt:2: video \"v\" is in the validation split already"));

  /* Nothing but rows of that video: an error that names the reason. */
  fixture.options.split = MIEN_SPLIT_TEST;
  fixture_fail (&fixture, mien_affwild2_import,
                fixture_write (&fixture, "list.txt", HEADER "v/00001.jpg\n", -1),
                MIEN_IMPORT_ERROR_BAD_LIST, "is in the validation split already");

  /* Without a split a known video keeps its own. */
  import_text (&fixture, HEADER "v/00002.jpg\nw/00001.jpg\n", -1);
  g_assert_cmpuint (fixture.report.frames_added, ==, 1);
  g_assert_cmpuint (fixture.report.frames_known, ==, 1);
  {
    g_autoptr (MienFrame) frame = find (&fixture, "v/00002.jpg");

    g_assert_cmpint (frame->split, ==, MIEN_SPLIT_VALIDATION);
  }
  fixture_close (&fixture);
}

/* One of five by hash, the same in every project; the first for training; two faces of a
 * video together, also across imports and against the hash. */
static void
test_hashed_splits (void)
{
  g_autoptr (GString) text = g_string_new (HEADER);
  g_autofree char *first = NULL, *second = NULL;
  guint n_validation = 0;
  Fixture fixture;

  for (guint video = 0; video < 200; video++)
    g_string_append_printf (text, "%u_left/00001.jpg\n%u/00001.jpg\n", video, video);
  fixture_open (&fixture);
  import_text (&fixture, text->str, -1);
  for (guint video = 0; video < 200; video++)
    {
      g_autofree char *left = g_strdup_printf ("%u_left/00001.jpg", video);
      g_autofree char *plain = g_strdup_printf ("%u/00001.jpg", video);
      g_autoptr (MienFrame) a = find (&fixture, left), b = find (&fixture, plain);

      g_assert_cmpint (a->split, ==, b->split);
      g_assert_cmpint (a->split, !=, MIEN_SPLIT_TEST);
      n_validation += a->split == MIEN_SPLIT_VALIDATION;
      g_assert_true (video > 0 || a->split == MIEN_SPLIT_TRAIN);
    }
  g_assert_cmpuint (n_validation, >, 20);
  g_assert_cmpuint (n_validation, <, 60);
  first = fixture_dump (fixture.store);
  import_text (&fixture, text->str, -1);
  second = fixture_dump (fixture.store);
  g_assert_cmpstr (first, ==, second);

  /* A face of a video that was put into test goes there too. */
  import_text (&fixture, HEADER "a/b_left/00001.jpg\n", MIEN_SPLIT_TEST);
  import_text (&fixture, HEADER "a/b_right/00001.jpg\n", -1);
  {
    g_autoptr (MienFrame) frame = find (&fixture, "a/b_right/00001.jpg");

    g_assert_cmpint (frame->split, ==, MIEN_SPLIT_TEST);
  }
  import_text (&fixture, HEADER "a/b/00001.jpg\n", MIEN_SPLIT_TRAIN);
  g_assert_true (fixture_warned (&fixture, "another face of the same video is in test"));
  fixture_close (&fixture);
}

typedef struct
{
  Fixture *fixture;
  GCancellable *cancellable;
  guint64 at;
} Stop;

static void
stop_at (guint64 done, guint64 total, gpointer data)
{
  Stop *stop = data;

  if (done >= stop->at)
    g_cancellable_cancel (stop->cancellable);
}

static void
ignore_warning (const char *message, gpointer data)
{
}

static char *
many_rows (guint n)
{
  GString *text = g_string_new (HEADER);

  for (guint i = 1; i <= n; i++)
    g_string_append_printf (text, "v%u/%05u.jpg,%g,0,%u,%u,0,0,0,1,0,0,0,0,0,0,-1\n",
                            i % 7, i, (double) i / n, i % 8, i % 2);
  /* Duplicates, one of them in conflict. */
  g_string_append (text, "v1/00001.jpg\nv2/00002.jpg,-5,-5,0,0,0,0,0,1,0,0,0,0,0,0,-1\n");
  return g_string_free (text, FALSE);
}

/* Stopped at any burst, and begun again as often as it takes, it is the same import. */
static void
test_cancel (void)
{
  g_autofree char *text = many_rows (300), *undisturbed = NULL;
  Fixture fixture;

  fixture_open (&fixture);
  for (guint i = 1; i <= 300; i += 3)
    {
      g_autofree char *name = g_strdup_printf ("v%u/%05u.jpg", i % 7, i);

      fixture_add_image (&fixture, name);
    }
  import_text (&fixture, text, MIEN_SPLIT_TRAIN);
  undisturbed = fixture_dump (fixture.store);

  for (guint64 at = 1; at < 300; at += 60)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      const char *path = fixture_path (&fixture, "cancel.mien");
      g_autoptr (GError) error = NULL;
      g_autofree char *partial = NULL, *whole = NULL;
      MienStore *store = mien_store_create (path, "Stopped", &error);
      Stop stop = { &fixture, cancellable, at };
      MienImportReport report = { .frames_added = 77 };
      MienImportOptions options = fixture.options;
      MienStatus status;

      g_assert_no_error (error);
      options.cancellable = cancellable;
      options.progress = stop_at;
      options.warn = ignore_warning;
      options.data = &stop;
      g_assert_false (mien_affwild2_import (store, &options, &report, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_error (&error);
      g_assert_cmpuint (report.frames_added, ==, 77);
      mien_store_status (store, &status, NULL);
      g_assert_cmpuint (status.frames, >=, at);
      g_assert_cmpuint (status.frames, <, 300);

      options.cancellable = NULL;
      options.progress = NULL;
      g_assert_true (mien_affwild2_import (store, &options, &report, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (report.frames_known, ==, status.frames);
      g_assert_cmpuint (report.frames_added, ==, 300 - status.frames);
      whole = fixture_dump (store);
      g_assert_cmpstr (whole, ==, undisturbed);
      {
        g_autoptr (GPtrArray) findings = mien_store_verify (store, NULL);

        g_assert_cmpuint (findings->len, ==, 0);
      }
      mien_store_close (store);
      g_unlink (path);
    }
  fixture_close (&fixture);
}

/* Another connection decides while the import runs: it does not wait, and its answer
 * stands whatever is imported behind it. */
static void
decide_beside (guint64 done, guint64 total, gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (GError) error = NULL;
  MienStore *store, *mine = fixture->store;
  gint64 begun;

  if (done != 64)
    return;
  store = mien_store_open (mien_store_path (mine), MIEN_STORE_READ_WRITE, &error);
  g_assert_no_error (error);
  fixture->store = store;
  begun = g_get_monotonic_time ();
  fixture_answer (fixture, "v1/00001.jpg", MIEN_ITEM_EXPRESSION, MIEN_ANSWER_VALUE, 6, 0);
  g_assert_cmpint (g_get_monotonic_time () - begun, <, 2 * G_USEC_PER_SEC);
  fixture->store = mine;
  mien_store_close (store);
}

static void
test_decision_beside (void)
{
  g_autofree char *text = many_rows (300);
  Fixture fixture;

  fixture_open (&fixture);
  fixture.options.progress = decide_beside;
  import_text (&fixture, text, MIEN_SPLIT_TRAIN);
  fixture_assert_value (&fixture, "v1/00001.jpg", MIEN_ITEM_EXPRESSION, 6.0);
  g_assert_cmpint (fixture_label (&fixture, "v1/00001.jpg", MIEN_ITEM_EXPRESSION).source,
                   ==, MIEN_SOURCE_HUMAN);
  fixture_assert_value (&fixture, "v2/00002.jpg", MIEN_ITEM_EXPRESSION, 2.0);
  fixture_close (&fixture);
}

/* A file that cannot grow stands for a disk that is full: an error, nothing half done,
 * and the rest when there is room again. */
static void
test_full_disk (void)
{
  g_autofree char *text = many_rows (300), *before = NULL, *after = NULL;
  struct rlimit whole, tight;
  guint n_failed = 0;
  Fixture fixture;
  const char *list;

  fixture_open (&fixture);
  for (guint i = 1; i <= 300; i++)
    {
      g_autofree char *name = g_strdup_printf ("v%u/%05u.jpg", i % 7, i);

      fixture_add_image (&fixture, name);
    }
  list = fixture_write (&fixture, "list.txt", text, -1);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &whole), ==, 0);
  signal (SIGXFSZ, SIG_IGN);
  tight = whole;
  for (tight.rlim_cur = 100000; tight.rlim_cur < 600000; tight.rlim_cur += 100000)
    {
      g_autoptr (GError) error = NULL;
      const char *path = fixture_path (&fixture, "full.mien");
      MienStore *store = mien_store_create (path, "Full", &error);
      MienImportOptions options = fixture.options;
      g_autoptr (GPtrArray) findings = NULL;
      MienImportReport report;

      g_assert_no_error (error);
      options.annotations = list;
      options.split = MIEN_SPLIT_TRAIN;
      options.warn = ignore_warning;
      options.progress = NULL;
      setrlimit (RLIMIT_FSIZE, &tight);
      if (!mien_affwild2_import (store, &options, &report, &error))
        {
          n_failed++;
          g_assert_true (error->domain == MIEN_STORE_ERROR);
        }
      setrlimit (RLIMIT_FSIZE, &whole);
      findings = mien_store_verify (store, NULL);
      g_assert_nonnull (findings);
      g_assert_cmpuint (findings->len, ==, 0);
      g_clear_error (&error);
      g_assert_true (mien_affwild2_import (store, &options, &report, &error));
      g_assert_no_error (error);
      g_clear_pointer (&after, g_free);
      after = fixture_dump (store);
      mien_store_close (store);
      g_unlink (path);
      if (before == NULL)
        {
          import_text (&fixture, text, MIEN_SPLIT_TRAIN);
          before = fixture_dump (fixture.store);
        }
      g_assert_cmpstr (after, ==, before);
    }
  signal (SIGXFSZ, SIG_DFL);
  g_assert_cmpuint (n_failed, >=, 2);
  fixture_close (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/importers/import/missing-images", test_missing_images);
  g_test_add_func ("/importers/import/changed-image", test_changed_image);
  g_test_add_func ("/importers/import/symbolic-links", test_symbolic_links);
  g_test_add_func ("/importers/import/links", test_links);
  g_test_add_func ("/importers/import/other-split", test_other_split);
  g_test_add_func ("/importers/import/hashed-splits", test_hashed_splits);
  g_test_add_func ("/importers/import/cancel", test_cancel);
  g_test_add_func ("/importers/import/decision-beside", test_decision_beside);
  g_test_add_func ("/importers/import/full-disk", test_full_disk);
  return g_test_run ();
}
