/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Which page is shown. A program that was built but not installed has its manual in the
 * folder beside its own, like its settings.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-manual.h"

#include "mien-settings.h"

#define FIRST "index"

static char *
find_in (const char *folder, const char *language, const char *page)
{
  g_autofree char *name = g_strconcat (page, ".html", NULL);
  g_autofree char *path = g_build_filename (folder, language, name, NULL);

  return g_file_test (path, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer (&path) : NULL;
}

static char *
find_page (const char *folder, const char *const *languages, const char *page)
{
  for (guint i = 0; languages[i] != NULL; i++)
    {
      /* Without a language, or in the one that the program is written in. */
      gboolean plain = g_str_equal (languages[i], "C");
      char *path = find_in (folder, plain ? "en" : languages[i], page);

      if (path != NULL)
        return path;
    }
  return find_in (folder, "en", page);
}

char *
mien_manual_find (const char *folder, const char *const *languages, const char *page)
{
  char *path = find_page (folder, languages, page);

  return path != NULL ? path : find_page (folder, languages, FIRST);
}

gboolean
mien_manual_show (GtkWindow *window, const char *page)
{
  g_autofree char *beside = mien_settings_beside ("../data/manual");
  g_autofree char *installed = g_build_filename (MIEN_DATA_DIR, "manual", NULL);
  g_autofree char *path = mien_manual_find (beside != NULL ? beside : installed,
                                            g_get_language_names (), page);
  g_autofree char *uri = NULL;

  if (path == NULL)
    return FALSE;
  uri = g_filename_to_uri (path, NULL, NULL);
  gtk_show_uri (window, uri, GDK_CURRENT_TIME);
  return TRUE;
}
