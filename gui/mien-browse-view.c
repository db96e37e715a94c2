/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The Browse view: its bar, and the state that its parts show. The lists are in
 * mien-browse-lists.c, labelling in mien-browse-label.c, saved filters in
 * mien-browse-view-saved.c, the contact sheet is a widget of its own.
 *
 * Invariants: the index is read when the view is first seen, not before; of several
 * questions only the last one's answer is shown; after another answer nothing is
 * selected.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-browse-view-private.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "mien-browse-words.h"
#include "mien-key-layout.h"

enum
{
  FRAME_ACTIVATED,
  TOAST,
  DECIDED,
  REMOVED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static const char *const sort_names[] = {
  [MIEN_SORT_FRAME] = N_ ("By frame"),
  [MIEN_SORT_CONFIDENCE] = N_ ("By confidence"),
  [MIEN_SORT_EXPRESSION] = N_ ("By expression"),
  [MIEN_SORT_VALENCE] = N_ ("By valence"),
  [MIEN_SORT_AROUSAL] = N_ ("By arousal"),
  [MIEN_SORT_DECIDED] = N_ ("By time of decision"),
  [MIEN_SORT_DOUBT] = N_ ("By doubt"),
};

G_DEFINE_FINAL_TYPE (MienBrowseView, mien_browse_view, GTK_TYPE_WIDGET)

GtkBitset *
mien_browse_view_selected (MienBrowseView *self)
{
  GtkBitset *selected =
      gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));

  /* The selection keeps it. */
  gtk_bitset_unref (selected);
  return selected;
}

static guint
n_rows (MienBrowseView *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (self->model));
}

/* ---- showing ---- */

static void
show_count (MienBrowseView *self)
{
  guint64 selected = gtk_bitset_get_size (mien_browse_view_selected (self));
  g_autofree char *frames = mien_browse_frames (n_rows (self));
  g_autofree char *text = NULL;

  if (selected > 0)
    /* Translators: "1,234 frames", and how many of them are selected. */
    text = g_strdup_printf (_ ("%s, %'u selected"), frames, (guint) selected);
  gtk_label_set_text (self->count, text != NULL ? text : frames);
}

/* A spinner that turns unseen would keep the frame clock awake. */
static void
show_child (MienBrowseView *self, const char *name)
{
  gtk_stack_set_visible_child_name (self->pages, name);
  gtk_spinner_set_spinning (self->spinner, g_str_equal (name, "loading"));
}

static void
show_page (MienBrowseView *self)
{
  gboolean narrowed;
  MienFilter everything;

  if (gtk_toggle_button_get_active (self->as_sheet))
    {
      show_child (self, "sheet");
      return;
    }
  if (n_rows (self) > 0)
    {
      show_child (self, "lists");
      return;
    }
  mien_filter_init (&everything);
  narrowed = !mien_filter_equal (&everything, &self->filter);
  adw_status_page_set_title (ADW_STATUS_PAGE (self->status),
                             narrowed ? _ ("No Such Frame") : _ ("No Frames Yet"));
  adw_status_page_set_description (
      ADW_STATUS_PAGE (self->status),
      narrowed ? _ ("Nothing passes the filter. Clear it to see all frames.")
               : _ ("Import a list of Aff-Wild2 or a folder of pictures to begin."));
  show_child (self, "empty");
}

static void
show_filter (MienBrowseView *self)
{
  guint n = mien_browse_filter_n_set (self->form);
  g_autofree char *label = n > 0 ? g_strdup_printf (_ ("_Filter (%u)"), n) : NULL;

  gtk_menu_button_set_label (self->filter_button, label != NULL ? label : _ ("_Filter"));
}

static void
take_names (MienBrowseView *self)
{
  MienIndex *index = mien_browse_source_get_index (self->source);
  g_auto (GStrv) videos = mien_index_videos (index);
  g_auto (GStrv) annotators = mien_index_annotators (index);

  if (self->videos != NULL
      && g_strv_equal ((const char *const *) videos, (const char *const *) self->videos)
      && g_strv_equal ((const char *const *) annotators,
                       (const char *const *) self->annotators))
    return;
  /* Cells have the old ones. */
  mien_browse_model_set_rows (self->model, NULL);
  g_strfreev (self->videos);
  g_strfreev (self->annotators);
  self->videos = g_steal_pointer (&videos);
  self->annotators = g_steal_pointer (&annotators);
  mien_browse_filter_set_names (self->form, self->videos, self->annotators);
}

