/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The per-video layout of Aff-Wild2 (METHOD.md section 2): where its files lie in the
 * editions from 2020 on, and what their headers and rows say.
 *
 * The kind of a file follows from its header alone and its split from the set folder that
 * it is in, so that a root of three tasks, one task, one set and a plain folder are all
 * the same walk. A video's name is what the path says behind the set.
 */

#define G_LOG_DOMAIN "mien-importers"
#include "config.h"

#include "mien-affwild2-private.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

enum
{
  MAX_DEPTH = 12,
};

/* The first of each split or task is the one that is written. */
static const struct
{
  const char *name;
  MienSplit split;
} sets[] = {
  { "Train_Set", MIEN_SPLIT_TRAIN },
  { "Validation_Set", MIEN_SPLIT_VALIDATION },
  { "Test_Set", MIEN_SPLIT_TEST },
  { "Training_Set", MIEN_SPLIT_TRAIN },
};

static const char *const task_folders[] = {
  "VA_Estimation_Challenge",
  "EXPR_Classification_Challenge",
  "AU_Detection_Challenge",
  "EXPR_Recognition_Challenge",
  "VA_Set",
  "EXPR_Set",
  "AU_Set",
};

const char *
mien_affwild2_task_folder (MienTask task)
{
  return task_folders[task];
}

const char *
mien_affwild2_set_folder (MienSplit split)
{
  return sets[split].name;
}

static int
split_of_folder (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (sets); i++)
    if (g_ascii_strcasecmp (name, sets[i].name) == 0)
      return (int) sets[i].split;
  return -1;
}

static gboolean
is_task_folder (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (task_folders); i++)
    if (g_ascii_strcasecmp (name, task_folders[i]) == 0)
      return TRUE;
  return FALSE;
}

static void
video_file_free (gpointer data)
{
  MienVideoFile *file = data;

  g_free (file->path);
  g_free (file->video);
  g_free (file);
}

static int
compare_files (gconstpointer a, gconstpointer b)
{
  const MienVideoFile *x = *(MienVideoFile *const *) a, *y = *(MienVideoFile *const *) b;
  int order = x->split - y->split;

  if (order == 0)
    order = strcmp (x->video, y->video);
  return order != 0 ? order : strcmp (x->path, y->path);
}

/* One level of the walk. prefix: of the names of videos here, "" or ending in a slash. */
static gboolean
walk (const char *folder,
      const char *prefix,
      int set,
      int wanted,
      guint depth,
      GPtrArray *files,
      GError **error)
{
  DIR *dir = opendir (folder);
  struct dirent *entry;
  gboolean fine = TRUE;

  if (dir == NULL)
    {
      g_set_error (error, MIEN_IMPORT_ERROR, MIEN_IMPORT_ERROR_FAILED,
                   "%s: %s; make it readable", folder, g_strerror (errno));
      return FALSE;
    }
  while (fine && (entry = readdir (dir)) != NULL)
    {
      const char *name = entry->d_name;
      g_autofree char *path = g_build_filename (folder, name, NULL);
      struct stat status;

      if (name[0] == '.' || lstat (path, &status) < 0)
        continue;
      if (S_ISDIR (status.st_mode) && depth < MAX_DEPTH)
        {
          int split = split_of_folder (name);
          gboolean inner = split >= 0 || (set < 0 && is_task_folder (name));
          g_autofree char *longer =
              inner ? g_strdup ("") : g_strconcat (prefix, name, "/", NULL);

          fine = walk (path, longer, split >= 0 ? split : set, wanted, depth + 1, files,
                       error);
        }
      else if (!S_ISDIR (status.st_mode) && g_str_has_suffix (name, ".txt")
               && (wanted < 0 || set < 0 || set == wanted))
        {
          MienVideoFile *file = g_new (MienVideoFile, 1);

          file->path = g_steal_pointer (&path);
          file->video = g_strdup_printf ("%s%.*s", prefix, (int) strlen (name) - 4, name);
          file->split = set;
          g_ptr_array_add (files, file);
        }
    }
  closedir (dir);
  return fine;
}

