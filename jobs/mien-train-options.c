/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Options of `mienctl train` out of the engine's table of settings, so that a setting is
 * written down once, with its range, its help and what the preset makes of it.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-train-options.h"

#include "mien-json.h"

typedef struct
{
  char *preset, *input_size, *threads;
  char **settings; /* one for each of mien_settings, NULL where not given */
} Texts;

static void
texts_clear (Texts *texts)
{
  g_free (texts->preset);
  g_free (texts->input_size);
  g_free (texts->threads);
  for (gsize i = 0; i < mien_n_settings; i++)
    g_free (texts->settings[i]);
  g_free (texts->settings);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Texts, texts_clear)

static void
add_entry (GArray *entries,
           const char *name,
           char **text,
           const char *help,
           const char *argument)
{
  GOptionEntry entry = {
    .long_name = name,
    .arg = G_OPTION_ARG_FILENAME,
    .arg_data = text,
    .description = help,
    .arg_description = argument,
  };

  g_array_append_val (entries, entry);
}

static GArray *
make_entries (Texts *texts, const GOptionEntry *more)
{
  GArray *entries = g_array_new (TRUE, TRUE, sizeof (GOptionEntry));

  add_entry (entries, "preset", &texts->preset,
             "cpu (the default) or paper: what holds where nothing else is said", "NAME");
  for (gsize i = 0; i < mien_n_settings; i++)
    add_entry (entries, mien_settings[i].name, &texts->settings[i], mien_settings[i].help,
               mien_settings[i].argument);
  add_entry (entries, "input-size", &texts->input_size,
             "Pixels, a multiple of 16 from 48 to 224, 112 by default", "N");
  add_entry (entries, "threads", &texts->threads, "The CPUs by default", "N");
  for (; more->long_name != NULL; more++)
    g_array_append_val (entries, *more);
  return entries;
}

static gboolean
take_settings (MienJob *job,
               const Texts *texts,
               MienTrainingSettings *settings,
               GError **error)
{
  char reason[256];

  for (gsize i = 0; i < mien_n_settings; i++)
    if (texts->settings[i] != NULL
        && mien_setting_set (&settings->train, &mien_settings[i], texts->settings[i],
                             reason, sizeof reason)
               != 0)
      return mien_job_usage_error (job, error, "--%s %s", mien_settings[i].name, reason);
  return TRUE;
}

gboolean
mien_train_options_parse (MienJob *job,
                          const GOptionEntry *more,
                          MienTrainingSettings *settings,
                          GError **error)
{
  g_auto (Texts) texts = { .settings = g_new0 (char *, mien_n_settings) };
  g_autoptr (GArray) entries = make_entries (&texts, more);
  MienTrainingSettings result = { 0 };
  gint64 input_size;

  if (!mien_job_parse (job, (const GOptionEntry *) (void *) entries->data, error))
    return FALSE;
  if (mien_train_settings_preset (
          &result.train, texts.preset != NULL ? texts.preset : "cpu", &result.input_size)
      != 0)
    return mien_job_usage_error (job, error, "--preset takes cpu or paper, not \"%s\"",
                                 texts.preset);
  input_size = result.input_size;
  if (!take_settings (job, &texts, &result, error)
      || (texts.input_size != NULL
          && !mien_job_parse_integer (job, "input-size", texts.input_size,
                                      MIEN_PACK_MIN_SIDE, MIEN_PACK_MAX_SIDE, &input_size,
                                      error))
      || !mien_job_parse_threads (job, texts.threads, &result.threads, error))
    return FALSE;
  if (input_size % 16 != 0)
    return mien_job_usage_error (
        job, error, "--input-size takes a multiple of 16 from %d to %d, not %d",
        MIEN_PACK_MIN_SIDE, MIEN_PACK_MAX_SIDE, (int) input_size);
  result.input_size = (int) input_size;
  *settings = result;
  return TRUE;
}

void
mien_json_train_settings (JsonBuilder *builder, const MienTrainSettings *settings)
{
  for (gsize i = 0; i < mien_n_settings; i++)
    {
      const MienSetting *setting = &mien_settings[i];
      g_autofree char *name = g_strdelimit (g_strdup (setting->name), "-", '_');
      const void *at = (const char *) settings + setting->at;
      char text[64];

      mien_setting_text (settings, setting, text, sizeof text);
      if (setting->kind == MIEN_SETTING_CHOICE)
        mien_json_string (builder, name, text);
      else if (setting->kind == MIEN_SETTING_INTEGER)
        mien_json_integer (builder, name, *(const int *) at);
      else
        mien_json_real (builder, name, *(const double *) at);
    }
}
