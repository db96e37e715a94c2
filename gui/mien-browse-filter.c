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
  LINES = (MIEN_ROWS + 1) / 2,
};

struct _MienBrowseFilter
{
  GtkWidget parent_instance;

  GtkWidget *grid;
  GtkDropDown *rows[MIEN_ROWS];
  gboolean setting;
};

G_DEFINE_FINAL_TYPE (MienBrowseFilter, mien_browse_filter, GTK_TYPE_WIDGET)

static guint changed_signal;

/* What a row offers besides "any"; those of MIEN_ROW_VIDEO and MIEN_ROW_ANNOTATOR
 * come from the project, those of MIEN_ROW_EXPRESSION and MIEN_ROW_UNIT from their
 * tables. */
static const struct
{
  const char *name;
  const char *any;
  const char *choices[7];
} forms[MIEN_ROWS] = {
  [MIEN_ROW_EXPRESSION] = { N_ ("Expression"), N_ ("Any"), { NULL } },
  [MIEN_ROW_SOURCE] = { N_ ("Label"),
                        N_ ("Any"),
                        { N_ ("None"), N_ ("Imported"), N_ ("Human"),
                          N_ ("Accepted pseudo-label"), NULL } },
  [MIEN_ROW_LACKING] = { N_ ("Without"),
                         N_ ("Anything"),
                         { N_ ("Valence and arousal"), N_ ("Expression"),
                           N_ ("Action units"), NULL } },
  [MIEN_ROW_STATE] = { N_ ("State"),
                       N_ ("Any"),
                       { N_ ("Annotators disagree"), N_ ("Label and model differ"),
                         N_ ("Doubtful labels"), N_ ("Flagged"), N_ ("Skipped"),
                         N_ ("Not a face"), NULL } },
  [MIEN_ROW_CONFIDENCE] = { N_ ("Confidence"),
                            N_ ("Any"),
                            { N_ ("Under 0.5"), N_ ("0.5 to 0.8"), N_ ("0.8 to 0.95"),
                              N_ ("0.95 and more"), NULL } },
  [MIEN_ROW_UNIT] = { N_ ("Action unit"), N_ ("Any"), { NULL } },
  [MIEN_ROW_UNIT_SAYS] = { N_ ("It is"), N_ ("Present"), { N_ ("Absent"), NULL } },
  [MIEN_ROW_VIDEO] = { N_ ("Video"), N_ ("Any"), { NULL } },
  [MIEN_ROW_SPLIT] = { N_ ("Split"),
                       N_ ("Any"),
                       { N_ ("Training"), N_ ("Validation"), N_ ("Test"), NULL } },
  [MIEN_ROW_ANNOTATOR] = { N_ ("Annotator"), N_ ("Any"), { NULL } },
  [MIEN_ROW_DECIDED] = { N_ ("Decided"),
                         N_ ("At any time"),
                         { N_ ("In the last 24 hours"), N_ ("In the last 7 days"),
                           N_ ("In the last 30 days"), NULL } },
};

static guint
chosen (MienBrowseFilter *self, MienBrowseRow row)
{
  guint at = gtk_drop_down_get_selected (self->rows[row]);

  return at == GTK_INVALID_LIST_POSITION ? 0 : at;
}

void
mien_browse_filter_get (MienBrowseFilter *self, MienBrowseChoices *choices)
{
  for (MienBrowseRow row = 0; row < MIEN_ROWS; row++)
    choices->row[row] = chosen (self, row);
}

guint
mien_browse_filter_n_set (MienBrowseFilter *self)
{
  guint n = 0;

  for (MienBrowseRow row = 0; row < MIEN_ROWS; row++)
    if (row != MIEN_ROW_UNIT_SAYS && chosen (self, row) != 0)
      n++;
  return n;
}

static void
on_chosen (MienBrowseFilter *self)
{
  gtk_widget_set_sensitive (GTK_WIDGET (self->rows[MIEN_ROW_UNIT_SAYS]),
                            chosen (self, MIEN_ROW_UNIT) != 0);
  if (!self->setting)
    g_signal_emit (self, changed_signal, 0);
}

void
mien_browse_filter_set (MienBrowseFilter *self, const MienBrowseChoices *choices)
{
  self->setting = TRUE;
  for (MienBrowseRow row = 0; row < MIEN_ROWS; row++)
    gtk_drop_down_set_selected (self->rows[row], choices->row[row]);
  self->setting = FALSE;
  on_chosen (self);
}

void
mien_browse_filter_clear (MienBrowseFilter *self)
{
  mien_browse_filter_set (self, &(MienBrowseChoices){ 0 });
}

char *
mien_browse_filter_describe (MienBrowseFilter *self)
{
  GString *text = g_string_new (NULL);

  for (MienBrowseRow row = 0; row < MIEN_ROWS; row++)
    if (chosen (self, row) != 0
        && (row != MIEN_ROW_UNIT_SAYS || chosen (self, MIEN_ROW_UNIT) != 0))
      g_string_append_printf (text, "%s%s", text->len > 0 ? " · " : "",
                              gtk_string_object_get_string (
                                  gtk_drop_down_get_selected_item (self->rows[row])));
  return g_string_free (text, FALSE);
}

/* ---- building ---- */

static void
set_names (MienBrowseFilter *self, MienBrowseRow row, GStrv names)
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
  set_names (self, MIEN_ROW_VIDEO, videos);
  set_names (self, MIEN_ROW_ANNOTATOR, annotators);
}

static GtkStringList *
list_choices (MienBrowseRow row)
{
  GtkStringList *list = gtk_string_list_new (NULL);

  gtk_string_list_append (list, _ (forms[row].any));
  for (guint i = 0; forms[row].choices[i] != NULL; i++)
    gtk_string_list_append (list, _ (forms[row].choices[i]));
  for (guint i = 0; row == MIEN_ROW_EXPRESSION && i < MIEN_EXPRESSION_COUNT; i++)
    gtk_string_list_append (list, _ (mien_expression_name (i)));
  for (guint i = 0; row == MIEN_ROW_UNIT && i < MIEN_UNIT_COUNT; i++)
    {
      g_autofree char *name =
          g_strdup_printf ("AU%u %s", mien_unit_number (i), _ (mien_unit_name (i)));

      gtk_string_list_append (list, name);
    }
  return list;
}

static void
build_row (MienBrowseFilter *self, MienBrowseRow row)
{
  GtkWidget *name = gtk_label_new (_ (forms[row].name));
  GtkWidget *drop_down = gtk_drop_down_new (
      G_LIST_MODEL (list_choices (row)),
      gtk_property_expression_new (GTK_TYPE_STRING_OBJECT, NULL, "string"));
  /* Side by side, so that all of them fit a low window. */
  int column = (int) row < LINES ? 0 : 2, line = (int) row % LINES;

  self->rows[row] = GTK_DROP_DOWN (drop_down);
  gtk_drop_down_set_enable_search (self->rows[row],
                                   row == MIEN_ROW_VIDEO || row == MIEN_ROW_ANNOTATOR);
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
  for (MienBrowseRow row = 0; row < MIEN_ROWS; row++)
    build_row (self, row);
  self->setting = FALSE;
  gtk_widget_set_sensitive (GTK_WIDGET (self->rows[MIEN_ROW_UNIT_SAYS]), FALSE);
}

GtkWidget *
mien_browse_filter_new (void)
{
  return g_object_new (MIEN_TYPE_BROWSE_FILTER, NULL);
}
