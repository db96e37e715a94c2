/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Videos, frames, images, links, lists and neighbours.
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-test-project.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

/* None of these may ever be joined to a folder. */
static void
test_keys (void)
{
  static const char *const refused[] = {
    "",         "/etc/passwd", "../a.jpg", "a/../b.jpg", "a//b.jpg",
    "a/",       ".",           "a/./b",    "..",         "a\\b.jpg",
    "a\nb.jpg", "a\tb",        "\xff\xfe", "\x7f.jpg",   "a/..",
  };
  static const char *const accepted[] = {
    "a", "a/b/c.png", "...", "a..b/..c.jpg", "\xe9\xa1\x94/00001.jpg", "a b.jpg"
  };
  g_autofree char *longest = g_strnfill (MIEN_MAX_KEY_BYTES, 'x');
  g_autofree char *too_long = g_strnfill (MIEN_MAX_KEY_BYTES + 1, 'x');
  TestProject project;
  g_autoptr (GError) error = NULL;
  gint64 video = -5, frame = -5, good;

  test_project_open (&project);
  g_assert_true (
      mien_frames_ensure_video (project.store, "v", MIEN_SPLIT_TRAIN, &good, &error));
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_assert_false (mien_frames_ensure_video (project.store, refused[i],
                                                MIEN_SPLIT_TRAIN, &video, &error));
      test_assert_error (error, MIEN_STORE_ERROR_INVALID, project.path);
      g_assert_false (
          mien_frames_ensure (project.store, good, refused[i], 1, &frame, NULL, &error));
      test_assert_error (error, MIEN_STORE_ERROR_INVALID, project.path);
    }
  g_assert_cmpint (video, ==, -5);
  g_assert_cmpint (frame, ==, -5);
  for (guint i = 0; i < G_N_ELEMENTS (accepted); i++)
    g_assert_true (mien_key_is_safe (accepted[i]));
  g_assert_true (mien_key_is_safe (longest));
  g_assert_false (mien_key_is_safe (too_long));
  g_assert_false (
      mien_frames_ensure (project.store, good, "a.jpg", -2, &frame, NULL, &error));
  test_assert_error (error, MIEN_STORE_ERROR_INVALID, "a.jpg");
  test_project_close (&project);
}

static void
test_identity (void)
{
  TestProject project, second;
  g_autoptr (GError) error = NULL;
  gint64 video, other, frame, again;
  gboolean added;

  test_project_open (&project);
  test_project_open (&second);
  frame = test_add_frame (project.store, "v", MIEN_SPLIT_TRAIN, 7);
  test_add_frame (second.store, "other", MIEN_SPLIT_TRAIN, 1);
  test_add_frame (second.store, "v", MIEN_SPLIT_TRAIN, 7);
  g_assert_cmpint (test_count (project.store,
                               "SELECT count (*) FROM frame WHERE hex (uuid)"
                               " LIKE '____________5___%'"),
                   ==, 1);
  /* The same frame in another project has the same UUID. */
  for (guint i = 0; i < 2; i++)
    {
      MienStore *store = i == 0 ? project.store : second.store;
      MienUuid uuid;
      g_autoptr (MienStatement) row =
          mien_query (store, &error, "SELECT uuid FROM frame WHERE key = ?1",
                      MIEN_TEXT ("v/00007.jpg"));
      MienUuid expected;

      g_assert_cmpint (mien_statement_step (row, &error), ==, MIEN_STEP_ROW);
      g_assert_true (mien_column_bytes (row, 0, uuid.bytes, sizeof uuid, &error));
      mien_frame_uuid ("v/00007.jpg", &expected);
      g_assert_cmpmem (&uuid, sizeof uuid, &expected, sizeof expected);
    }

  g_assert_true (
      mien_frames_ensure_video (project.store, "v", MIEN_SPLIT_TRAIN, &video, &error));
  g_assert_true (mien_frames_ensure (project.store, video, "v/00007.jpg", 7, &again,
                                     &added, &error));
  g_assert_cmpint (again, ==, frame);
  g_assert_false (added);
  g_assert_false (
      mien_frames_ensure_video (project.store, "v", MIEN_SPLIT_TEST, &video, &error));
  test_assert_error (error, MIEN_STORE_ERROR_EXISTS, "train");
  g_assert_true (
      mien_frames_ensure_video (project.store, "w", MIEN_SPLIT_TEST, &other, &error));
  g_assert_false (mien_frames_ensure (project.store, other, "v/00007.jpg", 7, &again,
                                      &added, &error));
  test_assert_error (error, MIEN_STORE_ERROR_EXISTS, "v/00007.jpg");
  test_project_close (&second);
  test_project_close (&project);
}

