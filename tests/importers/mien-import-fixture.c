/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The common ground of the tests of lists. Everything lies in one temporary folder that
 * goes when the fixture is closed; closing also verifies the project, so that every test
 * of an import is one of a sound project.
 */

#define G_LOG_DOMAIN "test-importers"
#include "config.h"

#include "mien-import-fixture.h"

#include "mien-events.h"
#include "mien-pictures.h"

#include <dirent.h>
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static GPtrArray *paths;

static void
keep_warning (const char *message, gpointer data)
{
  Fixture *fixture = data;

  g_assert_null (strchr (message, '\n'));
  g_assert_true (g_utf8_validate (message, -1, NULL));
  g_ptr_array_add (fixture->warnings, g_strdup (message));
}

static void
count_progress (guint64 done, guint64 total, gpointer data)
{
  Fixture *fixture = data;

  g_assert_cmpuint (done, >, 0);
  g_assert_true (fixture->progress_calls == 0 || done >= fixture->done);
  g_assert_true (total == 0 || done <= total);
  fixture->progress_calls++;
  fixture->done = done;
  fixture->total = total;
}

void
fixture_open (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  memset (fixture, 0, sizeof *fixture);
  if (paths == NULL)
    paths = g_ptr_array_new_with_free_func (g_free);
  fixture->folder = g_dir_make_tmp ("mien-lists-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->images = g_build_filename (fixture->folder, "images", NULL);
  g_assert_cmpint (g_mkdir (fixture->images, 0777), ==, 0);
  fixture->store =
      mien_store_create (fixture_path (fixture, "test.mien"), "Test", &error);
  g_assert_no_error (error);
  fixture->warnings = g_ptr_array_new_with_free_func (g_free);
  fixture->options = (MienImportOptions){
    .images = fixture->images,
    .split = -1,
    .warn = keep_warning,
    .progress = count_progress,
    .data = fixture,
  };
}

void
fixture_remove (const char *path)
{
  struct stat status;

  if (lstat (path, &status) == 0 && S_ISDIR (status.st_mode))
    {
      DIR *dir = opendir (path);
      struct dirent *entry;

      g_assert_nonnull (dir);
      while ((entry = readdir (dir)) != NULL)
        if (!g_str_equal (entry->d_name, ".") && !g_str_equal (entry->d_name, ".."))
          {
            g_autofree char *inner = g_build_filename (path, entry->d_name, NULL);

            fixture_remove (inner);
          }
      closedir (dir);
    }
  remove (path);
}

static void
assert_sound (MienStore *store)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) findings = mien_store_verify (store, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < findings->len; i++)
    g_test_message ("%s", (char *) findings->pdata[i]);
  g_assert_cmpuint (findings->len, ==, 0);
}

void
fixture_close (Fixture *fixture)
{
  assert_sound (fixture->store);
  mien_store_close (fixture->store);
  fixture_remove (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->images);
  g_ptr_array_unref (fixture->warnings);
  g_clear_pointer (&paths, g_ptr_array_unref);
}

const char *
fixture_path (Fixture *fixture, const char *name)
{
  char *path = g_build_filename (fixture->folder, name, NULL);

  g_ptr_array_add (paths, path);
  return path;
}

const char *
fixture_write (Fixture *fixture, const char *name, const void *data, gssize size)
{
  const char *path = fixture_path (fixture, name);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0777), ==, 0);
  /* Without a sync, which overwriting in place would want: a new file each time. */
  g_unlink (path);
  g_file_set_contents_full (path, data, size, G_FILE_SET_CONTENTS_NONE, 0666, &error);
  g_assert_no_error (error);
  return path;
}

void
fixture_add_image (Fixture *fixture, const char *name)
{
  g_autofree char *relative = g_build_filename ("images", name, NULL);
  guint64 state = g_str_hash (name) | 1;
  guint8 samples[8 * 8 * 3];
  PictureJpeg kind = { .width = 8, .height = 8, .stored = 3 /* JCS_YCbCr */ };
  g_autoptr (GBytes) bytes = NULL;

  picture_noise (&state, samples, sizeof samples);
  bytes = picture_jpeg (&kind, samples);
  fixture_write (fixture, relative, g_bytes_get_data (bytes, NULL),
                 (gssize) g_bytes_get_size (bytes));
}

void
fixture_add_images (Fixture *fixture, const char *video, guint first, guint last)
{
  for (guint number = first; number <= last; number++)
    {
      g_autofree char *name = g_strdup_printf ("%s/%05u.jpg", video, number);

      fixture_add_image (fixture, name);
    }
}

static gboolean
run (Fixture *fixture, ImportFunc import, const char *annotations, GError **error)
{
  g_ptr_array_set_size (fixture->warnings, 0);
  fixture->options.annotations = annotations;
  fixture->progress_calls = 0;
  fixture->done = fixture->total = 0;
  return import (fixture->store, &fixture->options, &fixture->report, error);
}

void
fixture_import (Fixture *fixture, ImportFunc import, const char *annotations)
{
  g_autoptr (GError) error = NULL;

  memset (&fixture->report, 0xff, sizeof fixture->report);
  run (fixture, import, annotations, &error);
  g_assert_no_error (error);
}

