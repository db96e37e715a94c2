/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Aff-Wild2's MTL lists, read and written (METHOD.md section 2).
 *
 * A row is an image and fifteen numbers. Rows of a test list are an image alone, with or
 * without commas behind it. Whatever else a row is, it is rejected with its line; the
 * header, or a first row where a list has none, tells that the file is a list at all.
 */

#define G_LOG_DOMAIN "mien-importers"
#include "config.h"

#include "mien-affwild2-private.h"

#include <string.h>

enum
{
  N_FIELDS = 4 + MIEN_UNIT_COUNT,
};

/* NULL, or what is wrong with the row. n: fields, those behind the name. */
static const char *
read_labels (char **fields, guint n, MienLabels *labels)
{
  const char *problem;
  guint filled = 0;

  for (guint i = 0; i < n; i++)
    filled += *fields[i] != '\0';
  if (filled == 0)
    return NULL;
  if (n != N_FIELDS - 1 && (n != N_FIELDS || *fields[n - 1] != '\0'))
    return "a row has 16 fields, or the image alone";

  problem = mien_read_valence_arousal (fields[0], fields[1],
                                       &labels->item[MIEN_ITEM_VALENCE_AROUSAL]);
  if (problem == NULL)
    problem = mien_read_expression (fields[2], MIEN_EXPRESSION_COUNT,
                                    &labels->item[MIEN_ITEM_EXPRESSION]);
  for (guint unit = 0; unit < MIEN_UNIT_COUNT && problem == NULL; unit++)
    problem =
        mien_read_unit (fields[3 + unit], &labels->item[MIEN_ITEM_FIRST_UNIT + unit]);
  return problem;
}

static gboolean
read_row (MienImporter *importer, const MienLine *line, int split, GError **error)
{
  MienImportRow row = { .line = line->number, .split = split };
  g_autofree char *shown = NULL;
  char *fields[MIEN_MAX_FIELDS];
  const char *problem = line->problem;
  guint n;

  if (problem == NULL)
    {
      n = mien_line_split (line->text, FALSE, fields);
      row.name = fields[0];
      if (!mien_import_name_is_safe (row.name))
        problem = "no name for an image (relative, UTF-8, without \"..\")";
      else if (n > MIEN_MAX_FIELDS)
        problem = "a row has 16 fields, or the image alone";
      else
        problem = read_labels (fields + 1, n - 1, &row.labels);
    }
  if (problem == NULL)
    return mien_importer_add (importer, &row, error);
  if (row.name == NULL)
    mien_importer_reject (importer, line->number, "the row %s", problem);
  else
    {
      shown = mien_text_for_message (row.name);
      mien_importer_reject (importer, line->number, "\"%s\": %s", shown, problem);
    }
  return TRUE;
}

/* Blanks and case aside, and commas at the end. */
static gboolean
is_header (char *text)
{
  char *fields[MIEN_MAX_FIELDS];
  g_autoptr (GString) joined = g_string_new (NULL);
  guint n = mien_line_split (text, FALSE, fields);

  while (n > 1 && n <= MIEN_MAX_FIELDS && *fields[n - 1] == '\0')
    n--;
  for (guint i = 0; i < MIN (n, MIEN_MAX_FIELDS); i++)
    g_string_append_printf (joined, "%s%s", i > 0 ? "," : "", fields[i]);
  return g_ascii_strcasecmp (joined->str, MIEN_MTL_HEADER) == 0
         || g_ascii_strcasecmp (joined->str, "image") == 0;
}

/* A list without a header begins with a row. */
static gboolean
is_row (const char *text)
{
  static const char *const endings[] = { ".jpg", ".jpeg", ".png" };
  g_autofree char *name = g_ascii_strdown (text, (gssize) strcspn (text, ", \t"));

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (name, endings[i]))
      return mien_import_name_is_safe (name);
  return FALSE;
}

gboolean
mien_affwild2_read_mtl (MienStore *store,
                        const MienImportOptions *options,
                        MienImportReport *report,
                        GError **error)
{
  g_autoptr (MienLines) lines = mien_lines_open (options->annotations, FALSE, error);
  g_autoptr (MienImporter) importer = NULL;
  g_autofree char *base = NULL, *list = NULL, *first = NULL;
  GError *failed = NULL;
  gboolean header;
  MienLine line;

  if (lines == NULL || !mien_lines_first (lines, &line, error))
    return FALSE;
  first = g_strdup (line.text);
  header = is_header (first);
  if (!header && !is_row (line.text))
    {
      g_set_error (error, MIEN_IMPORT_ERROR, MIEN_IMPORT_ERROR_BAD_LIST,
                   "%s:%" G_GUINT64_FORMAT
                   ": is not an MTL list, which begins with \"%s\"; a CSV is imported "
                   "with its folder",
                   options->annotations, line.number, MIEN_MTL_HEADER);
      return FALSE;
    }
  importer = mien_importer_new (store, options, error);
  if (importer == NULL)
    return FALSE;
  mien_importer_set_file (importer, options->annotations);
  mien_importer_expect (importer, mien_lines_count (lines) - (header ? 1 : 0));

  if (!header && !read_row (importer, &line, options->split, error))
    return FALSE;
  while (mien_lines_next (lines, &line, &failed))
    if (!read_row (importer, &line, options->split, error))
      return FALSE;
  if (failed != NULL)
    {
      g_propagate_error (error, failed);
      return FALSE;
    }
  base = g_path_get_basename (options->annotations);
  list = g_utf8_make_valid (base, -1);
  return mien_importer_finish (importer, list, report, error);
}
