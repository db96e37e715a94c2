/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The list shows what the project holds and nothing else: it is read again whenever
 * somebody has committed, so that a filter is there for all windows when it is on the
 * disk, and not before.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-browse-saved.h"

#include <glib/gi18n.h>

#include "mien-project-settings.h"

struct _MienBrowseSaved
{
  GtkWidget parent_instance;

  MienProject *project;
  GCancellable *reading;
  char *json;             /* what the list shows, NULL: none */
  GPtrArray *filters;     /* MienSavedFilter, in the order of the rows */
  MienSavedFilter *now;   /* NULL: nothing is shown yet */
  MienSavedFilter *taken; /* what was last removed or replaced */

  GtkMenuButton *button;
  GtkListBox *list;
  GtkEditable *name;
  GtkButton *save;
};

enum
{
  CHOSEN,
  TOAST,
  REMOVED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MienBrowseSaved, mien_browse_saved, GTK_TYPE_WIDGET)

/* NULL: there is none of that name. */
static const MienSavedFilter *
find_name (MienBrowseSaved *self, const char *name)
{
  for (guint i = 0; i < self->filters->len; i++)
    {
      const MienSavedFilter *saved = g_ptr_array_index (self->filters, i);

      if (g_str_equal (saved->name, name))
        return saved;
    }
  return NULL;
}

static char *
typed_name (MienBrowseSaved *self)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (self->name)));
}

/* Saving over another filter says so before it is done. */
static void
on_name_changed (MienBrowseSaved *self)
{
  g_autofree char *name = typed_name (self);

  gtk_widget_set_sensitive (GTK_WIDGET (self->save), *name != '\0' && self->now != NULL);
  gtk_button_set_label (self->save,
                        find_name (self, name) != NULL ? _ ("_Replace") : _ ("_Save"));
}

/* ---- changing ---- */

static void
on_stored (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienBrowseSaved) self = data;
  g_autoptr (GError) error = NULL;

  if (!mien_project_settings_finish (MIEN_PROJECT (source), result, &error))
    g_signal_emit (self, signals[TOAST], 0, error->message);
}

static void
put (MienBrowseSaved *self, const MienSavedFilter *saved)
{
  mien_project_save_filter_async (self->project, saved, on_stored, g_object_ref (self));
}

/* text: says so. */
static void
take_away (MienBrowseSaved *self, const MienSavedFilter *saved, const char *text)
{
  g_clear_pointer (&self->taken, mien_saved_filter_free);
  self->taken = mien_saved_filter_copy (saved);
  g_signal_emit (self, signals[REMOVED], 0, text);
}

static void
on_save (MienBrowseSaved *self)
{
  g_autoptr (MienSavedFilter) saved = NULL;
  g_autofree char *name = typed_name (self), *text = NULL;
  const MienSavedFilter *other = find_name (self, name);

  if (self->project == NULL || self->now == NULL || *name == '\0')
    return;
  gtk_menu_button_popdown (self->button);
  saved = mien_saved_filter_copy (self->now);
  g_free (saved->name);
  saved->name = g_strdup (name);
  text = g_strdup_printf (
      other != NULL ? _ ("“%s” is another filter now") : _ ("“%s” is saved"), name);
  if (other != NULL)
    take_away (self, other, text);
  else
    g_signal_emit (self, signals[TOAST], 0, text);
  put (self, saved);
}

static void
on_remove (MienBrowseSaved *self, GtkWidget *button)
{
  GtkWidget *row = gtk_widget_get_ancestor (button, GTK_TYPE_LIST_BOX_ROW);
  const MienSavedFilter *saved = g_ptr_array_index (
      self->filters, gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (row)));
  g_autofree char *text = g_strdup_printf (_ ("“%s” is removed"), saved->name);

  mien_project_remove_filter_async (self->project, saved->name, on_stored,
                                    g_object_ref (self));
  take_away (self, saved, text);
}

void
mien_browse_saved_restore (MienBrowseSaved *self)
{
  if (self->taken != NULL && self->project != NULL)
    put (self, self->taken);
  g_clear_pointer (&self->taken, mien_saved_filter_free);
}

/* ---- the list ---- */

static gboolean
is_shown (MienBrowseSaved *self, guint i)
{
  return self->now != NULL
         && mien_saved_filter_equal (g_ptr_array_index (self->filters, i), self->now);
}

static void
show_now (MienBrowseSaved *self)
{
  for (guint i = 0; i < self->filters->len; i++)
    {
      const MienSavedFilter *saved = g_ptr_array_index (self->filters, i);
      GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->list, (int) i);
      GtkWidget *mark = gtk_widget_get_first_child (gtk_list_box_row_get_child (row));
      g_autofree char *name = is_shown (self, i)
                                  ? g_strdup_printf (_ ("%s, shown now"), saved->name)
                                  : g_strdup (saved->name);

      gtk_widget_set_opacity (mark, is_shown (self, i) ? 1.0 : 0.0);
      gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      name, -1);
    }
}

