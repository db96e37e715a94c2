/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The form of a filter. Each row is a name and a drop-down whose first choice is "any";
 * the filter is read from the rows when it is asked for, so that there is no second place
 * where it could differ.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-browse-filter.h"

#include <glib/gi18n.h>

enum
{
  DAY = 24 * 60 * 60,
};

/* The rows, in the order of the form. */
typedef enum
{
  EXPRESSION,
  SOURCE,
  LACKING,
  STATE,
  CONFIDENCE,
  VIDEO,
  UNIT,
  UNIT_SAYS,
  SPLIT,
  ANNOTATOR,
  DECIDED,
  N_ROWS,
  LINES = (N_ROWS + 1) / 2,
} Row;

struct _MienBrowseFilter
{
  GtkWidget parent_instance;

  GtkWidget *grid;
  GtkDropDown *rows[N_ROWS];
  gboolean setting;
};

G_DEFINE_FINAL_TYPE (MienBrowseFilter, mien_browse_filter, GTK_TYPE_WIDGET)

static guint changed_signal;

/* What a row offers besides "any"; those of VIDEO and ANNOTATOR come from the project,
 * those of EXPRESSION and UNIT from their tables. */
static const struct
{
  const char *name;
  const char *any;
  const char *choices[6];
} forms[N_ROWS] = {
  [EXPRESSION] = { N_ ("Expression"), N_ ("Any"), { NULL } },
  [SOURCE] = { N_ ("Label"),
               N_ ("Any"),
               { N_ ("None"), N_ ("Imported"), N_ ("Human"), N_ ("Accepted pseudo-label"),
                 NULL } },
  [LACKING] = { N_ ("Without"),
                N_ ("Anything"),
                { N_ ("Valence and arousal"), N_ ("Expression"), N_ ("Action units"),
                  NULL } },
  [STATE] = { N_ ("State"),
              N_ ("Any"),
              { N_ ("Annotators disagree"), N_ ("Label and model differ"), N_ ("Flagged"),
                N_ ("Skipped"), N_ ("Not a face"), NULL } },
  [CONFIDENCE] = { N_ ("Confidence"),
                   N_ ("Any"),
                   { N_ ("Under 0.5"), N_ ("0.5 to 0.8"), N_ ("0.8 to 0.95"),
                     N_ ("0.95 and more"), NULL } },
  [UNIT] = { N_ ("Action unit"), N_ ("Any"), { NULL } },
  [UNIT_SAYS] = { N_ ("It is"), N_ ("Present"), { N_ ("Absent"), NULL } },
  [VIDEO] = { N_ ("Video"), N_ ("Any"), { NULL } },
  [SPLIT] = { N_ ("Split"),
              N_ ("Any"),
              { N_ ("Training"), N_ ("Validation"), N_ ("Test"), NULL } },
  [ANNOTATOR] = { N_ ("Annotator"), N_ ("Any"), { NULL } },
  [DECIDED] = { N_ ("Decided"),
                N_ ("At any time"),
                { N_ ("In the last 24 hours"), N_ ("In the last 7 days"),
                  N_ ("In the last 30 days"), NULL } },
};

/* What CONFIDENCE offers; the last one includes 1. */
static const double confidences[][2] = { { 0.0, 1.0 },
                                         { 0.0, 0.5 },
                                         { 0.5, 0.8 },
                                         { 0.8, 0.95 },
                                         { 0.95, 1.0 } };
static const int days[] = { 0, 1, 7, 30 };

static guint
chosen (MienBrowseFilter *self, Row row)
{
  guint at = gtk_drop_down_get_selected (self->rows[row]);

  return at == GTK_INVALID_LIST_POSITION ? 0 : at;
}

void
mien_browse_filter_get (MienBrowseFilter *self, MienFilter *filter, gint64 now)
{
  guint state = chosen (self, STATE), unit = chosen (self, UNIT);
  guint confidence = chosen (self, CONFIDENCE);

  /* A bit by what was chosen, none by "any". */
  filter->expressions = (1u << chosen (self, EXPRESSION)) >> 1;
  filter->sources = (1u << chosen (self, SOURCE)) >> 1;
  filter->lacking = (1u << chosen (self, LACKING)) >> 1;
  filter->splits = (1u << chosen (self, SPLIT)) >> 1;
  filter->units_present = filter->units_absent = 0;
  if (chosen (self, UNIT_SAYS) == 0)
    filter->units_present = (1u << unit) >> 1;
  else
    filter->units_absent = (1u << unit) >> 1;
  filter->disputed = state == 1;
  filter->differs = state == 2;
  filter->flagged = state == 3;
  filter->skipped = state == 4;
  filter->not_a_face = state == 5;
  filter->least_confidence = confidences[confidence][0];
  filter->most_confidence = confidences[confidence][1];
  filter->video = (int) chosen (self, VIDEO) - 1;
  filter->annotator = chosen (self, ANNOTATOR);
  filter->since =
      chosen (self, DECIDED) == 0 ? 0 : now - (gint64) days[chosen (self, DECIDED)] * DAY;
  filter->until = 0;
}