static void
on_rows (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienBrowseView) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) rows =
      mien_browse_source_find_finish (MIEN_BROWSE_SOURCE (source), result, &error);

  if (self->asking == NULL || g_task_get_cancellable (G_TASK (result)) != self->asking)
    return;
  g_clear_object (&self->asking);
  if (rows == NULL)
    {
      show_count (self);
      g_signal_emit (self, signals[TOAST], 0, error->message);
      return;
    }
  take_names (self);
  mien_browse_view_update_saved (self);
  mien_browse_model_set_rows (self->model, rows);
  show_page (self);
  show_count (self);
  if (rows->len > 0)
    mien_browse_view_scroll_to (self, 0);
  if (self->wants_focus && *gtk_editable_get_text (self->search) == '\0')
    gtk_widget_grab_focus (GTK_WIDGET (self));
  self->wants_focus = FALSE;
}

void
mien_browse_view_ask (MienBrowseView *self)
{
  MienBrowseChoices choices;

  if (self->setting)
    return;
  g_cancellable_cancel (self->asking);
  g_clear_object (&self->asking);
  if (self->source == NULL)
    return;
  self->asking = g_cancellable_new ();
  mien_browse_filter_get (self->form, &choices);
  mien_browse_choices_filter (&choices, g_get_real_time () / G_USEC_PER_SEC,
                              &self->filter);
  g_free (self->filter.text);
  self->filter.text = g_strstrip (g_strdup (gtk_editable_get_text (self->search)));
  show_filter (self);
  /* In a large project that takes seconds. */
  if (self->filter.doubtful || self->sort == MIEN_SORT_DOUBT)
    gtk_label_set_text (self->count, _ ("Looking for doubts…"));
  mien_browse_source_find_async (self->source, &self->filter, self->sort,
                                 self->descending, self->asking, on_rows,
                                 g_object_ref (self));
}

/* The entry says so a while after its text was set, when that has been asked. */
static void
on_search (MienBrowseView *self)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (self->search)));

  if (g_strcmp0 (text, self->filter.text) != 0)
    mien_browse_view_ask (self);
}

/* Cells that are on screen are drawn anew; what passes the filter is asked again only
 * when somebody asks, so that nothing jumps under the pointer. New frames are told at
 * once. */
static void
on_changed (MienBrowseView *self)
{
  if (n_rows (self) == 0)
    mien_browse_view_ask (self);
  else
    mien_browse_model_touch (self->model);
}

void
mien_browse_view_set_sort (MienBrowseView *self, MienSort sort, gboolean descending)
{
  gboolean was_setting;

  if (sort == self->sort && descending == self->descending)
    return;
  self->sort = sort;
  self->descending = descending;
  was_setting = self->setting;
  self->setting = TRUE;
  gtk_drop_down_set_selected (self->sorts, sort);
  gtk_toggle_button_set_active (self->direction, descending);
  gtk_button_set_icon_name (GTK_BUTTON (self->direction),
                            descending ? "view-sort-descending-symbolic"
                                       : "view-sort-ascending-symbolic");
  gtk_column_view_sort_by_column (GTK_COLUMN_VIEW (self->columns),
                                  self->sort_columns[sort],
                                  descending ? GTK_SORT_DESCENDING : GTK_SORT_ASCENDING);
  self->setting = was_setting;
  mien_browse_view_ask (self);
}

/* Doubtful labels come in the order of doubt, as long as nobody chooses another one. */
static void
on_form (MienBrowseView *self)
{
  MienBrowseChoices choices;
  MienFilter chosen;

  if (self->setting)
    return;
  mien_filter_init (&chosen);
  mien_browse_filter_get (self->form, &choices);
  mien_browse_choices_filter (&choices, 0, &chosen);
  self->setting = TRUE;
  if (chosen.doubtful && !self->filter.doubtful && self->sort == MIEN_SORT_FRAME)
    mien_browse_view_set_sort (self, MIEN_SORT_DOUBT, TRUE);
  else if (!chosen.doubtful && self->filter.doubtful && self->sort == MIEN_SORT_DOUBT)
    mien_browse_view_set_sort (self, MIEN_SORT_FRAME, FALSE);
  self->setting = FALSE;
  mien_browse_view_ask (self);
}