static GtkWidget *
build_row (MienBrowseSaved *self, const MienSavedFilter *saved)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *mark = gtk_image_new_from_icon_name ("object-select-symbolic");
  GtkWidget *name = gtk_label_new (saved->name);
  GtkWidget *remove = gtk_button_new_from_icon_name ("user-trash-symbolic");
  g_autofree char *remove_name = g_strdup_printf (_ ("Remove “%s”"), saved->name);

  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (name), 40);
  gtk_label_set_xalign (GTK_LABEL (name), 0.0f);
  gtk_widget_set_tooltip_text (name, saved->name);
  gtk_widget_set_hexpand (name, TRUE);
  gtk_widget_add_css_class (remove, "flat");
  gtk_widget_set_tooltip_text (remove, remove_name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (remove), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  remove_name, -1);
  g_signal_connect_swapped (remove, "clicked", G_CALLBACK (on_remove), self);
  gtk_box_append (GTK_BOX (box), mark);
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), remove);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  return row;
}

/* The row that has the focus, or whose button has; -1: none. */
static int
focused_row (MienBrowseSaved *self)
{
  GtkWidget *row = gtk_widget_get_focus_child (GTK_WIDGET (self->list));

  return row != NULL ? gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (row)) : -1;
}

/* The focus stays where the row was that is gone. */
static void
fill (MienBrowseSaved *self)
{
  GtkListBoxRow *row;
  int focus = focused_row (self);

  while ((row = gtk_list_box_get_row_at_index (self->list, 0)) != NULL)
    gtk_list_box_remove (self->list, GTK_WIDGET (row));
  for (guint i = 0; i < self->filters->len; i++)
    gtk_list_box_append (self->list,
                         build_row (self, g_ptr_array_index (self->filters, i)));
  show_now (self);
  on_name_changed (self);
  if (focus < 0)
    return;
  if (self->filters->len == 0)
    gtk_widget_grab_focus (GTK_WIDGET (self->name));
  else
    gtk_widget_grab_focus (GTK_WIDGET (gtk_list_box_get_row_at_index (
        self->list, MIN (focus, (int) self->filters->len - 1))));
}

static void
take (MienBrowseSaved *self, char *json)
{
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);

  g_free (self->json);
  self->json = json;
  g_ptr_array_unref (self->filters);
  self->filters = mien_saved_filters_parse (json, problems);
  for (guint i = 0; i < problems->len; i++)
    g_message ("%s: %s", mien_project_get_path (self->project),
               (const char *) g_ptr_array_index (problems, i));
  fill (self);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienBrowseSaved) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *json = NULL;

  if (self->reading == NULL || g_task_get_cancellable (G_TASK (result)) != self->reading)
    return;
  g_clear_object (&self->reading);
  json = mien_project_setting_finish (MIEN_PROJECT (source), result, &error);
  if (error != NULL)
    g_signal_emit (self, signals[TOAST], 0, error->message);
  else if (g_strcmp0 (json, self->json) != 0)
    take (self, g_steal_pointer (&json));
}

static void
look (MienBrowseSaved *self)
{
  g_cancellable_cancel (self->reading);
  g_clear_object (&self->reading);
  self->reading = g_cancellable_new ();
  mien_project_setting_async (self->project, MIEN_SAVED_FILTERS, self->reading, on_read,
                              g_object_ref (self));
}

void
mien_browse_saved_set_project (MienBrowseSaved *self, MienProject *project)
{
  if (self->project == project)
    return;
  g_cancellable_cancel (self->reading);
  g_clear_object (&self->reading);
  if (self->project != NULL)
    g_signal_handlers_disconnect_by_data (self->project, self);
  g_set_object (&self->project, project);
  g_clear_pointer (&self->json, g_free);
  g_clear_pointer (&self->now, mien_saved_filter_free);
  g_clear_pointer (&self->taken, mien_saved_filter_free);
  g_ptr_array_set_size (self->filters, 0);
  fill (self);
  if (project == NULL)
    return;
  g_signal_connect_object (project, "changed", G_CALLBACK (look), self,
                           G_CONNECT_SWAPPED);
  look (self);
}

void
mien_browse_saved_set_now (MienBrowseSaved *self, MienSavedFilter *now)
{
  mien_saved_filter_free (self->now);
  self->now = now;
  show_now (self);
}

void
mien_browse_saved_popup (MienBrowseSaved *self)
{
  if (gtk_widget_is_sensitive (GTK_WIDGET (self)))
    gtk_menu_button_popup (self->button);
}

static void
on_row_activated (MienBrowseSaved *self, GtkListBoxRow *row)
{
  gtk_menu_button_popdown (self->button);
  g_signal_emit (self, signals[CHOSEN], 0,
                 g_ptr_array_index (self->filters, gtk_list_box_row_get_index (row)));
}

