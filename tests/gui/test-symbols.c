/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The symbols: the icon theme finds each, each draws something, takes the colour it is
 * given, and looks like no other; expressions and units are described, and their buttons
 * show the one and say the other.
 */
#include "config.h"

#include <adwaita.h>
#include <string.h>

#include "mien-answer-button.h"
#include "mien-application.h"
#include "mien-facs.h"
#include "mien-test-project.h"
#include "mien-types.h"

enum
{
  SIZE = 16,
  LARGE = 96,
};

static const char *const views[] = { "mien-review-symbolic", "mien-browse-symbolic",
                                     "mien-insights-symbolic", "mien-models-symbolic" };

static GtkIconTheme *
theme (void)
{
  return gtk_icon_theme_get_for_display (gdk_display_get_default ());
}

/* The symbol's pixels in that colour: size x size of 4 bytes, premultiplied, in the order
 * blue, green, red, alpha of a little-endian machine. */
static guchar *
draw (const char *name, int size, const GdkRGBA *color)
{
  g_autoptr (GtkIconPaintable) icon = gtk_icon_theme_lookup_icon (
      theme (), name, NULL, size, 1, GTK_TEXT_DIR_LTR, GTK_ICON_LOOKUP_FORCE_SYMBOLIC);
  g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderer) renderer = gsk_cairo_renderer_new ();
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  guchar *pixels = g_malloc0_n ((gsize) size * (gsize) size, 4);

  g_assert_true (gtk_icon_paintable_is_symbolic (icon));
  gtk_symbolic_paintable_snapshot_symbolic (GTK_SYMBOLIC_PAINTABLE (icon), snapshot, size,
                                            size, color, 1);
  node = gtk_snapshot_to_node (snapshot);
  g_assert_nonnull (node);
  g_assert_true (gsk_renderer_realize (renderer, NULL, NULL));
  texture = gsk_renderer_render_texture (
      renderer, node, &GRAPHENE_RECT_INIT (0, 0, (float) size, (float) size));
  gdk_texture_download (texture, pixels, (gsize) size * 4);
  gsk_renderer_unrealize (renderer);
  return pixels;
}

static const char *
name_of (guint i)
{
  if (i < MIEN_EXPRESSION_COUNT)
    return mien_facs_expression (i).icon;
  i -= MIEN_EXPRESSION_COUNT;
  return i < MIEN_UNIT_COUNT ? mien_facs_unit (i).icon : views[i - MIEN_UNIT_COUNT];
}

enum
{
  N_SYMBOLS = MIEN_EXPRESSION_COUNT + MIEN_UNIT_COUNT + G_N_ELEMENTS (views),
};

/* Drawn with a colour, it is that colour and no other wherever it is opaque. */
static void
check_color (const char *name, int size)
{
  const GdkRGBA red = { 1, 0, 0, 1 }, blue = { 0, 0, 1, 1 };
  g_autofree guchar *in_red = draw (name, size, &red);
  g_autofree guchar *in_blue = draw (name, size, &blue);
  guint solid = 0;

  for (gsize i = 0; i < (gsize) size * (gsize) size; i++)
    {
      const guchar *r = in_red + 4 * i, *b = in_blue + 4 * i;

      g_assert_cmpuint (r[3], ==, b[3]);
      solid += r[3] > 128;
      if (r[3] < 32)
        continue;
      g_assert_cmpuint (r[2], >, r[3] - 16);
      g_assert_cmpuint (r[0] + r[1], <, 16);
      g_assert_cmpuint (b[0], >, b[3] - 16);
      g_assert_cmpuint (b[1] + b[2], <, 16);
    }
  /* Something is seen, and it is no blot. */
  g_assert_cmpuint (solid, >, (guint) (size * size) / 50);
  g_assert_cmpuint (solid, <, (guint) (size * size) * 3 / 4);
}

static void
test_found (void)
{
  for (guint i = 0; i < N_SYMBOLS; i++)
    {
      g_test_message ("%s", name_of (i));
      g_assert_true (gtk_icon_theme_has_icon (theme (), name_of (i)));
      check_color (name_of (i), SIZE);
      check_color (name_of (i), LARGE);
    }
}

/* At the smallest size, any two differ in a tenth of what is drawn or more. */
static void
test_apart (void)
{
  const GdkRGBA black = { 0, 0, 0, 1 };
  guchar *drawn[N_SYMBOLS];

  for (guint i = 0; i < N_SYMBOLS; i++)
    drawn[i] = draw (name_of (i), SIZE, &black);
  for (guint i = 0; i < N_SYMBOLS; i++)
    for (guint k = 0; k < i; k++)
      {
        guint differs = 0, inked = 0;

        for (guint p = 3; p < SIZE * SIZE * 4; p += 4)
          {
            differs += (guint) ABS (drawn[i][p] - drawn[k][p]);
            inked += MAX (drawn[i][p], drawn[k][p]);
          }
        g_test_message ("%s, %s: %u of %u", name_of (i), name_of (k), differs, inked);
        g_assert_cmpuint (differs * 10, >, inked);
      }
  for (guint i = 0; i < N_SYMBOLS; i++)
    g_free (drawn[i]);
}

static void
check_described (const MienFacs *facs, GHashTable *seen)
{
  g_assert_nonnull (facs->description);
  g_assert_true (g_str_has_suffix (facs->description, "."));
  g_assert_cmpuint (strlen (facs->description), >, 40);
  g_assert_cmpuint (strlen (facs->description), <, 200);
  g_assert_true (g_hash_table_add (seen, (gpointer) facs->description));
  g_assert_true (g_hash_table_add (seen, (gpointer) facs->icon));
}

