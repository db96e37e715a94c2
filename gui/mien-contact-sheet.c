/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The contact sheet. Invariants: a face is decided only if it was drawn, in the state in
 * which it was drawn; a row that was decided or crossed out is not shown again while the
 * sheet is open, so that a page never repeats what the index has not heard of yet.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-contact-sheet.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "mien-browse-cell.h"
#include "mien-browse-words.h"

enum
{
  COLUMNS = 8,
  ROWS = 4,
  CELLS = COLUMNS * ROWS,
  FACE = 112,
};

struct _MienContactSheet
{
  GtkWidget parent_instance;

  MienProject *project;
  MienBrowseSource *source;
  GCancellable *asking;
  GStrv videos;
  GHashTable *seen; /* rows, as pointers */
  gint64 shown_at;
  gboolean opened;

  GtkWidget *box, *grid;
  GtkStack *pages;
  GtkDropDown *expressions;
  GtkLabel *note;
  GtkWidget *confirm;
  GtkWidget *cells[CELLS];
  guint32 rows[CELLS];
  gboolean wrong[CELLS];
  guint n;
};

G_DEFINE_FINAL_TYPE (MienContactSheet, mien_contact_sheet, GTK_TYPE_WIDGET)

enum
{
  TOAST,
  DECIDED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void ask (MienContactSheet *self);

GArray *
mien_contact_sheet_choose (const guint32 *rows,
                           const gboolean *drawn,
                           const gboolean *wrong,
                           guint n)
{
  GArray *chosen = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (guint i = 0; i < n; i++)
    if (drawn[i] && !wrong[i])
      g_array_append_val (chosen, rows[i]);
  return chosen;
}

static guint
expression (MienContactSheet *self)
{
  guint at = gtk_drop_down_get_selected (self->expressions);

  return at < MIEN_EXPRESSION_COUNT ? at : 0;
}

static MienBrowseCell *
cell (MienContactSheet *self, guint i)
{
  return MIEN_BROWSE_CELL (self->cells[i]);
}

static void
show_note (MienContactSheet *self)
{
  const char *name = _ (mien_expression_name (expression (self)));
  guint right = 0;
  g_autofree char *text = NULL;

  for (guint i = 0; i < self->n; i++)
    right += self->wrong[i] ? 0 : 1;
  /* Translators: %s is an expression. */
  text = g_strdup_printf (ngettext ("%u is %s; press on those that are not",
                                    "%u are %s; press on those that "
                                    "are not",
                                    right),
                          right, name);
  gtk_label_set_text (self->note, self->n > 0 ? text : "");
  gtk_widget_set_sensitive (self->confirm, self->n > 0);
}

static void
press (MienContactSheet *self, GtkFlowBoxChild *child)
{
  guint i = (guint) gtk_flow_box_child_get_index (child);

  if (i >= self->n)
    return;
  self->wrong[i] = !self->wrong[i];
  mien_browse_cell_set_wrong (cell (self, i), self->wrong[i]);
  show_note (self);
}

static void
show_rows (MienContactSheet *self)
{
  for (guint i = 0; i < CELLS; i++)
    {
      g_autoptr (MienBrowseItem) item = NULL;

      self->wrong[i] = FALSE;
      gtk_widget_set_visible (gtk_widget_get_parent (self->cells[i]), i < self->n);
      if (i < self->n)
        item = mien_browse_item_new (self->rows[i]);
      mien_browse_cell_show (cell (self, i), self->source, item, self->videos);
    }
  self->shown_at = g_get_monotonic_time ();
  gtk_stack_set_visible_child_name (self->pages, self->n > 0 ? "faces" : "none");
  show_note (self);
  if (self->n > 0)
    gtk_widget_grab_focus (gtk_widget_get_parent (self->cells[0]));
}

/* Not those that are no faces, nor what was seen. */
static void
take_rows (MienContactSheet *self, GArray *rows)
{
  MienIndex *index = mien_browse_source_get_index (self->source);

  self->n = 0;
  for (guint i = 0; i < rows->len && self->n < CELLS; i++)
    {
      guint32 row = g_array_index (rows, guint32, i);
      MienIndexRow values;

      if (g_hash_table_contains (self->seen, GUINT_TO_POINTER (row)))
        continue;
      mien_index_row (index, row, &values);
      if (!values.not_a_face && values.has_image && values.expression == -1
          && values.proposed == (int) expression (self))
        self->rows[self->n++] = row;
    }
}

static void
on_found (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienContactSheet) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) rows =
      mien_browse_source_find_finish (MIEN_BROWSE_SOURCE (source), result, &error);

  if (self->asking == NULL || g_task_get_cancellable (G_TASK (result)) != self->asking)
    return;
  g_clear_object (&self->asking);
  if (rows == NULL)
    {
      g_signal_emit (self, signals[TOAST], 0, error->message);
      return;
    }
  g_strfreev (self->videos);
  self->videos = mien_index_videos (mien_browse_source_get_index (self->source));
  take_rows (self, rows);
  show_rows (self);
}

