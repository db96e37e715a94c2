/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Mien's CSV, read and written: image,valence,arousal,expression,AU1,...,AU26 and, when
 * written, split and source.
 *
 * A cell is a value, empty or Aff-Wild2's -5 / -1 for "no label", or "?" for "cannot
 * tell". Columns are found by the names in the header, in any order and case; only
 * `image` must be there. A column of another name is left out, and told.
 */

#define G_LOG_DOMAIN "mien-importers"
#include "config.h"

#include "mien-export-private.h"
#include "mien-folder-private.h"

#include <string.h>

enum
{
  COLUMN_IMAGE,
  COLUMN_VALENCE,
  COLUMN_AROUSAL,
  COLUMN_EXPRESSION,
  COLUMN_SPLIT,
  COLUMN_SOURCE,
  COLUMN_FIRST_UNIT,
  N_COLUMNS = COLUMN_FIRST_UNIT + MIEN_UNIT_COUNT,
};

static const char *const column_names[] = {
  [COLUMN_IMAGE] = "image",     [COLUMN_VALENCE] = "valence",
  [COLUMN_AROUSAL] = "arousal", [COLUMN_EXPRESSION] = "expression",
  [COLUMN_SPLIT] = "split",     [COLUMN_SOURCE] = "source",
};

/* Where in a row each column is, -1: nowhere. */
typedef struct
{
  int place[N_COLUMNS];
  guint n;
} Columns;

/* -1: none that we know. */
static int
find_column (const char *name)
{
  guint64 number;
  guint unit;

  for (guint i = 0; i < COLUMN_FIRST_UNIT; i++)
    if (g_ascii_strcasecmp (name, column_names[i]) == 0)
      return (int) i;
  if (g_ascii_strncasecmp (name, "AU", 2) == 0
      && g_ascii_string_to_unsigned (name + 2, 10, 1, 99, &number, NULL)
      && mien_unit_from_number ((guint) number, &unit))
    return COLUMN_FIRST_UNIT + (int) unit;
  return -1;
}

static gboolean
set_bad_header (MienLines *lines, const char *problem, const char *name, GError **error)
{
  g_autofree char *shown = name != NULL ? mien_text_for_message (name) : NULL;

  g_set_error (error, MIEN_IMPORT_ERROR, MIEN_IMPORT_ERROR_BAD_LIST, "%s:1: %s%s%s%s",
               mien_lines_path (lines), problem, shown != NULL ? " \"" : "",
               shown != NULL ? shown : "", shown != NULL ? "\"" : "");
  return FALSE;
}

static gboolean
read_header (MienImporter *importer, MienLines *lines, Columns *columns, GError **error)
{
  char *fields[MIEN_MAX_FIELDS];
  MienLine line;

  if (!mien_lines_first (lines, &line, error))
    return FALSE;
  columns->n = mien_line_split (line.text, TRUE, fields);
  for (guint i = 0; i < N_COLUMNS; i++)
    columns->place[i] = -1;
  if (columns->n > MIEN_MAX_FIELDS)
    return set_bad_header (lines, "the header names too many columns; keep those of Mien",
                           NULL, error);
  for (guint i = 0; i < columns->n; i++)
    {
      int column = find_column (fields[i]);

      if (column >= 0 && columns->place[column] >= 0)
        return set_bad_header (
            lines, "the header names a column twice, leave one out:", fields[i], error);
      if (column >= 0)
        columns->place[column] = (int) i;
    }
  if (columns->place[COLUMN_IMAGE] < 0)
    return set_bad_header (lines,
                           "the header of the CSV names no column \"image\"; begin it "
                           "with image,valence,arousal,expression,AU1,...",
                           NULL, error);
  if ((columns->place[COLUMN_VALENCE] < 0) != (columns->place[COLUMN_AROUSAL] < 0))
    return set_bad_header (lines,
                           "the header names one of valence and arousal; give both "
                           "columns, or none",
                           NULL, error);
  for (guint i = 0; i < columns->n; i++)
    if (*fields[i] != '\0' && find_column (fields[i]) < 0)
      {
        g_autofree char *shown = mien_text_for_message (fields[i]);

        mien_importer_warn (importer, line.number,
                            "column \"%s\" is none that Mien knows; it is left out",
                            shown);
      }
  return TRUE;
}