static void
on_sort (MienBrowseView *self)
{
  if (!self->setting)
    mien_browse_view_set_sort (self, (MienSort) gtk_drop_down_get_selected (self->sorts),
                               gtk_toggle_button_get_active (self->direction));
}

static void
on_list_or_sheet (MienBrowseView *self)
{
  gboolean sheet = gtk_toggle_button_get_active (self->as_sheet);
  gboolean columns = gtk_toggle_button_get_active (self->as_columns);

  gboolean was_sheet =
      gtk_stack_get_visible_child (self->pages) == GTK_WIDGET (self->sheet);

  gtk_widget_set_sensitive (GTK_WIDGET (self->filter_button), !sheet);
  gtk_widget_set_sensitive (GTK_WIDGET (self->sorts), !sheet);
  gtk_widget_set_sensitive (GTK_WIDGET (self->direction), !sheet);
  gtk_widget_set_sensitive (GTK_WIDGET (self->search), !sheet);
  mien_browse_view_update_saved (self);
  show_page (self);
  if (sheet && self->source != NULL)
    mien_contact_sheet_open (self->sheet);
  else if (was_sheet && !sheet)
    mien_browse_view_ask (self);
  if (!sheet)
    mien_browse_view_show_list (self, columns);
}

static void
on_selected (MienBrowseView *self)
{
  show_count (self);
  mien_browse_view_update_label_actions (self);
}

void
mien_browse_view_activate (MienBrowseView *self, guint position)
{
  MienIndexRow row;

  if (position >= n_rows (self))
    return;
  mien_index_row (mien_browse_source_get_index (self->source),
                  mien_browse_model_get_row (self->model, position), &row);
  g_signal_emit (self, signals[FRAME_ACTIVATED], 0, row.frame);
}

/* ---- going to a place ---- */

/* "demo03 120": the video's name, or how it begins, then the number of the frame. */
static gint64
find_place (MienBrowseView *self, const char *text)
{
  g_auto (GStrv) words = g_strsplit_set (text, " /", -1);
  const char *video = NULL, *last = NULL;
  guint64 number = 0;

  for (guint i = 0; words[i] != NULL; i++)
    if (words[i][0] != '\0')
      {
        if (video == NULL)
          video = words[i];
        last = words[i];
      }
  if (video == NULL)
    return -1;
  if (last != video
      && !g_ascii_string_to_unsigned (last, 10, 0, G_MAXINT32, &number, NULL))
    return -1;
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; self->videos[i] != NULL; i++)
      if (pass == 0 ? g_str_equal (self->videos[i], video)
                    : g_str_has_prefix (self->videos[i], video))
        return mien_index_find_number (mien_browse_source_get_index (self->source), i,
                                       (gint64) number);
  return -1;
}

static void
on_place (MienBrowseView *self)
{
  gint64 row =
      self->videos != NULL ? find_place (self, gtk_editable_get_text (self->place)) : -1;
  guint position =
      row >= 0 ? mien_browse_model_find (self->model, (guint) row) : G_MAXUINT;

  gtk_menu_button_popdown (self->place_button);
  if (row < 0)
    g_signal_emit (self, signals[TOAST], 0, _ ("There is no such video or frame"));
  else if (position == G_MAXUINT)
    g_signal_emit (self, signals[TOAST], 0, _ ("That frame does not pass the filter"));
  else
    {
      mien_browse_view_scroll_to (self, position);
      gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), position,
                                       TRUE);
    }
}

/* ---- building ---- */

