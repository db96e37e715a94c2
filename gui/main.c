/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The window's program. All of it is in the library beside this file, so that tests can
 * link it; here is only what has to be done before GTK starts.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include <glib/gi18n.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "mien-application.h"
#include "mien-settings.h"

/* A program that was built but not installed has its translations in ../po. */
static void
bind_translations (void)
{
  g_autofree char *catalogue = mien_settings_beside ("../po/ja/LC_MESSAGES/mien.mo");
  g_autofree char *beside = catalogue != NULL ? mien_settings_beside ("../po") : NULL;

  bindtextdomain (GETTEXT_PACKAGE, beside != NULL ? beside : MIEN_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}

int
main (int argc, char **argv)
{
  g_autoptr (GApplication) application = NULL;

#ifdef __GLIBC__
  /* Columns of millions of rows come and go. By itself, glibc keeps what is as large as
   * something that was freed before. */
  mallopt (M_MMAP_THRESHOLD, 1 << 20);
#endif
  bind_translations ();
  g_set_application_name ("Mien");
  application = mien_application_new ();
  return g_application_run (application, argc, argv);
}