static void
test_described (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    {
      MienFacs facs = mien_facs_expression (i);
      g_autofree char *name = g_ascii_strdown (mien_expression_name (i), -1);
      g_autofree char *icon = g_strdup_printf ("mien-%s-symbolic", name);

      check_described (&facs, seen);
      g_assert_cmpstr (facs.icon, ==, icon);
    }
  for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
    {
      MienFacs facs = mien_facs_unit (i);
      g_autofree char *icon =
          g_strdup_printf ("mien-au%u-symbolic", mien_unit_number (i));

      check_described (&facs, seen);
      g_assert_cmpstr (facs.icon, ==, icon);
      g_assert_nonnull (facs.made_of);
    }
}

/* ---- the buttons ---- */

static GtkWidget *
find (GtkWidget *widget, GType type)
{
  GtkWidget *found = G_TYPE_CHECK_INSTANCE_TYPE (widget, type) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget);
       child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = find (child, type);
  return found;
}

/* Any label in it. */
static gboolean
says (GtkWidget *widget, const char *text)
{
  gboolean found = GTK_IS_LABEL (widget)
                   && strstr (gtk_label_get_text (GTK_LABEL (widget)), text) != NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && !found;
       child = gtk_widget_get_next_sibling (child))
    found = says (child, text);
  return found;
}

static void
check_button (GtkWidget *button, MienFacs facs)
{
  GtkWidget *symbol = find (button, GTK_TYPE_IMAGE);

  g_object_ref_sink (button);
  g_assert_cmpstr (gtk_image_get_icon_name (GTK_IMAGE (symbol)), ==, facs.icon);
  gtk_test_accessible_assert_role (symbol, GTK_ACCESSIBLE_ROLE_PRESENTATION);
  gtk_test_accessible_assert_property (button, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                       facs.description);
  g_assert_true (gtk_widget_get_has_tooltip (button));
  g_assert_finalize_object (button);
}

static void
test_buttons (void)
{
  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    check_button (mien_answer_button_new_expression (i), mien_facs_expression (i));
  for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
    check_button (mien_answer_button_new_unit (i), mien_facs_unit (i));
}

/* What the tooltip says, for the keyboard. */
static void
test_explained (void)
{
  const guint puller = 6;
  GtkWidget *window = gtk_window_new ();
  GtkWidget *button = mien_answer_button_new_unit (puller), *popover;

  gtk_window_set_child (GTK_WINDOW (window), button);
  mien_answer_button_set_key (MIEN_ANSWER_BUTTON (button), "A");
  gtk_window_present (GTK_WINDOW (window));
  mien_test_wait (gtk_widget_get_mapped (button));
  g_assert_true (gtk_widget_activate_action (button, "answer.explain", NULL));
  popover = find (button, GTK_TYPE_POPOVER);
  g_assert_nonnull (popover);
  mien_test_wait (gtk_widget_get_mapped (popover));
  g_assert_true (says (popover, "AU12 Lip corner puller"));
  g_assert_true (says (popover, "Zygomaticus major"));
  g_assert_true (says (popover, mien_facs_unit (puller).description));
  g_assert_true (says (popover, "Key: A"));

  /* The key is gone: so is what was said of it. */
  mien_answer_button_set_key (MIEN_ANSWER_BUTTON (button), NULL);
  g_assert_null (find (button, GTK_TYPE_POPOVER));
  g_assert_true (gtk_widget_activate_action (button, "answer.explain", NULL));
  g_assert_false (says (find (button, GTK_TYPE_POPOVER), "Key"));

  /* With its popover open. */
  g_object_add_weak_pointer (G_OBJECT (button), (gpointer *) &button);
  gtk_window_destroy (GTK_WINDOW (window));
  mien_test_wait (button == NULL);
}

/* Every symbol that a template names. */
static void
test_templates (void)
{
  g_auto (GStrv) files = g_resources_enumerate_children (
      "/org/mien/Mien", G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  g_autoptr (GRegex) regex = g_regex_new ("icon-name\">([^<]+)<", 0, 0, NULL);
  guint n = 0;

  for (guint i = 0; files[i] != NULL; i++)
    {
      g_autofree char *path = g_strconcat ("/org/mien/Mien/", files[i], NULL);
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (GMatchInfo) match = NULL;

      if (!g_str_has_suffix (path, ".ui"))
        continue;
      bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
      g_regex_match_full (regex, g_bytes_get_data (bytes, NULL),
                          (gssize) g_bytes_get_size (bytes), 0, 0, &match, NULL);
      for (; g_match_info_matches (match); g_match_info_next (match, NULL), n++)
        {
          g_autofree char *name = g_match_info_fetch (match, 1);

          g_test_message ("%s: %s", files[i], name);
          g_assert_true (gtk_icon_theme_has_icon (theme (), name));
        }
    }
  g_assert_cmpuint (n, >, 4);
}

int
main (int argc, char **argv)
{
  g_autoptr (GApplication) application = NULL;

  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  /* It is the application that makes the icon theme look into the resources. */
  application = mien_application_new ();
  g_application_set_flags (application, G_APPLICATION_NON_UNIQUE);
  g_application_register (application, NULL, NULL);
  g_test_add_func ("/symbols/described", test_described);
  g_test_add_func ("/symbols/found", test_found);
  g_test_add_func ("/symbols/apart", test_apart);
  g_test_add_func ("/symbols/buttons", test_buttons);
  g_test_add_func ("/symbols/explained", test_explained);
  g_test_add_func ("/symbols/templates", test_templates);
  return g_test_run ();
}
