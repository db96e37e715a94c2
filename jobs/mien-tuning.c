/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Which training videos are for tuning: one of ten, by a hash that is the same everywhere
 * and for ever. A small project may have none of them; then nothing is tuned.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-tuning.h"

#include <string.h>

#include "mien-types.h"

gboolean
mien_tuning_holds (const char *video)
{
  static const char *const suffixes[] = { "_left", "_right" };
  g_autofree char *name = g_strconcat ("tuning-", video, NULL);
  MienUuid uuid;

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    if (g_str_has_suffix (video, suffixes[i]) && strlen (video) > strlen (suffixes[i]))
      name[strlen (name) - strlen (suffixes[i])] = '\0';
  mien_uuid_for_name (name, &uuid);
  return (uuid.bytes[0] << 8 | uuid.bytes[1]) % 10 == 0;
}