static void
ask (MienContactSheet *self)
{
  MienFilter filter;

  g_cancellable_cancel (self->asking);
  g_clear_object (&self->asking);
  if (self->source == NULL)
    return;
  self->asking = g_cancellable_new ();
  mien_filter_init (&filter);
  filter.splits = 1u << MIEN_SPLIT_TRAIN;
  filter.lacking = 1u << MIEN_TASK_EXPRESSION;
  filter.expressions = 1u << expression (self);
  mien_browse_source_find_async (self->source, &filter, MIEN_SORT_CONFIDENCE, TRUE,
                                 self->asking, on_found, g_object_ref (self));
  mien_filter_clear (&filter);
}

static void
on_expression (MienContactSheet *self)
{
  if (self->opened)
    ask (self);
}

static void
on_decided (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienContactSheet) self = data;
  g_autoptr (GError) error = NULL;

  if (!mien_project_decide_finish (MIEN_PROJECT (source), result, &error))
    g_signal_emit (self, signals[TOAST], 0, error->message);
}

static void
decide (MienContactSheet *self, GArray *chosen)
{
  MienIndex *index = mien_browse_source_get_index (self->source);
  g_autoptr (GArray) frames = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autofree char *many = mien_browse_frames (chosen->len);
  g_autofree char *text = NULL;
  MienDecision decision = {
    .kind = MIEN_DECISION_ANSWER,
    .model = mien_index_model (index),
    .proposal_visible = TRUE,
    .duration_us = (g_get_monotonic_time () - self->shown_at) / chosen->len,
  };

  decision.answers.item[MIEN_ITEM_EXPRESSION] =
      (MienLabel){ .answer = MIEN_ANSWER_VALUE,
                   .source = MIEN_SOURCE_HUMAN,
                   .value = { (double) expression (self), 0.0 } };
  for (guint i = 0; i < chosen->len; i++)
    {
      MienIndexRow row;

      mien_index_row (index, g_array_index (chosen, guint32, i), &row);
      g_array_append_val (frames, row.frame);
    }
  mien_project_decide_many_async (self->project, (const gint64 *) frames->data,
                                  frames->len, &decision, on_decided,
                                  g_object_ref (self));
  /* Translators: an expression, "12 frames". */
  text = g_strdup_printf (_ ("%s on %s"), _ (mien_expression_name (expression (self))),
                          many);
  g_signal_emit (self, signals[DECIDED], 0, text);
}

static void
on_confirm (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MienContactSheet *self = MIEN_CONTACT_SHEET (widget);
  gboolean drawn[CELLS];
  g_autoptr (GArray) chosen = NULL;

  if (self->n == 0 || self->asking != NULL)
    return;
  for (guint i = 0; i < self->n; i++)
    drawn[i] = mien_browse_cell_is_drawn (cell (self, i));
  chosen = mien_contact_sheet_choose (self->rows, drawn, self->wrong, self->n);
  for (guint i = 0; i < self->n; i++)
    if (drawn[i])
      g_hash_table_add (self->seen, GUINT_TO_POINTER (self->rows[i]));
  if (chosen->len > 0)
    decide (self, chosen);
  ask (self);
}

void
mien_contact_sheet_open (MienContactSheet *self)
{
  self->opened = TRUE;
  g_hash_table_remove_all (self->seen);
  ask (self);
}

void
mien_contact_sheet_set_expression (MienContactSheet *self, guint class)
{
  gtk_drop_down_set_selected (self->expressions, class);
}

void
mien_contact_sheet_set_project (MienContactSheet *self,
                                MienProject *project,
                                MienBrowseSource *source)
{
  g_cancellable_cancel (self->asking);
  g_clear_object (&self->asking);
  g_hash_table_remove_all (self->seen);
  self->opened = FALSE;
  self->n = 0;
  for (guint i = 0; i < CELLS; i++)
    mien_browse_cell_show (cell (self, i), NULL, NULL, NULL);
  g_set_object (&self->project, project);
  g_set_object (&self->source, source);
}

/* ---- building ---- */

