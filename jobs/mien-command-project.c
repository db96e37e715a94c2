/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * new and verify: a project begins, and a project is checked.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-commands.h"

#include <string.h>

#include "mien-json.h"

/* "Faces of 2026.mien" is called "Faces of 2026". */
static char *
name_from_path (const char *path)
{
  g_autofree char *base = g_path_get_basename (path);

  if (strlen (base) > strlen (".mien") && g_str_has_suffix (base, ".mien"))
    base[strlen (base) - strlen (".mien")] = '\0';
  return g_utf8_make_valid (base, -1);
}

static gboolean
run_new (MienJob *job, GError **error)
{
  g_autoptr (MienStore) store = NULL;
  g_autofree char *name = NULL;
  const GOptionEntry entries[] = { { "name", 0, 0, G_OPTION_ARG_FILENAME, &name,
                                     "The project's name; without it, that of the file",
                                     "TEXT" },
                                   G_OPTION_ENTRY_NULL };

  if (!mien_job_parse (job, entries, error))
    return FALSE;
  if (name == NULL)
    name = name_from_path (job->operands[0]);
  store = mien_store_create (job->operands[0], name, error);
  if (store == NULL)
    return FALSE;

  if (job->json)
    {
      g_autoptr (JsonBuilder) builder = json_builder_new ();

      json_builder_begin_object (builder);
      mien_json_string (builder, "project", mien_store_path (store));
      mien_json_string (builder, "name", name);
      json_builder_end_object (builder);
      mien_job_print_json (job, builder);
    }
  else
    mien_job_print (job, "%s: a new project, \"%s\"\n", mien_store_path (store), name);
  return TRUE;
}

const MienCommand mien_command_new = {
  .name = "new",
  .operands = "PROJECT",
  .summary = "Make an empty project",
  .run = run_new,
};

static gboolean
run_verify (MienJob *job, GError **error)
{
  const GOptionEntry entries[] = { G_OPTION_ENTRY_NULL };
  g_autoptr (MienStore) store = NULL;
  g_autoptr (GPtrArray) findings = NULL;

  if (!mien_job_parse (job, entries, error))
    return FALSE;
  store = mien_store_open (job->operands[0], MIEN_STORE_READ_ONLY, error);
  if (store == NULL)
    return FALSE;
  findings = mien_store_verify (store, error);
  if (findings == NULL)
    return FALSE;
  if (findings->len > 0)
    {
      for (guint i = 0; i < findings->len; i++)
        mien_progress_warn (job->progress, "%s",
                            (const char *) g_ptr_array_index (findings, i));
      g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED,
                   "%s: not sound, %u findings; keep this file as it is and go on with a "
                   "copy made before",
                   mien_store_path (store), findings->len);
      return FALSE;
    }

  if (job->json)
    {
      g_autoptr (JsonBuilder) builder = json_builder_new ();

      json_builder_begin_object (builder);
      mien_json_boolean (builder, "sound", TRUE);
      json_builder_end_object (builder);
      mien_job_print_json (job, builder);
    }
  else
    mien_job_print (job, "%s: sound\n", mien_store_path (store));
  return TRUE;
}

const MienCommand mien_command_verify = {
  .name = "verify",
  .operands = "PROJECT",
  .summary = "Check the file, and that the labels follow from the log",
  .run = run_verify,
  .details =
      "Each finding is one line on the standard error; with any the exit status is 1.",
};