void
fixture_fail (Fixture *fixture,
              ImportFunc import,
              const char *annotations,
              int code,
              const char *words)
{
  g_autofree char *before = fixture_dump (fixture->store), *after = NULL;
  MienImportReport untouched;
  g_autoptr (GError) error = NULL;

  memset (&fixture->report, 0xee, sizeof fixture->report);
  untouched = fixture->report;
  g_assert_false (run (fixture, import, annotations, &error));
  g_assert_error (error, MIEN_IMPORT_ERROR, code);
  if (strstr (error->message, words) == NULL)
    g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, words));
  g_assert_null (strchr (error->message, '\n'));
  g_assert_cmpmem (&untouched, sizeof untouched, &fixture->report,
                   sizeof fixture->report);
  after = fixture_dump (fixture->store);
  g_assert_cmpstr (after, ==, before);
}

gboolean
fixture_warned (Fixture *fixture, const char *words)
{
  for (guint i = 0; i < fixture->warnings->len; i++)
    if (strstr (fixture->warnings->pdata[i], words) != NULL)
      return TRUE;
  for (guint i = 0; i < fixture->warnings->len; i++)
    g_test_message ("warned: %s", (char *) fixture->warnings->pdata[i]);
  return FALSE;
}

static void
dump_label (GString *dump, guint item, const MienLabel *label)
{
  static const char *const answers[] = { "", "=", "=?", "=!" };
  char text[2][G_ASCII_DTOSTR_BUF_SIZE];

  if (label->answer == MIEN_ANSWER_NONE)
    return;
  g_string_append_printf (dump, " %u%s", item, answers[label->answer]);
  if (label->answer == MIEN_ANSWER_VALUE)
    g_string_append_printf (
        dump, "%s;%s", g_ascii_dtostr (text[0], sizeof text[0], label->value[0]),
        item == MIEN_ITEM_VALENCE_AROUSAL
            ? g_ascii_dtostr (text[1], sizeof text[1], label->value[1])
            : "");
}

static gboolean
dump_frame (const MienFrame *frame,
            const MienLabels *labels,
            gpointer data,
            GError **error)
{
  GString *dump = data;

  g_string_append_printf (dump, "%s (%s %" G_GINT64_FORMAT ") %s %s", frame->key,
                          frame->video_name, frame->number, mien_split_id (frame->split),
                          frame->has_image ? "image" : frame->missing_reason);
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    {
      dump_label (dump, item, &labels->item[item]);
      if (labels->item[item].answer != MIEN_ANSWER_NONE)
        g_string_append_printf (dump, "/%d", labels->item[item].source);
    }
  g_string_append_c (dump, '\n');
  return TRUE;
}

static gboolean
dump_frame_labels (const MienFrame *frame,
                   const MienLabels *labels,
                   gpointer data,
                   GError **error)
{
  GString *dump = data;

  g_string_append (dump, frame->key);
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    dump_label (dump, item, &labels->item[item]);
  g_string_append_c (dump, '\n');
  return TRUE;
}

static char *
dump_all (MienStore *store, MienFrameFunc func)
{
  GString *dump = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  mien_frames_foreach (store, -1, func, dump, &error);
  g_assert_no_error (error);
  return g_string_free (dump, FALSE);
}

char *
fixture_dump (MienStore *store)
{
  return dump_all (store, dump_frame);
}

char *
fixture_dump_labels (MienStore *store)
{
  return dump_all (store, dump_frame_labels);
}

static gint64
find (Fixture *fixture, const char *key)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienFrame) frame = mien_frames_find (fixture->store, key, &error);

  g_assert_no_error (error);
  return frame->id;
}

MienLabel
fixture_label (Fixture *fixture, const char *key, guint item)
{
  g_autoptr (GError) error = NULL;
  MienLabels labels;

  mien_frames_labels (fixture->store, find (fixture, key), &labels, &error);
  g_assert_no_error (error);
  return labels.item[item];
}

void
fixture_assert_value (Fixture *fixture, const char *key, guint item, double value)
{
  MienLabel label = fixture_label (fixture, key, item);

  g_assert_cmpint (label.answer, ==, MIEN_ANSWER_VALUE);
  g_assert_cmpfloat (label.value[0], ==, value);
}

void
fixture_assert_none (Fixture *fixture, const char *key, guint item)
{
  g_assert_cmpint (fixture_label (fixture, key, item).answer, ==, MIEN_ANSWER_NONE);
}

void
fixture_answer (Fixture *fixture,
                const char *key,
                guint item,
                MienAnswer answer,
                double first,
                double second)
{
  MienDecision decision = { .kind = MIEN_DECISION_ANSWER, .duration_us = -1 };
  g_autoptr (GError) error = NULL;

  decision.frame = find (fixture, key);
  decision.answers.item[item] =
      (MienLabel){ .answer = answer, .value = { first, second } };
  mien_events_ensure_annotator (fixture->store, "Person", &decision.annotator, &error);
  g_assert_no_error (error);
  mien_events_decide (fixture->store, &decision, NULL, &error);
  g_assert_no_error (error);
}

char *
fixture_read (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}