static gint64
add_bare_frame (MienStore *store, const char *key)
{
  g_autoptr (GError) error = NULL;
  gint64 video, frame;

  g_assert_true (mien_frames_ensure_video (store, "v", MIEN_SPLIT_TRAIN, &video, &error));
  g_assert_true (mien_frames_ensure (store, video, key, -1, &frame, NULL, &error));
  return frame;
}

static void
assert_image (MienStore *store, gint64 frame, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = mien_frames_image (store, frame, &error);
  gsize size;
  const void *data;

  g_assert_no_error (error);
  data = g_bytes_get_data (bytes, &size);
  g_assert_cmpmem (data, size, expected, strlen (expected));
}

static void
test_images (void)
{
  TestProject project;
  MienStore *store;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) face = g_bytes_new_static ("face", 4);
  g_autoptr (GBytes) other = g_bytes_new_static ("other", 5);
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  gint64 a, b, c;
  gboolean has_image;

  test_project_open (&project);
  store = project.store;
  a = add_bare_frame (store, "v/a.jpg");
  b = add_bare_frame (store, "v/b.jpg");
  c = add_bare_frame (store, "v/c.jpg");

  g_assert_null (mien_frames_image (store, a, &error));
  test_assert_error (error, MIEN_STORE_ERROR_NOT_FOUND, "v/a.jpg");
  g_assert_true (mien_frames_set_image (store, a, face, 2, 2, &error));
  g_assert_true (mien_frames_set_image (store, a, face, 2, 2, &error));
  g_assert_true (mien_frames_set_image (store, b, face, 2, 2, &error));
  g_assert_cmpint (test_count (store, "SELECT count (*) FROM image"), ==, 1);
  g_assert_false (mien_frames_set_image (store, a, other, 2, 2, &error));
  test_assert_error (error, MIEN_STORE_ERROR_EXISTS, project.path);
  assert_image (store, a, "face");
  g_assert_false (mien_frames_set_image (store, c, empty, 2, 2, &error));
  test_assert_error (error, MIEN_STORE_ERROR_INVALID, project.path);
  g_assert_false (mien_frames_set_image (store, 999, face, 2, 2, &error));
  test_assert_error (error, MIEN_STORE_ERROR_NOT_FOUND, "999");

  g_assert_true (mien_frames_set_missing (store, c, "truncated", &error));
  g_assert_null (mien_frames_image (store, c, &error));
  test_assert_error (error, MIEN_STORE_ERROR_NOT_FOUND, "truncated");
  g_assert_true (mien_frames_has_image (store, c, &has_image, &error));
  g_assert_false (has_image);
  /* A frame that has its image is not missing, whatever a later import says. */
  g_assert_true (mien_frames_set_missing (store, a, "gone", &error));
  assert_image (store, a, "face");
  g_assert_true (mien_frames_has_image (store, a, &has_image, &error));
  g_assert_true (has_image);

  /* Bytes that have changed on the disk are an error, not a face. */
  test_run (store, "UPDATE image SET bytes = x'66616b65'");
  g_assert_null (mien_frames_image (store, a, &error));
  test_assert_error (error, MIEN_STORE_ERROR_CORRUPT, project.path);
  test_project_close (&project);
}

static void
test_links (void)
{
  TestProject project;
  MienStore *store;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) face = g_bytes_new_static ("face", 4);
  g_autofree char *file = NULL;
  gint64 frame, other;

  test_project_open (&project);
  store = project.store;
  file = g_build_filename (project.folder, "a.jpg", NULL);
  frame = add_bare_frame (store, "v/a.jpg");
  other = add_bare_frame (store, "v/b.jpg");
  g_assert_true (g_file_set_contents (file, "face", 4, NULL));
  g_assert_false (mien_frames_set_link (store, frame, file, face, 2, 2, &error));
  test_assert_error (error, MIEN_STORE_ERROR_INVALID, project.path);
  g_assert_true (mien_frames_set_link (store, frame, "a.jpg", face, 2, 2, &error));
  assert_image (store, frame, "face");
  g_assert_cmpint (test_count (store, "SELECT count (*) FROM image"), ==, 0);

  g_assert_true (g_file_set_contents (file, "fake", 4, NULL));
  g_assert_null (mien_frames_image (store, frame, &error));
  test_assert_error (error, MIEN_STORE_ERROR_CORRUPT, "a.jpg");
  g_unlink (file);
  g_assert_null (mien_frames_image (store, frame, &error));
  test_assert_error (error, MIEN_STORE_ERROR_NOT_FOUND, "a.jpg");
  /* A pipe would block for ever. */
  g_assert_cmpint (mkfifo (file, 0600), ==, 0);
  g_assert_null (mien_frames_image (store, frame, &error));
  test_assert_error (error, MIEN_STORE_ERROR_FAILED, "a.jpg");
  g_assert_true (mien_frames_set_link (store, other, ".", face, 2, 2, &error));
  g_assert_null (mien_frames_image (store, other, &error));
  test_assert_error (error, MIEN_STORE_ERROR_FAILED, project.folder);
  test_project_close (&project);
}

