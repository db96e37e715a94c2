/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A walk over every view and dialog: whatever can have the focus says what it is and is
 * named; Tab reaches all of it, or an arrow key from what Tab reaches; Tab and Shift+Tab
 * come round again and are trapped nowhere.
 */
#include "config.h"

#include "mien-export-dialog.h"
#include "mien-import-dialog.h"
#include "mien-new-dialog.h"
#include "mien-test-project.h"
#include "mien-training-dialog.h"
#include "mien-window.h"

enum
{
  FRAMES = 48,
  MOST_STEPS = 400,
};

static MienApplication *application;

/* ---- names ---- */

static gboolean
has_text (GtkWidget *widget)
{
  if (GTK_IS_LABEL (widget) && gtk_label_get_text (GTK_LABEL (widget))[0] != '\0')
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (has_text (child))
      return TRUE;
  return FALSE;
}

/* Roles that are called by what stands in them. */
static gboolean
is_named_by_content (GtkWidget *widget)
{
  switch (gtk_accessible_get_accessible_role (GTK_ACCESSIBLE (widget)))
    {
    case GTK_ACCESSIBLE_ROLE_BUTTON:
    case GTK_ACCESSIBLE_ROLE_CHECKBOX:
    case GTK_ACCESSIBLE_ROLE_LABEL:
    case GTK_ACCESSIBLE_ROLE_LINK:
    case GTK_ACCESSIBLE_ROLE_LIST_ITEM:
    case GTK_ACCESSIBLE_ROLE_OPTION:
    case GTK_ACCESSIBLE_ROLE_RADIO:
    case GTK_ACCESSIBLE_ROLE_ROW:
    case GTK_ACCESSIBLE_ROLE_TAB:
    case GTK_ACCESSIBLE_ROLE_WINDOW:
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
is_named (GtkWidget *widget)
{
  GtkAccessible *accessible = GTK_ACCESSIBLE (widget);

  if (gtk_test_accessible_has_property (accessible, GTK_ACCESSIBLE_PROPERTY_LABEL)
      || gtk_test_accessible_has_relation (accessible,
                                           GTK_ACCESSIBLE_RELATION_LABELLED_BY))
    return TRUE;
  return is_named_by_content (widget) && has_text (widget);
}

/* The parts of GTK's own widgets are called as the whole is. */
static gboolean
is_part (GtkWidget *widget)
{
  GtkWidget *parent = gtk_widget_get_parent (widget);
  GtkWidget *row = gtk_widget_get_ancestor (widget, ADW_TYPE_COMBO_ROW);
  GtkWidget *drop_down = gtk_widget_get_ancestor (widget, GTK_TYPE_DROP_DOWN);

  return GTK_IS_TEXT (widget) || (row != NULL && row != widget)
         || (drop_down != NULL && drop_down != widget)
         || (parent != NULL && ADW_IS_STATUS_PAGE (parent))
         || (parent != NULL
             && (GTK_IS_MENU_BUTTON (parent) || GTK_IS_SPIN_BUTTON (parent)));
}

static gboolean
can_have_focus (GtkWidget *widget)
{
  return gtk_widget_get_mapped (widget) && gtk_widget_is_sensitive (widget)
         && gtk_widget_get_focusable (widget) && gtk_widget_get_can_focus (widget);
}

static char *
describe (GtkWidget *widget)
{
  g_autoptr (GString) path = g_string_new (NULL);

  for (GtkWidget *w = widget; w != NULL; w = gtk_widget_get_parent (w))
    g_string_append_printf (path, "%s%s", w == widget ? "" : " in ",
                            G_OBJECT_TYPE_NAME (w));
  return g_string_free (g_steal_pointer (&path), FALSE);
}

static void
collect (GtkWidget *widget, GPtrArray *all)
{
  if (!gtk_widget_get_mapped (widget) || GTK_IS_POPOVER (widget))
    return;
  if (can_have_focus (widget))
    g_ptr_array_add (all, widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    collect (child, all);
}

/* ---- the walk ---- */

static GtkWidget *
focus_of (GtkWidget *window)
{
  return gtk_root_get_focus (GTK_ROOT (window));
}

/* Round once in that direction; every widget that has had the focus is added. */
static void
go_round (GtkWidget *window, GtkDirectionType direction, GHashTable *reached)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  GtkWidget *first, *at = NULL;
  guint steps = 0;

  gtk_window_set_focus (GTK_WINDOW (window), NULL);
  gtk_widget_child_focus (window, direction);
  first = focus_of (window);
  g_assert_nonnull (first);
  do
    {
      at = focus_of (window);
      g_hash_table_add (seen, at);
      g_hash_table_add (reached, at);
      gtk_widget_child_focus (window, direction);
      if (focus_of (window) != first && g_hash_table_contains (seen, focus_of (window)))
        {
          g_autofree char *name = describe (focus_of (window));

          g_error ("%s is a trap", name);
        }
    }
  while (focus_of (window) != first && ++steps < MOST_STEPS);
  g_assert_cmpuint (steps, <, MOST_STEPS);
}

/* From what is reached by Tab, as far as the arrows go. */
static void
go_by_arrows (GtkWidget *window, GHashTable *reached)
{
  static const GtkDirectionType arrows[] = { GTK_DIR_UP, GTK_DIR_DOWN, GTK_DIR_LEFT,
                                             GTK_DIR_RIGHT };
  g_autoptr (GList) queue = g_hash_table_get_keys (reached);

  while (queue != NULL)
    {
      GtkWidget *from = queue->data;

      queue = g_list_delete_link (queue, queue);
      for (guint i = 0; i < G_N_ELEMENTS (arrows); i++)
        {
          GtkWidget *to;

          gtk_widget_grab_focus (from);
          gtk_widget_child_focus (window, arrows[i]);
          to = focus_of (window);
          if (to != NULL && g_hash_table_add (reached, to))
            queue = g_list_prepend (queue, to);
        }
    }
}

/* An entry's focus is in its text, a list's in its rows. */
static gboolean
is_reached (GtkWidget *widget, GHashTable *reached)
{
  GHashTableIter iter;
  gpointer at;

  if (g_hash_table_contains (reached, widget))
    return TRUE;
  g_hash_table_iter_init (&iter, reached);
  while (g_hash_table_iter_next (&iter, &at, NULL))
    if (gtk_widget_is_ancestor (at, widget)
        && (is_part (at) || GTK_IS_LIST_BOX (widget) || GTK_IS_GRID_VIEW (widget)))
      return TRUE;
  return FALSE;
}

static const char *
what_is_wrong (GtkWidget *widget, GHashTable *forth, GHashTable *back)
{
  GtkAccessibleRole role = gtk_accessible_get_accessible_role (GTK_ACCESSIBLE (widget));
  /* It takes the focus only where nothing in it does. */
  gboolean scrolls = GTK_IS_SCROLLED_WINDOW (widget);

  if (is_part (widget) || (scrolls && !g_hash_table_contains (forth, widget)))
    return NULL;
  if (role == GTK_ACCESSIBLE_ROLE_WIDGET || role == GTK_ACCESSIBLE_ROLE_GENERIC
      || role == GTK_ACCESSIBLE_ROLE_NONE)
    return "has no role";
  if (!is_named (widget))
    return "has no name";
  if (!scrolls && !is_reached (widget, forth))
    return "is not reached by Tab";
  if (!scrolls && !is_reached (widget, back))
    return "is not reached by Shift+Tab";
  return NULL;
}

static void
check (GtkWidget *window, const char *where)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  g_autoptr (GHashTable) forth = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) back = g_hash_table_new (NULL, NULL);
  guint bad = 0;

  collect (window, all);
  g_assert_cmpuint (all->len, >, 2);
  go_round (window, GTK_DIR_TAB_FORWARD, forth);
  go_round (window, GTK_DIR_TAB_BACKWARD, back);
  go_by_arrows (window, forth);
  go_by_arrows (window, back);
  for (guint i = 0; i < all->len; i++)
    {
      GtkWidget *widget = all->pdata[i];
      g_autofree char *name = describe (widget);
      const char *wrong = widget == window ? NULL : what_is_wrong (widget, forth, back);

      if (wrong == NULL)
        continue;
      g_test_message ("%s: %s %s", where, name, wrong);
      bad++;
    }
  g_test_message ("%s: %u widgets can have the focus", where, all->len);
  if (bad > 0)
    g_test_fail ();
}