static void
on_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MienBrowseView *self = MIEN_BROWSE_VIEW (widget);

  if (g_str_equal (name, "browse.search"))
    gtk_widget_grab_focus (GTK_WIDGET (self->search));
  else if (g_str_equal (name, "browse.filter"))
    gtk_menu_button_popup (self->filter_button);
  else if (g_str_equal (name, "browse.go-to"))
    gtk_menu_button_popup (self->place_button);
  else if (g_str_equal (name, "browse.sheet"))
    /* Back is the grid: one of the group is always pressed. */
    gtk_toggle_button_set_active (
        gtk_toggle_button_get_active (self->as_sheet) ? self->as_grid : self->as_sheet,
        TRUE);
  else if (g_str_equal (name, "browse.saved"))
    mien_browse_saved_popup (self->saved);
  else if (g_str_equal (name, "browse.restore-filter"))
    mien_browse_saved_restore (self->saved);
  else if (g_str_equal (name, "browse.clear"))
    {
      gtk_editable_set_text (self->search, "");
      mien_browse_filter_clear (self->form);
    }
}

static void
name_widget (gpointer widget, const char *name)
{
  gtk_widget_set_tooltip_text (GTK_WIDGET (widget), name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  name, -1);
}

static GtkWidget *
popover_box (GtkMenuButton *button)
{
  GtkWidget *popover = gtk_popover_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  gtk_widget_add_css_class (box, "browse-popover");
  gtk_popover_set_child (GTK_POPOVER (popover), box);
  gtk_menu_button_set_popover (button, popover);
  return box;
}

/* Tooltips with the keys, which may be changed. */
static void
name_keys (MienBrowseView *self)
{
  const struct
  {
    GtkWidget *widget;
    const char *text, *id;
  } tips[] = {
    { GTK_WIDGET (self->search), _ ("Search in the names of frames"),
      "win.browse::search" },
    { GTK_WIDGET (self->filter_button), _ ("Filter"), "win.browse::filter" },
    { GTK_WIDGET (self->saved), _ ("Saved filters"), "win.browse::saved" },
    { GTK_WIDGET (self->place_button), _ ("Go to a frame"), "win.browse::go-to" },
    { GTK_WIDGET (self->as_sheet), _ ("Contact sheet"), "win.browse::sheet" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (tips); i++)
    {
      g_autofree char *tip = mien_key_layout_tooltip (tips[i].text, tips[i].id);

      gtk_widget_set_tooltip_text (tips[i].widget, tip);
    }
}

static GtkWidget *
build_filter (MienBrowseView *self)
{
  GtkWidget *box, *clear = gtk_button_new_with_mnemonic (_ ("_Clear"));

  self->filter_button = GTK_MENU_BUTTON (gtk_menu_button_new ());
  gtk_menu_button_set_use_underline (self->filter_button, TRUE);
  gtk_menu_button_set_label (self->filter_button, _ ("_Filter"));
  self->form = MIEN_BROWSE_FILTER (mien_browse_filter_new ());
  box = popover_box (self->filter_button);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->form));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (clear), "browse.clear");
  gtk_widget_set_halign (clear, GTK_ALIGN_END);
  gtk_box_append (GTK_BOX (box), clear);
  g_signal_connect_swapped (self->form, "changed", G_CALLBACK (on_form), self);
  return GTK_WIDGET (self->filter_button);
}

static GtkWidget *
build_sort (MienBrowseView *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkStringList *names = gtk_string_list_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (sort_names); i++)
    gtk_string_list_append (names, _ (sort_names[i]));
  self->sorts = GTK_DROP_DOWN (gtk_drop_down_new (G_LIST_MODEL (names), NULL));
  name_widget (self->sorts, _ ("Order"));
  self->direction = GTK_TOGGLE_BUTTON (gtk_toggle_button_new ());
  gtk_button_set_icon_name (GTK_BUTTON (self->direction), "view-sort-ascending-symbolic");
  name_widget (self->direction, _ ("Descending"));
  gtk_widget_add_css_class (box, "linked");
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->sorts));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->direction));
  g_signal_connect_swapped (self->sorts, "notify::selected", G_CALLBACK (on_sort), self);
  g_signal_connect_swapped (self->direction, "toggled", G_CALLBACK (on_sort), self);
  return box;
}