static void
assert_neighbours (MienStore *store,
                   gint64 frame,
                   guint before,
                   guint after,
                   const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) frames =
      mien_frames_neighbours (store, frame, before, after, &error);
  g_autoptr (GString) numbers = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < frames->len; i++)
    g_string_append_printf (numbers, "%s%d", i > 0 ? " " : "",
                            (int) ((MienFrame *) frames->pdata[i])->number);
  g_assert_cmpstr (numbers->str, ==, expected);
}

static void
test_neighbours (void)
{
  static const int numbers[] = { 8, 1, 16, 2, 4, 300 };
  TestProject project;
  MienStore *store;
  gint64 frames[G_N_ELEMENTS (numbers)], alone;

  test_project_open (&project);
  store = project.store;
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      frames[i] = test_add_frame (store, "v", MIEN_SPLIT_TRAIN, numbers[i]);
      test_add_frame (store, "w", MIEN_SPLIT_TRAIN, numbers[i]);
    }
  alone = add_bare_frame (store, "v/portrait.jpg");
  assert_neighbours (store, frames[0], 2, 2, "2 4 8 16 300");
  assert_neighbours (store, frames[0], 9, 0, "1 2 4 8");
  assert_neighbours (store, frames[1], 3, 1, "1 2");
  assert_neighbours (store, frames[5], 1, 9, "16 300");
  assert_neighbours (store, alone, 5, 5, "-1");
  test_project_close (&project);
}

static void
test_find (void)
{
  TestProject project;
  g_autoptr (GError) error = NULL;
  g_autoptr (MienFrame) found = NULL;
  gint64 frame;

  test_project_open (&project);
  frame = test_add_frame (project.store, "v", MIEN_SPLIT_VALIDATION, 12);
  found = mien_frames_find (project.store, "v/00012.jpg", &error);
  g_assert_no_error (error);
  g_assert_cmpint (found->id, ==, frame);
  g_assert_cmpstr (found->video_name, ==, "v");
  g_assert_cmpint (found->number, ==, 12);
  g_assert_cmpint (found->split, ==, MIEN_SPLIT_VALIDATION);
  g_assert_true (found->has_image);
  g_assert_null (mien_frames_find (project.store, "v/00013.jpg", &error));
  test_assert_error (error, MIEN_STORE_ERROR_NOT_FOUND, "v/00013.jpg");
  g_assert_null (mien_frames_get (project.store, 999, &error));
  test_assert_error (error, MIEN_STORE_ERROR_NOT_FOUND, "999");

  /* A name that could not have been stored does not come out either. */
  test_run (project.store, "UPDATE frame SET key = '../../etc/passwd'");
  g_assert_null (mien_frames_get (project.store, frame, &error));
  test_assert_error (error, MIEN_STORE_ERROR_CORRUPT, project.path);
  test_project_close (&project);
}

static gboolean
append_key (const MienFrame *frame,
            const MienLabels *labels,
            gpointer data,
            GError **error)
{
  g_string_append_printf (data, "%s%s", ((GString *) data)->len > 0 ? " " : "",
                          frame->key);
  return TRUE;
}

static gboolean
refuse (const MienFrame *frame, const MienLabels *labels, gpointer data, GError **error)
{
  g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_INVALID, "%s: enough",
               frame->key);
  return FALSE;
}