/* ---- views and dialogs ---- */

static gboolean
is_mapped (GtkWidget *widget, const char *type)
{
  if (g_str_equal (G_OBJECT_TYPE_NAME (widget), type) && gtk_widget_get_mapped (widget))
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (is_mapped (child, type))
      return TRUE;
  return FALSE;
}

static void
rest (void)
{
  gint64 until = g_get_monotonic_time () + G_USEC_PER_SEC / 2;

  mien_test_wait (g_get_monotonic_time () > until);
}

static GtkWidget *
open_window (MienTestPlace *place, guint frames)
{
  GtkWidget *window;

  mien_test_place_init (place, frames);
  mien_application_open_path (application, place->path, NULL);
  window = GTK_WIDGET (gtk_application_get_active_window (GTK_APPLICATION (application)));
  mien_test_wait (is_mapped (window, "MienReviewView"));
  rest ();
  return window;
}

static void
close_window (GtkWidget *window)
{
  gpointer gone = window;

  g_object_add_weak_pointer (G_OBJECT (window), &gone);
  gtk_window_destroy (GTK_WINDOW (window));
  mien_test_wait (gone == NULL);
}

static void
test_start (void)
{
  GtkWidget *window = GTK_WIDGET (mien_window_new (application));

  gtk_window_present (GTK_WINDOW (window));
  rest ();
  check (window, "start page");
  close_window (window);
}