guint
mien_browse_filter_n_set (MienBrowseFilter *self)
{
  guint n = 0;

  for (Row row = 0; row < N_ROWS; row++)
    if (row != UNIT_SAYS && chosen (self, row) != 0)
      n++;
  return n;
}

static void
on_chosen (MienBrowseFilter *self)
{
  gtk_widget_set_sensitive (GTK_WIDGET (self->rows[UNIT_SAYS]), chosen (self, UNIT) != 0);
  if (!self->setting)
    g_signal_emit (self, changed_signal, 0);
}

void
mien_browse_filter_clear (MienBrowseFilter *self)
{
  self->setting = TRUE;
  for (Row row = 0; row < N_ROWS; row++)
    gtk_drop_down_set_selected (self->rows[row], 0);
  self->setting = FALSE;
  on_chosen (self);
}

void
mien_browse_filter_set_expression (MienBrowseFilter *self, int expression)
{
  gtk_drop_down_set_selected (self->rows[EXPRESSION], (guint) (expression + 1));
}

/* ---- building ---- */

static void
set_names (MienBrowseFilter *self, Row row, GStrv names)
{
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);
  guint was = chosen (self, row);

  gtk_string_list_append (list, _ (forms[row].any));
  for (guint i = 0; names[i] != NULL; i++)
    gtk_string_list_append (list, names[i]);
  self->setting = TRUE;
  gtk_drop_down_set_model (self->rows[row], G_LIST_MODEL (list));
  gtk_drop_down_set_selected (self->rows[row], was);
  self->setting = FALSE;
}

void
mien_browse_filter_set_names (MienBrowseFilter *self, GStrv videos, GStrv annotators)
{
  set_names (self, VIDEO, videos);
  set_names (self, ANNOTATOR, annotators);
}

static GtkStringList *
list_choices (Row row)
{
  GtkStringList *list = gtk_string_list_new (NULL);

  gtk_string_list_append (list, _ (forms[row].any));
  for (guint i = 0; forms[row].choices[i] != NULL; i++)
    gtk_string_list_append (list, _ (forms[row].choices[i]));
  for (guint i = 0; row == EXPRESSION && i < MIEN_EXPRESSION_COUNT; i++)
    gtk_string_list_append (list, _ (mien_expression_name (i)));
  for (guint i = 0; row == UNIT && i < MIEN_UNIT_COUNT; i++)
    {
      g_autofree char *name =
          g_strdup_printf ("AU%u %s", mien_unit_number (i), _ (mien_unit_name (i)));

      gtk_string_list_append (list, name);
    }
  return list;
}

static void
build_row (MienBrowseFilter *self, Row row)
{
  GtkWidget *name = gtk_label_new (_ (forms[row].name));
  GtkWidget *drop_down = gtk_drop_down_new (
      G_LIST_MODEL (list_choices (row)),
      gtk_property_expression_new (GTK_TYPE_STRING_OBJECT, NULL, "string"));
  /* Side by side, so that all of them fit a low window. */
  int column = row < LINES ? 0 : 2, line = row % LINES;

  self->rows[row] = GTK_DROP_DOWN (drop_down);
  gtk_drop_down_set_enable_search (self->rows[row], row == VIDEO || row == ANNOTATOR);
  gtk_widget_set_hexpand (drop_down, TRUE);
  gtk_label_set_xalign (GTK_LABEL (name), 1.0f);
  gtk_widget_add_css_class (name, "dim-label");
  gtk_accessible_update_property (GTK_ACCESSIBLE (drop_down),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, _ (forms[row].name), -1);
  gtk_grid_attach (GTK_GRID (self->grid), name, column, line, 1, 1);
  gtk_grid_attach (GTK_GRID (self->grid), drop_down, column + 1, line, 1, 1);
  g_signal_connect_swapped (drop_down, "notify::selected", G_CALLBACK (on_chosen), self);
}

static void
mien_browse_filter_dispose (GObject *object)
{
  MienBrowseFilter *self = MIEN_BROWSE_FILTER (object);

  self->setting = TRUE;
  g_clear_pointer (&self->grid, gtk_widget_unparent);
  G_OBJECT_CLASS (mien_browse_filter_parent_class)->dispose (object);
}

static void
mien_browse_filter_class_init (MienBrowseFilterClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mien_browse_filter_dispose;
  changed_signal = g_signal_new ("changed", MIEN_TYPE_BROWSE_FILTER, G_SIGNAL_RUN_LAST, 0,
                                 NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass),
                                            GTK_TYPE_BIN_LAYOUT);
}

static void
mien_browse_filter_init (MienBrowseFilter *self)
{
  self->grid = gtk_grid_new ();
  gtk_grid_set_row_spacing (GTK_GRID (self->grid), 6);
  gtk_grid_set_column_spacing (GTK_GRID (self->grid), 12);
  gtk_widget_set_parent (self->grid, GTK_WIDGET (self));
  self->setting = TRUE;
  for (Row row = 0; row < N_ROWS; row++)
    build_row (self, row);
  self->setting = FALSE;
  gtk_widget_set_sensitive (GTK_WIDGET (self->rows[UNIT_SAYS]), FALSE);
}

GtkWidget *
mien_browse_filter_new (void)
{
  return g_object_new (MIEN_TYPE_BROWSE_FILTER, NULL);
}