static void
test_foreach (void)
{
  TestProject project;
  MienStore *store;
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) keys = g_string_new (NULL);
  gint64 list, again, b2, b1;

  test_project_open (&project);
  store = project.store;
  b2 = test_add_frame (store, "b", MIEN_SPLIT_TRAIN, 2);
  b1 = test_add_frame (store, "b", MIEN_SPLIT_TRAIN, 1);
  test_add_frame (store, "a", MIEN_SPLIT_TRAIN, 10);
  test_add_frame (store, "c", MIEN_SPLIT_TEST, 1);
  g_assert_true (mien_frames_begin_list (store, "l", MIEN_SPLIT_TRAIN, &list, &error));
  g_assert_true (mien_frames_add_list_row (store, list, 1, b2, &error));
  g_assert_true (mien_frames_add_list_row (store, list, 2, b1, &error));
  g_assert_true (mien_frames_add_list_row (store, list, 3, b2, &error));

  g_assert_true (mien_frames_foreach (store, -1, append_key, keys, &error));
  g_assert_cmpstr (keys->str, ==, "a/00010.jpg b/00001.jpg b/00002.jpg c/00001.jpg");
  g_string_truncate (keys, 0);
  g_assert_true (mien_frames_foreach (store, MIEN_SPLIT_TEST, append_key, keys, &error));
  g_assert_cmpstr (keys->str, ==, "c/00001.jpg");
  g_string_truncate (keys, 0);
  g_assert_true (
      mien_frames_foreach_listed (store, MIEN_SPLIT_TRAIN, append_key, keys, &error));
  g_assert_cmpstr (keys->str, ==, "b/00002.jpg b/00001.jpg b/00002.jpg a/00010.jpg");

  /* The same list anew. */
  g_assert_true (mien_frames_begin_list (store, "l", MIEN_SPLIT_TRAIN, &again, &error));
  g_assert_cmpint (again, ==, list);
  g_string_truncate (keys, 0);
  g_assert_true (
      mien_frames_foreach_listed (store, MIEN_SPLIT_TRAIN, append_key, keys, &error));
  g_assert_cmpstr (keys->str, ==, "a/00010.jpg b/00001.jpg b/00002.jpg");
  g_assert_false (mien_frames_foreach (store, -1, refuse, NULL, &error));
  test_assert_error (error, MIEN_STORE_ERROR_INVALID, "a/00010.jpg");
  test_project_close (&project);
}

/* Whatever lies between two numbers of one video, and no more than asked for. */
static void
test_span (void)
{
  TestProject project;
  g_autoptr (GError) error = NULL;
  g_autoptr (MienFrame) first = NULL;
  g_autoptr (GPtrArray) span = NULL, two = NULL, none = NULL;
  double fps = 0;

  test_project_open (&project);
  for (gint64 number = 20; number > 0; number -= 3)
    test_add_frame (project.store, "v", MIEN_SPLIT_TRAIN, number);
  test_add_frame (project.store, "w", MIEN_SPLIT_TRAIN, 9);
  first = mien_frames_find (project.store, "v/00005.jpg", &error);
  g_assert_no_error (error);
  span = mien_frames_span (project.store, first->video, 5, 14, 100, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (span->len, ==, 4);
  for (guint i = 0; i < span->len; i++)
    {
      const MienFrame *frame = span->pdata[i];

      g_assert_cmpint (frame->number, ==, 5 + 3 * i);
      g_assert_cmpstr (frame->video_name, ==, "v");
    }
  two = mien_frames_span (project.store, first->video, 0, G_MAXINT64, 2, &error);
  g_assert_cmpuint (two->len, ==, 2);
  g_assert_cmpint (((MienFrame *) two->pdata[1])->number, ==, 5);
  none = mien_frames_span (project.store, 77, 0, 100, 2, &error);
  g_assert_cmpuint (none->len, ==, 0);

  g_assert_true (mien_frames_fps (project.store, first->video, &fps, &error));
  g_assert_cmpfloat (fps, ==, 30);
  g_assert_false (mien_frames_fps (project.store, 77, &fps, &error));
  test_assert_error (error, MIEN_STORE_ERROR_NOT_FOUND, project.path);
  test_project_close (&project);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/db/frames/keys", test_keys);
  g_test_add_func ("/db/frames/identity", test_identity);
  g_test_add_func ("/db/frames/images", test_images);
  g_test_add_func ("/db/frames/links", test_links);
  g_test_add_func ("/db/frames/neighbours", test_neighbours);
  g_test_add_func ("/db/frames/find", test_find);
  g_test_add_func ("/db/frames/foreach", test_foreach);
  g_test_add_func ("/db/frames/span", test_span);
  return g_test_run ();
}