static void
test_views (gconstpointer frames)
{
  MienTestPlace place;
  GtkWidget *window = open_window (&place, GPOINTER_TO_UINT (frames));
  g_autoptr (GBytes) bytes = g_resources_lookup_data ("/org/mien/Mien/mien-window.ui",
                                                      G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  g_autoptr (GRegex) regex =
      g_regex_new ("AdwViewStackPage\">\\s*<property name=\"name\">(\\w+)<", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  guint n = 0;

  /* Whatever views there are. */
  g_regex_match_full (regex, g_bytes_get_data (bytes, NULL),
                      (gssize) g_bytes_get_size (bytes), 0, 0, &match, NULL);
  for (; g_match_info_matches (match); g_match_info_next (match, NULL))
    {
      g_autofree char *view = g_match_info_fetch (match, 1);

      gtk_widget_activate_action (window, "win.show-view", "s", view);
      rest ();
      check (window, view);
      n++;
    }
  g_assert_cmpuint (n, >=, 2);
  close_window (window);
  mien_test_place_clear (&place);
}

static void
test_annotator (void)
{
  MienTestPlace place;
  GtkWidget *window = open_window (&place, 0);
  g_autoptr (GList) all = NULL;

  gtk_widget_activate_action (window, "win.annotator", NULL);
  rest ();
  all = gtk_window_list_toplevels ();
  for (GList *l = all; l != NULL; l = l->next)
    if (ADW_IS_MESSAGE_DIALOG (l->data))
      check (l->data, "annotator");
  close_window (window);
  mien_test_place_clear (&place);
}

static void
test_dialogs (void)
{
  g_autoptr (MienJobRunner) runner = mien_job_runner_new ("/p.mien", NULL);
  struct
  {
    const char *name;
    GtkWidget *dialog;
  } dialogs[] = {
    { "new", mien_new_dialog_new (NULL) },
    { "import", mien_import_dialog_new (NULL, runner, "/p.mien") },
    { "export", mien_export_dialog_new (NULL, runner, "/p.mien") },
    { "training", mien_training_dialog_new (NULL, runner, "/p.mien") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (dialogs); i++)
    {
      gtk_window_present (GTK_WINDOW (dialogs[i].dialog));
      rest ();
      check (dialogs[i].dialog, dialogs[i].name);
      gtk_window_destroy (GTK_WINDOW (dialogs[i].dialog));
    }
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  application = MIEN_APPLICATION (mien_application_new ());
  g_application_set_flags (G_APPLICATION (application), G_APPLICATION_NON_UNIQUE);
  g_application_register (G_APPLICATION (application), NULL, NULL);
  g_test_add_func ("/accessibility/start", test_start);
  g_test_add_data_func ("/accessibility/views", GUINT_TO_POINTER (FRAMES), test_views);
  g_test_add_data_func ("/accessibility/empty", GUINT_TO_POINTER (0), test_views);
  g_test_add_func ("/accessibility/annotator", test_annotator);
  g_test_add_func ("/accessibility/dialogs", test_dialogs);
  return g_test_run ();
}