static GtkWidget *
build_modes (MienBrowseView *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  self->as_grid = GTK_TOGGLE_BUTTON (gtk_toggle_button_new ());
  self->as_columns = GTK_TOGGLE_BUTTON (gtk_toggle_button_new ());
  self->as_sheet = GTK_TOGGLE_BUTTON (gtk_toggle_button_new ());
  gtk_button_set_icon_name (GTK_BUTTON (self->as_grid), "view-grid-symbolic");
  gtk_button_set_icon_name (GTK_BUTTON (self->as_columns), "view-list-symbolic");
  gtk_button_set_icon_name (GTK_BUTTON (self->as_sheet), "object-select-symbolic");
  name_widget (self->as_grid, _ ("Grid"));
  name_widget (self->as_columns, _ ("Columns"));
  name_widget (self->as_sheet, _ ("Contact sheet"));
  gtk_toggle_button_set_group (self->as_columns, self->as_grid);
  gtk_toggle_button_set_group (self->as_sheet, self->as_grid);
  gtk_toggle_button_set_active (self->as_grid, TRUE);
  gtk_widget_add_css_class (box, "linked");
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->as_grid));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->as_columns));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->as_sheet));
  g_signal_connect_swapped (self->as_columns, "toggled", G_CALLBACK (on_list_or_sheet),
                            self);
  g_signal_connect_swapped (self->as_sheet, "toggled", G_CALLBACK (on_list_or_sheet),
                            self);
  return box;
}

static GtkWidget *
build_place (MienBrowseView *self)
{
  GtkWidget *box;

  self->place_button = GTK_MENU_BUTTON (gtk_menu_button_new ());
  gtk_menu_button_set_icon_name (self->place_button, "find-location-symbolic");
  name_widget (self->place_button, _ ("Go to a frame"));
  box = popover_box (self->place_button);
  self->place = GTK_EDITABLE (gtk_entry_new ());
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->place), _ ("video and number"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->place),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Video and number of a frame"), -1);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->place));
  g_signal_connect_swapped (self->place, "activate", G_CALLBACK (on_place), self);
  return GTK_WIDGET (self->place_button);
}

static GtkWidget *
build_label (MienBrowseView *self)
{
  g_autoptr (GMenuModel) menu = mien_browse_label_menu ();

  self->label_button = GTK_MENU_BUTTON (gtk_menu_button_new ());
  gtk_menu_button_set_use_underline (self->label_button, TRUE);
  gtk_menu_button_set_label (self->label_button, _ ("_Label"));
  gtk_menu_button_set_menu_model (self->label_button, menu);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->label_button),
                               _ ("One label for all that are selected"));
  return GTK_WIDGET (self->label_button);
}