static gboolean
is_unknown (const char *cell)
{
  return g_str_equal (cell, "?");
}

static const char *
read_point (const char *valence, const char *arousal, MienLabel *label)
{
  gboolean empty = *valence == '\0' && *arousal == '\0';

  if (is_unknown (valence) && is_unknown (arousal))
    {
      label->answer = MIEN_ANSWER_CANNOT_TELL;
      return NULL;
    }
  return empty ? NULL : mien_read_valence_arousal (valence, arousal, label);
}

static const char *
read_cell (const char *cell, MienItem item, MienLabel *label)
{
  guint expression;

  if (*cell == '\0')
    return NULL;
  if (is_unknown (cell))
    {
      label->answer = MIEN_ANSWER_CANNOT_TELL;
      return NULL;
    }
  if (item != MIEN_ITEM_EXPRESSION)
    return mien_read_unit (cell, label);
  if (!g_ascii_isalpha (*cell))
    return mien_read_expression (cell, MIEN_EXPRESSION_COUNT, label);
  if (!mien_expression_from_string (cell, &expression))
    return "the expression is no name that Mien knows; Neutral, Anger, Disgust, Fear, "
           "Happiness, Sadness, Surprise and Other are";
  label->answer = MIEN_ANSWER_VALUE;
  label->value[0] = expression;
  return NULL;
}

/* NULL, or what is wrong. */
static const char *
read_row (const Columns *columns, char **fields, guint n, MienImportRow *row)
{
  const int *place = columns->place;
  const char *problem = NULL;
  MienSplit split;

  while (n > columns->n && *fields[n - 1] == '\0')
    n--;
  if (n != columns->n)
    return "the row has not as many fields as the header";
  if (place[COLUMN_VALENCE] >= 0)
    problem = read_point (fields[place[COLUMN_VALENCE]], fields[place[COLUMN_AROUSAL]],
                          &row->labels.item[MIEN_ITEM_VALENCE_AROUSAL]);
  if (problem == NULL && place[COLUMN_EXPRESSION] >= 0)
    problem = read_cell (fields[place[COLUMN_EXPRESSION]], MIEN_ITEM_EXPRESSION,
                         &row->labels.item[MIEN_ITEM_EXPRESSION]);
  for (guint unit = 0; unit < MIEN_UNIT_COUNT && problem == NULL; unit++)
    if (place[COLUMN_FIRST_UNIT + unit] >= 0)
      problem = read_cell (fields[place[COLUMN_FIRST_UNIT + unit]],
                           (MienItem) (MIEN_ITEM_FIRST_UNIT + unit),
                           &row->labels.item[MIEN_ITEM_FIRST_UNIT + unit]);
  if (problem == NULL && row->split < 0 && place[COLUMN_SPLIT] >= 0
      && *fields[place[COLUMN_SPLIT]] != '\0')
    {
      if (mien_split_from_id (fields[place[COLUMN_SPLIT]], &split))
        row->split = (int) split;
      else
        problem = "the split is train, validation or test, or empty";
    }
  return problem;
}

