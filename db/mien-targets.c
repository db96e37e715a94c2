/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Targets as text, for the command line, the window and the project alike.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-targets.h"

#include <math.h>
#include <string.h>

static gboolean
parse_figure (const char *text, double *figure)
{
  char *end;
  double value = g_ascii_strtod (text, &end);

  if (end == text || *end != '\0' || !(value > 0) || value > 1)
    return FALSE;
  *figure = value;
  return TRUE;
}

static gboolean
parse_part (const char *part, double targets[MIEN_TASK_COUNT])
{
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    {
      const char *id = mien_task_id ((MienTask) task);

      if (g_str_has_prefix (part, id) && part[strlen (id)] == '=')
        return parse_figure (part + strlen (id) + 1, &targets[task]);
    }
  return FALSE;
}

gboolean
mien_targets_parse (const char *text, double targets[MIEN_TASK_COUNT], GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);
  double made[MIEN_TASK_COUNT], all = (double) NAN;
  gboolean ok = TRUE;

  if (strcmp (text, "none") == 0 || parse_figure (text, &all))
    g_strfreev (g_steal_pointer (&parts));
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    made[task] = all;
  for (guint i = 0; parts != NULL && ok && (i == 0 || parts[i] != NULL); i++)
    ok = parts[i] != NULL && parse_part (parts[i], made);
  if (ok)
    {
      memcpy (targets, made, sizeof made);
      return TRUE;
    }
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               "\"%s\" is no figure above 0 and at most 1, nor a list such as "
               "\"expression=0.5,action_units=0.45\", nor \"none\"",
               text);
  return FALSE;
}

void
mien_targets_read (MienStore *store, double targets[MIEN_TASK_COUNT])
{
  g_autofree char *text = mien_store_setting (store, MIEN_TARGETS, NULL);

  if (text != NULL && mien_targets_parse (text, targets, NULL))
    return;
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    targets[task] = (double) NAN;
}

char *
mien_targets_to_text (const double targets[MIEN_TASK_COUNT])
{
  GString *text = g_string_new (NULL);

  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    {
      char figure[G_ASCII_DTOSTR_BUF_SIZE];

      if (isnan (targets[task]))
        continue;
      g_string_append_printf (
          text, "%s%s=%s", text->len > 0 ? "," : "", mien_task_id ((MienTask) task),
          g_ascii_formatd (figure, sizeof figure, "%.4g", targets[task]));
    }
  return g_string_free (text, text->len == 0);
}

gboolean
mien_targets_set (MienStore *store, const double targets[MIEN_TASK_COUNT], GError **error)
{
  g_autofree char *text = mien_targets_to_text (targets);

  return mien_store_set_setting (store, MIEN_TARGETS, text, error);
}
