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
#include "mien-export-private.h"

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
  const char *problem;
  guint n;

  if (line->problem != NULL)
    {
      mien_importer_reject (importer, line->number, "the row %s", line->problem);
      return TRUE;
    }
  n = mien_line_split (line->text, FALSE, fields);
  row.name = fields[0];
  problem = n > MIEN_MAX_FIELDS ? "a row has 16 fields, or the image alone"
                                : read_labels (fields + 1, n - 1, &row.labels);
  if (problem == NULL)
    return mien_importer_add (importer, &row, error);
  shown = mien_text_for_message (row.name);
  mien_importer_reject (importer, line->number, "\"%s\": %s", shown, problem);
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

static const char *const list_names[] = {
  [MIEN_SPLIT_TRAIN] = "training_set_annotations.txt",
  [MIEN_SPLIT_VALIDATION] = "validation_set_annotations.txt",
  [MIEN_SPLIT_TEST] = "MTL_Challenge_test_set_release.txt",
};

/* One list: begun with its first row. */
typedef struct
{
  MienExporter *exporter;
  MienSplit split;
  gboolean begun;
} List;

static void
write_whole (MienExporter *exporter, const MienLabel *label)
{
  mien_exporter_write (exporter, ",");
  mien_exporter_write_int (
      exporter, label->answer == MIEN_ANSWER_VALUE ? (int) label->value[0] : -1);
}

static void
write_labels (MienExporter *exporter, const MienLabels *labels)
{
  const MienLabel *point = &labels->item[MIEN_ITEM_VALENCE_AROUSAL];

  for (guint i = 0; i < 2; i++)
    {
      mien_exporter_write (exporter, ",");
      if (point->answer == MIEN_ANSWER_VALUE)
        mien_exporter_write_real (exporter, point->value[i]);
      else
        mien_exporter_write (exporter, "-5.0");
    }
  write_whole (exporter, &labels->item[MIEN_ITEM_EXPRESSION]);
  for (guint unit = 0; unit < MIEN_UNIT_COUNT; unit++)
    write_whole (exporter, &labels->item[MIEN_ITEM_FIRST_UNIT + unit]);
  mien_exporter_write (exporter, "\n");
}

/* A list has no quotes. */
static gboolean
check_key (const char *key, GError **error)
{
  if (strchr (key, ',') == NULL && !g_ascii_isspace (*key)
      && !g_ascii_isspace (key[strlen (key) - 1]))
    return TRUE;
  g_set_error (error, MIEN_IMPORT_ERROR, MIEN_IMPORT_ERROR_FAILED,
               "%s: an MTL list cannot hold this name; export as CSV instead", key);
  return FALSE;
}

static gboolean
write_row (const MienFrame *frame,
           const MienLabels *labels,
           gpointer data,
           GError **error)
{
  List *list = data;
  MienExporter *exporter = list->exporter;
  MienLabels chosen;

  if (!check_key (frame->key, error)
      || !mien_exporter_choose (exporter, frame, labels, &chosen, NULL, error))
    return FALSE;
  if (!list->begun)
    {
      if (!mien_exporter_open (exporter, list_names[list->split], error))
        return FALSE;
      mien_exporter_write (exporter, MIEN_MTL_HEADER "\n");
      list->begun = TRUE;
    }
  mien_exporter_write (exporter, frame->key);
  write_labels (exporter, &chosen);
  return mien_exporter_count (exporter, frame, frame->key, &chosen, error);
}

gboolean
mien_affwild2_write_mtl (MienStore *store,
                         const MienExportOptions *options,
                         MienExportReport *report,
                         GError **error)
{
  g_autoptr (MienExporter) exporter = mien_exporter_new (store, options, error);

  if (exporter == NULL)
    return FALSE;
  for (guint split = 0; split < G_N_ELEMENTS (list_names); split++)
    {
      List list = { .exporter = exporter, .split = (MienSplit) split };

      if (options->split >= 0 && options->split != (int) split)
        continue;
      if (!mien_frames_foreach_listed (store, (int) split, write_row, &list, error)
          || (list.begun && !mien_exporter_close (exporter, error)))
        return FALSE;
    }
  return mien_exporter_finish (exporter, report, error);
}