/* ---- building ---- */

/* A person begins with the filters there are, else by saving one. What is saved already
 * needs no other name. */
static void
on_popover_shown (MienBrowseSaved *self)
{
  GtkListBoxRow *first = gtk_list_box_get_row_at_index (self->list, 0);
  gboolean has_name = self->now == NULL;

  for (guint i = 0; i < self->filters->len; i++)
    has_name = has_name || is_shown (self, i);
  gtk_editable_set_text (self->name, has_name ? "" : self->now->name);
  gtk_widget_grab_focus (first != NULL ? GTK_WIDGET (first) : GTK_WIDGET (self->name));
}

static GtkWidget *
build_list (MienBrowseSaved *self)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GtkWidget *none = gtk_label_new (_ ("No Saved Filters Yet"));

  self->list = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_list_box_set_selection_mode (self->list, GTK_SELECTION_NONE);
  gtk_widget_add_css_class (GTK_WIDGET (self->list), "browse-saved");
  gtk_widget_add_css_class (none, "dim-label");
  gtk_list_box_set_placeholder (self->list, none);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Saved filters"), -1);
  g_signal_connect_swapped (self->list, "row-activated", G_CALLBACK (on_row_activated),
                            self);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), GTK_WIDGET (self->list));
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), 360);
  return scroller;
}

static GtkWidget *
build_saving (MienBrowseSaved *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->name = GTK_EDITABLE (gtk_entry_new ());
  gtk_editable_set_width_chars (self->name, 28);
  gtk_editable_set_max_width_chars (self->name, 32);
  gtk_entry_set_max_length (GTK_ENTRY (self->name), MIEN_SAVED_FILTER_NAME);
  gtk_widget_set_hexpand (GTK_WIDGET (self->name), TRUE);
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->name), _ ("Save what is shown as"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->name),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Save what is shown as"), -1);
  self->save = GTK_BUTTON (gtk_button_new_with_mnemonic (_ ("_Save")));
  g_signal_connect_swapped (self->name, "changed", G_CALLBACK (on_name_changed), self);
  g_signal_connect_swapped (self->name, "activate", G_CALLBACK (on_save), self);
  g_signal_connect_swapped (self->save, "clicked", G_CALLBACK (on_save), self);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->name));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->save));
  return box;
}

static void
mien_browse_saved_dispose (GObject *object)
{
  MienBrowseSaved *self = MIEN_BROWSE_SAVED (object);

  if (self->button != NULL)
    mien_browse_saved_set_project (self, NULL);
  g_clear_pointer ((GtkWidget **) &self->button, gtk_widget_unparent);
  G_OBJECT_CLASS (mien_browse_saved_parent_class)->dispose (object);
}

static void
mien_browse_saved_finalize (GObject *object)
{
  MienBrowseSaved *self = MIEN_BROWSE_SAVED (object);

  mien_saved_filter_free (self->now);
  g_ptr_array_unref (self->filters);
  G_OBJECT_CLASS (mien_browse_saved_parent_class)->finalize (object);
}

static void
mien_browse_saved_class_init (MienBrowseSavedClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mien_browse_saved_dispose;
  G_OBJECT_CLASS (klass)->finalize = mien_browse_saved_finalize;
  signals[CHOSEN] = g_signal_new ("chosen", MIEN_TYPE_BROWSE_SAVED, G_SIGNAL_RUN_LAST, 0,
                                  NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[TOAST] = g_signal_new ("toast", MIEN_TYPE_BROWSE_SAVED, G_SIGNAL_RUN_LAST, 0,
                                 NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[REMOVED] = g_signal_new ("removed", MIEN_TYPE_BROWSE_SAVED, G_SIGNAL_RUN_LAST,
                                   0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass),
                                            GTK_TYPE_BIN_LAYOUT);
}

static void
mien_browse_saved_init (MienBrowseSaved *self)
{
  GtkWidget *popover = gtk_popover_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  self->filters =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mien_saved_filter_free);
  self->button = GTK_MENU_BUTTON (gtk_menu_button_new ());
  gtk_menu_button_set_icon_name (self->button, "user-bookmarks-symbolic");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Saved filters"), -1);
  gtk_widget_add_css_class (box, "browse-popover");
  gtk_box_append (GTK_BOX (box), build_list (self));
  gtk_box_append (GTK_BOX (box), build_saving (self));
  gtk_popover_set_child (GTK_POPOVER (popover), box);
  gtk_menu_button_set_popover (self->button, popover);
  g_signal_connect_swapped (popover, "map", G_CALLBACK (on_popover_shown), self);
  gtk_widget_set_parent (GTK_WIDGET (self->button), GTK_WIDGET (self));
  on_name_changed (self);
}

GtkWidget *
mien_browse_saved_new (void)
{
  return g_object_new (MIEN_TYPE_BROWSE_SAVED, NULL);
}