gboolean
mien_folder_read_csv (MienImporter *importer, MienLines *lines, int split, GError **error)
{
  char *fields[MIEN_MAX_FIELDS];
  GError *failed = NULL;
  Columns columns;
  MienLine line;

  if (!read_header (importer, lines, &columns, error))
    return FALSE;
  while (mien_lines_next (lines, &line, &failed))
    {
      MienImportRow row = { .line = line.number, .split = split };
      const char *problem = line.problem;
      guint n = 0;

      if (problem != NULL)
        {
          mien_importer_reject (importer, line.number, "the row %s", problem);
          continue;
        }
      n = mien_line_split (line.text, TRUE, fields);
      problem = n > MIEN_MAX_FIELDS ? "the row has not as many fields as the header"
                                    : read_row (&columns, fields, n, &row);
      row.name = n > (guint) columns.place[COLUMN_IMAGE]
                     ? fields[columns.place[COLUMN_IMAGE]]
                     : fields[0];
      if (problem != NULL)
        {
          g_autofree char *shown = mien_text_for_message (row.name);

          mien_importer_reject (importer, line.number, "\"%s\": %s", shown, problem);
        }
      else if (!mien_importer_add (importer, &row, error))
        return FALSE;
    }
  if (failed == NULL)
    return TRUE;
  g_propagate_error (error, failed);
  return FALSE;
}

static void
write_text (MienExporter *exporter, const char *text)
{
  g_autofree char *quoted = NULL;

  if (strpbrk (text, ",\"") != NULL || g_ascii_isspace (text[0])
      || g_str_has_suffix (text, " "))
    {
      g_auto (GStrv) parts = g_strsplit (text, "\"", -1);
      g_autofree char *doubled = g_strjoinv ("\"\"", parts);

      quoted = g_strdup_printf ("\"%s\"", doubled);
    }
  mien_exporter_write (exporter, quoted != NULL ? quoted : text);
}

static void
write_cell (MienExporter *exporter, const MienLabel *label, guint value, gboolean real)
{
  mien_exporter_write (exporter, ",");
  if (label->answer == MIEN_ANSWER_CANNOT_TELL)
    mien_exporter_write (exporter, "?");
  else if (label->answer == MIEN_ANSWER_VALUE && real)
    mien_exporter_write_real (exporter, label->value[value]);
  else if (label->answer == MIEN_ANSWER_VALUE)
    mien_exporter_write_int (exporter, (int) label->value[value]);
}

static gboolean
write_row (const MienFrame *frame,
           const MienLabels *labels,
           gpointer data,
           GError **error)
{
  MienExporter *exporter = data;
  MienLabels chosen;
  const char *source;

  if (!mien_exporter_choose (exporter, frame, labels, &chosen, &source, error))
    return FALSE;
  write_text (exporter, frame->key);
  write_cell (exporter, &chosen.item[MIEN_ITEM_VALENCE_AROUSAL], 0, TRUE);
  write_cell (exporter, &chosen.item[MIEN_ITEM_VALENCE_AROUSAL], 1, TRUE);
  for (guint item = MIEN_ITEM_EXPRESSION; item < MIEN_ITEM_COUNT; item++)
    write_cell (exporter, &chosen.item[item], 0, FALSE);
  mien_exporter_write (exporter, ",");
  mien_exporter_write (exporter, mien_split_id (frame->split));
  mien_exporter_write (exporter, ",");
  mien_exporter_write (exporter, source);
  mien_exporter_write (exporter, "\n");
  return mien_exporter_count (exporter, frame, frame->key, &chosen, error);
}

gboolean
mien_folder_write_csv (MienStore *store,
                       const MienExportOptions *options,
                       MienExportReport *report,
                       GError **error)
{
  g_autoptr (MienExporter) exporter = mien_exporter_new (store, options, error);

  if (exporter == NULL || !mien_exporter_open (exporter, "labels.csv", error))
    return FALSE;
  mien_exporter_write (exporter, "image,valence,arousal,expression");
  for (guint unit = 0; unit < MIEN_UNIT_COUNT; unit++)
    {
      mien_exporter_write (exporter, ",AU");
      mien_exporter_write_int (exporter, (int) mien_unit_number (unit));
    }
  mien_exporter_write (exporter, ",split,source\n");
  return mien_frames_foreach (store, options->split, write_row, exporter, error)
         && mien_exporter_close (exporter, error)
         && mien_exporter_finish (exporter, report, error);
}