static void
build_bar (MienBrowseView *self)
{
  GtkWidget *search = gtk_search_entry_new ();

  self->bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  gtk_widget_add_css_class (self->bar, "browse-bar");
  self->search = GTK_EDITABLE (search);
  gtk_editable_set_width_chars (self->search, 14);
  g_object_set (search, "placeholder-text", _ ("Video or number"), NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (search), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Search in the names of frames"), -1);
  self->count = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_ellipsize (self->count, PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (self->count, 1.0f);
  gtk_widget_set_hexpand (GTK_WIDGET (self->count), TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self->count), "dim-label");
  gtk_widget_add_css_class (GTK_WIDGET (self->count), "numeric");

  gtk_box_append (GTK_BOX (self->bar), search);
  gtk_box_append (GTK_BOX (self->bar), build_filter (self));
  gtk_box_append (GTK_BOX (self->bar), build_sort (self));
  gtk_box_append (GTK_BOX (self->bar), mien_browse_view_build_saved (self));
  gtk_box_append (GTK_BOX (self->bar), build_place (self));
  gtk_box_append (GTK_BOX (self->bar), build_modes (self));
  gtk_box_append (GTK_BOX (self->bar), GTK_WIDGET (self->count));
  gtk_box_append (GTK_BOX (self->bar), build_label (self));
  g_signal_connect_swapped (search, "search-changed", G_CALLBACK (on_search), self);
  name_keys (self);
  g_signal_connect_object (mien_key_layout_get_default (), "changed",
                           G_CALLBACK (name_keys), self, G_CONNECT_SWAPPED);
}

static GtkWidget *
build_loading (MienBrowseView *self)
{
  GtkWidget *spinner = gtk_spinner_new ();

  self->spinner = GTK_SPINNER (spinner);
  gtk_widget_set_size_request (spinner, 32, 32);
  gtk_widget_set_halign (spinner, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (spinner, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (spinner), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Reading the frames"), -1);
  return spinner;
}

static GtkWidget *
build_empty (MienBrowseView *self)
{
  GtkWidget *clear = gtk_button_new_with_mnemonic (_ ("_Clear the Filter"));

  self->status = adw_status_page_new ();
  adw_status_page_set_icon_name (ADW_STATUS_PAGE (self->status), "edit-find-symbolic");
  gtk_widget_set_halign (clear, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (clear, "pill");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (clear), "browse.clear");
  adw_status_page_set_child (ADW_STATUS_PAGE (self->status), clear);
  return self->status;
}

static void
forward_toast (MienBrowseView *self, const char *text)
{
  g_signal_emit (self, signals[TOAST], 0, text);
}

static void
forward_decided (MienBrowseView *self, const char *text)
{
  g_signal_emit (self, signals[DECIDED], 0, text);
}

static void
build_pages (MienBrowseView *self)
{
  self->pages = GTK_STACK (gtk_stack_new ());
  self->lists = GTK_STACK (gtk_stack_new ());
  self->sheet = MIEN_CONTACT_SHEET (mien_contact_sheet_new ());
  mien_browse_view_build_lists (self);
  gtk_widget_set_vexpand (GTK_WIDGET (self->pages), TRUE);
  gtk_stack_add_named (self->pages, build_loading (self), "loading");
  gtk_stack_add_named (self->pages, GTK_WIDGET (self->lists), "lists");
  gtk_stack_add_named (self->pages, build_empty (self), "empty");
  gtk_stack_add_named (self->pages, GTK_WIDGET (self->sheet), "sheet");
  g_signal_connect_swapped (self->sheet, "toast", G_CALLBACK (forward_toast), self);
  g_signal_connect_swapped (self->sheet, "decided", G_CALLBACK (forward_decided), self);
}

/* ---- the project ---- */

/* The index is read now. */
static void
begin (MienBrowseView *self)
{
  if (self->project == NULL || self->source != NULL
      || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  self->source = mien_browse_source_new (self->project);
  g_signal_connect_object (self->source, "changed", G_CALLBACK (on_changed), self,
                           G_CONNECT_SWAPPED);
  mien_contact_sheet_set_project (self->sheet, self->project, self->source);
  mien_browse_saved_set_project (self->saved, self->project);
  show_child (self, "loading");
  mien_browse_view_ask (self);
}

void
mien_browse_view_set_project (MienBrowseView *self, MienProject *project)
{
  g_cancellable_cancel (self->asking);
  g_clear_object (&self->asking);
  mien_contact_sheet_set_project (self->sheet, NULL, NULL);
  mien_browse_saved_set_project (self->saved, NULL);
  mien_browse_model_set_rows (self->model, NULL);
  if (self->source != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->source, self);
      mien_browse_source_close (self->source);
    }
  g_clear_object (&self->source);
  g_clear_pointer (&self->videos, g_strfreev);
  g_clear_pointer (&self->annotators, g_strfreev);
  mien_browse_view_update_saved (self);
  g_set_object (&self->project, project);
  begin (self);
}

static void
mien_browse_view_map (GtkWidget *widget)
{
  MienBrowseView *self = MIEN_BROWSE_VIEW (widget);

  GTK_WIDGET_CLASS (mien_browse_view_parent_class)->map (widget);
  begin (self);
}

static gboolean
has_focus_inside (GtkWidget *widget)
{
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  return focus != NULL && (focus == widget || gtk_widget_is_ancestor (focus, widget));
}

/* In GTK 4.8 Tab goes from one item of a list to the next: out of millions, never. Here
 * the list is one stop, between the bar and what follows, and arrows move in it. */
static gboolean
mien_browse_view_focus (GtkWidget *widget, GtkDirectionType direction)
{
  MienBrowseView *self = MIEN_BROWSE_VIEW (widget);
  GtkWidget *pages = GTK_WIDGET (self->pages);
  gboolean in_bar = has_focus_inside (self->bar), in_pages = has_focus_inside (pages);
  gboolean in_list = has_focus_inside (GTK_WIDGET (self->lists));

  if (direction != GTK_DIR_TAB_FORWARD && direction != GTK_DIR_TAB_BACKWARD)
    return GTK_WIDGET_CLASS (mien_browse_view_parent_class)->focus (widget, direction);
  /* Where it was when the focus was here last does not count. */
  if (!in_bar)
    gtk_widget_set_focus_child (self->bar, NULL);
  if (direction == GTK_DIR_TAB_FORWARD)
    return (!in_pages && gtk_widget_child_focus (self->bar, direction))
           || (!in_list && gtk_widget_child_focus (pages, direction));
  return (!in_bar && !in_list && gtk_widget_child_focus (pages, direction))
         || gtk_widget_child_focus (self->bar, direction);
}

static gboolean
mien_browse_view_grab_focus (GtkWidget *widget)
{
  MienBrowseView *self = MIEN_BROWSE_VIEW (widget);

  /* Nothing takes it while the frames are read; they get it when they are there. */
  self->wants_focus = !gtk_widget_child_focus (gtk_stack_get_visible_child (self->pages),
                                               GTK_DIR_TAB_FORWARD);
  return TRUE;
}

static void
mien_browse_view_dispose (GObject *object)
{
  MienBrowseView *self = MIEN_BROWSE_VIEW (object);
  GtkWidget *box = gtk_widget_get_first_child (GTK_WIDGET (self));

  if (box != NULL)
    mien_browse_view_set_project (self, NULL);
  g_clear_handle_id (&self->fit_source, g_source_remove);
  g_clear_pointer (&box, gtk_widget_unparent);
  G_OBJECT_CLASS (mien_browse_view_parent_class)->dispose (object);
}

static void
mien_browse_view_finalize (GObject *object)
{
  MienBrowseView *self = MIEN_BROWSE_VIEW (object);

  g_signal_handlers_disconnect_by_data (self->selection, self);
  g_object_unref (self->selection);
  mien_filter_clear (&self->filter);
  G_OBJECT_CLASS (mien_browse_view_parent_class)->finalize (object);
}

static void
mien_browse_view_class_init (MienBrowseViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  static const char *const actions[] = { "browse.search",        "browse.filter",
                                         "browse.go-to",         "browse.sheet",
                                         "browse.clear",         "browse.saved",
                                         "browse.restore-filter" };

  G_OBJECT_CLASS (klass)->dispose = mien_browse_view_dispose;
  G_OBJECT_CLASS (klass)->finalize = mien_browse_view_finalize;
  widget_class->map = mien_browse_view_map;
  widget_class->focus = mien_browse_view_focus;
  widget_class->grab_focus = mien_browse_view_grab_focus;
  signals[FRAME_ACTIVATED] =
      g_signal_new ("frame-activated", MIEN_TYPE_BROWSE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL,
                    NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT64);
  signals[TOAST] = g_signal_new ("toast", MIEN_TYPE_BROWSE_VIEW, G_SIGNAL_RUN_LAST, 0,
                                 NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[DECIDED] = g_signal_new ("decided", MIEN_TYPE_BROWSE_VIEW, G_SIGNAL_RUN_LAST, 0,
                                   NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[REMOVED] = g_signal_new ("removed", MIEN_TYPE_BROWSE_VIEW, G_SIGNAL_RUN_LAST, 0,
                                   NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i], NULL, on_action);
  mien_browse_view_install_label_actions (widget_class);
  gtk_widget_class_set_css_name (widget_class, "browse-view");
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
mien_browse_view_init (MienBrowseView *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  mien_filter_init (&self->filter);
  self->model = mien_browse_model_new ();
  self->selection = mien_bitset_selection_new (G_LIST_MODEL (self->model));
  build_bar (self);
  build_pages (self);
  gtk_box_append (GTK_BOX (box), self->bar);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->pages));
  gtk_widget_set_parent (box, GTK_WIDGET (self));
  g_signal_connect_swapped (self->selection, "selection-changed",
                            G_CALLBACK (on_selected), self);
  g_signal_connect_swapped (self->selection, "items-changed", G_CALLBACK (on_selected),
                            self);
  mien_browse_view_update_label_actions (self);
}

GtkWidget *
mien_browse_view_new (void)
{
  return g_object_new (MIEN_TYPE_BROWSE_VIEW, NULL);
}
