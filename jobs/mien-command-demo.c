/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * demo: a project of drawn faces. It is drawn in a folder of its own beside its place and
 * gets its name when it is whole, so that a demo which was stopped or ran out of disk is
 * no project at all.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-commands.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "mien-demo.h"
#include "mien-json.h"

#define MAX_FRAMES 1000000

static void
count (guint64 done, guint64 total, gpointer data)
{
  mien_progress_count (data, done, total);
}

static gboolean
check_free (const char *path, GError **error)
{
  if (!g_file_test (path, G_FILE_TEST_EXISTS)
      && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    return TRUE;
  g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED,
               "%s: exists already; choose another name, or move it away", path);
  return FALSE;
}

static char *
make_folder (const char *path, GError **error)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *parent = g_path_get_dirname (absolute);
  g_autofree char *folder = g_build_filename (parent, ".mien-demo-XXXXXX", NULL);

  if (g_mkdtemp_full (folder, 0700) == NULL)
    {
      g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED,
                   "%s: cannot be made (%s); choose a folder that you can write to", path,
                   g_strerror (errno));
      return NULL;
    }
  return g_steal_pointer (&folder);
}

static void
remove_folder (const char *folder)
{
  static const char *const names[] = { "demo.mien", "demo.mien-wal", "demo.mien-shm",
                                       "demo.mien-lock" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
}

/* Draws into path, then publishes. */
static gboolean
draw (MienJob *job, const char *path, guint frames, guint seed, GError **error)
{
  g_autoptr (MienStore) store = mien_store_create (path, "Mien demo", error);

  return store != NULL
         && mien_demo_fill (store, frames, seed, count, job->progress, job->cancellable,
                            error)
         && mien_store_save_copy (store, job->operands[0], error);
}

static gboolean
make (MienJob *job, guint frames, guint seed, GError **error)
{
  g_autofree char *folder = make_folder (job->operands[0], error);
  g_autofree char *path = NULL;
  g_autoptr (GError) failed = NULL;
  GString *message;
  gboolean made;

  if (folder == NULL)
    return FALSE;
  path = g_build_filename (folder, "demo.mien", NULL);
  made = draw (job, path, frames, seed, &failed);
  remove_folder (folder);
  if (made || mien_job_is_stopped (job, "nothing was made", error))
    return made;

  /* Nobody knows the name under which it is drawn. */
  message = g_string_new (failed->message);
  g_string_replace (message, path, job->operands[0], 0);
  g_set_error_literal (error, failed->domain, failed->code, message->str);
  g_string_free (message, TRUE);
  return FALSE;
}

static gboolean
print_made (MienJob *job, guint seed, GError **error)
{
  g_autoptr (MienStore) store =
      mien_store_open (job->operands[0], MIEN_STORE_READ_ONLY, error);
  MienStatus status;

  if (store == NULL || !mien_store_status (store, &status, error))
    return FALSE;
  if (job->json)
    {
      g_autoptr (JsonBuilder) builder = json_builder_new ();

      json_builder_begin_object (builder);
      mien_json_string (builder, "project", mien_store_path (store));
      mien_json_integer (builder, "frames", (gint64) status.frames);
      mien_json_integer (builder, "videos", (gint64) status.videos);
      mien_json_integer (builder, "seed", seed);
      json_builder_end_object (builder);
      mien_job_print_json (job, builder);
    }
  else
    mien_job_print (
        job, "%s: %" G_GUINT64_FORMAT " drawn faces in %" G_GUINT64_FORMAT " videos\n",
        mien_store_path (store), status.frames, status.videos);
  return TRUE;
}

static gboolean
run_demo (MienJob *job, GError **error)
{
  g_autofree char *frames_text = NULL;
  g_autofree char *seed_text = NULL;
  gint64 frames = 0, seed = 1;
  const GOptionEntry entries[] = { { "frames", 0, 0, G_OPTION_ARG_FILENAME, &frames_text,
                                     "How many in all; without it, about 2400", "N" },
                                   { "seed", 0, 0, G_OPTION_ARG_FILENAME, &seed_text,
                                     "The same seed gives the same faces; without it, 1",
                                     "N" },
                                   G_OPTION_ENTRY_NULL };

  if (!mien_job_parse (job, entries, error)
      || (frames_text != NULL
          && !mien_job_parse_integer (job, "frames", frames_text, 1, MAX_FRAMES, &frames,
                                      error))
      || (seed_text != NULL
          && !mien_job_parse_integer (job, "seed", seed_text, 0, G_MAXUINT32, &seed,
                                      error))
      || !check_free (job->operands[0], error))
    return FALSE;

  return make (job, (guint) frames, (guint) seed, error)
         && print_made (job, (guint) seed, error);
}

const MienCommand mien_command_demo = {
  .name = "demo",
  .operands = "PROJECT",
  .summary = "Make a project of drawn faces to try things on",
  .long_running = TRUE,
  .run = run_demo,
  .details = "The faces are synthetic and marked as such. Two thirds of the labels of "
             "the training videos are hidden.",
};
