/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The side bar. It informs; the two things that can be pressed are the pictures of the
 * last decisions and the button for what is needed next.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-review-side.h"

#include "mien-key-layout.h"
#include "mien-review-style.h"

#include <glib/gi18n.h>

enum
{
  N_RECENT = 4,
  RECENT_SIZE = 46,
};

static const struct
{
  const char *id, *title, *why;
} reasons[] = {
  { "uncertain", N_ ("Uncertain"), N_ ("under the model's threshold") },
  { "rare", N_ ("Rare"), N_ ("the model seldom says this") },
  { "diverse", N_ ("Diverse"), N_ ("unlike what has labels") },
  { "random", N_ ("Random"), N_ ("whatever the model says") },
  { "disagreement", N_ ("Disagreement"), N_ ("annotators gave other answers") },
  { "unlabelled", N_ ("Unlabelled"), N_ ("the model has not read them") },
  { "validation", N_ ("Validation"), N_ ("asked without a suggestion") },
};

struct _MienReviewSide
{
  GtkWidget parent_instance;

  GtkWidget *left, *reasons, *need_box, *need_text, *need_button;
  GtkWidget *decisions, *median, *recent_box, *recent, *takes_back;
  GtkWidget *rows[G_N_ELEMENTS (reasons)];
  GtkWidget *thumbnails[N_RECENT];
  gint64 frames[N_RECENT];
  const char *need;
};

enum
{
  FRAME_ACTIVATED,
  NEED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MienReviewSide, mien_review_side, GTK_TYPE_WIDGET)

/* ---- showing ---- */

void
mien_review_side_show_summary (MienReviewSide *self, const MienProjectSummary *summary)
{
  /* Grouped as the locale does. */
  g_autofree char *queue = g_strdup_printf ("%'" G_GUINT64_FORMAT, summary->status.queue);
  g_autofree char *decisions =
      g_strdup_printf ("%'" G_GUINT64_FORMAT, summary->decisions_today);
  /* Translators: how many answers are left to give. */
  g_autofree char *left = g_strdup_printf (_ ("%s left"), queue);
  g_autofree char *median = NULL;

  mien_review_set_text (self->left, left);
  mien_review_set_text (self->decisions, decisions);
  median = summary->median_duration_us < 0
               ? g_strdup ("–")
               : g_strdup_printf (_ ("%.1f s"),
                                  (double) summary->median_duration_us / G_USEC_PER_SEC);
  mien_review_set_text (self->median, median);
}

void
mien_review_side_show_reason (MienReviewSide *self, const char *reason)
{
  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    mien_review_set_class (self->rows[i], "current",
                           g_strcmp0 (reason, reasons[i].id) == 0);
}

void
mien_review_side_show_recent (MienReviewSide *self, const GPtrArray *recent)
{
  for (guint i = 0; i < N_RECENT; i++)
    {
      const MienReviewRecent *one =
          i < recent->len ? g_ptr_array_index (recent, i) : NULL;
      GtkWidget *button = self->thumbnails[i];
      g_autofree char *text = NULL;

      gtk_widget_set_visible (button, one != NULL);
      if (one == NULL)
        continue;
      text = g_strdup_printf ("%s\n%s", one->key, one->text);
      self->frames[i] = one->frame;
      gtk_picture_set_paintable (GTK_PICTURE (gtk_button_get_child (GTK_BUTTON (button))),
                                 one->texture != NULL ? GDK_PAINTABLE (one->texture)
                                                      : NULL);
      mien_review_set_tip (button, text);
      gtk_accessible_update_property (GTK_ACCESSIBLE (button),
                                      GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
    }
  gtk_widget_set_visible (self->recent_box, recent->len > 0);
  if (recent->len > 0)
    {
      const MienReviewRecent *last = g_ptr_array_index (recent, 0);
      g_autofree char *key = mien_key_layout_label ("win.undo");
      g_autofree char *text =
          key != NULL
              /* Translators: a key, a frame, and what was decided of it. */
              ? g_strdup_printf (_ ("%s takes back %s: %s"), key, last->key, last->text)
              : g_strdup_printf (_ ("Undo takes back %s: %s"), last->key, last->text);

      mien_review_set_text (self->takes_back, text);
    }
}

void
mien_review_side_show_need (MienReviewSide *self, const char *need)
{
  self->need = need == NULL ? NULL : g_intern_string (need);
  gtk_widget_set_visible (self->need_box, need != NULL);
  if (g_strcmp0 (need, "train") == 0)
    {
      mien_review_set_text (self->need_text,
                            _ ("No model yet, so nothing is suggested. Faces without a "
                               "label are asked one after the other."));
      gtk_button_set_label (GTK_BUTTON (self->need_button), _ ("Train a Model"));
    }
  else if (g_strcmp0 (need, "propose") == 0)
    {
      mien_review_set_text (
          self->need_text,
          _ ("The model in use has not read this face, so it suggests nothing."));
      gtk_button_set_label (GTK_BUTTON (self->need_button), _ ("Let It Propose"));
    }
}

/* ---- building ---- */

static void
on_need (MienReviewSide *self)
{
  if (self->need != NULL)
    g_signal_emit (self, signals[NEED], 0, self->need);
}

static void
on_thumbnail (GtkWidget *button, MienReviewSide *self)
{
  for (guint i = 0; i < N_RECENT; i++)
    if (button == self->thumbnails[i])
      g_signal_emit (self, signals[FRAME_ACTIVATED], 0, self->frames[i]);
}

static void
add_reason (MienReviewSide *self, guint i)
{
  GtkWidget *row = gtk_grid_new ();
  GtkWidget *dot = gtk_label_new ("●");
  GtkWidget *title = gtk_label_new (_ (reasons[i].title));
  GtkWidget *why = gtk_label_new (_ (reasons[i].why));
  g_autofree char *class = g_strdup_printf ("reason-%s", reasons[i].id);

  gtk_widget_add_css_class (row, "reason");
  gtk_widget_add_css_class (dot, "reason-dot");
  gtk_widget_add_css_class (dot, class);
  gtk_widget_add_css_class (title, "reason-title");
  gtk_widget_add_css_class (why, "note");
  gtk_label_set_xalign (GTK_LABEL (title), 0.0f);
  gtk_label_set_xalign (GTK_LABEL (why), 0.0f);
  gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_END);
  gtk_label_set_ellipsize (GTK_LABEL (why), PANGO_ELLIPSIZE_END);
  gtk_label_set_width_chars (GTK_LABEL (title), 13);
  gtk_widget_set_hexpand (title, TRUE);
  gtk_grid_attach (GTK_GRID (row), dot, 0, 0, 1, 2);
  gtk_grid_attach (GTK_GRID (row), title, 1, 0, 1, 1);
  gtk_grid_attach (GTK_GRID (row), why, 1, 1, 1, 1);
  gtk_box_append (GTK_BOX (self->reasons), row);
  self->rows[i] = row;
}