/* On the faces Space presses and Enter confirms; the box would take Enter for a press. */
static gboolean
on_key (GtkEventControllerKey *controller,
        guint keyval,
        guint keycode,
        GdkModifierType state,
        MienContactSheet *self)
{
  GtkWidget *child = gtk_widget_get_focus_child (self->grid);

  if (child == NULL)
    return GDK_EVENT_PROPAGATE;
  if (keyval == GDK_KEY_Return || keyval == GDK_KEY_KP_Enter)
    gtk_widget_activate_action (GTK_WIDGET (self), "sheet.confirm", NULL);
  else if (keyval == GDK_KEY_space)
    press (self, GTK_FLOW_BOX_CHILD (child));
  else
    return GDK_EVENT_PROPAGATE;
  return GDK_EVENT_STOP;
}

static GtkWidget *
build_bar (MienContactSheet *self)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkStringList *names = gtk_string_list_new (NULL);

  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    gtk_string_list_append (names, _ (mien_expression_name (i)));
  self->expressions = GTK_DROP_DOWN (gtk_drop_down_new (G_LIST_MODEL (names), NULL));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->expressions),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Expression of the sheet"), -1);
  self->note = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_ellipsize (self->note, PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (self->note, 0.0f);
  gtk_widget_set_hexpand (GTK_WIDGET (self->note), TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self->note), "dim-label");
  self->confirm = gtk_button_new_with_mnemonic (_ ("_Confirm the Rest"));
  gtk_widget_add_css_class (self->confirm, "suggested-action");
  gtk_widget_set_tooltip_text (self->confirm, _ ("Enter, on the faces"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->confirm), "sheet.confirm");
  gtk_widget_add_css_class (bar, "browse-bar");
  gtk_box_append (GTK_BOX (bar), GTK_WIDGET (self->expressions));
  gtk_box_append (GTK_BOX (bar), GTK_WIDGET (self->note));
  gtk_box_append (GTK_BOX (bar), self->confirm);
  return bar;
}

static GtkWidget *
build_faces (MienContactSheet *self)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();

  self->grid = gtk_flow_box_new ();
  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (self->grid), GTK_SELECTION_NONE);
  gtk_flow_box_set_homogeneous (GTK_FLOW_BOX (self->grid), TRUE);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (self->grid), CELLS);
  gtk_widget_set_valign (self->grid, GTK_ALIGN_START);
  for (guint i = 0; i < CELLS; i++)
    {
      self->cells[i] = mien_browse_cell_new (FACE, TRUE);
      gtk_flow_box_append (GTK_FLOW_BOX (self->grid), self->cells[i]);
    }
  g_signal_connect_swapped (self->grid, "child-activated", G_CALLBACK (press), self);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), self->grid);
  gtk_widget_set_vexpand (scroller, TRUE);
  return scroller;
}

static GtkWidget *
build_none (void)
{
  GtkWidget *page = adw_status_page_new ();

  adw_status_page_set_icon_name (ADW_STATUS_PAGE (page), "object-select-symbolic");
  adw_status_page_set_title (ADW_STATUS_PAGE (page), _ ("No Such Face"));
  adw_status_page_set_description (
      ADW_STATUS_PAGE (page),
      _ ("The model in use gives this expression to no face without a label. Choose "
         "another one, or let the model propose."));
  return page;
}

static void
mien_contact_sheet_dispose (GObject *object)
{
  MienContactSheet *self = MIEN_CONTACT_SHEET (object);

  if (self->box != NULL)
    mien_contact_sheet_set_project (self, NULL, NULL);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->videos, g_strfreev);
  g_clear_pointer (&self->seen, g_hash_table_unref);
  G_OBJECT_CLASS (mien_contact_sheet_parent_class)->dispose (object);
}

static void
mien_contact_sheet_class_init (MienContactSheetClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_contact_sheet_dispose;
  signals[TOAST] = g_signal_new ("toast", MIEN_TYPE_CONTACT_SHEET, G_SIGNAL_RUN_LAST, 0,
                                 NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[DECIDED] = g_signal_new ("decided", MIEN_TYPE_CONTACT_SHEET, G_SIGNAL_RUN_LAST,
                                   0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_install_action (widget_class, "sheet.confirm", NULL, on_confirm);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
mien_contact_sheet_init (MienContactSheet *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->seen = g_hash_table_new (NULL, NULL);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  self->pages = GTK_STACK (gtk_stack_new ());
  gtk_box_append (GTK_BOX (self->box), build_bar (self));
  gtk_stack_add_named (self->pages, build_faces (self), "faces");
  gtk_stack_add_named (self->pages, build_none (), "none");
  gtk_box_append (GTK_BOX (self->box), GTK_WIDGET (self->pages));
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (on_key), self);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  g_signal_connect_swapped (self->expressions, "notify::selected",
                            G_CALLBACK (on_expression), self);
}

GtkWidget *
mien_contact_sheet_new (void)
{
  return g_object_new (MIEN_TYPE_CONTACT_SHEET, NULL);
}