GPtrArray *
mien_affwild2_find_files (const char *folder, int split, GError **error)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (video_file_free);
  g_autofree char *absolute = g_canonicalize_filename (folder, NULL);
  g_autofree char *base = g_path_get_basename (absolute);

  if (!walk (folder, "", split_of_folder (base), split, 0, files, error))
    return NULL;
  if (files->len == 0)
    {
      g_set_error (error, MIEN_IMPORT_ERROR, MIEN_IMPORT_ERROR_NOT_FOUND,
                   "%s: holds no files per video (<video>.txt)%s%s; give the folder with "
                   "the sets, or another split",
                   folder, split >= 0 ? " of the split " : "",
                   split >= 0 ? mien_split_id ((MienSplit) split) : "");
      return NULL;
    }
  g_ptr_array_sort (files, compare_files);
  return g_steal_pointer (&files);
}

/* Seven or eight names of expressions, each once: what number i stands for is what name i
 * says. */
static gboolean
read_expressions (char **fields, guint n, MienVideoHeader *header)
{
  guint seen = 0;

  if (n != MIEN_EXPRESSION_COUNT && n != MIEN_EXPRESSION_COUNT - 1)
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      guint expression;

      if (!g_ascii_isalpha (*fields[i])
          || !mien_expression_from_string (fields[i], &expression)
          || (seen >> expression & 1) != 0)
        return FALSE;
      seen |= 1u << expression;
      header->expression[i] = expression;
    }
  header->task = MIEN_TASK_EXPRESSION;
  header->n_columns = 1;
  header->n_expressions = n;
  return TRUE;
}

/* AU1, AU2, ...: also such as are none of ours, but at least one that is. */
static gboolean
read_units (char **fields, guint n, MienVideoHeader *header)
{
  guint seen = 0;

  for (guint i = 0; i < n; i++)
    {
      const char *s = fields[i];
      guint64 number;
      guint unit;

      if (g_ascii_strncasecmp (s, "AU", 2) != 0
          || !g_ascii_string_to_unsigned (s + 2, 10, 1, 99, &number, NULL))
        return FALSE;
      header->unit[i] = -(int) number;
      if (!mien_unit_from_number ((guint) number, &unit))
        continue;
      if ((seen >> unit & 1) != 0)
        return FALSE;
      seen |= 1u << unit;
      header->unit[i] = (int) unit;
    }
  header->task = MIEN_TASK_ACTION_UNITS;
  header->n_columns = n;
  return seen != 0;
}

const char *
mien_affwild2_parse_header (char *text, MienVideoHeader *header)
{
  char *fields[MIEN_MAX_FIELDS];
  guint n = mien_line_split (text, FALSE, fields);

  if (n > 1 && n <= MIEN_MAX_FIELDS && *fields[n - 1] == '\0')
    n--;
  if (n == 2 && g_ascii_strcasecmp (fields[0], "valence") == 0
      && g_ascii_strcasecmp (fields[1], "arousal") == 0)
    {
      header->task = MIEN_TASK_VALENCE_AROUSAL;
      header->n_columns = 2;
      return NULL;
    }
  if (n <= MIEN_MAX_FIELDS
      && (read_expressions (fields, n, header) || read_units (fields, n, header)))
    return NULL;
  return "the first line names neither valence,arousal nor seven or eight expressions "
         "nor "
         "action units (AU1,AU2,...); the file is left out";
}

const char *
mien_affwild2_parse_row (char *text, const MienVideoHeader *header, MienLabels *labels)
{
  char *fields[MIEN_MAX_FIELDS];
  guint n = mien_line_split (text, FALSE, fields);
  MienLabels read = *labels;
  MienLabel *expression = &read.item[MIEN_ITEM_EXPRESSION];
  const char *problem = NULL;

  if (n == header->n_columns + 1 && n <= MIEN_MAX_FIELDS && *fields[n - 1] == '\0')
    n--;
  if (n != header->n_columns)
    return "has not as many fields as the header says";
  if (header->task == MIEN_TASK_VALENCE_AROUSAL)
    problem = mien_read_valence_arousal (fields[0], fields[1],
                                         &read.item[MIEN_ITEM_VALENCE_AROUSAL]);
  else if (header->task == MIEN_TASK_EXPRESSION)
    {
      problem = mien_read_expression (fields[0], header->n_expressions, expression);
      if (problem == NULL && expression->answer == MIEN_ANSWER_VALUE)
        expression->value[0] = header->expression[(guint) expression->value[0]];
    }
  else
    for (guint i = 0; i < n && problem == NULL; i++)
      if (header->unit[i] >= 0)
        problem = mien_read_unit (
            fields[i], &read.item[MIEN_ITEM_FIRST_UNIT + (guint) header->unit[i]]);
  if (problem == NULL)
    *labels = read;
  return problem;
}
