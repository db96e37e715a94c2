/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Written once a second at most: an annotator goes through several faces in that time.
 * The projects that were not open for longest are forgotten first.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-review-place.h"

#include "mien-settings.h"

#define KEY "places"

enum
{
  PAUSE = 1000, /* ms */
  MOST = 20,
};

struct _MienReviewPlace
{
  GSettings *settings;
  char *path;
  gint64 frame, since;
  guint timer;
};

MienReviewPlace *
mien_review_place_new (const char *path)
{
  MienReviewPlace *place = g_new0 (MienReviewPlace, 1);
  g_autoptr (GVariant) all = NULL;

  place->settings = mien_settings_new ();
  place->path = g_strdup (path);
  all = g_settings_get_value (place->settings, KEY);
  for (gsize i = 0; i < g_variant_n_children (all); i++)
    {
      const char *known;
      gint64 frame, since;

      g_variant_get_child (all, i, "(&sxx)", &known, &frame, &since);
      if (!g_str_equal (known, path))
        continue;
      place->frame = MAX (frame, 0);
      place->since = since;
    }
  return place;
}

/* This project first, then the others in their order. */
static void
remember (MienReviewPlace *place)
{
  g_autoptr (GVariant) all = g_settings_get_value (place->settings, KEY);
  GVariantBuilder builder;
  guint n = 1;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(sxx)"));
  g_variant_builder_add (&builder, "(sxx)", place->path, place->frame, place->since);
  for (gsize i = 0; i < g_variant_n_children (all) && n < MOST; i++)
    {
      g_autoptr (GVariant) other = g_variant_get_child_value (all, i);
      const char *known;

      g_variant_get_child (other, 0, "&s", &known);
      if (g_str_equal (known, place->path))
        continue;
      g_variant_builder_add_value (&builder, other);
      n++;
    }
  g_settings_set_value (place->settings, KEY, g_variant_builder_end (&builder));
}

static gboolean
on_timer (gpointer data)
{
  MienReviewPlace *place = data;

  place->timer = 0;
  remember (place);
  return G_SOURCE_REMOVE;
}

void
mien_review_place_free (MienReviewPlace *place)
{
  if (place == NULL)
    return;
  if (place->timer != 0)
    {
      g_source_remove (place->timer);
      remember (place);
    }
  g_object_unref (place->settings);
  g_free (place->path);
  g_free (place);
}

gint64
mien_review_place_get (MienReviewPlace *place, gint64 *since)
{
  *since = place->since;
  return place->frame;
}

void
mien_review_place_set (MienReviewPlace *place, gint64 frame)
{
  /* A setting is text: a path that is none has no place. */
  if (place->frame == frame || !g_utf8_validate (place->path, -1, NULL))
    return;
  place->frame = frame;
  place->since = g_get_real_time ();
  if (place->timer == 0)
    place->timer = g_timeout_add (PAUSE, on_timer, place);
}
