/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A button, a ring in it, and a popover with all jobs of the project. The button's action
 * is taken away while a job of its kind is there, so that a press cannot start a second.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-job-button.h"

#include <glib/gi18n.h>

#include "mien-job-row.h"
#include "mien-key-layout.h"
#include "mien-ring.h"

struct _MienJobButton
{
  GtkWidget parent_instance;

  MienChildKind kind;
  char *action;
  MienJobRunner *runner;
  GtkWidget *button, *label, *ring, *popover, *list;
};

G_DEFINE_FINAL_TYPE (MienJobButton, mien_job_button, GTK_TYPE_WIDGET)

static MienChild *
find (MienJobButton *self)
{
  return self->runner != NULL ? mien_job_runner_find (self->runner, self->kind) : NULL;
}

/* What it does, with the key for it. */
static void
show_tooltip (MienJobButton *self)
{
  g_autofree char *text = mien_key_layout_tooltip (
      gtk_label_get_text (GTK_LABEL (self->label)), self->action);

  gtk_widget_set_tooltip_text (self->button,
                               find (self) != NULL ? _ ("Show the jobs") : text);
}

static void
follow (MienJobButton *self)
{
  MienChild *child = find (self);
  const char *action = child == NULL ? self->action : NULL;

  gtk_widget_set_visible (self->ring, child != NULL);
  if (child == NULL)
    gtk_popover_popdown (GTK_POPOVER (self->popover));
  if (child != NULL)
    mien_ring_set_fraction (MIEN_RING (self->ring), mien_child_get_fraction (child));
  show_tooltip (self);
  if (g_strcmp0 (gtk_actionable_get_action_name (GTK_ACTIONABLE (self->button)), action)
      == 0)
    return;
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->button), action);
  if (action == NULL)
    gtk_widget_set_sensitive (self->button, TRUE);
}

static void
on_clicked (MienJobButton *self)
{
  if (find (self) != NULL)
    mien_job_button_popup (self);
}

void
mien_job_button_popup (MienJobButton *self)
{
  gtk_popover_popup (GTK_POPOVER (self->popover));
}

static GtkWidget *
create_row (gpointer item, gpointer data)
{
  return mien_job_row_new (MIEN_CHILD (item));
}

void
mien_job_button_set_runner (MienJobButton *self, MienJobRunner *runner)
{
  if (self->runner != NULL)
    g_signal_handlers_disconnect_by_data (self->runner, self);
  g_set_object (&self->runner, runner);
  gtk_list_box_bind_model (GTK_LIST_BOX (self->list),
                           runner != NULL ? G_LIST_MODEL (runner) : NULL, create_row,
                           NULL, NULL);
  if (runner != NULL)
    g_signal_connect_object (runner, "changed", G_CALLBACK (follow), self,
                             G_CONNECT_SWAPPED);
  follow (self);
}

void
mien_job_button_set_up (MienJobButton *self,
                        MienChildKind kind,
                        const char *label,
                        const char *action)
{
  self->kind = kind;
  self->action = g_strdup (action);
  gtk_label_set_text (GTK_LABEL (self->label), label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  if (kind == MIEN_CHILD_TRAIN)
    gtk_widget_add_css_class (self->button, "suggested-action");
  g_signal_connect_object (mien_key_layout_get_default (), "changed",
                           G_CALLBACK (show_tooltip), self, G_CONNECT_SWAPPED);
  follow (self);
}

static void
mien_job_button_dispose (GObject *object)
{
  MienJobButton *self = MIEN_JOB_BUTTON (object);

  if (self->runner != NULL)
    g_signal_handlers_disconnect_by_data (self->runner, self);
  g_clear_object (&self->runner);
  g_clear_pointer (&self->popover, gtk_widget_unparent);
  g_clear_pointer (&self->button, gtk_widget_unparent);
  G_OBJECT_CLASS (mien_job_button_parent_class)->dispose (object);
}

static void
mien_job_button_finalize (GObject *object)
{
  g_free (MIEN_JOB_BUTTON (object)->action);
  G_OBJECT_CLASS (mien_job_button_parent_class)->finalize (object);
}

static void
mien_job_button_class_init (MienJobButtonClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_job_button_dispose;
  G_OBJECT_CLASS (klass)->finalize = mien_job_button_finalize;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
mien_job_button_init (MienJobButton *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *scroller = gtk_scrolled_window_new ();

  self->label = gtk_label_new (NULL);
  self->ring = mien_ring_new ();
  gtk_widget_set_visible (self->ring, FALSE);
  gtk_box_append (GTK_BOX (box), self->label);
  gtk_box_append (GTK_BOX (box), self->ring);
  self->button = gtk_button_new ();
  gtk_button_set_child (GTK_BUTTON (self->button), box);
  gtk_widget_set_parent (self->button, GTK_WIDGET (self));
  g_signal_connect_swapped (self->button, "clicked", G_CALLBACK (on_clicked), self);

  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (self->list, "mien-jobs");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Jobs"), -1);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), 420);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), self->list);
  self->popover = gtk_popover_new ();
  gtk_popover_set_child (GTK_POPOVER (self->popover), scroller);
  gtk_widget_set_parent (self->popover, GTK_WIDGET (self));
}