static void
add_thumbnail (MienReviewSide *self, guint i)
{
  GtkWidget *button = gtk_button_new ();
  GtkWidget *picture = gtk_picture_new ();

  gtk_picture_set_can_shrink (GTK_PICTURE (picture), TRUE);
  gtk_picture_set_content_fit (GTK_PICTURE (picture), GTK_CONTENT_FIT_COVER);
  gtk_widget_set_size_request (picture, RECENT_SIZE, RECENT_SIZE);
  gtk_widget_set_overflow (button, GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_valign (button, GTK_ALIGN_START);
  gtk_widget_add_css_class (button, "thumbnail");
  gtk_button_set_child (GTK_BUTTON (button), picture);
  gtk_widget_set_focus_on_click (button, FALSE);
  g_signal_connect (button, "clicked", G_CALLBACK (on_thumbnail), self);
  gtk_box_append (GTK_BOX (self->recent), button);
  self->thumbnails[i] = button;
}

static void
mien_review_side_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (mien_review_side_parent_class)->dispose (object);
}

static void
mien_review_side_class_init (MienReviewSideClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_review_side_dispose;
  signals[FRAME_ACTIVATED] =
      g_signal_new ("frame-activated", MIEN_TYPE_REVIEW_SIDE, G_SIGNAL_RUN_LAST, 0, NULL,
                    NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT64);
  signals[NEED] = g_signal_new ("need", MIEN_TYPE_REVIEW_SIDE, G_SIGNAL_RUN_LAST, 0, NULL,
                                NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  gtk_widget_class_set_css_name (widget_class, "review-side");
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/mien/Mien/mien-review-side.ui");
  gtk_widget_class_bind_template_child (widget_class, MienReviewSide, left);
  gtk_widget_class_bind_template_child (widget_class, MienReviewSide, reasons);
  gtk_widget_class_bind_template_child (widget_class, MienReviewSide, need_box);
  gtk_widget_class_bind_template_child (widget_class, MienReviewSide, need_text);
  gtk_widget_class_bind_template_child (widget_class, MienReviewSide, need_button);
  gtk_widget_class_bind_template_child (widget_class, MienReviewSide, decisions);
  gtk_widget_class_bind_template_child (widget_class, MienReviewSide, median);
  gtk_widget_class_bind_template_child (widget_class, MienReviewSide, recent_box);
  gtk_widget_class_bind_template_child (widget_class, MienReviewSide, recent);
  gtk_widget_class_bind_template_child (widget_class, MienReviewSide, takes_back);
  gtk_widget_class_bind_template_callback (widget_class, on_need);
}

static void
mien_review_side_init (MienReviewSide *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    add_reason (self, i);
  for (guint i = 0; i < N_RECENT; i++)
    add_thumbnail (self, i);
}
